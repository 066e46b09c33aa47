"""Problem 5: one ReLU unit, its elbow, the gradients of its loss, and the elbow after a step of SGD."""

from collections.abc import Callable
from inspect import getsource

import latexify
import numpy as np
from sympy import Add, Basic, Derivative, Eq, Expr, Gt, Integer, Mul, Piecewise, Pow, Q, Rational, Symbol, true

from numeric import elbow as code
from numeric import evaluate
from proofs.document import Listing, Part, Problem
from proofs.homework.elbow_figures import SgdStep, sgd_step
from symbolic.calculus import jacobian
from symbolic.derivation import Derivation, Step

x, y, w, b, phi, r = (Symbol(name, real=True) for name in ("x", "y", "w", "b", "phi", "r"))
w_i, b_i, v_i, g = (Symbol(name, real=True) for name in ("w_i", "b_i", "v_i", "g"))
rate = Symbol("lambda", positive=True)


def unit(weight: Expr, bias: Expr) -> Piecewise:
    """The ReLU of `weight x + bias`, by cases."""
    z = line(weight, bias)
    return cases_of((z, Gt(z, 0, evaluate=False)), (Integer(0), true))


def line(weight: Expr, bias: Expr) -> Expr:
    return Add(Mul(weight, x, evaluate=False), bias, evaluate=False)


def cases_of(*branches: tuple[Expr, Basic]) -> Piecewise:
    return Piecewise(*branches, evaluate=False)


def squared_error(prediction: Expr) -> Expr:
    return Mul(Rational(1, 2), Pow(Add(prediction, -y, evaluate=False), 2), evaluate=False)


def split(expr: Expr) -> Piecewise:
    """`expr` by the cases of the Piecewise inside it (all those in it have the same conditions), order kept."""
    inner = sorted(expr.atoms(Piecewise), key=str)
    return cases_of(*((in_case(expr, k), on) for k, (_, on) in enumerate(inner[0].args)))


def in_case(expr: Expr, k: int) -> Expr:
    """`expr` where the k-th case holds; a product with a zero in it is zero, a factor 1 is left out."""
    if isinstance(expr, Piecewise):
        return expr.args[k][0]
    if not expr.has(Piecewise):
        return expr
    parts = [in_case(a, k) for a in expr.args]
    if isinstance(expr, Mul):
        return Integer(0) if 0 in parts else product(*parts)
    kept = [a for a in parts if a != 0] if isinstance(expr, Add) else parts
    return expr.func(*kept, evaluate=False) if len(kept) > 1 else kept[0] if kept else Integer(0)


def product(*factors: Expr) -> Expr:
    kept = [a for a in factors if a != 1]
    return Mul(*kept, evaluate=False) if len(kept) > 1 else kept[0] if kept else Integer(1)


def derivative_by_cases(expr: Expr, by: Symbol) -> Piecewise:
    """The derivative of every branch; at the kink itself that of the `otherwise` branch, which is the convention."""
    return cases_of(*((jacobian(value, by), on) for value, on in split(expr).args))


def gradient(prediction: Expr, by: Symbol, title: str) -> Derivation:
    """The derivative of the squared error of `prediction`: chain rule, the cases of the unit, their product."""
    loss, inner = squared_error(prediction), derivative_by_cases(prediction, by)
    chained = Mul(Add(prediction, -y, evaluate=False), inner, evaluate=False)
    steps = (
        Step(Derivative(prediction, by), inner, reason="derivative of each case"),
        Step(Derivative(loss, by), chained, reason="chain rule"),
        Step(chained, split(chained), reason="product of the cases"),
    )
    return Derivation(steps[1].lhs, steps[2].rhs, steps=steps, title=title, answer_type=SCALAR)


SCALAR = "The derivative of a scalar by a scalar is a scalar."


def root(weight: Expr, bias: Expr) -> Derivation:
    """Where the line of the unit vanishes, for a weight that is not 0: there and nowhere else."""
    z = line(weight, bias)
    zero = -z.xreplace({x: Integer(0)}) / jacobian(z, x)
    claim = Eq(z, 0, evaluate=False), Eq(x, zero, evaluate=False)
    return Derivation(*claim, "iff", given=(Q.nonzero(weight),), title="(i) the elbow")


def listing(function: Callable[..., float], formula: Expr, *arguments: Symbol) -> Listing:
    """A NumPy-side function beside its formula, compared on random inputs that meet every case."""
    draws = np.random.default_rng(5).uniform(-2, 2, size=(200, len(arguments)))
    draws[:, [k for k, a in enumerate(arguments) if a.is_positive]] += 2.5
    worst = max(
        abs(float(evaluate(formula, dict(zip(arguments, row, strict=True)))) - function(*row)) for row in draws.tolist()
    )
    read = latexify.get_latex(function)
    return Listing(
        function.__name__,
        getsource(function),
        read.replace(r"\mathrm{rate} \cdot", r"\lambda").replace(r"\mathrm{rate}", r"\lambda"),
        f"compared with the formula on {len(draws)} random inputs: largest difference {worst:.1e}",
    )


def one_unit() -> Part:
    neuron = unit(w, b)
    elbow = root(w, b)
    f = squared_error(phi)
    by_phi = Derivation(
        Derivative(f, phi), jacobian(f, phi), title="(ii) the loss by the prediction", answer_type=SCALAR
    )
    by_w, by_b = gradient(neuron, w, "(iii) the loss by the slope"), gradient(neuron, b, "(iv) the loss by the bias")
    return Part(
        "5(a)",
        r"The elbow $e$ of $\phi(x) = \max(w x + b, 0)$, and the derivatives of the loss $\ell = \frac{1}{2} (\phi(x) -"
        r" y)^2$ by $\phi$, by $w$ and by $b$.",
        (elbow, by_phi, by_w, by_b),
        listings=(
            listing(code.elbow, elbow.rhs.rhs, w, b),
            listing(code.loss_slope, by_w.rhs, x, y, w, b),
            listing(code.loss_bias, by_b.rhs, x, y, w, b),
        ),
        remarks=(
            r"At $w x + b = 0$ the ReLU has no derivative; by convention it is taken to be $0$ there. When $w = 0$"
            r" the unit has no elbow: it is constant in $x$.",
        ),
    )


def sgd_step_of_unit() -> SgdStep:
    """One step of the single unit, from what part (a) derives: the figures are drawn from it."""
    neuron = unit(w, b)
    by_w, by_b = (gradient(neuron, by, "").rhs for by in (w, b))
    return sgd_step((w, b, x, y, rate), neuron, root(w, b).rhs.rhs, squared_error(phi), by_w, by_b, phi)


def updated_elbow() -> Part:
    neuron = unit(w_i, b_i)
    prediction = Add(Mul(v_i, neuron, evaluate=False), g, evaluate=False)
    on = neuron.args[0][1]
    slope = cases_of((product(r, v_i, x), on), (Integer(0), true))
    bias = cases_of((product(r, v_i), on), (Integer(0), true))
    new_bias, new_weight = (
        Add(old, product(Integer(-1), rate, step), evaluate=False) for old, step in ((b_i, bias), (w_i, slope))
    )
    moved = product(Integer(-1), new_bias, Pow(new_weight, -1, evaluate=False))
    by_case = split(moved)
    stepped = product(
        Add(-b_i, product(rate, r, v_i), evaluate=False),
        Pow(Add(w_i, product(Integer(-1), rate, x, r, v_i), evaluate=False), -1, evaluate=False),
    )
    result = cases_of((stepped, on), (-b_i / w_i, true))
    given = (Q.nonzero(w_i), Q.nonzero(w_i - rate * x * r * v_i))
    update = Derivation(
        moved,
        result,
        given=given,
        steps=(
            Step(new_weight, split(new_weight), reason="the new weight"),
            Step(new_bias, split(new_bias), reason="the new bias"),
            Step(moved, by_case, reason="the elbow of the new line, by the cases of the unit"),
            Step(by_case, result, reason="collect the sign"),
        ),
        title="The elbow after the step",
        answer_type="The elbow is a number: where the line of the unit crosses zero.",
    )
    return Part(
        "5(d)",
        r"The elbow $e_i'$ of the $i$-th hidden unit after one SGD step with learning rate $\lambda$ on"
        r" $\ell = \frac{1}{2} (\hat{f}(x) - y)^2$. Write $w_i, b_i$ for the unit's weight and bias, $v_i$ for its"
        r" weight in the output, $g$ for what all other units contribute, so that"
        r" $\hat{f}(x) = v_i \max(w_i x + b_i, 0) + g$, and $r = \hat{f}(x) - y$ for the residual.",
        (
            gradient(prediction, w_i, "The loss by the weight of the unit"),
            gradient(prediction, b_i, "The loss by the bias of the unit"),
            update,
        ),
        listings=(listing(code.updated_elbow, result, x, w_i, b_i, v_i, r, rate),),
        remarks=(
            r"The formula needs $w_i \neq 0$ and, where the unit is active, $w_i \neq \lambda x r v_i$: a step of"
            r" exactly that size makes the unit flat and leaves it without an elbow.",
        ),
    )


PROBLEM = Problem(
    5,
    "The elbow of a ReLU unit under SGD",
    r"All symbols are real numbers; $\lambda > 0$ is the learning rate. The gradient of ReLU at $0$ is $0$.",
    {"a": one_unit, "d": updated_elbow},
)
