"""Figures as SVG and PDF, for pages in light and in dark, on the screen and on paper.

matplotlib is imported by the function that draws: a document without figures does not pay for it. What is drawn has no
background, and what is black takes the colour of the text around it. The same figure gives the same bytes every time.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Any

from proofs.document import Figure
from proofs.outside import place_of
from symbolic.errors import PushthroughError

STYLE = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.titlesize": 10,
    "axes.formatter.use_mathtext": True,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "path",
}
COLOURS = ("#2f7fc1", "#d2622a", "#2f9a62", "#a65fc0", "#9a8534", "#7c7f86")  # legible on white and on black
_ASIDE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<defs>\s*<style.*?</defs>", re.DOTALL)
_ROOT = re.compile(r'\s*<svg\b[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')
_DARK = "<style>svg { color: #000 } @media (prefers-color-scheme: dark) { svg { color: #e8e4dc } }</style>"


def pdf_file(figure: Figure) -> bytes:
    """A vector PDF, for `\\includegraphics`. Raises PushthroughError when the figure's own function fails."""
    return _drawn(figure, "pdf")


def svg_file(figure: Figure) -> bytes:
    """An SVG that stands alone; where the reader prefers dark pages, what is black is drawn in a light colour."""
    head, rest = svg(figure).split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{_DARK}{rest}\n'.encode()


def svg(figure: Figure) -> str:
    """An `svg` element to stand in a page: every id begins with the figure's name, the title is its `alt` text."""
    drawing = _ASIDE.sub("", _drawn(figure, "svg").decode()).replace("xlink:href", "href")
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', drawing))
    drawing = re.sub(r' id="([^"]*)"', lambda m: m[0] if m[1] in used else "", drawing)
    drawing = re.sub(r'(id="|href="#|url\(#)', rf"\g<1>figure-{figure.name}-", drawing)
    drawing = re.sub(r' d="[^"]*"', lambda m: _shortened(m[0]), drawing).replace("#000000", "currentColor")
    drawing = re.sub(r">\s+<", "><", drawing).strip()
    title = f"figure-{figure.name}-title"
    return _ROOT.sub(
        lambda m: (
            f'<svg viewBox="0 0 {m[1]} {m[2]}" width="{float(m[1]) * 4 / 3:.0f}" height="{float(m[2]) * 4 / 3:.0f}"'
            f' role="img" aria-labelledby="{title}" fill="currentColor" stroke-linejoin="round">'
            f'<title id="{title}">{escape(figure.alt)}</title>'
        ),
        drawing,
    )


def _shortened(path: str) -> str:
    """A path with two digits behind the point: a hundredth of a printer's point."""
    return re.sub(r"(\.\d\d)\d+", r"\1", path).replace("\n", "")


@lru_cache(maxsize=256)
def _drawn(figure: Figure, kind: str) -> bytes:
    from matplotlib import rc_context, rcParamsDefault
    from matplotlib.figure import Figure as Canvas
    from matplotlib.rcsetup import cycler

    plain: dict[Any, Any] = {name: value for name, value in rcParamsDefault.items() if "backend" not in name}
    style: dict[Any, Any] = {**STYLE, "svg.hashsalt": figure.name, "axes.prop_cycle": cycler(color=COLOURS)}
    out = BytesIO()
    dates = {"svg": ("Date", "Creator", "Format", "Type"), "pdf": ("CreationDate", "Creator", "Producer")}
    with rc_context(plain | style):  # a user's own settings do not change a document
        canvas = Canvas(figsize=figure.size, layout="constrained")
        try:
            figure.draw(canvas)
            canvas.savefig(out, format=kind, transparent=True, metadata=dict.fromkeys(dates[kind]))
        except Exception as error:
            raise PushthroughError(f"the figure {figure.name!r} cannot be drawn: {place_of(error)}") from error
    return out.getvalue()


__all__ = ["pdf_file", "svg", "svg_file"]
