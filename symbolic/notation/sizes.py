"""Sizes not known yet: unknowns that become equal to declared sizes, or to each other, as products are read."""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy import Dummy, Expr, S

from symbolic.shapes import same_size

Shape = tuple[Any, Any]
ONE: Shape = (S.One, S.One)


class Sizes:
    """Equations between sizes, solved as they come. Only unknowns made by `unknown` are ever solved for.

    >>> sizes, n = Sizes(), sp.Symbol("n", integer=True, positive=True)
    >>> a = sizes.unknown()
    >>> sizes.unify(a, n), sizes.resolve(a + 1), sizes.unify(a, n + 1)
    (True, n + 1, False)
    """

    def __init__(self) -> None:
        self._solved: dict[Dummy, Expr] = {}
        self._open: dict[Dummy, str] = {}
        self._named: dict[Any, Any] = {}  # the symbols of unknowns that were not found

    def unknown(self, hint: str = "") -> Dummy:
        """A size to be found; `hint` names it if it never is."""
        new = Dummy(hint or "n", integer=True, positive=True)
        self._open[new] = hint
        return new

    def resolve(self, size: Any) -> Any:
        """A size with what has been found so far in place of the unknowns."""
        size = S(size)
        while found := size.free_symbols & self._solved.keys():
            size = size.xreplace({s: self._solved[s] for s in found})
        return size

    def unify(self, a: Any, b: Any) -> bool:
        """Make two sizes equal, if they are or an unknown can be chosen so; whether that worked."""
        a, b = self.resolve(a), self.resolve(b)
        if same_size(a, b):
            return True
        for one, other in ((a, b), (b, a)):
            if one in self._open and one not in other.free_symbols:
                self._solved[one] = other
                return True
        # A sum or a product with one unknown in it, such as n + u or n*u.
        difference = sp.expand(a - b)
        unknown = [s for s in difference.free_symbols if s in self._open]
        if len(unknown) == 1 and sp.degree(difference, unknown[0]) == 1:
            slope = difference.coeff(unknown[0])
            found = sp.cancel(-(difference - slope * unknown[0]) / slope)
            if sp.denom(found) == 1 and unknown[0] not in found.free_symbols and not found.is_nonpositive:
                self._solved[unknown[0]] = sp.expand(found)
                return True
        return False

    def unify_shapes(self, a: Shape, b: Shape) -> bool:
        return self.unify(a[0], b[0]) and self.unify(a[1], b[1])

    def is_one(self, size: Any) -> bool:
        return same_size(self.resolve(size), 1)

    def is_open(self, size: Any) -> bool:
        return self.resolve(size) in self._open

    def has_open(self, size: Any) -> bool:
        return any(s in self._open for s in self.resolve(size).free_symbols)

    def still_open(self) -> bool:
        """Whether some unknown was not found."""
        return any(unknown not in self._solved for unknown in self._open)

    def solved(self) -> dict[Any, Any]:
        """The unknowns that have been found, with their values."""
        return {unknown: self.resolve(unknown) for unknown in self._solved}

    def replacements(self, taken: set[str]) -> dict[Any, Any]:
        """Every unknown with its value; one without gets a symbol of its own, with a name that is not taken."""
        named = dict(self._named)
        for unknown in list(self._open):
            if unknown not in self._solved and unknown not in named:
                name = unknown.name
                k = 0
                while name in taken:
                    k += 1
                    name = f"{unknown.name}_{k}"
                taken.add(name)
                named[unknown] = sp.Symbol(name, integer=True, positive=True)
        self._named = named
        return {unknown: self.resolve(unknown).xreplace(named) for unknown in self._open}

    def copy(self) -> Sizes:
        other = Sizes()
        other._solved, other._open = dict(self._solved), dict(self._open)
        return other
