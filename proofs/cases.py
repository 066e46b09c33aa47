"""Expressions given by cases: which branch of a Piecewise is in force when some comparisons are known."""

from typing import Any

import sympy as sp
from sympy.core.relational import Relational

_TRUE_WITH = {  # comparisons of the same sides that are true, when this one is; all that these exclude are false
    sp.Gt: (sp.Gt, sp.Ge, sp.Ne), sp.Lt: (sp.Lt, sp.Le, sp.Ne), sp.Eq: (sp.Eq, sp.Ge, sp.Le),
    sp.Ge: (sp.Ge,), sp.Le: (sp.Le,), sp.Ne: (sp.Ne,),
}  # fmt: skip
_OPPOSITE = {sp.Gt: sp.Le, sp.Le: sp.Gt, sp.Lt: sp.Ge, sp.Ge: sp.Lt, sp.Eq: sp.Ne, sp.Ne: sp.Eq}


_TOGETHER = {(sp.Ge, sp.Le): sp.Eq, (sp.Ge, sp.Ne): sp.Gt, (sp.Le, sp.Ne): sp.Lt}


def decisions(condition: Any, known: dict[Any, Any]) -> dict[Any, Any]:
    """`known`, and what a true comparison adds: all comparisons of its two sides that it decides, from either side."""
    out = dict(known)
    for kind in _TRUE_WITH[type(condition)]:
        for relation, value in ((kind, sp.true), (_OPPOSITE[kind], sp.false)):
            decided = relation(*condition.args, evaluate=False)
            out |= {decided: value, decided.reversed: value}
    for pair, both in _TOGETHER.items():
        one, other, whole = (kind(*condition.args, evaluate=False) for kind in (*pair, both))
        if out.get(one) is out.get(other) is sp.true and out.get(whole) is not sp.true:
            return decisions(whole, out)
    return out


def comparisons(piecewise: Any) -> list[Any]:
    """The comparisons in the conditions of a Piecewise, in order."""
    found: dict[Any, None] = {}
    for _, condition in piecewise.args:
        for atom in sp.preorder_traversal(condition):
            if isinstance(atom, Relational):
                found.setdefault(atom)
    return list(found)


def settle(expr: Any, decided: dict[Any, Any]) -> Any:
    """`expr` with every Piecewise replaced by the branch in force, as far as the decided comparisons tell."""
    chosen = {}
    for p in expr.atoms(sp.Piecewise):
        branches = []
        for value, condition in p.args:
            truth = condition.xreplace(decided)
            if truth is not sp.false:
                branches.append((value, truth))
            if truth is sp.true:
                break
        if branches and branches[0][1] is sp.true:
            chosen[p] = branches[0][0]
    inner = {p: settle(value, decided) for p, value in chosen.items()}
    return expr.xreplace(inner) if inner else expr


__all__ = ["comparisons", "decisions", "settle"]
