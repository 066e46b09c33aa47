"""From what was written to what it means: syntax trees to SymPy, under a scope that says what the names are.

One pass finds sizes and builds the expression: a size that is not known yet is an unknown of `Sizes`, and products and
sums equate sizes. What has no meaning here raises `NotRead` with the place; sizes that cannot fit raise `Clash`. A name
that nobody declared is what `kinds` says it is ("scalar", "vector", "matrix"), else it is not read.

The meaning of each kind of node is a row of `MEANINGS`, in the files of `symbolic.notation.meanings`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import S, Symbol

from symbolic.errors import PushthroughError, ReadError
from symbolic.notation.build import Builder, Clash, Value
from symbolic.notation.scope import Scope, symbol
from symbolic.notation.sizes import ONE, Shape, Sizes
from symbolic.notation.tree import Node

KINDS = ("scalar", "vector", "matrix", "row")
INDICES = frozenset("i j k l p q r s t".split())


class NotRead(ReadError):
    """A piece of mathematics without a meaning here; `span` is where it stands."""

    def __init__(self, message: str, span: tuple[int, int]) -> None:
        super().__init__(message)
        self.span = span


def name_of(node: Node) -> str | None:
    """The name that a node is, decorations included: "x", "hat y", "w*", "e'", "L_lambda", "W_1"; None for others."""
    match node.kind:
        case "name":
            return node.value
        case "number":
            return None
        case "sub":
            base, below = name_of(node.children[0]), subscript_text(node.children[1])
            layer = f"{base}^{node.value[1]}{below}{node.value[2]}" if node.value else f"{base}_{below}"
            return layer if base and below else None
        case "prime" | "star":
            base, mark = name_of(node.children[0]), {"_": "_*", "H": "^H"}.get(node.value, "*")
            return base and base + ("'" if node.kind == "prime" else mark)
        case "pseudo_inverse":
            base = name_of(node.children[0])
            return base and f"{base}^+"
        case "group" if node.value == "{":
            return name_of(node.children[0])
        case "over":
            return name_of(node.children[0])
    return None


def subscript_text(node: Node) -> str | None:
    """A subscript as part of a name; None for one that is more than names, numbers and commas."""
    match node.kind:
        case "name" | "number" | "text":
            return node.value.strip()
        case "mul" if not node.value:
            parts = [subscript_text(child) for child in node.children]
            return "".join(parts) if all(parts) else None  # type: ignore[arg-type]
        case "tuple":
            parts = [subscript_text(child) for child in node.children]
            return ",".join(parts) if all(parts) else None  # type: ignore[arg-type]
        case "add":
            parts = [subscript_text(child) for child in node.children]
            return "+".join(parts) if all(parts) else None  # type: ignore[arg-type]
        case "group":
            return subscript_text(node.children[0])
        case "sub" | "prime" | "star":
            return name_of(node)
    return None


@dataclass
class Elaborator:
    """Reads trees over `text`, the document. `layout` is that of derivatives: "shape" (of the variable) or "rows".

    After reading: `sizes` knows what was found; `met` the undeclared names with their shapes; `used` all names.
    """

    text: str
    scope: Scope
    layout: str = "shape"
    kinds: Mapping[str, str] | None = None
    sizes: Sizes = field(default_factory=Sizes)

    def __post_init__(self) -> None:
        self.build = Builder(self.sizes)
        self.met: dict[str, Shape] = {}
        self.used: set[str] = set()
        self.wholes: set[str] = set()  # of those, the ones that stand for themselves, not for an entry by definition
        self.loose: set[str] = set()  # written plainly, and declared in bold: perhaps another thing
        self.bound: dict[str, Any] = {}  # index or parameter name -> its value
        self.ranges: dict[Any, Any] = {}  # index symbol -> the size that it counts
        self.indices: dict[str, Symbol] = {}  # free indices
        self.varying: frozenset[str] | None = None  # of differentials: what changes
        self.calls = 0
        self.turns_matrices = False  # in the layout "rows", the derivative by a matrix is transposed too

    # Reading.

    def value(self, node: Node) -> Value:
        """The meaning of a tree. Raises NotRead, Clash, or another PushthroughError."""
        rule = MEANINGS.get(node.kind)
        if rule is None:
            raise NotRead(f"{self.written(node)} has no meaning here", node.span)
        try:
            found = rule(self, node)
        except Clash as clash:
            clash.span = clash.span or node.span
            raise
        except PushthroughError:
            raise
        except (sp.ShapeError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
            # What SymPy's constructors refuse, in their words.
            raise NotRead(f"{self.written(node)} has no meaning for SymPy: {error}", node.span) from None
        return found if found.text else Value(found.expr, found.shape, self.written(node))

    def written(self, node: Node) -> str:
        return " ".join(self.text[slice(*node.span)].split())

    def not_read(self, node: Node, why: str) -> NotRead:
        return NotRead(why, node.span)

    def number(self, node: Node) -> Any:
        """The meaning of a tree that must be a number."""
        found = self.value(node)
        return self.build.require_scalar(found, "this place")

    def clash_of(self, left: Value, right: Value) -> Clash:
        """The error that two sides of a relation do not have one shape."""
        shapes = f"({self.build.show(left.shape)}) and {right.text} ({self.build.show(right.shape)})"
        return self.build.clash(f"the sides do not have one shape: {left.text} {shapes}", left, right)

    # Names.

    def name(self, key: str, node: Node) -> Value:
        """What a name stands for: a bound index, a symbol, a size, or something undeclared of the kind in `kinds`."""
        self.used.add(key)
        self.wholes.add(key)
        if node.kind == "name" and not node.font and self.scope.fonts.get(key) == "bf":
            self.loose.add(key)
        if key in self.bound:
            found = self.bound[key]
            return found if isinstance(found, Value) else Value(found, ONE)
        if key in self.scope.shapes:
            return Value(self.scope.symbol(key), self.scope.shapes[key])
        if key in self.scope.sizes:
            return Value(self.scope.sizes[key], ONE)
        if key in self.indices:
            return Value(self.indices[key] + 1, ONE)
        shape = self.shape_met(key, node)
        return Value(symbol(key, shape), shape)

    def is_known(self, key: str | None) -> bool:
        return key is not None and (key in self.bound or key in self.scope.shapes or key in self.scope.sizes)

    def shape_met(self, key: str, node: Node) -> Shape:
        """The shape of an undeclared name, sizes unknown at first; it is the same wherever the name stands."""
        if key not in self.met:
            if self.kinds is None:
                raise self.not_read(node, f"nothing says what {self.written(node)} is")
            kind = self.kinds.get(key, "")
            first, second = (self.sizes.unknown(hint) for hint in (f"n_{_plain(key)}", f"m_{_plain(key)}"))
            shapes = {"scalar": ONE, "vector": (first, S.One), "row": (S.One, first), "matrix": (first, second)}
            shapes["square"] = (first, first)
            if kind not in shapes:
                raise self.not_read(node, f"nothing says what {self.written(node)} is")
            self.met[key] = shapes[kind]
        return self.met[key]

    # Indices and sizes.

    def index(self, node: Node, size: Any) -> Any:
        """The number of an entry, from 0, of something that has `size` of them; an unknown letter is a free index."""
        expr = self.integer(node, free=True)
        for s in expr.free_symbols:
            if s in self.ranges and self.ranges[s] is None:
                self.ranges[s] = size
            elif expr - s in (0, 1) and s in self.ranges and not self.sizes.is_open(size):
                self.sizes.unify(self.ranges[s], size)
        return expr - 1

    def integer(self, node: Node, free: bool = False) -> Any:
        """A whole number: of sizes, indices and numbers."""
        match node.kind:
            case "number":
                if not node.value.isdigit() or len(node.value) > 9:
                    raise self.not_read(node, f"{node.value} is no index or size")
                return sp.Integer(int(node.value))
            case "group":
                return self.integer(node.children[0], free)
            case "add":
                return sp.Add(*(self.integer(child, free) for child in node.children))
            case "neg":
                return -self.integer(node.children[0], free)
            case "mul" if node.value in ("", "cdot", "times"):
                return sp.Mul(*(self.integer(child, free) for child in node.children))
            case "div":
                return self.integer(node.children[0], free) / self.integer(node.children[1], free)
            case "pow":
                return self.integer(node.children[0], free) ** self.integer(node.children[1], free)
        key = name_of(node)
        if key is None:
            raise self.not_read(node, f"{self.written(node)} is no index or size")
        if key in self.bound:
            found = self.bound[key]
            return found.expr if isinstance(found, Value) else found
        if key in self.scope.sizes:
            return self.scope.sizes[key]
        if key in self.indices:
            return self.indices[key] + 1
        if free and key not in self.scope.shapes:
            return self.free_index(key) + 1
        raise self.not_read(node, f"nothing says that {self.written(node)} is a whole number")

    def exponent(self, node: Node) -> Any:
        """The power of a matrix: a whole number, perhaps a letter for one."""
        key = name_of(node)
        if key is not None and not self.is_known(key):
            self.used.add(key)
            return Symbol(key, integer=True, positive=True)
        if key is not None and key in self.scope.found and key in INDICES:
            return Symbol(key, integer=True, positive=True)
        try:
            return self.integer(node)
        except NotRead:
            return self.number(node)

    def free_index(self, key: str) -> Symbol:
        self.indices[key] = Symbol(key, integer=True, nonnegative=True)
        self.ranges[self.indices[key]] = None
        return self.indices[key]

    def is_index(self, node: Node) -> bool:
        """Whether a subscript counts entries: a bound letter, a number, or a letter that usually counts."""
        if node.kind == "number":
            return node.value.isdigit()
        if node.kind in ("add", "neg", "group"):
            return all(self.is_index(child) for child in node.children)
        key = name_of(node)
        if key is None:
            return False
        if key in self.bound:
            return not isinstance(self.bound[key], Value)
        return key in self.indices or key in self.scope.sizes or (key in INDICES and key not in self.scope.shapes)

    @contextmanager
    def binding(self, **values: Any) -> Any:
        """Names that mean something else for a while: a summation index, the parameters of a function."""
        kept, self.bound = self.bound, {**self.bound, **values}
        try:
            yield
        finally:
            self.bound = kept

    def resolved(self, expr: Any) -> Any:
        """An expression with the sizes that are known by now."""
        return expr.xreplace(self.sizes.solved()) if hasattr(expr, "xreplace") else expr

    def finished(self, expr: Any, taken: set[str] | None = None) -> Any:
        """An expression in which every unknown size has its value or a name of its own."""
        if not hasattr(expr, "xreplace"):
            return expr
        return expr.xreplace(self.sizes.replacements(taken if taken is not None else set()))


def _plain(key: str) -> str:
    return "".join(c for c in key if c.isalnum())


Meaning = Callable[[Elaborator, Node], Value]
MEANINGS: dict[str, Meaning] = {}


def means(*kinds: str) -> Callable[[Meaning], Meaning]:
    """Register the meaning of some kinds of nodes."""

    def register(rule: Meaning) -> Meaning:
        for kind in kinds:
            MEANINGS[kind] = rule
        return rule

    return register


__all__ = ["Elaborator", "NotRead", "means", "name_of", "subscript_text"]
