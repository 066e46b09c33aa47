"""The worked parts: every step proved, every certificate replayed, every result what the mathematics says."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sympy import Eq, MatAdd, MatMul, Piecewise, Transpose

from numeric import evaluate
from numeric.elbow import elbow, loss_bias, loss_slope, relu_unit
from proofs import replay
from proofs.document import NotWorked, Part
from proofs.homework import experiment, problem2, problem5, problems
from proofs.solve import certificates, row_of, solve, verdicts
from symbolic.nodes import ForAll

ROOT = Path(__file__).resolve().parents[2]
LABELS = [f"{p.number}({label})" for p in problems() for label in p.parts]

SUPPORTED = {"6(a)"}  # has functions that the kernel does not know: see test_backward.py


@pytest.fixture(scope="module")
def worked() -> dict[str, Part]:
    small = replace(experiment.SETTING, scales=(0.1, 0.3, 1.0), rates=(0.01, 0.1), seeds=(0,), epochs=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "SETTING", small)
        return {part.label: part for section in solve().document.sections for part in section.parts}


@pytest.mark.parametrize("label", sorted({*LABELS} - SUPPORTED))
def test_every_step_is_proved_and_says_why(worked: dict[str, Part], label: str) -> None:
    part = worked[label]
    row = row_of(part)
    assert row.proved == row.steps, [v.reason for v in verdicts(part) if v.status != "proved"]
    assert part.derivations or (part.tables and part.figures and part.remarks) or isinstance(part, NotWorked)
    assert all(step.reason for d in part.derivations for step in d.steps)
    for verdict in verdicts(part):
        assert replay(json.loads(json.dumps(verdict.certificate)))
        assert verdict.witness.holds and verdict.conditions == ()


@pytest.mark.parametrize("label", LABELS)
def test_equations_join_into_chains(worked: dict[str, Part], label: str) -> None:
    """Where a derivation is a chain of equalities it runs from the claim's left side to its right side."""
    for d in worked[label].derivations:
        if d.steps and len([*d.chains()]) == 1 and {d.relation, *(step.relation for step in d.steps)} == {"="}:
            assert (d.steps[0].lhs, d.steps[-1].rhs) == (d.lhs, d.rhs)


def test_problem_2_results(worked: dict[str, Part]) -> None:
    x, c, A = problem2.x, problem2.c, problem2.A
    results = [worked[f"2({label})"].derivations[0].result for label in "abcd"]
    assert results == [Transpose(c), MatMul(2, Transpose(x)), A, MatMul(Transpose(x), MatAdd(A, Transpose(A)))]
    for label in "abcd":
        assert worked[f"2({label})"].derivations[0].answer_type.startswith("The derivative of a ")


def test_symmetry_is_necessary_and_sufficient(worked: dict[str, Part]) -> None:
    together = worked["2(e)"].derivations[-1]
    assert together.relation == "iff" and isinstance(together.lhs, ForAll) and isinstance(together.rhs, Eq)
    claim = together.verdict.certificate["claim"]
    assert claim[0] == "and" and [part[0] for part in claim[1:]] == ["implies", "implies"]


def test_ridge_needs_no_assumption_beyond_lambda(worked: dict[str, Part]) -> None:
    """Both inverses are licensed by sums of squares: nothing is presupposed, only lambda > 0 is given."""
    for d in worked["4(f)"].derivations:
        if d.title.startswith("The two"):
            certificate = d.verdict.certificate
            assert certificate["assumed"] == [] and certificate["given"] == [["positive", "lambda"]]
            assert sum(step[0] == "positive_definite" for step in certificate["steps"]) == 2


def test_elbow_after_the_step_of_the_worked_example(worked: dict[str, Part]) -> None:
    """Rate 0.1, x = 1, y = 1, w = -2, b = 4: the residual is 1, w' = -2.1, b' = 3.9, so e' = 39/21."""
    (update,) = (d for d in worked["5(d)"].derivations if d.title == "The elbow after the step")
    result = update.result
    assert isinstance(result, Piecewise)
    p = problem5
    at = {p.x: 1.0, p.w_i: -2.0, p.b_i: 4.0, p.v_i: 1.0, p.r: 1.0, p.rate: 0.1}
    assert float(evaluate(result, at)) == pytest.approx(39 / 21)
    assert float(evaluate(result, {**at, p.x: 3.0})) == pytest.approx(2.0)  # inactive: the elbow stays


def test_every_case_of_the_elbow_is_a_theorem(worked: dict[str, Part]) -> None:
    """The verdicts in the table are those of the derivations; what is said too quickly is refuted, with a point."""
    cases, example, fails = worked["5(b)"].tables
    assert {row[-1] for row in cases.rows} == {"proved"} and len(cases.rows) == 9
    assert {row[-1] for row in fails.rows} == {"refuted"} and all(row[1] for row in fails.rows)
    values = dict(example.rows)
    assert values["$e' - e$"] == r"$-\frac{1}{7}$" and values["$b' = b - \\lambda r$"] == r"$\frac{39}{10}$"


def test_a_step_of_the_unit_does_what_the_theorems_say(worked: dict[str, Part]) -> None:
    """Every claim of 5(b) about the active unit, evaluated in floating point at random numbers that meet its premises.

    The step itself is taken in NumPy, from the gradients, not from the formulas of the theorems.
    """
    rng, seen = np.random.default_rng(4), 0
    for _ in range(4000):
        w, b, x, y = rng.uniform(-3, 3, size=4)
        rate = rng.uniform(0, 2)
        r = w * x + b - y
        if w * x + b <= 0 or abs(w) < 1e-2 or abs(x) < 1e-2:
            continue
        new_w, new_b = w - rate * loss_slope(x, y, w, b), b - rate * loss_bias(x, y, w, b)
        if abs(new_w) < 1e-3 or abs(w - b * x) < 1e-3 or abs(r) < 1e-3:
            continue
        seen += 1
        move = elbow(new_w, new_b) - elbow(w, b)
        assert move == pytest.approx(rate * r * (w - b * x) / (w * new_w), rel=1e-6)
        if w > 0 > x:
            assert b > 0 and (move > 0) == (r > 0 or rate * r * x > w)
        if x > 0 > w:
            assert b > 0 and (move < 0) == (r > 0 or rate * r * x < w)
        if rate * (x**2 + 1) < 2:
            after = relu_unit(x, new_w, new_b)
            assert (after - y) ** 2 < r**2
    assert seen > 1000


def test_gradients_agree_with_differences(worked: dict[str, Part]) -> None:
    p, rng = problem5, np.random.default_rng(0)
    for d, by in zip(worked["5(a)"].derivations[2:], (p.w, p.b), strict=True):
        loss = d.lhs.expr
        for _ in range(20):
            at = dict(zip((p.x, p.y, p.w, p.b), rng.normal(size=4).tolist(), strict=True))
            up, down = (float(evaluate(loss, {**at, by: at[by] + step})) for step in (1e-6, -1e-6))
            assert (up - down) / 2e-6 == pytest.approx(float(evaluate(d.rhs, at)), abs=1e-5)


def test_the_kink_belongs_to_the_flat_side(worked: dict[str, Part]) -> None:
    p = problem5
    for d in worked["5(a)"].derivations[2:]:
        assert float(evaluate(d.rhs, {p.x: 1.0, p.y: 5.0, p.w: 2.0, p.b: -2.0})) == 0


def test_certificates_replay_without_sympy(tmp_path) -> None:
    found = list(certificates(solve(["4f"]).document))
    (tmp_path / "all.json").write_text(json.dumps(found))
    code = (
        "import sys; sys.argv = ['pushthrough', 'replay', 'all.json']\n"
        "from proofs.__main__ import main\n"
        "code = main()\n"
        "heavy = {'sympy', 'numpy', 'typer', 'flint'} & set(sys.modules)\n"
        "ours = {m for m in sys.modules if m.split('.')[0] in ('symbolic', 'numeric', 'proofs')}\n"
        "print(code, sorted(heavy), sorted(ours))"
    )
    where = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=tmp_path, env=where, capture_output=True, text=True, check=False)
    assert run.stdout.count("accepted:") == len(found) > 10
    assert run.stdout.splitlines()[-1] == "0 [] ['proofs', 'proofs.__main__', 'proofs.kernel']"


def test_listings_agree_with_the_formulas(worked: dict[str, Part]) -> None:
    for label in ("5(a)", "5(d)"):
        for item in worked[label].listings:
            assert item.source.startswith(f"def {item.name}(") and "\\" in item.formula
            assert float(item.check.rsplit(" ", 1)[1]) < 1e-12
