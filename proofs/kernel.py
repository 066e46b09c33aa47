"""The trusted checker: reads a certificate (JSON), multiplies it out, and accepts it or raises `KernelError`.

The word "proved" rests on this file alone. It imports nothing of ours and never searches. The format is in README.md.

A polynomial maps monomials to rationals. A monomial is a product of scalar symbols with exponents and of chains
(end, word, end): matrices multiplied, with their two outer indices. An end is ROW or COL (free indices of the value), a
named index, or "" where the size is 1; those of a trace are "@". A chain equals its transpose read backwards, a trace
may be rotated; `canonical` picks one form. Joining two ends is all there is to products, index sums and traces.
"""
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false, reportUnknownMemberType=false
from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

Word = tuple[str, ...]
Chain = tuple[str, Word, str]
Powers = tuple[tuple[str, Fraction], ...]
Poly = dict[tuple[Powers, tuple[Chain, ...]], Fraction]
ROW, COL, ONE = ">row", ">col", Fraction(1)
NAME, SIZE = re.compile(r"[^\W\d_][^\s'\"#:]*"), re.compile(r"[^\W\d_]\w*|[1-9][0-9]{0,8}")
NUMBER = re.compile(r"-?[0-9]{1,99}(/[1-9][0-9]{0,98})?")
MAX_LETTERS, MAX_WORD, MAX_NUMBER, MAX_POWER = 100_000, 300, 10**1000, 64  # of a polynomial, of a monomial
KEYS = {"format", "version", "symbols", "indices", "given", "assumed", "steps", "claim", "proof"}
DEFINITE = ("positive_definite", "positive_semidefinite")
FACTS = ("eq", "forall", *DEFINITE, "invertible", "injective", "positive", "nonpositive", "nonzero", "nonnegative")
STRICT, LAX, ONE_TO_ONE = (DEFINITE[0], "positive"), (DEFINITE[1], "nonnegative"), ("injective", "invertible")
WORDS = (*STRICT, *LAX, *ONE_TO_ONE)  # what can be shown
class KernelError(Exception): """The certificate is malformed, ill-typed, or does not establish its claim."""
class Report(NamedTuple):
    statement: str  # the claim in full, with its hypotheses
    axioms: list[str]
    uses: list[str]  # the hypotheses that the proof refers to
def need(ok: bool, message: str) -> None:
    if not ok: raise KernelError(message)
def read(pattern: re.Pattern[str], text: Any) -> str:
    fits = isinstance(text, str) and pattern.fullmatch(text) and text.isprintable()
    need(bool(fits), f"not a name, a size or a number: {text!r}")
    return text
def flip(word: Word) -> Word:  # the transpose
    return tuple(x[:-1] if x.endswith("'") else x + "'" for x in reversed(word))
def canonical(a: str, w: Word, b: str) -> Chain:
    if a == "@": return (a, min(v[k:] + v[:k] for v in (w, flip(w)) for k in range(len(w))), b)
    return min((a, w, b), (b, flip(w), a))
def collect(terms: Iterable[tuple[Fraction, Powers, Iterable[Chain]]]) -> Poly:
    """The polynomial of these terms: trivial chains become numbers or sizes, the others canonical."""
    out, letters, zero = Poly(), 0, Fraction(0)
    for c, powers, chains in terms:
        exponents, kept = dict[str, Fraction](), list[Chain]()
        for s, e in powers: exponents[s] = exponents[s] + e if s in exponents else e
        for a, w, b in chains:
            if a == "@" and w[0].startswith("I:"):  # the trace of an identity is its size
                if (n := w[0][2:]).isdecimal(): c *= int(n)
                else: exponents["|" + n] = exponents.get("|" + n, zero) + 1
            elif w or a != b: kept.append(canonical(a, w, b))  # otherwise delta_ii = 1
        monomial = tuple(sorted((s, e) for s, e in exponents.items() if e)), tuple(sorted(kept))
        out[monomial] = c = out[monomial] + c if monomial in out else c
        letters += (length := 1 + len(exponents) + sum(1 + len(w) for _, w, _ in kept))
        need(length <= MAX_WORD and letters <= MAX_LETTERS, "a product or a sum is too long")
        need(max(abs(c.numerator), c.denominator) < MAX_NUMBER, "a number is too long")
    return {m: c for m, c in out.items() if c}
def times(p: Poly, q: Poly) -> Poly:
    """The product, all ends left as they are."""
    return collect((c * d, (*s, *t), (*x, *y)) for (s, x), c in p.items() for (t, y), d in q.items())
def rename(p: Poly, ends: dict[Any, str]) -> Poly:
    return collect((c, s, [(ends.get(a, a), w, ends.get(b, b)) for a, w, b in x]) for (s, x), c in p.items())
def join(p: Poly, end: str, n: str) -> Poly:
    """The sum over the index `end`, which ranges over 1..n."""
    if n == "1": return rename(p, {end: ""})
    terms: list[tuple[Fraction, Powers, list[Chain]]] = []
    for (s, x), c in p.items():
        loose = [(a, w, b) if b == end else (b, flip(w), a) for a, w, b in x if end in (a, b)]
        need(len(loose) + sum(a == b for a, _, b in loose) in (0, 2), "an index occurs once, or thrice, in a product")
        joined: Chain = ("@", (loose[0][1] if loose else ()) or ("I:" + n,), "@")  # a trace, unless two chains join
        if len(loose) == 2: joined = (loose[0][0], loose[0][1] + flip(loose[1][1]), loose[1][0])
        terms.append((c, s, [ch for ch in x if end not in (ch[0], ch[2])] + [joined]))
    return collect(terms)

@dataclass(frozen=True)
class Matrix:
    """A polynomial with ends ROW (none if rows is "1") and COL; scalars are 1 x 1."""
    rows: str
    cols: str
    poly: Poly
    @property
    def T(self) -> Matrix:
        return Matrix(self.cols, self.rows, rename(self.poly, {ROW: COL, COL: ROW}))
    def __add__(self, other: Matrix) -> Matrix:
        fits = (self.rows, self.cols) == (other.rows, other.cols)
        need(fits, f"cannot add {other.rows} x {other.cols} to {self.rows} x {self.cols}")
        return Matrix(self.rows, self.cols, collect((c, s, x) for m in (self, other) for (s, x), c in m.poly.items()))
    def __sub__(self, other: Matrix) -> Matrix:
        return self + scalar(-ONE) * other
    def trace(self) -> Matrix:
        need(self.rows == self.cols, "trace of a matrix that is not square")
        return Matrix("1", "1", join(rename(self.poly, {ROW: "~", COL: "~"}), "~", self.rows))
    def __mul__(self, other: Matrix) -> Matrix:
        for a, b in ((self, other), (other, self)):
            if a.rows == a.cols == "1": return Matrix(b.rows, b.cols, times(a.poly, b.poly))
        need(self.cols == other.rows, f"cannot multiply {self.rows} x {self.cols} by {other.rows} x {other.cols}")
        p = times(rename(self.poly, {COL: "~"}), rename(other.poly, {ROW: "~"}))
        return Matrix(self.rows, other.cols, join(p, "~", self.cols))
def scalar(c: Fraction, *powers: tuple[str, Fraction]) -> Matrix:
    return Matrix("1", "1", collect([(c, powers, ())]))
def identity(n: str) -> Matrix:
    return Matrix(read(SIZE, n), n, collect([(ONE, (), [] if n == "1" else [(ROW, (), COL)])]))
def put_zero(e: Any, s: str) -> Any:  # an expression with 0 for the symbol s
    return [put_zero(a, s) for a in e] if isinstance(e, list) else ["num", "0"] if names(e) == {s} else e
def in_logs(f: Any) -> Any:  # p >= q of positive products, as what it means for their logarithms
    return ["nonnegative", ["add", ["log", f[1]], ["mul", ["num", "-1"], ["log", *f[2:]]]]] if f[0] == "at_least" else f
def names(e: Any) -> set[str]:  # the symbols of an expression or a fact, and more: indices, sizes, numbers
    return set[str]().union(*map(names, e[1:])) if isinstance(e, list) else {str(e).rstrip("'")}

class Checker:
    """The state of one check: declared symbols, hypotheses, inverses and lemmas in the order of their introduction."""
    def __init__(self, symbols: dict[str, list[str]], facts: dict[str, list[Any]]) -> None:
        self.facts, self.inverses, self.lemmas = facts, list[Matrix](), dict[str, Matrix]()
        self.axioms, self.uses, self.cuts = set[str](), set[str](), dict[tuple[str, str], Poly]()
        self.symbols = {read(NAME, x): [read(SIZE, r), read(SIZE, c)] for x, (r, c) in symbols.items()}
    def letter(self, x: str) -> Matrix:
        base = x[:-1] if x.endswith("'") else x
        known = base in self.symbols or base in [f"#{k}" for k in range(len(self.inverses))]
        need(known, f"undeclared symbol {x!r}")
        r, c = (self.inverses[int(base[1:])].rows,) * 2 if base[0] == "#" else self.symbols[base]
        if r == c == "1" and base[0] != "#": return scalar(ONE, (base, ONE))
        m = Matrix(r, c, collect([(ONE, (), [("" if r == "1" else ROW, (base,), "" if c == "1" else COL)])]))
        return m if x == base else m.T
    def expr(self, e: Any, scope: dict[str, str]) -> Matrix:
        match e:
            case str(x) | ["sym", str(x)] if x.rstrip("'") not in scope: return self.letter(x)
            case ["num", x]: return scalar(Fraction(read(NUMBER, x)))
            case ["id", n] if n not in {*scope, *self.symbols}: return identity(n)
            case ["dim", n]: return self.expr(["tr", ["id", n]], scope)
            case ["zero", m, n] if not {m, n} & {*scope, *self.symbols}: return Matrix(read(SIZE, m), read(SIZE, n), {})
            case ["T", a]: return self.expr(a, scope).T
            case ["add", *parts]: return reduce(Matrix.__add__, [self.expr(a, scope) for a in parts])
            case ["mul", *parts]: return reduce(Matrix.__mul__, [self.expr(a, scope) for a in parts])
            case ["pow", a, k]: return self.power(a, Fraction(read(NUMBER, k)), scope)
            case ["inv", a]:
                m = self.expr(a, scope)
                need(m in self.inverses, f"the inverse of {show(a)} was not introduced")
                return self.letter(f"#{self.inverses.index(m)}")
            case ["tr", a]:
                self.axioms.add("trace: linear, cyclic, invariant under transposition")
                return self.expr(a, scope).trace()
            case ["log", a]: return self.log(a, scope)
            case ["delta", i, j]: return self.expr(["entry", ["id", scope[i]], i, j], scope)
            case ["entry", a, i, j]:
                self.axioms.add("entries of sums, products and transposes")
                m = self.expr(a, scope)
                ends = {ROW: self.end(i, m.rows, scope), COL: self.end(j, m.cols, scope)}
                return Matrix("1", "1", rename(m.poly, ends))
            case ["sum", i, n, a] if n not in {*scope, *self.symbols}:
                self.axioms.add("index sums: a delta replaces its index")
                m = self.expr(a, {**scope, read(NAME, i): read(SIZE, n)})
                return Matrix(m.rows, m.cols, join(m.poly, i, n))
            case ["partial", a, x, i, j] if x not in scope:
                m, (r, c) = self.expr(a, scope), self.symbols[x]
                ends = {">i": self.end(i, r, scope), ">j": self.end(j, c, scope)}
                return Matrix(m.rows, m.cols, rename(self.cut(m.poly, x), ends))
            case ["stack", i, m, j, n, a] if not {m, n} & {*scope, *self.symbols}:
                inner = self.expr(a, {**scope, read(NAME, i): read(SIZE, m), read(NAME, j): read(SIZE, n)})
                need(inner.rows == inner.cols == "1" and i != j, "a stack is of scalars, over two indices")
                return Matrix(m, n, rename(inner.poly, {i: ROW, j: COL}))
            case ["ref", str(r)]: return self.zero(r)
            case _: raise KernelError(f"not an expression: {e!r}")
    def end(self, index: Any, n: str, scope: dict[str, str]) -> str:
        need(n == "1" if index is None else scope.get(index) == n, f"the index {index!r} does not range over {n!r}")
        return "" if n == "1" else str(index)
    def power(self, a: Any, k: Fraction, scope: dict[str, str]) -> Matrix:
        m = self.expr(a, scope)
        need(m.rows == m.cols and abs(k) <= MAX_POWER, f"no power {k} of a {m.rows} x {m.cols} matrix")
        if k.denominator == 1 and k >= 0: return reduce(Matrix.__mul__, [m] * int(k), identity(m.rows))
        need(str(a) in self.symbols and m.rows == "1", "a negative or fractional power is of a scalar symbol")
        kinds = ("positive", "nonzero")[: 3 - min(k.denominator, 2)]
        need(self.is_fact(a, *kinds), f"{a}^{k} needs {a} {' or '.join(kinds)}")
        return scalar(ONE, (a, k))
    def log(self, e: Any, scope: dict[str, str]) -> Matrix:
        """The logarithm of a positive product: a sum of exponents and of logarithms of numbers and symbols."""
        self.axioms.add("log is strictly increasing, log ab = log a + log b, log a^k = k log a, log exp t = t")
        match e:
            case ["exp", a]: m = self.expr(a, scope)
            case ["mul", *parts]: m = reduce(Matrix.__add__, [self.log(a, scope) for a in parts])
            case ["pow", a, k]: m = self.log(a, scope) * self.expr(k if isinstance(k, list) else ["num", k], scope)
            case ["prod", i, n, a]: m = self.expr(["sum", i, n, ["log", a]], scope)
            case ["num", x] if (q := Fraction(read(NUMBER, x))) > 0: m = scalar(Fraction(q != 1), (f"log {q}", ONE))
            case str(x) if x not in scope and self.is_fact(x, "positive"): m = scalar(ONE, ("log " + x, ONE))
            case _: raise KernelError(f"not a positive product: {show(e)}")
        need(m.rows == m.cols == "1", "a logarithm is of a scalar")
        return m
    def cut(self, p: Poly, x: str) -> Poly:
        """The derivative by x: chains are cut at each occurrence of x; the two new ends are ">i" and ">j"."""
        self.axioms.add("derivative: linear, product rule, an entry by an entry is a delta")
        for f in (f for ref, f in self.facts.items() if ref[0] != "d" and f[0] in FACTS[:4] and f[:2] != ["forall", x]):
            need(x not in names(f), f"a derivative by {x}, which {show(f)!r} ties")
        out = list[tuple[Fraction, Powers, Iterable[Chain]]]()
        for (s, chains), c in p.items():
            need(all(y != "log " + x for y, _ in s), f"a derivative of log {x}")
            out += [(c * e, (*s[:k], (x, e - 1), *s[k + 1 :]), chains) for k, (y, e) in enumerate(s) if y == x]
            for k, (a, w, b) in enumerate(chains):
                for t, letter in enumerate(w):
                    if hole := self.cut_letter(letter, x):
                        left, right, m = w[:t], w[t + 1 :], self.letter(letter)
                        ends = [("~q", right + left, "~p")] if a == "@" else [(a, left, "~p"), ("~q", right, b)]
                        opened = collect([(c, s, [*chains[:k], *chains[k + 1 :], *ends])])
                        hole = join(times(opened, rename(hole, {ROW: "~p", COL: "~q"})), "~p", m.rows)
                        out += [(d, powers, cut) for (powers, cut), d in join(hole, "~q", m.cols).items()]
        return collect(out)
    def cut_letter(self, letter: str, x: str) -> Poly:
        """The derivative of one letter: a matrix with ends ROW and COL of its own."""
        base, out = letter.rstrip("'"), Poly()
        if base == x:
            pairs = zip(self.symbols[x], (ROW, COL), (">i", ">j"), strict=True)
            out = collect([(ONE, (), [(outer, (), inner) for n, outer, inner in pairs if n != "1"])])
        elif base[0] == "#":
            arg, side = self.inverses[int(base[1:])], self.letter(base)
            if (base, x) not in self.cuts: self.cuts[base, x] = self.cut(arg.poly, x)
            if inner := self.cuts[base, x]:
                self.axioms.add("derivative of an inverse: d(M^-1) = -M^-1 (dM) M^-1")
                out = (scalar(-ONE) * side * Matrix(arg.rows, arg.cols, inner) * side).poly
        return out if letter == base else rename(out, {ROW: COL, COL: ROW})
    def zero(self, ref: str) -> Matrix:
        """The matrix that a hypothesis, the definition of an inverse, or a lemma says is zero."""
        self.uses.add(ref)
        match self.facts.get(ref):
            case _ if ref in self.lemmas: return self.lemmas[ref]
            case ["eq", a, b]: return self.expr(a, {}) - self.expr(b, {})
            case ["positive_definite" | "positive_semidefinite", a]: return self.expr(a, {}).T - self.expr(a, {})
            case ["forall", str(x), ["eq", a, b]]:
                self.axioms.add("functions of x that are equal for every x have equal derivatives")
                m, (r, c) = self.expr(a, {}) - self.expr(b, {}), self.symbols[x]
                need(m.cols == c == "1" != r, "'forall' is over a column, in an equation of columns")
                return Matrix(m.rows, r, rename(self.cut(m.poly, x), {">i": COL}))
            case _: raise KernelError(f"no equation {ref!r} among the hypotheses")
    def is_zero(self, e: Any) -> bool:
        """Whether an expression is zero on its face: each of its terms has a reference as a factor."""
        match e:
            case ["T" | "tr", a] | ["entry", a, _, _] | ["sum", _, _, a]: return self.is_zero(a)
            case ["add", *parts]: return all(map(self.is_zero, parts))
            case ["mul", *parts]: return any(map(self.is_zero, parts))
            case _: return isinstance(e, list) and e[0] == "ref"
    def follows(self, m: Matrix, proof: Any, scope: dict[str, str]) -> None:
        """m = 0, because m equals `proof`, an expression that is zero on its face (null: m itself is 0)."""
        need(proof is None or self.is_zero(proof), "a proof is a sum of products with a reference in each")
        rest = m if proof is None else m - self.expr(proof, scope)
        need(not rest.poly, f"does not follow; left over: {list(rest.poly.items())[:3]}")
    def fact(self, f: Any) -> None:
        """A hypothesis must be well-typed: square where it has to be, and a number where a sign is meant."""
        match f:
            case ["eq", a, b]: _ = self.expr(a, {}) - self.expr(b, {})
            case ["forall", str(x), ["eq", _, _] as inner] if x in self.symbols: self.fact(inner)
            case [kind, a] if kind in FACTS[2:]:
                m = self.expr(a, {})
                fits = kind in ("injective", "nonzero") or (m.rows == m.cols and (m.rows == "1" or kind in FACTS[:5]))
                need(fits, f"a {m.rows} x {m.cols} matrix cannot be {kind}")
            case _: raise KernelError(f"not a hypothesis: {f!r}")
    def is_fact(self, m: Matrix | str, *kinds: str) -> bool:
        for ref, f in self.facts.items():
            with suppress(KernelError):  # a fact may speak of an inverse that is introduced later
                if f[0] in kinds and (f[1] if isinstance(m, str) else self.expr(f[1], {})) == m:
                    self.uses.add(ref)
                    return True
        return False
    def known(self, kind: str, m: Matrix) -> bool:
        """Whether a fact in force says that m is `kind`, or more."""
        column = ("nonzero",) if m.cols == "1" else ()  # a column that is not 0 is one-to-one
        return self.is_fact(m, *STRICT, *(LAX if kind in LAX else () if kind in STRICT else (*ONE_TO_ONE, *column)))
    def show_that(self, kind: str, e: Any, proof: Any) -> None:
        """e is `kind`: because that is known (null), by squares, or because it has a left inverse."""
        self.fact([kind, e])
        m = self.expr(e, {})
        match proof:
            case [[*squares], last] if kind not in ONE_TO_ONE: self.squares(m, squares, last, strict=kind in STRICT)
            case [left, last] if kind in ONE_TO_ONE:
                self.axioms.add("a matrix with a left inverse is one-to-one; a square one is then invertible")
                self.follows(self.expr(left, {}) * m - identity(m.cols), last, {})
            case _: need(proof is None and self.known(kind, m), f"nothing says that {show(e)} is {kind}")
    def step(self, step: Any) -> None:
        """An inverse of something invertible, a matrix that is definite or one-to-one, or a matrix that is zero."""
        match step:
            case ["inverse", a]:
                m = self.expr(a, {})
                need(m.rows == m.cols and self.known("invertible", m), f"nothing says that {show(a)} is invertible")
                self.axioms.add("an inverse is two-sided; square matrices that are one-to-one or definite have one")
                self.inverses.append(m)
                k, s = len(self.inverses) - 1, self.letter(f"#{len(self.inverses) - 1}")
                self.lemmas |= {f"inv{k}.r": m * s - identity(m.rows), f"inv{k}.l": s * m - identity(m.rows)}
            case [kind, a, *proof] if kind in WORDS and len(proof) == 2:
                self.show_that(kind, a, proof)
                self.facts = {**self.facts, f"d{len(self.facts)}": [kind, a]}
            case ["zero", a] if self.is_zero(a):
                self.lemmas[f"L{len(self.lemmas) - 2 * len(self.inverses)}"] = self.expr(a, {})
            case _: raise KernelError(f"not a step: {step!r}")
    def squares(self, m: Matrix, squares: list[Any], proof: Any, strict: bool) -> None:
        """m = sum of c L'PL (of c tr L'PL if m is a number) with c > 0 and P semidefinite; `strict`: m is definite."""
        self.axioms.add("v'L'PLv, tr L'PL, pq >= 0 if P, p, q are semidefinite; > 0 if definite; Lv, L not 0")
        need(all(isinstance(square, list) for square in squares), "the evidence is a list of squares")
        total, definite = Matrix(m.rows, m.cols, {}), False
        for c, middle, root in squares:
            factor, weight = self.expr(root, {}), self.expr(c, {})
            p = identity(factor.rows) if middle is None else self.expr(middle, {})
            inner = middle is None or self.is_middle(STRICT[0], p, middle)
            need(inner or self.is_middle(LAX[0], p, middle), "the middle of a square is not definite")
            need(self.is_positive(weight), "the coefficient of a square is not known to be positive")
            square = factor.T * p * factor
            total = total + weight * (square.trace() if m.rows == "1" else square)
            whole = factor == identity(factor.rows) or self.known("injective", factor)
            definite = definite or (inner and (whole or (m.rows == "1" and self.is_fact(factor, "nonzero"))))
        need(definite or not strict or self.known("invertible", m), "no square is definite")
        self.follows(m - total, proof, {})
    def is_middle(self, kind: str, p: Matrix, e: Any) -> bool:  # by a fact, or as a product of scalars that are
        parts = [self.expr(a, {}) for a in e[1:]] if e[0] == "mul" else [p]
        return self.known(kind, p) or all(a.rows == a.cols == "1" and self.known(kind, a) for a in parts)
    def is_positive(self, m: Matrix) -> bool:  # a sum of products of positive numbers, symbols and sizes, not 0
        signs = [c > 0 and not chains for (_, chains), c in m.poly.items()]
        signs += [s[0] == "|" or self.is_fact(s, "positive") for p, _ in m.poly for s, _ in p]
        return m.rows == m.cols == "1" and bool(signs) and all(signs)
    def claim(self, claim: Any, proof: Any, scope: dict[str, str]) -> None:
        match claim := in_logs(claim):
            case ["eq", a, b]: self.follows(self.expr(a, scope) - self.expr(b, scope), proof, scope)
            case [kind, a] if kind in WORDS: self.show_that(kind, a, proof)
            case ["limit", str(s), a, b]:
                self.axioms.add("sums, products and inverses are continuous, an inverse wherever it exists")
                ties = [f for ref, f in self.facts.items() if ref[0] != "d" and f[0] != "invertible" and f[1:] != [s]]
                need(self.symbols[s] == ["1", "1"] and s not in names(["", b, *ties]), f"{s} is tied, or no number")
                self.claim(["and", ["eq", a, a], ["eq", put_zero(a, s), b]], [None, proof], scope)
            case ["forall", str(x), inner] if x in self.symbols:
                need(all(x not in names(f) for f in self.facts.values()), f"{x} stands in a hypothesis")
                self.claim(inner, proof, scope)
            case ["implies", fact, inner]:
                self.fact(fact := in_logs(fact))
                kept, self.facts = self.facts, {**self.facts, f"h{len(self.facts)}": fact}
                self.claim(inner, proof, scope)
                self.facts = kept
            case ["and", _, *_]:
                for part, reason in zip(claim[1:], proof, strict=True): self.claim(part, reason, scope)
            case _: raise KernelError(f"not a claim: {claim!r}")

def check(c: Any) -> Report:
    """Accept a certificate, or raise `KernelError`."""
    try:
        c = json.loads(json.dumps(c))  # only what a file can hold: no tuples, no subclasses
        need(isinstance(c, dict) and set(c) == KEYS, f"a certificate has these keys and no others: {sorted(KEYS)}")
        need(c["format"] == "pushthrough" and repr(c["version"]) == "1", "another format, or another version of it")
        lists = [c["given"], c["assumed"], c["steps"], *c["given"], *c["assumed"], *c["symbols"].values()]
        need(all(isinstance(part, list) for part in lists), "facts, steps and shapes are lists")
        text = json.dumps([c["given"], c["assumed"], c["claim"]])
        need('["ref"' not in text and '"#' not in text, "#0 and references mean nothing in a statement")
        facts = {kind[0] + str(k): in_logs(f) for kind in ("given", "assumed") for k, f in enumerate(c[kind])}
        checker = Checker(c["symbols"], facts)
        for step in c["steps"]: checker.step(step)
        for fact in facts.values(): checker.fact(fact)  # now that the inverses in them are known
        checker.claim(c["claim"], c["proof"], {read(NAME, i): read(SIZE, n) for i, n in c["indices"].items()})
        types = ", ".join(f"{show(x)} ({show(r)} x {show(k)})" for x, (r, k) in c["symbols"].items())
        types += "".join(f", {show(i)} in 1..{show(n)}" for i, n in c["indices"].items())
        given = "".join(f"; {kind} {show(f)}" for kind in ("given", "assumed") for f in c[kind])
        return Report(f"for all real {types}{given}: {show(c['claim'])}", sorted(checker.axioms), sorted(checker.uses))
    except (TypeError, ValueError, LookupError, AttributeError, RecursionError) as err:
        raise KernelError(f"malformed certificate: {err!r}") from None
JOINS = {"add": " + ", "mul": " ", "and": " and "}
FORMS = {
    "sym": "{}", "num": "{}", "dim": "size({})", "zero": "0", "id": "I({})", "T": "{}'", "inv": "({}^-1)",
    "pow": "({}^{})", "tr": "tr({})", "entry": "{}[{},{}]", "delta": "delta({},{})", "eq": "{} = {}", "log": "log({})",
    "sum": "(sum_({}=1..{}) {})", "stack": "[{4}]_({0}=1..{1}, {2}=1..{3})", "partial": "(d({})/d({}[{},{}]))",
    "implies": "(if {} then {})", "forall": "(for every {}, {})", "prod": "(prod_({}=1..{}) {})",
    "exp": "exp({})", "at_least": "{} >= {}", "limit": "({1} tends to {2} as {0} falls to 0)",
}  # fmt: skip
def show(e: Any) -> str:
    """An expression, a fact or a claim, as text that can be read in one way; names out of the ordinary are quoted."""
    if not isinstance(e, list):
        x = "" if e is None else str(e)
        return x if re.fullmatch(r"\w*'?", x, re.ASCII) else f"({x})" if NUMBER.fullmatch(x) else json.dumps(x)
    parts = [show(a) for a in e[1:]]
    if e[0] in JOINS: return "(" + JOINS[e[0]].join(parts) + ")"
    return FORMS[e[0]].format(*parts) if e[0] in FORMS else f"{' '.join(parts)} {e[0].replace('_', ' ')}"
def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    need(len(dict(pairs)) == len(pairs), "a key stands twice")
    return dict(pairs)
def main(paths: list[str]) -> int:
    """Check files, each a certificate or a list of them; 0: all accepted, 1: one rejected, 2: one unreadable."""
    code = 0 if paths else 2
    for path in paths:
        try:
            found = json.loads(Path(path).read_text("utf-8"), object_pairs_hook=once)
            for c in found if isinstance(found, list) and found else [found]:
                r = check(c)
                print(f"accepted: {r.statement}", f"uses: {', '.join(r.uses) or 'nothing'}", *r.axioms, sep="\n  ")
        except (KernelError, OSError, ValueError, RecursionError) as err:
            bad = isinstance(err, KernelError)
            print(f"{path}: {'REJECTED' if bad else 'cannot read'}: {err}", file=sys.stdout if bad else sys.stderr)
            code = max(code, 1 if bad else 2)
    return code
