"""`to_numpy`: a Python function, with readable source, that computes expressions from arrays."""

from __future__ import annotations

import json
import keyword
import linecache
from collections.abc import Iterable, Mapping
from importlib.abc import InspectLoader
from importlib.util import module_from_spec, spec_from_loader
from itertools import chain, count
from re import escape, search, sub
from typing import Any
from unicodedata import normalize

import sympy as sp
from sympy import MatrixSymbol, S, Symbol

from symbolic.emit.backends import Backend
from symbolic.emit.backends import backend as tables_of
from symbolic.emit.cost import Sizes
from symbolic.emit.graph import Graph
from symbolic.emit.plan import Planner
from symbolic.emit.prologue import Argument, prologue
from symbolic.emit.read import Reader
from symbolic.emit.runtime import NAMES, helper
from symbolic.emit.steps import Steps
from symbolic.emit.write import Writer
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.facts import Facts
from symbolic.shapes import shape

_GREEK = {
    "lambda": "lam", "λ": "lam", "Λ": "Lambda", "Σ": "Sigma", "σ": "sigma", "μ": "mu", "Δ": "Delta", "δ": "delta",
    "Ω": "Omega", "ω": "omega", "Φ": "Phi", "φ": "phi", "α": "alpha", "β": "beta", "γ": "gamma", "ε": "eps",
}  # fmt: skip
_RESERVED = {
    "np", "jnp", "jax", "torch", "math", "sum", "float", "int", "range", "tuple", "ShapeError", "batch", "fits",
    "cho_factor", "cho_solve", "lu_factor", "lu_solve", "solve_triangular", "erf", "expit", *NAMES,
}  # fmt: skip
_FILES = count(1)


def to_numpy(
    expr: Any,
    *args: Any,
    given: Iterable[Any] = (),
    sizes: Mapping[Any, int] | None = None,
    name: str = "f",
    backend: str = "numpy",
    batched: Iterable[Any] = (),
    batch: bool = False,
) -> Any:
    """A function of arrays that computes `expr`, with its Python source in `.source`.

    `expr` is a scalar or matrix expression, or a tuple, list or dict of them; several are computed together, and share
    what they have in common. `args` are the symbols in the order of the function's arguments: matrices, scalars, and
    sizes that no array shows. Default: the free symbols by name. A matrix is returned as a 2-D array of its declared
    shape, a 1 x 1 result as a number. float32 stays float32. Rows and columns may be passed as 1-D arrays.

    The order of products, and what is multiplied out, are chosen by cost: for `sizes={n: 1000}`, or for a range of
    sizes. `A^-1 b` is a solve. `given` are facts, as in `Facts`: where they establish that a matrix is positive
    definite, its Cholesky factor is used; diagonal, triangular, symmetric and orthogonal matrices are used as such.
    Facts are not checked on arrays, except that a Cholesky factorization fails on what is not positive definite.

    `backend` is "numpy" (with SciPy's solvers if SciPy is installed when the code is made), "jax" or "torch". `batched`
    names the arguments that have batch dimensions in front (`batch=True`: all arrays and scalars); results have them.

    The function raises ShapeError where arrays disagree with the declared sizes. This raises UnsupportedError for what
    there is no code for, ShapeError for sizes that do not fit or that no argument shows.

    >>> n, d = sp.symbols("n d", integer=True, positive=True)
    >>> X, y, w = sp.MatrixSymbol("X", n, d), sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("w", d, 1)
    >>> lam = sp.Symbol("lambda", positive=True)
    >>> f = to_numpy(2*X.T*(X*w - y) + 2*lam*w, X, y, w, lam)
    >>> f([[1, 2], [3, 4], [5, 6]], [1, 2, 3], [1, -1], 0.5)
    array([[-61.],
           [-81.]])
    >>> print(f.source.splitlines()[-1].strip())
    return 2 * (X.T @ (X @ w - y) + lam * w)
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UnsupportedError(f"{name!r} cannot be the name of a Python function.")
    keys, exprs = _outputs(expr)
    arguments = _arguments(exprs, args)
    chosen = _batched(arguments, batched, batch)
    names = _names([*arguments, *_sizes_of(arguments)])
    graph = Graph(Facts(given))
    reader = Reader(graph)
    values = [reader.read(e) for e in exprs]
    free = {s for v in graph.atoms.values() for size in (v.rows, v.cols) for s in S(size).free_symbols}
    planner = Planner(graph, Sizes(free & names.keys(), dict(sizes or {})))
    for value in values:
        planner.pay(value)
    tables = tables_of(backend, bool(chosen))
    steps = Steps(planner, tables, names, frozenset(chosen))
    steps.size_names = {n for s, n in names.items() if isinstance(s, Symbol) and s.is_integer}
    outputs = [steps.output(value) for value in values]
    parts = [Argument(a, names[a], a in chosen) for a in arguments]
    head, like = prologue(parts, names, tables)
    writer = Writer(steps, outputs, {*names.values(), *_RESERVED, name}, like)
    results = [writer.result(at) for at in outputs]
    if chosen:
        results = [r if steps.steps[at].batched else _spread(tables, steps.steps[at], r)
                   for r, at in zip(results, outputs, strict=True)]  # fmt: skip
    if not any("batch" in r for r in results):
        head = [line for line in head if not line.startswith("batch = ")]
    body = [*head, *writer.lines, *_returned(expr, keys, results)]
    signature = f"def {name}({', '.join(names[a] for a in arguments)}):"
    source = _module(tables, signature, _docstring(keys, exprs, arguments, names, chosen), body)
    return _function(source, name)


def _outputs(expr: Any) -> tuple[list[Any], list[Any]]:
    """(keys, expressions), every shape checked."""
    if isinstance(expr, dict):
        keys, exprs = list(expr), list(expr.values())
        bad = next((k for k in keys if not isinstance(k, str)), None)
        if bad is not None:
            raise UnsupportedError(f"the results of a dict need names, but {bad!r} is no string.")
    elif isinstance(expr, (tuple, list, sp.Tuple)):
        keys, exprs = list(range(len(expr))), list(expr)
    else:
        keys, exprs = [], [expr]
    exprs = [S(e) if isinstance(e, (int, float)) else e for e in exprs]
    exprs = [e.as_immutable() if isinstance(e, sp.MatrixBase) else e for e in exprs]
    for e in exprs:
        shape(e)
    return keys, exprs


def _symbols(expr: Any) -> set[Any]:
    return {s for s in expr.free_symbols if isinstance(s, (Symbol, MatrixSymbol))}


def _sizes_of(arguments: Iterable[Any]) -> list[Any]:
    """The size symbols that the arrays show."""
    found: dict[Any, None] = {}
    for a in arguments:
        for size in getattr(a, "shape", ()):
            found.update(dict.fromkeys(sorted(size.free_symbols, key=str)))
    return [s for s in found if s not in set(arguments)]


def _arguments(exprs: list[Any], args: tuple[Any, ...]) -> list[Any]:
    free = set().union(*map(_symbols, exprs)) if exprs else set()
    if not args:
        matrices = [s for s in free if isinstance(s, MatrixSymbol)]
        shown = {s for a in matrices for size in a.shape for s in size.free_symbols}
        return sorted(free - shown, key=str)
    for a in args:
        if not isinstance(a, (Symbol, MatrixSymbol)):
            raise UnsupportedError(f"{a} ({type(a).__name__}) cannot be an argument: pass symbols and matrix symbols.")
    if len(set(args)) < len(args):
        raise UnsupportedError(f"an argument stands twice in {', '.join(map(str, args))}.")
    missing = free - {*args, *_sizes_of(args)}
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise ShapeError(f"{names} would have no value: name it among the arguments {', '.join(map(str, args))}.")
    return list(args)


def _batched(arguments: list[Any], batched: Any, batch: bool) -> set[Any]:
    chosen = {batched} if isinstance(batched, (Symbol, MatrixSymbol)) else set(batched)
    if chosen - set(arguments):
        raise UnsupportedError(f"{', '.join(map(str, chosen - set(arguments)))} is batched, but no argument.")
    if batch:
        chosen |= {a for a in arguments if isinstance(a, MatrixSymbol) or a.is_integer is not True}
    return chosen


def _names(symbols: list[Any]) -> dict[Any, str]:
    """A Python name for every symbol, different for different symbols."""
    names: dict[Any, str] = {}
    taken = set(_RESERVED)
    for s in sorted(symbols, key=lambda s: not str(s).isidentifier()):  # those that are names keep them
        text = _GREEK.get(str(s)) or str(s).replace("'", "_prime")
        text = "".join(_GREEK.get(c, c) for c in text)
        text = sub(r"\W", "_", normalize("NFKC", text)).strip("_") or "v"
        if text[0].isdigit() or keyword.iskeyword(text):
            text = f"{text}_" if keyword.iskeyword(text) else f"v{text}"
        name = next(n for n in chain([text], (f"{text}_{k}" for k in count(2))) if n not in taken)
        taken.add(name)
        names[s] = name
    return names


def _returned(expr: Any, keys: list[Any], results: list[str]) -> list[str]:
    """The lines of the return statement."""
    if isinstance(expr, dict):
        opening, closing = "{", "}"
        results = [f"{json.dumps(k)}: {r}" for k, r in zip(keys, results, strict=True)]
    elif isinstance(expr, (list, tuple, sp.Tuple)):
        opening, closing = ("[", "]") if isinstance(expr, list) else ("(", ",)" if len(results) == 1 else ")")
    else:
        return [f"return {results[0]}"]
    line = f"return {opening}{', '.join(results)}{closing}"
    if len(line) < 100:
        return [line]
    return [f"return {opening}", *(f"    {r}," for r in results), closing[-1]]


def _spread(tables: Backend, step: Any, text: str) -> str:
    tail = "" if step.is_scalar else f" + tuple(({text}).shape)"
    module = tables.module
    wrap = f"torch.as_tensor({text})" if module == "torch" else text
    return f"{module}.broadcast_to({wrap}, batch{tail})"


def _docstring(
    keys: list[Any], exprs: list[Any], arguments: list[Any], names: dict[Any, str], chosen: set[Any]
) -> list[str]:
    formulas = [f"{k}: {e}" if keys else str(e) for k, e in zip(keys or [0], exprs, strict=True)]
    sized = []
    for a in arguments:
        batch = "..., " if a in chosen else ""
        text = ", ".join(str(k) for k in a.shape) if isinstance(a, MatrixSymbol) else ""
        sized.append(f"{names[a]}: {'(' + batch + text + ')' if text or batch else 'number'}".replace(", )", ")"))
    texts = [" ".join(part.split()) for part in (*formulas, "", ", ".join(sized))]
    first, *rest = (text.replace("\\", "\\\\").replace('"', "'") for text in texts)
    return ['"""' + first, *rest, '"""']


def _module(tables: Backend, signature: str, docstring: list[str], body: list[str]) -> str:
    """The whole source: the imports and helpers that the body uses, and the function."""
    function = "\n".join([signature, *(f"    {line}" if line else "" for line in (*docstring, *body))])
    helpers: dict[str, str] = {}
    queue = ["\n".join(body)]
    for text in queue:
        for name in NAMES:
            if name not in helpers and _calls(text, f"{name}("):
                helpers[name] = helper(name, tables.module)
                queue.append(helpers[name])
    code = "\n\n\n".join([*helpers.values(), function])
    imports = [line for word, line in tables.imports.items() if any(_calls(text, word) for text in queue)]
    if any("ShapeError" in text for text in queue):
        imports.append(_ERRORS)
    return "\n".join([*dict.fromkeys(imports), "", "", code, ""]).lstrip()


def _calls(code: str, word: str) -> bool:
    """Whether code uses the name that `word` begins with, such as `np.` or `cho_solve(`."""
    return search(rf"(?<![\w.]){escape(word)}", code) is not None


_ERRORS = """
try:
    from symbolic.errors import ShapeError
except ImportError:  # this code also runs without pushthrough
    ShapeError = ValueError"""


class _Loader(InspectLoader):
    """Makes a module of source that this package has written."""

    def __init__(self, source: str) -> None:
        self.source = source

    def get_source(self, fullname: str) -> str:
        return self.source


def _function(source: str, name: str) -> Any:
    file = f"<to_numpy {next(_FILES)}>"
    spec = spec_from_loader(file, _Loader(source))
    module = module_from_spec(spec)  # type: ignore[arg-type]
    spec.loader.exec_module(module)  # type: ignore[union-attr]
    function = getattr(module, name)
    function.source = source
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    return function


__all__ = ["to_numpy"]
