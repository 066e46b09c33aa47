"""Cases, comparisons and conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from numeric.handlers.table import handles, sub_plan
from numeric.plan import Builder, Slot
from numeric.rings import Ring, Undefined, Value


@handles(sp.Piecewise)
def _piecewise(b: Builder, e: Any) -> Slot:
    """Conditions in order; only the branch that applies is evaluated, so the others may be undefined here."""
    ring = b.ring
    cases = []
    reads: list[Slot] = []
    for value, condition in e.args:
        test, test_reads = sub_plan(b, [condition], ring)
        then, then_reads = sub_plan(b, [value], ring)
        k, m = len(reads), len(test_reads)
        cases.append((test, slice(k, k + m), then, slice(k + m, k + m + len(then_reads))))
        reads += test_reads + then_reads
    shape = cases[0][2].shapes[0]

    def choose(values: list[Value]) -> Value:
        for test, test_slice, then, then_slice in cases:
            if test.run(values[test_slice])[0]:
                return then.run(values[then_slice])[0]
        raise Undefined(f"no case of {e} applies")

    return b.emit_many(choose, reads, shape)


_COMPARE: dict[type, Callable[[Ring, Value, Value], bool]] = {
    sp.Gt: lambda ring, x, y: ring.less(y, x),
    sp.Lt: lambda ring, x, y: ring.less(x, y),
    sp.Ge: lambda ring, x, y: not ring.less(x, y),
    sp.Le: lambda ring, x, y: not ring.less(y, x),
    sp.Eq: lambda ring, x, y: ring.equal(x, y),
    sp.Ne: lambda ring, x, y: not ring.equal(x, y),
}


@handles(*_COMPARE)
def _relation(b: Builder, e: Any) -> Slot:
    left, right = b.node(e.args[0]), b.node(e.args[1])
    b.require_same(left, right, e, "compare")
    ring, compare = b.ring, _COMPARE[type(e)]
    return b.emit_many(lambda r: compare(ring, r[0], r[1]), [left, right], (1, 1))


_LOGIC: dict[type, Callable[[list[Value]], bool]] = {sp.And: all, sp.Or: any, sp.Not: lambda r: not r[0]}


@handles(*_LOGIC)
def _logic(b: Builder, e: Any) -> Slot:
    combine = _LOGIC[type(e)]
    return b.emit_many(lambda r: combine(r), [b.node(a) for a in e.args], (1, 1))


@handles(type(sp.true), type(sp.false))
def _truth(b: Builder, e: Any) -> Slot:
    return b.constant(e, lambda: bool(e))
