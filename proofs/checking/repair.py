"""The smallest change that makes a false step true, and fits what follows.

Edits are tried on floating-point instances of what is known, which takes a millisecond each; those that agree there are
judged like any other step, cheapest first, and the first that is not refuted is offered.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from numeric.evaluate import evaluate
from numeric.sample import sample
from proofs.checking.edits import Edit, edits
from proofs.checking.judge import Judge
from proofs.checking.report import Suggestion
from proofs.checking.walk import Step
from symbolic.errors import PushthroughError
from symbolic.notation.definitions import evaluated, expanded
from symbolic.notation.elaborate import Elaborator
from symbolic.notation.parser import Macro, parse_expression
from symbolic.notation.scope import Scope
from symbolic.notation.tree import Node

FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
LATEX_OF = {"<": "<", ">": ">", "<=": r"\le", ">=": r"\ge"}
CLOSE = 1e-8
MOST = 600  # edits tried on one term
INSTANCES = 2


@dataclass
class Repairer:
    """Finds repairs for refuted steps of `text`. `seconds` bounds the search for one step."""

    text: str
    macros: dict[str, Macro] = field(default_factory=dict)
    seconds: float = 6.0

    def repair(self, step: Step, after: Node | None = None) -> Suggestion | None:
        """The cheapest edit under which the step holds; one that also equals the term after it, if there is one."""
        if not isinstance(step.left, Node) or not isinstance(step.right, Node) or step.scope is None:
            return None
        end = time.perf_counter() + self.seconds
        if step.sign.value in FLIPPED:
            return self._flipped(step)
        if step.sign.value != "=" and step.sign.value != "equiv":
            return None
        for fixed, changed in ((step.left, step.right), (step.right, step.left)):
            if changed is step.left and step.before is not None:
                break  # the term before was right: what stands here is its neighbour's too
            found = self._edited(step, fixed, changed, end, after if changed is step.right else None)
            if found is not None:
                return found
        return None

    def _flipped(self, step: Step) -> Suggestion | None:
        """The other direction of an inequality."""
        assert isinstance(step.left, Node) and isinstance(step.right, Node) and step.scope is not None
        sign = FLIPPED[step.sign.value]
        judged = Judge(self.text).judge(step.left, sign, step.right, step.scope, step.varying)
        if judged.verdict not in ("proved", "supported"):
            return None
        shown = f"{self._shown(step.left)} {LATEX_OF[sign]} {self._shown(step.right)}"
        return Suggestion(step.sign.span, LATEX_OF[sign], shown, "the other direction")

    def _edited(self, step: Step, fixed: Node, changed: Node, end: float, after: Node | None) -> Suggestion | None:
        scope = step.scope
        assert scope is not None
        instances = self._instances(fixed, changed, scope, step.varying)
        if not instances:
            return None
        agreeing: list[tuple[Edit, str]] = []
        beside = [fixed, *([after] if after is not None else [])]
        ordered = sorted(edits(changed, self.text, scope, beside), key=lambda edit: edit.cost)[:MOST]
        seen: set[str] = set()
        for edit in ordered:
            if time.perf_counter() > end or len(agreeing) >= 6:
                break
            term = edit.applied(self.text, changed.span)
            if term in seen:
                continue
            seen.add(term)
            if self._agrees(term, instances, scope, step.varying):
                agreeing.append((edit, term))
        if after is not None and len(agreeing) > 1:
            agreeing.sort(key=lambda found: found[0].cost)
        for edit, term in agreeing:
            if self._holds(fixed, changed, term, step):
                return Suggestion(edit.span, edit.latex, term.strip(), edit.what)
        return None

    def _holds(self, fixed: Node, changed: Node, term: str, step: Step) -> bool:
        tree = self._parsed(term)
        if tree is None or step.scope is None:
            return False
        sides = (fixed, tree) if changed is step.right else (tree, fixed)
        judged = Judge(self.text, seconds=1.0).judge(sides[0], "=", sides[1], step.scope, step.varying)
        return judged.verdict in ("proved", "supported")

    def _instances(
        self, fixed: Node, changed: Node, scope: Scope, varying: frozenset[str] | None
    ) -> list[tuple[dict[Any, Any], Any]]:
        """Instances of everything that is declared, with the value of the side that stays."""
        value = self._meaning(fixed, self.text, scope, varying)
        other = self._meaning(changed, self.text, scope, varying)
        if value is None:
            return []
        names = [scope.symbol(name) for name in scope.shapes if name not in scope.values]
        found = []
        for seed in range(INSTANCES):
            try:
                exprs = [value, *([other] if other is not None else []), *names]
                env = sample(exprs, list(scope.given), seed=seed)
                found.append((env, np.asarray(evaluate(value, env), dtype=float)))
            except (PushthroughError, ValueError, TypeError, KeyError, ZeroDivisionError):
                return found
        return found

    def _agrees(
        self, term: str, instances: list[tuple[dict[Any, Any], Any]], scope: Scope, varying: frozenset[str] | None
    ) -> bool:
        tree = self._parsed(term)
        if tree is None:
            return False
        meaning = self._meaning(tree, term, scope, varying)
        if meaning is None:
            return False
        for env, expected in instances:
            try:
                found = np.asarray(evaluate(meaning, env), dtype=float)
            except (PushthroughError, ValueError, TypeError, KeyError, ZeroDivisionError, np.linalg.LinAlgError):
                return False
            if found.size != expected.size or (found.size > 1 and found.shape != expected.shape):
                return False
            difference = np.linalg.norm(found.reshape(-1) - expected.reshape(-1))
            if not difference <= CLOSE * (1e-12 + np.linalg.norm(expected)):
                return False
        return True

    def _parsed(self, term: str) -> Node | None:
        try:
            return parse_expression(term, self.macros)
        except PushthroughError:
            return None

    @staticmethod
    def _meaning(node: Node, text: str, scope: Scope, varying: frozenset[str] | None) -> Any | None:
        e = Elaborator(text, scope)
        e.varying = varying
        try:
            expr = e.finished(e.value(node).expr)
            return expanded(evaluated(expr), scope)
        except (PushthroughError, RecursionError, ValueError, TypeError, AttributeError):
            return None

    def _shown(self, node: Node) -> str:
        return " ".join(self.text[slice(*node.span)].split())


__all__ = ["Repairer"]
