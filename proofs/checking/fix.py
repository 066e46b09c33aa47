"""Corrected copies: the repairs that were offered put into the text, and the result checked again."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from proofs.checking.formats.layout import repaired
from proofs.checking.report import Report, Suggestion
from proofs.checking.run import STDIN, Check, Options, check_files, read_text
from proofs.files import write_whole
from symbolic.errors import ReadError


@dataclass(frozen=True)
class Fix:
    """A text with repairs in it. `after` is the report on it, under the name of the copy."""

    before: Report
    text: str
    applied: tuple[Suggestion, ...]
    after: Report

    @property
    def helps(self) -> bool:
        """Whether fewer steps are refuted than were, and none that was read is now unread."""
        old, new = self.before.summary, self.after.summary
        return not self.after.error and new["refuted"] < old["refuted"] and new["unread"] <= old["unread"]


def fixes(reports: Sequence[Report], check: Check, options: Options, jobs: int | None = None) -> Iterator[Fix]:
    """For every report with repairs of refuted steps, the text with all of them that do not overlap, checked again."""
    todo: list[tuple[Report, str, tuple[Suggestion, ...]]] = []
    for report in reports:
        offered = [step.suggestion for step in report.steps if step.verdict == "refuted" and step.suggestion]
        text, applied = repaired(report.text, offered)
        if applied and text != report.text:
            todo.append((report, text, tuple(applied)))
    texts = {copy_of(report.file): text for report, text, _ in todo}
    found = check_files(list(texts), check, options, jobs, texts)
    for (report, text, applied), after in zip(todo, found, strict=True):
        yield Fix(report, text, applied, after)


def copy_of(name: str) -> str:
    """The name of the corrected copy.

    >>> copy_of("notes/paper.tex"), copy_of("<stdin>")
    ('notes/paper.fixed.tex', '<stdin>.fixed')
    """
    stem, suffix = os.path.splitext(name)
    return f"{stem}.fixed{suffix}"


def write(fix: Fix, in_place: bool) -> str:
    """Write the corrected copy, or the file itself, and return the name of what was written.

    In place, a link is followed, the file keeps its permissions, and a file that has changed since it was read is left
    alone. Raises ReadError then, and for standard input; OSError when it cannot be written.
    """
    name = fix.before.file
    if name == STDIN:
        raise ReadError("standard input cannot be rewritten: name a file")
    if not in_place:
        write_whole(Path(copy_of(name)), fix.text)
        return copy_of(name)
    path = Path(name).resolve()
    if read_text(name) != fix.before.text:
        raise ReadError(f"{name} has changed since it was checked: it was left as it is")
    mode = path.stat().st_mode
    write_whole(path, fix.text)
    path.chmod(mode)
    return name


__all__ = ["Fix", "copy_of", "fixes", "write"]
