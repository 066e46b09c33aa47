"""A solved document for pdflatex: the article class, amsmath, amssymb and bm, and nothing that runs off the page."""

from __future__ import annotations

import re
import textwrap

from jinja2 import Environment, PackageLoader, StrictUndefined

from proofs.document import Document, Figure, Table
from proofs.render.mathematics import airy, loosened, split_terms, width
from proofs.render.view import View, view
from symbolic.typesetting.prose import set_prose, tex_text

MARKS = {
    "proved": r"\checkmark",
    "supported": r"\approx",
    "conditional": r"\dagger",
    "refuted": r"\times",
    "unread": "?",
}
_AFTER_TABLE = re.compile(r"(\\end\{\w+\}(?:\^\{[^{}]*\})?) ")
SMALL_COLUMNS, FOOTNOTE_COLUMNS = 88, 98
TABLE_LETTERS = 70  # letters, in all columns together, that fit one line of a table


def to_tex(document: Document | View) -> str:
    """A complete LaTeX document. Raises UnsupportedError for an expression that has no LaTeX."""
    return _ENVIRONMENT.get_template("solutions.tex.j2").render(view=view(document), marks=MARKS)


def code(source: str) -> str:
    """Source as a verbatim environment that fits the page: a smaller size for long lines, and longer ones folded."""
    lines = source.strip("\n").expandtabs(4).replace(r"\end{verbatim}", r"\end {verbatim}").splitlines()
    size = r"\small" if max(map(len, lines), default=0) <= SMALL_COLUMNS else r"\footnotesize"
    folded = []
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()) + 8)
        folded += textwrap.wrap(line, FOOTNOTE_COLUMNS, subsequent_indent=indent, break_on_hyphens=False) or [""]
    text = "\n".join(folded)
    return f"{{{size}\n\\begin{{verbatim}}\n{text}\n\\end{{verbatim}}\n}}"


def prose(text: str) -> str:
    return set_prose(text, tex_text, lambda latex: f"${loosened(latex)}$")


def sentences(*texts: str) -> str:
    return " ".join(filter(None, texts))


def display(formula: str, millimetres: int = 150) -> str:
    """Display-size mathematics inside a paragraph, where TeX breaks it.

    TeX breaks nothing that has cases or a matrix in it: of a sum, each such term is made to fit by itself.
    """
    if not formula:
        return ""
    if r"\begin" not in formula:
        return rf"$\displaystyle {loosened(formula)}$"
    first, *rest = split_terms(formula)
    return r"\allowbreak ".join(_term(term, millimetres) for term in (first, *(f"{{}}{term}" for term in rest)))


def _term(formula: str, millimetres: int) -> str:
    apart = _AFTER_TABLE.sub(r"\1 \\penalty700 ", loosened(airy(formula.strip())))
    set_formula = rf"$\displaystyle {apart}$"
    return rf"\fitted{{{millimetres}mm}}{{{set_formula}}}" if r"\begin" in formula else set_formula


def tabular(table: Table) -> str:
    """A table as wide as its cells; if that would run off the page, columns of equal width with text in lines."""
    grid = (table.header, *table.rows)
    wide = sum(max(map(width, column)) for column in zip(*grid, strict=True)) > TABLE_LETTERS
    share = 160 / len(table.header) - 4.3  # millimetres: 4.3 of them separate two columns
    columns = (f"p{{{share:.0f}mm}}" if wide else "l") * len(table.header)
    start = r"\raggedright " if wide else ""
    head, *rows = (" & ".join(start + prose(cell) for cell in row) + r" \tabularnewline" for row in grid)
    lines = (rf"\begin{{tabular}}{{{columns}}}", r"\hline", head, r"\hline", *rows, r"\hline", r"\end{tabular}")
    return "\n".join(lines)


def extent(figure: Figure) -> str:
    """The width of a figure: its own, or that of the page."""
    return f"width={min(figure.size[0] * 25.4, 160):.0f}mm"


_ENVIRONMENT = Environment(
    loader=PackageLoader("proofs.render"),
    block_start_string="<%",
    block_end_string="%>",
    variable_start_string="<<",
    variable_end_string=">>",
    comment_start_string="<#",
    comment_end_string="#>",
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {"prose": prose, "plain": tex_text, "display": display, "code": code, "tabular": tabular}
_ENVIRONMENT.filters["extent"] = extent

_ENVIRONMENT.globals["sentences"] = sentences

__all__ = ["to_tex"]
