"""Numbers as polynomials in commuting letters: what the kernel's scalars are once nothing in them is a matrix.

A letter is a scalar symbol (any integer power), a size, a product of matrices that is a number, or `#k`, the inverse of
a number d_k. A polynomial maps monomials, sorted tuples of (letter, exponent), to rational numbers. `Letters` reads
them from the kernel's normal form and writes them back; `cofactors` shows by which multiples of d_k #k - 1 an
expression differs from 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from proofs.kernel import Checker, Matrix
from symbolic.errors import UnsupportedError

Json = Any
Monomial = tuple[tuple[int, int], ...]
Poly = dict[Monomial, Fraction]
ONE: Poly = {(): Fraction(1)}


def product(*polys: Poly) -> Poly:
    """The product of polynomials; 1 if there is none.

    >>> x = {((0, 1),): Fraction(1)}
    >>> product(x, {((0, -1),): Fraction(3)}) == {(): 3}
    True
    """
    out = ONE
    for p in polys:
        new: Poly = {}
        for m, c in out.items():
            for n, d in p.items():
                mn = times(m, n)
                new[mn] = new.get(mn, Fraction(0)) + c * d
        out = {m: c for m, c in new.items() if c}
    return out


def times(m: Monomial, n: Monomial) -> Monomial:
    if not m or not n:
        return m or n
    powers = dict(m)
    for x, e in n:
        powers[x] = powers.get(x, 0) + e
    return tuple(sorted((x, e) for x, e in powers.items() if e))


def total(*polys: Poly) -> Poly:
    """The sum of polynomials."""
    out: Poly = {}
    for p in polys:
        for m, c in p.items():
            out[m] = out.get(m, Fraction(0)) + c
    return {m: c for m, c in out.items() if c}


def scaled(p: Poly, c: Fraction | int) -> Poly:
    return {m: c * d for m, d in p.items()} if c else {}


def power(p: Poly, k: int) -> Poly:
    """p^k for k >= 0; any k for a single monomial with the coefficient 1."""
    if k < 0:
        ((m, _),) = p.items()
        return {tuple((x, e * k) for x, e in m): Fraction(1)}
    return product(*[p] * k)


def degree(m: Monomial) -> int:
    return sum(e for _, e in m)


def by_powers(p: Poly, x: int) -> dict[int, Poly]:
    """The coefficients of the powers of the letter x."""
    out: dict[int, Poly] = {}
    for m, c in p.items():
        out.setdefault(dict(m).get(x, 0), {})[tuple((y, e) for y, e in m if y != x)] = c
    return out


class Letters:
    """The letters met so far. `inverses`: letter of #k -> (k, the polynomial d_k)."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.numbers: dict[Any, int] = {}
        self.jsons: list[Json] = []
        self.inverses: dict[int, tuple[int, Poly]] = {}
        for k, m in enumerate(checker.inverses):
            if m.rows == m.cols == "1":
                self.add_inverse(k)

    def add_inverse(self, k: int) -> int:
        letter = self._letter(("", (f"#{k}",), ""), f"#{k}")
        self.inverses[letter] = (k, self.read(self.checker.inverses[k]))
        return letter

    def promise_inverse(self, d: Poly) -> int:
        """The letter of an inverse that a step will introduce next."""
        k = len(self.checker.inverses) + sum(k >= len(self.checker.inverses) for k, _ in self.inverses.values())
        letter = self._letter(("", (f"#{k}",), ""), f"#{k}")
        self.inverses[letter] = (k, d)
        return letter

    def symbol(self, s: str) -> int:
        return self._letter(s, s if s[0] != "|" else ["dim", s[1:]])

    def _letter(self, key: Any, json: Json) -> int:
        if key not in self.numbers:
            self.numbers[key] = len(self.jsons)
            self.jsons.append(json)
        return self.numbers[key]

    def read(self, m: Matrix) -> Poly:
        """The polynomial of a number. Raises UnsupportedError for roots, logarithms, and matrices."""
        if not m.rows == m.cols == "1":
            raise UnsupportedError("a sign is that of a number")
        out: Poly = {}
        for (powers, chains), c in m.poly.items():
            exponents: dict[int, int] = {}
            for s, e in powers:
                if e.denominator != 1 or " " in s:
                    raise UnsupportedError("roots and logarithms are not polynomial")
                exponents[self.symbol(s)] = int(e)
            for a, w, b in chains:
                if a != "@" and (a or b):
                    raise UnsupportedError("entries are not polynomial in numbers")
                word: Json = w[0] if len(w) == 1 else ["mul", *w]
                x = self._letter((a, w, b), ["tr", word] if a == "@" else word)
                exponents[x] = exponents.get(x, 0) + 1
            out[tuple(sorted(exponents.items()))] = c
        return out

    def write(self, p: Poly) -> Json:
        """The polynomial in the kernel's language."""
        terms = [self.write_monomial(m, c) for m, c in sorted(p.items(), key=lambda t: (-degree(t[0]), t[0]))]
        return terms[0] if len(terms) == 1 else ["add", *terms] if terms else ["num", "0"]

    def write_monomial(self, m: Monomial, c: Fraction) -> Json:
        factors = [self.jsons[x] if e == 1 else ["pow", self.jsons[x], str(e)] for x, e in m]
        if c != 1 or not factors:
            factors.insert(0, ["num", str(c)])
        return factors[0] if len(factors) == 1 else ["mul", *factors]

    def by_inverses(self) -> list[tuple[int, int, Poly]]:
        """(letter, k, d_k), the last inverse first: d_k may contain earlier ones."""
        return sorted(((x, k, d) for x, (k, d) in self.inverses.items()), key=lambda t: -t[1])

    def cleared(self, p: Poly) -> tuple[Poly, dict[int, int]]:
        """p times the square of a product of denominators, without inverses, and that product: letter -> exponent.

        The letter of #k stands for the factor d_k, another one for itself.
        """
        root: dict[int, int] = {}
        for u, _, d in self.by_inverses():
            parts = by_powers(p, u)
            k = -(-max(parts, default=0) // 2)
            if k > 0:
                root[u] = k
                p = total(*(product(c, power(d, 2 * k - j)) for j, c in parts.items()))
        for x in range(len(self.jsons)):
            low = min((dict(m).get(x, 0) for m in p), default=0)
            if low < 0:
                root[x] = -(low // 2)
                p = product(p, {((x, 2 * root[x]),): Fraction(1)})
        return p, root

    def unit(self, root: Mapping[int, int], sign: int = 1) -> Poly:
        """The product of denominators that `root` says, or its reciprocal, with inverses for those that have one."""
        out = ONE
        for x, k in root.items():
            if x in self.inverses:
                out = product(out, power(self.inverses[x][1] if sign > 0 else {((x, 1),): Fraction(1)}, k))
            else:
                out = product(out, {((x, sign * k),): Fraction(1)})
        return out

    def cofactors(self, f: Poly) -> list[tuple[str, Poly]] | None:
        """(reference, q): f is the sum of the q (d_k #k - 1); None if f is not 0 as a function.

        In f = sum f_j #^j, each #^j is #^n d^(n-j) - #^j ((d #)^(n-j) - 1), and d # - 1 divides the last factor. What
        is left is #^n times a polynomial without this letter.
        """
        out, front = list[tuple[str, Poly]](), ONE
        for u, k, d in self.by_inverses():
            parts, one, q = by_powers(f, u), {((u, 1),): Fraction(1)}, Poly()
            n = max(parts, default=0)
            if n == 0:
                continue
            for j, c in parts.items():
                series = total(*(power(product(d, one), i) for i in range(n - j)))
                q = total(q, scaled(product(c, power(one, j), series), -1))
            if q:
                out.append((f"inv{k}.r", product(front, q)))
            front = product(front, power(one, n))
            f = total(*(product(c, power(d, n - j)) for j, c in parts.items()))
        return out if not f else None


def monomials(bounds: Iterable[tuple[int, int]], top: int) -> list[Monomial]:
    """All monomials with exponents up to the bounds [(letter, largest exponent)] and a total degree up to `top`."""
    found: list[tuple[Monomial, int]] = [((), 0)]
    for x, high in bounds:
        found = [
            ((*m, (x, e)) if e else m, d + e) for m, d in found for e in range(min(high, top - d) + 1)
        ]  # fmt: skip
    return [tuple(sorted(m)) for m, _ in found]


__all__ = [
    "ONE", "Letters", "Monomial", "Poly", "by_powers", "degree", "monomials", "power", "product", "scaled", "times",
    "total",
]  # fmt: skip
