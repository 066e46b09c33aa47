"""Proofread documents as one page: their source, every step in the colour of its verdict, and its evidence on demand.

The page is whole in itself and needs no network and no script: a step is a link, and its evidence is what it links to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from proofs.checking.formats.layout import MARKS, Lines, Look, counted, extent, shown
from proofs.checking.report import VERDICTS, Finding, Report
from proofs.render.html import claim, inline
from proofs.render.view import Line
from symbolic.errors import PushthroughError, ReadError
from symbolic.notation.macros import Macro, expand, macros_of, pieces
from symbolic.typesetting.prose import set_prose

LONGEST = 4_000  # letters of a formula that is typeset: the typesetter is recursive, and would overflow its stack
FLAGGED = ("refuted", "conditional", "unread")
MEANING = {
    "proved": "follows from what the document states, for all sizes",
    "supported": "no proof was found; holds on random exact instances",
    "conditional": "true under a condition that the document does not state",
    "refuted": "false as it stands",
    "unread": "not understood, so nothing is said about it",
}


@dataclass(frozen=True)
class Piece:
    """A stretch of the source: with the step that stands there, or none."""

    source: Markup
    step: Finding | None = None
    number: int = 0


@dataclass(frozen=True)
class Shown:
    """A file: its name, its counts in words, and its source in pieces."""

    report: Report
    number: int
    counts: str
    pieces: tuple[Piece, ...]
    macros: Mapping[str, Macro]
    lines: Lines

    @property
    def flagged(self) -> list[tuple[int, Finding]]:
        """The steps to look at, with their numbers."""
        return [(number, step) for number, step in enumerate(self.report.steps, 1) if step.verdict in FLAGGED]


def page(reports: Sequence[Report], look: Look) -> str:
    """A complete HTML page on all `reports`. A formula that cannot be typeset is shown as it was written."""
    files = [_shown(report, number) for number, report in enumerate(reports, 1)]
    summary = {verdict: sum(report.summary[verdict] for report in reports) for verdict in VERDICTS}
    title = shown(reports[0].file) if len(reports) == 1 else f"{len(reports)} files"
    return _ENVIRONMENT.get_template("page.html.j2").render(
        title=title, files=files, summary=summary, marks=MARKS, meaning=MEANING
    )


def _shown(report: Report, number: int) -> Shown:
    lines = Lines(report.text)
    return Shown(report, number, counted(report), tuple(_pieces(report, lines)), macros_of(report.text), lines)


def _pieces(report: Report, lines: Lines) -> Iterator[Piece]:
    """The source in order. Where two steps claim the same letters, the first has them."""
    places = sorted((*extent(step, lines), number, step) for number, step in enumerate(report.steps, 1))
    done = 0
    width = len(str(len(lines)))
    for start, end, number, step in places:
        start = max(start, done)
        if start > done:
            yield Piece(_numbered(lines, done, start, width))
        yield Piece(_numbered(lines, start, max(end, start), width), step, number)
        done = max(end, start)
    if done < len(lines.text):
        yield Piece(_numbered(lines, done, len(lines.text), width))


def _numbered(lines: Lines, start: int, end: int, width: int) -> Markup:
    """A stretch of source, with a mark for its number at the beginning of every line."""
    out = []
    while start < end:
        line, column = lines.place(start)
        stop = min(end, lines.starts[line] if line < len(lines.starts) else len(lines.text))
        if column == 1:
            out.append(f'<i class="n" data-n="{line:>{width}}"></i>')
        out.append(escape(shown(lines.text[start:stop])))
        start = stop
    return Markup("".join(out))


def formula(step: Finding, macros: Mapping[str, Macro]) -> Markup:
    """The step as a typeset relation."""

    def attempt() -> str:
        left, sign, right = (_plain(text, macros) for text in (step.left, step.relation, step.right))
        return claim(Line(left, sign, right))

    return _typeset(attempt, f"{step.left} {step.relation} {step.right}")


def side(latex: str, macros: Mapping[str, Macro]) -> Markup:
    """One side of a step, typeset."""
    return _typeset(lambda: inline(_plain(latex, macros)), latex)


def prose(text: str) -> Markup:
    """Text in which `$...$` may be mathematics."""
    return Markup(set_prose(shown(text), escape, lambda latex: side(latex, {})))


def _plain(latex: str, macros: Mapping[str, Macro]) -> str:
    """`latex` without comments and the author's own commands, for the typesetter. ReadError: it is too long."""
    if len(latex) <= LONGEST:
        found, _ = expand(pieces(latex, 0, len(latex)), macros)
        out, word = "", False
        for piece in found:
            out += " " * (word and piece.value[0].isalpha()) + piece.value
            word = piece.value[0] == "\\" and piece.value[-1].isalpha()
        if len(out) <= LONGEST:
            return out
    raise ReadError(f"longer than {LONGEST} letters")


def _typeset(attempt: Callable[[], str], latex: str) -> Markup:
    try:
        return Markup(attempt())
    except PushthroughError:
        return Markup(f"<code>{escape(shown(latex))}</code>")


def repair(step: Finding, lines: Lines) -> list[tuple[str, Markup]]:
    """The lines that a suggestion touches, before and after, with what changes marked."""
    assert step.suggestion is not None
    start, end = step.suggestion.span
    if not 0 <= start <= end <= len(lines.text):
        return []
    before, after = lines.bounds(lines.place(start)[0])[0], lines.bounds(lines.place(max(end - 1, start))[0])[1]
    head, old, tail = lines.text[before:start], lines.text[start:end], lines.text[end : max(after, end)]
    head, old, new, tail = (escape(shown(text)) for text in (head.lstrip(), old, step.suggestion.latex, tail))
    return [("old", Markup(f"{head}<del>{old}</del>{tail}")), ("new", Markup(f"{head}<ins>{new}</ins>{tail}"))]


_ENVIRONMENT = Environment(
    loader=PackageLoader("proofs.checking.formats"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {rule.__name__: rule for rule in (formula, side, prose, repair, shown)}

__all__ = ["page"]
