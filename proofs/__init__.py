"""Arguments: the kernel and its certificates, the search for proofs, verified derivations, worked homework, a command.

The names below are loaded when they are first used: replaying a certificate imports this package and `proofs.kernel`,
which needs the standard library only.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from proofs.assertions import assert_gradient, assert_identity
    from proofs.checking.check import check_document
    from proofs.minimize import minimize
    from proofs.moves import add_constant, eliminate, increasing, negate, reparametrise, rewrite, scale
    from proofs.prove import Claim, prove, replay
    from proofs.solve_for import solve_for
    from proofs.verdict import Verdict
    from proofs.verify import verify
    from symbolic.derivation import Derivation
    from symbolic.nodes import ArgMax, ArgMin
    from symbolic.regression import least_squares, min_norm, ridge_dual, ridge_primal, ridge_svd, svd_of

__all__ = [
    "ArgMax",
    "ArgMin",
    "Claim",
    "Derivation",
    "Verdict",
    "add_constant",
    "assert_gradient",
    "assert_identity",
    "check_document",
    "eliminate",
    "increasing",
    "least_squares",
    "min_norm",
    "minimize",
    "negate",
    "prove",
    "reparametrise",
    "replay",
    "rewrite",
    "ridge_dual",
    "ridge_primal",
    "ridge_svd",
    "scale",
    "solve_for",
    "svd_of",
    "verify",
]

_FILES = {
    "proofs.assertions": ["assert_gradient", "assert_identity"],
    "proofs.checking.check": ["check_document"],
    "proofs.minimize": ["minimize"],
    "proofs.moves": ["add_constant", "eliminate", "increasing", "negate", "reparametrise", "rewrite", "scale"],
    "proofs.prove": ["Claim", "prove", "replay"],
    "proofs.solve_for": ["solve_for"],
    "proofs.verdict": ["Verdict"],
    "proofs.verify": ["verify"],
    "symbolic.derivation": ["Derivation"],
    "symbolic.nodes": ["ArgMax", "ArgMin"],
    "symbolic.regression": ["least_squares", "min_norm", "ridge_dual", "ridge_primal", "ridge_svd", "svd_of"],
}
_HOME = {name: file for file, names in _FILES.items() for name in names}


class _Package(ModuleType):
    """Loads public names on first use, and keeps the file `prove.py` from hiding the function `prove`.

    The same lines stand in `symbolic/__init__.py`, because a replay must import nothing else of ours.
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
