"""How long derivatives take, against SymPy's `diff` and, where its language has the problem, tensorgrad 0.3.0.

    python benchmarks/gradients.py [--rounds N] [--first N] [--peers PYTHON]

The problems are those of `tests/symbolic/problems`. Every timed call is on symbols and sizes of fresh names, so that no
cache of an earlier call helps; the first call of a process is timed in processes of their own. SymPy's answers are
evaluated and compared with small steps before its time counts. PYTHON is an interpreter that has tensorgrad.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
LIMIT = 20  # seconds for a call of SymPy's
PEER_ROUNDS = 5


# Problems that both languages can write. Keys agree with those of `translated`.


def tensorgrad_problems(suffix: str) -> dict[str, tuple[Any, Any]]:
    """A dozen problems as tensorgrad writes them: edges of one name are contracted."""
    import tensorgrad.functions as tf
    from sympy import symbols
    from tensorgrad import Variable

    i, j, k = symbols(f"i{suffix} j{suffix} k{suffix}")
    X, w, y = Variable(f"X{suffix}", i=i, j=j), Variable(f"w{suffix}", j=j), Variable(f"y{suffix}", i=i)
    x, c, d = (Variable(f"{name}{suffix}", j=j) for name in "xcd")
    e = Variable(f"e{suffix}", i=i)
    A, B = Variable(f"A{suffix}", j=j, k=j), Variable(f"B{suffix}", j=j, k=j)
    W, Z = Variable(f"W{suffix}", i=i, k=k), Variable(f"Z{suffix}", k=k, j=j)
    residual = X @ w - y
    square = x @ A @ x.rename(j="k")
    return {
        "c'x": (c @ x, x),
        "x'x": (tf.frobenius2(x), x),
        "x'Ax": (square, x),
        "|Xw - y|^2 by w": (tf.frobenius2(residual), w),
        "|Xw - y|^2 by X": (tf.frobenius2(residual), X),
        "ridge": (tf.frobenius2(residual) + 3 * tf.frobenius2(w), w),
        "tr(X'X)": (tf.frobenius2(X), X),
        "tr(A B)": (A @ B, A),
        "|X - W Z|^2 by W": (tf.frobenius2(X - W @ Z), W),
        "(x'Ax)^2": (square * square, x),
        "exp(x'Ax)": (tf.exp(square), x),
        "log sum exp": (tf.log(tf.sum(tf.exp(x))), x),
        "e'tanh(Xw)": (e @ tf.tanh(X @ w), w),
        "sum log(1 + exp(Xw)) - y'Xw": (tf.sum(tf.log(tf.exp(X @ w) + 1)) - y @ X @ w, w),
        "c'(x o x o d)": (tf.sum(c * x * x * d), x),
        "log det A": (tf.log(tf.det(A)), A),
    }


def translated(suffix: str) -> dict[str, tuple[Any, Any]]:
    """The same problems as SymPy writes them."""
    from sympy import Determinant, HadamardProduct, Lambda, MatrixSymbol, OneMatrix, Symbol, Trace, exp, log, tanh

    m, n, p = (Symbol(f"{name}{suffix}", integer=True, positive=True) for name in "mnp")
    z = Symbol("z", real=True)
    X, W, Z = (MatrixSymbol(f"{a}{suffix}", *s) for a, s in (("X", (m, n)), ("W", (m, p)), ("Z", (p, n))))
    w, x, c, d = (MatrixSymbol(f"{name}{suffix}", n, 1) for name in "wxcd")
    y, e = (MatrixSymbol(f"{name}{suffix}", m, 1) for name in "ye")
    A, B = (MatrixSymbol(f"{name}{suffix}", n, n) for name in "AB")
    residual = X * w - y
    return {
        "c'x": (c.T * x, x),
        "x'x": (x.T * x, x),
        "x'Ax": (x.T * A * x, x),
        "|Xw - y|^2 by w": (residual.T * residual, w),
        "|Xw - y|^2 by X": (residual.T * residual, X),
        "ridge": (residual.T * residual + 3 * w.T * w, w),
        "tr(X'X)": (Trace(X.T * X), X),
        "tr(A B)": (Trace(A.T * B), A),
        "|X - W Z|^2 by W": (Trace((X - W * Z).T * (X - W * Z)), W),
        "(x'Ax)^2": ((x.T * A * x) ** 2, x),
        "exp(x'Ax)": (exp(x.T * A * x), x),
        "log sum exp": (log(OneMatrix(1, n) * x.applyfunc(exp)), x),
        "e'tanh(Xw)": (e.T * (X * w).applyfunc(tanh), w),
        "sum log(1 + exp(Xw)) - y'Xw": (
            OneMatrix(1, m) * (X * w).applyfunc(Lambda(z, log(1 + exp(z)))) - y.T * X * w, w),
        "c'(x o x o d)": (c.T * HadamardProduct(x, x, d), x),
        "log det A": (log(Determinant(A)), A),
    }  # fmt: skip


def peer() -> None:
    """Run by an interpreter that has tensorgrad: the seconds of each problem, as JSON."""
    from tensorgrad import Derivative

    times: dict[str, list[float]] = {}
    for round_ in range(PEER_ROUNDS):
        for name, (f, v) in tensorgrad_problems(str(round_)).items():
            start = time.perf_counter()
            try:
                Derivative(f, v).full_simplify()
            except Exception:
                continue
            times.setdefault(name, []).append(time.perf_counter() - start)
    sys.stdout.write(json.dumps(times))


# Growth: products of many factors.


def growing(suffix: str, count: int) -> dict[str, tuple[Any, Any]]:
    from sympy import MatMul, MatrixSymbol, Symbol, Trace

    n = Symbol(f"n{suffix}", integer=True, positive=True)
    A = [MatrixSymbol(f"A{suffix}_{k}", n, n) for k in range(count)]
    x = MatrixSymbol(f"x{suffix}", n, 1)
    B = MatrixSymbol(f"B{suffix}", n, n)
    return {
        "tr(A1 A2 ... Ak) by the middle one": (Trace(MatMul(*A)), A[count // 2]),
        "x' A1 ... Ak x by x": (MatMul(x.T, *A, x), x),
        "tr(A B A B ...) by A": (Trace(MatMul(*([A[0], B] * (count // 2)))), A[0]),
        "tr(A A' A A' ...) by A": (Trace(MatMul(*([A[0], A[0].T] * (count // 2)))), A[0]),
    }


def seconds(function: Any, *args: Any) -> tuple[float, Any]:
    start = time.perf_counter()
    result = function(*args)
    return time.perf_counter() - start, result


def print(*parts: str) -> None:
    """Lines as they come, also into a file."""
    sys.stdout.write(" ".join(parts) + "\n")
    sys.stdout.flush()


def milliseconds(times: list[float]) -> str:
    return f"median {1e3 * median(times):.1f} ms, largest {1e3 * max(times):.0f} ms"


def renamed(row: Any, suffix: str) -> Any:
    """The row with fresh names for its sizes and matrices, so that no cache knows them."""
    from dataclasses import replace

    import sympy as sp

    from tests.symbolic.problems import rows

    sizes = {a: sp.Symbol(f"{a}{suffix}", integer=True, positive=True) for a in (rows.m, rows.n, rows.p, rows.q)}
    expr, by = row.expr.xreplace(sizes), row.by.xreplace(sizes)
    names = {a: sp.MatrixSymbol(f"{a}{suffix}",
             *a.shape) for a in expr.atoms(sp.MatrixSymbol) | by.atoms(sp.MatrixSymbol)}
    return replace(row, expr=expr.xreplace(names), by=by.xreplace(names))


def comparable() -> list[Any]:
    """Rows that SymPy has a method for: derivatives of scalars by a symbol, and of vectors by vectors or numbers."""
    from sympy import MatrixSymbol, Symbol

    from symbolic.shapes import shape
    from tests.symbolic.problems.corpus import ALL

    return [
        row
        for row in ALL.values()
        if isinstance(row.by, (MatrixSymbol, Symbol)) and not row.structure
        and (row.operation == "gradient"
             or (row.operation == "jacobian" and (isinstance(row.by,
                      Symbol) or 1 in row.by.shape) and 1 in shape(row.expr)))
    ]  # fmt: skip


def sympy_is(row: Any, result: Any) -> str:
    """What SymPy's answer is at two shapes; a transposed one is right too, for SymPy's layout is another."""
    import numpy as np
    import sympy as sp

    from tests.symbolic.problems.judge import FOREIGN, SHAPES, close, instance, reference
    from tests.symbolic.standard import NotStandardError, by_sympy, value

    nodes = {type(node).__name__ for node in sp.preorder_traversal(result)}
    if nodes & (FOREIGN | {"Derivative", "Reshape", "ArrayElementwiseApplyFunc"}):
        return "left with arrays or Derivative"
    for at in SHAPES[row.shapes][:2]:
        env = instance(row, at)
        expected = reference(row, env)
        if row.operation == "gradient" and np.ndim(env[row.by]):
            expected = expected.reshape(np.shape(env[row.by]), order="F")
        try:
            got = value(result, env)
        except (NotStandardError, ValueError, AttributeError, TypeError, IndexError):
            try:
                got = by_sympy(result, env)
            except NotStandardError:
                return "without a value"
        got = np.atleast_2d(np.asarray(got))
        if not any(close(g, expected, 1e-7) for g in (got, got.T)):
            return "silently 0" if result == 0 or getattr(result, "is_ZeroMatrix", False) else "silently wrong"
    return "right"


def corpus(rounds: int) -> None:
    """Ours and SymPy's on the same rows, in the same process, in turn."""
    from symbolic.errors import UnsupportedError
    from tests.symbolic.problems.judge import OPERATIONS, SHAPES, SlowError, agrees, within

    ours_all: list[float] = []
    both: list[tuple[str, float, float]] = []
    outcome: Counter[str] = Counter()
    warnings.simplefilter("ignore")  # SymPy's own, about what it does to itself
    largest = ("", 0.0)
    rows = comparable()
    for row in rows:
        ours, theirs = [], []
        status = "right"
        for round_ in range(rounds):
            fresh = renamed(row, f"_{round_}")
            try:
                took, _ = seconds(OPERATIONS[row.operation], fresh.expr, fresh.by)
            except UnsupportedError:
                break
            except Exception as error:
                outcome[f"ours raises {type(error).__name__}"] += 1
                break
            ours.append(took)
            if status != "right":
                continue
            fresh = renamed(row, f"_s{round_}")
            try:
                took, _ = within(LIMIT, seconds, fresh.expr.diff, fresh.by)
                if round_ == 0:
                    result = row.expr.diff(row.by)
                    status = within(LIMIT, sympy_is, row, result)
            except SlowError:
                status = f"more than {LIMIT} s"
            except Exception as error:
                status = f"raises {type(error).__name__}"
            if status == "right":
                theirs.append(took)
        if not ours:
            outcome["no answer of ours"] += 1
            continue
        if agrees(row, OPERATIONS[row.operation](row.expr, row.by), SHAPES[row.shapes][0]):
            outcome["ours is wrong"] += 1
            print(f"  WRONG: {row.id}")
            continue
        ours_all.append(median(ours))
        largest = max(largest, (row.id, median(ours)), key=lambda pair: pair[1])
        outcome[status] += 1
        if status == "right":
            both.append((row.id, median(ours), median(theirs)))
    print(f"corpus: {len(rows)} rows that diff has a method for, {rounds} calls each on fresh names")
    print(f"  ours: right on {len(ours_all)}; {milliseconds(ours_all)} ({largest[0]})")
    print("  outcomes (of SymPy, where not said otherwise): "
          + ", ".join(f"{status} {count}" for status, count in outcome.most_common()))
    us, them = [a for _, a, _ in both], [b for _, _, b in both]
    ratios = sorted(a / b for _, a, b in both)
    print(f"  where both are right ({len(both)} rows): ours {milliseconds(us)}; SymPy {milliseconds(them)}")
    print(f"  ours / SymPy: median {median(ratios):.2f}, quartiles {ratios[len(ratios) // 4]:.2f} and "
          f"{ratios[3 * len(ratios) // 4]:.2f}, largest {ratios[-1]:.2f}; sums {sum(us):.2f} s and {sum(them):.2f} s")
    for name, a, b in sorted(both, key=lambda entry: -entry[1] / entry[2])[:5]:
        print(f"    slowest in ratio: {name}: {1e3 * a:.1f} ms, SymPy {1e3 * b:.1f} ms")


FIRST = """
import sys, time
from symbolic import gradient
from tests.symbolic.problems.corpus import ALL
import symbolic.calculus
row = ALL[sys.argv[1]]
start = time.perf_counter()
gradient(row.expr, row.by) if sys.argv[2] == "ours" else row.expr.diff(row.by)
print(time.perf_counter() - start)
"""


def first_calls(count: int) -> None:
    """The first derivative of a process, imports not counted: everything that is compiled or cached once is in it."""
    rows = [row for row in comparable() if row.operation == "gradient" and row.id.startswith(("cookbook", "losses"))]
    chosen = rows[:: max(1, len(rows) // count)][:count]
    times: dict[str, list[float]] = {"ours": [], "SymPy": []}
    for row in chosen:
        for who in times:
            done = subprocess.run([sys.executable, "-c", FIRST, row.id, who], cwd=ROOT, capture_output=True, text=True,
                                  check=False)  # fmt: skip
            if done.returncode == 0:
                times[who].append(float(done.stdout))
    print(f"first call of a process, {len(chosen)} problems: "
          + "; ".join(f"{who} {milliseconds(t)} ({len(t)} returned)" for who, t in times.items()))


def growth() -> None:
    from symbolic import gradient
    from tests.symbolic.problems.judge import SlowError, within

    print("growth, 8, 16 and 32 factors, fresh names, medians of 3")
    table: dict[str, list[str]] = {}
    for count in (8, 16, 32):
        for name in growing("", 2):
            cells = []
            for operation in (gradient, lambda f, v: f.diff(v)):
                times = []
                try:
                    for round_ in range(3):
                        f, v = growing(f"_{count}_{round_}_{len(cells)}", count)[name]
                        times.append(within(LIMIT, seconds, operation, f, v)[0])
                    cells.append(f"{1e3 * median(times):.0f}")
                except SlowError:
                    cells.append(f"> {1e3 * LIMIT:.0f}")
                except Exception as error:
                    cells.append(type(error).__name__)
            table.setdefault(name, []).append(f"{cells[0]} ({cells[1]})")
    for name, row in table.items():
        print(f"  {name:38} ours (SymPy), ms: " + ", ".join(row))


def sympy_verdict(row: Any) -> str:
    try:
        return sympy_is(row, row.expr.diff(row.by))
    except Exception as error:
        return f"raises {type(error).__name__}"


def against_tensorgrad(python: str) -> None:
    from symbolic import gradient
    from tests.symbolic.problems.rows import Row

    done = subprocess.run([python, "-W", "ignore", __file__, "--as-peer"], capture_output=True, text=True, check=False)
    if done.returncode:
        print("tensorgrad does not run:", done.stderr.strip().splitlines()[-1])
        return
    theirs = json.loads(done.stdout)
    ours: dict[str, list[float]] = {}
    sympys: dict[str, list[float]] = {}
    for round_ in range(PEER_ROUNDS):
        for name, (f, v) in translated(f"_{round_}").items():
            ours.setdefault(name, []).append(seconds(gradient, f, v)[0])
        for name, (f, v) in translated(f"_s{round_}").items():
            try:
                sympys.setdefault(name, []).append(seconds(f.diff, v)[0])
            except Exception:
                sympys.setdefault(name, []).append(float("nan"))
    rows = {name: Row(name, f, v) for name, (f, v) in translated("").items()}
    right = {name: sympy_verdict(row) for name, row in rows.items()}
    print(f"tensorgrad 0.3.0, Derivative(...).full_simplify(), {PEER_ROUNDS} rounds on fresh names, ms")
    ratios = []
    for name, times in ours.items():
        mine = 1e3 * median(times)
        other = 1e3 * median(theirs[name]) if name in theirs else float("nan")
        ratios += [mine / other] if name in theirs else []
        sympy_cell = f"{1e3 * median(sympys[name]):.1f}" if right[name] == "right" else f"({right[name]})"
        print(f"  {name:30} ours {mine:5.1f}   tensorgrad {other:5.1f} (ratio {mine / other:.2f})   SymPy {sympy_cell}")
    print(f"  ratio: median {median(ratios):.2f}, from {min(ratios):.2f} to {max(ratios):.2f}")


def option(name: str, otherwise: Any) -> Any:
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else otherwise


if __name__ == "__main__":
    if "--as-peer" in sys.argv:
        peer()
    else:
        sys.path.insert(0, str(ROOT))
        corpus(int(option("--rounds", 3)))
        first_calls(int(option("--first", 10)))
        growth()
        if "--peers" in sys.argv:
            against_tensorgrad(option("--peers", ""))
