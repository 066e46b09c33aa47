"""Figures of the experiment: which cells of a grid of hyperparameters learn, and what goes through fresh networks.

What is drawn is held by the functions that draw, as plain numbers, so that they can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

LEARNED, BROKEN = "#2f7fc1", "#d2622a"
WEAK = 0.35  # opacity of what broke
Rows = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Panel:
    """One heat map: `learned` and `broken` are fractions of the seeds, a row for each scale, a column for each rate.

    `line` is a slope and a point (scale, rate) through which it is drawn.
    """

    title: str
    learned: Rows
    broken: Rows
    line: tuple[float, float, float] | None


@dataclass(frozen=True)
class HeatMaps:
    """Draws panels side by side over the same axes; the opacity of a colour is the fraction of the seeds."""

    scales: tuple[float, ...]
    rates: tuple[float, ...]
    seeds: int
    kept: float  # the scale that keeps the mean square from layer to layer
    panels: tuple[Panel, ...]

    def __call__(self, figure: Any) -> None:
        axes = figure.subplots(1, len(self.panels), sharey=True, squeeze=False)[0]
        for ax, panel in zip(axes, self.panels, strict=True):
            self._cells(ax, panel.broken, BROKEN, WEAK)
            self._cells(ax, panel.learned, LEARNED, 1.0)
            ax.axvline(self.kept, color="black", linewidth=0.7, linestyle=":")
            if panel.line is not None:
                slope, scale, rate = panel.line
                ends = [self.kept, self.scales[-1]]
                ax.plot(ends, [rate * (end / scale) ** slope for end in ends], "--", color="black", linewidth=1)
            ax.set(xscale="log", yscale="log", xlabel="initialisation scale", title=panel.title)
            ax.set(xlim=_ends(self.scales), ylim=_ends(self.rates))
        axes[0].set_ylabel("learning rate")
        self._legend(figure)

    def _cells(self, ax: Any, fractions: Rows, colour: str, strength: float) -> None:
        """A rectangle for each run of equal cells above each other."""
        sides, heights = _edges(self.scales), _edges(self.rates)
        for (left, right), column in zip(pairwise(sides), fractions, strict=True):
            begin = 0
            for k in range(1, len(column) + 1):
                if k == len(column) or column[k] != column[begin]:
                    if column[begin]:
                        ax.fill_between(
                            [left, right], heights[begin], heights[k], color=colour, alpha=strength * column[begin],
                            linewidth=0,
                        )  # fmt: skip
                    begin = k

    def _legend(self, figure: Any) -> None:
        ax = figure.axes[0]
        shares = sorted({1, (self.seeds + 1) // 2, self.seeds}, reverse=True)
        marks = [(LEARNED, k / self.seeds, f"{k} of {self.seeds} seeds learn all") for k in shares]
        marks.append((BROKEN, WEAK, "scores overflow"))
        patches = [ax.fill_between([], [], color=colour, alpha=alpha, linewidth=0) for colour, alpha, _ in marks]
        figure.legend(patches, [text for *_, text in marks], loc="outside lower center", ncols=len(marks), fontsize=8)


@dataclass(frozen=True)
class Curves:
    """Mean squares over the scale for each layer of one network, measured and expected."""

    title: str
    names: tuple[str, ...]
    measured: Rows
    expected: Rows


@dataclass(frozen=True)
class SecondMoments:
    """Draws a panel for each `Curves`, two in a row: dots are measured, lines are theory."""

    scales: tuple[float, ...]
    kept: float
    panels: tuple[Curves, ...]
    labels: tuple[str, str]

    def __call__(self, figure: Any) -> None:
        rows = -(-len(self.panels) // 2)
        axes = figure.subplots(rows, 2, sharex=True, sharey="row", squeeze=False)
        for ax, panel in zip(axes.flat, self.panels, strict=True):
            for k, (name, dots, line) in enumerate(zip(panel.names, panel.measured, panel.expected, strict=True)):
                ax.plot(self.scales, line, color=f"C{k}", linewidth=0.9)
                ax.plot(self.scales, dots, ".", color=f"C{k}", markersize=4, label=name)
            ax.axvline(self.kept, color="black", linewidth=0.7, linestyle=":")
            ax.set(xscale="log", yscale="log", title=panel.title)
            ax.legend(fontsize=7, loc="lower right", handlelength=0.8, labelspacing=0.25)
        for ax in axes[-1]:
            ax.set_xlabel("initialisation scale")
        for row, label in zip(axes, self.labels, strict=True):
            row[0].set_ylabel(label)


def _edges(values: Sequence[float]) -> list[float]:
    """The borders of cells around the values of a logarithmic grid."""
    half = (values[1] / values[0]) ** 0.5
    return [values[0] / half, *(value * half for value in values)]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    edges = _edges(values)
    return edges[0], edges[-1]


__all__ = ["Curves", "HeatMaps", "Panel", "SecondMoments"]
