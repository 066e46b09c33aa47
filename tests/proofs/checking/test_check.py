"""Whole documents: right steps are never called false, false ones never proved, slips are found and mended."""

import json

import pytest

from proofs.checking.check import check_text
from proofs.checking.report import Report
from tests.proofs.checking.score import HERE, by_import, documents, judge

# Of the labelled documents, some of each notation; the slips in them that are found. All of them are scored by
# `python -m tests.proofs.checking.score`, which takes some minutes.
CAUGHT = {
    "adjoints.tex": 1, "affine_eqnarray.tex": 2, "cauchy_schwarz.tex": 2, "centring_matrix.md": 2, "deep_linear.md": 2,
    "hadamard_diag.md": 1, "householder.tex": 1, "index_sums.tex": 2, "two_by_two.md": 2, "sherman_morrison.tex": 0,
}  # fmt: skip
NAMES = {name.split(".")[0] for name in CAUGHT}
CHOSEN = [(file, truth) for file, truth in documents(HERE) if file.name.split(".")[0] in NAMES]


@pytest.mark.parametrize("file, truth", CHOSEN, ids=[file.name for file, _ in CHOSEN])
def test_labelled_documents(file, truth) -> None:  # type: ignore[no-untyped-def]
    tally = judge(file.name, by_import(file, 0), truth)
    assert not tally.alarms, json.dumps(tally.alarms, indent=1)
    if truth is not None:
        assert tally.caught >= CAUGHT[file.name]
        assert tally.read >= 0.7 * tally.steps


def check(text: str, kind: str = "md", **more: object) -> Report:
    return check_text(text, f"text.{kind}", kind, **more)  # type: ignore[arg-type]


def verdicts(report: Report) -> list[tuple[int, str]]:
    return [(step.line, step.verdict) for step in report.steps]


CASCADE = r"""
Let $A, B \in \mathbb{R}^{n\times n}$ and $x \in \mathbb{R}^n$.

$$
\begin{aligned}
\|(A + B)x\|^2 &= x^T(A + B)^T(A + B)x \\
  &= x^T(A^TA + A^TB + B^TB)x \\
  &= x^TA^TAx + 2x^TA^TBx + x^TB^TBx .
\end{aligned}
$$
"""


def test_a_slip_is_reported_once_where_it_was_made() -> None:
    report = check(CASCADE)
    assert verdicts(report) == [(6, "proved"), (7, "refuted"), (8, "proved")]
    assert "corrected form" in report.steps[2].reason


RIDGE = r"""
$X$ has independent columns. For $w$ we have

$$ (X^TX + \lambda I)^{-1}X^T = X^T(XX^T + \lambda I)^{-1} . $$
"""


def test_comments_and_the_user_say_what_the_prose_does_not() -> None:
    comment = RIDGE + "\n<!-- check: X: m x n; lambda > 0 -->\n"
    assert verdicts(check(comment)) == [(4, "proved")]
    assert verdicts(check(RIDGE, let=["X: m x n; lambda > 0"])) == [(4, "proved")]


def test_a_comment_that_cannot_be_read_is_told() -> None:
    report = check(RIDGE + "\n<!-- check: X: frobnicated -->\n")
    assert any("was not read" in text and "line 6" in text for text in report.assumed)


@pytest.mark.parametrize(
    "said, verdict",
    [
        ("Let $A$ be symmetric.", "proved"),
        ("Let $A$ be invertible.", "refuted"),
        ("$A$ need not be symmetric.", "unread"),
    ],
    ids=["symmetric", "invertible", "not symmetric"],
)
def test_a_step_is_judged_by_what_the_prose_says(said: str, verdict: str) -> None:
    text = rf"""Here $A \in \mathbb{{R}}^{{n\times n}}$ and $x \in \mathbb{{R}}^n$. {said}

$$ \frac{{\partial}}{{\partial x}} x^TAx = 2x^TA . $$
"""
    assert verdicts(check(text)) == [(3, verdict)]


def test_names_that_nobody_explains_are_not_held_against_the_author() -> None:
    assert verdicts(check("We use $$ PQ = QP . $$")) == [(1, "unread")]


def test_a_definition_is_no_step_and_what_follows_from_it_is() -> None:
    text = r"""Let $X \in \mathbb{R}^{m\times n}$ have full column rank.

$$ P = X(X^TX)^{-1}X^T $$

$$ P^2 = P, \qquad P^T = -P . $$
"""
    assert verdicts(check(text)) == [(5, "proved"), (5, "refuted")]


def test_a_gradient_set_to_zero_is_a_condition() -> None:
    text = r"""Let $A \in \mathbb{R}^{n\times n}$ be symmetric positive definite, $b \in \mathbb{R}^n$ and
$f(x) = \tfrac12 x^TAx - b^Tx$ for $x \in \mathbb{R}^n$. Set the gradient to zero:

$$ \nabla f(x) = Ax - b = 0 \quad\Longrightarrow\quad x = A^{-1}b . $$
"""
    report = check(text)
    assert next(step.verdict for step in report.steps if step.right != "0") == "proved"
    assert not any(step.verdict == "refuted" for step in report.steps)


def test_a_time_limit_is_named() -> None:
    report = check(CASCADE, file_seconds=0.0)
    assert report.steps
    assert all(step.verdict == "unread" and "time limit" in step.reason for step in report.steps)


def test_the_counterexample_is_in_the_authors_terms() -> None:
    (slip,) = [step for step in check(CASCADE).steps if step.verdict == "refuted"]
    assert r"x^T(A + B)^T(A + B)x" in slip.counterexample
    assert "n = 1" in slip.counterexample
