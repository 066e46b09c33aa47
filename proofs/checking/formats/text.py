"""Proofread documents for a terminal: the author's lines with the faulty part marked, why, and a repair."""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from proofs.checking.formats.layout import (
    MARKS,
    Lines,
    Look,
    blamed,
    counted,
    extent,
    numbers,
    shown,
    steps,
)
from proofs.checking.report import VERDICTS, Finding, Report

STYLES = {
    "refuted": "bold red", "conditional": "bold magenta", "unread": "bold cyan", "supported": "yellow",
    "proved": "green",
}  # fmt: skip
DISPLAYED = ("refuted", "conditional")  # without being asked
SHOWN_LINES = 9  # of a step; the others are left out in the middle
NARROW, NARROWEST, PIPED = 40, 14, 120  # columns: of prose and of a source line at least; where there is no terminal
TAB = 4


def listing(report: Report, look: Look) -> str:
    """The steps of a file that need attention, what was assumed, and its line of counts; `verbose`: every step."""
    return _printed(_listing(report, look), look)


def totals(reports: Sequence[Report], look: Look) -> str:
    """One line on all files, if there are several, and where more is to be seen."""
    return _printed(_totals(reports, look), look)


def difference(before: str, after: str, name: str, new: str, look: Look) -> str:
    """A unified diff between two texts."""
    rows = difflib.unified_diff(before.splitlines(), after.splitlines(), name, new, lineterm="", n=1)
    style = {"-": "red", "+": "green", "@": "cyan"}
    return _printed((Text(shown(row), style.get(row[0], "") if row else "") for row in rows), look)


def _printed(rows: Iterable[Text], look: Look) -> str:
    buffer = io.StringIO()
    system = "standard" if look.color else None
    console = Console(file=buffer, force_terminal=look.color, color_system=system, width=10_000, legacy_windows=False)
    for row in rows:
        console.print(row, soft_wrap=True, markup=False, highlight=False, emoji=False)
    return buffer.getvalue()


def _listing(report: Report, look: Look) -> Iterator[Text]:
    lines = Lines(report.text)
    close = False  # whether a blank line is due
    for step in report.steps:
        if _attends(step, look):
            yield from [Text()] * close
            yield from _step(report.file, step, lines, look)
            close = False
            yield Text()
        elif look.verbose:
            yield from _in_one_line(report.file, step, look)
            close = True
    assumed = report.assumed if look.verbose else ("; ".join(report.assumed),)
    items = [("read", fact) for fact in report.declarations if look.verbose]
    items += [("assumed", fact) for fact in assumed if fact]
    yield from [Text()] * (close and bool(items))
    for name, item in items:
        yield from _wrapped(f"{name}: ", "dim", shown(item), look, "")
    yield from [Text()] * (close or bool(items))
    head = Text(f"{shown(report.file)}: ", "bold")
    failed = report.error or report.summary["refuted"]
    yield Text.assemble(head, (counted(report), "red" if failed else "green" if report.steps else ""))
    yield from [Text()] * _spaced(report, look)


def _attends(step: Finding, look: Look) -> bool:
    """Whether a step is shown with its lines."""
    return step.verdict in DISPLAYED or (look.verbose and step.verdict == "unread")


def _spaced(report: Report, look: Look) -> bool:
    """Whether a blank line keeps a file apart from the next."""
    return look.several and (look.verbose or any(_attends(step, look) for step in report.steps))


def _totals(reports: Sequence[Report], look: Look) -> Iterator[Text]:
    summary = {verdict: sum(report.summary[verdict] for report in reports) for verdict in VERDICTS}
    if len(reports) > 1:
        lost = sum(bool(report.error) for report in reports)
        counts = ", ".join(filter(None, (numbers(summary), f"{lost} not checked" * bool(lost))))
        yield from [Text()] * (not _spaced(reports[-1], look))
        yield Text(f"{len(reports)} files, {steps(sum(summary.values()))}" + f": {counts}" * bool(counts), "bold")
    if summary["unread"] and not look.verbose:
        yield Text("--verbose shows what was not understood", "dim")


def _in_one_line(file: str, step: Finding, look: Look) -> Iterator[Text]:
    left, right = (" ".join(shown(side).split()) for side in (step.left, step.right))
    head = Text(f"{MARKS[step.verdict]} {step.verdict:9}", STYLES[step.verdict])
    row = Text(f" {shown(file)}:{step.line}:{step.column}: {left} {shown(step.relation)} {right}")
    row.truncate((look.width or PIPED) - len(head), overflow="ellipsis")
    yield Text.assemble(head, row)
    for line in shown(step.evidence).splitlines():
        yield Text(f"            {line}", "dim")


def _step(file: str, step: Finding, lines: Lines, look: Look) -> Iterator[Text]:
    """The verdict with its reason, the place, the lines with marks, and what belongs to the verdict."""
    style = STYLES[step.verdict]
    yield from _wrapped(f"{step.verdict}: ", style, shown(step.reason), look, "bold")
    start, end = blamed(step, lines)
    line, column = lines.place(start)
    first = lines.place(min(max(step.span[0], 0), start))[0]
    gutter = len(str(lines.place(max(end - 1, start))[0]))
    yield Text.assemble(" " * gutter, ("--> ", "blue"), f"{shown(file)}:{line}:{column}")
    margin = Text(" " * gutter + " |", "blue")
    yield margin
    yield from _source(lines, first, (start, end), lines.place(extent(step, lines)[0])[0], gutter, style, look)
    evidence = step.evidence if look.verbose else ""
    if step.conditions or step.counterexample or evidence or step.suggestion:
        yield margin
    note = Text(" " * gutter + " = ", "blue")
    for condition in step.conditions:
        yield from _note(note, "condition", condition, look)
    if step.counterexample:
        yield from _note(note, "counterexample", step.counterexample, look)
    if evidence:
        yield from _note(note, "evidence", evidence, look)
    if step.suggestion:
        yield Text.assemble(note, ("try", "bold"), f": {shown(step.suggestion.what)}" * bool(step.suggestion.what))
        yield from _repair(lines, step, gutter, look)


def _note(note: Text, name: str, text: str, look: Look) -> Iterator[Text]:
    rows = shown(text).strip("\n").splitlines()
    if len(rows) == 1:
        yield from _wrapped(Text.assemble(note, (name, "bold"), ": "), "", rows[0], look, "")
        return
    yield Text.assemble(note, (name, "bold"), ":")
    for row in rows:
        yield Text(" " * (note.cell_len + 2) + row)


def _wrapped(head: str | Text, style: str, text: str, look: Look, body: str) -> Iterator[Text]:
    """`text` behind `head`, in lines of the terminal's width; the later lines stand under the first word."""
    head = Text(head, style) if isinstance(head, str) else head
    indent = min(head.cell_len, 18)
    rows = [row for part in text.splitlines() or [""] for row in _folded(part, look.width, head.cell_len, indent)]
    for number, row in enumerate(rows):
        yield Text.assemble(" " * indent if number else head, (row, body))


def _folded(text: str, width: int | None, first: int, indent: int) -> list[str]:
    """Words in lines: rich's own wrapping knows no first line of another width."""
    if width is None:
        return [text]
    rows, used = [""], first
    for word in text.split():
        space = cell_len(word) + bool(rows[-1])
        if rows[-1] and used + space > max(width, NARROW):
            rows.append(word)
            used = indent + cell_len(word)
        else:
            rows[-1] += (" " if rows[-1] else "") + word
            used += space
    return rows


def _source(
    lines: Lines, first: int, fault: tuple[int, int], sign: int, gutter: int, style: str, look: Look
) -> Iterator[Text]:
    """The lines from `first` to the last faulty one; those with a fault have marks under it."""
    begin, last = lines.place(fault[0])[0], lines.place(max(fault[1] - 1, fault[0]))[0]
    numbers = [*range(min(first, begin, sign), last + 1)]
    if len(numbers) > SHOWN_LINES:  # the first faulty line and its neighbours, and the last
        near = {sign, *range(begin - 1, begin + SHOWN_LINES - 3), last}
        numbers = [number for number in numbers if number in near]
    previous = numbers[0] - 1
    for number in numbers:
        if number > previous + 1:
            yield Text(" " * gutter + " ...", "blue")
        previous = number
        start, end = lines.bounds(number)
        line = lines[number]
        indent = len(line) - len(line.lstrip())
        marked = (max(fault[0] - start, indent), min(fault[1], end) - start)
        if not begin <= number <= last or (marked[0] >= max(marked[1], 1) and begin != last):
            marked = None
        shown_line, marks = _window(line, marked, (look.width or PIPED) - gutter - 4)
        yield Text.assemble((f"{number:>{gutter}} | ", "blue"), (shown_line.rstrip(), "" if marked else "dim"))
        if marks:
            yield Text.assemble((" " * gutter + " | ", "blue"), (marks, style))


def _window(line: str, marked: tuple[int, int] | None, width: int, sign: str = "^") -> tuple[str, str]:
    """The part of a line around what is marked that fits into `width` columns, and the marks that go under it.

    >>> _window("a\\tb = 好 + c", (6, 7), 40)
    ('a   b = 好 + c', '        ^^')
    >>> _window("x" * 30 + " = y + z", (31, 32), 14)
    ('...xxx = y + z', '       ^')
    """
    width = max(width, NARROWEST)
    cells, column = [], 0  # every character as it is shown, with the column where it begins
    for letter in shown(line):
        text = " " * (TAB - column % TAB) if letter == "\t" else letter
        cells.append((column, text))
        column += cell_len(text)
    edges = [start for start, _ in cells] + [column, column + 1]
    left, right = marked or (0, 0)
    left, right = edges[min(left, len(cells))], edges[min(max(right, left + 1), len(cells) + 1)]
    right = max(right, left + 1)
    begin, end = 0, column
    if column > width and marked:
        room = width - (right - left)
        begin = max(0, min(left - max(room // 2, 6), column - width))
        end = begin + width
    elif column > width:
        end = width
    kept = [text for start, text in cells if begin <= start and start + cell_len(text) <= end]
    offset = next((start for start, _ in cells if start >= begin), 0)
    out = "".join(kept)
    if begin > 0:
        out, offset = "..." + _without(out, 3), offset
    if end < column:
        out = _without(out[::-1], 3)[::-1] + "..."
    right = min(right, offset + max(cell_len(out), 1)) if column > width else right
    marks = " " * (left - offset) + sign * (right - left) if marked else ""
    return out, marks


def _without(text: str, columns: int) -> str:
    """`text` without the characters in its first columns; half a wide one becomes a space."""
    gone = 0
    while text and gone < columns:
        gone += cell_len(text[0])
        text = text[1:]
    return " " * (gone - columns) + text


def _repair(lines: Lines, step: Finding, gutter: int, look: Look) -> Iterator[Text]:
    """The lines that a suggestion touches, before and after, with what is new marked."""
    repair = step.suggestion
    assert repair is not None
    start, end = repair.span
    if not 0 <= start <= end <= len(lines.text):
        return
    first, last = lines.place(start)[0], lines.place(max(end - 1, start))[0]
    before, after = lines.bounds(first)[0], lines.bounds(last)[1]
    after = max(after, end)
    old = lines.text[before:after]
    new = lines.text[before:start] + repair.latex + lines.text[end:after]
    width = (look.width or PIPED) - gutter - 6
    for text, sign, color, changed in (
        (old, "-", "red", (start - before, end - before)),
        (new, "+", "green", (start - before, start - before + len(repair.latex))),
    ):
        touched = Lines(text)
        for number in range(1, len(touched) + 1):
            begin, stop = touched.bounds(number)
            part = (max(changed[0] - begin, 0), min(changed[1], stop) - begin)
            part = part if part[0] < part[1] else None
            line, marks = _window(touched[number], part or _near(changed, begin, stop), width, sign)
            yield Text(" " * gutter + f"   {sign} {line.rstrip()}", color)
            if part and (sign == "+" or not repair.latex):
                yield Text(" " * (gutter + 5) + marks, color)


def _near(changed: tuple[int, int], begin: int, stop: int) -> tuple[int, int] | None:
    """Where a line is to be seen although nothing in it is marked: beside what was put in or taken out."""
    return (changed[0] - begin, changed[0] - begin + 1) if begin <= changed[0] < stop else None


__all__ = ["difference", "listing", "totals"]
