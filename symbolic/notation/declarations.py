r"""What a document, or a user, declares about names: records, and a small language to write them in.

    A, B: n x n symmetric; x: n; lambda > 0; X: m x n full column rank; X'X: invertible
    prime is transpose; numerator layout; let f(w) = \|Xw - y\|^2; x_i': row of X

Every record knows the place it was read from, and the offsets between which it holds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from symbolic.errors import ReadError
from symbolic.notation.elaborate import name_of
from symbolic.notation.parser import Macro, parse
from symbolic.notation.properties import LONGEST, PROPERTIES
from symbolic.notation.records import (
    Assumed,
    Convention,
    Declared,
    Decomposition,
    Defined,
    Fact,
    Piece,
    Record,
    Size,
)
from symbolic.notation.sets import declared_in, families_in, font_of, moved, names_in, number, sound
from symbolic.notation.tree import Chain, Node, Span, Unread

_GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi pi rho sigma tau"
    " upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega ell".split()
)
_GREEK_WORD = re.compile(r"(?<![\\A-Za-z])(" + "|".join(sorted(_GREEK, key=len, reverse=True)) + r")(?![A-Za-z])")
_ITEM = re.compile(r"[^;\n]+")
_HEAD = re.compile(r"(?P<names>[^:]+?)\s*:(?!=)\s*(?P<rest>.*)", re.DOTALL)
_BY = re.compile(r"(?<=[\w})])\s*(?:×|\\times|\bx\b|\bby\b)\s*(?=[\w({\\])")
_SAID = re.compile(r"[A-Za-z][A-Za-z-]*")
_PIECE = re.compile(r"(?:the\s+)?(?:[a-z]-?th\s+)?(?P<part>row|column|diagonal(?: entry)?)\s+of\s+(?P<of>\S+)\s*$")
_LET = re.compile(r"\s*(?:let|define|where|set|put)\s+(?P<rest>.*)", re.DOTALL | re.IGNORECASE)
_DERIVATIVES = r"(gradients?|derivatives?)"
CONVENTIONS = (
    (re.compile(r"primes?\s+(is|are|means?|denotes?|stands? for)\s+(the\s+)?transpos\w+", re.I), "prime is transpose"),
    (re.compile(rf"(numerator|jacobian)[ -]layout|{_DERIVATIVES}\s+(are\s+)?(as\s+)?rows?( vectors)?$", re.I), "rows"),
    (re.compile(rf"(denominator|gradient)[ -]layout|{_DERIVATIVES}\s+(are\s+)?(as\s+)?columns?( vectors)?$", re.I),
     "columns"),
    (re.compile(rf"{_DERIVATIVES}\s+(have|has|in)\s+the\s+shapes?\s+of\s+(the|their)\s+variables?$", re.I), "shape"),
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
            moved(t, self.span)
            if isinstance(t, Node)
            else replace(t, span=self.span(t.span))
            if t is not None
            else None
            for t in chain.terms
        )
        return replace(chain, terms=terms, signs=tuple(replace(s, span=self.span(s.span)) for s in chain.signs))


def read_declarations(
    text: str, start: int = 0, end: int | None = None, macros: Mapping[str, Macro] | None = None
) -> tuple[Record, ...]:
    r"""The records that a text in the small language states; places are those in `text`.

    Raises ReadError, with the place, for what is not understood. Items are separated by semicolons or lines:
    `names: size and facts`, a relation, `let name = expression`, a convention. Greek letters may be written without a
    backslash, sizes as `n x d`.

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
    if head:
        yield from _spec(text, start, start + head.end("names"), start + head.start("rest"), end, macros)
        return
    for chain in _chains(text, start, end, macros):
        declared = list(declared_in(chain, text, macros))
        if declared:
            yield from declared
        elif not chain.signs:
            raise _unread(
                text, start, end, "a declaration such as A: n x n symmetric, or a relation such as lambda > 0"
            )
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
        if re.search(r"(?<!\S)x(?!\S)", text[first:last]):
            raise _unread(text, first, last, expected)
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
    words = [
        (m.start(), m.end(), m.group().replace("-", " ").lower().split()) for m in _SAID.finditer(text, start, end)
    ]
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
    "CONVENTIONS", "Assumed", "Convention", "Declared", "Decomposition", "Defined", "Fact", "Piece", "Record",
    "read_declarations",
]  # fmt: skip
