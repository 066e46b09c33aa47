"""The worked problems: a file here that defines `PROBLEM` is found, derived, verified and typeset by `solve`."""

from importlib import import_module
from pkgutil import iter_modules

from proofs.document import Problem


def problems() -> list[Problem]:
    """Every worked problem, in order of its number.

    >>> [p.number for p in problems()]
    [2, 4, 5]
    """
    files = [import_module(f"{__name__}.{module.name}") for module in iter_modules(__path__)]
    return sorted((f.PROBLEM for f in files if hasattr(f, "PROBLEM")), key=lambda p: p.number)
