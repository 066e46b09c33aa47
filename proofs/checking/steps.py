"""The chains of a scope, joined over rows and displays, walked through and turned into findings."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from numeric.counterexample import Counterexample
from proofs.checking.judge import Judgement
from proofs.checking.repair import Repairer
from proofs.checking.report import Finding, Suggestion
from proofs.checking.source import Source
from proofs.checking.walk import Step
from symbolic.notation.tree import Chain, Node, Unread

ASIDES = ("where", "or")  # what stands beside an argument: "because B = S K"
JOINED = ("", "and")  # how a chain that begins with a sign goes on with the one before it


def joined(chains: Sequence[Chain]) -> list[Chain]:
    """Chains that begin with a sign become part of the chain before them: rows of one display are one argument."""
    found: list[Chain] = []
    for chain in chains:
        place = next((k for k in range(len(found) - 1, -1, -1) if found[k].link not in ASIDES), None)
        if chain.terms and chain.terms[0] is None and place is not None and chain.link in JOINED and found[place].terms:
            before = found[place]
            terms, signs = before.terms + chain.terms[1:], before.signs + chain.signs
            found[place] = replace(before, terms=terms, signs=signs, remarks=before.remarks + chain.remarks)
        else:
            found.append(chain)
    return found


@dataclass
class Findings:
    """Turns steps into findings, with a repair for what is refuted. `until` ends the search for repairs."""

    source: Source
    repairer: Repairer
    until: float

    def of(self, steps: Sequence[Step]) -> list[Finding]:
        found = []
        for k, step in enumerate(steps):
            after = steps[k + 1].right if k + 1 < len(steps) and steps[k + 1].left is step.right else None
            found.append(self._finding(step, after if isinstance(after, Node) else None))
        return found

    def _finding(self, step: Step, after: Node | None) -> Finding:
        judged: Judgement = step.judgement
        suggestion: Suggestion | None = None
        if judged.verdict == "refuted" and time.perf_counter() < self.until:
            suggestion = self.repairer.repair(step, after)
        line, column = self.source.place(step.sign.span[0])
        counterexample = judged.counterexample
        if isinstance(counterexample, Counterexample):
            left, right = self.shown(step.left), self.shown(step.right)
            counterexample = counterexample.text(
                f"{left} {self.source.text[slice(*step.sign.span)].strip()} {right}", left, right
            )
        start, end = min(step.left.span[0], step.sign.span[0]), max(step.right.span[1], step.sign.span[1])
        return Finding(
            line, column, (start, end), self.shown(step.left), self.source.text[slice(*step.sign.span)].strip(),
            self.shown(step.right), judged.verdict, judged.reason, counterexample, suggestion,
            judged.conditions, judged.evidence, judged.certificate, judged.fault, judged.seconds,
        )  # fmt: skip

    def shown(self, side: Node | Unread) -> str:
        return " ".join(self.source.text[slice(*side.span)].split())


__all__ = ["Findings", "joined"]
