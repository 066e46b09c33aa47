"""How one step of SGD moves the slope and the elbow of an active ReLU unit: a theorem for every case of the signs.

In the theorems `w'` and `e'` stand for the new weight w - lambda r x and the new elbow, where r is the residual; a
theorem is stated once, in these symbols: its long form is what is proved, its short form what the table prints.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sympy import Abs, Add, Basic, Eq, Expr, Ge, Gt, Integer, Le, Lt, Pow, Q, Rational, Symbol, true

from proofs.document import Part, Table
from proofs.homework.elbow_unit import (
    b,
    cases_of,
    gradient,
    line,
    product,
    r,
    rate,
    root,
    split,
    unit,
    w,
    x,
    y,
)
from proofs.prove import Claim, prove
from proofs.verify import verdict_on
from symbolic.derivation import Derivation, Step
from symbolic.latex import write_latex

NEW_W, ELBOW, NEW_ELBOW = (Symbol(name, real=True) for name in ("w'", "e", "e'"))
MOVED = product(rate, r, x)  # by how much the weight falls
LONG_W = Add(w, product(Integer(-1), rate, r, x), evaluate=False)
LONG_B = Add(b, product(Integer(-1), rate, r), evaluate=False)
LONG = {
    NEW_W: LONG_W,
    ELBOW: root(w, b).rhs.rhs,
    NEW_ELBOW: product(Integer(-1), LONG_B, Pow(LONG_W, -1, evaluate=False)),
}
ACTIVE = Gt(line(w, b), 0, evaluate=False)
HAS_ELBOW = Q.nonzero(LONG_W)
SIZE, SIZE_BEFORE = Abs(NEW_W, evaluate=False), Abs(w, evaluate=False)


@dataclass(frozen=True)
class Theorem:
    """`left relation right` in short form; `about`: what moves (slope or elbow); `given` beyond those of the case."""

    about: str
    left: Basic
    right: Basic
    relation: str
    given: tuple[Any, ...] = ()

    def step(self) -> Step:
        return Step(long(self.left), long(self.right), self.relation, given=self.given)

    def text(self) -> str:
        signs = {"iff": r"\iff", "<": "<", ">": ">", "=": "="}
        return f"${write_latex(self.left)} {signs[self.relation]} {write_latex(self.right)}$"

    def status(self, given: tuple[Any, ...]) -> str:
        step = self.step()
        return verdict_on(step.lhs, step.rhs, step.relation, (*given, *self.given)).status


@dataclass(frozen=True)
class Case:
    """Signs of w, x and the residual, and what follows; `name` and `words` are prose."""

    name: str
    words: str
    given: tuple[Any, ...]
    theorems: tuple[Theorem, ...]

    def derivation(self) -> Derivation:
        steps = tuple(theorem.step() for theorem in self.theorems)
        last = steps[-1]
        given = tuple(dict.fromkeys((*self.given, *last.given)))
        return Derivation(last.lhs, last.rhs, last.relation, given, steps, title=f"{self.name}, {self.words}")


def long(e: Any) -> Any:
    """With the new weight and both elbows written out; nothing is simplified."""
    if e in LONG:
        return LONG[e]
    if not isinstance(e, Basic) or not e.args or not e.has(*LONG):
        return e
    return e.func(*map(long, e.args), evaluate=False)


def less(a: Any, c: Any) -> Basic:
    return Lt(a, c, evaluate=False)


def more(a: Any, c: Any) -> Basic:
    return Gt(a, c, evaluate=False)


def iff(about: str, one: Basic, other: Basic, *given: Any) -> Theorem:
    return Theorem(about, one, other, "iff", given)


TWICE = product(Integer(2), w)
DIFFERENCES = Add(product(b, x), -w, evaluate=False), Add(MOVED, -w, evaluate=False)
SMALLER, LARGER = less(SIZE, SIZE_BEFORE), Theorem("slope", SIZE, SIZE_BEFORE, ">")
RIGHT, LEFT = more(NEW_ELBOW, ELBOW), less(NEW_ELBOW, ELBOW)
IF_STEP_BELOW = less(MOVED, TWICE), less(MOVED, w)
IF_STEP_ABOVE = more(MOVED, TWICE), more(MOVED, w)
SAME, AT_W = Eq(NEW_ELBOW, ELBOW, evaluate=False), Eq(w, product(b, x), evaluate=False)
STAYS = iff("elbow", SAME, AT_W, HAS_ELBOW, Q.nonzero(r))
GONE = iff("elbow", Eq(NEW_W, 0, evaluate=False), Eq(w, MOVED, evaluate=False))


def cases() -> tuple[Case, ...]:
    """Every combination of signs that an active unit can have, but for x = 0."""
    too_high, too_low = Q.positive(r), Q.negative(r)
    both_sides = product(*DIFFERENCES)
    positive_b = Theorem("bias", b, Integer(0), ">")

    def shrinks(bound: Basic, turns: Basic, sign: Basic) -> tuple[Theorem, Theorem, Theorem]:
        """The slope shrinks up to one step size, and changes its sign from another one on; in between it has none."""
        return iff("slope", SMALLER, bound), iff("slope", sign, turns), GONE

    below, above = shrinks(*IF_STEP_BELOW[:1], IF_STEP_ABOVE[1], less(NEW_W, 0)), shrinks(
        *IF_STEP_ABOVE[:1], IF_STEP_BELOW[1], more(NEW_W, 0)
    )
    two = Q.positive(w), Q.positive(x), ACTIVE
    three = Q.positive(w), Q.negative(x), ACTIVE
    four = Q.negative(w), Q.positive(x), ACTIVE
    five = Q.negative(w), Q.negative(x), ACTIVE
    ways = (
        STAYS,
        iff("elbow", LEFT, less(both_sides, 0), HAS_ELBOW),
        iff("elbow", RIGHT, more(both_sides, 0), HAS_ELBOW),
    )
    mirrored = (
        STAYS,
        iff("elbow", RIGHT, less(both_sides, 0), HAS_ELBOW),
        iff("elbow", LEFT, more(both_sides, 0), HAS_ELBOW),
    )
    return (
        Case("(ii) $w > 0$, $x > 0$", "too high ($r > 0$)", (*two, too_high), (*below, *ways)),
        Case(
            "(ii) $w > 0$, $x > 0$", "too low ($r < 0$)", (*two, too_low),
            (LARGER, STAYS, iff("elbow", RIGHT, more(product(b, x), w))),
        ),
        Case(
            "(iii) $w > 0$, $x < 0$", "too high ($r > 0$)", (*three, too_high),
            (positive_b, LARGER, Theorem("elbow", NEW_ELBOW, ELBOW, ">")),
        ),
        Case(
            "(iii) $w > 0$, $x < 0$", "too low ($r < 0$)", (*three, too_low),
            (positive_b, *below, iff("elbow", LEFT, less(MOVED, w), HAS_ELBOW)),
        ),
        Case(
            "(iv) $w < 0$, $x > 0$", "too high ($r > 0$)", (*four, too_high),
            (positive_b, LARGER, Theorem("elbow", NEW_ELBOW, ELBOW, "<")),
        ),
        Case(
            "(iv) $w < 0$, $x > 0$", "too low ($r < 0$)", (*four, too_low),
            (positive_b, *above, iff("elbow", RIGHT, more(MOVED, w), HAS_ELBOW)),
        ),
        Case("(ii), mirrored, $w < 0$, $x < 0$", "too high ($r > 0$)", (*five, too_high), (*above, *mirrored)),
        Case(
            "(ii), mirrored, $w < 0$, $x < 0$", "too low ($r < 0$)", (*five, too_low),
            (LARGER, STAYS, iff("elbow", RIGHT, more(product(b, x), w))),
        ),
    )  # fmt: skip


def identity() -> Derivation:
    """e' - e = lambda r (w - b x) / (w (w - lambda r x)): every case follows from the signs of these factors."""
    difference = Add(NEW_ELBOW, product(Integer(-1), ELBOW), evaluate=False)
    over = Pow(product(w, LONG_W), -1, evaluate=False)
    crossed = Add(product(b, LONG_W), product(Integer(-1), w, LONG_B), evaluate=False)
    result = product(rate, r, Add(w, product(Integer(-1), b, x), evaluate=False), over)
    forms = (long(difference), product(crossed, over), result)
    notes = ("One denominator.", r"In the numerator $b w$ cancels.")
    steps = tuple(Step(one, two, note=note) for one, two, note in zip(forms, forms[1:], notes, strict=False))
    return Derivation(
        forms[0], result, given=(Q.nonzero(w), HAS_ELBOW), steps=steps, title="The identity behind all cases",
        answer_type="By how much the elbow moves: a number, positive for a move to the right.",
    )  # fmt: skip


def update() -> tuple[Derivation, ...]:
    """The new weight and bias: case (i), where nothing changes, is their second branch."""
    neuron = unit(w, b)
    out = []
    for old, title in ((w, "The weight after the step"), (b, "The bias after the step")):
        by = gradient(neuron, old, "").rhs
        moved = Add(old, product(Integer(-1), rate, by), evaluate=False)
        active = Add(old, product(Integer(-1), rate, by.args[0][0]), evaluate=False)
        result = cases_of((active, ACTIVE), (old, true))
        steps = (Step(moved, split(moved), reason="the gradient by cases"), Step(split(moved), result))
        out.append(Derivation(moved, result, steps=steps, title=title))
    return tuple(out)


def error() -> tuple[Derivation, ...]:
    """What the step does to the squared error: the exact bound on the step size."""
    z, growth = line(w, b), Add(Pow(x, 2), Integer(1), evaluate=False)
    after = Add(product(LONG_W, x), LONG_B, evaluate=False)
    new = Add(z, product(Integer(-1), rate, r, growth), evaluate=False)
    shrink = Add(Integer(1), product(Integer(-1), rate, growth), evaluate=False)
    half = Rational(1, 2)
    old_error = product(half, Pow(r, 2))
    new_error = product(half, Pow(product(shrink, r), 2, evaluate=False))
    of_y, of_z = product(half, Pow(y, 2)), product(half, Pow(Add(z, -y, evaluate=False), 2, evaluate=False))
    target = Add(z, product(Integer(-1), r), evaluate=False)
    twice = product(Integer(2), target)
    clipped = Le(new, 0, evaluate=False)
    bound = less(product(rate, growth), Integer(2))
    flat = less(product(half, Pow(target, 2, evaluate=False)), old_error)
    return (
        Derivation(after, new, title="The same line at the training point, after the step"),
        Derivation(
            Add(new, product(Integer(-1), target), evaluate=False), product(shrink, r),
            title="The residual after the step, while the unit stays active, for the target $y = w x + b - r$",
        ),
        Derivation(
            less(new_error, old_error), bound, "iff", given=(Q.nonzero(r),),
            title="While the unit stays active, the error falls for these step sizes and for no others",
        ),
        Derivation(new, Integer(0), ">", given=(ACTIVE, Q.negative(r)), title="A unit that was too low stays active"),
        Derivation(
            clipped, Ge(product(rate, r, growth), z, evaluate=False), "iff",
            title="A unit that was too high is switched off by large steps",
        ),
        Derivation(
            less(of_y, of_z), more(z, product(Integer(2), y)), "iff", given=(ACTIVE,),
            title="Once it is switched off, its prediction is $0$: when the error is smaller than before",
        ),
        Derivation(
            z, twice, ">", given=(ACTIVE, Q.positive(r), clipped, bound),
            steps=(Step(z, twice, ">"), Step(flat.lhs, flat.rhs, "<")),
            title="So the same bound is enough where the unit is switched off, for the target $y = w x + b - r$",
        ),
    )  # fmt: skip


def table_of(found: Iterable[Case]) -> Table:
    """One row a case: what was shown of slope and elbow, under which hypotheses, and the verdicts that it got."""
    rows = []
    for case in found:
        told = {
            about: "; ".join(theorem.text() for theorem in case.theorems if theorem.about == about)
            for about in ("slope", "elbow")
        }
        needs = [r"$w' \neq 0$"] if any(HAS_ELBOW in theorem.given for theorem in case.theorems) else []
        verdicts = dict.fromkeys(theorem.status(case.given) for theorem in case.theorems)
        rows.append((f"{case.name}; {case.words}", told["slope"], told["elbow"], *[", ".join(needs) or "none"],
                     ", ".join(verdicts)))  # fmt: skip
    first = (r"(i) $w x + b \leq 0$", "unchanged", "unchanged", "none", unchanged())
    return Table(
        ("case", "slope", "elbow", "condition", "verdict"), (first, *rows),
        r"An active unit ($w x + b > 0$) after one step with $\lambda > 0$; $w' = w - \lambda r x$ is the new slope,"
        r" $e$ and $e'$ are the elbows before and after. The third line of a slope that may shrink is where the elbow"
        r" ceases to exist.",
    )  # fmt: skip


def unchanged() -> str:
    """The verdict on the case without a gradient."""
    return ", ".join(dict.fromkeys(verdict_on(d.lhs, d.rhs, d.relation, d.given).status for d in update()))


def example() -> Table:
    """The derived formulas at rate 1/10, x = 1, y = 1, w = -2, b = 4, evaluated exactly."""
    at = {rate: Rational(1, 10), x: Integer(1), y: Integer(1), w: Integer(-2), b: Integer(4)}
    at[r] = (line(w, b) - y).xreplace(at)
    growth = x**2 + 1
    shown: list[tuple[str, Expr]] = [
        (r"$\phi(x) = w x + b$", line(w, b)), (r"$r = \phi(x) - y$", r), (r"$w' = w - \lambda r x$", LONG_W),
        (r"$b' = b - \lambda r$", LONG_B), (r"$e = -b / w$", LONG[ELBOW]), (r"$e' = -b' / w'$", LONG[NEW_ELBOW]),
        (r"$e' - e$", identity().rhs), (r"$w' x + b'$", line(w, b) - rate * r * growth),
        (r"error before, $r^2 / 2$", r**2 / 2),
        (r"error after, $(1 - \lambda (x^2 + 1))^2 r^2 / 2$", ((1 - rate * growth) * r) ** 2 / 2),
        (r"$\lambda$ must stay below $2 / (x^2 + 1)$", 2 / growth),
    ]  # fmt: skip
    rows = tuple((name, f"${write_latex(Add(formula.xreplace(at)))}$") for name, formula in shown)
    return Table(
        ("quantity", "value"), rows,
        r"Case (iv), too high: $\lambda = \frac{1}{10}$, $x = y = 1$, $w = -2$, $b = 4$. The slope gets steeper, the"
        r" elbow moves left, and the error falls all the same: the bias does more than the slope undoes.",
    )  # fmt: skip


def what_fails() -> Table:
    """Tempting statements about the cases that are false, each with a point where it fails."""
    high = Q.positive(r)
    two, three, four = ((*signs, ACTIVE, high) for signs in (
        (Q.positive(w), Q.positive(x)), (Q.positive(w), Q.negative(x)), (Q.negative(w), Q.positive(x)),
    ))  # fmt: skip
    lost_sign = less(LONG[ELBOW], product(LONG_B, Pow(LONG_W, -1, evaluate=False)))
    grown = Abs(LONG_B, evaluate=False)
    falls = less(Pow(product(Add(1, -rate * (x**2 + 1), evaluate=False), r), 2, evaluate=False), Pow(r, 2))
    stated = (
        (r"(ii) moves right exactly if $-\frac{b}{w} < \frac{b'}{w'}$: a sign is lost",
         Claim(long(RIGHT), lost_sign, "iff"), (*two, HAS_ELBOW)),
        (r"(ii) the slope gets shallower whatever the step", Claim(long(SIZE), SIZE_BEFORE, "<"), two),
        (r"(ii) moves right exactly if $b x < w$, whatever the step",
         Claim(long(RIGHT), less(product(b, x), w), "iff"), (*two, HAS_ELBOW)),
        (r"(iii) the bias gets smaller: $|b| > |b'|$", Claim(Abs(b, evaluate=False), grown, ">"), three),
        (r"(iv) has $x < 0$", Claim(x, Integer(0), "<"), four),
        (r"the error falls whatever the step", Claim(falls.lhs, falls.rhs, "<"), (high,)),
        (r"with $r < 0$ instead, the slope of (iv) still gets steeper",
         Claim(long(SIZE), SIZE_BEFORE, ">"), (*four[:-1], Q.negative(r))),
    )  # fmt: skip
    rows = []
    for words, claim, given in stated:
        verdict = prove(claim, given=list(given))
        at = verdict.counterexample.values if verdict.counterexample is not None else {}
        point = ", ".join(f"${write_latex(s)} = {write_latex(v)}$" for s, v in at.items())
        rows.append((words, point, verdict.status))
    return Table(
        ("said too quickly", "a point where it fails", "verdict"), tuple(rows),
        r"What the usual account of these cases leaves out or gets wrong, for an active unit.",
    )  # fmt: skip


def moves() -> Part:
    found = cases()
    bias = Derivation(
        more(Abs(b, evaluate=False), Abs(LONG_B, evaluate=False)), less(product(rate, r), product(Integer(2), b)),
        "iff", given=(Q.positive(w), Q.negative(x), ACTIVE, Q.positive(r)),
        title="The bias gets smaller only if the step is small; the elbow of (iii) moves right in any case",
    )  # fmt: skip
    at_zero = Derivation(
        Add(product(Integer(-1), LONG_B, Pow(w, -1)), product(b, Pow(w, -1)), evaluate=False),
        product(rate, r, Pow(w, -1)), given=(Q.nonzero(w),),
        title="At $x = 0$ the slope stays and the elbow moves by $\\lambda r / w$",
    )  # fmt: skip
    return Part(
        "5(b)",
        r"How slope and elbow of the unit move in one step of SGD with learning rate $\lambda$ on a training point"
        r" with the residual $r = \phi(x) - y$: positive where the prediction is too high (the usual example has"
        r" $r = 1$), negative where it is too low. Case (i) is an inactive unit, (ii) to (iv) are the signs of $w$"
        r" and $x$ of an active one. Then what the step does to the error.",
        (*update(), identity(), at_zero, *(case.derivation() for case in found), bias, *error()),
        tables=(table_of(found), example(), what_fails()),
        remarks=(
            r"The step moves the elbow through $\lambda r (w - b x) / (w w')$. A step of exactly $\lambda r x = w$"
            r" leaves a flat unit without an elbow; a larger one turns the unit around, and the elbow comes back from"
            r" the other side.",
            r"If $b x = w$ no step moves the elbow: it stays where it is until it ceases to exist.",
            r"Too low instead of too high ($r < 0$) reverses the direction of each change, so what grew without bound"
            r" now shrinks, up to a step that is too large, and the other way round.",
            r"The error falls for every step with $\lambda (x^2 + 1) < 2$, in all cases, also where slope or elbow"
            r" move away from the point. Where the unit stays active, no larger step makes it fall.",
        ),
    )  # fmt: skip


__all__ = ["cases", "error", "example", "identity", "moves", "table_of", "what_fails"]
