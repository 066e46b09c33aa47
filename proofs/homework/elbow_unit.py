"""One ReLU unit `phi(x) = max(w x + b, 0)` by cases: symbols, gradients, the elbow, and code to compare with."""

from collections.abc import Callable
from inspect import getsource

import latexify
import numpy as np
from sympy import Add, Basic, Derivative, Eq, Expr, Gt, Integer, Mul, Piecewise, Pow, Q, Rational, Symbol, true

from numeric import evaluate
from proofs.document import Listing
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
