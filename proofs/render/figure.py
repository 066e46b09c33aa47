"""Figures as SVG and PDF, for pages in light and in dark, on the screen and on paper.

What draws is imported by the functions that need it: a document without figures does not pay for it. What is drawn has
no background, and what is black takes the colour of the text around it. The same figure gives the same bytes each time.

Importing matplotlib and drawing takes longer than most proofs. `draw_ahead` has it done by a second process meanwhile.
"""

from __future__ import annotations

import atexit
import re
import signal
import sys
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import TYPE_CHECKING, Any

from proofs.document import Figure
from proofs.outside import place_of
from symbolic.errors import PushthroughError

if TYPE_CHECKING:
    from multiprocessing.pool import AsyncResult, Pool

STYLE = {
    "font.family": "STIXGeneral",
    "mathtext.fontset": "stix",
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.7,
    "axes.titlesize": 10,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 9,
    "svg.fonttype": "path",
}
COLOURS = ("#2f7fc1", "#d2622a", "#2f9a62", "#a65fc0", "#9a8534", "#7c7f86")  # legible on white and on black
_ASIDE = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->|<defs>\s*<style.*?</defs>", re.DOTALL)
_ROOT = re.compile(r'\s*<svg\b[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"[^>]*>')
_DARK = "<style>svg { color: #000 } @media (prefers-color-scheme: dark) { svg { color: #e8e4dc } }</style>"

PATIENCE = 20.0  # seconds: after these, what the second process was to draw is drawn here
_AHEAD: dict[tuple[Figure, str], AsyncResult[bytes]] = {}


def draw_ahead(figures: Iterable[Figure], kinds: Iterable[str]) -> None:
    """Begin to draw in a process of its own; the functions below then wait for it. What cannot be done there is not.

    Only on Linux, where a copy of this process is cheap and safe. A figure whose function cannot be sent, such as a
    lambda, is drawn here when it is asked for, and so is one that fails, which then raises.
    """
    if sys.platform != "linux":
        return
    wanted = [(figure, kind) for figure in figures for kind in kinds]
    if wanted and (easel := _easel()) is not None:
        _AHEAD.update({(figure, kind): easel.apply_async(_drawn, (figure, kind)) for figure, kind in wanted})


def prepare() -> None:
    """Make the second process now, before this one has threads: a copy of a process with threads may hang."""
    if sys.platform == "linux":
        _easel()


@lru_cache(maxsize=1)
def _easel() -> Pool | None:
    import multiprocessing

    try:
        easel = multiprocessing.get_context("fork").Pool(1, signal.signal, (signal.SIGINT, signal.SIG_IGN))
    except OSError:  # no second process to be had
        return None
    atexit.register(easel.terminate)
    return easel


def drawn(figure: Figure, kind: str) -> bytes:
    """The bytes of a "pdf" or "svg" as matplotlib writes them, from the second process if it was asked in time."""
    pending = _AHEAD.get((figure, kind))
    if pending is not None:
        try:
            return pending.get(PATIENCE)
        except Exception:  # whatever went wrong there is met again, and told, here
            return _drawn(figure, kind)
    return _drawn(figure, kind)


def pdf_file(figure: Figure) -> bytes:
    """A vector PDF, for `\\includegraphics`. Raises PushthroughError when the figure's own function fails."""
    return drawn(figure, "pdf")


def svg_file(figure: Figure) -> bytes:
    """An SVG that stands alone; where the reader prefers dark pages, what is black is drawn in a light colour."""
    head, rest = svg(figure).split(">", 1)
    return f'{head} xmlns="http://www.w3.org/2000/svg">{_DARK}{rest}\n'.encode()


def svg(figure: Figure) -> str:
    """An `svg` element to stand in a page: every id begins with the figure's name, the title is its `alt` text."""
    drawing = _ASIDE.sub("", drawn(figure, "svg").decode()).replace("xlink:href", "href")
    used = dict.fromkeys(re.findall(r'(?:href="|url\()#([^")]+)', drawing))
    short = {name: f"figure-{figure.name}_{number}" for number, name in enumerate(used)}  # no figure's name has a "_"
    drawing = re.sub(r' id="([^"]*)"', lambda m: f' id="{short[m[1]]}"' if m[1] in short else "", drawing)
    drawing = re.sub(r'(href="|url\()#([^")]+)', lambda m: f"{m[1]}#{short[m[2]]}", drawing)
    drawing = re.sub(r' d="[^"]*"', lambda m: _shortened(m[0]), drawing).replace("#000000", "currentColor")
    drawing = re.sub(r">\s+<", "><", drawing).strip()
    title = f"figure-{figure.name}_title"
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


__all__ = ["draw_ahead", "pdf_file", "svg", "svg_file"]
