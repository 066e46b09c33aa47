"""Proofread documents as JSON: one object a file; of several files, a list of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from proofs.checking.formats.layout import Lines, Look, blamed
from proofs.checking.report import Finding, Report


def objects(reports: Sequence[Report], look: Look) -> str:
    """One object if a single file was asked for, else a list: a folder gives a list whatever it holds."""
    found = [as_object(report) for report in reports]
    return json.dumps(found if look.several else found[0], ensure_ascii=False, indent=1) + "\n"


def as_object(report: Report) -> dict[str, Any]:
    """The keys that others rely on come first: "file" to "summary", and in a step "line" to "suggestion".

    "suggestion" is the changed side of the step as it should read, or null; "edit" is what to replace by what, and in
    words. "fault" is [line, column, last line, last column] of the part to blame. "error" says why nothing could be
    read, or is null.
    """
    lines = Lines(report.text)
    return {
        "file": report.file,
        "declarations": list(report.declarations),
        "assumed": list(report.assumed),
        "steps": [_step(step, lines) for step in report.steps],
        "summary": report.summary,
        "error": report.error or None,
        "seconds": round(report.seconds, 3),
    }


def _step(step: Finding, lines: Lines) -> dict[str, Any]:
    repair = step.suggestion
    start, end = blamed(step, lines)
    return {
        "line": step.line,
        "column": step.column,
        "left": step.left,
        "relation": step.relation,
        "right": step.right,
        "verdict": step.verdict,
        "reason": step.reason,
        "counterexample": step.counterexample or None,
        "suggestion": repair.step if repair else None,
        "conditions": list(step.conditions),
        "evidence": step.evidence or None,
        "certificate": step.certificate,
        "span": list(step.span),
        "fault": [*lines.place(start), *lines.place(max(end - 1, start))],
        "edit": {"span": list(repair.span), "latex": repair.latex, "what": repair.what} if repair else None,
        "seconds": round(step.seconds, 3),
    }


__all__ = ["as_object", "objects"]
