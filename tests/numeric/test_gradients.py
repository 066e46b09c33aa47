"""Right derivatives pass, wrong ones fail, in every layout and by every method."""

import pytest
import sympy as sp
from sympy import Add, Determinant, Eq, Identity, MatrixSymbol, Piecewise, Q, Symbol, Trace, exp, log, symbols

from numeric import check_derivative
from symbolic.errors import ShapeError, UnsupportedError

n, d = symbols("n d", integer=True, positive=True)
A, S, B = (MatrixSymbol(name, n, n) for name in "ASB")
X, w, y, x, c = MatrixSymbol("X", n, d), MatrixSymbol("w", d, 1), *(MatrixSymbol(v, n, 1) for v in "yxc")
lam, t = Symbol("lambda", positive=True), Symbol("t", real=True)
r = y - X*w
ridge = Add(r.T*r, lam*w.T*w)

# name: (expression, variable, kind, right, wrong, hypotheses)
CASES = {
    "linear": (x.T*c, x, "jacobian", c.T, 2*c.T, []),
    "norm": (x.T*x, x, "jacobian", 2*x.T, x.T, []),
    "vector": (A*x, x, "jacobian", A, A.T, []),
    "quadratic": (x.T*A*x, x, "gradient", (A + A.T)*x, 2*A*x, []),
    "quadratic, symmetric": (x.T*A*x, x, "gradient", 2*A*x, A*x, [Q.symmetric(A)]),
    "ridge": (ridge, w, "gradient", 2*X.T*(X*w - y) + 2*lam*w, 2*X.T*(X*w - y), []),
    "ridge, entry spelling": ((r.T*r)[0, 0], w, "gradient", 2*X.T*(X*w - y), 2*X.T*(y - X*w), []),
    "ridge hessian": (ridge, w, "hessian", 2*X.T*X + 2*lam*Identity(d), 2*X.T*X, []),
    "trace": (Trace(A*B), A, "gradient", B.T, B, []),
    "trace of an inverse": (Trace(A.inv()), A, "gradient", -(A.inv()*A.inv()).T, (A.inv()*A.inv()).T, []),
    "log det": (log(Determinant(S)), S, "gradient", S.inv(), 2*S.inv(), [Q.positive_definite(S)]),
    "scalar": (exp(lam*t), t, "jacobian", lam*exp(lam*t), exp(lam*t), []),
    "cases": (Piecewise((t**2, t > 0), (0, True)), t, "jacobian", Piecewise((2*t, t > 0), (0, True)), 2*t, []),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("method", ["complex step", "differences"])
def test_right_passes_and_wrong_fails(name, method):
    expr, wrt, kind, right, wrong, given = CASES[name]
    good, bad = (check_derivative(expr, wrt, g, kind, given, method=method) for g in (right, wrong))
    assert good, (name, good)
    assert good.method == method
    assert not bad
    assert bad.error > 1e-3
    assert (good.exact is None) == (name in ("log det", "scalar"))
    if good.exact is not None and bad.exact is not None:
        assert good.exact.holds
        assert not bad.exact.holds


def test_the_complex_step_is_accurate_to_rounding():
    assert check_derivative(ridge, w, CASES["ridge"][3], "gradient").error < 1e-14


def test_the_exact_check_sees_what_floats_cannot():
    check = check_derivative(x.T*c, x, (1 + sp.Rational(1, 10**14))*c.T)
    assert check.error < 1e-13
    assert not check


def test_a_derivative_in_the_wrong_layout_is_a_shape_error():
    with pytest.raises(ShapeError):
        check_derivative(x.T*c, x, c)
    with pytest.raises(ShapeError):
        check_derivative(A*x, x, A, "gradient")


def test_refusals():
    with pytest.raises(UnsupportedError, match="sideways"):
        check_derivative(x.T*c, x, c.T, "sideways")
    with pytest.raises(UnsupportedError, match="symbol"):
        check_derivative(x.T*c, A*x, c.T)


def test_erf_has_the_complex_step_of_its_derivative():
    assert check_derivative(sp.erf(t), t, 2*exp(-t**2)/sp.sqrt(sp.pi))
    assert not check_derivative(sp.erf(t), t, exp(-t**2))


def test_a_check_can_be_read():
    assert "agrees with complex step" in str(check_derivative(x.T*c, x, c.T))
    assert "DISAGREES" in str(check_derivative(x.T*c, x, 2*c.T))
    assert isinstance(check_derivative(x.T*c, x, c.T).claim, Eq)
