"""A derivation: what is claimed, under which hypotheses, and the steps that lead there.

`symbolic` builds derivations and knows nothing of proofs; `proofs.verify` returns a copy in which the claim and every
step carry a verdict, and in which each step's reason is the one read off its certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sympy import Basic, MatrixSymbol, Symbol

from symbolic.latex import RELATIONS, write_latex
from symbolic.typesetting.prose import tex_prose, tex_text

# Relations that may follow one another in one line of argument: `a = b < c` says something of a and c, `a < b > c` not.
_LINES_OF_ARGUMENT = ({"=", "<", "<="}, {"=", ">", ">="}, {"iff"})


@dataclass(frozen=True)
class Step:
    """One relation `lhs relation rhs`, true under the derivation's hypotheses and its own.

    `reason` is what the engine did to get here; `note` is a remark that claims nothing. Sides may contain `Piecewise`:
    such a step is judged case by case.
    """

    lhs: Basic
    rhs: Basic
    relation: str = "="
    reason: str = ""
    given: tuple[Basic, ...] = ()
    note: str = ""
    verdict: Any = None  # a proofs.Verdict once verified

    def with_verdict(self, verdict: Any, reason: str) -> Step:
        """The same step, judged, its reason replaced by the one read off the evidence (kept when that is empty)."""
        return replace(self, verdict=verdict, reason=reason or self.reason)


@dataclass(frozen=True)
class Derivation:
    """A claim with its hypotheses, the type of the answer in words, and the steps in order.

    `result` is the right-hand side of the claim: what was derived.
    """

    lhs: Basic
    rhs: Basic
    relation: str = "="
    given: tuple[Basic, ...] = ()
    steps: tuple[Step, ...] = ()
    title: str = ""
    answer_type: str = ""
    evidence: str = ""  # what independent witnesses of the result saw
    verdict: Any = None

    @property
    def result(self) -> Basic:
        return self.rhs

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def chains(self) -> Iterator[tuple[Step, ...]]:
        """The steps in runs: each step of a run begins with the expression at which the one before it ends."""
        run: list[Step] = []
        for step in self.steps:
            signs = {step.relation, *(before.relation for before in run)}
            if run and (step.lhs != run[-1].rhs or not any(signs <= line for line in _LINES_OF_ARGUMENT)):
                yield tuple(run)
                run = []
            run.append(step)
        if run:
            yield tuple(run)

    def latex_of(self, expr: Basic) -> str:
        """`expr` in LaTeX; unnamed indices keep clear of every name in the derivation."""
        named = [part.atoms(Symbol, MatrixSymbol) for line in (self, *self.steps) for part in (line.lhs, line.rhs)]
        return write_latex(expr, avoid={symbol.name for symbols in named for symbol in symbols})  # type: ignore[attr-defined]

    def to_latex(self) -> str:
        """The chain of steps as an `aligned` display, with the reason and, once judged, the verdict of each.

        >>> from sympy import MatMul, MatrixSymbol, Transpose, symbols
        >>> n = symbols("n", integer=True, positive=True)
        >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
        >>> step = Step(Transpose(MatMul(A, x)), MatMul(x.T, A.T), reason="transpose of a product")
        >>> print(Derivation(step.lhs, step.rhs, steps=(step,)).to_latex())
        \\begin{aligned}
        \\left(A \\mathbf{x}\\right)^{\\top} &= \\mathbf{x}^{\\top} A^{\\top} && \\text{transpose of a product}
        \\end{aligned}
        """
        rows = []
        for chain in [*self.chains()] or [(Step(self.lhs, self.rhs, self.relation, verdict=self.verdict),)]:
            for number, step in enumerate(chain):
                left = self.latex_of(step.lhs) + " " if not number else ""
                right = f"{sign_of(step.relation)} {self.latex_of(step.rhs)}" if step.relation != "holds" else ""
                judged = f"({step.verdict.status})" if step.verdict is not None else ""
                reason = " ".join(filter(None, (step.reason, judged)))
                rows.append(f"{left}&{right}" + (rf" && \text{{{tex_prose(reason)}}}" if reason else ""))
        return "\\begin{aligned}\n" + " \\\\\n".join(rows) + "\n\\end{aligned}"

    def _repr_latex_(self) -> str:
        return f"$$\n{self.to_latex()}\n$$"


def equalities(
    *expressions: Basic,
    given: tuple[Basic, ...] = (),
    title: str = "",
    answer_type: str = "",
    notes: tuple[str, ...] = (),
) -> Derivation:
    """The derivation `first = second = ... = last`, with a step between each two neighbours.

    `notes`: a remark for each step, if there are any.

    >>> from sympy import MatMul, MatrixSymbol, Transpose, symbols
    >>> n = symbols("n", integer=True, positive=True)
    >>> A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
    >>> len(equalities(Transpose(MatMul(A, A, x)), MatMul(Transpose(MatMul(A, x)), A.T), MatMul(x.T, A.T, A.T)).steps)
    2
    """
    pairs = [*pairwise(expressions)]
    remarks = notes or ("",) * len(pairs)
    steps = tuple(Step(one, two, note=note) for (one, two), note in zip(pairs, remarks, strict=True))
    shown = steps if len(steps) > 1 else ()
    return Derivation(expressions[0], expressions[-1], "=", given, shown, title, answer_type)


def sign_of(relation: str) -> str:
    """A relation in LaTeX; one that has no sign is written in words."""
    return RELATIONS.get(relation) or rf"\text{{ {tex_text(relation)} }}"
