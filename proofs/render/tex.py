"""A solved document for pdflatex: the article class, amsmath, amssymb and bm, and nothing that runs off the page."""

from __future__ import annotations

import re
import textwrap

from jinja2 import Environment, PackageLoader, StrictUndefined

from proofs.document import Document
from proofs.render.mathematics import airy, loosened
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
    """Display-size mathematics inside a paragraph, where TeX breaks it; what has cases or a matrix is made to fit."""
    if not formula:
        return ""
    apart = _AFTER_TABLE.sub(r"\1 \\allowbreak ", loosened(airy(formula)))
    set_formula = rf"$\displaystyle {apart}$"
    return rf"\fitted{{{millimetres}mm}}{{{set_formula}}}" if r"\begin" in formula else set_formula


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
_ENVIRONMENT.filters |= {"prose": prose, "plain": tex_text, "display": display, "code": code}

_ENVIRONMENT.globals["sentences"] = sentences

__all__ = ["to_tex"]
