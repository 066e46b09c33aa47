"""Proofread documents as commands that GitHub Actions turns into remarks beside the lines of a pull request."""

from __future__ import annotations

from proofs.checking.formats.layout import Lines, Look, blamed, shown
from proofs.checking.report import Finding, Report

LEVELS = {"refuted": "error", "conditional": "warning", "unread": "notice"}


def remarks(report: Report, look: Look) -> str:
    """One line for each step that is refuted (an error), conditional (a warning) or unread (a notice).

    >>> print(remarks(Report("a,b.tex", error="50% of it\\nis missing"), Look()), end="")
    ::error file=a%2Cb.tex,title=not checked::50%25 of it%0Ais missing
    """
    if report.error:
        return f"::error file={_property(report.file)},title=not checked::{_data(report.error)}\n"
    lines = Lines(report.text)
    return "".join(_annotation(report.file, step, lines) for step in report.steps if step.verdict in LEVELS)


def _annotation(file: str, step: Finding, lines: Lines) -> str:
    start, end = blamed(step, lines)
    (line, column), (last_line, last_column) = lines.place(start), lines.place(max(end - 1, start))
    where: dict[str, object] = {"file": file, "line": line, "endLine": last_line}
    if line == last_line:  # GitHub knows no columns of several lines
        where |= {"col": column, "endColumn": last_column}
    where["title"] = f"{step.verdict}: {step.relation}" if step.verdict != "unread" else "not understood"
    says = [step.reason, step.counterexample]
    says += [f"Condition: {condition}" for condition in step.conditions]
    if step.suggestion:
        says.append(f"Try ({step.suggestion.what}): {step.suggestion.step}")
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items())
    return f"::{LEVELS[step.verdict]} {properties}::{_data(chr(10).join(filter(None, says)))}\n"


def _data(text: str) -> str:
    return shown(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")


__all__ = ["remarks"]
