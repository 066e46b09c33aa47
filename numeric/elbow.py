"""The ReLU elbow in NumPy-free scalar code: one unit `phi(x) = max(w x + b, 0)`, its loss, gradients and SGD update.

Each function is a formula that `latexify` can typeset (scalar code with if/else), and is compared with the symbolic
derivation on random numbers. The derivative of ReLU at 0 is 0 by convention.
"""


def relu_unit(x: float, w: float, b: float) -> float:
    """phi(x) = w x + b where that is positive, else 0.

    >>> relu_unit(1.0, -2.0, 4.0), relu_unit(3.0, -2.0, 4.0)
    (2.0, 0)
    """
    if w * x + b > 0:
        return w * x + b
    else:
        return 0


def elbow(w: float, b: float) -> float:
    """e = -b / w: where the unit starts to be active; w must not be 0.

    >>> elbow(-2.0, 4.0)
    2.0
    """
    return -b / w


def loss_slope(x: float, y: float, w: float, b: float) -> float:
    """dl/dw = (w x + b - y) x where the unit is active, else 0, for l = (phi(x) - y)^2 / 2.

    >>> loss_slope(1.0, 1.0, -2.0, 4.0)
    1.0
    """
    if w * x + b > 0:
        return (w * x + b - y) * x
    else:
        return 0


def loss_bias(x: float, y: float, w: float, b: float) -> float:
    """dl/db = w x + b - y where the unit is active, else 0.

    >>> loss_bias(1.0, 1.0, -2.0, 4.0)
    1.0
    """
    if w * x + b > 0:
        return w * x + b - y
    else:
        return 0


def updated_elbow(x: float, w: float, b: float, v: float, r: float, rate: float) -> float:
    """e' after one SGD step on a hidden unit with outgoing weight v, where r = f(x) - y is the network's residual.

    The unit must have w != 0 before and after the step.

    >>> updated_elbow(x=1.0, w=-2.0, b=4.0, v=1.0, r=1.0, rate=0.1)
    1.857142857...
    """
    if w * x + b > 0:
        return (rate * r * v - b) / (w - rate * x * r * v)
    else:
        return -b / w
