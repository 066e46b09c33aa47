"""From SymPy expressions to plans: the table of nodes, one function each.

    plan = compile_plan([lhs, rhs], {n: 3, d: 2}, field)        plan.inputs -> [(X, 3, 2), (lambda, 1, 1)]
    left, right = plan.run([value_of_X, value_of_lambda])

Sums over an index are unrolled. Derivative nodes run a sub-plan in the ring's tangent ring: dual numbers over an exact
ring, complex numbers for floats. A node that is not in `HANDLERS` raises UnsupportedError.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Basic
from sympy.core.function import AppliedUndef

from numeric.plan import Builder, Plan, Register, Slot
from numeric.rings import Ring
from symbolic.errors import ShapeError, UnsupportedError

Handler = Callable[[Builder, Any], Slot]
HANDLERS: dict[type, Handler] = {}


def handles(*types: type) -> Callable[[Handler], Handler]:
    """Register one row of the table of nodes."""

    def register(function: Handler) -> Handler:
        HANDLERS.update(dict.fromkeys(types, function))
        return function

    return register


def handler_of(expr: Basic) -> Handler:
    """The function that compiles this node. Raises UnsupportedError, naming the node, if there is none."""
    known = HANDLERS.get(type(expr))
    if known is not None:
        return known
    for kind, handler in HANDLERS.items():
        if isinstance(expr, kind):
            return handler
    if isinstance(expr, sp.Function) and not isinstance(expr, AppliedUndef):
        return _function
    raise UnsupportedError(f"{type(expr).__name__} is not evaluated numerically (in {expr})")


def compile_plan(
    exprs: Sequence[Basic], sizes: Mapping[Basic, int], ring: Ring, indices: Mapping[Basic, int] | None = None
) -> Plan:
    """Compile `exprs` together. Raises ShapeError, or UnsupportedError (OutsideRing for a node the ring lacks)."""
    builder = Builder(ring, sizes, indices, handler_of)
    return Plan(builder, [builder.node(expr) for expr in exprs])


def sub_plan(b: Builder, exprs: Sequence[Basic], ring: Ring) -> tuple[Plan, list[Slot]]:
    """A plan for `exprs` under the bindings of `b`, and the registers of `b` that feed it."""
    indices = {s: v for s, v in b.bound.items() if isinstance(v, int)}
    key = (tuple(exprs), ring, tuple(indices.items()))
    plan = b.plans.get(key)
    if plan is None:
        plan = b.plans[key] = compile_plan(exprs, {**b.integers, **indices}, ring)
    held = {s: v.slot for s, v in b.bound.items() if isinstance(v, Register)}
    return plan, [held[s] if s in held else b.input(s, (r, c)) for s, r, c in plan.inputs]


def _function(b: Builder, e: Any) -> Slot:
    slots = [b.node(a) for a in e.args]
    for slot, a in zip(slots, e.args, strict=True):
        if b.shapes[slot] != (1, 1):
            raise ShapeError(f"{e.func.__name__} takes scalars; {a} is {b.shapes[slot][0]} x {b.shapes[slot][1]}")
    function = b.ring.function(e.func.__name__)
    return b.emit_many(lambda r: function(*r), slots, (1, 1))


HANDLERS.update(dict.fromkeys([sp.Max, sp.Min], _function))
