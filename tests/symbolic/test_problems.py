"""Every row of the tables of problems, at tall, wide, square and small shapes.

Answers are evaluated by a reader of SymPy's nodes, and compared with small steps of the original function; the answer
that the Matrix Cookbook prints has to agree too. `python -m tests.symbolic.problems` prints how many are right.
"""

import re
from collections import defaultdict

import pytest
import sympy as sp

from symbolic.calculus import gradient
from symbolic.errors import UnsupportedError
from tests.symbolic.problems import cookbook
from tests.symbolic.problems.corpus import ALL, FAMILIES
from tests.symbolic.problems.judge import SHAPES, agrees, answer, digestible, instance, judge
from tests.symbolic.standard import NotStandardError, by_sympy, differences, flat, slopes, value

# What the engine refuses, by the name of the row, and words of its reason. A row that it learns has to leave.
REFUSED = {
    "cookbook 143": "no structure 'toeplitz'",
    "structured: an entry of a Kronecker product": "Mod is not a node known here",
    "structured: double sum below the diagonal": "the range of j depends on another index",
    "structured: sum over another size": "no matrix notation",
}
ANSWERED = sorted(ALL.keys() - REFUSED.keys())


@pytest.mark.parametrize("name", ANSWERED)
def test_answer_is_the_derivative_and_agrees_with_the_printed_one(name):
    verdict = judge(ALL[name])
    assert verdict.status == "right", f"{verdict.status}: {verdict.detail}\n{verdict.answer}"


@pytest.mark.parametrize("name, reason", REFUSED.items(), ids=REFUSED)
def test_what_is_refused_says_why(name, reason):
    with pytest.raises(UnsupportedError, match=re.escape(reason)):
        answer(ALL[name])


MISPRINTS = {name: row for name, row in ALL.items() if row.misprint is not None}


@pytest.mark.parametrize("row", MISPRINTS.values(), ids=MISPRINTS)
def test_misprints_are_false(row):
    assert any("should be" in agrees(row, row.misprint, shape) for shape in SHAPES[row.shapes])


def test_every_equation_of_the_chapter_has_a_row_or_a_reason():
    missing = set(range(33, 145)) - {row.equation for row in cookbook.ROWS} - cookbook.NOT_EXPRESSIBLE.keys()
    assert not missing
    assert sum(map(len, FAMILIES.values())) >= 300


def test_one_name_is_one_matrix_in_a_row():
    for row in ALL.values():
        shapes = defaultdict(set)
        for matrix in row.expr.atoms(sp.MatrixSymbol):
            shapes[str(matrix)].add(matrix.shape)
        assert all(len(found) == 1 for found in shapes.values()), (row.id, shapes)


# SymPy alone evaluates the answer: a sample here, all rows in `python -m tests.symbolic.problems`.
@pytest.mark.parametrize("name", ANSWERED[::12])
def test_sympy_alone_evaluates_the_answer(name):
    row = ALL[name]
    assert not digestible(row, answer(row))


def test_the_two_readers_agree_on_the_questions():
    compared = 0
    for row in list(ALL.values())[::15]:
        env = instance(row, (2, 2, 1, 2))
        try:
            by_itself = by_sympy(row.expr, env)
        except NotStandardError:
            continue
        compared += 1
        assert flat(by_itself) == pytest.approx(flat(value(row.expr, env)), rel=1e-9, abs=1e-9), row.id
    assert compared > 30


def test_a_wrong_answer_is_seen():
    row = ALL["cookbook 81"]
    x, B = row.by, sp.MatrixSymbol("B", *[row.by.shape[0]] * 2)
    assert not agrees(row, row.printed, (2, 3, 1, 1))
    assert "should be" in agrees(row, (B + B) * x, (2, 3, 1, 1))
    assert "shape" in agrees(row, gradient(row.expr, x).T, (2, 3, 1, 1))
    with pytest.raises(NotStandardError):
        value(sp.Function("g")(sp.Symbol("z")), {sp.Symbol("z"): 1.0})


def test_complex_steps_agree_with_central_differences():
    row = ALL["cookbook 91, n = 3"]
    env = instance(row, (2, 3, 1, 1))
    function = lambda at: value(row.expr, {**env, row.by: at})  # noqa: E731
    assert slopes(function, env[row.by]) == pytest.approx(differences(function, env[row.by]), rel=1e-9)
