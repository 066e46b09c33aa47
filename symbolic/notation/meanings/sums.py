"""Sums and products over an index."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import S

from symbolic.nodes import MatrixSum
from symbolic.notation.build import Clash, Value, scalar
from symbolic.notation.elaborate import Elaborator, means, name_of
from symbolic.notation.sizes import ONE
from symbolic.notation.tree import Node
from symbolic.shapes import same_size


@means("sum", "prod")
def _sum(e: Elaborator, node: Node) -> Value:
    """From the author's numbers, which begin at 1, to places, which begin at 0."""
    *bounds, body = node.children
    letter, lower, upper, skipped = _range(e, node, bounds)
    i = sp.Symbol(letter, integer=True, nonnegative=True)
    if i in e.ranges or any(str(s) == letter for s in e.ranges):
        i = sp.Dummy(letter, integer=True, nonnegative=True)
    e.ranges[i] = None
    with e.binding(**{letter: i + 1}):
        inner = e.value(body)
    if upper is None:
        if e.ranges[i] is None:
            raise e.not_read(node, f"nothing says how far {letter} runs")
        upper = e.ranges[i]
    elif e.ranges[i] is not None:
        _require_within(e, node, letter, upper, e.ranges[i])
    if upper is S.Infinity or lower is S.NegativeInfinity:
        raise e.not_read(node, "infinite sums are not understood")
    total = _totalled(e, node, inner, (i, lower - 1, upper - 1))
    if skipped is None:
        return total
    with e.binding(**{letter: skipped}):
        left_out = e.value(body)
    return e.build.add([total, e.build.negative(left_out)])


def _require_within(e: Elaborator, node: Node, letter: str, upper: Any, size: Any) -> None:
    """A sum up to one declared size over the entries of something that has another one."""
    size = e.sizes.resolve(size)
    if same_size(upper, size) or not (upper.is_Symbol and size.is_Symbol) or e.sizes.has_open(size):
        return
    dimensions = {s for shape in e.scope.shapes.values() for n in shape for s in sp.S(n).free_symbols}
    compared = any({upper, size} <= fact.free_symbols for fact in e.scope.given)
    named = {upper, size} <= set(e.scope.sizes.values())
    if named and upper in dimensions and not compared:
        raise Clash(
            f"{letter} runs to {upper}, and there are {size} entries in {e.written(node)}: {upper} is not {size}"
        )


def _totalled(e: Elaborator, node: Node, inner: Value, limits: tuple[Any, Any, Any]) -> Value:
    if inner.is_number or e.build.is_scalar(inner):
        kind = sp.Sum if node.kind == "sum" else sp.Product
        return Value(kind(scalar(inner.expr), limits), ONE)
    if node.kind == "prod":
        raise e.not_read(node, "a product of matrices over an index is not understood")
    return Value(MatrixSum(inner.expr, limits), inner.shape)


def _bound(e: Elaborator, node: Node) -> Any:
    return S.Infinity if node.value == "infty" else e.integer(node, free=True)


def _range(e: Elaborator, node: Node, bounds: tuple[Node, ...] | list[Node]) -> tuple[str, Any, Any, Any]:
    """The index, its bounds (None for the upper one: by use), and the value left out, if there is one."""
    if len(bounds) == 2:
        if not node.value:
            raise e.not_read(node, f"the index of {e.written(node)} is not understood")
        return node.value, e.integer(bounds[0], free=True), _bound(e, bounds[1]), None
    if len(bounds) == 1:
        lower = bounds[0]
        if lower.kind == "relation" and len(lower.children) == 2 and lower.value == "!=":
            letter = name_of(lower.children[0])
            if letter is not None:
                return letter, S.One, None, e.integer(lower.children[1], free=True)
        if lower.kind == "relation" and lower.value in ("= ", "=") and len(lower.children) == 2:
            letter = name_of(lower.children[0])
            if letter is not None:
                return letter, e.integer(lower.children[1], free=True), None, None
        letter = name_of(lower)
        if letter is not None:
            return letter, S.One, None, None
        if lower.kind == "number" and node.value:
            return node.value, e.integer(lower), None, None
    if node.value:
        return node.value, S.One, None, None
    raise e.not_read(node, f"over what {e.written(node)} runs is not understood")
