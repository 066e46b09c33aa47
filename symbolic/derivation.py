"""A derivation: what is claimed, under which hypotheses, and the steps that lead there.

`symbolic` builds derivations and knows nothing of proofs; `proofs.verify` returns a copy in which the claim and every
step carry a verdict, and in which each step's reason is the one read off its certificate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sympy import Basic


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
        """The same step, judged, its reason replaced by what the evidence used (kept when that is empty)."""
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
    verdict: Any = None

    @property
    def result(self) -> Basic:
        return self.rhs

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)
