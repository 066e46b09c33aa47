"""JavaScript for scalar expressions: what node computes is what NumPy and exact arithmetic compute."""

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy import Piecewise, Rational, S, Symbol, symbols

from symbolic.emit.doubles import FUNCTIONS, RECIPROCALS, ROWS, SIGNS
from symbolic.errors import UnsupportedError
from symbolic.javascript import RESERVED, to_javascript

x, y, z = symbols("x y z", real=True)
Run = Callable[[str, str, list[list[float]]], list[Any]]
# Reads {source, name, rows} line by line, and answers with the values; numbers that JSON lacks are strings.
SERVER = """
const plain = (v) => typeof v === "number" && !Number.isFinite(v) ? String(v) : Object.is(v, -0) ? "-0"
  : typeof v === "object" ? Object.fromEntries(Object.entries(v).map(([k, e]) => [k, plain(e)])) : v;
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { source, name, rows } = JSON.parse(line);
  let answer;
  try {
    const f = new Function('"use strict";' + source + "; return " + name)();
    answer = rows.map((row) => plain(f(...row.map(Number))));
  } catch (error) {
    answer = String(error);
  }
  console.log(JSON.stringify(answer));
});
"""


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Call a function, given by its source, with rows of arguments in one process of node."""
    if shutil.which("node") is None:
        assert not os.environ.get("CI"), "node is missing where tests must not be skipped"
        pytest.skip("node is not installed")
    with subprocess.Popen(["node", "-e", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
        assert node.stdin is not None and node.stdout is not None

        def call(source: str, name: str, rows: list[list[float]]) -> list[Any]:
            told = [[str(v).replace("inf", "Infinity") for v in row] for row in rows]
            node.stdin.write(json.dumps({"source": source, "name": name, "rows": told}) + "\n")  # type: ignore[union-attr]
            node.stdin.flush()  # type: ignore[union-attr]
            answer = json.loads(node.stdout.readline())  # type: ignore[union-attr]
            assert isinstance(answer, list), f"{answer}\n{source}"
            return [read(value) for value in answer]

        yield call
        node.stdin.close()


def read(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: read(part) for key, part in value.items()}
    return float(value) if isinstance(value, str) else value


# An evaluator of its own: each node in float64, as stored.

NUMPY: dict[type, Callable[..., Any]] = {
    sp.sin: np.sin, sp.cos: np.cos, sp.tan: np.tan, sp.asin: np.arcsin, sp.acos: np.arccos, sp.atan: np.arctan,
    sp.atan2: np.arctan2, sp.sinh: np.sinh, sp.cosh: np.cosh, sp.tanh: np.tanh, sp.asinh: np.arcsinh,
    sp.acosh: np.arccosh, sp.atanh: np.arctanh, sp.exp: np.exp, sp.log: np.log, sp.Abs: np.abs, sp.sign: np.sign,
    sp.floor: np.floor, sp.ceiling: np.ceil, sp.Max: lambda *a: np.max(a), sp.Min: lambda *a: np.min(a),
    sp.Mod: np.mod, sp.Heaviside: np.heaviside,
    sp.sec: lambda a: 1 / np.cos(a), sp.csc: lambda a: 1 / np.sin(a), sp.cot: lambda a: 1 / np.tan(a),
    sp.sech: lambda a: 1 / np.cosh(a), sp.csch: lambda a: 1 / np.sinh(a), sp.coth: lambda a: 1 / np.tanh(a),
    sp.Add: lambda *a: np.sum(a), sp.Mul: lambda *a: np.prod(a),
    sp.Gt: np.greater, sp.Ge: np.greater_equal, sp.Lt: np.less, sp.Le: np.less_equal, sp.Eq: np.equal,
    sp.Ne: np.not_equal, sp.And: lambda *a: all(a), sp.Or: lambda *a: any(a), sp.Not: np.logical_not,
    sp.ITE: lambda c, a, b: a if c else b,
}  # fmt: skip


def plain(expr: Any, point: dict[Symbol, float]) -> Any:
    if expr.is_Symbol:
        return np.float64(point[expr])
    if expr in (S.true, S.false):
        return bool(expr)
    if expr.is_number and expr.is_Atom:
        return np.float64(expr)
    if isinstance(expr, Piecewise):
        return next((plain(value, point) for value, on in expr.args if plain(on, point)), np.float64("nan"))
    if isinstance(expr, sp.Pow):
        base, exponent = plain(expr.base, point), plain(expr.exp, point)
        if abs(base) == 1 and not np.isfinite(exponent):  # the one power on which JavaScript and C differ
            return np.float64("nan")
        if abs(expr.exp) == 1 / S(2):
            return np.sqrt(base) if expr.exp > 0 else 1 / np.sqrt(base)
        return np.power(base, exponent)
    return NUMPY[type(expr)](*(plain(a, point) for a in expr.args))


def agree(run: Run, expr: Any, rows: list[list[float]], args: tuple[Symbol, ...] = (x, y, z)) -> None:
    source = to_javascript(expr, *args)
    for row, found in zip(rows, run(source, "f", rows), strict=True):
        with np.errstate(all="ignore"):
            wanted = plain(S(expr), dict(zip(args, row, strict=True)))
        same = np.isclose(float(found), float(wanted), rtol=1e-11, atol=1e-12, equal_nan=True)
        assert same, f"{expr} at {row}: {found}, wanted {wanted}\n{source}"


SPECIAL = [0.0, -0.0, 1.0, -1.0, 2.0, -2.0, 0.5, -3.0, float("inf"), float("-inf"), float("nan")]
GRID = [[a, b, 0.5] for a in SPECIAL for b in SPECIAL]


def un(kind: Any, *args: Any) -> Any:
    return kind(*args, evaluate=False)


@pytest.mark.parametrize(
    "expr",
    [
        1 / x, x / y, -1 / x**2, x * y / (x - y), (x + 1) / (x**2 - 1), un(sp.Mul, x, 1 / x), un(sp.Mul, 0, x),
        1 / sp.sqrt(x), x ** Rational(3, 2), x ** Rational(1, 3), x**-3, 2**x, (-2) ** x, x**-y, (x**y) ** 2,
        -(x**2), un(sp.Mul, -1, un(sp.Mul, -1, x)), un(sp.Add, x, un(sp.Mul, -1, un(sp.Add, y, -x))), -(x**2) * y,
        un(sp.Pow, un(sp.Mul, -1, x), 2), x - (y - (x - 1)), x / (y / (x + 2)), x * (y + 1) ** 2 / 3, S(7) / 3 - x,
        -Rational(2, 3) * x * y, x - Rational(1, 2), sp.Float(-0.25) * x + y, sp.pi * x - sp.E, un(sp.Pow, x, 1),
        sp.log(x), sp.log(x) / y, sp.exp(-(x**2)), sp.exp(x) - sp.exp(-x), sp.Abs(x - y) * sp.sign(y),
        sp.Max(x, y, 1), sp.Min(x, y) - sp.Max(0, x), sp.Heaviside(x - y), sp.Heaviside(x, 0),
        Piecewise((x, x > y), (y, True)), Piecewise((1 / x, x > 0)), Piecewise((x, x > 0), (-y, y > 0), (x * y, True)),
        2 * Piecewise((x, x >= 1), (Piecewise((1, y > x), (0, True)), x > -1), (y, True)) - x,
        Piecewise((Piecewise((1, y > 0), (2, True)), x > 0), (3, True)), Piecewise((1, sp.Eq(x, y)), (0, sp.Ne(x, 1))),
        Piecewise((1, (x > 0) & ((y > 0) | (y < -1))), (2, ~((x > 1) | (y > 1))), (3, True)),
        un(sp.Mul, x, sp.exp(y), un(sp.Pow, y, 2)), -sp.exp(x) * un(sp.Pow, y, 2), 10**30 + x, Rational(1, 10**30) * x,
        Rational(10**20 + 1, 3) - y, sp.oo, -sp.oo, sp.nan, S.true, un(sp.Gt, x, y), sp.And(x > 0, y <= 1), 3, 0.1, -2,
    ],
    ids=str,
)  # fmt: skip
def test_values_where_ieee_arithmetic_is_delicate(run: Run, expr: Any) -> None:
    agree(run, expr, GRID)


@pytest.mark.parametrize("kind", sorted({*FUNCTIONS, *RECIPROCALS, sp.log, sp.Heaviside}, key=lambda f: f.__name__))
def test_every_function_of_the_table(run: Run, kind: Any) -> None:
    arguments = (x, y) if kind in (sp.atan2, sp.Max, sp.Min) else (x,)
    agree(run, kind(*arguments), [[a, b, 0.0] for a in (0.3, -0.7, 2.5, -1.0, 0.0) for b in (0.4, -2.0, 1.0)])


@pytest.mark.parametrize("kind", sorted(SIGNS, key=lambda f: f.__name__))
def test_every_comparison_of_the_table(run: Run, kind: Any) -> None:
    agree(run, Piecewise((1, kind(x, y)), (2, True)), GRID)


def test_remainders_have_the_sign_of_the_divisor(run: Run) -> None:
    agree(run, sp.Mod(x, y), [[a, b, 0.0] for a in (5.5, -5.5, 3.0) for b in (2.0, -2.0, 0.0)])


def expressions() -> st.SearchStrategy[Any]:
    numbers = st.sampled_from([S.Zero, S.One, -S.One, S(2), Rational(-3, 2), Rational(1, 3), sp.Float(-0.1)])
    leaves = st.one_of(st.sampled_from([x, y, z]), numbers)

    def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        relations = st.builds(un, st.sampled_from([sp.Gt, sp.Le, sp.Ge, sp.Lt, sp.Ne]), inner, inner)
        joined = st.builds(un, st.sampled_from([sp.And, sp.Or]), relations, relations)
        conditions = st.one_of(relations, joined, st.builds(un, st.just(sp.Not), joined))
        return st.one_of(
            st.builds(un, st.sampled_from([sp.Add, sp.Mul, sp.Add, sp.Mul, sp.Max, sp.Min]), inner, inner),
            st.builds(lambda a, b, c: un(sp.Mul, a, b, c), inner, inner, inner),
            st.builds(lambda a, b: un(sp.Add, a, un(sp.Mul, -1, b)), inner, inner),
            st.builds(lambda a, b: un(sp.Mul, a, un(sp.Pow, b, -1)), inner, inner),
            st.builds(un, st.just(sp.Pow), inner, st.sampled_from([S(2), S(3), -S.One, S(-2), S.Half, -S.Half])),
            st.builds(un, st.sampled_from([sp.Abs, sp.sign, sp.tanh, sp.cos]), inner),
            st.builds(lambda a, c, b: un(Piecewise, (a, c), (b, True)), inner, conditions, inner),
            st.builds(lambda a, c, b, d: un(Piecewise, (a, c), (b, d)), inner, conditions, inner, conditions),
        )  # fmt: skip

    return st.recursive(leaves, larger, max_leaves=12)


def exact(expr: Any, point: dict[Symbol, Rational]) -> Any:
    """The value in rational numbers, or None where there is none; the branches not taken are not looked at."""
    if isinstance(expr, Piecewise):
        return next((exact(value, point) for value, on in expr.args if bool(on.xreplace(point).doit())), None)
    if expr.is_Atom:
        return point.get(expr, expr)
    parts = [exact(a, point) for a in expr.args]
    if None in parts or (isinstance(expr, sp.Pow) and parts[0] == 0 and parts[1] < 0):
        return None
    return expr.func(*parts)


@given(expr=expressions(), row=st.lists(st.sampled_from([0.0, 1.0, -1.0, 2.0, -0.5, 3.0]), min_size=3, max_size=3))
def test_random_expressions_are_numpys(run: Run, expr: Any, row: list[float]) -> None:
    """Halves and small integers, where sums and comparisons do not round; wherever they do, cases may be others."""
    rounded = (sp.tanh, sp.cos, sp.Float, Rational(1, 3))
    if not any(condition.has(*rounded) for condition in expr.atoms(sp.core.relational.Relational)):
        source = to_javascript(expr, x, y, z)
        (found,) = run(source, "f", [row])
        with np.errstate(all="ignore"):
            wanted = plain(expr, dict(zip((x, y, z), row, strict=True)))
        same = np.isclose(float(found), float(wanted), rtol=1e-9, atol=1e-9, equal_nan=True)
        assert same, f"{found}, wanted {wanted}\n{source}"


@given(st.lists(st.fractions(-9, 9, max_denominator=9), min_size=3, max_size=3))
def test_rational_functions_by_cases_are_exact_arithmetic(run: Run, values: list[Any]) -> None:
    ramp = Piecewise((x * y + z, x * y + z > 0), (0, True))
    residual = ramp - x
    expr = {"ramp": ramp, "residual": residual, "moved": -(z - residual / 10) / (y - x * residual / 10)}
    point = {s: Rational(v.numerator, v.denominator) for s, v in zip((x, y, z), values, strict=True)}
    (found,) = run(to_javascript(expr, x, y, z), "f", [[float(v) for v in values]])
    gap = point[x] * point[y] + point[z]
    for name, wanted in ((name, exact(value, point)) for name, value in expr.items()):
        if wanted is None:
            assert not math.isfinite(found[name]) or abs(found[name]) > 1e12
        elif gap != 0 and abs(float(wanted)) < 1e6:
            assert found[name] == pytest.approx(float(wanted), rel=1e-8, abs=1e-9)


# What the source looks like.


def test_the_source_is_what_one_would_write() -> None:
    body = to_javascript(Piecewise((x - y, x > 0), (x**2 / 2, x < -1), (0, True)), x, y, name="g")
    assert body == (
        "function g(x, y) {\n  return x > 0 ? x - y\n    : x < -1 ? x ** 2 / 2\n    : 0;\n}"
    )  # fmt: skip
    assert to_javascript(-(x**2) * y + 1, x, y).splitlines()[1] == "  return 1 - y * x ** 2;"
    assert to_javascript(-(x**2) * y, x, y).splitlines()[1] == "  return -y * x ** 2;"
    assert to_javascript(-(x**2) / y, x, y).splitlines()[1] == "  return -(x ** 2 / y);"
    assert to_javascript(-2 * x / (3 * y), x, y).splitlines()[1] == "  return -2 * x / (3 * y);"
    assert to_javascript(1 / sp.sqrt(x + 1)).splitlines() == ["function f(x) {", "  return 1 / Math.sqrt(1 + x);", "}"]


def test_what_is_shared_is_computed_once_and_what_is_short_is_not_named() -> None:
    shared = sp.exp(x * y)
    source = to_javascript({"a": shared + 1, "b": shared * x, "c": x, "d": -x}, x, y)
    assert source.count("Math.exp") == 1
    assert "const t1 = Math.exp(x * y);" in source and source.endswith("return { a, b, c: x, d };\n}")
    short = {"a": 1 / x, "b": y / x, "c": -x + y, "d": Piecewise((1, x > 0), (-x, True))}
    assert "const t" not in to_javascript(short, x, y)
    chain = to_javascript({"second": (x + y) ** 2, "first": x + y}, x, y)
    assert "const first = x + y;\n  const second = first ** 2;\n  return { second, first };" in chain


@pytest.mark.parametrize("name", sorted({*RESERVED, "lambda", "f", "t1", "x'", "", "9a", "w_i", r"\mu", "é", "a b"}))
def test_any_name_becomes_a_valid_one(run: Run, name: str) -> None:
    strange, other = Symbol(name or "_", real=True), Symbol("other", real=True)
    source = to_javascript({name: (strange + other) ** 2 + sp.exp(strange + other), "b": strange}, strange, other)
    (found,) = run(source, "f", [[1.0, 2.0]])
    assert found == {name: pytest.approx(9 + math.exp(3)), "b": 1.0}


def test_an_output_may_be_used_by_those_after_it(run: Run) -> None:
    source = to_javascript({z: Piecewise((x, x > 0), (0, True)), "w": Piecewise((z, z > 1), (-z, True)), y: z}, x)
    assert "const w = z > 1 ? z : -z;\n  return { z, w, y: z };" in source
    assert run(source, "f", [[3.0], [0.5]]) == [{"z": 3.0, "w": 3.0, "y": 3.0}, {"z": 0.5, "w": -0.5, "y": 0.5}]


def test_symbols_of_one_name_stay_apart(run: Run) -> None:
    twin = Symbol("x", positive=True)
    assert run(to_javascript(x - twin, x, twin), "f", [[5.0, 2.0]]) == [3.0]
    assert run(to_javascript({"x": x + 1, "__proto__": 2 * x, "</script>": x}, x), "f", [[5.0]])[0]["x"] == 6.0
    assert "</script>" not in to_javascript({"</script>": x}, x)
    assert run(to_javascript({"y": x, "f": x + 1}, x, name="eval"), "eval_", [[1.0]]) == [{"y": 1.0, "f": 2.0}]


@pytest.mark.parametrize(
    "expr, args, named",
    [
        (sp.Integral(x, x), (x,), "Integral"), (sp.gamma(x), (x,), "gamma"), (sp.Function("h")(x), (x,), "h"),
        (sp.I * x, (x,), "ImaginaryUnit"), (sp.zoo, (), "ComplexInfinity"), (x + y, (x,), "what y is"),
        (sp.MatrixSymbol("A", 2, 2), (), "A"), (sp.Matrix([[x]]), (x,), "scalar"), ("x + 1", (), "scalar"),
        (sp.MatrixSymbol("A", 2, 2)[0, 0], (), "A"), (x, (x, x), "twice"), (x, (x, y + 1), "y \\+ 1"),
        ({1: x}, (x,), "symbol, not 1"),
        ({x: y}, (x, y), "x is a parameter and"),
        ({"b": z, z: x}, (x,), "what z is"), ({"z": x, z: x}, (x,), "two outputs have the name z"),
        (x + 10**400, (x,), "beyond the largest double"),
        (Piecewise((1, sp.Contains(x, S.Integers)), (2, True)), (x,), "Contains"),
    ],
)  # fmt: skip
def test_what_is_not_in_the_table_is_named(expr: Any, args: Any, named: str) -> None:
    with pytest.raises(UnsupportedError, match=named):
        to_javascript(expr, *args)


def test_nothing_in_the_tables_is_forgotten() -> None:
    assert {*FUNCTIONS, *RECIPROCALS, *SIGNS} <= {*ROWS}
    assert {*ROWS} - {Symbol, Rational, sp.Float, sp.Pow, Piecewise, type(S.NegativeInfinity)} <= {*NUMPY}
