"""Figures of one step of SGD on one ReLU unit: a drawing for each case, and one with sliders.

Every number is a value of formulas that were derived elsewhere: the figures are given them, in an `SgdStep`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from typing import Any

from sympy import Basic, Expr, Integer, Piecewise, Rational, Symbol, false, true

from proofs.document import Figure, Interactive, Slider
from symbolic.calculus import jacobian
from symbolic.javascript import to_javascript
from symbolic.latex import write_latex

Point = Mapping[str, Rational]
BEFORE, AFTER, MOVE = "C0", "C1", "C2"
PRIME = "\u2032"  # closer to its letter than that of mathtext


@dataclass(frozen=True)
class SgdStep:
    """One step: the symbols w, b, x, y, lambda in this order, and what was derived in terms of them.

    `derived` has a symbol for each of `READINGS`, with its value in terms of symbols before it; `active` and
    `new_active` are conditions, the others numbers.
    """

    symbols: tuple[Symbol, ...]
    derived: Mapping[Symbol, Basic]

    def at(self, *numbers: Any) -> dict[str, Any]:
        """Every symbol and every derived quantity at exact numbers; None for what does not exist there."""
        point: dict[Symbol, Any] = dict(zip(self.symbols, map(Rational, numbers), strict=True))
        for symbol, expr in self.derived.items():
            point[symbol] = value_at(expr, point)
        return {symbol.name: value for symbol, value in point.items()}


def sgd_step(
    symbols: tuple[Symbol, ...], unit: Piecewise, elbow: Expr, loss: Expr, slope: Expr, bias: Expr, phi: Symbol,
    shift: tuple[Symbol, Expr] | None = None,
) -> SgdStep:  # fmt: skip
    """The step of a unit: its prediction, active in the first of its cases; its elbow; the loss in terms of `phi`.

    `slope` and `bias` are the derivatives of the loss by w and by b. What holds after the step is what was derived,
    with the new weight and bias for the old ones. `shift` is by how much the elbow of an active unit moves, in terms of
    a symbol for the residual; without it, the difference of the elbows.
    """
    w, b, _, _, rate = symbols
    names = ("active", "residual", "slope_gradient", "bias_gradient", "new_w", "new_b", "elbow", "new_elbow", "shift",
             "loss", "new_active", "new_phi", "new_loss")  # fmt: skip
    at = {name: Symbol(name, real=True) for name in names}
    after = {w: at["new_w"], b: at["new_b"]}
    difference = at["new_elbow"] - at["elbow"]
    by_cases = shift and Piecewise((shift[1].xreplace({shift[0]: at["residual"]}), unit.args[0][1]), (difference, true))
    values = {
        "active": unit.args[0][1],
        "residual": jacobian(loss, phi),
        "slope_gradient": slope,
        "bias_gradient": bias,
        "new_w": w - rate * at["slope_gradient"],
        "new_b": b - rate * at["bias_gradient"],
        "elbow": elbow,
        "new_elbow": elbow.xreplace(after),
        "shift": by_cases or difference,
        "loss": loss,
        "new_active": unit.args[0][1].xreplace(after),
        "new_phi": unit.xreplace(after),
        "new_loss": loss.xreplace({phi: at["new_phi"]}),
    }
    return SgdStep(symbols, {phi: unit, **{at[name]: value for name, value in values.items()}})


def value_at(expr: Any, point: Mapping[Symbol, Any]) -> Any:
    """The exact value of a scalar expression by cases, or None where it divides by zero."""
    if isinstance(expr, Piecewise):
        return next((value_at(value, point) for value, on in expr.args if value_at(on, point) == true), None)
    if not expr.args:
        return point.get(expr, expr)
    parts = [value_at(part, point) for part in expr.args]
    if None in parts or (expr.is_Pow and parts[0] == 0 and parts[1] < 0):
        return None
    return expr.func(*parts)


# What the page with the sliders shows, in order: the name of a derived quantity, and its label.
READINGS = (
    ("active", r"active at $x$"),
    ("new_active", r"active at $x$ after the step"),
    ("phi", r"prediction $\phi(x)$"),
    ("new_phi", r"prediction after, $\phi'(x)$"),
    ("loss", r"loss $\ell$"),
    ("new_loss", r"loss after, $\ell'$"),
    ("elbow", r"elbow $e$"),
    ("new_elbow", r"elbow after, $e'$"),
    ("residual", r"residual $r = \phi(x) - y$"),
    ("shift", r"$e' - e$"),
    ("slope_gradient", r"$\partial \ell / \partial w$"),
    ("bias_gradient", r"$\partial \ell / \partial b$"),
    ("new_w", r"weight after, $w'$"),
    ("new_b", r"bias after, $b'$"),
)
SLIDERS = (
    Slider("w", r"weight $w$", -3, 3, 0.1, -2),
    Slider("b", r"bias $b$", -4, 4, 0.1, 4),
    Slider("x", r"input $x$", -3, 3, 0.1, 1),
    Slider("y", r"target $y$", -3, 5, 0.1, 1),
    Slider("rate", r"step $\lambda$", 0.01, 2, 0.01, 0.1),
)
PRESETS = (
    ("(i) inactive", (1, -2, -1, -1, 0.5)),
    ("(ii) elbow right", (2, 0.5, 1, 1.5, 0.5)),
    ("(ii) elbow left", (1, 2, 1, 2, 0.4)),
    ("(ii) slope changes sign", (1, 2, 1, 2, 1.2)),
    ("(ii) no elbow left", (1, 1, 1, 1, 1)),
    ("(ii) too low", (1, 2, 1, 4, 0.4)),
    ("(iii)", (1, 3, -1, 1, 0.5)),
    ("(iii) too low", (1, 3, -1, 3, 0.3)),
    ("(iv)", (-2, 4, 1, 1, 0.1)),
    ("(iv) too low", (-2, 4, 1, 3, 0.2)),
)


def sliders(step: SgdStep) -> Interactive:
    """The figure whose numbers the page computes from the derived formulas, written as JavaScript."""
    values = to_javascript(step.derived, *step.symbols, name="values")
    return Interactive(
        "elbow-sliders",
        r"One step of SGD on the unit, for numbers of your choice: the unit and its elbow before (blue) and after"
        r" (orange, dashed), and the training point $(x, y)$ (a cross). The numbers are computed by the derived"
        r" formulas.",
        "the graph of a ReLU unit and its elbow before and after one step of SGD, with the training point; the sentence"
        " below it says which way the slope and the elbow move",
        SLIDERS,
        READINGS,
        values,
        files("proofs.homework").joinpath("elbow.js").read_text("utf-8"),
        PRESETS,
    )


# The drawings: for each case the numbers w, b, x, lambda; the target is one below the prediction, and one above it.
CASES = (
    ("inactive", "(i)", (Integer(1), Integer(-2), Integer(-1), Rational(1, 2))),
    ("active-right", "(ii), the elbow of a prediction too high moves right",
     (Integer(2), Rational(1, 2), Integer(1), Rational(1, 2))),
    ("active-left", "(ii), the elbow of a prediction too high moves left",
     (Integer(1), Integer(2), Integer(1), Rational(2, 5))),
    ("negative-input", "(iii)", (Integer(1), Integer(3), Integer(-1), Rational(1, 2))),
    ("negative-weight", "(iv)", (Integer(-2), Integer(4), Integer(1), Rational(1, 4))),
)  # fmt: skip


def drawings(step: SgdStep) -> tuple[Figure, ...]:
    """A figure for each case: on the left a prediction that is one too high, on the right one that is one too low."""
    return tuple(_figure(step, name, case, numbers) for name, case, numbers in CASES)


def _figure(step: SgdStep, name: str, case: str, numbers: tuple[Rational, ...]) -> Figure:
    w, b, x, rate = numbers
    prediction = step.at(w, b, x, 0, rate)["phi"]
    panels = tuple(step.at(w, b, x, prediction - residual, rate) for residual in (1, -1))
    letters = zip(("w", "b", "x", r"\lambda"), numbers, strict=True)
    given = ", ".join(f"{letter} = {write_latex(value)}" for letter, value in letters)
    sides = zip(("Left", "Right"), panels, strict=True)
    told = " ".join(f"{side}, $y = {write_latex(panel['y'])}$: {told_of(panel)}" for side, panel in sides)
    alt = re.sub(r"\\frac{(\d+)}{(\d+)}", r"\1/\2", told).replace("$", "").replace(r"\to", "to")
    alt = f"The graph of the unit, with its elbow, before and after the step, for two targets. {alt}"
    return Figure(f"elbow-{name}", f"Case {case}: ${given}$. {told}", alt, partial(draw, panels), (5.0, 2.3))


def told_of(panel: Mapping[str, Any]) -> str:
    """What a drawing shows, in words: each is decided by the numbers.

    >>> told_of({"residual": 1, "w": 2, "new_w": 1, "elbow": 0, "new_elbow": 1, "loss": 1, "new_loss": 2})
    'slope $2 \\\\to 1$ (shallower), elbow $0 \\\\to 1$ (right), loss $1 \\\\to 2$.'
    """
    w, new_w, e, new_e = (panel[name] for name in ("w", "new_w", "elbow", "new_elbow"))
    loss = f"loss {_change(panel['loss'], panel['new_loss'])}"
    if w == new_w and e == new_e:
        return f"nothing moves; the loss stays ${write_latex(panel['loss'])}$."
    steep = "steeper" if abs(new_w) > abs(w) else "shallower" if abs(new_w) < abs(w) else "as steep"
    turned = ", of the other sign" if w * new_w < 0 else ""
    if new_e is None:
        return f"slope {_change(w, new_w)}: no elbow is left; {loss}."
    way = "right" if new_e > e else "left" if new_e < e else "in place"
    return f"slope {_change(w, new_w)} ({steep}{turned}), elbow {_change(e, new_e)} ({way}), {loss}."


def _change(before: Any, after: Any) -> str:
    return rf"${write_latex(before)} \to {write_latex(after)}$"


def draw(panels: tuple[Mapping[str, Any], ...], figure: Any) -> None:
    """The panels side by side, over the same part of the plane."""
    across = [float(v) for panel in panels for v in (panel["elbow"], panel["new_elbow"], panel["x"], 0)]
    up = [float(v) for panel in panels for v in (panel["phi"], panel["new_phi"], panel["y"], 0)]
    window = min(across) - 0.9, max(across) + 0.9, min(up) - 0.9, max(up) + 1.2
    for axes, panel in zip(figure.subplots(1, len(panels)), panels, strict=True):
        _draw_panel(
            axes, {name: float(value) for name, value in panel.items() if value not in (true, false)}, panel, window
        )


def _draw_panel(
    axes: Any, at: Mapping[str, float], exact: Mapping[str, Any], window: tuple[float, float, float, float]
) -> None:
    left, right, low, high = window
    axes.set(xlim=(left, right), ylim=(low, high), xticks=[], yticks=[])
    unit = (high - low) / 10
    axes.axis("off")
    for ends in (((left, right), (0, 0)), ((0, 0), (low, high - 2.4 * unit))):  # the second ends below the legend
        axes.plot(*ends, color="0.55", linewidth=0.6, zorder=0)
    for w, e, colour, style, name in (
        ("w", "elbow", BEFORE, "-", "before"), ("new_w", "new_elbow", AFTER, (0, (4, 2)), "after")
    ):  # fmt: skip
        corners = [(v, max(at[w] * (v - at[e]), 0)) for v in sorted({left, at[e], right})]
        slope = f"{name}: slope ${write_latex(exact[w])}$"
        axes.plot(*zip(*corners, strict=True), color=colour, linestyle=style, linewidth=1.8, label=slope)
        axes.plot(
            at[e], 0, "o", color=colour, markersize=5, zorder=4, markerfacecolor="none" if name == "after" else colour
        )
    _draw_elbows(axes, at, -unit)
    axes.plot([at["x"]] * 3, [at["phi"], at["y"], 0], ":", color="0.55", linewidth=0.9)
    axes.plot(at["x"], at["phi"], "o", color=BEFORE, markersize=3.5)
    axes.plot(at["x"], at["y"], "x", color="k", markersize=6.5, markeredgewidth=1.6, zorder=5)
    outside = 1 if at["w"] * at["residual"] > 0 else -1  # the side on which no line is
    axes.annotate("$(x, y)$", (at["x"], at["y"]), (8 * outside, -4), textcoords="offset points",
                  ha="left" if outside > 0 else "right")  # fmt: skip
    if at["phi"] != at["new_phi"]:
        _arrow(axes, (at["x"], at["phi"]), (at["x"], at["new_phi"]))
    sense = "too high" if at["residual"] > 0 else "too low"
    axes.set_title(rf"{sense}: $\phi(x) - y = {write_latex(exact['residual'])}$")
    axes.legend(loc="upper left" if at["w"] > 0 else "upper right", handlelength=1.8, borderaxespad=0)


def _draw_elbows(axes: Any, at: Mapping[str, float], below: float) -> None:
    """The letters under the axis, on the outer sides of the arrow from one elbow to the other."""
    e, new = at["elbow"], at["new_elbow"]
    if e == new:
        axes.text(e, below, f"$e = e${PRIME}", ha="center", va="center")
        return
    outer = ("right", "left") if e < new else ("left", "right")
    for place, letter, side in ((e, "$e$", outer[0]), (new, f"$e${PRIME}", outer[1])):
        axes.text(place, below, f" {letter} ", ha=side, va="center")
    _arrow(axes, (e, below), (new, below))


def _arrow(axes: Any, start: tuple[float, float], end: tuple[float, float]) -> None:
    style = {"arrowstyle": "-|>", "color": MOVE, "linewidth": 1.3, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 9}
    axes.annotate("", end, start, arrowprops=style, zorder=6)


__all__ = ["READINGS", "SgdStep", "drawings", "sgd_step", "sliders"]
