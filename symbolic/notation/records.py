"""What is declared about the names of a document, as records: each knows where it was read and where it holds."""

from __future__ import annotations

from dataclasses import dataclass

from symbolic.notation.tree import Chain, Node, Span

EVERYWHERE: Span = (0, 1 << 62)
Size = tuple[Node, Node]


@dataclass(frozen=True, kw_only=True)
class Record:
    """Read from `span`; holds at offsets from scope[0] to scope[1]; `conditional`: under an "if", not in general."""

    span: Span = (0, 0)
    scope: Span = EVERYWHERE
    conditional: bool = False

    def holds_at(self, offset: int) -> bool:
        return self.scope[0] <= offset < self.scope[1]


@dataclass(frozen=True, kw_only=True)
class Declared(Record):
    """A name: its size (rows, columns) if that was said, facts and a kind (see properties.py).

    `indexed`: the name is the letter of a family x_1, ..., x_n, and all this is said of each member.
    """

    name: str
    font: str = ""
    shape: Size | None = None
    facts: tuple[str, ...] = ()
    kind: str = ""
    indexed: bool = False


@dataclass(frozen=True, kw_only=True)
class Fact(Record):
    """Facts about an expression that is no name."""

    tree: Node
    facts: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Assumed(Record):
    """Every relation in this chain is assumed."""

    chain: Chain


@dataclass(frozen=True, kw_only=True)
class Defined(Record):
    """The first term of the chain, a name or a function of names, stands for the second; the rest is what follows."""

    chain: Chain


@dataclass(frozen=True, kw_only=True)
class Convention(Record):
    """How to read: "prime is transpose", "rows", "columns" or "shape" (the layout of derivatives), "euclidean"."""

    kind: str


@dataclass(frozen=True, kw_only=True)
class Piece(Record):
    """`name` with `index` is a part of the matrix `of`: "row", "column", "diagonal", "entry", "singular value", ...

    lying: of a row, whether the name itself is a row; False where it was written with a transpose, None if unsaid.
    """

    name: str
    index: str
    of: str
    part: str
    lying: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Decomposition(Record):
    """`chain` is X = U Sigma V^T or the like: "svd full", "svd thin", "svd", "qr", "cholesky", "eigen", "lu"."""

    kind: str
    chain: Chain


__all__ = [
    "EVERYWHERE", "Assumed", "Convention", "Declared", "Decomposition", "Defined", "Fact", "Piece", "Record", "Size",
]  # fmt: skip
