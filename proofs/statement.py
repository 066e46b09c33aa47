"""Claims as the kernel reads them: SymPy expressions and facts -> JSON, and back.

The kernel vouches for the JSON statement it prints; this file is where that statement is bound to what was asked. So it
translates node by node and simplifies nothing, and `Statement.read` goes the other way, which lets a test compare both
on random instances. A node that the kernel's language lacks raises UnsupportedError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy import Basic, MatrixSymbol, S, Symbol
from sympy.assumptions import AppliedPredicate
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.matrices.expressions.special import OneMatrix

from proofs.cases import comparisons, decisions, settle
from proofs.densities import is_product, positive_product
from proofs.kernel import WORDS
from proofs.limits import falling, inverted_at_zero
from proofs.reading import Reader
from symbolic.errors import UnsupportedError
from symbolic.facts import STRUCTURES, Facts
from symbolic.nodes import ForAll, Gradient, Hessian, Jacobian
from symbolic.shapes import is_scalar, shape, split_product

Json = Any
MINUS: Json = ["num", "-1"]
# Structures that the kernel has a word for. Others are their relations.
_WORDS = {"invertible", "injective", "positive_definite", "positive_semidefinite"}
_SIGNS = {"positive", "nonpositive", "nonnegative", "nonzero"}


@dataclass
class Statement:
    """The kernel's view of some expressions: names, sizes, inverses that are written, signs that are relied on.

    `symbols`, `indices`: as in a certificate. `inverses`: arguments of the inverses met so far, inner ones first.
    `powers`: scalar symbols with a negative or fractional power, which need a sign.
    """

    symbols: dict[str, list[str]] = field(default_factory=dict)
    indices: dict[str, str] = field(default_factory=dict)
    inverses: list[tuple[Json, Basic]] = field(default_factory=list)
    names: dict[Basic, str] = field(default_factory=dict)
    sizes: dict[Basic, str] = field(default_factory=dict)
    scope: dict[Basic, tuple[str, str]] = field(default_factory=dict)  # bound and free indices: (name, range)
    ranges: dict[Any, Any] = field(default_factory=dict)  # of the indices of entries, as surveyed
    implied: list[Json] = field(default_factory=list)  # of the inverses, those of limits, which nobody wrote
    powers: dict[str, Basic] = field(default_factory=dict)

    def survey(self, exprs: Iterable[Any]) -> None:
        """Find the size symbols, so that a size used as a number is told from a scalar."""
        for expr in exprs:
            for node in sp.preorder_traversal(expr):
                parts: tuple[Any, ...] = ()
                if isinstance(node, (MatrixSymbol, sp.Identity, sp.ZeroMatrix, OneMatrix)):
                    parts = node.shape
                elif isinstance(node, (sp.Sum, sp.Product)):
                    parts = tuple(b + 1 for _, _, b in node.limits)
                elif isinstance(node, MatrixElement):
                    self.ranges |= dict(zip(node.indices, shape(node.parent), strict=True))
                for size in parts:
                    if isinstance(size, Symbol):
                        self.size(size)

    # Names.

    def size(self, n: Any) -> str:
        """A size: a name or a positive integer. Sums and products of sizes are not in the kernel's language."""
        n = S(n)
        if n.is_Integer and n > 0:
            return str(n)
        if not isinstance(n, Symbol):
            raise UnsupportedError(f"the size {n} is neither a symbol nor a number; proofs are for such sizes only.")
        if n not in self.sizes:
            self.sizes[n] = _fresh(n.name, self._taken(), "n", plain=True)
        return self.sizes[n]

    def symbol(self, s: Any) -> str:
        if s not in self.names:
            self.names[s] = _fresh("pi" if s is S.Pi else str(s.name), self._taken(), "x")
            self.symbols[self.names[s]] = [self.size(a) for a in shape(s)]
        return self.names[s]

    def ones(self, n: Any) -> Json:
        """The column of n ones, as a symbol of which only 1'1 = n is known: what holds for each such column holds."""
        if n == 1:
            return ["num", "1"]
        ones = OneMatrix(n, 1)
        if ones not in self.names:
            self.names[ones] = _fresh("one", self._taken(), "x")
            self.symbols[self.names[ones]] = [self.size(n), "1"]
        return self.names[ones]

    def index(self, i: Any, size: str) -> Json:
        """An index of a range: null where the size is 1. A free index is declared by its first use."""
        if size == "1":
            return None
        if not isinstance(i, Symbol):
            raise UnsupportedError(f"the index {i} is not a symbol; proofs are about arbitrary entries.")
        if i not in self.scope:
            name = self._index_name(i)
            self.scope[i] = (name, size)
            self.indices[name] = size
        name, known = self.scope[i]
        if known != size:
            raise UnsupportedError(f"the index {i} ranges over {known} and over {size}.")
        return name

    def _index_name(self, i: Any, *taken: str) -> str:
        return _fresh(i.name.strip("_"), {*self._taken(), *taken}, "i")

    def _taken(self) -> set[str]:
        return {*self.sizes.values(), *self.names.values(), *(name for name, _ in self.scope.values())}

    # SymPy -> JSON.

    def expr(self, e: Any) -> Json:
        """`e` in the kernel's language. Raises UnsupportedError, naming the node, and ShapeError."""
        if isinstance(e, sp.MatrixBase) or not isinstance(e, Basic):
            raise UnsupportedError(f"proofs are about expressions in symbols, and {e!r} is an explicit matrix or none.")
        shape(e)
        return self._expr(e)

    def _expr(self, e: Any) -> Json:
        match e:
            case sp.Rational():
                return ["num", str(e)]
            case sp.Float():
                return ["num", str(sp.Rational(str(e)))]  # 0.1 means 1/10
            case Symbol():
                return ["dim", self.size(e)] if e in self.sizes else self.symbol(e)
            case sp.NumberSymbol() if e is S.Pi:
                return self.symbol(e)
            case sp.log():
                return ["log", positive_product(self, e.args[0])]
            case MatrixSymbol():
                return self.symbol(e)
            case sp.Identity():
                return ["id", self.size(e.shape[0])]
            case OneMatrix():
                column, row = (self.ones(size) for size in e.shape)
                return _multiplied([column, ["T", row]])
            case sp.ZeroMatrix():
                return ["zero", *map(self.size, e.shape)]
            case sp.Add() | sp.MatAdd():
                return ["add", *map(self._expr, e.args)]
            case sp.Mul() | sp.MatMul():
                return self._product(e)
            case sp.Transpose():
                return ["T", self._expr(e.arg)]
            case sp.Inverse():
                return self._power(e.arg, S.NegativeOne, e)
            case sp.Pow() | sp.MatPow():
                return self._power(e.args[0], S(e.args[1]), e)
            case sp.Trace():
                return ["tr", self._expr(e.arg)]
            case MatrixElement():
                m, n = map(self.size, shape(e.parent))
                return ["entry", self._expr(e.parent), self.index(e.i, m), self.index(e.j, n)]
            case sp.KroneckerDelta():
                return self._delta(e)
            case sp.Sum():
                return self.indexed("sum", e.function, list(e.limits), self._expr)
            case sp.Derivative():
                out = self._expr(e.expr)
                for variable, count in e.variable_count:
                    for _ in range(int(count)):
                        out = self._partial(out, variable)
                return out
            case Hessian() | Gradient() | Jacobian():
                return self._stack(e)
            case _:
                raise UnsupportedError(f"proofs know no {type(e).__name__} (in {e}).")

    def _product(self, e: Any) -> Json:
        scalars, chain = split_product(e.args)
        runs = [[self._expr(f) for f in run] for run in scalars]
        factors = [*map(_multiplied, runs), *map(self._expr, chain)]
        return _multiplied(factors)

    def _power(self, base: Any, k: Any, e: Any) -> Json:
        if not isinstance(k, sp.Rational):
            raise UnsupportedError(f"proofs know no power with the exponent {k} (in {e}).")
        inner = self._expr(base)
        if k.is_Integer and k >= 0:
            return ["pow", inner, str(k)]
        if isinstance(inner, str) and self.symbols.get(inner) == ["1", "1"]:
            if not (k.is_Integer or base.is_positive):
                raise UnsupportedError(f"{e} needs {base} to be declared positive.")
            self.powers[inner] = base
            return ["pow", inner, str(k)]
        if not k.is_Integer:
            raise UnsupportedError(f"proofs know no power {k} of {base}; only a scalar symbol has roots.")
        self._invert(inner, base)
        return ["inv", inner] if k == -1 else ["pow", ["inv", inner], str(-k)]

    def _invert(self, inner: Json, base: Basic) -> None:
        if all(inner != known for known, _ in self.inverses):
            self.inverses.append((inner, base))

    def _delta(self, e: Any) -> Json:
        i, j = e.args
        known = [self.scope[a][1] for a in (i, j) if a in self.scope]
        known += [self.size(self.ranges[a]) for a in (i, j) if a in self.ranges and not known]
        if not known:
            raise UnsupportedError(f"the range of the indices in {e} is not known.")
        return ["delta", self.index(i, known[0]), self.index(j, known[0])]

    def indexed(self, kind: str, body: Any, limits: list[Any], read: Callable[[Any], Json]) -> Json:
        """A "sum" or a "prod" over whole ranges, innermost first."""
        if not limits:
            return read(body)
        k, low, high = limits.pop()
        if low != 0:
            raise UnsupportedError(f"a {kind} over {k} from {low} to {high}: proofs want whole ranges, 0..n-1.")
        size, name = self.size(high + 1), self._index_name(k)
        outer, self.scope = self.scope, {**self.scope, k: (name, size)}
        inner = self.indexed(kind, body, limits, read)
        self.scope = {**{i: entry for i, entry in self.scope.items() if i != k}, **outer}
        return [kind, name, size, inner]

    def _partial(self, inner: Json, variable: Any) -> Json:
        if isinstance(variable, MatrixElement) and isinstance(variable.parent, MatrixSymbol):
            x = self.symbol(variable.parent)
            m, n = self.symbols[x]
            return ["partial", inner, x, self.index(variable.i, m), self.index(variable.j, n)]
        if isinstance(variable, (Symbol, MatrixSymbol)) and is_scalar(variable):
            return ["partial", inner, self.symbol(variable), None, None]
        raise UnsupportedError(f"a derivative by {variable}: proofs differentiate by a scalar symbol or by an entry.")

    def _stack(self, e: Any) -> Json:
        if not isinstance(e.wrt, (Symbol, MatrixSymbol)):
            raise UnsupportedError(f"a derivative by {e.wrt}, which is not a symbol.")
        x, f = self.symbol(e.wrt), self._expr(e.expr)
        m, n = self.symbols[x]
        rows = self._index_name(Symbol("i"))
        columns = self._index_name(Symbol("j"), rows)
        if isinstance(e, Gradient):
            return ["stack", rows, m, columns, n, ["partial", f, x, _index(rows, m), _index(columns, n)]]
        if n != "1":
            raise UnsupportedError(f"{e}: proofs know Jacobians and Hessians by a column only.")
        if isinstance(e, Hessian):
            first = ["partial", f, x, _index(rows, m), None]
            return ["stack", rows, m, columns, m, ["partial", first, x, _index(columns, m), None]]
        height, width = map(self.size, shape(e.expr))
        if width != "1":
            raise UnsupportedError(f"{e}: proofs know Jacobians of columns and scalars only.")
        entry = ["entry", f, _index(rows, height), None]
        return ["stack", rows, height, columns, m, ["partial", entry, x, _index(columns, m), None]]

    # Facts and goals.

    def facts(self, given: Iterable[Any]) -> tuple[list[Json], list[Any]]:
        """The given facts in the kernel's language, and those it has no word for (dropping those is sound)."""
        out, dropped = list[Json](), []
        for fact in Facts(given).given:
            try:
                new = list(self._fact(fact))
            except UnsupportedError:
                new = []
            out += [f for f in new if f not in out]
            if not new:
                dropped.append(fact)
        return out, dropped

    def _fact(self, fact: Any) -> Iterator[Json]:
        if isinstance(fact, ForAll):
            sides = [self.expr(side) for side in fact.relation.args]
            row = shape(fact.relation)[0] == 1  # an equation of rows is one of columns
            yield ["forall", self.symbol(fact.symbol), ["eq", *((["T", side] if row else side) for side in sides)]]
        elif isinstance(fact, sp.Eq):
            yield self.equation(fact)
        elif isinstance(fact, Relational):
            yield self.sign(fact) if isinstance(fact, sp.Ne) else self.comparison(fact.lhs, fact.rel_op, fact.rhs)
        elif isinstance(fact, AppliedPredicate):
            name, expr = str(fact.function.name), fact.arguments[0]
            if name in ("negative", "nonpositive") and is_scalar(expr):
                yield ["positive" if name == "negative" else "nonnegative", ["mul", MINUS, self.expr(expr)]]
            elif name in _WORDS or name == "nonzero" or (name in _SIGNS and is_scalar(expr)):
                yield [name, self.expr(expr)]
            else:
                yield from map(self.equation, relations_of(fact))
                implied = Facts([fact]).structure(expr)
                if "injective" in implied and "orthonormal_columns" not in implied:
                    yield ["injective", self.expr(expr)]
                if "surjective" in implied and "orthonormal_rows" not in implied:
                    yield ["injective", ["T", self.expr(expr)]]

    def equation(self, e: Any) -> Json:
        return ["eq", self.expr(e.lhs), self.expr(e.rhs)]

    def comparison(self, left: Any, relation: str, right: Any) -> Json:
        """An inequality of scalars: the difference is positive or nonnegative; of positive products, one is at least
        the other."""
        if relation in ("<", "<="):
            left, right = right, left
        if is_product(left) or is_product(right):
            if relation in ("<", ">"):
                raise UnsupportedError(f"of positive products proofs know >= and <=, not {left} {relation} {right}.")
            return ["at_least", positive_product(self, left), positive_product(self, right)]
        kind = "positive" if relation in ("<", ">") else "nonnegative"
        if right == 0 or left == 0:
            return [kind, self.expr(left) if right == 0 else ["mul", MINUS, self.expr(right)]]
        return [kind, ["add", self.expr(left), ["mul", MINUS, self.expr(right)]]]

    def sign(self, relation: Any) -> Json:
        """A comparison of scalars as a sign: `a > b` is `a - b` positive."""
        kinds = {sp.Gt: (1, "positive"), sp.Ge: (1, "nonnegative"), sp.Lt: (-1, "positive"), sp.Le: (1, "nonpositive"),
                 sp.Ne: (1, "nonzero")}  # fmt: skip
        if type(relation) not in kinds:
            raise UnsupportedError(f"proofs have no word for the condition {relation}.")
        direction, word = kinds[type(relation)]
        left, right = (relation.lhs, relation.rhs) if direction > 0 else (relation.rhs, relation.lhs)
        if right == 0:
            return [word, self.expr(left)]
        return [word, ["add", self.expr(left), ["mul", MINUS, self.expr(right)]]]

    def declared(self) -> list[Json]:
        """Signs declared with the scalar symbols that occur, and the length of columns of ones."""
        out = list[Json]()
        for s, name in self.names.items():
            if isinstance(s, (Symbol, sp.NumberSymbol)):
                if s.is_positive:
                    out.append(["positive", name])
                elif s.is_nonzero:
                    out.append(["nonzero", name])
                elif s.is_nonnegative:
                    out.append(["nonnegative", name])
            elif isinstance(s, OneMatrix):
                out.append(["eq", ["mul", ["T", name], name], ["dim", self.size(s.shape[0])]])
        return out

    def claim(self, claim: Any) -> Json:
        """A claim (an Eq, a predicate, `ForAll`, or an object with `.lhs .rhs .relation`), by cases where it has any.

        `iff` is both implications; a structure such as "orthogonal" is claimed as its relations.
        """
        if isinstance(claim, ForAll):
            return ["forall", self.symbol(claim.symbol), self.claim(claim.relation)]
        if isinstance(claim, AppliedPredicate):
            return self._predicate_claim(claim)
        if isinstance(claim, sp.And):
            return _all([self.claim(part) for part in claim.args])
        if isinstance(claim, sp.Implies):
            return self._implication(*claim.args)
        relation = "=" if isinstance(claim, sp.Eq) else getattr(claim, "relation", getattr(claim, "rel_op", ""))
        if relation == "=":
            limits = [side for side in (claim.lhs, claim.rhs) if isinstance(side, sp.Limit)]
            if limits:
                return self._limit(limits[0], claim.rhs if limits[0] is claim.lhs else claim.lhs)
            return self._cases(claim.lhs, claim.rhs, {})
        if relation in ("<", "<=", ">", ">="):
            return self.comparison(claim.lhs, relation, claim.rhs)
        if relation == "!=" and is_scalar(claim.lhs):  # a number that has an inverse
            return ["invertible", self.comparison(claim.lhs, ">", claim.rhs)[1]]
        if relation == "implies":
            return self._implication(claim.lhs, claim.rhs)
        if relation == "iff":
            return ["and", self._implication(claim.lhs, claim.rhs), self._implication(claim.rhs, claim.lhs)]
        raise UnsupportedError(f"proofs are of equations, implications and predicates; not of {claim}.")

    def _limit(self, limit: sp.Limit, value: Any) -> Json:
        """`limit = value`, as the kernel's "limit", with the change of variable proved where there is one."""
        form = falling(limit, [str(s) for s in self.names])
        if value.has(form.symbol, limit.args[1]):
            raise UnsupportedError(f"the variable of {limit} occurs in the value that it is said to have.")
        parts = []
        if form.original is not None:
            parts.append(["eq", self.expr(form.original), self.expr(form.expr)])
        claim = ["limit", self.symbol(form.symbol), self.expr(form.expr), self.expr(value)]
        written = len(self.inverses)
        for inverted in inverted_at_zero(form.expr, form.symbol):
            self._invert(self.expr(inverted), inverted)
        self.implied += [e for e, _ in self.inverses[written:]]
        return _all([*parts, claim])

    def _predicate_claim(self, claim: Any) -> Json:
        name, expr = str(claim.function.name), claim.arguments[0]
        if name in WORDS:
            return [name, self.expr(expr)]
        row = STRUCTURES[name]
        complete = row.relations and row.zero_where is None and not any(r.has(sp.Inverse) for r in row.relations)
        if name in {*_WORDS, *_SIGNS} or not complete:
            raise UnsupportedError(f"proofs have no word for {claim}.")
        return _all([self.equation(r) for r in relations_of(claim)])

    def _implication(self, premise: Any, conclusion: Any) -> Json:
        facts = self.facts([_renamed(premise, conclusion)])[0]
        if not facts:
            raise UnsupportedError(f"proofs have no word for the hypothesis {premise}.")
        return _implies(facts, self.claim(conclusion))

    def _cases(self, left: Any, right: Any, decided: dict[Any, Any]) -> Json:
        """An equation between sides with Piecewise in them: one claim for each way the conditions can fall."""
        left, right = (settle(side, decided) for side in (left, right))
        pieces = sorted(left.atoms(sp.Piecewise) | right.atoms(sp.Piecewise), key=sp.default_sort_key)
        condition = next((c for p in pieces for c in comparisons(p) if c not in decided), None)
        if condition is None:
            if is_product(left) or is_product(right):
                return ["eq", *(["log", positive_product(self, side)] for side in (left, right))]
            return ["eq", self.expr(left), self.expr(right)]
        branches = [
            _implies([self.condition(c)], self._cases(left, right, decisions(c, decided)))
            for c in (condition, sp.Not(condition))
        ]
        return ["and", *branches]

    def condition(self, c: Any) -> Json:
        return self.equation(c) if isinstance(c, sp.Eq) else self.sign(c)

    # JSON -> SymPy.

    def read(self, e: Json) -> Any:
        """The SymPy expression, fact or claim that a JSON one says: `read(expr(e))` has the value of `e`."""
        return Reader(self.names, self.sizes, [e for e, _ in self.inverses], self.scope).read(e)


def relations_of(fact: Any) -> list[sp.Eq]:
    """The relations that a structure is, without those that would need an inverse (such as A A^-1 = I)."""
    expr = fact.arguments[0]
    stand_in = MatrixSymbol("_", *shape(expr))
    relations = [r for r in Facts([fact.function(stand_in)]).relations() if not r.has(sp.Inverse)]
    return [sp.Eq(*(side.xreplace({stand_in: expr}) for side in r.args), evaluate=False) for r in relations]


def _renamed(fact: Any, other: Any) -> Any:
    """A hypothesis "for every x" in which x cannot be confused with the x of the conclusion."""
    if isinstance(fact, ForAll) and isinstance(other, Basic) and other.has(fact.symbol):
        return fact.xreplace({fact.symbol: MatrixSymbol(f"{fact.symbol}_0", *shape(fact.symbol))})
    return fact


def _multiplied(factors: list[Json]) -> Json:
    return factors[0] if len(factors) == 1 else ["mul", *factors]


def _implies(facts: list[Json], claim: Json) -> Json:
    for fact in reversed(facts):
        claim = ["implies", fact, claim]
    return claim


def _all(claims: list[Json]) -> Json:
    return claims[0] if len(claims) == 1 else ["and", *claims]


def _index(name: str, size: str) -> Json:
    return None if size == "1" else name


def _fresh(name: str, taken: Iterable[str], prefix: str, plain: bool = False) -> str:
    """A name that the kernel accepts, as close to `name` as possible, and not taken."""
    fits = (lambda c: c.isalnum() or c == "_") if plain else (lambda c: not c.isspace() and c not in "'\"#:")
    kept = "".join(c if fits(c) else "_" for c in name)
    if not kept[:1].isalpha():
        kept = prefix + kept
    base, k, known = kept, 1, set(taken)
    while kept in known:
        k += 1
        kept = f"{base}_{k}"
    return kept


__all__ = ["MINUS", "Json", "Statement"]
