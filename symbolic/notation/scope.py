"""What the names of a document stand for at one place: shapes, facts, definitions, functions, pieces of matrices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sympy import Basic, MatrixSymbol, S, Symbol
from sympy.assumptions import AppliedPredicate

from symbolic.notation.sizes import Shape
from symbolic.notation.tree import Node
from symbolic.shapes import SCALAR

RANKS = frozenset(["injective", "surjective", "invertible"])


@dataclass(frozen=True)
class Function:
    """A function by its definition, such as `f(w) = |Xw - y|^2`: names of the parameters, and what is computed."""

    parameters: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Piece:
    """A name with an index that stands for part of a matrix: the i-th row or column, or an entry of the diagonal.

    Rows and columns are read as columns (`x_i` of which `x_i'` is the row), unless `lying` says otherwise.
    """

    of: str
    part: str  # "row", "column", "diagonal"
    lying: bool = False
    said: bool = True  # whether the author said which


@dataclass(frozen=True)
class Family:
    """What `r_i` or `P_{ij}` is for every index: the letters, and an expression in them."""

    indices: tuple[str, ...]
    body: Node


@dataclass(frozen=True)
class Scope:
    """The meaning of names. Immutable: `with_...` gives another scope.

    shapes:      name -> (rows, columns), as declared, defined or found from the context
    found:       those of the names whose shape nobody declared
    opaque:      names that were defined by something that was not understood
    doubted:     names of which more is said than was understood: what they are defined by is not all
    given:       facts about them, as SymPy predicates and relations
    values:      name -> SymPy expression, of a name that was defined by one
    functions:   name -> Function
    pieces:      name -> Piece
    fonts:       name -> the font in which it was declared, "bf" say
    families:    name -> Family, of names that were defined entry by entry
    signs:       name of a number -> "positive", "nonnegative", "negative"
    conventions: "prime is transpose", "rows" (numerator layout), "columns", ...
    """

    sizes: Mapping[str, Symbol] = field(default_factory=dict)
    shapes: Mapping[str, Shape] = field(default_factory=dict)
    found: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    doubted: frozenset[str] = frozenset()
    given: tuple[Basic, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    pieces: Mapping[str, Piece] = field(default_factory=dict)
    fonts: Mapping[str, str] = field(default_factory=dict)
    families: Mapping[str, Family] = field(default_factory=dict)
    signs: Mapping[str, str] = field(default_factory=dict)
    conventions: frozenset[str] = frozenset()

    def symbol(self, name: str) -> Any:
        """The SymPy symbol of a name whose shape is known."""
        return symbol(name, self.shapes[name], self.signs.get(name, ""))

    def with_sign(self, name: str, sign: str) -> Scope:
        """A number is positive, say: its symbol in what was known before is replaced."""
        old = self.symbol(name) if name in self.shapes else None
        scope = replace(self, signs={**self.signs, name: sign})
        if old is None or old == scope.symbol(name):
            return scope
        new = {old: scope.symbol(name)}
        values = {key: value.xreplace(new) for key, value in self.values.items()}
        return replace(scope, given=tuple(fact.xreplace(new) for fact in self.given), values=values)

    def with_shapes(self, shapes: Mapping[str, Shape], found: bool = False) -> Scope:
        more = frozenset(shapes) if found else frozenset()
        kept = self.found - frozenset(shapes) if not found else self.found
        return replace(self, shapes={**self.shapes, **shapes}, found=kept | more)

    def with_given(self, *facts: Basic) -> Scope:
        return replace(self, given=(*self.given, *(fact for fact in facts if fact not in self.given)))

    def with_value(self, name: str, value: Any, shape: Shape) -> Scope:
        """`name` stands for `value` from here on. Of what was known of it, ranks are kept, as facts about the value."""
        old = self.symbol(name) if name in self.shapes else None
        given = tuple(kept for fact in self.given for kept in _kept(fact, old, value))
        values = {**self.values, name: value}
        shapes, opaque = {**self.shapes, name: shape}, self.opaque - {name}
        return replace(self, values=values, given=given, shapes=shapes, found=self.found - {name}, opaque=opaque)

    def with_equal_sizes(self, name: str, other: str) -> Scope:
        """Two sizes are one from here on."""
        new = {self.sizes[name]: self.sizes[other]}
        shapes = {
            key: (S(rows).xreplace(new), S(columns).xreplace(new)) for key, (rows, columns) in self.shapes.items()
        }
        values = {key: value.xreplace(new) for key, value in self.values.items()}
        given = tuple(fact.xreplace(new) for fact in self.given)
        given = tuple(fact for fact in given if fact not in (S.true, S.false))
        return replace(self, sizes={**self.sizes, name: self.sizes[other]}, shapes=shapes, values=values, given=given)

    def with_opaque(self, *names: str) -> Scope:
        """These names stand for something that was not understood."""
        return replace(self, opaque=self.opaque | frozenset(names))

    def with_function(self, name: str, function: Function) -> Scope:
        """`name` is a function from here on, and no longer a matrix or a number."""
        shapes = {key: shape for key, shape in self.shapes.items() if key != name}
        return replace(self, functions={**self.functions, name: function}, shapes=shapes, found=self.found - {name})

    def with_piece(self, name: str, piece: Piece) -> Scope:
        return replace(self, pieces={**self.pieces, name: piece})


def _kept(fact: Basic, old: Any, value: Any) -> tuple[Basic, ...]:
    if old is None or old not in fact.free_symbols:
        return (fact,)
    is_rank = isinstance(fact, AppliedPredicate) and str(fact.function.name) in RANKS  # type: ignore[attr-defined]
    if is_rank and fact.arguments == (old,) and not value.has(old):  # type: ignore[attr-defined]
        return (fact.function(value),)  # type: ignore[attr-defined]
    return ()


def symbol(name: str, shape: Shape, sign: str = "") -> Any:
    """A real number, perhaps of a known sign, or a real matrix of that name."""
    if shape != SCALAR:
        return MatrixSymbol(name, *shape)
    return Symbol(name, real=True, **({sign: True} if sign else {}))
