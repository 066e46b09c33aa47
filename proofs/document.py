"""What `solve` writes: a document of sections (problems) of parts, each holding derivations that carry verdicts.

Plain data: `proofs.homework` builds it, `proofs.solve` has it verified, `proofs.render` turns it into text.
Prose is plain text in which `$...$` is LaTeX mathematics. How to write a problem of one's own: `proofs/examples`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from symbolic.derivation import Derivation
from symbolic.errors import PushthroughError


@dataclass(frozen=True)
class Listing:
    """A NumPy function printed beside the formula it computes; `formula` is LaTeX read off its source."""

    name: str
    source: str
    formula: str
    check: str = ""  # what was compared with what, and the largest error seen


@dataclass(frozen=True)
class Figure:
    """A drawing: `draw` is given an empty `matplotlib.figure.Figure`, draws on it, and is called when a file needs it.

    `name` is the stem of the files (`NAME.pdf` beside the LaTeX, `NAME.svg` beside the Markdown) and unique in a
    document: letters, digits and hyphens. `caption` is prose; `alt` is plain text, for readers who cannot see the
    drawing: what it shows. `size` is in inches; 6.4 is the width of a page of LaTeX.

    >>> def line(figure):
    ...     axes = figure.subplots()
    ...     axes.plot([0, 1], [0, 2])
    ...     axes.set_xlabel("$x$")
    >>> Figure("a-line", "The line $y = 2 x$.", "A line from the origin to (1, 2).", line).name
    'a-line'
    """

    name: str
    caption: str
    alt: str
    draw: Callable[[Any], object]
    size: tuple[float, float] = (5.2, 3.0)

    def __post_init__(self) -> None:
        _require_figure_name(self.name)


@dataclass(frozen=True)
class Slider:
    """A number that the reader of an interactive figure sets: parameter `name` of its formulas, `label` is prose."""

    name: str
    label: str
    low: float
    high: float
    step: float
    start: float


@dataclass(frozen=True)
class Interactive:
    """A figure with sliders, in HTML only; the other formats print its caption and say where the figure is.

    `values` is the source of a JavaScript function of the sliders, in their order, that returns an object: what
    `symbolic.javascript.to_javascript` writes for a mapping. `readings` are the properties of it that the page shows as
    numbers, each with a label (prose). `show` is the source of a JavaScript function of the stage, the sliders by name,
    what was computed, and how the page writes a number: it draws on the stage, whose methods are in
    `proofs/render/templates/interactive.js`, and returns in words what is seen. `presets` are positions of the sliders,
    each with the text of a button. `name`, `caption` and `alt` are those of a `Figure`.

    Raises PushthroughError for a name that is none, a start beyond the ends, a preset of another length.

    >>> from sympy import Symbol
    >>> from symbolic.javascript import to_javascript
    >>> a = Symbol("a")
    >>> show = '(stage, input, value, shown) => `The square of ${shown(input.a)} is ${shown(value.square)}.`'
    >>> figure = Interactive(
    ...     "square", "The square of a number.", "a number and its square", (Slider("a", "$a$", -2, 2, 0.1, 1),),
    ...     (("square", "$a^2$"),), to_javascript({"square": a**2}, a, name="values"), show)
    >>> figure.sliders[0].high
    2
    """

    name: str
    caption: str
    alt: str
    sliders: tuple[Slider, ...]
    readings: tuple[tuple[str, str], ...]
    values: str
    show: str
    presets: tuple[tuple[str, tuple[float, ...]], ...] = ()

    def __post_init__(self) -> None:
        _require_figure_name(self.name)
        for slider in self.sliders:
            for title, positions in (("its start", tuple(s.start for s in self.sliders)), *self.presets):
                if len(positions) != len(self.sliders):
                    raise PushthroughError(f"{title!r} sets {len(positions)} of {len(self.sliders)} sliders")
                if not slider.low <= (value := positions[self.sliders.index(slider)]) <= slider.high:
                    ends = f"{slider.low} to {slider.high}"
                    raise PushthroughError(f"the slider {slider.name} goes from {ends}; {title} sets it to {value}")


def _require_figure_name(name: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", name):
        raise PushthroughError(f"a figure cannot be named {name!r}; use letters, digits and single hyphens")


@dataclass(frozen=True)
class Table:
    """A small table; cells and caption are prose. Raises PushthroughError unless every row is as long as the header.

    >>> Table(("regime", "filter factor"), ((r"$\\sigma_i^2 \\gg \\lambda$", "near $1$"),)).rows[0][1]
    'near $1$'
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.header):
                columns = f"{len(self.header)} columns ({', '.join(self.header)})"
                raise PushthroughError(f"a table of {columns} has a row of {len(row)}: {', '.join(row)}")


@dataclass(frozen=True)
class Part:
    """One part of a problem: what is asked (in our words), how it is derived, the code that checks it."""

    label: str  # such as "2(d)"
    question: str
    derivations: tuple[Derivation, ...]
    listings: tuple[Listing, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    interactives: tuple[Interactive, ...] = ()


@dataclass(frozen=True)
class NotWorked(Part):
    """A part that cannot be worked here; its `question` says why, and what to do about it."""


@dataclass(frozen=True)
class Section:
    """A problem with its parts; `intro` declares the symbols, `note` says what is not worked here, and why."""

    number: int
    title: str
    intro: str
    parts: tuple[Part, ...]
    note: str = ""


@dataclass(frozen=True)
class Document:
    title: str
    intro: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Problem:
    """A worked problem before it is worked: `parts` maps a label within the problem, such as "d", to its builder.

    A file in `proofs/homework/` that defines `PROBLEM` is found and becomes a section of the document. A problem
    without parts is a section too: its `note` says in one line why nothing is worked.
    """

    number: int
    title: str
    intro: str
    parts: Mapping[str, Callable[[], Part]] = field(default_factory=dict)
    note: str = ""
