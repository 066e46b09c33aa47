"""The kernel: what it accepts is true on instances, what it refuses is refused for the reason it gives.

Expressions are evaluated here a second time, by a reader that shares nothing with the kernel: NumPy, and finite
differences for derivatives.
"""

import json
import math
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from proofs.kernel import COL, KEYS, ROW, Checker, KernelError, Matrix, check, main, show

ROOT = Path(__file__).resolve().parents[2]
SEEDS = st.integers(0, 2**32 - 1)
SIZES = [{"n": 1, "m": 1}, {"n": 1, "m": 3}, {"n": 3, "m": 1}, {"n": 2, "m": 3}, {"n": 4, "m": 4}, {"n": 5, "m": 4}]
SYMBOLS = {
    "A": ["n", "n"], "B": ["n", "n"], "C": ["n", "m"], "D": ["m", "n"], "x": ["n", "1"], "y": ["n", "1"],
    "u": ["m", "1"], "r": ["1", "n"], "s": ["1", "1"], "t": ["1", "1"], "H": ["n", "n"],
}  # fmt: skip
MINUS = ["num", "-1"]


def certificate(**parts: Any) -> dict[str, Any]:
    """A certificate with the symbols above; only what is given differs from the empty one."""
    empty = {"format": "pushthrough", "version": 1, "symbols": SYMBOLS, "indices": {}, "given": [], "assumed": []}
    return {**empty, "steps": [], "claim": ["eq", "A", "A"], "proof": None, **parts}


def equation(left: Any, right: Any, **parts: Any) -> dict[str, Any]:
    return certificate(claim=["eq", left, right], **parts)


def outcome(function: Callable[..., Any], *args: Any) -> tuple[Any, str]:
    """The value, or the message of the KernelError."""
    try:
        return function(*args), ""
    except KernelError as refusal:
        return None, str(refusal) or "no message"


def push_through() -> dict[str, Any]:
    """The example of proofs/README.md."""
    (block,) = re.findall(r"^```json\n(.*?)^```$", (ROOT / "proofs/README.md").read_text(), re.DOTALL | re.MULTILINE)
    return json.loads(block)


# A second reader of expressions.


class World:
    """Random values for the symbols, at given sizes. Inverses are those of `inverses`, in their order."""

    def __init__(self, rng: random.Random, sizes: dict[str, int], symbols: dict[str, list[str]] = SYMBOLS) -> None:
        self.sizes, self.inverses = {**sizes}, list[Any]()
        self.values = {x: self.draw(rng, self.size(r), self.size(c)) for x, (r, c) in symbols.items()}
        for x, (r, c) in symbols.items():
            if r == c == "1":
                self.values[x] = abs(self.values[x]) + 0.5  # scalars are positive
        if "H" in symbols:
            self.values["H"] = self.values["H"] / 8 + np.eye(*self.values["H"].shape)  # well away from singular

    @staticmethod
    def draw(rng: random.Random, rows: int, cols: int) -> np.ndarray:
        return np.array([[rng.uniform(-1, 1) for _ in range(cols)] for _ in range(rows)]).reshape(rows, cols)

    def size(self, n: str) -> int:
        return int(n) if n.isdigit() else self.sizes.setdefault(n, 2)

    def value(self, e: Any, at: dict[str, int]) -> np.ndarray:
        """The value of an expression, as a matrix; `at` holds the values of the indices, counted from 0."""
        match e:
            case str():
                base = e.rstrip("'")
                m = np.linalg.inv(self.value(self.inverses[int(base[1:])], {})) if base[0] == "#" else self.values[base]
                return m if e == base else m.T
            case ["sym", x]:
                return self.values[x]
            case ["num", x]:
                return np.array([[eval_fraction(x)]])
            case ["id", n]:
                return np.eye(self.size(n))
            case ["dim", n]:
                return np.array([[float(self.size(n))]])
            case ["zero", m, n]:
                return np.zeros((self.size(m), self.size(n)))
            case ["T", a]:
                return self.value(a, at).T
            case ["add", *parts]:
                return sum(self.value(a, at) for a in parts[1:]) + self.value(parts[0], at)
            case ["mul", *parts]:
                return reduce(product, [self.value(a, at) for a in parts])
            case ["pow", a, k]:
                m, power = self.value(a, at), eval_fraction(k)
                return np.linalg.matrix_power(m, int(power)) if m.shape != (1, 1) else m**power
            case ["inv", a]:
                return np.linalg.inv(self.value(a, at))
            case ["tr", a]:
                return np.array([[np.trace(self.value(a, at))]])
            case ["log", p]:
                return self.logarithm(p, at)
            case ["entry", a, i, j]:
                return self.value(a, at)[at.get(i, 0), at.get(j, 0)].reshape(1, 1)
            case ["delta", i, j]:
                return np.array([[float(at[i] == at[j])]])
            case ["sum", i, n, a]:
                return sum(self.value(a, {**at, i: k}) for k in range(1, self.size(n))) + self.value(a, {**at, i: 0})
            case ["stack", i, m, j, n, a]:
                rows, cols = range(self.size(m)), range(self.size(n))
                return np.array([[self.value(a, {**at, i: k, j: l})[0, 0] for l in cols] for k in rows])
            case ["partial", a, x, i, j]:
                return self.difference(a, x, (at.get(i, 0), at.get(j, 0)), at)
        raise AssertionError(f"not an expression: {e!r}")

    def logarithm(self, p: Any, at: dict[str, int]) -> np.ndarray:
        """The logarithm of a positive product: of its value, but for exponentials, which would overflow."""
        match p:
            case ["exp", a]:
                return self.value(a, at)
            case ["mul", *parts]:
                return sum(self.logarithm(a, at) for a in parts) + np.zeros((1, 1))
            case ["pow", a, k]:
                return self.logarithm(a, at) * self.value(k if isinstance(k, list) else ["num", k], at)
            case ["prod", i, n, a]:
                return sum(self.logarithm(a, {**at, i: k}) for k in range(self.size(n))) + np.zeros((1, 1))
        return np.log(self.value(p, at))

    def refutes(self, claim: Any, at: dict[str, int]) -> bool:
        """Whether a claim without hypotheses in it is clearly false here."""
        match claim:
            case ["eq", a, b]:
                return not close(self.value(a, at), self.value(b, at))
            case ["and", *parts]:
                return any(self.refutes(part, at) for part in parts)
            case ["at_least", p, q]:
                return bool(self.logarithm(p, at) < self.logarithm(q, at) - 1e-9)
            case ["positive" | "nonnegative" | "positive_definite" | "positive_semidefinite", a]:
                m = self.value(a, at)
                return not close(m, m.T) or np.linalg.eigvalsh(m).min() < -1e-9 * (1 + np.abs(m).max())
            case ["limit", s, a, b]:
                kept, self.values[s] = self.values[s], np.array([[1e-7]])
                near = self.value(a, at)
                self.values[s] = kept
                return np.abs(near - self.value(b, at)).max() > 1e-2 * (1 + np.abs(near).max())
        return False

    def difference(self, a: Any, x: str, place: tuple[int, int], at: dict[str, int], h: float = 0.005) -> np.ndarray:
        """The derivative by one entry of x: a difference of five points, whose error is of order h^4."""
        kept, out = self.values[x], 0.0
        for k, weight in ((1, 8), (-1, -8), (2, -1), (-2, 1)):
            self.values[x] = kept.copy()
            self.values[x][place] += k * h
            out = out + weight * self.value(a, at)
        self.values[x] = kept
        return out / (12 * h)

    def polynomial(self, m: Matrix, at: dict[str, int]) -> np.ndarray:
        """The value of a normal form."""
        out = np.zeros((self.size(m.rows), self.size(m.cols)))
        for (powers, chains), c in m.poly.items():
            factor = float(c)
            for s, e in powers:
                factor *= (self.size(s[1:]) if s[0] == "|" else self.values[s][0, 0]) ** float(e)
            for place in np.ndindex(out.shape):
                ends = {**at, "": 0, ROW: place[0], COL: place[1]}
                out[place] += factor * math.prod(self.chain(a, w, b, ends) for a, w, b in chains)
        return out

    def chain(self, a: str, word: tuple[str, ...], b: str, ends: dict[str, int]) -> float:
        if not word:
            return float(ends[a] == ends[b])
        m = reduce(np.matmul, [self.value(x, {}) for x in word])
        return np.trace(m) if a == "@" else m[ends[a], ends[b]]


def product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return a * b if (1, 1) in (a.shape, b.shape) else a @ b


def eval_fraction(text: str) -> float:
    top, _, bottom = text.partition("/")
    return int(top) / int(bottom or 1)


def close(a: np.ndarray, b: np.ndarray) -> bool:
    return a.shape == b.shape and bool(np.allclose(a, b, rtol=1e-6, atol=1e-6 * (1 + np.abs(a).max())))


# Random expressions.


def writer(rng: random.Random, smooth: bool = False) -> Callable[..., Any]:
    """A function that writes random expressions of a shape: any in the language, or `smooth` ones, polynomial and
    without deltas or derivatives, for which the normal form must be complete."""
    scalars = ["s", "t", ["num", "2"], ["num", "-1/3"], ["dim", "n"], ["dim", "m"]]

    def index(scope: dict[str, str], n: str) -> str | None:
        return None if n == "1" else rng.choice([i for i, size in scope.items() if size == n])

    def fresh(scope: dict[str, str]) -> str:
        return rng.choice("ijk") if rng.random() < 0.3 else f"i{len(scope)}"  # some shadow outer ones

    def matrix(m: str, n: str, depth: int, scope: dict[str, str]) -> Any:
        if m == n == "1":
            return number(depth, scope)
        leaves = [x for x, shape in SYMBOLS.items() if shape == [m, n] and (x != "H" or not smooth)]
        leaves += [x + "'" for x, shape in SYMBOLS.items() if shape == [n, m] and (x != "H" or not smooth)]
        leaves += [["id", n]] if m == n else []
        if depth <= 0:
            return rng.choice(leaves or [["zero", m, n]])
        kinds = ["mul", "mul", "mul", "add", "T", "scale", "stack"] + ["pow", "inv"] * (m == n)
        match rng.choice(kinds if smooth else [*kinds, "partial"]):
            case "mul":
                inner = rng.choice(["n", "m", "1"])
                return ["mul", matrix(m, inner, depth - 1, scope), matrix(inner, n, depth - 1, scope)]
            case "add":
                return ["add", matrix(m, n, depth - 1, scope), matrix(m, n, depth - 1, scope)]
            case "T":
                return ["T", matrix(n, m, depth - 1, scope)]
            case "scale":
                return ["mul", number(depth - 1, scope), matrix(m, n, depth - 1, scope)]
            case "pow":
                return ["pow", matrix(m, m, depth - 1, scope), rng.choice("0123")]
            case "inv" if not smooth:
                return ["inv", "H"] if n == "n" else matrix(m, n, depth - 1, scope)
            case "stack" if smooth:
                inner = rng.choice("nm")
                a, b = matrix(m, inner, 0, {}), matrix(inner, n, 0, {})
                left, right = ["entry", a, None if m == "1" else "p", "q"], ["entry", b, "q", None if n == "1" else "o"]
                return ["stack", "p", m, "o", n, ["sum", "q", inner, ["mul", left, right]]]
            case "stack":
                i, j = fresh(scope), fresh({**scope, "": ""}) + "j"
                return ["stack", i, m, j, n, number(depth - 1, {**scope, i: m, j: n})]
            case "partial":
                return derivative(matrix(m, n, depth - 1, scope), scope)
        return matrix(m, n, depth - 1, scope)

    def derivative(e: Any, scope: dict[str, str]) -> Any:
        x = rng.choice([x for x, shape in SYMBOLS.items() if all(n == "1" or n in scope.values() for n in shape)])
        return ["partial", e, x, *(index(scope, n) for n in SYMBOLS[x])]

    def number(depth: int, scope: dict[str, str]) -> Any:
        if depth <= 0:
            return rng.choice(scalars)
        kinds = ["leaf", "add", "mul", "tr", "tr", "form", "form", "sum"]
        ranges = [n for n in scope.values() if n != "1"]
        match rng.choice(kinds if smooth else [*kinds, "pow", "partial", *["entry", "entry", "delta"] * bool(ranges)]):
            case "add" | "mul" as kind:
                return [kind, number(depth - 1, scope), number(depth - 1, scope)]
            case "tr":
                return ["tr", matrix(n := rng.choice("nm"), n, depth - 1, scope)]
            case "form":
                m, n = rng.choice("nm"), rng.choice("nm")
                return ["mul", matrix("1", m, 0, scope), matrix(m, n, depth - 1, scope), matrix(n, "1", 0, scope)]
            case "sum":
                i, n, m = fresh(scope), rng.choice("nm"), rng.choice(["1", *ranges])
                k = index({j: size for j, size in scope.items() if j != i} or {"": m}, m) if m == "1" else None
                if m != "1":
                    free = [j for j, size in scope.items() if size == m and j != i]
                    k, m = (rng.choice(free), m) if free else (None, "1")
                inner = {**scope, i: n}
                left = ["entry", matrix(m, n, depth - 1, inner), k, i]
                return ["sum", i, n, ["mul", left, ["entry", matrix(n, m, depth - 1, inner), i, k]]]
            case "pow":
                return ["pow", rng.choice("st"), rng.choice(["2", "-1", "1/2", "-3/2", "0"])]
            case "partial":
                return derivative(number(depth - 1, scope), scope)
            case "entry":
                m, n = rng.choice([*ranges, "1"]), rng.choice(ranges)
                return ["entry", matrix(m, n, depth - 1, scope), index(scope, m), index(scope, n)]
            case "delta":
                n = rng.choice(ranges)
                return ["delta", index(scope, n), index(scope, n)]
        return rng.choice(scalars)

    return matrix


def shape(e: Any) -> tuple[str, str]:
    """The shape of a smooth expression."""
    match e:
        case str():
            m, n = SYMBOLS[e.rstrip("'")]
            return (m, n) if e[-1] != "'" else (n, m)
        case ["id", n]:
            return n, n
        case ["zero" | "stack", *_]:
            return (e[1], e[2]) if e[0] == "zero" else (e[2], e[4])
        case ["T", a]:
            m, n = shape(a)
            return n, m
        case ["add" | "pow", a, *_]:
            return shape(a)
        case ["mul", *parts]:
            matrices = [mn for mn in map(shape, parts) if mn != ("1", "1")]
            return (matrices[0][0], matrices[-1][1]) if matrices else ("1", "1")
    return "1", "1"


def rewritten(rng: random.Random, e: Any) -> Any:
    """Another way to write a smooth expression."""
    if not isinstance(e, list) or e[0] in ("num", "id", "dim", "zero", "entry", "stack", "sum"):
        return ["T", ["T", e]] if rng.random() < 0.1 else e
    e = [e[0], *(rewritten(rng, a) if e[0] != "pow" or k == 0 else a for k, a in enumerate(e[1:]))]
    match e:
        case ["add", a, b]:
            return rng.choice([["add", b, a], ["add", a, ["num", "0"], b] if shape(a) == ("1", "1") else e])
        case ["mul", ["add", a, b], c]:
            return ["add", ["mul", a, c], ["mul", b, c]]
        case ["mul", c, ["add", a, b]] if rng.random() < 0.5:
            return ["add", ["mul", c, a], ["mul", c, b]]
        case ["mul", a, ["mul", b, c]] if shape(b)[0] == shape(a)[1]:
            return ["mul", ["mul", a, b], c]
        case ["mul", a, b] if ("1", "1") in (shape(a), shape(b)):
            return ["mul", b, a]
        case ["mul", a, b]:
            turned = ["T", ["mul", ["T", b], ["T", a]]]
            return turned if "stack" in str(e) else rng.choice([turned, by_entries(a, b)])  # a stack in a stack is slow
        case ["T", ["add", a, b]]:
            return ["add", ["T", a], ["T", b]]
        case ["tr", ["mul", a, b]] if shape(a)[1] == shape(b)[0]:
            return ["tr", rng.choice([["mul", b, a], ["mul", ["T", b], ["T", a]]])]
        case ["tr", a]:
            return ["sum", "z", shape(a)[0], ["entry", a, "z", "z"]]
        case ["pow", a, k] if int(k) > 1:
            return ["mul", a, ["pow", a, str(int(k) - 1)]]
    return e


def by_entries(a: Any, b: Any) -> Any:
    (m, inner), (_, n) = shape(a), shape(b)
    i, j, k = (None if size == "1" else name for size, name in ((m, "v"), (n, "w"), (inner, "z")))
    return ["stack", "v", m, "w", n, ["sum", "z", inner, ["mul", ["entry", a, i, k], ["entry", b, k, j]]]]


def spoilt(rng: random.Random, e: Any) -> Any:
    """A near miss: a letter or a number changed, two factors exchanged, or a transposition left out."""
    if not isinstance(e, list):
        letters = [x for name in SYMBOLS for x in (name, name + "'")]
        return rng.choice([x for x in letters if shape(x) == shape(e) and x != e] or [e])
    match e:
        case ["num", _]:
            return ["num", "3"]
        case ["mul", a, b] if shape(a) == shape(b) and rng.random() < 0.5:
            return ["mul", b, a]
        case ["T", a] if len(set(shape(a))) == 1 and rng.random() < 0.3:
            return a
        case ["add" | "mul" | "T" | "tr", *parts]:
            k = rng.randrange(len(parts))
            return [e[0], *(spoilt(rng, a) if i == k else a for i, a in enumerate(parts))]
    return e


FACTS = {"g0": ["invertible", "H"], "g1": ["positive", "s"], "g2": ["positive", "t"]}


def kernel_with_inverse() -> Checker:
    checker = Checker(SYMBOLS, {**FACTS})
    checker.step(["inverse", "H"])
    return checker


@settings(max_examples=200)
@given(SEEDS)
def test_the_normal_form_has_the_value_of_the_expression(seed: int) -> None:
    rng = random.Random(seed)
    scope = {"i": "n", "j": "n", "k": "m"}
    m, n = rng.choice(["n", "m", "1"]), rng.choice(["n", "1"])
    e = writer(rng)(m, n, rng.choice([1, 2, 2, 3]), scope)
    form, message = outcome(kernel_with_inverse().expr, e, scope)
    assert "thrice" in message or (form.rows, form.cols) == (m, n), (e, message)
    if message:
        return
    for sizes in SIZES[:4]:
        world = World(rng, sizes)
        world.inverses = ["H"]
        at = {i: rng.randrange(world.size(size)) for i, size in scope.items()}
        assert close(world.value(e, at), world.polynomial(form, at)), (e, sizes, at)


@settings(max_examples=120)
@given(SEEDS)
def test_an_equation_is_accepted_exactly_if_it_holds(seed: int) -> None:
    """For polynomial expressions of modest degree, at sizes above the degree: sound and complete."""
    rng = random.Random(seed)
    m, n = rng.choice(["n", "m", "1"]), rng.choice(["n", "1"])
    e = writer(rng, smooth=True)(m, n, rng.choice([1, 2, 2, 3]), {})
    f = rewritten(rng, rewritten(rng, spoilt(rng, e) if rng.random() < 0.5 else e))
    worlds = [World(rng, sizes) for sizes in SIZES]
    holds = all(close(w.value(e, {}), w.value(f, {})) for w in worlds)
    _, message = outcome(check, equation(e, f))
    if "occurs once, or thrice" not in message:  # such sums are outside the normal form
        assert holds == (not message), (e, f, message)
        assert holds or "does not follow" in message


@settings(max_examples=30)
@given(SEEDS)
def test_statements_can_be_read_in_one_way(seed: int) -> None:
    """Expressions that print alike are equal."""
    rng = random.Random(seed)
    seen: dict[str, tuple[Any, Matrix]] = {}
    for _ in range(30):
        e = writer(rng)("1", "1", 2, {"i": "n"})
        form, message = outcome(kernel_with_inverse().expr, e, {"i": "n"})
        if not message:
            known, other = seen.setdefault(show(e), (e, form))
            assert other == form, (show(e), e, known)


@pytest.mark.parametrize(
    "text, e",
    [
        ("((s^2)^3)", ["pow", ["pow", "s", "2"], "3"]),
        ("((-1)^2)", ["pow", MINUS, "2"]),
        ("(s (-1))", ["mul", "s", MINUS]),
        ("(s^(-1/2))", ["pow", "s", "-1/2"]),
        ("((sum_(i=1..n) s) t)", ["mul", ["sum", "i", "n", "s"], "t"]),
        ("(A^-1)'", ["T", ["inv", "A"]]),
        ("(A'^-1)", ["inv", ["T", "A"]]),
        ("(A B)[i,]", ["entry", ["mul", "A", "B"], "i", None]),
        ("(d(tr(A))/d(A[i,j]))", ["partial", ["tr", "A"], "A", "i", "j"]),
        ("((if s positive then s = t) and A = B)",
         ["and", ["implies", ["positive", "s"], ["eq", "s", "t"]], ["eq", "A", "B"]]),
        ("((for every x, x = y) and A = B)", ["and", ["forall", "x", ["eq", "x", "y"]], ["eq", "A", "B"]]),
        ('"A^-1"', "A^-1"),
        ('"\\u0391"', "\u0391"),  # a Greek letter that looks like an A
        ("I(n)", ["id", "n"]),
        ("size(n)", ["dim", "n"]),
        ("delta(i,j)", ["delta", "i", "j"]),
    ],
)  # fmt: skip
def test_what_is_printed(text: str, e: Any) -> None:
    assert show(e) == text


# What is accepted.

N_PAIR = {"i": "n", "j": "n"}
GRAM = ["mul", ["T", "C"], "C"]


def gradient(f: Any, x: str) -> Any:
    (m, n), i, j = SYMBOLS[x], "i", "j"
    return ["stack", i, m, j, n, ["partial", f, x, None if m == "1" else i, None if n == "1" else j]]


def column_for_column(a: str, b: str) -> Any:
    return ["forall", "x", ["eq", ["mul", a, "x"], ["mul", b, "x"]]]


QUADRATIC = ["mul", "x'", "A", "x"]
ONE = ["num", "1"]
SHIFTED = ["add", GRAM, ["mul", "s", ["id", "m"]]]
SHIFTED_SQUARES = [[ONE, None, "C"], ["s", None, ["id", "m"]]]
SHIFTED_STEPS = [["positive_definite", SHIFTED, SHIFTED_SQUARES, None], ["inverse", SHIFTED]]
GRAM_STEPS = [["positive_definite", GRAM, [[ONE, None, "C"]], None], ["inverse", GRAM]]
ACCEPTED = {
    "gradient of c'x": equation(gradient(["mul", "y'", "x"], "x"), "y"),
    "Jacobian of Ax": equation(
        ["stack", "i", "n", "j", "n", ["partial", ["entry", ["mul", "A", "x"], "i", None], "x", "j", None]], "A"
    ),
    "gradient of x'Ax": equation(gradient(QUADRATIC, "x"), ["mul", ["add", "A", "A'"], "x"]),
    "Hessian of x'Ax": equation(
        ["stack", "i", "n", "j", "n", ["partial", ["partial", QUADRATIC, "x", "i", None], "x", "j", None]],
        ["add", "A", "A'"],
    ),
    "gradient of tr(A A)": equation(gradient(["tr", ["mul", "A", "A"]], "A"), ["mul", ["num", "2"], "A'"]),
    "gradient of tr(A H B)": equation(gradient(["tr", ["mul", "A", "H", "B"]], "H"), ["mul", "A'", "B'"]),
    "gradient of tr(H^-1)": equation(
        gradient(["tr", ["inv", "H"]], "H"), ["mul", MINUS, ["T", ["mul", ["inv", "H"], ["inv", "H"]]]],
        given=[["invertible", "H"]], steps=[["inverse", "H"]],
    ),
    "derivative of s^(1/2)": equation(
        ["partial", ["pow", "s", "1/2"], "s", None, None], ["mul", ["num", "1/2"], ["pow", "s", "-1/2"]],
        given=[["positive", "s"]],
    ),
    "derivative by s of an inverse that a step licenses": equation(
        ["partial", ["tr", ["inv", ["add", GRAM, ["mul", "s", ["id", "m"]]]]], "s", None, None],
        ["mul", MINUS, ["tr", ["pow", ["inv", ["add", GRAM, ["mul", "s", ["id", "m"]]]], "2"]]],
        given=[["positive", "s"]],
        steps=[
            ["positive_definite", ["add", GRAM, ["mul", "s", ["id", "m"]]],
             [[["num", "1"], None, "C"], ["s", None, ["id", "m"]]], None],
            ["inverse", ["add", GRAM, ["mul", "s", ["id", "m"]]]],
        ],
    ),
    "a product by entries": equation(
        ["entry", ["mul", "A", "C"], "i", "k"],
        ["sum", "l", "n", ["mul", ["entry", "A", "i", "l"], ["entry", "C", "l", "k"]]], indices={"i": "n", "k": "m"},
    ),
    "a delta replaces an index": equation(
        ["sum", "k", "n", ["mul", ["delta", "i", "k"], ["entry", "A", "k", "j"]]], ["entry", "A", "i", "j"],
        indices=N_PAIR,
    ),
    "a trace, transposed": equation(["tr", ["mul", "B", "A'"]], ["tr", ["mul", "A'", "B"]]),
    "ones": equation(
        ["sum", "k", "n", ["stack", "i", "n", "j", "m", ["pow", ["delta", "i", "k"], "2"]]],
        ["stack", "i", "n", "j", "m", ["num", "1"]],
    ),
    "a sum of ones is a size": equation(["sum", "k", "n", ["delta", "k", "k"]], ["dim", "n"]),
    "iff": certificate(
        claim=["and", ["implies", ["eq", "A", "B"], ["eq", "A'", "B'"]],
               ["implies", ["eq", "A'", "B'"], ["eq", "A", "B"]]],
        proof=[["T", ["ref", "h0"]], ["T", ["ref", "h0"]]],
    ),
    "cases": certificate(
        given=[["eq", "s", "t"]],
        claim=["and", ["implies", ["positive", "s"], ["eq", ["mul", ["pow", "s", "-1"], "t"], ["num", "1"]]],
               ["implies", ["nonpositive", "s"], ["eq", "t", "s"]]],
        proof=[["mul", MINUS, ["pow", "s", "-1"], ["ref", "g0"]], ["mul", MINUS, ["ref", "g0"]]],
    ),
    "equal for every x, so equal": certificate(
        claim=["implies", column_for_column("A", "B"), ["eq", "A", "B"]], proof=["ref", "h0"]
    ),
    "equal, so equal for every x": certificate(
        given=[["eq", "A", "B"]], claim=column_for_column("A", "B"), proof=["mul", ["ref", "g0"], "x"]
    ),
    "a lemma": equation(
        ["tr", ["mul", "A", "A"]], ["tr", ["mul", "B", "B"]], given=[["eq", "A", "B"]],
        steps=[["zero", ["add", ["mul", ["ref", "g0"], "A"], ["mul", "B", ["ref", "g0"]]]]],
        proof=["tr", ["ref", "L0"]],
    ),
    "a definite matrix is symmetric": equation(
        "A'", "A", given=[["positive_definite", "A"]], proof=["ref", "g0"]
    ),
    "a square is not negative": certificate(
        claim=["nonnegative", ["mul", "y'", "A'", "A", "y"]], proof=[[[ONE, None, ["mul", "A", "y"]]], None],
    ),
    "the square of what is not zero is positive": certificate(
        claim=["implies", ["nonzero", "y"], ["positive", ["mul", "y'", "y"]]], proof=[[[ONE, None, "y"]], None],
    ),
    "a definite form of what is not zero is positive": certificate(
        given=[["positive_definite", "A"], ["nonzero", ["add", "x", ["mul", MINUS, "y"]]]],
        claim=["positive", ["add", ["mul", "x'", "A", "x"], ["mul", MINUS, "x'", "A", "y"],
                            ["mul", MINUS, "y'", "A", "x"], ["mul", "y'", "A", "y"]]],
        proof=[[[ONE, "A", ["add", "x", ["mul", MINUS, "y"]]]], None],
    ),
    "the trace of the square of what is not zero": certificate(
        given=[["nonzero", "C"]], claim=["positive", ["tr", ["mul", "C'", "C"]]], proof=[[[ONE, None, "C"]], None],
    ),
    "a multiple of what is not negative": certificate(
        given=[["positive", "s"]], claim=["implies", ["nonnegative", "t"], ["nonnegative", ["mul", "s", "t"]]],
        proof=[[["s", "t", ["id", "1"]]], None],
    ),
    "semidefinite and invertible is definite": certificate(
        given=[["invertible", GRAM]], claim=["positive_definite", GRAM], proof=[[[ONE, None, "C"]], None],
    ),
    "a Gram matrix is semidefinite": certificate(
        steps=[["positive_semidefinite", GRAM, [[ONE, None, "C"]], None]],
        claim=["positive_semidefinite", GRAM],
    ),
    "a left inverse makes a square matrix invertible": equation(
        ["mul", "A", ["inv", "A"]], ["id", "n"], given=[["eq", ["mul", "B", "A"], ["id", "n"]]],
        steps=[["injective", "A", "B", ["ref", "g0"]], ["inverse", "A"]], proof=["ref", "inv0.r"],
    ),
    "a limit, where the inverse exists": certificate(
        given=[["positive", "s"], ["injective", "C"]], steps=[*SHIFTED_STEPS, *GRAM_STEPS],
        claim=["limit", "s", ["mul", ["inv", SHIFTED], "C'"], ["mul", ["inv", GRAM], "C'"]],
    ),
    "a limit of entries": certificate(
        indices={"i": "n"},
        claim=["limit", "s", ["mul", ["add", "s", ONE], ["entry", "x", "i", None]], ["entry", "x", "i", None]],
    ),
    "log turns products into sums": equation(
        ["log", ["mul", ["pow", "s", "2"], ["exp", ["mul", "y'", "y"]],
                 ["pow", ["exp", "t"], ["mul", MINUS, ["dim", "n"]]]]],
        ["add", ["mul", ["num", "2"], ["log", "s"]], ["mul", "y'", "y"], ["mul", MINUS, ["dim", "n"], "t"]],
        given=[["positive", "s"]],
    ),
    "log of a product over an index": equation(
        ["log", ["prod", "i", "n", ["exp", ["pow", ["entry", "x", "i", None], "2"]]]], ["mul", "x'", "x"],
    ),
    "the larger exponential has the larger exponent": certificate(
        given=[["positive", "s"]],
        claim=["implies", ["at_least", ["mul", "s", ["exp", "t"]], ["mul", "s", ["exp", ["mul", "y'", "y"]]]],
               ["nonnegative", ["add", "t", ["mul", MINUS, "y'", "y"]]]],
    ),
    "and the other way round": certificate(
        claim=["implies", ["nonnegative", ["add", "t", ["mul", MINUS, "y'", "y"]]],
               ["at_least", ["exp", "t"], ["exp", ["mul", "y'", "y"]]]],
    ),
    "a product of positive numbers": certificate(
        given=[["positive", "s"], ["positive", ["add", "s", ["mul", MINUS, "t"]]]],
        claim=["positive", ["add", ["pow", "s", "2"], ["mul", MINUS, "s", "t"]]],
        proof=[[[ONE, ["mul", "s", ["add", "s", ["mul", MINUS, "t"]]], ["id", "1"]]], None],
    ),
    "a product of three, one of them squared beside it": certificate(
        claim=["implies", ["nonnegative", "t"], ["implies", ["positive", "s"],
               ["nonnegative", ["mul", ["num", "3"], "s", "t", ["pow", "t", "2"], ["mul", "y'", "y"]]]]],
        proof=[[[["num", "3"], ["mul", "s", "t"], ["mul", "t", "y"]]], None],
    ),
    "a product with a definite middle of one number": certificate(
        given=[["positive_definite", "s"], ["positive", "t"], ["nonzero", "y"]],
        claim=["positive", ["mul", "s", "t", "y'", "y"]], proof=[[[ONE, ["mul", "s", "t"], "y"]], None],
    ),
    "a Gram matrix is definite": certificate(
        given=[["injective", "C"], ["positive_definite", "A"]],
        steps=[["positive_definite", ["mul", "C'", "A", "C"], [[["num", "1"], "A", "C"]], None]],
        claim=["and", ["positive_definite", ["mul", "C'", "A", "C"]], ["invertible", ["mul", "C'", "A", "C"]]],
        proof=[None, None],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepted(name: str) -> None:
    report = check(ACCEPTED[name])
    assert report.statement.startswith("for all real A (n x n)")
    assert all(show(f) in report.statement for f in ACCEPTED[name]["given"])


def test_push_through_discharges_both_inverses() -> None:
    report = check(push_through())
    assert report.statement == (
        "for all real X (m x n), lambda (1 x 1); given lambda positive: "
        "((((X' X) + (lambda I(n)))^-1) X') = (X' (((X X') + (lambda I(m)))^-1))"
    )
    assert report.uses == ["d1", "d2", "g0", "inv0.l", "inv1.r"]
    assert len(report.axioms) == 2


# What is refused: a valid certificate, broken in one place.

Place = tuple[str | int, ...]
DELETE = object()


def part(e: Any, path: Place) -> Any:
    return part(e[path[0]], path[1:]) if path else e


def broken(valid: dict[str, Any], path: Place, value: Any) -> dict[str, Any]:
    out = deepcopy(valid)
    *outer, last = path
    place = part(out, tuple(outer))
    if value is DELETE:
        del place[last]
    else:
        place[last] = value
    return out


S = ["add", ["mul", "X'", "X"], ["mul", "lambda", ["id", "n"]]]
PUSH_THROUGH = {
    "coefficient": (("proof", 1, 1, 1), "1", "does not follow; left over"),
    "word": (("proof", 1, 3), "X", "cannot multiply"),
    "order of factors": (("proof", 2), ["mul", "X'", "#1", ["ref", "inv1.r"]], "does not follow"),
    "the other side of the inverse": (("proof", 2, 1, 1), "inv0.r", "does not follow"),
    "a reference that does not exist": (("proof", 2, 1, 1), "inv2.l", "no equation 'inv2.l'"),
    "a hypothesis that is no equation": (("proof", 2, 1, 1), "g0", "no equation 'g0'"),
    "a hypothesis that does not exist": (("proof", 2, 1, 1), "g7", "no equation 'g7'"),
    "a lemma that does not exist": (("proof", 2, 1, 1), "L0", "no equation 'L0'"),
    "a term without a reference": (("proof", 2), ["mul", "#0", "X'"], "a reference in each"),
    "a reference under a power": (("proof",), ["pow", ["ref", "inv0.l"], "2"], "a reference in each"),
    "a reference under a stack": (("proof",), ["stack", "i", "n", "j", "m", ["ref", "inv0.l"]], "a reference in each"),
    "no proof": (("proof",), None, "does not follow"),
    "a proof that is no expression": (("proof",), "X'", "a reference in each"),
    "a proof that is false": (("proof",), False, "a reference in each"),
    "an empty proof": (("proof",), [], "malformed"),
    "claim": (("claim", 2, 1), "X", "cannot multiply"),
    "shape of a symbol": (("symbols", "X"), ["n", "m"], "cannot"),
    "shape of one number": (("symbols", "X"), ["m"], "malformed"),
    "shape as text": (("symbols", "X"), "mn", "are lists"),
    "size zero": (("symbols", "X"), ["0", "n"], "not a name, a size"),
    "size 01": (("symbols", "X"), ["01", "n"], "not a name, a size"),
    "size as a number": (("symbols", "X"), [3, "n"], "not a name, a size"),
    "size true": (("symbols", "X"), [True, "n"], "not a name, a size"),
    "size in other digits": (("symbols", "X"), ["\u0663", "n"], "not a name, a size"),
    "undeclared symbol": (("symbols", "X"), DELETE, "undeclared symbol"),
    "missing step": (("steps", 0), DELETE, "nothing says that"),
    "missing inverse": (("steps", 3), DELETE, "was not introduced"),
    "steps out of order": (("steps", 0), ["inverse", S], "nothing says that"),
    "dropped hypothesis": (("given", 0), DELETE, "coefficient of a square is not known to be positive"),
    "weaker hypothesis": (("given", 0, 0), "nonnegative", "coefficient of a square is not known to be positive"),
    "unknown hypothesis": (("given",), [["positive", "lambda"], ["large", "lambda"]], "not a hypothesis"),
    "hypothesis with an extra part": (("given", 0), ["positive", "lambda", "X"], "not a hypothesis"),
    "negative square": (("steps", 0, 2, 0, 0), MINUS, "coefficient of a square"),
    "zero square": (("steps", 0, 2, 0, 0), ["num", "0"], "coefficient of a square"),
    "another coefficient": (("steps", 0, 2, 0, 0), ["num", "2"], "does not follow"),
    "no definite square": (("steps", 0), ["positive_definite", ["mul", "X'", "X"], [[["num", "1"], None, "X"]], None],
                           "no square is definite"),
    "no squares": (("steps", 0, 2), [], "no square is definite"),
    "a middle that is not definite": (("steps", 0, 2, 0, 1), ["mul", "X", "X'"], "not definite"),
    "a square of two parts": (("steps", 0, 2, 0), [["num", "1"], "X"], "malformed"),
    "unknown step": (("steps", 0, 0), "negative_definite", "not a step"),
    "a lemma that is not zero on its face": (("steps", 0), ["zero", "X"], "not a step"),
    "unknown operation": (("proof", 0), "plus", "a reference in each"),
    "unknown operation in the claim": (("claim", 1, 0), "had", "not an expression"),
    "empty product": (("claim", 1), ["mul"], "malformed"),
    "float": (("proof", 1, 1, 1), -1.0, "not a name, a size or a number: -1.0"),
    "number that is true": (("proof", 1, 1, 1), True, "not a name, a size or a number"),
    "number with zero below": (("proof", 1, 1, 1), "1/0", "not a name, a size or a number"),
    "number in other digits": (("proof", 1, 1, 1), "-\u0661", "not a name, a size or a number"),
    "decimal number": (("proof", 1, 1, 1), "-1.0", "not a name, a size or a number"),
    "extra key": (("comment",), "", "these keys and no others"),
    "missing key": (("assumed",), DELETE, "these keys and no others"),
    "another format": (("format",), "other", "another format"),
    "version 2": (("version",), 2, "another version"),
    "version 1.0": (("version",), 1.0, "another version"),
    "version true": (("version",), True, "another version"),
    "facts that are no list": (("given",), {}, "are lists"),
    "fact that is no list": (("given", 0), "positive", "are lists"),
    "indices that are a list": (("indices",), [], "malformed"),
    "symbols that are a list": (("symbols",), [], "malformed"),
    "a letter in the claim": (("claim", 1, 1), "#0", "mean nothing in a statement"),
    "a reference in the claim": (("claim",), ["eq", ["ref", "inv0.l"], ["zero", "n", "n"]], "mean nothing"),
    "unknown claim": (("claim", 0), "neq", "not a claim"),
    "a claim without parts": (("claim",), ["and"], "not a claim"),
    "a claim about an undeclared symbol": (("claim",), ["forall", "all x", ["eq", "X", "X"]], "not a claim"),
    "a name with a line break": (("symbols", "Y\n"), ["n", "n"], "not a name"),
    "a name with a control sequence": (("symbols", "Y\x1b[2K"), ["n", "n"], "not a name"),
    "a name with a space of no width": (("symbols", "Y\u200b"), ["n", "n"], "not a name"),
    "a name like an inverse": (("symbols", "#0"), ["n", "n"], "not a name"),
    "a name with a prime": (("symbols", "X'"), ["n", "n"], "not a name"),
}  # fmt: skip


@pytest.mark.parametrize("name", PUSH_THROUGH)
def test_push_through_broken_in_one_place(name: str) -> None:
    path, value, fragment = PUSH_THROUGH[name]
    with pytest.raises(KernelError) as refusal:
        check(broken(push_through(), path, value))
    assert fragment in str(refusal.value)


SYMMETRIC = ["eq", "A'", "A"]
TRACE_BY_A = equation(gradient(["tr", "A"], "A"), ["id", "n"])
IDENTITY = equation(["mul", "A", ["inv", "A"]], ["id", "n"], steps=[["inverse", "A"]], proof=["ref", "inv0.r"])
ONES = ["stack", "i", "n", "j", "n", ["num", "1"]]
REFUSED = {
    "the square of what may be zero is not positive": (
        certificate(claim=["positive", ["mul", "y'", "y"]], proof=[[[ONE, None, "y"]], None]),
        "no square is definite"),
    "a semidefinite form of what is not zero": (
        certificate(given=[["positive_semidefinite", "A"], ["nonzero", "y"]],
                    claim=["positive", ["mul", "y'", "A", "y"]], proof=[[[ONE, "A", "y"]], None]),
        "no square is definite"),
    "a nonzero matrix is not one-to-one": (
        certificate(given=[["nonzero", "C"]], claim=["positive_definite", GRAM], proof=[[[ONE, None, "C"]], None]),
        "no square is definite"),
    "a negative multiple of what is not negative": (
        certificate(claim=["implies", ["nonnegative", "t"], ["nonnegative", ["mul", MINUS, "t"]]],
                    proof=[[[MINUS, "t", ["id", "1"]]], None]), "coefficient of a square"),
    "a product with a factor of unknown sign": (
        certificate(given=[["positive", "s"]], claim=["nonnegative", ["mul", "s", "t"]],
                    proof=[[[ONE, ["mul", "s", "t"], ["id", "1"]]], None]), "middle of a square is not definite"),
    "a product with a factor that is only not zero": (
        certificate(given=[["positive", "s"], ["nonzero", "t"]], claim=["nonnegative", ["mul", "s", "t"]],
                    proof=[[[ONE, ["mul", "s", "t"], ["id", "1"]]], None]), "middle of a square is not definite"),
    "a product with a nonpositive factor": (
        certificate(given=[["positive", "s"], ["nonpositive", "t"]], claim=["nonnegative", ["mul", "s", "t"]],
                    proof=[[[ONE, ["mul", "s", "t"], ["id", "1"]]], None]), "middle of a square is not definite"),
    "a product with a factor that may be zero is not positive": (
        certificate(given=[["positive", "s"], ["nonnegative", "t"]], claim=["positive", ["mul", "s", "t"]],
                    proof=[[[ONE, ["mul", "s", "t"], ["id", "1"]]], None]), "no square is definite"),
    "a product of positive numbers, times a square that may be zero": (
        certificate(given=[["positive", "s"]], claim=["positive", ["mul", "s", "s", "t", "t"]],
                    proof=[[[ONE, ["mul", "s", "s"], "t"]], None]), "no square is definite"),
    "a product of negative numbers, read as one of positive ones": (
        certificate(given=[["positive", ["mul", MINUS, "s"]], ["positive", ["mul", MINUS, "t"]]],
                    claim=["positive", ["mul", "s", "t"]], proof=[[[ONE, ["mul", "s", "t"], ["id", "1"]]], None]),
        "middle of a square is not definite"),
    "a product of definite matrices": (
        certificate(given=[["positive_definite", "A"], ["positive_definite", "B"]],
                    claim=["positive_definite", ["mul", "A", "B"]],
                    proof=[[[ONE, ["mul", "A", "B"], ["id", "n"]]], None]), "middle of a square is not definite"),
    "a form in a product of matrices": (
        certificate(given=[["positive_definite", "A"]], claim=["nonnegative", ["mul", "y'", "A", "x"]],
                    proof=[[[ONE, ["mul", "y'", "A", "x"], ["id", "1"]]], None]), "middle of a square is not definite"),
    "a product inside of a product": (
        certificate(given=[["positive", "s"], ["positive", "t"]], claim=["positive", ["mul", "s", "t"]],
                    proof=[[[ONE, ["mul", "s", ["mul", "t"], ["mul", "s", "t"]], ["pow", "s", "-1"]]], None]),
        "middle of a square is not definite"),
    "a sum of positive numbers is no product of them": (
        certificate(given=[["positive", "s"], ["positive", "t"]], claim=["positive", ["add", "s", "t"]],
                    proof=[[[ONE, ["add", "s", "t"], ["id", "1"]]], None]), "middle of a square is not definite"),
    "a product without factors": (
        certificate(claim=["positive", ONE], proof=[[[ONE, ["mul"], ["id", "1"]]], None]), "malformed"),
    "a sign of a matrix": (
        certificate(claim=["positive", GRAM], proof=[[[ONE, None, "C"]], None]), "cannot be positive"),
    "squares that are not the claim": (
        certificate(claim=["nonnegative", "t"], proof=[[[ONE, None, "y"]], None]), "does not follow"),
    "nonpositive is not nonnegative": (
        certificate(given=[["nonpositive", "t"]], claim=["nonnegative", "t"]), "nothing says that t is nonnegative"),
    "nonnegative is not positive": (
        certificate(given=[["nonnegative", "t"]], claim=["positive", "t"]), "nothing says that t is positive"),
    "a right inverse of a wide matrix": (
        certificate(given=[["eq", ["mul", "C", "D"], ["id", "n"]]], steps=[["injective", "C", "D", ["ref", "g0"]]]),
        "cannot add"),
    "a left inverse without proof": (certificate(steps=[["injective", "A", "B", None]]), "does not follow"),
    "a tall matrix with a left inverse has no inverse": (
        certificate(given=[["eq", ["mul", "D", "C"], ["id", "m"]]],
                    steps=[["injective", "C", "D", ["ref", "g0"]], ["inverse", "C"]]),
        "nothing says that C is invertible"),
    "a limit where the inverse may not exist": (
        certificate(given=[["positive", "s"]], steps=SHIFTED_STEPS,
                    claim=["limit", "s", ["inv", SHIFTED], ["zero", "m", "m"]]), "was not introduced"),
    "a limit at a pole": (
        certificate(given=[["positive", "s"]], claim=["limit", "s", ["pow", "s", "-1"], ONE]),
        "a negative or fractional power is of a scalar symbol"),
    "a limit that is not the value": (
        certificate(claim=["limit", "s", ["add", "s", ONE], "t"]), "does not follow"),
    "a limit with its variable in the value": (certificate(claim=["limit", "s", "s", "s"]), "is tied"),
    "a limit in which a primed variable hides": (
        certificate(given=[["positive", "s"]], steps=[["inverse", "s"]],
                    claim=["limit", "s", ["mul", "s'", ["inv", "s"]], ONE]), "was not introduced"),
    "a limit in a variable that an equation ties": (
        certificate(given=[["eq", "s", "t"]], claim=["limit", "s", "s", ["num", "0"]]), "is tied"),
    "a limit in a variable that a premise ties": (
        certificate(claim=["implies", ["nonnegative", ["add", "s", MINUS]], ["limit", "s", "s", ["num", "0"]]]),
        "is tied"),
    "a limit in a matrix": (certificate(claim=["limit", "A", "A", ["zero", "n", "n"]]), "is tied, or no number"),
    "a limit of a logarithm": (
        certificate(given=[["positive", "s"]], claim=["limit", "s", ["log", "s"], "t"]), "not a positive product"),
    "log of what may be negative": (equation(["log", "t"], ["num", "0"]), "not a positive product"),
    "log of a negative number": (equation(["log", MINUS], ["num", "0"]), "not a positive product"),
    "log of a sum": (equation(["log", ["add", ONE, ONE]], ONE), "not a positive product"),
    "log of a matrix": (equation(["log", ["exp", "A"]], "A"), "a logarithm is of a scalar"),
    "the derivative of a logarithm": (
        equation(["partial", ["log", "s"], "s", None, None], ["num", "0"], given=[["positive", "s"]]),
        "derivative of log"),
    "exp outside of a logarithm": (equation(["exp", "t"], "t"), "not an expression"),
    "larger exponent, smaller exponential": (
        certificate(claim=["implies", ["nonnegative", ["add", "s", ["mul", MINUS, "t"]]],
                           ["at_least", ["exp", "t"], ["exp", "s"]]]), "nothing says that"),
    "derivative by a tied symbol": ({**TRACE_BY_A, "given": [SYMMETRIC]}, "ties"),
    "tied by definiteness": ({**TRACE_BY_A, "given": [["positive_definite", "A"]]}, "ties"),
    "tied by semidefiniteness": ({**TRACE_BY_A, "given": [["positive_semidefinite", "A"]]}, "ties"),
    "tied through an inverse": (
        {**TRACE_BY_A, "given": [["invertible", "A"], ["eq", ["inv", "A"], "B"]], "steps": [["inverse", "A"]]}, "ties"),
    "tied by 'forall' over another symbol": ({**TRACE_BY_A, "given": [column_for_column("A", "B")]}, "ties"),
    "tied in a case": (
        {**TRACE_BY_A, "claim": ["implies", SYMMETRIC, TRACE_BY_A["claim"]]}, "ties"),
    "tied in a tuple": ({**TRACE_BY_A, "given": [("eq", ("T", "A"), "A")]}, "ties"),
    "a nonzero matrix has no inverse": ({**IDENTITY, "given": [["nonzero", "A"]]}, "nothing says that A is invertible"),
    "nor has a positive one": ({**IDENTITY, "given": [["positive", "A"]]}, "a n x n matrix cannot be positive"),
    "nor one that is one-to-one and not square": (
        {**IDENTITY, "given": [["injective", "C"]], "steps": [["inverse", "C"]]}, "nothing says that C is invertible"),
    "nor a semidefinite one": ({**IDENTITY, "given": [["positive_semidefinite", "A"]]}, "nothing says that"),
    "nor a transposed one, yet": ({**IDENTITY, "given": [["invertible", "A'"]]}, "nothing says that A is"),
    "invertible needs a square": (certificate(given=[["invertible", "C"]]), "n x m matrix cannot be invertible"),
    "definite needs a square": (certificate(given=[["positive_definite", "C"]]), "cannot be positive_definite"),
    "a hypothesis must be well-typed": (certificate(given=[["eq", "A", "C"]]), "cannot add"),
    "a hypothesis has no free index": (certificate(given=[["eq", ["entry", "A", "i", "i"], "s"]], indices=N_PAIR),
                                       "does not range"),
    "an inverse in a hypothesis": (certificate(given=[["eq", ["inv", "A"], "B"]]), "inverse of A was not introduced"),
    "#0 in a hypothesis": (certificate(given=[["invertible", "A"], ["eq", "#0", "B"]], steps=[["inverse", "A"]]),
                           "mean nothing in a statement"),
    "a reference in a hypothesis": (certificate(given=[["eq", ["ref", "g0"], "B"]]), "mean nothing in a statement"),
    "a hypothesis on an undeclared symbol": (certificate(given=[["forall", "z", SYMMETRIC]]), "not a hypothesis"),
    "a symbol in the place of an index": (
        equation(["sum", "s", "n", ["mul", "s", ["entry", "x", "s", None]]], ["num", "0"]), "not an expression: 's'"),
    "a size in the place of an index": (
        equation(["sum", "n", "n", ["mul", ["dim", "n"], ["entry", "x", "n", None]]], "s"), "not an expression"),
    "a size of a sum that is an index": (equation(["sum", "n", "n", ["sum", "j", "n", "s"]], "s"), "not an expr"),
    "a size of a stack that is an index": (
        equation(["sum", "n", "n", ["tr", ["stack", "i", "n", "j", "n", ["num", "1"]]]], "s"), "not an expression"),
    "a derivative by an index": (equation(["sum", "s", "n", ["partial", "t", "s", None, None]], "s"), "not an expr"),
    "a symbol in the place of a size": (equation(["dim", "s"], "s"), "not an expression: ['id', 's']"),
    "an index that occurs once": (equation(["sum", "i", "n", ["entry", "x", "i", None]], "s"), "occurs once"),
    "an index of another range": (equation(["sum", "i", "m", ["entry", "x", "i", None]], "s"), "does not range over"),
    "an index left out": (equation(["entry", "x", None, None], "s"), "does not range over"),
    "a stack over one index": (equation(["stack", "i", "n", "i", "n", ["entry", "A", "i", "i"]], "A"), "two indices"),
    "a stack of matrices": (equation(["stack", "i", "n", "j", "n", "A"], "A"), "a stack is of scalars"),
    "trace of a rectangle": (equation(["tr", "C"], "s"), "not square"),
    "power of a rectangle": (equation(["pow", "C", "2"], "C"), "no power"),
    "a high power": (equation(["pow", "s", "65"], "s"), "no power"),
    "one divided by what may be zero": (equation(["pow", "s", "-1"], "t"), "s^-1 needs s positive or nonzero"),
    "root of what is only nonzero": (equation(["pow", "s", "1/2"], "t", given=[["nonzero", "s"]]), "needs s positive"),
    "root of a product": (equation(["pow", ["mul", "s", "t"], "1/2"], "t", given=[["positive", "s"]]), "scalar symbol"),
    "root of a matrix": (equation(["pow", "A", "1/2"], "A"), "a scalar symbol"),
    "derivative by an unknown symbol": (equation(["partial", "s", "z", None, None], "s"), "malformed"),
    "derivative by an inverse": (equation(["partial", "s", "#0", None, None], "s"), "mean nothing"),
    "'forall' over what is fixed": (
        certificate(given=[["eq", "x", "y"]], claim=["forall", "x", ["eq", "x", "y"]], proof=["ref", "g0"]),
        "x stands in a hypothesis"),
    "'forall' inside a case": (
        certificate(claim=["implies", ["eq", "x", "y"], ["forall", "x", ["eq", "x", "y"]]], proof=["ref", "h0"]),
        "x stands in a hypothesis"),
    "equal for every matrix": (
        equation("A", "A", given=[["forall", "A", ["eq", "A", "B"]]], proof=["ref", "g0"]), "over a column"),
    "a hypothesis outside its case": (
        certificate(claim=["and", ["implies", ["eq", "A", "B"], ["eq", "A", "B"]], ["eq", "A", "B"]],
                    proof=[["ref", "h0"], ["ref", "h0"]]), "no equation 'h0'"),
    "the wrong case": (
        certificate(claim=["implies", ["nonpositive", "s"], ["eq", ["mul", "s", ["pow", "s", "-1"]], ["num", "1"]]]),
        "s^-1 needs s positive"),
    "too few proofs": (certificate(claim=["and", ["eq", "A", "A"], ["eq", "B", "B"]], proof=[None]), "malformed"),
    "definite without a reason": (
        certificate(claim=["positive_definite", ["mul", "A'", "A"]]), "nothing says that (A' A) is"),
    "nonzero, said to be injective": (
        certificate(given=[["nonzero", "A"]], claim=["invertible", "A"]), "nothing says that A is invertible"),
    "definite, said to be invertible": (
        certificate(given=[["invertible", "A"]], claim=["positive_definite", "A"]),
        "nothing says that A is positive_definite"),
    "a hypothesis that is no equation": (
        equation("A'", "A", given=[["invertible", "A"]], proof=["ref", "g0"]), "no equation 'g0'"),
    "a predicate with a proof": (
        certificate(given=[["invertible", "A"]], claim=["invertible", "A"], proof=["ref", "g0"]), "undeclared symbol"),
    "a later fact": (
        certificate(steps=[["inverse", ["mul", "C'", "C"]], ["positive_definite", ["mul", "C'", "C"],
                           [[["num", "1"], None, "C"]], None]], given=[["injective", "C"]]), "nothing says that"),
    "semidefinite in the middle, injective root": (
        certificate(given=[["positive_semidefinite", "A"], ["injective", "C"]], steps=[
            ["positive_definite", ["mul", "C'", "A", "C"], [[["num", "1"], "A", "C"]], None]]), "no square is"),
    "a size that may be negative": (
        certificate(steps=[["positive_definite", ["mul", ["add", ["dim", "n"], MINUS], ["id", "m"]],
                           [[["add", ["dim", "n"], MINUS], None, ["id", "m"]]], None]]), "coefficient of a square"),
    "a trace as a coefficient": (
        certificate(steps=[["positive_definite", ["mul", ["tr", "A"], ["id", "n"]],
                           [[["tr", "A"], None, ["id", "n"]]], None]], given=[["positive_definite", "A"]]),
        "coefficient of a square"),
    "ones as a coefficient": (
        certificate(steps=[["positive_definite", ONES, [[ONES, None, ["id", "n"]]], None]]), "coefficient of a square"),
    "a case must be well-typed": (
        certificate(claim=["implies", ["positive", "A"], ["eq", "A", "A"]]), "n x n matrix cannot be positive"),
    "a matrix as a coefficient": (
        certificate(steps=[["positive_definite", "A", [["A", None, ["id", "n"]]], None]]), "coefficient of a square"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    bad, fragment = REFUSED[name]
    with pytest.raises(KernelError) as refusal:
        check(bad)
    assert fragment in str(refusal.value)


def test_what_the_refusals_start_from_is_accepted() -> None:
    check(TRACE_BY_A)
    check({**IDENTITY, "given": [["invertible", "A"]]})


def test_other_hypotheses_do_not_tie() -> None:
    check({**TRACE_BY_A, "given": [["invertible", "A"], ["injective", "A"], ["eq", "B'", "B"]]})


def places(e: Any, path: Place = ()) -> Iterator[Place]:
    """The paths to every part of a certificate."""
    if path:
        yield path
    for key, inner in enumerate(e) if isinstance(e, list) else e.items() if isinstance(e, dict) else []:
        yield from places(inner, (*path, key))


JUNK = [
    None, True, 1, -1.5, 10**400, "", "'", "#0", "#1'", "X", "X''", "~", ">i", "lambda", "n", "1", "0", "\ud800", [],
    {}, [[]], ["ref"], ["ref", "g0"], ["ref", "inv0.l"], ["num", "0"], ["id", "n"], ["T", "X"], ["eq", "X", "X"],
]  # fmt: skip


@settings(max_examples=300)
@given(SEEDS)
def test_a_damaged_certificate_is_refused_or_true(seed: int) -> None:
    """Whatever stands in it, nothing but KernelError is raised, and an accepted equation holds on an instance."""
    rng = random.Random(seed)
    valid = rng.choice([push_through(), deepcopy(rng.choice([*ACCEPTED.values()]))])
    for _ in range(rng.choice([1, 1, 2])):
        path, other = (rng.choice([*places(valid)]) for _ in range(2))
        valid = broken(valid, path, rng.choice([*JUNK, deepcopy(part(valid, other))]))
    report, message = outcome(check, valid)
    if message:
        return
    assert "#" not in report.statement
    # In a world, symbols of numbers are positive and H invertible; of s - t > 0 nothing is known.
    if all(f[1] == "H" or (f[0] in ("positive", "nonzero") and isinstance(f[1], str)) for f in valid["given"]):
        for sizes in SIZES[1:4]:
            world = World(rng, sizes, valid["symbols"])
            at = {i: rng.randrange(world.size(n)) for i, n in valid["indices"].items()}
            assert not world.refutes(valid["claim"], at), valid


# Bounds: nothing hangs, nothing eats memory, nothing but KernelError is raised.


def nested(e: Any, wrap: Callable[[Any], Any], depth: int) -> Any:
    return reduce(lambda inner, _: wrap(inner), range(depth), e)


def one_power_after_another() -> dict[str, Any]:
    names = [f"s{k}" for k in range(40)]
    facts = [fact for s in names for fact in (["positive", s], ["positive", ["pow", s, "-1"]])]
    last = ["pow", "s39", "-1"]
    return equation(last, last, symbols={s: ["1", "1"] for s in names}, given=facts)


def one_inverse_inside_another() -> dict[str, Any]:
    """Forty inverses, each of a matrix that holds the one before twice; the last is differentiated."""
    steps: list[Any] = [["inverse", "A"]]
    for k in range(40):
        m = ["add", ["mul", f"#{k}'", f"#{k}"], ["id", "n"]]
        steps += [["positive_definite", m, [[["num", "1"], None, f"#{k}"], [["num", "1"], None, ["id", "n"]]], None]]
        steps += [["inverse", m]]
    lemma = ["mul", ["ref", "inv0.l"], ["partial", ["tr", "#40"], "s", None, None]]
    return certificate(given=[["invertible", "A"]], steps=[*steps, ["zero", lemma]])


def power_of(e: Any) -> Any:
    return ["pow", e, "64"]


A_DEEP_ONE = nested("A", lambda e: ["T", e], 100_000)
GREEDY = {
    "depth": (equation(A_DEEP_ONE, A_DEEP_ONE), "malformed"),
    "depth in the version": (certificate(version=nested(1, lambda e: [e], 100_000)), "malformed"),
    "depth in a proof": (certificate(proof=nested("A", lambda e: ["T", e], 900)), "malformed|reference in each"),
    "digits": (equation(nested(["num", "9" * 99], power_of, 4), "s"), "a number is too long"),
    "letters": (equation(nested("A", power_of, 2), "A"), "too long"),
    "traces": (equation(nested(["tr", "A"], power_of, 4), "s"), "too long"),
    "terms": (equation(["pow", ["add", "A", "B"], "64"], "A"), "too long"),
    "a long number": (equation(["num", "1" * 5000], "s"), "not a name, a size or a number"),
    "powers that need facts that need powers": (one_power_after_another(), None),
    "inverses of inverses": (one_inverse_inside_another(), None),
}  # fmt: skip


@pytest.mark.parametrize("name", GREEDY)
def test_bounds(name: str) -> None:
    greedy, fragment = GREEDY[name]
    begin = time.perf_counter()
    if fragment is None:
        check(greedy)
    else:
        with pytest.raises(KernelError, match=fragment):
            check(greedy)
    assert time.perf_counter() - begin < 10


@pytest.mark.parametrize("junk", [None, [], "", 1, {}, {1: 2}, {*KEYS}, object(), dict.fromkeys(KEYS)], ids=type)
def test_what_is_no_certificate(junk: Any) -> None:
    with pytest.raises(KernelError):
        check(junk)


# The command, and what the kernel needs.


def test_main_tells_accepted_rejected_and_unreadable_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def file(name: str, text: str) -> str:
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    good = file("good.json", json.dumps(push_through()))
    several = file("several.json", json.dumps([*ACCEPTED.values()]))
    bad = file("bad.json", json.dumps({**push_through(), "proof": None}))
    assert main([good, several]) == 0
    out = capsys.readouterr().out
    assert out.count("accepted: for all real") == 1 + len(ACCEPTED)
    assert "uses: d1, d2, g0, inv0.l, inv1.r" in out
    assert main([bad, good]) == 1
    out = capsys.readouterr().out
    assert f"{bad}: REJECTED: does not follow" in out
    assert out.count("accepted:") == 1
    assert main([file("empty.json", "[]")]) == 1
    twice = json.dumps(push_through()).replace('"given"', '"given": [], "given"', 1)
    assert main([file("twice.json", twice)]) == 1
    assert "a key stands twice" in capsys.readouterr().out
    for name, text in {"text.json": "proved", "cut.json": "[{", "deep.json": "[" * 100_000}.items():
        assert main([file(name, text), good]) == 2
        captured = capsys.readouterr()
        assert f"{name}: cannot read" in captured.err
        assert captured.out.count("accepted:") == 1
    (tmp_path / "latin.json").write_bytes(b'{"\xff": 1}')
    assert main([str(tmp_path / "latin.json")]) == main([str(tmp_path / "none.json")]) == main([str(tmp_path)]) == 2
    assert main([bad, str(tmp_path / "none.json"), bad]) == main([]) == 2


def test_the_kernel_needs_the_standard_library_only() -> None:
    program = "import sys, proofs.kernel; print(sorted({n.split('.')[0] for n in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout.replace("'", '"')))
    assert not loaded & {"sympy", "numpy", "typer", "flint", "symbolic", "numeric"}
    assert {"json", "proofs"} <= loaded
