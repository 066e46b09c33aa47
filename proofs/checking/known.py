"""What is known at a place of a document: records of its prose, its `check:` comments and the user, as scopes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Basic, S, Symbol

from proofs.checking.prose import read_prose
from proofs.checking.source import Formula, Source
from symbolic.errors import PushthroughError
from symbolic.facts import predicate
from symbolic.notation import records as said
from symbolic.notation import scope as meant
from symbolic.notation.declarations import read_declarations
from symbolic.notation.elaborate import Elaborator, name_of
from symbolic.notation.meanings.functions import equated
from symbolic.notation.scope import RANKS, Scope
from symbolic.notation.sets import chain_span, names_in
from symbolic.notation.sizes import ONE, Shape
from symbolic.notation.tree import Chain, Node, Span
from symbolic.structures import STRUCTURES

SIGNS = ("positive", "nonnegative", "negative", "nonpositive", "nonzero")
SQUARE = frozenset(["symmetric", "positive_definite", "positive_semidefinite", "skew_symmetric", "invertible",
                    "orthogonal", "idempotent", "diagonal", "square"])  # fmt: skip
PARTS = {"row": "row", "column": "column", "diagonal": "diagonal", "diagonal entry": "diagonal"}
EQUAL = ("=", ":=", "equiv")
BUILT_IN = ("1", "0", "I")
# Words that say more of a matrix than is understood here; what contradicts it cannot be told.
LADEN = re.compile(
    r"stochastic|transition|probabilit|distribution|softmax|covariance|correlation|gram\b|kernel|laplacian|adjacency|incidence"
    r"|hessian|toeplitz|circulant|hankel|permutation|centering|centring|hat matrix|projection|projector|normali[sz]ed"
    r"|sum to one|sums to one|unit circle|spectral radius|\bstable|minimi[sz]er|maximi[sz]er|solution|optim|stationary"
    r"|eigenvector|eigenvalue|singular v|\bdual\b|one-hot|binary|labels?\b",
    re.IGNORECASE,
)
STRUCTURED = re.compile(
    r"symmetric|definite|orthogonal|orthonormal|idempotent|diagonal|triangular|commut|projection|projector|invers|rank"
    r"|singular|eigen",
    re.IGNORECASE,
)
LIKEWISE = re.compile(r"\b(so (is|are)|likewise|as well|too|same|similarly|both|all|also)\b", re.IGNORECASE)
LAST = re.compile(r"dots\s*,?\s*[^,$_]{1,20}_\s*\{?\s*(\w+)")
LAYOUTS = frozenset(["rows", "columns", "shape"])
SIGN_OF = {">": "positive", ">=": "nonnegative", "<": "negative", "<=": "nonpositive"}


class Known:
    """The records that hold at each place of `source`, beside those of `let`, which hold everywhere."""

    def __init__(self, source: Source, let: Iterable[str]) -> None:
        self.source = source
        self.prose = read_prose(source)
        self.records = self.prose.records
        self._meant = {
            chain_span(record.chain): record
            for record in self.records
            if isinstance(record, said.Assumed | said.Defined | said.Decomposition)
        }
        self.user = [replace(record, span=(0, 0)) for text in let for record in read_declarations(text)]
        self.texts = [*dict.fromkeys(filter(None, map(self._text, self.records)))]

    def meant(self, chain: Chain) -> said.Record | None:
        """What the words around a chain make of it: Assumed, Defined, Decomposition; None for what may be a claim."""
        return self._meant.get(chain_span(chain)) if chain.signs else None

    def spoken(self, span: Span | None) -> Iterator[said.Record]:
        """What a comment at `span` assumes or defines; the user's, without a span."""
        records = self.user if span is None else self.records
        for record in records:
            inside = span is None or span[0] <= record.span[0] < span[1]
            if inside and isinstance(record, said.Assumed | said.Defined):
                yield record

    def role(self, formula: Formula) -> str:
        """How a formula is meant: "definition", "assumption", "condition", "claim" or "unknown"."""
        return self.prose.role_of(formula)

    # Names: sizes, shapes, signs, pieces, conventions.

    def names(self, scope: Scope, span: Span) -> Scope:
        """The scope with the names declared between two places; sizes and shapes hold in all of that part."""
        records = [r for r in (*self.user, *self.records) if self._within(r, span) and not r.conditional]
        for record in records:
            scope = self._sized(scope, record)
        for record in records:
            scope = self._named(scope, record)
        return scope

    def _within(self, record: said.Record, span: Span) -> bool:
        return record in self.user or span[0] <= record.span[0] < max(span[1], span[0] + 1)

    def _sized(self, scope: Scope, record: said.Record) -> Scope:
        """The names of sizes, and of whole numbers."""
        if not isinstance(record, said.Declared):
            return scope
        names = [name for size in record.shape or () for name in _letters(size)]
        if record.indexed and (last := LAST.search(self.source.text, *record.span)) and not last[1].isdigit():
            names.append(last[1])
        if "integer" in record.facts:
            names.append(record.name)
        new = {name: Symbol(name, integer=True, positive=True) for name in names if name not in scope.sizes}
        return replace(scope, sizes={**scope.sizes, **new}) if new else scope

    def _named(self, scope: Scope, record: said.Record) -> Scope:
        match record:
            case said.Declared():
                return self._declared(scope, record)
            case said.Convention():
                kept = scope.conventions - (LAYOUTS if record.kind in LAYOUTS else frozenset())
                return replace(scope, conventions=kept | {record.kind})
            case said.Piece(part=part) if part in PARTS:
                return scope.with_piece(
                    record.name, meant.Piece(record.of, PARTS[part], bool(record.lying), record.lying is not None)
                )
            case said.Assumed():
                return self._signed(scope, record)
            case said.Decomposition():
                return scope
        return scope

    def _declared(self, scope: Scope, record: said.Declared) -> Scope:
        name = record.name
        if name.partition("_")[0] in BUILT_IN and record.kind != "number":
            # A column of ones, a zero, an identity: of the size below, or the one that fits, or this one.
            size = self._shape(scope, record) if name == "1" else None
            return scope if size is None else scope.with_value(name, sp.OneMatrix(*size), size)
        shape = self._shape(scope, record) or (scope.shapes.get(name) if record.facts else None)
        if record.indexed:
            if shape is None:
                return scope
            count = self._count(scope, record)
            if shape == ONE:
                return scope if name in scope.shapes else scope.with_shapes({name: (count, S.One)})
            scope = scope if name in scope.shapes else scope.with_shapes({name: (shape[0], count)})
            return scope.with_piece(name, meant.Piece(name, "column"))
        if shape is not None and name not in scope.sizes:
            scope = scope.with_shapes({name: shape})
            if record.font:
                scope = replace(scope, fonts={**scope.fonts, name: record.font})
        sign = next((word for word in SIGNS[:3] if word in record.facts), None)
        if sign is not None and scope.shapes.get(name) == ONE:
            scope = scope.with_sign(name, sign)
        if "ones" in record.facts and shape is not None:
            scope = scope.with_value(name, sp.OneMatrix(*shape), shape)
        elif "identity" in record.facts and shape is not None:
            scope = scope.with_value(name, sp.Identity(shape[0]), shape)
        return scope

    def _count(self, scope: Scope, record: said.Declared) -> Any:
        """How many members x_1, ..., x_n a family has, as far as it was written."""
        said_last = LAST.search(self.source.text, *record.span)
        last = said_last[1] if said_last else ""
        if last.isdigit():
            return sp.Integer(last)
        if last in scope.sizes:
            return scope.sizes[last]
        return Symbol(last or f"n_{''.join(c for c in record.name if c.isalnum())}", integer=True, positive=True)

    def _shape(self, scope: Scope, record: said.Declared) -> Shape | None:
        if record.shape is None:
            return ONE if record.kind == "number" else None
        e = Elaborator(self.source.text, scope)
        try:
            rows, columns = (e.integer(size) for size in record.shape)
        except PushthroughError:
            return None
        return rows, columns

    def _signed(self, scope: Scope, record: said.Assumed) -> Scope:
        """`lambda > 0`, of a name that is no matrix: a number of that sign."""
        terms, signs = record.chain.terms, record.chain.signs
        for left, sign, right in zip(terms, signs, terms[1:], strict=False):
            is_zero = isinstance(right, Node) and right.kind == "number" and right.value == "0"
            names = names_in(left) if sign.value in SIGN_OF and is_zero else []
            for name, _ in names:
                if name not in scope.sizes and scope.shapes.get(name, ONE) == ONE and sign.value != "<=":
                    scope = scope.with_shapes({name: ONE}).with_sign(name, SIGN_OF[sign.value])
        return scope

    def redeclared(self, scope: Scope, place: int) -> Scope:
        """The scope with the sizes of names that were declared anew by here."""
        for record in self.records:
            if isinstance(record, said.Declared) and record.name in scope.shapes and record.name not in scope.values:
                if record.shape is not None and not record.indexed and record.holds_at(place):
                    shape = self._shape(scope, record)
                    first = self._first_shape(scope, record.name)
                    if shape is not None and shape != first and shape != scope.shapes[record.name]:
                        scope = scope.with_shapes({record.name: shape})
        return scope

    def _first_shape(self, scope: Scope, name: str) -> Shape | None:
        """The shape that a name was first declared with; the same again is no news."""
        for record in self.records:
            if isinstance(record, said.Declared) and record.name == name and record.shape is not None:
                return self._shape(scope, record)
        return None

    def pieces(self, scope: Scope, place: int) -> Scope:
        """The scope with the rows and columns that names stand for here: the latest declaration of a name counts."""
        latest: dict[str, said.Record] = {}
        for record in self.records:
            if isinstance(record, said.Piece | said.Declared) and record.holds_at(place):
                if isinstance(record, said.Piece) or record.shape is not None:
                    latest[record.name] = record
        kept = dict(scope.pieces)
        for name, record in latest.items():
            if isinstance(record, said.Declared) and not record.indexed:
                kept.pop(name, None)
            elif isinstance(record, said.Piece) and record.part in PARTS:
                kept[name] = meant.Piece(record.of, PARTS[record.part], bool(record.lying), record.lying is not None)
        return replace(scope, pieces=kept)

    def laden(self, span: Span) -> frozenset[str]:
        """Names of which the prose says more than its records: "the transition matrix P", "the minimiser x*"."""
        found = set[str]()
        for record in self.records:
            if isinstance(record, said.Declared) and self._within(record, span):
                explained = SQUARE & set(record.facts) - {"square", "invertible"}
                if not explained and LADEN.search(self._sentence(record.span[0])):
                    found.add(record.name)
        for passage in self.source.passages:
            if isinstance(passage, Formula) and not passage.display and span[0] <= passage.span[0] < span[1]:
                found |= self._described(passage)
        told = {
            r.name
            for r in self.records
            if isinstance(r, said.Declared) and SQUARE & set(r.facts) - {"square", "invertible"}
        }
        return frozenset(found - told)

    def _described(self, formula: Formula) -> set[str]:
        """The names of a formula that is a name, in a sentence about a structure: "where $S$ is symmetric"."""
        chains = [chain for row in self.prose.rows.get(formula, ()) for chain in row.chains]
        sentence = self._sentence(formula.span[0])
        bare = [chain for chain in chains if not chain.signs]
        if LIKEWISE.search(sentence):  # "..., and so is P"
            bare += [chain for chain in chains if chain.signs and chain.signs[0].value == "in"]
        names = {name for chain in bare for name, _ in names_in(chain.terms[0])}
        return names if names and STRUCTURED.search(sentence) else set()

    def _sentence(self, place: int) -> str:
        """The words around a place, from full stop to full stop, formulas left out."""
        text = self.source.text
        start = max(text.rfind(mark, 0, place) for mark in (". ", ".\n", "\n\n"))
        ends = [k for mark in (". ", ".\n", "\n\n") if (k := text.find(mark, place)) >= 0]
        return re.sub(r"\$[^$]*\$|\\[A-Za-z]+", " ", text[max(start, 0) : min(ends, default=len(text))])

    # Facts.

    def hints(self, span: Span) -> dict[str, str]:
        """Kinds of names whose sizes were not said."""
        found: dict[str, str] = {}
        for record in (*self.user, *self.records):
            if isinstance(record, said.Declared) and record.shape is None and self._within(record, span):
                if SQUARE & set(record.facts):
                    found[record.name] = "square"
                elif record.kind in ("column", "row", "matrix"):
                    found[record.name] = {"column": "vector"}.get(record.kind, record.kind)
        return found

    def facts(self, scope: Scope, place: int) -> tuple[Basic, ...]:
        """What is known at a place, as SymPy has it, beside the signs of numbers."""
        end = self.paragraph_end(place)
        found: list[Basic] = []
        for record in (*self.user, *self.records):
            if record in self.user or (record.span[0] < end and record.holds_at(place)):
                found += self._facts_of(scope, record)
        return tuple(dict.fromkeys(found))

    def told_of_defined(self, scope: Scope, place: int) -> tuple[Basic, ...]:
        """What is said of names that have a definition: true of it or not, a step may rest on that."""
        found: list[Basic] = []
        for record in (*self.user, *self.records):
            here = record in self.user or (record.span[0] < self.paragraph_end(place) and record.holds_at(place))
            if here and isinstance(record, said.Declared) and record.name in scope.values:
                symbol = scope.symbol(record.name)
                for word in record.facts:
                    found += _fact(word, symbol, scope.shapes[record.name])
        return tuple(dict.fromkeys(found))

    def paragraph_end(self, place: int) -> int:
        end = self.source.text.find("\n\n", place)
        return end if end >= 0 else len(self.source.text)

    def _facts_of(self, scope: Scope, record: said.Record) -> Iterator[Basic]:
        match record:
            case said.Declared(name=name) if name in scope.shapes and not record.indexed:
                symbol = scope.symbol(name)
                for word in record.facts:
                    if name not in scope.values or word in RANKS:
                        yield from _fact(word, symbol, scope.shapes[name])
            case said.Fact():
                e = Elaborator(self.source.text, scope)
                try:
                    value = e.value(record.tree)
                    expr, shape = e.finished(value.expr), tuple(e.finished(size) for size in value.shape)
                except PushthroughError:
                    return
                for word in record.facts:
                    yield from _fact(word, expr, shape)  # type: ignore[arg-type]
            case said.Assumed():
                yield from self._related(scope, record)

    def _related(self, scope: Scope, record: said.Assumed) -> Iterator[Basic]:
        """Comparisons, and what is assumed for a while only; equations for good are the walker's."""
        kinds = {"<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "!=": sp.Ne}
        terms, signs = record.chain.terms, record.chain.signs
        for left, sign, right in zip(terms, signs, terms[1:], strict=False):
            if not isinstance(left, Node) or not isinstance(right, Node):
                continue
            if sign.value in EQUAL and record.conditional:
                e = Elaborator(self.source.text, scope)
                try:
                    equation = equated(e, e.value(left), e.value(right))
                    if not e.indices:
                        yield e.finished(equation)
                except PushthroughError:
                    continue
            if sign.value in kinds:
                e = Elaborator(self.source.text, scope)
                try:
                    one, other = e.value(left), e.value(right)
                    if e.indices:
                        continue
                    if one.is_number and other.is_number:
                        yield e.finished(kinds[sign.value](one.expr, other.expr, evaluate=False))
                    elif sign.value == "!=" and other.expr == 0 and not one.is_number:
                        yield e.finished(sp.Ne(one.expr, sp.ZeroMatrix(*one.shape)))
                except PushthroughError:
                    continue

    # In words.

    def _text(self, record: said.Record) -> str:
        line, _ = self.source.place(record.span[0])
        match record:
            case said.Declared():
                parts = [f"{' x '.join(self._written(size) for size in record.shape)}" if record.shape else ""]
                parts += [word.replace("_", " ") for word in record.facts] or (
                    [record.kind] if not record.shape else []
                )
                shown = ", ".join(filter(None, parts))
                return f"{record.name}: {shown} (line {line})" if shown else ""
            case said.Convention():
                return f"{record.kind} (line {line})"
            case said.Piece():
                return f"{record.name}_{record.index}: {record.part} of {record.of} (line {line})"
            case said.Fact():
                words = ", ".join(word.replace("_", " ") for word in record.facts)
                return f"{self._written(record.tree)}: {words} (line {line})"
            case said.Assumed() | said.Defined() | said.Decomposition():
                start, end = chain_span(record.chain)
                return f"{' '.join(self.source.text[start:end].split())} (line {line})"
        return ""

    def _written(self, node: Node) -> str:
        return " ".join(self.source.text[slice(*node.span)].split()) or node.value


def _letters(size: Node) -> list[str]:
    """The names in a size: n, n_0, d."""
    name = name_of(size)
    if name is not None:
        return [name]
    return [name for child in size.children for name in _letters(child)]


def _fact(word: str, expr: Any, shape: Shape) -> Iterator[Basic]:
    """A fact about an expression; nothing for a word without a meaning here."""
    rows, columns = shape
    if word == "tall":
        yield sp.Gt(rows, columns)
    elif word == "wide":
        yield sp.Lt(rows, columns)
    elif word in SIGNS:
        if shape == ONE:
            yield predicate(word)(expr)
        elif word == "nonzero":
            yield sp.Ne(expr, sp.ZeroMatrix(*shape))
    elif word in STRUCTURES:
        if word in SQUARE and rows != columns:
            return
        yield predicate(word)(expr)


__all__ = ["Known"]
