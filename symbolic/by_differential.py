"""Derivatives by differentials (Magnus and Neudecker, "Matrix Differential Calculus", 5.5 and 9.3).

df is taken by the product rule, dx moves to the end of every term, and the derivative is what stands before it:

    scalar by vector     df = (row) dx              the Jacobian is the row
    scalar by matrix     df = tr(G' dX)             the gradient is G
    matrix by matrix     vec dF = J vec dX          the Jacobian is J
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.core.expr import Expr

from symbolic.by_entry import Names, read
from symbolic.calculus import differential
from symbolic.derivation import Step
from symbolic.differentiate import along, differentiate
from symbolic.edges import Unrecognised
from symbolic.index import IndexForm
from symbolic.latex import write_latex
from symbolic.nodes import Gradient, Vec, as_matrix, is_single
from symbolic.recognise import as_written
from symbolic.rules import differentials_in
from symbolic.shapes import SCALAR, shape
from symbolic.terms import atom


def differential_steps(f: Any, x: Any, lhs: Basic, rhs: Any) -> list[Step]:
    """The steps from the differential of f to lhs = rhs."""
    rhs = as_matrix(rhs)
    form = read(f, Names(f, x).entry)
    rules = " ".join(f"{rule}." for rule in differentials_in(f, x))
    if is_single(x):
        return _by_scalar(form, x, lhs, rhs, rules)
    dx = sp.MatrixSymbol(f"d{x}", *shape(x))
    moved = "A scalar is its own transpose, a trace may be rotated"
    if isinstance(lhs, Gradient):
        start, end = sp.Trace(sp.MatMul(sp.Transpose(lhs), dx)), differential(f, x, dx)
        what = "the transpose of what stands before"
    else:
        column = _column(dx)
        start, end = (sp.MatMul(*(m.args if isinstance(m, sp.MatMul) else (m,)), column) for m in (lhs, rhs))
        if shape(f)[0] == 1 and shape(f)[1] != 1:
            start, end = sp.Transpose(start), sp.Transpose(end)
        what = "what stands before"
    stages = []
    try:
        terms = differentiate(form.terms, along(x, dx))
        stages.append((as_written(terms, form.row, form.column), f"Product rule: {dx} in place of {x}, once for each."))
        if shape(f) == SCALAR:
            stages.append((as_written(terms, form.row, form.column, last=atom(dx)), f"{moved}: {dx} moves to the end."))
    except Unrecognised:
        stages.clear()
    collect = f"Collect what stands before {dx}."
    if S.One not in shape(f):
        stages = [(Vec(expr), reason) for expr, reason in stages]
        name = write_latex(dx)
        collect = rf"Use $\operatorname{{vec}}(P \, {name} \, Q) = (Q^{{\top}} \otimes P) \operatorname{{vec}}({name})$"
        collect += rf" and $K \operatorname{{vec}}({name}) = \operatorname{{vec}}({name}^{{\top}})$."
    stages.append((end, collect))
    steps: list[Step] = []
    here: Any = start
    for expr, reason in stages:
        if expr != here:
            steps.append(Step(here, expr, reason=f"{reason} {rules}".strip() if not steps else reason))
            here = expr
    return [*steps, Step(lhs, rhs, reason=f"This holds for every {dx}, so the derivative is {what} {dx}.")]


def _column(dx: Any) -> Any:
    rows, columns = shape(dx)
    if columns == 1:
        return dx
    return sp.Transpose(dx) if rows == 1 else Vec(dx)


def _by_scalar(form: IndexForm, x: Any, lhs: Basic, rhs: Any, rules: str) -> list[Step]:
    """By a scalar the differential is the derivative itself, times dx."""
    terms = form.diff(x).terms
    done = "The derivative by a scalar has the shape of what is differentiated."
    try:
        expanded: Expr = as_written(terms, form.row, form.column)
    except Unrecognised:
        expanded = rhs
    steps = []
    if expanded != rhs:
        steps = [Step(expanded, rhs, reason="Collect the terms.")]
        return [Step(lhs, expanded, reason=f"Product rule, {x} in one factor after the other. {rules}".strip()), *steps]
    return [Step(lhs, rhs, reason=f"{done} {rules}".strip())]


__all__ = ["differential_steps"]
