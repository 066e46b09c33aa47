"""What the experiment showed, as a part of the document: every number and every comparison is computed from it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

import numpy as np

from numeric.networks.ranges import Moments, of_most_seeds, slope_of_band, step_of, usable, widths
from numeric.networks.sweep import Sweep
from proofs.document import Figure, Part, Table
from proofs.homework.experiment_figures import Curves, HeatMaps, Panel, SecondMoments

LABEL = "6(b)"
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
LARGE = 0.5  # from this scale on the band of usable rates is fitted by a line
CITED = "He, Zhang, Ren and Sun, Delving Deep into Rectifiers, ICCV 2015, section 2.2"


@dataclass(frozen=True)
class Setting:
    """What is trained, and for which values; `depths` count the affine layers."""

    examples: int
    hidden: int
    classes: int
    epochs: int
    batch: int
    depths: tuple[int, ...]
    scales: tuple[float, ...]
    rates: tuple[float, ...]
    seeds: tuple[int, ...]

    def units(self, depth: int, inputs: int) -> list[int]:
        """The number of units from layer to layer, the inputs first."""
        return [inputs, *[self.hidden] * (depth - 1), self.classes]

    @property
    def kept(self) -> float:
        """The scale at which a hidden layer keeps the mean square of what goes through it."""
        return (2 / self.hidden) ** 0.5


@dataclass(frozen=True)
class Fresh:
    """Mean squares in untrained networks of one depth, averaged over the seeds: scales x layers."""

    seen: Moments
    theory: Moments


@dataclass(frozen=True)
class Observed:
    """A sweep and the mean squares for each of the setting's depths."""

    sweeps: tuple[Sweep, ...]
    fresh: tuple[Fresh, ...]


def report(setting: Setting, observed: Observed) -> Part:
    """The part: tables, figures, and remarks."""
    depths = " and of ".join(named(depth) for depth in setting.depths)
    return Part(
        LABEL,
        f"For which initialisation scales and learning rates do networks of {depths} layers learn {setting.examples}"
        f" digits by heart, and why is one more particular than the other?",
        (),
        remarks=tuple(remarks(setting, observed)),
        tables=(summary(setting, observed.sweeps), by_rate(setting, observed.sweeps)),
        figures=(heat_maps(setting, observed.sweeps), moments(setting, observed.fresh)),
    )


def remarks(setting: Setting, observed: Observed) -> Iterator[str]:
    yield _what_was_done(setting)
    yield _fractions(setting, observed.sweeps)
    yield _widths(setting, observed.sweeps)
    yield _fresh_networks(setting, observed.fresh)
    yield _lower_end(setting, observed)
    yield _band(setting, observed.sweeps)


def summary(setting: Setting, sweeps: Sequence[Sweep]) -> Table:
    """A row for each depth: the fraction of the grid, the widths of the usable ranges, where the scales begin."""
    rows = []
    for depth, found in zip(setting.depths, sweeps, strict=True):
        shares = fractions(found)
        begin_end = usable(found, "scale")
        rows.append(
            (
                str(depth),
                f"{percent(mean(shares))} ({percent(min(shares))} to {percent(max(shares))})",
                f"{width(found, 'scale'):.2f}",
                f"{width(found, 'rate'):.2f}",
                "none" if begin_end is None else interval(begin_end, setting.scales),
            )
        )
    header = ("layers", "of the grid learns", "decades of scale", "decades of rate", "scales that some rate suits")
    caption = (
        "Of the grid: the mean over the seeds, the smallest, the largest. Decades: the usable values of one where the"
        " other is held fixed, median over those where any is usable, then over the seeds; a step of the grid is"
        f" {step_of(setting.scales):.3g} of scale and {step_of(setting.rates):.3g} of rate. Scales: most seeds"
        " learn; *: the grid ends there."
    )
    return Table(header, tuple(rows), caption)


def by_rate(setting: Setting, sweeps: Sequence[Sweep]) -> Table:
    """For the learning rates that are powers of ten: the scales with which most seeds learn."""
    rows = []
    for k, rate in enumerate(setting.rates):
        if abs(np.log10(rate) - round(np.log10(rate))) < 1e-6:
            ranges = [usable(found, "scale", k) for found in sweeps]
            rows.append((number(rate), *("none" if r is None else interval(r, setting.scales) for r in ranges)))
    header = ("learning rate", *(f"scales for {named(depth)} layers" for depth in setting.depths))
    return Table(
        header, tuple(rows), "Initialisation scales with which most seeds learn all examples; *: the grid ends there."
    )


def fractions(found: Sweep) -> list[float]:
    """For each seed, the fraction of the grid that learns all examples."""
    return [float(share) for share in found.reached.mean(axis=(1, 2))]


def width(found: Sweep, of: str) -> float:
    """Decades of scale (or rate) that are usable where the other is fixed, see `summary`; 0 if nothing is."""
    medians = [median(row[row > 0]) for row in widths(found, of) if (row > 0).any()]
    return float(median(medians)) if medians else 0.0


def _what_was_done(setting: Setting) -> str:
    cells = len(setting.scales) * len(setting.rates) * len(setting.seeds)
    return (
        f"The examples are the first {setting.examples} of scikit-learn's digits: pixels from $0$ to $1$, less their"
        f" mean. Hidden layers have {setting.hidden} ReLU units. Weights are normal, with the initialisation scale as"
        f" standard deviation, and biases begin at $0$; SGD with batches of {setting.batch} on the softmax loss,"
        f" {setting.epochs} epochs, no regularisation. The grid has {len(setting.scales)} scales from"
        f" {number(setting.scales[0])} to {number(setting.scales[-1])} and {len(setting.rates)} learning rates from"
        f" {number(setting.rates[0])} to {number(setting.rates[-1])}, evenly spaced on logarithmic axes;"
        f" {named(len(setting.seeds))} seeds make {cells} networks of each depth. A network has learned when it has all"
        f" {setting.examples} examples right at the end of an epoch."
    )


def _fractions(setting: Setting, sweeps: Sequence[Sweep]) -> str:
    shares = [fractions(found) for found in sweeps]
    told = [
        f"{percent(mean(values))} with {named(depth)} layers (seed by seed {', '.join(map(percent, values))})"
        for depth, values in zip(setting.depths, shares, strict=True)
    ]
    order = sorted(range(len(shares)), key=lambda k: mean(shares[k]))
    few, many = order[0], order[-1]
    most, least = named(setting.depths[many]), named(setting.depths[few])
    if min(shares[many]) > max(shares[few]):
        verdict = f"Every seed learns on more of it with {most} layers than any seed does with {least}."
    else:
        verdict = f"The mean is larger with {most} layers, but the seeds of the two depths overlap."
    return (
        f"The part of the grid that learns is {' and '.join(told)}. {verdict} Such a fraction depends on where the grid"
        " ends; the width and the place of the usable region say more."
    )


def _widths(setting: Setting, sweeps: Sequence[Sweep]) -> str:
    said = []
    for of, fixed, values in (("scale", "learning rate", setting.scales), ("rate", "scale", setting.rates)):
        spans = [width(found, of) for found in sweeps]
        told = " and ".join(f"{w:.2f} with {named(d)} layers" for w, d in zip(spans, setting.depths, strict=True))
        said.append(
            f"At a fixed {fixed}, the usable {'scales' if of == 'scale' else 'learning rates'} span so many decades:"
            f" {told}, {compared(spans, setting.depths, step_of(values))}."
        )
    return " ".join(said)


def compared(spans: Sequence[float], depths: Sequence[int], step: float) -> str:
    """The first and the last of these in words, for which a difference of one step of the grid is none.

    >>> compared([1.0, 0.5], [3, 5], 0.125), compared([1.5, 1.75], [3, 5], 0.25)
    ('2.0 times as many with three layers as with five', 'the same to within a step of the grid')
    """
    first, last = spans[0], spans[-1]
    if abs(first - last) <= step * (1 + 1e-9):
        return "the same to within a step of the grid"
    (small, few), (large, many) = sorted(((first, depths[0]), (last, depths[-1])))
    if not small:
        return f"none at all with {named(few)} layers"
    return f"{large / small:.1f} times as many with {named(many)} layers as with {named(few)}"


def _fresh_networks(setting: Setting, fresh: Sequence[Fresh]) -> str:
    forward, back = (
        max(off(getattr(f.seen, part), getattr(f.theory, part)) for f in fresh) for part in ("activations", "slopes")
    )
    return (
        "Why? In a network before training, a ReLU layer with $n$ inputs and weights of standard deviation $s$"
        " multiplies the mean square of what goes forward by $n s^2 / 2$; going backward, the mean square of the"
        f" derivatives is multiplied by as much where the layer has $n$ outputs ({CITED}). With $n = {setting.hidden}$"
        f" both stay as they are at $s = {setting.kept:.3f}$, the dotted line in the figures. The measured mean"
        f" squares, averaged over the seeds, are within a factor {forward:.2f} of this going forward and {back:.2f}"
        f" going backward, over all scales."
    )


def off(seen: np.ndarray, theory: np.ndarray) -> float:
    """By which factor two positive arrays differ most.

    >>> off(np.array([1.0, 4.0]), np.array([1.0, 5.0]))
    1.25
    """
    return float(np.exp(np.abs(np.log(seen / theory)).max()))


def _lower_end(setting: Setting, observed: Observed) -> str:
    said = []
    for depth, found, fresh in zip(setting.depths, observed.sweeps, observed.fresh, strict=True):
        works = of_most_seeds(found).any(axis=1)
        if not works.any():
            said.append(f"With {named(depth)} layers, no scale of the grid works for most seeds.")
            continue
        k = int(works.argmax())
        scale = setting.scales[k]
        forward = fresh.seen.activations[k, -1] / fresh.seen.activations[k, 0]
        back = fresh.seen.slopes[k, 0] / fresh.seen.slopes[k, -1]
        said.append(
            f"With {named(depth)} layers the smallest scale that works, with some rate and for most seeds, is"
            f" {number(scale)}{', where the grid begins' if k == 0 else ''}. There a hidden layer multiplies mean"
            f" squares by {number(setting.hidden * scale**2 / 2)}: of that of the examples the last one holds"
            f" {number(forward)}, and of that of the derivatives by the scores {number(back)} is left at the first."
        )
    return " ".join(said)


def _band(setting: Setting, sweeps: Sequence[Sweep]) -> str:
    told = []
    for depth, found in zip(setting.depths, sweeps, strict=True):
        slope = slope_of_band(found, LARGE)
        if slope is not None:
            told.append(f"${slope:.2f}$ with {named(depth)} layers (expected: ${2 - depth}$)")
    if not told:
        return (
            f"From a scale of {number(LARGE)} on, too few scales are usable to say how the usable rates depend on it."
        )
    spans = [(depth, width(found, "rate")) for depth, found in zip(setting.depths, sweeps, strict=True) if depth > 2]
    narrow = " and ".join(f"${w:.2f} / {depth - 2} = {w / (depth - 2):.2f}$" for depth, w in spans)
    return (
        "Large scales need small rates. Multiply all weights of $L$ layers by $a$: the scores are multiplied by $a^L$,"
        " their derivatives by a weight by $a^{L - 1}$, and the softmax of large scores only tells which is largest. A"
        " learning rate multiplied by $a^{2 - L}$ then makes the same steps relative to the weights (not so for biases,"
        " whose steps matter less at large scales). So the usable rates should lie in a band that falls with the slope"
        " $2 - L$, on logarithmic axes. A line fitted to the middles of the usable rates, for scales from"
        f" {number(LARGE)} on, has the slope {' and '.join(told)}. A steep band is narrow in the scale: from the"
        f" decades of rate, {narrow} decades of scale would be expected."
    )


def heat_maps(setting: Setting, sweeps: Sequence[Sweep]) -> Figure:
    panels = []
    for depth, found in zip(setting.depths, sweeps, strict=True):
        learned, broken = found.reached.mean(axis=0), (~found.finite).mean(axis=0)
        panels.append(Panel(f"{named(depth)} layers", rows(learned), rows(broken), _line(depth, found)))
    learned = [max(map(max, panel.learned)) for panel in panels]
    alt = "Heat maps over initialisation scale and learning rate, side by side: " + "; ".join(
        f"with {panel.title} {percent(mean(fractions(found)))} of the cells learn"
        + ("" if top == 1 else ", and in no cell all seeds")
        for panel, found, top in zip(panels, sweeps, learned, strict=True)
    )
    return Figure(
        "digits-by-heart",
        f"Where {named(len(setting.seeds))} seeds learn all {setting.examples} digits (blue), and where scores overflow"
        " (orange). Dotted: the scale that keeps mean squares. Dashed: the slope $2 - L$ that is expected of $L$ layers"
        " at large scales, through the middle of what is usable there.",
        alt + ".",
        HeatMaps(setting.scales, setting.rates, len(setting.seeds), setting.kept, tuple(panels)),
        (6.4, 3.7),
    )


def _line(depth: int, found: Sweep) -> tuple[float, float, float] | None:
    """The expected slope, and the geometric mean of the usable cells at large scales."""
    seed, scale, rate = np.nonzero(found.reached & (np.array(found.scales) >= LARGE)[None, :, None])
    if not len(seed):
        return None
    x, y = (np.log(values).mean() for values in (np.array(found.scales)[scale], np.array(found.rates)[rate]))
    return float(2 - depth), float(np.exp(x)), float(np.exp(y))


def moments(setting: Setting, fresh: Sequence[Fresh]) -> Figure:
    forward = [
        _curves(depth, "forward", "input", f.seen.activations, f.theory.activations)
        for depth, f in zip(setting.depths, fresh, strict=True)
    ]
    back = [
        _curves(depth, "backward", "output", f.seen.slopes, f.theory.slopes)
        for depth, f in zip(setting.depths, fresh, strict=True)
    ]
    ends = [
        f"{values[0]:.0e} at the smallest scale to {values[-1]:.0e} at the largest"
        for values in (fresh[-1].seen.activations[:, -1], fresh[-1].seen.slopes[:, 0])
    ]
    return Figure(
        "mean-squares",
        "Networks before training: mean squares, over examples, units of a layer and seeds, of the inputs of each layer"
        " (above) and of the derivatives of the loss by its outputs (below). Dots: measured. Lines: expected, from the"
        " mean squares of the examples and of the derivatives by the scores. Dotted: the scale that keeps them.",
        "Mean squares over the initialisation scale on logarithmic axes, a curve for each layer."
        f" With {named(setting.depths[-1])} layers the input of the last layer goes from {ends[0]}, the"
        f" derivatives by the outputs of the first from {ends[1]}.",
        SecondMoments(setting.scales, setting.kept, (*forward, *back), ("mean square", "mean square")),
        (6.4, 5.0),
    )


def _curves(depth: int, way: str, what: str, seen: np.ndarray, theory: np.ndarray) -> Curves:
    names = tuple(f"{what} of layer {k + 1}" for k in range(depth))
    return Curves(f"{named(depth)} layers, {way}", names, rows(seen.T), rows(theory.T))


def rows(values: np.ndarray) -> tuple[tuple[float, ...], ...]:
    """A matrix as tuples, which can be compared and sent."""
    return tuple(tuple(map(float, row)) for row in values)


def named(count: int) -> str:
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def number(value: float) -> str:
    r"""A positive number to two digits, as prose; a power of ten outside of 0.01 to 1000 is written as one.

    >>> number(0.0316), number(1e-6), number(3.16e-5)
    ('$0.032$', '$10^{-6}$', '$3.2 \\cdot 10^{-5}$')
    """
    mantissa, exponent = f"{value:.1e}".split("e")
    if -2 <= int(exponent) <= 2:
        return f"${float(f'{value:.2g}'):g}$"
    power = f"10^{{{int(exponent)}}}"
    return f"${power}$" if mantissa == "1.0" else rf"${mantissa} \cdot {power}$"


def interval(ends: tuple[float, float], values: Sequence[float]) -> str:
    """The ends of a usable range; a star at an end where the grid ends too.

    >>> interval((0.1, 1.0), [0.01, 0.1, 1.0])
    '$0.1$ to $1$*'
    """
    shown = [number(value) + "*" * (value in (values[0], values[-1])) for value in ends]
    return " to ".join(dict.fromkeys(shown))


__all__ = ["Fresh", "Observed", "Setting", "report"]
