"""What every format needs: the lines of a file, where a step stands in them, and characters that are safe to show."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from proofs.checking.report import VERDICTS, Finding, Report, Suggestion

MARKS = {"proved": "✓", "supported": "≈", "conditional": "†", "refuted": "✗", "unread": "?"}
# What a terminal or a browser would obey instead of showing: controls, and marks that turn the direction of writing.
_OBEYED = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


@dataclass(frozen=True)
class Look:
    """How a text is to look: what is left out, how wide (None: no limit), whether in colours, as one or as a list."""

    verbose: bool = False
    width: int | None = None
    color: bool = False
    several: bool = False


def _nothing(*_: object) -> str:
    return ""


@dataclass(frozen=True)
class Format:
    """`each` is printed as soon as a file is done, `end` when all are."""

    each: Callable[[Report, Look], str] = _nothing
    end: Callable[[Sequence[Report], Look], str] = _nothing


class Lines:
    r"""A text by its lines, which end at `\n` or `\r\n`; lines and columns are counted from 1, offsets from 0.

    >>> lines = Lines("ab\ncde\n")
    >>> lines[2], lines.place(4), lines.offset(2, 2), len(lines)
    ('cde', (2, 2), 4, 2)
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(end.end() for end in re.finditer("\n", text))]

    def __len__(self) -> int:
        return len(self.starts) - (self.text.endswith("\n"))

    def __getitem__(self, number: int) -> str:
        return self.text[slice(*self.bounds(number))]

    def bounds(self, number: int) -> tuple[int, int]:
        """The offsets of the first character of a line, and of the one after its last."""
        start = self.starts[number - 1]
        end = self.starts[number] if number < len(self.starts) else len(self.text)
        return start, start + len(self.text[start:end].rstrip("\r\n"))

    def place(self, offset: int) -> tuple[int, int]:
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        line = min(max(line, 1), len(self.starts))
        return min(self.starts[line - 1] + max(column, 1) - 1, len(self.text))


def extent(step: Finding, lines: Lines) -> tuple[int, int]:
    """The offsets of the sign of a step and of what follows: the term before it belongs to the step before."""
    start, end = lines.offset(step.line, step.column), min(step.span[1], len(lines.text))
    if end <= start:
        start, end = min(max(step.span[0], 0), start), start + 1
    return _trimmed(lines.text, start, min(end, len(lines.text)))


def blamed(step: Finding, lines: Lines) -> tuple[int, int]:
    """The offsets of the part to blame; where none is known, of the sign and what follows."""
    if step.fault is None or not 0 <= step.fault[0] < step.fault[1] <= len(lines.text):
        return extent(step, lines)
    return _trimmed(lines.text, *step.fault)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    kept = part.strip()
    start += len(part) - len(part.lstrip()) if kept else 0
    return start, start + len(kept)


def repaired(text: str, suggestions: Sequence[Suggestion]) -> tuple[str, list[Suggestion]]:
    """`text` with every suggestion applied that does not overlap one before it, and those that were."""
    applied: list[Suggestion] = []
    for suggestion in sorted(suggestions, key=lambda s: s.span):
        start, end = suggestion.span
        if not 0 <= start <= end <= len(text):
            continue
        if not applied or (start >= applied[-1].span[1] and suggestion.span != applied[-1].span):
            applied.append(suggestion)
    for suggestion in reversed(applied):
        text = text[: suggestion.span[0]] + suggestion.latex + text[suggestion.span[1] :]
    return text, applied


def shown(text: str) -> str:
    r"""`text` with a sign for every character that would be obeyed instead of shown; tabs and line ends stay.

    >>> shown("a\x1b[31m\u202eb")
    'a�[31m�b'
    """
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def counted(report: Report) -> str:
    """`14 steps: 11 proved, 1 refuted (line 19), 2 unread`, or why there are none."""
    if report.error:
        return f"not checked: {shown(report.error)}"
    if not report.steps:
        return "no steps found"
    refuted = list(dict.fromkeys(step.line for step in report.steps if step.verdict == "refuted"))
    many = ", ".join(map(str, refuted[:6])) + (f" and {len(refuted) - 6} more" if len(refuted) > 6 else "")
    where = {"refuted": f" ({'line' if len(refuted) == 1 else 'lines'} {many})"}
    return f"{steps(len(report.steps))}: {numbers(report.summary, where)}"


def numbers(summary: dict[str, int], where: dict[str, str] | None = None) -> str:
    found = (f"{summary[v]} {v}{(where or {}).get(v, '')}" for v in VERDICTS if summary[v])
    return ", ".join(found)


def steps(number: int) -> str:
    return f"{number} step{'s' * (number != 1)}"


__all__ = ["MARKS", "Format", "Lines", "Look", "blamed", "counted", "extent", "numbers", "repaired", "shown", "steps"]
