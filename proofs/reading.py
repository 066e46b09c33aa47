"""The kernel's language read back: JSON expressions, facts and claims -> SymPy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import S, Symbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.errors import UnsupportedError
from symbolic.facts import predicate
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian

Json = Any


class Reader:
    """JSON -> SymPy, with the names of one statement; `arguments` are what its letters #0, #1, ... invert."""

    def __init__(
        self,
        names: Mapping[Any, str],
        sizes: Mapping[Any, str],
        arguments: Sequence[Json],
        scope: Mapping[Any, tuple[str, str]],
    ) -> None:
        self.symbols = {name: s for s, name in names.items()}
        self.sizes = {name: n for n, name in sizes.items()}
        self.arguments = arguments
        self.indices = {name: i for i, (name, _) in scope.items()}

    def size(self, n: str) -> Any:
        return sp.Integer(n) if n.isdigit() else self.sizes[n]

    def index(self, i: Json) -> Any:
        return S.Zero if i is None else self.indices.setdefault(i, Symbol(i, integer=True, nonnegative=True))

    def read(self, e: Json) -> Any:
        match e:
            case str():
                return self.letter(e)
            case ["sym", x]:
                return self.symbols[x]
            case ["num", x]:
                return sp.Rational(x)
            case ["id", n]:
                return sp.Identity(self.size(n)) if n != "1" else S.One
            case ["zero", m, n]:
                return sp.ZeroMatrix(self.size(m), self.size(n))
            case ["dim", n]:
                return self.size(n)
            case ["T", a]:
                inner = self.read(a)
                return sp.Transpose(inner) if inner.is_Matrix else inner
            case ["add", *parts]:
                return _add(*map(self.read, parts))
            case ["mul", *parts]:
                return _mul(*map(self.read, parts))
            case ["pow", a, k]:
                base = self.read(a)
                return sp.MatPow(base, sp.Rational(k)) if base.is_Matrix and k != "1" else base ** sp.Rational(k)
            case ["inv", a]:
                inner = self.read(a)
                return sp.Inverse(inner) if inner.is_Matrix else 1 / inner
            case ["tr", a]:
                inner = self.read(a)
                return sp.Trace(inner) if inner.is_Matrix else inner
            case ["entry", a, i, j]:
                inner = self.read(a)
                return MatrixElement(inner, self.index(i), self.index(j)) if inner.is_Matrix else inner
            case ["delta", i, j]:
                return sp.KroneckerDelta(self.index(i), self.index(j))
            case ["sum", i, n, a]:
                return sp.Sum(self.read(a), (self.index(i), 0, self.size(n) - 1))
            case ["log", a]:
                return sp.log(self.positive(a))
            case ["partial", a, x, i, j]:
                variable = self.symbols[x]
                entry = MatrixElement(variable, self.index(i), self.index(j)) if variable.is_Matrix else variable
                return sp.Derivative(self.read(a), entry)
            case ["stack", i, m, j, n, a]:
                return self.stack(i, m, j, n, a)
            case ["eq", a, b]:
                return sp.Eq(self.read(a), self.read(b), evaluate=False)
            case ["forall", x, a]:
                return ForAll(self.symbols[x], self.read(a))
            case ["at_least", a, b]:
                return sp.Ge(self.positive(a), self.positive(b), evaluate=False)
            case ["limit", s, a, b]:
                return sp.Eq(sp.Limit(self.read(a), self.symbols[s], 0), self.read(b), evaluate=False)
            case ["and", *parts]:
                return sp.And(*map(self.read, parts), evaluate=False)
            case ["implies", a, b]:
                return sp.Implies(self.read(a), self.read(b), evaluate=False)
            case [word, a]:
                return predicate(word)(self.read(a))
            case _:
                raise UnsupportedError(f"not an expression of the kernel's language: {e!r}")

    def positive(self, e: Json) -> Any:
        """A positive product."""
        match e:
            case ["exp", a]:
                return sp.exp(self.read(a))
            case ["mul", *parts]:
                return sp.Mul(*map(self.positive, parts), evaluate=False)
            case ["pow", a, k]:
                return sp.Pow(self.positive(a), self.read(k) if isinstance(k, list) else sp.Rational(k), evaluate=False)
            case ["prod", i, n, a]:
                return sp.Product(self.positive(a), (self.index(i), 0, self.size(n) - 1))
            case _:
                return self.read(e)

    def letter(self, e: str) -> Any:
        base = e.removesuffix("'")
        out = sp.Inverse(self.read(self.arguments[int(base[1:])])) if base[0] == "#" else self.symbols[base]
        return sp.Transpose(out) if e != base and out.is_Matrix else out

    def stack(self, i: str, m: str, j: str, n: str, a: Json) -> Any:
        ends = (None if m == "1" else i, None if n == "1" else j)
        match a:
            case ["partial", ["partial", f, x, k, None], y, l, None] if x == y and (k, l) == ends:
                return Hessian(self.read(f), self.symbols[x])
            case ["partial", ["entry", f, k, None], x, l, None] if (k, l) == ends:
                return Jacobian(self.read(f), self.symbols[x])
            case ["partial", f, x, k, l] if (k, l) == ends:
                return Gradient(self.read(f), self.symbols[x])
        raise UnsupportedError(f"a matrix given by its entries: {a!r}")


def _add(*parts: Any) -> Any:
    return sp.MatAdd(*parts) if all(part.is_Matrix for part in parts) else sp.Add(*parts)


def _mul(*parts: Any) -> Any:
    return sp.MatMul(*parts) if any(part.is_Matrix for part in parts) else sp.Mul(*parts)


__all__ = ["Reader"]
