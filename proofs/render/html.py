"""A solved document as one HTML file: style sheet inline, mathematics as MathML Core, no network.

There is no script but that of the interactive figures, and the page's own policy allows no other: a browser refuses
whatever is not that script, and every request.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from html import escape
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.filters import do_mark_safe
from math_core import LatexError, LatexToMathML

from proofs.document import Document, Interactive
from proofs.render.figure import svg
from proofs.render.mathematics import airy, loosened, split_terms, width
from proofs.render.view import Line, View, view
from symbolic.errors import PushthroughError, UnsupportedError
from symbolic.typesetting.prose import set_prose

MARKS = {"proved": "✓", "supported": "≈", "conditional": "†", "refuted": "✗", "unread": "?"}
LONG = 30  # letters: above this a sum is cut at its signs, so that a browser can break the line there
BESIDE = 18  # letters: a left side no longer than this stands beside the first relation sign

_CONVERTER = LatexToMathML(fancy_error=False)


def to_html(document: Document | View) -> str:
    """A complete, self-contained HTML page. Raises UnsupportedError for an expression that has no LaTeX or MathML."""
    shown = view(document)
    script = script_of(shown.interactives)
    return _ENVIRONMENT.get_template("solutions.html.j2").render(view=shown, marks=MARKS, script=script)


def script_of(interactives: Sequence[Interactive]) -> str:
    """The script of a page with these figures: what they have in common, then what each computes and draws."""
    if not interactives:
        return ""
    common = files("proofs.render").joinpath("templates", "interactive.js").read_text("utf-8")
    calls = (f'interactive("figure-{figure.name}", {figure.values}, {figure.show.strip()});' for figure in interactives)
    script = "\n".join(['\n"use strict";', common, *calls, ""])
    if re.search(r"</script|<!--", script, re.IGNORECASE):
        raise PushthroughError("the script of an interactive figure holds </script or <!--, which would end it")
    return script


def digest(script: str) -> str:
    """What the page's policy calls the script."""
    return f"sha256-{b64encode(sha256(script.encode()).digest()).decode()}"


def mathml(latex: str) -> str:
    """`latex` as a `math` element. Raises UnsupportedError, with the reason, for LaTeX that has no MathML."""
    try:
        return _CONVERTER.convert_with_local_state(latex, displaystyle=False)
    except LatexError as error:
        raise UnsupportedError(f"cannot turn {latex} into MathML: {error}") from None


def inline(latex: str) -> str:
    return mathml(loosened(latex, big=""))


def displayed(latex: str) -> str:
    """Display size in a line of text: a `math` element that others may stand beside."""
    return mathml(r"\displaystyle " + airy(loosened(latex, big=""), row=r"\\"))


def block(latex: str) -> str:
    """Mathematics at display size; a long sum becomes several elements, so that a line can end before a sign."""
    first, *rest = split_terms(latex) if width(latex) > LONG else [latex]
    signed = (f"{displayed(term[0])} {displayed(term[1:])}" for term in rest)
    return displayed(first) + "".join(f' <span class="term">{term}</span>' for term in signed)


def claim(line: Line) -> str:
    """A relation as one formula; when it is long, as its sides with the sign between them."""
    whole = " ".join(filter(None, (line.left, line.sign, line.right)))
    if not line.sign or width(whole) <= LONG:
        return block(whole)
    return f'{block(line.left)} <span class="nobreak">{inline(line.sign)}</span> {block(line.right)}'


def prose(text: str) -> str:
    return set_prose(text, escape, inline)


def stands_above(line: Line) -> bool:
    """Whether the left side of a line is too long to stand beside its relation sign."""
    return width(line.left) > BESIDE


_ENVIRONMENT = Environment(
    loader=PackageLoader("proofs.render"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=StrictUndefined,
)
_ENVIRONMENT.filters |= {
    rule.__name__: lambda value, rule=rule: do_mark_safe(rule(value)) for rule in (prose, inline, block, claim, svg)
}
_ENVIRONMENT.filters |= {"script": do_mark_safe, "digest": digest}
_ENVIRONMENT.tests["above"] = stands_above

__all__ = ["to_html"]
