"""How each array library spells an operation: one table a library, one row an operation.

In a template `{a}`, `{b}`, ... stand for operands that need no brackets there (inside a call), `{A}`, `{B}`, ... for
operands in brackets unless they are names or calls; `{0}`, `{1}`, ... are sizes and other texts, `{like}` an array
whose type is wanted. A row of `_BATCHED` replaces one of the same name where an operand has batch dimensions: scalars
are then 1 x 1 matrices.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

import sympy as sp

from symbolic.emit.stable import Log1p, LogAddExp, Positive, Sigmoid, Softplus
from symbolic.errors import UnsupportedError

ADD, MUL, NEG, POW, ATOM = 1, 2, 3, 4, 5


@dataclass(frozen=True)
class Backend:
    """The rows of one library. `functions` are applied to entries, `imports` is a line by module name."""

    name: str
    module: str
    rows: dict[str, str]
    batched: dict[str, str]
    functions: dict[type, str]
    imports: dict[str, str]
    scipy: bool = False

    def row(self, op: str, batched: bool) -> str:
        """The template of an operation."""
        text = (self.batched.get(op) if batched else None) or self.rows.get(op)
        if text is None:
            raise UnsupportedError(f"the {self.name} backend has no code for {op}.")
        return text


_ROWS = {
    "transpose": "{A}.T",
    "matmul": "{A} @ {B}",
    "dot": "np.vdot({a}, {b})",
    "sum": "{A}.sum()",
    "trace": "np.trace({a})",
    "sum_rows": "{A}.sum(-1, keepdims=True)",
    "sum_cols": "{A}.sum(-2, keepdims=True)",
    "row_dots": "({A} * {B}).sum(-1, keepdims=True)",
    "solve": "np.linalg.solve({a}, {b})",
    "inverse": "np.linalg.inv({a})",
    "cholesky": "np.linalg.cholesky({a})",
    "cho_logdet": "2 * np.log(np.diagonal({a})).sum()",
    "nonzero": "nonzero({a})",
    "det": "np.linalg.det({a})",
    "logdet": "log_det({a})",
    "logabsdet": "np.linalg.slogdet({a})[1]",
    "power": "np.linalg.matrix_power({a}, {b})",
    "diagonal": "np.diagonal({a})[:, None]",
    "diag": "np.diagflat({a})",
    "eye": "np.eye({0}, dtype={like}.dtype)",
    "ones": "np.ones(({0}, {1}), dtype={like}.dtype)",
    "zeros": "np.zeros(({0}, {1}), dtype={like}.dtype)",
    "arange": "np.arange({0})",
    "add_diag": "{A} + {B} * np.eye({0}, dtype={like}.dtype)",
    "kron": "np.kron({a}, {b})",
    "kron_left": "kron_left({0}, {a})",
    "kron_right": "kron_right({a}, {0})",
    "kron_times": "kron_times({a}, {b}, {c})",
    "khatri": "khatri({a}, {b})",
    "diagonal_blocks": "diagonal_blocks({a}, {0})",
    "permutation": "np.arange({0} * {1}).reshape({1}, {0}).T.ravel()",
    "permute": "{A}[..., {b}, :]",
    "vec": "{A}.T.reshape(-1, 1)",
    "column": "{A}.reshape(-1, 1)",
    "unvec": "{A}.reshape({1}, {0}).T",
    "unrow": "{A}.reshape({1}, {0})",
    "slice": "{A}[{0}:{1}, {2}:{3}]",
    "entry": "{A}[{0}, {1}]",
    "where": "np.where({a}, {b}, {c})",
    "delta": "int({a} == {b})",
    "not": "np.logical_not({a})",
    "float_power": "np.power({a}, {b})",
}
_MASKED_BLOCKS = "masked_blocks({a}, np.eye({0}, dtype={like}.dtype))"
_BATCHED = {
    "diagonal_blocks": _MASKED_BLOCKS,
    "transpose": "{A}.mT",
    "dot": "({A} * {B}).sum((-2, -1), keepdims=True)",
    "sum": "{A}.sum((-2, -1), keepdims=True)",
    "trace": "np.trace({a}, axis1=-2, axis2=-1)[..., None, None]",
    "det": "np.linalg.det({a})[..., None, None]",
    "logdet": "log_det({a})[..., None, None]",
    "logabsdet": "np.linalg.slogdet({a})[1][..., None, None]",
    "cho_logdet": "2 * np.log(np.diagonal({a}, axis1=-2, axis2=-1)).sum(-1)[..., None, None]",
    "diagonal": "np.diagonal({a}, axis1=-2, axis2=-1)[..., None]",
    "diag": "{A} * np.eye({0}, dtype={like}.dtype)",
    "kron": "kron({a}, {b})",
    "kron_left": "kron(np.eye({0}, dtype={like}.dtype), {a})",
    "kron_right": "kron({a}, np.eye({0}, dtype={like}.dtype))",
    "vec": "vec({a})",
    "column": "vec({A}.mT)",
    "unvec": "unvec({a}, {0}, {1})",
    "unrow": "unvec({a}, {0}, {1}).mT",
    "slice": "{A}[..., {0}:{1}, {2}:{3}]",
    "entry": "{A}[..., {0}:{0} + 1, {1}:{1} + 1]",
}
_FUNCTIONS: dict[type, str] = {
    **{f: f"np.{f.__name__}({{a}})" for f in (sp.exp, sp.log, sp.sin, sp.cos, sp.tan, sp.sinh, sp.cosh, sp.tanh)},
    sp.sign: "np.sign({a})",
    sp.asin: "np.arcsin({a})", sp.acos: "np.arccos({a})", sp.atan: "np.arctan({a})", sp.asinh: "np.arcsinh({a})",
    sp.acosh: "np.arccosh({a})", sp.atanh: "np.arctanh({a})", sp.Abs: "np.abs({a})",
    sp.Max: "np.maximum({a}, {b})", sp.Min: "np.minimum({a}, {b})", sp.Heaviside: "np.heaviside({a}, {b})",
    Sigmoid: "sigmoid({a})", Softplus: "np.logaddexp(0, {a})", LogAddExp: "np.logaddexp({a}, {b})",
    Log1p: "np.log1p({a})", Positive: "np.heaviside({a}, 0)", sp.sqrt: "np.sqrt({a})",  # type: ignore[dict-item]
}  # fmt: skip


def _renamed(table: dict, module: str) -> dict:
    return {key: text.replace("np.", f"{module}.") for key, text in table.items()}


_SCIPY = {
    "cholesky": "cho_factor({a}, check_finite=False)",
    "cho_solve": "cho_solve({a}, {b}, check_finite=False)",
    "cho_logdet": "2 * np.log(np.diagonal({A}[0])).sum()",
    "factor": "factor({a})",
    "lu_solve": "lu_solve({a}, {b}, check_finite=False)",
    "solve_lower": "solve_triangular(nonsingular({a}), {b}, lower=True, check_finite=False)",
    "solve_upper": "solve_triangular(nonsingular({a}), {b}, check_finite=False)",
}
_VECTOR_ERF = "np.vectorize(math.erf, otypes=[float])({a})"


def _numpy(scipy: bool, batched: bool) -> Backend:
    functions = {**_FUNCTIONS, sp.erf: "erf({a})" if scipy else _VECTOR_ERF, Positive: "positive({a})"}
    if scipy:
        functions[Sigmoid] = "expit({a})"
    rows = {**_ROWS, **(_SCIPY if scipy and not batched else {})}
    imports = {"math.": "import math", "np.": "import numpy as np"}
    linalg = ["cho_factor", "cho_solve", "lu_factor", "lu_solve", "solve_triangular"]
    imports |= {f"{name}(": f"from scipy.linalg import {name}" for name in linalg}
    imports |= {f"{name}(": f"from scipy.special import {name}" for name in ("erf", "expit")}
    return Backend("numpy", "np", rows, _BATCHED, functions, imports, scipy and not batched)


def _jax() -> Backend:
    rows = _renamed(_ROWS, "jnp") | {
        "nonzero": "{A}",  # a traced function cannot look
        "cho_solve": "cho_solve(({a}, True), {b})",
        "solve_lower": "solve_triangular({a}, {b}, lower=True)",
        "solve_upper": "solve_triangular({a}, {b})",
        "diagonal_blocks": _MASKED_BLOCKS.replace("np.", "jnp."),
        "kron_left": "jnp.kron(jnp.eye({0}, dtype={like}.dtype), {a})",
        "kron_right": "jnp.kron({a}, jnp.eye({0}, dtype={like}.dtype))",
    }
    functions = _renamed(_FUNCTIONS, "jnp") | {sp.erf: "jax.scipy.special.erf({a})", Sigmoid: "jax.nn.sigmoid({a})"}
    imports = {"math.": "import math", "jax.": "import jax", "jnp.": "import jax.numpy as jnp"}
    imports |= {f"{name}(": f"from jax.scipy.linalg import {name}" for name in ("cho_solve", "solve_triangular")}
    return Backend("jax", "jnp", rows, _renamed(_BATCHED, "jnp"), functions, imports)


def _torch() -> Backend:
    eye = "torch.eye({0}, dtype={like}.dtype, device={like}.device)"
    kind = "dtype={like}.dtype, device={like}.device"
    keep = {"sum_rows", "sum_cols", "row_dots"}
    rows = {k: v.replace("keepdims", "keepdim") if k in keep else v for k, v in _renamed(_ROWS, "torch").items()} | {
        "dot": "torch.tensordot({a}, {b}, 2)",
        "cho_logdet": "2 * torch.log(torch.diagonal({a})).sum()",
        "cho_solve": "torch.cholesky_solve({b}, {a})",
        "solve_lower": "torch.linalg.solve_triangular({a}, {b}, upper=False)",
        "solve_upper": "torch.linalg.solve_triangular({a}, {b}, upper=True)",
        "eye": eye,
        "ones": f"torch.ones(({{0}}, {{1}}), {kind})",
        "zeros": f"torch.zeros(({{0}}, {{1}}), {kind})",
        "add_diag": f"{{A}} + {{B}} * {eye}",
        "diagonal_blocks": _MASKED_BLOCKS.replace("np.eye({0}, dtype={like}.dtype)", eye),
        "kron_left": f"torch.kron({eye}, {{a}})",
        "kron_right": f"torch.kron({{a}}, {eye})",
        "where": "torch.where({a}, {b}, {c})",
        "float_power": "torch.pow({a}, {b})",
    }
    batched = _renamed(_BATCHED, "torch") | {
        "diagonal_blocks": rows["diagonal_blocks"],
        "dot": "({A} * {B}).sum((-2, -1), keepdim=True)",
        "sum": "{A}.sum((-2, -1), keepdim=True)",
        "trace": "torch.diagonal({a}, dim1=-2, dim2=-1).sum(-1)[..., None, None]",
        "cho_logdet": "2 * torch.log(torch.diagonal({a}, dim1=-2, dim2=-1)).sum(-1)[..., None, None]",
        "diagonal": "torch.diagonal({a}, dim1=-2, dim2=-1)[..., None]",
        "diag": f"{{A}} * {eye}",
        "kron_left": f"kron({eye}, {{a}})",
        "kron_right": f"kron({{a}}, {eye})",
    }
    functions = _renamed(_FUNCTIONS, "torch") | {
        sp.erf: "torch.erf({a})", Sigmoid: "torch.sigmoid({a})",
        Softplus: "torch.logaddexp({a}, torch.zeros_like({a}))",
        sp.Heaviside: "torch.heaviside({a}, torch.as_tensor({b}, dtype={like}.dtype))",
        Positive: "torch.heaviside({a}, torch.as_tensor(0, dtype={like}.dtype))",
    }  # fmt: skip
    return Backend("torch", "torch", rows, batched, functions, {"math.": "import math", "torch.": "import torch"})


def backend(name: str, batched: bool = False) -> Backend:
    """The tables of one library; SciPy is used with NumPy if it is installed."""
    makers = {"numpy": lambda: _numpy(find_spec("scipy") is not None, batched), "jax": _jax, "torch": _torch}
    if name not in makers:
        raise UnsupportedError(f"no backend is called {name!r}; known are {', '.join(makers)}.")
    if find_spec(name) is None:
        raise UnsupportedError(f"the backend {name} needs {name}, which is not installed here.")
    return makers[name]()


__all__ = ["ADD", "ATOM", "MUL", "NEG", "POW", "Backend", "backend"]
