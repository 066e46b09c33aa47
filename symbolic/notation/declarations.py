r"""What a document, or a user, declares about names: records, and a small language to write them in.

    A, B: n x n symmetric; x: n; lambda > 0; X: m x n full column rank; X'X: invertible
    prime is transpose; numerator layout; let f(w) = \|Xw - y\|^2; x_i': row of X

Every record knows the place it was read from, and the offsets between which it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symbolic.errors import ReadError
from symbolic.notation.elaborate import name_of
from symbolic.notation.parser import Macro, parse
from symbolic.notation.properties import LONGEST, PROPERTIES
from symbolic.notation.tree import Chain, Node, Sign, Span, Unread
from symbolic.structures import STRUCTURES

EVERYWHERE: Span = (0, 1 << 62)
Size = tuple[Node, Node]


@dataclass(frozen=True, kw_only=True)
class Record:
    """Read from `span`; holds at offsets from scope[0] to scope[1]; `conditional`: only under an "if", not in general."""

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


# Trees of formulas that declare something by themselves.

ORDERS = frozenset("< <= > >= !=".split())
DEFINITE = {"succ": "positive_definite", "succeq": "positive_semidefinite"}
NUMBERS = {"R": ("real",), "Re": ("real",), "N": ("integer",), "Z": ("integer",), "Q": ("real",), "C": ("complex",)}
_FAMILIES = {"": "symmetric", "+": "positive_semidefinite", "++": "positive_definite"}
_FAMILY = re.compile(r"""\\(?:mathbb|mathcal|mathrm|mathbf)\s*\{?\s*(?P<set>S|Sym|PD|R|O|GL)\s*\}?\s*
    (?P<scripts>(?:[_^]\s*(?:\{[^{}]*\}|\S)\s*){1,2})$""", re.VERBOSE)  # fmt: skip
_SCRIPT = re.compile(r"[_^]\s*(?:\{(?P<inside>[^{}]*)\}|(?P<one>\S))")
_GROUPS = re.compile(r"\\?(?:mathrm|mathcal|mathbb|operatorname)?\s*\{?\s*(?P<set>O|GL|M)\s*\}?\s*(?:_\s*(?:\{(?P<a>[^{}]*)\}|(?P<b>\S)))?\s*\((?P<of>.*)\)$")


def number(value: int, span: Span) -> Node:
    return Node("number", span, value=str(value))


def names_in(term: Any) -> list[tuple[str, Node]]:
    """The names of a term that is a name or a list of names, each with its node; empty for anything else."""
    if not isinstance(term, Node):
        return []
    parts = term.children if term.kind == "tuple" else (term,)
    found = []
    for part in parts:
        name = name_of(part)
        if name is None and part.kind != "dots":
            return []
        if name is not None:
            found.append((name, part))
    return found


def font_of(node: Node) -> str:
    while node.kind != "name" and node.children:
        node = node.children[0]
    return node.font


def families_in(term: Any) -> list[str]:
    """The letter of x_1, ..., x_n, if a term is such a list."""
    if not isinstance(term, Node) or term.kind != "tuple" or not any(part.kind == "dots" for part in term.children):
        return []
    bases = {name_of(p.children[0]) for p in term.children if p.kind == "sub"}
    base = bases.pop() if len(bases) == 1 else None
    return [base] if base else []


def size_of(node: Node) -> Size | None:
    """The size that an exponent of a set such as R^{m x n} says; None for one that is not understood."""
    if node.kind == "group":
        node = node.children[0]
    if node.kind == "mul" and node.value == "times":
        return (node.children[0], node.children[1]) if len(node.children) == 2 else None
    if node.kind == "tuple":
        return (node.children[0], node.children[1]) if len(node.children) == 2 else None
    if node.kind in ("name", "number", "add", "mul", "sub", "div"):
        return node, number(1, node.span)
    return None


@dataclass(frozen=True)
class Set:
    """What being in a set means."""

    shape: Size | None
    kind: str
    facts: tuple[str, ...] = ()
    between: tuple[tuple[str, Node], ...] = ()  # relations to the ends of an interval: ("<", 1)


def set_of(term: Node | Unread | None, text: str, macros: Mapping[str, Macro]) -> Set | None:
    """The meaning of what stands right of "in"; None for a set that is not known."""
    if term is None:
        return None
    if isinstance(term, Node) and (found := _set_of_tree(term)) is not None:
        return found
    written = text[slice(*term.span)].strip()
    for match in (_FAMILY.match(written), _GROUPS.match(written)):
        if match is not None and (found := _set_of_text(match, term.span, macros)) is not None:
            return found
    return None


def _set_of_tree(term: Node) -> Set | None:
    one = number(1, term.span)
    match term.kind, term.children:
        case "name", _ if term.value in NUMBERS and (term.font == "bb" or term.value in ("R", "Re")):
            return Set((one, one), "number", NUMBERS[term.value])
        case "pow", (base, exponent):
            inner, sign = (base.children[0], base.children[1].value) if base.kind == "sub" else (base, "")
            if inner.kind != "name" or inner.value not in ("R", "Re", "C") or sign not in ("", "+", "++"):
                return None
            size = size_of(exponent)
            if size is None:
                return None
            column = size[1].kind == "number" and size[1].value == "1"
            return Set(size, "column" if column else "matrix", ("complex",) if inner.value == "C" else ())
        case "sub", (base, below) if base.kind == "name" and base.value == "R" and base.font == "bb":
            facts = {"+": ("real", "nonnegative"), "++": ("real", "positive")}.get(below.value)
            return Set((one, one), "number", facts) if facts else None
        case "group", (inside,) if inside.kind == "tuple" and len(inside.children) == 2 and term.value in ("(", "["):
            return Set((one, one), "number", ("real",), _ends(term, inside))
    return None


def space_of(term: Node) -> Size | None:
    """The size of the members of R^n or R^{m x n}; None for another expression."""
    found = _set_of_tree(term) if term.kind == "pow" else None
    return found.shape if found is not None else None


def _ends(group: Node, inside: Node) -> tuple[tuple[str, Node], ...]:
    lower, upper = inside.children
    strict = group.value == "("
    found = []
    if "infty" not in str(lower):
        found.append((">" if strict else ">=", lower))
    if "infty" not in str(upper):
        found.append(("<" if strict else "<=", upper))
    return tuple(found)


def _set_of_text(match: re.Match[str], span: Span, macros: Mapping[str, Macro]) -> Set | None:
    one = number(1, span)
    if "scripts" in match.groupdict():
        scripts = [m["inside"] or m["one"] or "" for m in _SCRIPT.finditer(match["scripts"])]
        signs = [s.strip() for s in scripts if re.fullmatch(r"\s*(\+{1,2}|(\\ge|>|\\geq|\\geqslant)\s*0)\s*", s)]
        rest = [s for s in scripts if s.strip() not in signs]
        sign = signs[0] if signs else ""
        if match["set"] == "R":
            if not rest:
                positive = sign in ("++",) or sign.startswith(">")
                return Set((one, one), "number", ("real", "positive" if positive else "nonnegative"))
            size = _size(rest[0], span, macros)
            return Set(size, "column" if str(size[1]) == "number:1" else "matrix") if size else None
        if match["set"] in ("O", "GL") or not rest or re.search(r"[-+\d]", rest[0]):
            return None  # S^{n-1} is a sphere
        size = _size(rest[0], span, macros)
        fact = "positive_definite" if match["set"] == "PD" else _FAMILIES.get(sign)
        return Set((size[0], size[0]), "matrix", (fact,)) if size and fact else None
    inside = match["a"] or match["b"] or match["of"]
    size = _size(inside, span, macros)
    if size is None:
        return None
    square = str(size[1]) == "number:1"
    if match["set"] == "M":
        return Set((size[0], size[0] if square else size[1]), "matrix") if match["a"] or match["b"] else None
    if match["set"] == "O" and (match["a"] or match["b"]):
        return None
    return Set((size[0], size[0]), "matrix", ("orthogonal" if match["set"] == "O" else "invertible",)) if square else None


def _size(text: str, span: Span, macros: Mapping[str, Macro]) -> Size | None:
    """A size written in scripts, with the span of the whole set."""
    tree = _one_term(text, macros)
    size = size_of(_moved(tree, lambda _: span)) if tree is not None else None
    return size


def _one_term(text: str, macros: Mapping[str, Macro]) -> Node | None:
    rows = parse(text, 0, len(text), macros)
    if len(rows) != 1 or len(rows[0].chains) != 1 or rows[0].chains[0].signs:
        return None
    term = rows[0].chains[0].terms[0]
    return term if isinstance(term, Node) else None


def _moved(node: Node, where: Any) -> Node:
    return replace(node, span=where(node.span), children=tuple(_moved(child, where) for child in node.children))


def is_range(chain: Chain) -> bool:
    """Whether a chain only compares names, numbers and sizes: k < n, 0 < lambda, g != 0."""
    if not chain.signs or any(sign.value not in ORDERS for sign in chain.signs):
        return False
    return all(isinstance(term, Node) and (term.kind == "dots" or _is_simple(term)) for term in chain.terms)


def _is_simple(node: Node) -> bool:
    if node.kind in ("number", "name"):
        return True
    if node.kind in ("add", "neg", "mul", "div", "sub", "pow", "group"):
        return all(_is_simple(child) for child in node.children)
    return node.kind == "call" and node.value in ("min", "max", "det")


def declared_in(chain: Chain, text: str, macros: Mapping[str, Macro]) -> Iterator[Record]:
    """What a chain declares by itself: X in R^{m x n}, A > 0 in the order of definite matrices."""
    for k, sign in enumerate(chain.signs):
        term = chain.terms[k]
        span = (_start(chain), _end(chain))
        if sign.value == "in":
            found = set_of(chain.terms[k + 1], text, macros)
            before = k
            while before > 0 and chain.signs[before - 1].value in ("=", ":=") and not names_in(term):
                before -= 1
                term = chain.terms[before]
            if found is None:
                continue
            families = families_in(term)
            for name, node in names_in(term):
                yield Declared(name=name, font=font_of(node), shape=found.shape, facts=found.facts, kind=found.kind, span=span)
                for relation, bound in found.between:
                    yield Assumed(chain=Chain((node, bound), (Sign(relation, sign.span),)), span=span)
            for name in families:
                yield Declared(name=name, shape=found.shape, facts=found.facts, kind=found.kind, indexed=True, span=span)
        elif sign.value in DEFINITE and _is_zero(chain.terms[k + 1]):
            before = k
            while before > 0 and not names_in(chain.terms[before]):
                before -= 1
            names = names_in(chain.terms[before])
            for name, node in names:
                yield Declared(name=name, font=font_of(node), facts=(DEFINITE[sign.value],), kind="matrix", span=span)
            if not names and isinstance(term, Node):
                yield Fact(tree=term, facts=(DEFINITE[sign.value],), span=span)


def _is_zero(term: Any) -> bool:
    return isinstance(term, Node) and term.kind in ("number", "name") and term.value == "0"


def _start(chain: Chain) -> int:
    return min([t.span[0] for t in chain.terms if t is not None] + [s.span[0] for s in chain.signs])


def _end(chain: Chain) -> int:
    return max([t.span[1] for t in chain.terms if t is not None] + [s.span[1] for s in chain.signs])


def chain_span(chain: Chain) -> Span:
    return _start(chain), _end(chain)


# What may be said of what.

SIGNS = frozenset(["positive", "nonnegative", "negative", "nonpositive"])


def sound(
    shape: Size | None, kind: str, facts: tuple[str, ...], name: str = ""
) -> tuple[Size | None, str, tuple[str, ...]]:
    """Shape, kind and facts of a name, without the facts that something of this shape or kind cannot have.

    "orthogonal vectors" are no orthogonal matrices; a diagonal n x d matrix is a "rectangular_diagonal" one.
    """
    said = list(dict.fromkeys(facts))
    small = name[-1:].islower() and len(name.split("_")[0]) == 1
    if kind == "" and shape is None and SIGNS & set(said):
        kind = "number"
    if kind == "number" and shape is None:
        one = number(1, (0, 0))
        shape = (one, one)
    single = shape is not None and str(shape[0]) == str(shape[1]) == "number:1"
    if "square" in said and "orthonormal_columns" in said:
        said.append("orthogonal")
    square = shape is None or str(shape[0]) == str(shape[1])
    if not square or (kind in ("column", "row") and not single):
        said = ["rectangular_diagonal" if f == "diagonal" and kind != "column" else f for f in said]
        said = [f for f in said if f not in STRUCTURES or STRUCTURES[f].shape != "square"]
    if (kind in ("matrix", "column", "row") or shape is not None) and not single:
        said = [f for f in said if f not in SIGNS]
    if (small and shape is None and kind == "") or kind in ("column", "function"):
        matrices = {"injective", "surjective", "fullrank", "orthonormal_rows", "square", "tall", "wide"}
        said = [f for f in said if f not in matrices and STRUCTURES.get(f, _NO_SHAPE).shape != "square"]
        if "unit" not in said:
            said = [f for f in said if f != "orthonormal_columns"]
    return shape, kind, tuple(f for f in said if f != "unit")


_NO_SHAPE = STRUCTURES["nonzero"]


# The small language.

_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau upsilon"
    " phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell".split()
)
_GREEK_WORD = re.compile(r"(?<![\\A-Za-z])(" + "|".join(sorted(_GREEK, key=len, reverse=True)) + r")(?![A-Za-z])")
_ITEM = re.compile(r"[^;\n]+")
_HEAD = re.compile(r"(?P<names>[^:]+?)\s*:(?!=)\s*(?P<rest>.*)", re.DOTALL)
_BY = re.compile(r"(?<=[\w})])\s*(?:×|\\times|\bx\b|\bby\b)\s*(?=[\w({\\])")
_SAID = re.compile(r"[A-Za-z][A-Za-z-]*")
_PIECE = re.compile(r"(?:the\s+)?(?:[a-z]-?th\s+)?(?P<part>row|column|diagonal(?: entry)?)\s+of\s+(?P<of>\S+)\s*$")
_LET = re.compile(r"\s*(?:let|define|where|set|put)\s+(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
CONVENTIONS = (
    (re.compile(r"primes?\s+(is|are|means?|denotes?|stands? for)\s+(the\s+)?transpos\w+", re.I), "prime is transpose"),
    (re.compile(r"(numerator|jacobian)[ -]layout|(gradients?|derivatives?)\s+(are\s+)?(as\s+)?rows?( vectors)?$", re.I), "rows"),
    (re.compile(r"(denominator|gradient)[ -]layout|(gradients?|derivatives?)\s+(are\s+)?(as\s+)?columns?( vectors)?$", re.I),
     "columns"),
    (re.compile(r"(gradients?|derivatives?)\s+(have|has|in)\s+the\s+shapes?\s+of\s+(the|their)\s+variables?$", re.I), "shape"),
    (re.compile(r"norms?\s+(is|are)\s+euclidean", re.I), "euclidean"),
)  # fmt: skip


class _Written:
    """A stretch of text with Greek letters spelled as LaTeX does, and the way back to the places in the original."""

    def __init__(self, text: str, start: int, end: int) -> None:
        self.pieces, self.places = [], []
        last = start
        for match in _GREEK_WORD.finditer(text, start, end):
            self._add(text[last : match.start()], last)
            self.pieces.append("\\")
            self.places.append(match.start())
            self._add(match.group(), match.start())
            last = match.end()
        self._add(text[last:end], last)
        self.places.append(end)
        self.text = "".join(self.pieces)

    def _add(self, piece: str, start: int) -> None:
        self.pieces.append(piece)
        self.places.extend(range(start, start + len(piece)))

    def span(self, span: Span) -> Span:
        return self.places[span[0]], self.places[span[1]]

    def chain(self, chain: Chain) -> Chain:
        terms = tuple(
            _moved(t, self.span) if isinstance(t, Node) else replace(t, span=self.span(t.span)) if t is not None else None
            for t in chain.terms
        )
        return replace(chain, terms=terms, signs=tuple(replace(s, span=self.span(s.span)) for s in chain.signs))


def read_declarations(
    text: str, start: int = 0, end: int | None = None, macros: Mapping[str, Macro] | None = None
) -> tuple[Record, ...]:
    r"""The records that a text in the small language states; places are those in `text`. Raises ReadError with the place.

    Items are separated by semicolons or lines: `names: size and facts`, a relation, `let name = expression`,
    a convention. Greek letters may be written without a backslash, sizes as `n x d`.

    >>> A, B, x = read_declarations("A, B: n x n symmetric; x: n")
    >>> A.name, A.facts, [str(size) for size in A.shape], [str(size) for size in x.shape]
    ('A', ('symmetric',), ['name:n', 'name:n'], ['name:n', 'number:1'])
    >>> (positive,) = read_declarations("lambda > 0")
    >>> print(*positive.chain.terms)
    name:lambda number:0
    >>> read_declarations("A: symetric")
    Traceback (most recent call last):
    symbolic.errors.ReadError: cannot read 'symetric' at 3: expected a size such as n x d, or facts such as symmetric
    """
    found: list[Record] = []
    for item in _ITEM.finditer(text, start, len(text) if end is None else end):
        if item.group().strip(" .,\t\r"):
            first = item.start() + len(item.group()) - len(item.group().lstrip())
            last = item.start() + len(item.group().rstrip(" .,\t\r"))
            found += _item(text, first, last, macros or {})
    return tuple(found)


def _item(text: str, start: int, end: int, macros: Mapping[str, Macro]) -> Iterator[Record]:
    span, said = (start, end), text[start:end]
    for pattern, kind in CONVENTIONS:
        if pattern.search(said):
            yield Convention(kind=kind, span=span)
            return
    let = _LET.match(said)
    if let:
        start += let.start("rest")
    head = _HEAD.match(text[start:end])
    if head and not let:
        yield from _spec(text, start, start + head.end("names"), start + head.start("rest"), end, macros)
        return
    for chain in _chains(text, start, end, macros):
        declared = list(declared_in(chain, text, macros))
        if declared:
            yield from declared
        elif not chain.signs:
            raise _unread(text, start, end, "a declaration such as A: n x n symmetric, or a relation such as lambda > 0")
        elif let or chain.signs[0].value == ":=":
            yield Defined(chain=chain, span=span)
        else:
            yield Assumed(chain=chain, span=span)


def _chains(text: str, start: int, end: int, macros: Mapping[str, Macro]) -> list[Chain]:
    written = _Written(text, start, end)
    rows = parse(written.text, 0, len(written.text), macros)
    chains = [written.chain(chain) for row in rows for chain in row.chains if chain.terms]
    for chain in chains:
        for term in chain.terms:
            if isinstance(term, Unread) or term is None:
                place = term.span if isinstance(term, Unread) else chain.signs[0].span
                raise _unread(text, *place, term.expected if isinstance(term, Unread) else "a term before the sign")
    return chains


def _unread(text: str, start: int, end: int, expected: str) -> ReadError:
    return ReadError(f"cannot read {text[start:end][:60]!r} at {start}: expected {expected}")


def _spec(text: str, start: int, stop: int, rest: int, end: int, macros: Mapping[str, Macro]) -> Iterator[Record]:
    """`names: size and facts`, or `x_i': row of X`."""
    chains = _chains(text, start, stop, macros)
    terms = [term for chain in chains for term in chain.terms if isinstance(term, Node)]
    if len(chains) != len(terms) or not terms:
        raise _unread(text, start, stop, "names before the colon")
    span = (start, end)
    piece = _PIECE.match(text[rest:end])
    if piece:
        yield _piece(text, terms, piece, span)
        return
    place, size = rest, None
    words = _facts_at(text, rest, end)
    if words[0] > rest:
        last = words[0]
        if _BY.search(text[rest:last]) or text[rest:last].strip(" ,"):
            size = _said_size(text, rest, last, macros)
        place = last
    facts, kind = _facts(text, place, end)
    if size is None and not facts and not kind:
        raise _unread(text, start, end, "a size or facts after the colon")
    wanted = facts
    size, kind, facts = sound(size, kind, facts)
    lost = [fact for fact in wanted if fact not in (*facts, "unit", "diagonal")]
    if lost:
        raise _unread(text, rest, end, f"a size that something {lost[0].replace('_', ' ')} can have")
    for term in terms:
        names = names_in(term)
        for name, node in names:
            yield Declared(name=name, font=font_of(node), shape=size, facts=facts, kind=kind, span=span)
        for name in families_in(term):
            yield Declared(name=name, shape=size, facts=facts, kind=kind, indexed=True, span=span)
        if not names:
            if size is not None or not facts:
                raise _unread(text, *term.span, "a name")
            yield Fact(tree=term, facts=facts, span=span)


def _piece(text: str, terms: list[Node], match: re.Match[str], span: Span) -> Piece:
    node, upright = terms[0], False
    if node.kind in ("transpose", "prime"):
        node, upright = node.children[0], True
    base = name_of(node.children[0]) if node.kind == "sub" else None
    index = name_of(node.children[1]) if node.kind == "sub" else None
    if len(terms) != 1 or base is None or index is None:
        raise _unread(text, *terms[0].span, "a name with an index, such as x_i")
    part = match["part"].split()[0]
    return Piece(name=base, index=index, of=match["of"], part=part, lying=False if upright else None, span=span)


def _facts_at(text: str, start: int, end: int) -> tuple[int, str]:
    """Where the first phrase of the table begins; the end if there is none."""
    words = [(m.start(), m.group().replace("-", " ").lower()) for m in _SAID.finditer(text, start, end)]
    for k, (place, word) in enumerate(words):
        phrase = word
        for _, more in [("", ""), *words[k + 1 : k + LONGEST]]:
            phrase = f"{phrase} {more}".strip()
            if phrase in PROPERTIES:
                return place, phrase
    return end, ""


def _said_size(text: str, start: int, end: int, macros: Mapping[str, Macro]) -> Size:
    expected = "a size such as n x d, or facts such as symmetric"
    stripped = len(text[start:end].rstrip(" ,"))
    end = start + stripped
    by = _BY.search(text, start, end)
    sides = [(start, by.start()), (by.end(), end)] if by else [(start, end)]
    found = []
    for first, last in sides:
        if re.search(r"[A-Za-z]{3,}", re.sub(r"\\[A-Za-z]+", "", _GREEK_WORD.sub("", text[first:last]))):
            raise _unread(text, first, last, expected)
        chains = _chains(text, first, last, macros)
        term = chains[0].terms[0] if len(chains) == 1 and not chains[0].signs else None
        if not isinstance(term, Node) or term.kind not in ("name", "number", "add", "mul", "sub", "group", "div"):
            raise _unread(text, first, last, expected)
        found.append(term)
    return (found[0], found[1] if by else number(1, (start, end)))


def _facts(text: str, start: int, end: int) -> tuple[tuple[str, ...], str]:
    """The facts and the kind that phrases state; a word that belongs to none is an error."""
    words = [(m.start(), m.end(), m.group().replace("-", " ").lower().split()) for m in _SAID.finditer(text, start, end)]
    flat = [(a, b, word) for a, b, parts in words for word in parts]
    facts: list[str] = []
    kind, k = "", 0
    while k < len(flat):
        for length in range(min(LONGEST, len(flat) - k), 0, -1):
            found = PROPERTIES.get(" ".join(word for _, _, word in flat[k : k + length]))
            if found is not None:
                facts += found.facts
                kind = kind if kind and found.kind == "number" else found.kind or kind
                k += length
                break
        else:
            if flat[k][2] not in ("and", "with", "of", "a", "an", "the", "has", "is", "are", "have"):
                raise _unread(text, flat[k][0], flat[k][1], "a size such as n x d, or facts such as symmetric")
            k += 1
    return tuple(dict.fromkeys(facts)), kind


__all__ = [
    "Assumed", "Convention", "Declared", "Decomposition", "Defined", "Fact", "Piece", "Record", "chain_span", "declared_in",
    "families_in", "font_of", "is_range", "names_in", "number", "read_declarations", "set_of", "size_of",
    "sound", "space_of",
]  # fmt: skip
