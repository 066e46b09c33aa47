"""What a claim is about: its sizes, indices and symbols, what is given about each, and which sizes to try.

Reading is done once, with symbolic sizes; instances at concrete sizes are drawn by `numeric.sample`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import sympy as sp
from sympy import Basic, MatrixSymbol, Symbol
from sympy.assumptions import AppliedPredicate
from sympy.core.relational import Relational
from sympy.matrices.expressions.funcmatrix import FunctionMatrix
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import Identity, OneMatrix, ZeroMatrix

from numeric.generators import STRUCTURED
from numeric.limits import Near
from numeric.plan import Builder
from numeric.rings import RATIONAL
from symbolic.errors import PushthroughError
from symbolic.facts import Facts
from symbolic.nodes import ArgMin, Commutation, ForAll, MatrixSum

_SIGNS = ("positive", "negative", "nonnegative", "nonpositive", "nonzero")
_SIGN_OF = {sp.Gt: "positive", sp.Lt: "negative", sp.Ge: "nonnegative", sp.Le: "nonpositive", sp.Ne: "nonzero"}
# Structures of a compound expression that are linear equations in it: they can be solved for, not only tested.
_LINEAR = dict.fromkeys(
    ["symmetric", "positive_definite", "positive_semidefinite"], lambda e: (sp.Transpose(e), e)
) | {"skew_symmetric": lambda e: (sp.Transpose(e), -e)}  # fmt: skip


@dataclass
class Setting:
    """The free symbols of some expressions and what the hypotheses say about them.

    sizes, indices: size symbols in order of appearance; index symbols with the sizes they run over
    symbols:        matrices, then scalars, by name
    names:          symbol -> structures that its generator provides ("symmetric", "positive", ...)
    definitions:    (symbol, expression), in an order in which they can be computed
    equations:      other equations, to be solved or tested (`ForAll` allowed)
    tests:          everything else: facts that a drawn instance must pass
    """

    sizes: list[Basic] = field(default_factory=list)
    indices: dict[Basic, tuple[Any, ...]] = field(default_factory=dict)
    symbols: list[Basic] = field(default_factory=list)
    names: dict[Basic, set[str]] = field(default_factory=dict)
    definitions: list[tuple[Basic, Basic]] = field(default_factory=list)
    equations: list[Basic] = field(default_factory=list)
    tests: list[Basic] = field(default_factory=list)
    roots: bool = False

    @property
    def drawn(self) -> list[Basic]:
        """The symbols that are not defined by others."""
        defined = {symbol for symbol, _ in self.definitions}
        return [symbol for symbol in self.symbols if symbol not in defined]

    def shape_of(self, symbol: Basic, sizes: Mapping[Basic, int]) -> tuple[int, int]:
        if not isinstance(symbol, MatrixSymbol):
            return (1, 1)
        builder = Builder(RATIONAL, sizes)
        return builder.size(symbol.args[1]), builder.size(symbol.args[2])

    def index_choices(self, sizes: Mapping[Basic, int], limit: int = 6) -> list[dict[Basic, int]]:
        """Values for the free indices: all of them if few, else spread over the range."""
        builder = Builder(RATIONAL, sizes)
        ranges = [range(min(map(builder.size, sizes))) for sizes in self.indices.values()]
        every = [dict(zip(self.indices, values, strict=True)) for values in product(*ranges)]
        step = max(1, -(-len(every) // limit))
        return every[::step]


def read_setting(exprs: Iterable[Basic], given: Iterable[Basic] = ()) -> Setting:
    """Survey `exprs` and the hypotheses. Raises ShapeError or UnsupportedError for hypotheses that mean nothing."""
    setting = Setting()
    facts = list(_flat(given))
    exprs = list(exprs)
    _survey(setting, [*exprs, *facts])
    setting.names = {symbol: _assumed(symbol) for symbol in setting.symbols}
    setting.roots = any(_has_root(e) for e in [*exprs, *facts])
    equations: list[Any] = []
    for fact in facts:
        _read_fact(setting, fact, equations)
    _define(setting, equations)
    for fact in facts:
        _demand(setting, fact)
    return setting


def _flat(given: Any) -> Iterator[Any]:
    if isinstance(given, sp.And):
        yield from (part for a in given.args for part in _flat(a))
    elif isinstance(given, Basic):
        if given is not sp.true:
            yield given
    else:
        yield from (part for item in given for part in _flat(item))


def _has_root(expr: Basic) -> bool:
    return any(isinstance(e, sp.Pow | sp.MatPow) and not e.args[1].is_integer for e in sp.preorder_traversal(expr))


def _assumed(symbol: Basic) -> set[str]:
    if isinstance(symbol, MatrixSymbol):
        return set()
    return {name for name in (*_SIGNS, "integer") if getattr(symbol, f"is_{name}")}


def _survey(setting: Setting, exprs: Sequence[Basic]) -> None:
    """Find size symbols (they stand in shapes and ranges), index symbols (in subscripts), and the rest."""
    sizes: dict[Basic, None] = {}
    declared: set[Basic] = set()  # sizes that stand in a shape: never an index, even in a subscript like n + i
    ranges: dict[Basic, tuple[Any, ...]] = {}
    deltas: list[tuple[Basic, Basic]] = []
    bound: set[Basic] = set()
    found: dict[Basic, None] = {}

    def is_size(expr: Any) -> None:
        for symbol in sorted(getattr(expr, "free_symbols", ()), key=str):
            sizes.setdefault(symbol)

    def runs_over(index: Any, size: Any) -> None:
        for symbol in getattr(index, "free_symbols", ()):
            known = ranges.get(symbol, ())
            ranges[symbol] = known if size in known else (*known, size)

    nodes = [node for expr in exprs for node in sp.preorder_traversal(expr)]
    for e in sorted({e for e in nodes if isinstance(e, MatrixSymbol)}, key=str):
        found.setdefault(e)
        is_size(e.args[1])
        is_size(e.args[2])
        declared |= e.args[1].free_symbols | e.args[2].free_symbols
    for e in nodes:
        if isinstance(e, Identity | ZeroMatrix | OneMatrix | Commutation):
            for a in e.args:
                is_size(a)
                declared |= a.free_symbols
        elif isinstance(e, MatrixElement):
            rows, cols = e.parent.shape
            runs_over(e.i, rows)
            runs_over(e.j, cols)
        elif isinstance(e, MatrixSlice):
            for (first, stop, _), size in zip(e.args[1:], e.args[0].shape, strict=True):
                if sp.expand(stop - first) == 1:
                    runs_over(first, size)
                else:
                    is_size(first)
                    is_size(stop)
        elif type(e) is sp.MatPow:
            is_size(e.exp if e.exp.is_integer else None)
        elif isinstance(e, sp.KroneckerDelta):
            deltas.append((e.args[0], e.args[1]))
        elif isinstance(e, sp.Sum | sp.Product | MatrixSum):
            for symbol, low, high in e.limits:
                bound.add(symbol)
                runs_over(symbol, high + 1)
                is_size(low)
                is_size(high)
        elif isinstance(e, FunctionMatrix):
            is_size(e.args[0])
            is_size(e.args[1])
        elif isinstance(e, sp.Lambda):
            bound.update(e.variables)
        elif isinstance(e, ForAll):
            bound.add(e.symbol)
        elif isinstance(e, sp.Limit | ArgMin):  # unless a symbol of that name is free elsewhere
            chosen = (e.args[1],) if isinstance(e, sp.Limit) else e.variables
            bound.update(s for s in chosen if not any(s in expr.free_symbols for expr in exprs))
            bound.update(e.args[3:] if isinstance(e, sp.Limit) else ())  # its direction, + or -
        elif isinstance(e, Symbol):
            found.setdefault(e)
    for _ in deltas:
        for i, j in (pair for a, b in deltas for pair in ((a, b), (b, a))):
            for size in ranges.get(j, ()):
                runs_over(i, size)
    for pair in deltas:
        for index in pair:
            if not any(symbol in ranges for symbol in index.free_symbols):
                runs_over(index, next(iter(sizes), sp.Integer(2)))
    setting.sizes = [s for s in sizes if s not in bound and (s in declared or s not in ranges)]
    setting.indices = {s: known for s, known in ranges.items() if s not in bound and s not in setting.sizes}
    fixed = {*setting.sizes, *setting.indices, *bound}
    setting.symbols = sorted((s for s in found if s not in fixed), key=_matrices_first)


def _matrices_first(symbol: Basic) -> tuple[bool, str]:
    return not isinstance(symbol, MatrixSymbol), str(symbol)


def _read_fact(setting: Setting, fact: Any, equations: list[Any]) -> None:
    """Names of structures of symbols; equations are collected."""
    if isinstance(fact, AppliedPredicate) and len(fact.arguments) == 1:
        argument = fact.arguments[0]
        if argument in setting.names:
            setting.names[argument].add(str(fact.function.name))
        elif fact.function.name in _LINEAR:
            equations.append(sp.Eq(*_LINEAR[fact.function.name](argument), evaluate=False))
    elif type(fact) in _SIGN_OF and 0 in (fact.lhs, fact.rhs):
        fact = fact if fact.rhs == 0 else fact.reversed
        if fact.lhs in setting.names:
            setting.names[fact.lhs].add(_SIGN_OF[type(fact)])
    elif isinstance(fact, sp.Eq | ForAll):
        equations.append(fact)
    elif not isinstance(fact, AppliedPredicate | Relational | Near) and fact is not sp.false:
        raise PushthroughError(f"{fact} is not a hypothesis: give predicates, relations or ForAll")


def _define(setting: Setting, equations: Iterable[Any]) -> None:
    """Sort equations into structures (P*P = P), definitions (symbol = expression) and the rest."""
    defined: dict[Basic, Basic] = {}

    def reaches(expr: Basic, symbol: Basic) -> bool:
        free = expr.free_symbols
        return symbol in free or any(reaches(defined[s], symbol) for s in free if s in defined)

    for equation in equations:
        if isinstance(equation, sp.Eq):
            sides = ((equation.lhs, equation.rhs), (equation.rhs, equation.lhs))
            symbol, body = next(
                (
                    (s, e)
                    for s, e in sides
                    if s in setting.names
                    and s not in defined
                    and not reaches(e, s)
                    and not STRUCTURED.intersection(setting.names[s])
                ),
                (None, None),
            )
            if symbol is not None and body is not None:
                defined[symbol] = body
                continue
            names = _recognised(setting, equation)
            if names:
                continue
        setting.equations.append(equation)
    order: dict[Basic, None] = {}

    def visit(symbol: Basic) -> None:
        for s in defined[symbol].free_symbols:
            if s in defined and s not in order:
                visit(s)
        order.setdefault(symbol)

    for symbol in defined:
        if symbol not in order:
            visit(symbol)
    setting.definitions = [(symbol, defined[symbol]) for symbol in order]


def _recognised(setting: Setting, equation: Any) -> set[str]:
    """Structures that the equation states of one matrix symbol, by the relations in `symbolic.structures`."""
    symbols = [s for s in equation.free_symbols if isinstance(s, MatrixSymbol) and s in setting.names]
    if len(symbols) != 1:
        return set()
    names = STRUCTURED.intersection(Facts([equation]).structure(symbols[0]))
    setting.names[symbols[0]] |= names
    return set(names)


def _demand(setting: Setting, fact: Any) -> None:
    """Keep as a test whatever the generators do not provide by themselves."""
    if isinstance(fact, sp.Eq):
        return  # definitions hold, structures are provided, equations are checked when they are solved
    setting.tests.append(fact)


def size_patterns(*exprs: Basic, limit: int = 8) -> Iterator[dict[Basic, int]]:
    """Sizes to try, small and deliberately different: all distinct (tall and wide), all equal, all 1, and mixtures.

    >>> m, n = sp.symbols("m n", integer=True, positive=True)
    >>> [tuple(p.values()) for p in size_patterns(sp.MatrixSymbol("A", m, n))]
    [(2, 3), (3, 2), (1, 1), (2, 2), (1, 3), (3, 1), (4, 2), (2, 4)]
    """
    return patterns_of(read_setting(exprs).sizes, limit)


_TABLE: dict[int, list[tuple[int, ...]]] = {
    0: [()],
    1: [(2,), (3,), (1,), (4,)],
    2: [(2, 3), (3, 2), (1, 1), (2, 2), (1, 3), (3, 1), (4, 2), (2, 4)],
    3: [(2, 3, 4), (4, 3, 2), (1, 1, 1), (2, 2, 2), (3, 2, 4), (3, 4, 2), (1, 3, 2), (2, 1, 3), (3, 2, 1), (4, 2, 3)],
}


def patterns_of(sizes: list[Basic], limit: int = 8) -> Iterator[dict[Basic, int]]:
    """As `size_patterns`, for these size symbols."""
    k = len(sizes)
    if k in _TABLE:
        rows = _TABLE[k]
    else:  # distinct cyclic orders of 2, 3, 4, then equal ones, then one size at a time equal to 1
        cycle = [2, 3, 4]
        rows = [tuple(cycle[(i * d + s) % 3] for i in range(k)) for d, s in ((1, 0), (2, 2), (1, 1))]
        rows += [(1,) * k, (2,) * k]
        rows += [tuple(1 if i == j else 2 + (i + j) % 2 for i in range(k)) for j in range(k)]
    for row in list(dict.fromkeys(rows))[:limit]:
        yield dict(zip(sizes, row, strict=True))
