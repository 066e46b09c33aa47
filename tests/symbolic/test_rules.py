"""Every rule of differentials: against the engine, against numbers, and to second order."""

import pytest
import sympy as sp

from numeric import check_derivative
from numeric.witness import witness
from symbolic.calculus import differential, gradient, hessian
from symbolic.nodes import as_matrix
from symbolic.rules import APPLIED, RULES
from symbolic.shapes import shape

SMOOTH = {name: rule for name, rule in RULES.items() if name != "power"}


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_is_what_the_engine_finds(rule):
    found = as_matrix(differential(rule.function, rule.by, rule.along))
    assert shape(found) == shape(rule.differential) == shape(rule.function)
    seen = witness(sp.Eq(found, rule.differential, evaluate=False))
    assert seen.holds and (seen.floats or sum(p.instances for p in seen.patterns) > 5)


def scalar_of(rule):
    """A scalar function that needs the rule: the sum of the squares of the entries, or the scalar itself."""
    if shape(rule.function) == (1, 1):
        return rule.function
    return sp.Trace(sp.MatMul(sp.Transpose(rule.function), rule.function))


@pytest.mark.parametrize("rule", SMOOTH.values(), ids=SMOOTH)
@pytest.mark.parametrize("kind", ["gradient", "hessian"])
def test_a_rule_holds_to_second_order(rule, kind):
    f = scalar_of(rule)
    answer = {"gradient": gradient, "hessian": hessian}[kind](f, rule.by)
    seen = check_derivative(f, rule.by, answer, kind)
    assert seen and seen.instances > 1, seen


def test_a_rule_names_its_source_and_is_printed():
    for rule in RULES.values():
        assert any(book in rule.source for book in ("Magnus and Neudecker", "Cookbook", "DLMF"))
        assert rule.latex.startswith(r"\mathrm{d} \left(")
        assert rule.along.shape == rule.by.shape and rule.along.name == f"d{rule.by}"
    assert set(APPLIED) == {sp.Inverse, sp.Determinant}
    assert RULES["inverse"].condition == sp.Q.invertible(RULES["inverse"].by)
