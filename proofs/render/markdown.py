"""A solved document as Markdown with `$...$` mathematics, as GitHub and notebooks read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofs.document import Document
from proofs.render.view import Argument, Line, View, view
from symbolic.typesetting.prose import set_prose

_NOT_IN_A_LINK = re.compile(r"[\[\]\n]+")


def to_md(document: Document | View) -> str:
    """A complete Markdown document. Raises UnsupportedError for an expression that has no LaTeX."""
    return "\n\n".join(_blocks(view(document))) + "\n"


def _blocks(shown: View) -> Iterator[str]:
    yield f"# {shown.title}"
    yield from filter(None, (shown.intro, *shown.conventions))
    if shown.parts:
        yield _summary(shown)
        yield "\n".join(
            f"- **{status}**: {meaning}" for status, meaning in shown.meaning.items() if status in shown.statuses
        )
    for section in shown.sections:
        yield f"## Problem {section.number}. {section.title}"
        yield from filter(None, (section.intro, section.note))
        for part in section.parts:
            yield f"### Part {part.label}"
            yield part.question
            for argument in part.arguments:
                yield from _argument(argument)
            for listing in part.listings:
                yield f"`{listing.name}` computes\n\n$$\n{listing.formula}\n$$"
                yield f"```python\n{listing.source.strip()}\n```"
                yield from filter(None, (listing.check,))
            for table in part.tables:
                yield _table([*table.header], [[*row] for row in table.rows], ["---"] * len(table.header))
                yield from filter(None, (table.caption,))
            for figure in part.figures:
                yield f"![{_NOT_IN_A_LINK.sub(' ', figure.alt)}]({figure.name}.svg)"
                yield f"*Figure.* {figure.caption}"
            yield from (f"*Interactive figure, in the HTML format only.* {f.caption}" for f in part.interactives)
            yield from (f"*Remark.* {remark}" for remark in part.remarks)


def _summary(shown: View) -> str:
    head = ["part", "steps", *shown.statuses, "time"]
    rows = [
        [part.label, str(part.steps), *(str(part.counts[status]) for status in shown.statuses), f"{part.seconds:.2f} s"]
        for part in shown.parts
    ]
    return _table(head, rows, ["---", *["--:"] * (len(head) - 1)])


def _table(head: list[str], rows: list[list[str]], rule: list[str]) -> str:
    """A table; a bar in a cell must not end it, and inside mathematics it has a name."""
    cells = [[set_prose(cell, _barred, _named) for cell in row] for row in [head, *rows]]
    return "\n".join(f"| {' | '.join(row)} |" for row in [cells[0], rule, *cells[1:]])


def _barred(text: str) -> str:
    return text.replace("|", r"\|")


def _named(latex: str) -> str:
    named = latex.replace(r"\|", r"\Vert ").replace("|", r"\vert ")
    return f"${named}$"


def _argument(argument: Argument) -> Iterator[str]:
    if argument.title:
        yield f"#### {argument.title}"
    if argument.answer_type:
        yield f"*Type of the answer.* {argument.answer_type}"
    if argument.given:
        yield "*Hypotheses.* " + ", ".join(f"${fact}$" for fact in argument.given) + "."
    yield f"*Claim* ({argument.claim.status or 'not judged'})\n\n{_display(argument.claim)}"
    lines = [line for chain in argument.chains for line in chain]
    yield from (f"{number}. {_step(line)}" for number, line in enumerate(lines, 1))
    claim = argument.claim
    if claim.reason or (claim.uses and not lines):
        yield " ".join((claim.reason, *(f"Uses {fact}." for fact in claim.uses)))
    yield from (f"```text\n{line.counterexample}\n```" for line in (claim, *lines) if line.counterexample)
    if argument.conditions:
        yield f"*Side conditions.* {' '.join(argument.conditions)}"
    if argument.evidence:
        yield f"<small>*Evidence.* {' '.join(argument.evidence)}</small>"


def _display(line: Line) -> str:
    return f"$$\n{' '.join(filter(None, (line.left, line.sign, line.right)))}\n$$"


def _step(line: Line) -> str:
    formula = " ".join(filter(None, (line.left, line.sign, line.right)))
    uses = f"Uses {' and '.join(line.uses)}." if line.uses else ""
    given = f"Here ${'$ and $'.join(line.given)}$ is assumed." if line.given else ""
    verdict = f"({line.status})" if line.status else ""
    return " ".join(filter(None, (f"$\\displaystyle {formula}$ —", line.reason, uses, given, verdict)))


__all__ = ["to_md"]
