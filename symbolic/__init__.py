"""What an expression is and says: shapes, facts, index notation, differentiation, words and LaTeX.

The names below are loaded when they are first used, so that `symbolic.errors` can be had without importing SymPy.
Layout of derivatives: the derivative of a scalar by a column vector is a row (numerator layout); `gradient` has the
shape of the variable.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symbolic.calculus import differential, gradient, hessian, jacobian
    from symbolic.derivation import Derivation, Step
    from symbolic.derive import derive
    from symbolic.emit.function import to_numpy
    from symbolic.errors import (
        MissingExtra,
        MissingHypothesis,
        ProofError,
        PushthroughError,
        ReadError,
        ShapeError,
        UnsupportedError,
        WitnessError,
    )
    from symbolic.facts import Facts
    from symbolic.javascript import to_javascript
    from symbolic.latex import write_latex
    from symbolic.nodes import ArgMax, ArgMin, Commutation, ForAll, Gradient, Hessian, Jacobian, Vec
    from symbolic.notation.read import read_latex
    from symbolic.regression import least_squares, min_norm, ridge_dual, ridge_primal, ridge_svd, svd_of
    from symbolic.shapes import shape

__all__ = [
    "ArgMax",
    "ArgMin",
    "Commutation",
    "Derivation",
    "Facts",
    "ForAll",
    "Gradient",
    "Hessian",
    "Jacobian",
    "MissingExtra",
    "MissingHypothesis",
    "ProofError",
    "PushthroughError",
    "ReadError",
    "ShapeError",
    "Step",
    "UnsupportedError",
    "Vec",
    "WitnessError",
    "derive",
    "differential",
    "gradient",
    "hessian",
    "jacobian",
    "least_squares",
    "min_norm",
    "read_latex",
    "ridge_dual",
    "ridge_primal",
    "ridge_svd",
    "shape",
    "svd_of",
    "to_javascript",
    "to_numpy",
    "write_latex",
]

_FILES = {
    "calculus": ["differential", "gradient", "hessian", "jacobian"],
    "derivation": ["Derivation", "Step"],
    "derive": ["derive"],
    "emit.function": ["to_numpy"],
    "errors": ["MissingExtra", "MissingHypothesis", "ProofError", "PushthroughError", "ReadError", "ShapeError",
        "UnsupportedError", "WitnessError"],
    "facts": ["Facts"],
    "javascript": ["to_javascript"],
    "latex": ["write_latex"],
    "nodes": ["ArgMax", "ArgMin", "Commutation", "ForAll", "Gradient", "Hessian", "Jacobian", "Vec"],
    "notation.read": ["read_latex"],
    "regression": ["least_squares", "min_norm", "ridge_dual", "ridge_primal", "ridge_svd", "svd_of"],
    "shapes": ["shape"],
}
_HOME = {name: f"symbolic.{file}" for file, names in _FILES.items() for name in names}


class _Package(ModuleType):
    """A package whose public names are loaded on first use, and are never hidden by a submodule of the same name.

    Importing the file `derive.py` would bind `symbolic.derive` to the file; the function keeps the name.
    """

    def __getattr__(self, name: str) -> Any:
        if name not in _HOME:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_HOME[name]), name)
        setattr(self, name, value)
        return value

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Package
