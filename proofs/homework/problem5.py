"""Problem 5: one ReLU unit, its elbow, the gradients of its loss, and the elbow after a step of SGD."""

from dataclasses import replace

from sympy import Add, Derivative, Integer, Mul, Pow, Q, true

from numeric import elbow as code
from proofs.document import Part, Problem
from proofs.homework.elbow_figures import SgdStep, drawings, sgd_step, sliders
from proofs.homework.elbow_moves import identity, moves
from proofs.homework.elbow_network import agreement, entry_of_unit, gradients, jacobians
from proofs.homework.elbow_unit import (
    SCALAR,
    b,
    b_i,
    cases_of,
    g,
    gradient,
    listing,
    phi,
    product,
    r,
    rate,
    root,
    split,
    squared_error,
    unit,
    v_i,
    w,
    w_i,
    x,
    y,
)
from symbolic.calculus import jacobian
from symbolic.derivation import Derivation, Step


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
    """One step of the single unit, from what parts (a) and (b) derive: the figures are drawn from it."""
    neuron = unit(w, b)
    by_w, by_b = (gradient(neuron, by, "").rhs for by in (w, b))
    shift = r, identity().rhs
    return sgd_step((w, b, x, y, rate), neuron, root(w, b).rhs.rhs, squared_error(phi), by_w, by_b, phi, shift)


def drawn_moves() -> Part:
    """Part (b) with its figures."""
    step = sgd_step_of_unit()
    return replace(moves(), figures=drawings(step), interactives=(sliders(step),))


def elbow_of_unit() -> Part:
    neuron = replace(root(w_i, b_i), title="Where the line of the unit crosses zero")
    return Part(
        "5(c)",
        r"The elbow $e_i$ of the $i$-th hidden unit of $\hat{f}(x) = W_2 \Phi(W_1 x + \mathbf{b})$: its own weight and"
        r" bias decide, the output weights and the other units do not.",
        (neuron,),
        remarks=(r"A unit with $w_i = 0$ has no elbow; one with an output weight of $0$ has one that nobody sees.",),
    )


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
            *jacobians(),
            *gradients(),
            *entry_of_unit(),
        ),
        tables=(agreement(),),
        listings=(listing(code.updated_elbow, result, x, w_i, b_i, v_i, r, rate),),
        remarks=(
            r"The formula needs $w_i \neq 0$ and, where the unit is active, $w_i \neq \lambda x r v_i$: a step of"
            r" exactly that size makes the unit flat and leaves it without an elbow.",
            r"For all units at once $D = \mathrm{diag}(\mathbf{s})$ has the indicators $s_i$ of"
            r" $W_1 x + \mathbf{b} > 0$ on its diagonal, and $\Phi(W_1 x + \mathbf{b}) = D (W_1 x + \mathbf{b})$; while"
            r" no unit crosses its kink, $D$ is constant. Entry $i$ of the matrix form is the formula by cases"
            r" above, with $v_i = (W_2)_i$.",
        ),
    )


PROBLEM = Problem(
    5,
    "The elbow of a ReLU unit under SGD",
    r"All symbols are real numbers; $\lambda > 0$ is the learning rate. The gradient of ReLU at $0$ is $0$.",
    {"a": one_unit, "b": drawn_moves, "c": elbow_of_unit, "d": updated_elbow},
)
