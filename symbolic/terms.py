"""The data of the index form: a sum of terms, each a coefficient times indexed factors, summed over bound indices.

    2 * sum_{i,j} A[i,j] x[i] x[j]   is   Term(2, (Entry(A, i, j), Entry(x, i, None), Entry(x, j, None)), (i, j))

An index of size 1 is dropped: it is `None`. A free index has a name (a symbol, or an integer for a fixed entry); a
bound one has none and is known by identity. An index may stand in any number of factors, so Hadamard products,
diagonals and elementwise functions need no other data. `Monomial`s are terms in normal form (`symbolic.normal`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias
from weakref import WeakValueDictionary

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr
from sympy.matrices.expressions.diagonal import DiagMatrix
from sympy.matrices.expressions.slice import MatrixSlice


class Index:
    """An index over 0 .. size-1. Free: it has a name, and equal names and sizes are one index; a size 0 fits any.

    Bound: known by identity.
    """

    __slots__ = ("name", "size")

    def __init__(self, size: Expr, name: Expr | None = None) -> None:
        self.size, self.name = size, name

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if self.name is None or not isinstance(other, Index) or self.name != other.name:
            return False
        return self.size == other.size or S.Zero in (self.size, other.size)

    def __hash__(self) -> int:
        return id(self) if self.name is None else hash(self.name)

    def __repr__(self) -> str:
        return f"<{self.name or hex(id(self))}:{self.size}>"


Slot: TypeAlias = "Index | None"
Renaming: TypeAlias = Mapping[Index, Index]

# The free indices in which the argument of an inverse or a determinant is stored.
ROW, COLUMN = (sp.Symbol(f"<{name}>", integer=True, nonnegative=True) for name in ("1: row", "2: column"))


class Atom:
    """A matrix that the index form does not look into: a symbol, or a node such as `Inverse(M)`.

    Atoms are interned: one object a node. `argument` is the normal form of M with free indices ROW and COLUMN, or None
    where no derivative rule looks inside. A symmetric atom has no orientation. `interval` is (first, count) for columns
    of an identity, `I[:, first:first + count]`, which select entries (`symbolic.selection`), else None.
    """

    __slots__ = ("__weakref__", "argument", "interval", "name", "node", "symbols", "symmetric")

    node: Basic
    argument: tuple[Monomial, ...] | None
    interval: tuple[Expr, Expr] | None
    symmetric: bool
    name: str
    symbols: frozenset[Basic]

    def __repr__(self) -> str:
        return self.name


_ATOMS: WeakValueDictionary[Basic, Atom] = WeakValueDictionary()


def atom(node: Basic, argument: tuple[Monomial, ...] | None = None, symmetric: bool = False) -> Atom:
    """The one Atom of `node`."""
    known = _ATOMS.get(node)
    if known is None:
        known = Atom()
        known.node, known.argument = node, argument
        known.symmetric = symmetric or _is_diagonal(node)
        known.name = node.name if isinstance(node, sp.MatrixSymbol) else str(node)
        known.symbols = frozenset(node.free_symbols)
        known.interval = _interval(node)
        _ATOMS[node] = known
    elif known.argument is None:
        known.argument = argument
    return known


def _is_diagonal(node: Basic) -> bool:
    if isinstance(node, sp.HadamardProduct):
        return any(map(_is_diagonal, node.args))
    return isinstance(node, (sp.Identity, DiagMatrix))


def _interval(node: Basic) -> tuple[Expr, Expr] | None:
    if not (isinstance(node, MatrixSlice) and isinstance(node.args[0], sp.Identity)):
        return None
    first, stop, _ = node.args[2].args
    return first, sp.expand(stop - first)  # type: ignore[operator]


class Entry(NamedTuple):
    """The entry of an atom; None where the atom has size 1."""

    atom: Atom
    row: Slot
    column: Slot

    @property
    def indices(self) -> tuple[Index, ...]:
        return tuple(k for k in (self.row, self.column) if k is not None)

    def rename(self, names: Renaming) -> Entry:
        row, column = self.row, self.column
        return Entry(self.atom, names.get(row, row), names.get(column, column))  # type: ignore[arg-type]


class Delta(NamedTuple):
    """Kronecker's delta."""

    left: Index
    right: Index

    @property
    def indices(self) -> tuple[Index, ...]:
        return (self.left, self.right)

    def rename(self, names: Renaming) -> Delta:
        return Delta(names.get(self.left, self.left), names.get(self.right, self.right))


class Pair(NamedTuple):
    """1 where whole = parts[0]*size(parts[1]) + parts[1] (and so on for more parts), else 0; the first part is slow.

    The index of a Kronecker product, and of the vec of a matrix: vec(M)_w = sum_{j,i} Pair(w; j, i) M_ij.
    """

    whole: Index
    parts: tuple[Index, ...]

    @property
    def indices(self) -> tuple[Index, ...]:
        return (self.whole, *self.parts)

    def rename(self, names: Renaming) -> Pair:
        return Pair(names.get(self.whole, self.whole), tuple(names.get(k, k) for k in self.parts))


class PowerSlope(NamedTuple):
    """sum_{s=0}^{k-1} (M^s)_{row,first} (M^(k-1-s))_{second,column}: what d(M^k) multiplies dM_{first,second} by.

    `held` is the atom of a power of M, whose argument is M.
    """

    held: Atom
    exponent: Expr
    row: Index
    first: Index
    second: Index
    column: Index

    @property
    def base(self) -> Any:
        return self.held.node.args[0]

    @property
    def indices(self) -> tuple[Index, ...]:
        return (self.row, self.first, self.second, self.column)

    def rename(self, names: Renaming) -> PowerSlope:
        return PowerSlope(self.held, self.exponent, *(names.get(k, k) for k in self.indices))


class Call:
    """A scalar function of scalar index forms, or a power of one: `head` is `exp`, ... or `Pow` with its exponent.

    The indices that are open in a body are those of the term around it: f(A)_ij is Call(f, (A[i,j],)).
    """

    __slots__ = ("_hash", "bodies", "exponent", "head", "indices")

    def __init__(self, head: Any, bodies: tuple[tuple[Monomial, ...], ...], exponent: Expr | None = None) -> None:
        self.head, self.bodies, self.exponent = head, bodies, exponent
        self._hash = hash((head, bodies, exponent))
        seen: dict[Index, None] = {}
        for body in bodies:
            for monomial in body:
                term = monomial.term()
                seen.update(dict.fromkeys(open_indices(term.factors, term.bound)))
        self.indices = tuple(seen)

    def __eq__(self, other: object) -> bool:
        return self is other or (
            isinstance(other, Call)
            and self._hash == other._hash
            and (self.head, self.exponent, self.bodies) == (other.head, other.exponent, other.bodies)
        )

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"Call({self.head}, {self.bodies}, {self.exponent})"

    def rename(self, names: Renaming) -> Call:
        if not any(k in names for k in self.indices):
            return self
        bodies = tuple(tuple(m.rename(names) for m in body) for body in self.bodies)
        return Call(self.head, bodies, self.exponent)


Factor: TypeAlias = "Entry | Delta | Pair | PowerSlope | Call"


class Term(NamedTuple):
    """coef * (product of factors), summed over the bound indices."""

    coef: Expr
    factors: tuple[Factor, ...] = ()
    bound: tuple[Index, ...] = ()


def open_indices(factors: Iterable[Factor], bound: Iterable[Index]) -> list[Index]:
    """The indices of a product that are not summed, in order of appearance; fixed entries (integers) do not count."""
    closed = set(bound)
    seen = dict.fromkeys(k for f in factors for k in f.indices)
    return [k for k in seen if k not in closed and not isinstance(k.name, sp.Integer)]


def symbols_of(terms: Iterable[Term]) -> set[Basic]:
    """The symbols of coefficients, sizes, atoms and free indices."""
    out: set[Basic] = set()
    for coef, factors, bound in terms:
        out |= coef.free_symbols
        for k in bound:
            out |= k.size.free_symbols
        for f in factors:
            out |= {s for k in f.indices if k.name is not None for s in k.name.free_symbols}
            if isinstance(f, Entry):
                out |= f.atom.symbols
            elif isinstance(f, PowerSlope):
                out |= f.held.symbols
            elif isinstance(f, Call):
                out |= symbols_of(m.term() for body in f.bodies for m in body)
    return out


# Monomials: components in normal form. A letter is an atom with its orientation (True: transposed).

Letter: TypeAlias = "tuple[Atom, bool]"
Word: TypeAlias = "tuple[Letter, ...]"


class Chain(NamedTuple):
    """A product of matrices from one end to another; an end is a free index or None (size 1)."""

    left: Slot
    word: Word
    right: Slot


class Cycle(NamedTuple):
    """The trace of a product."""

    word: Word


class Graph(NamedTuple):
    """Factors joined by an index that stands in three or more places, or by functions of entries."""

    factors: tuple[Factor, ...]
    bound: tuple[Index, ...]


Component: TypeAlias = "Chain | Cycle | Graph | Call | Delta"


@dataclass(frozen=True, slots=True)
class Monomial:
    """coef * (product of components), the components in order. Equal products are equal monomials."""

    coef: Expr
    parts: tuple[Component, ...]

    def term(self) -> Term:
        """The monomial as a term, with new bound indices."""
        factors: list[Factor] = []
        bound: list[Index] = []
        for part in self.parts:
            spelled, summed = spell(part)
            factors += spelled
            bound += summed
        return Term(self.coef, tuple(factors), tuple(bound))

    def rename(self, names: Renaming) -> Monomial:
        parts = []
        for part in self.parts:
            if isinstance(part, Chain):
                left, right = part.left, part.right
                part = Chain(names.get(left, left), part.word, names.get(right, right))  # type: ignore[arg-type]
            elif isinstance(part, (Call, Delta)):
                part = part.rename(names)
            elif isinstance(part, Graph):
                part = Graph(tuple(f.rename(names) for f in part.factors), part.bound)
            parts.append(part)
        return Monomial(self.coef, tuple(parts))


def spell(part: Component) -> tuple[list[Factor], list[Index]]:
    """The factors of a component and the indices it sums over, all of them new."""
    if isinstance(part, (Call, Delta)):
        return [part], []
    if isinstance(part, Graph):
        names = {k: Index(k.size) for k in part.bound}
        return [f.rename(names) for f in part.factors], list(names.values())
    bound: list[Index] = []
    word = part.word
    if isinstance(part, Cycle):
        start: Slot = Index(letter_rows(word[0]))
        end = start
        bound.append(start)
    else:
        start, end = part.left, part.right
    factors: list[Factor] = []
    here = start
    for position, letter in enumerate(word):
        there = end
        if position + 1 < len(word):
            there = Index(letter_rows(word[position + 1]))
            bound.append(there)
        node, transposed = letter
        factors.append(Entry(node, there, here) if transposed else Entry(node, here, there))
        here = there
    return factors, bound


def letter_rows(letter: Letter) -> Expr:
    node, transposed = letter
    return node.node.shape[1 if transposed else 0]  # type: ignore[attr-defined]


def letter_columns(letter: Letter) -> Expr:
    node, transposed = letter
    return node.node.shape[0 if transposed else 1]  # type: ignore[attr-defined]


def fresh(term: Term) -> Term:
    """The term with new bound indices, so that it may be multiplied by another copy of itself."""
    if not term.bound:
        return term
    names = {k: Index(k.size) for k in term.bound}
    return Term(term.coef, tuple(f.rename(names) for f in term.factors), tuple(names.values()))


def times(a: Expr, b: Expr) -> Expr:
    """a*b, quickly when one of them is 1."""
    if a is S.One:
        return b
    return a if b is S.One else sp.Mul(a, b)


def multiply(lists: Iterable[list[Term]], bound: tuple[Index, ...] = ()) -> list[Term]:
    """The product of sums of terms, multiplied out, summed over `bound` too."""
    out = [Term(S.One, (), bound)]
    for terms in lists:
        out = [Term(times(a.coef, b.coef), a.factors + b.factors, a.bound + b.bound) for a in out for b in terms]
    return out


@lru_cache(maxsize=64)
def placeholder(position: int) -> sp.Dummy:
    """The one variable of functions at this position, so that equal functions are equal data."""
    return sp.Dummy(f"z{position}" if position else "z", real=True)


@lru_cache(maxsize=8)
def index_placeholder(name: str) -> sp.Dummy:
    """The one index of this name for tables of numbers, so that equal tables are equal data."""
    return sp.Dummy(name, integer=True, nonnegative=True)


@lru_cache(maxsize=1 << 12)
def is_plain(expr: Basic) -> bool:
    """Whether `expr` is a scalar built without matrices, sums over indices or unknown nodes."""
    if isinstance(expr, (sp.Symbol, sp.Number, sp.NumberSymbol)):
        return True
    if isinstance(expr, sp.KroneckerDelta):
        return False
    if isinstance(expr, (sp.Add, sp.Mul, sp.Pow, sp.Function, sp.Max, sp.Min, sp.Piecewise)):
        return all(is_plain(a) for a in expr.args)
    if isinstance(expr, sp.functions.elementary.piecewise.ExprCondPair):
        return is_plain(expr.args[0]) and not expr.args[1].atoms(sp.MatrixSymbol)
    return False


__all__ = [
    "COLUMN", "ROW", "Atom", "Call", "Chain", "Component", "Cycle", "Delta", "Entry", "Factor", "Graph", "Index",
    "Letter", "Monomial", "Pair", "PowerSlope", "Renaming", "Slot", "Term", "Word", "atom", "fresh",
    "index_placeholder", "is_plain", "letter_columns", "letter_rows", "multiply", "open_indices", "placeholder",
    "spell", "symbols_of", "times",
]  # fmt: skip
