"""Every row of the tables of structures, against random matrices; and `Facts`, which may use nothing but those rows."""

from functools import lru_cache

import numpy as np
import pytest
import sympy as sp
from sympy import Eq, Gt, Identity, Inverse, MatAdd, MatMul, MatrixSymbol, Ne, Q, Symbol, Trace, Transpose, ZeroMatrix

from symbolic import structures as t
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.facts import BY_SHAPE, PROPAGATION, STRUCTURES, Facts, Rule, predicate
from symbolic.nodes import ForAll
from symbolic.patterns import canonical

SEED = 20240611
SIZES = (1, 2, 3, 4)
TRIALS = 20  # instances a true row must survive; a false row must fall within them
n, m = t.n, t.m
A, B, X = MatrixSymbol("A", n, n), MatrixSymbol("B", n, n), MatrixSymbol("X", m, n)
lam = Symbol("lambda", positive=True)

NUMBERS = {t.even: (-2, 0, 2, 4), t.odd: (-1, 1, 3), t.integer: (-2, -1, 0, 1, 3), t.natural: (0, 1, 2, 3),
           t.real: (-1.5, 0, 0.5, 2), t.positive: (0.5, 1, 3)}  # fmt: skip


class Undefined(Exception):
    """The instance makes the expression meaningless: an inverse of a singular matrix, a negative power of 0."""


# A small evaluator, written again here so that the tables are not tested by the code that uses them.


def value(expr, env):
    if expr in env:
        return env[expr]
    args = [value(a, env) for a in expr.args] if not isinstance(expr, (Symbol, MatrixSymbol)) else []
    match expr:
        case sp.Number():
            return np.array([[float(expr)]])
        case sp.Inverse() | sp.Pow() | sp.MatPow():
            return powered(*args)
        case sp.Transpose():
            return args[0].T
        case sp.MatAdd() | sp.Add():
            return np.add(*args)
        case sp.MatMul() | sp.Mul():
            result = args[0]
            for arg in args[1:]:
                result = result @ arg if 1 not in (result.size, arg.size) else result * arg
            return result
        case sp.Identity():
            return np.eye(int(args[0].item()))
        case sp.ZeroMatrix():
            return np.zeros([int(arg.item()) for arg in args])
        case sp.OneMatrix():
            return np.ones([int(arg.item()) for arg in args])
        case sp.HadamardProduct():
            return args[0] * args[1]
        case sp.KroneckerProduct():
            return np.kron(*args)
        case sp.DiagMatrix():
            return np.diag(args[0].ravel())
        case sp.Trace():
            return np.array([[np.trace(args[0])]])
        case sp.Determinant():
            return np.array([[np.linalg.det(args[0])]])
        case sp.matrices.expressions.matexpr.MatrixElement():
            k = int(args[1].item()) % len(args[0])
            return args[0][k : k + 1, k : k + 1]
        case sp.exp():
            return np.exp(args[0])
        case sp.Abs():
            return np.abs(args[0])
        case sp.Max():
            return np.maximum(*args)
    raise NotImplementedError(type(expr))


def powered(base, exponent):
    k = exponent.item()
    if base.size == 1:
        if base.item() == 0 and k < 0:
            raise Undefined
        return base**k
    if k < 0 and np.linalg.cond(base) > 1e9:
        raise Undefined
    return np.linalg.matrix_power(base, int(k))


# What a name means for an array: its relations, evaluated, its zero entries, and what relations cannot say.

SPECTRAL = {
    "positive_definite": lambda M, eps: np.linalg.eigvalsh(M + M.T).min() > eps * np.abs(M).max(),
    "positive_semidefinite": lambda M, eps: np.linalg.eigvalsh(M + M.T).min() >= -1e-9 * max(1, np.abs(M).max()),
    "invertible": lambda M, eps: np.linalg.cond(M) < 1 / eps,
    "injective": lambda M, eps: M.shape[0] >= M.shape[1] and np.linalg.cond(M) < 1 / eps,
    "surjective": lambda M, eps: M.shape[0] <= M.shape[1] and np.linalg.cond(M) < 1 / eps,
    "fullrank": lambda M, eps: np.linalg.cond(M) < 1 / eps,
    "nonzero": lambda M, eps: np.abs(M).max() > eps,
    "positive": lambda M, eps: M.item() > 0,
    "nonnegative": lambda M, eps: M.item() >= -1e-9,
    "negative": lambda M, eps: M.item() < 0,
    "nonpositive": lambda M, eps: M.item() <= 1e-9,
    "real": lambda M, eps: np.isrealobj(M),
}
STRICT, LOOSE = 5e-2, 1e-9  # premises are far from singular, so that conclusions are seen to be regular


def is_a(name, M, eps=LOOSE):
    row = STRUCTURES[name]
    fits = {"any": True, "square": M.shape[0] == M.shape[1], "scalar": M.shape == (1, 1)}
    if not fits[row.shape]:
        return False
    if "positive_" in name and not is_a("symmetric", M):
        return False
    if name in SPECTRAL and not SPECTRAL[name](M, eps):
        return False
    env = {row.template: M}
    env |= {size: np.array([[k]]) for size, k in zip(getattr(row.template, "shape", ()), M.shape, strict=False)}
    scale = max(1.0, np.abs(M).max()) ** 2
    if not all(np.allclose(value(r.lhs, env), value(r.rhs, env), atol=1e-7 * scale) for r in row.relations):
        return False
    if row.zero_where is None:
        return True
    return all(abs(M[hole]) <= 1e-9 * scale for hole in holes(row.zero_where, len(M)))


@lru_cache
def holes(condition, size):
    return [(k, l) for k in range(size) for l in range(size) if condition.subs({t.i: k, t.j: l})]


# Random arrays with a structure: ordinary, integer, zero, singular and special ones. What does not fit is drawn again.


def orthonormal(rng, r, c):
    q = np.linalg.qr(rng.normal(size=(max(r, c), max(r, c))))[0]
    return q[:r, :c]


def plain(rng, r, c):
    low_rank = rng.integers(-2, 3, size=(r, 1)) @ rng.integers(-2, 3, size=(1, c))
    choices = (rng.normal(size=(r, c)), rng.integers(-2, 3, size=(r, c)), np.zeros((r, c)), low_rank, np.eye(r, c))
    return np.asarray(choices[rng.integers(len(choices))], dtype=float)


def draw(rng, name, r, c):
    M = plain(rng, r, c)
    if name in ("orthogonal", "orthonormal_columns", "orthonormal_rows"):
        return orthonormal(rng, r, c) if rng.integers(3) else np.eye(r, c)[:, rng.permutation(c)]
    if name == "negative":
        return -abs(M)
    if r != c:
        return M
    q = orthonormal(rng, r, r)
    drawn = {
        "symmetric": M + M.T,
        "skew_symmetric": M - M.T,
        "positive_semidefinite": M.T @ M,
        "positive_definite": M.T @ M + rng.choice([0.1, 1.0, 3.0]) * np.eye(r),
        "idempotent": idempotent(rng, q),
        "diagonal": np.diag(np.diag(M)),
        "upper_triangular": np.triu(M),
        "lower_triangular": np.tril(M),
    }
    special = {"symmetric": q @ idempotent(rng, np.eye(r)) @ q.T, "upper_triangular": drawn["diagonal"],
               "lower_triangular": drawn["diagonal"]}  # fmt: skip
    return special[name] if name in special and not rng.integers(3) else drawn.get(name, M)


def idempotent(rng, q):
    d = np.diag(rng.integers(0, 2, size=len(q)).astype(float))
    basis = q + rng.integers(0, 2) * np.triu(np.ones_like(q))
    return basis @ d @ np.linalg.inv(basis) if np.linalg.cond(basis) < 100 else q @ d @ q.T


def sample(rng, names, r, c):
    """An array with all the names, or None."""
    for _ in range(30):
        M = draw(rng, rng.choice([*names, "plain"]) if len(names) != 1 or not rng.integers(8) else names[0], r, c)
        if all(is_a(name, M, STRICT) for name in names):
            return M
    return None


def instance(rule, rng):
    """Values for the template symbols of a row which meet its premises, or None."""
    env = {size: np.array([[rng.choice(SIZES)]]) for size in (t.n, t.m, t.p)}
    env |= {exponent: np.array([[rng.choice(values)]]) for exponent, values in NUMBERS.items()}
    env[t.i] = np.array([[rng.integers(4)]])
    leaves = sp.Tuple(rule.pattern, *(about for _, about in rule.premises)).atoms(MatrixSymbol) | {t.a, t.b}
    for leaf in sorted(leaves, key=str):
        names = [name for name, about in rule.premises if about == leaf]
        size = [int(value(s, env).item()) for s in getattr(leaf, "shape", (1, 1))] if leaf.is_Matrix else [1, 1]
        drawn = sample(rng, names, *size)
        if drawn is None:
            return None
        env[leaf] = drawn
    met = all(is_a(name, value(about, env), STRICT) for name, about in rule.premises if about not in leaves)
    return env if met else None


def counterexample(rule, seed=SEED, trials=TRIALS):
    """The first instance of the premises without the conclusion; None if `trials` instances survive, 1x1 among them."""
    rng, met, sizes = np.random.default_rng(seed), 0, set()
    for _ in range(80 * trials):
        try:
            env = instance(rule, rng)
            result = value(rule.pattern, env) if env else None
        except (Undefined, np.linalg.LinAlgError):
            continue
        if env is None or result is None:
            continue
        if not is_a(rule.conclusion, result):
            return result
        met += 1
        sizes.add(int(env[t.n].item()))
        if met >= trials:
            break
    assert met >= trials, f"seed {seed}: only {met} instances meet the premises of {rule}"
    assert len(sizes) > 1, f"seed {seed}: one size only, {sizes}"
    return None


def row_id(rule):
    return str(rule).replace("*", "·")


FALSE = (
    *t._rules("symmetric", (MatMul(t.A, t.B), ("symmetric", t.A), ("symmetric", t.B)), (MatMul(t.A, t.A),)),
    *t._rules(
        "positive_definite",
        (MatMul(-1, t.A), ("positive_definite", t.A)),
        (MatMul(t.A, t.B), ("positive_definite", t.A), ("positive_definite", t.B)),
        (MatMul(t.X.T, t.A, t.X), ("positive_definite", t.A)),
        (MatAdd(t.A, MatMul(-1, t.B)), ("positive_definite", t.A), ("positive_definite", t.B)),
        (MatMul(t.X.T, t.X), ("fullrank", t.X)),
        (MatMul(t.a, t.A), ("nonnegative", t.a), ("positive_definite", t.A)),
    ),
    *t._rules("positive_semidefinite", (MatMul(t.A, t.A),), (MatMul(t.X.T, t.A, t.X), ("symmetric", t.A))),
    *t._rules(
        "invertible",
        (MatAdd(t.A, t.B), ("invertible", t.A), ("invertible", t.B)),
        (MatMul(t.a, t.A), ("invertible", t.A)),
        (MatAdd(t.I, t.A), ("symmetric", t.A)),
        (MatMul(t.X, t.X.T), ("injective", t.X)),
    ),
    *t._rules(
        "orthogonal",
        (MatAdd(t.A, t.B), ("orthogonal", t.A), ("orthogonal", t.B)),
        (MatMul(2, t.A), ("orthogonal", t.A)),
        (MatAdd(t.I, MatMul(-1, t.X, t.X.T)), ("orthonormal_columns", t.X)),
    ),
    *t._rules("idempotent", (MatMul(t.A, t.B), ("idempotent", t.A), ("idempotent", t.B))),
    *t._rules("idempotent", (MatMul(-1, t.A), ("idempotent", t.A))),
    *t._rules("injective", (Transpose(t.X), ("injective", t.X)), (MatMul(t.X, t.Y), ("injective", t.Y))),
    *t._rules("upper_triangular", (Transpose(t.A), ("upper_triangular", t.A))),
    *t._rules("upper_triangular", (MatMul(t.X.T, t.A, t.X), ("diagonal", t.A))),
    *t._rules("skew_symmetric", (MatMul(t.A, t.A), ("skew_symmetric", t.A)), (MatAdd(t.A, t.A.T),)),
    *t._rules("nonzero", (MatAdd(t.A, t.B), ("nonzero", t.A), ("nonzero", t.B)), (t.a + t.b, ("positive", t.a))),
    *t._rules("positive", (t.a * t.b, ("positive", t.a), ("nonnegative", t.b)), (Trace(t.A), ("invertible", t.A))),
    *t._rules("nonnegative", (sp.Pow(t.a, t.integer), ("nonzero", t.a)), (sp.Max(t.a, t.b), ("negative", t.a))),
)  # fmt: skip


@pytest.mark.parametrize("rule", PROPAGATION, ids=row_id)
def test_row_survives_random_matrices(rule):
    assert counterexample(rule) is None, f"seed {SEED}"


@pytest.mark.parametrize("rule", FALSE, ids=row_id)
def test_false_row_falls_and_is_not_derived(rule):
    assert counterexample(rule, trials=2000) is not None, f"seed {SEED}: no counterexample to {rule}"
    given, goal = renamed(rule)
    assert Facts(given).holds(rule.conclusion, goal) is None


# Implications.

EXCESS = {"any": (0, 1, -1), "tall": (0, 1, 2), "wide": (0, -1, -2)}  # of rows over columns


def implication_fails(shape, name, implied, seed=SEED):
    rng, met, kind = np.random.default_rng(seed), 0, STRUCTURES[name].shape
    for _ in range(4000):
        c = int(rng.choice(SIZES))
        r = max(1, c + int(rng.choice(EXCESS.get(shape, (0,)))))
        r, c = {"column": (r, 1), "row": (1, c), "scalar": (1, 1)}.get(shape, (r, c))
        r, c = {"square": (c, c), "scalar": (1, 1)}.get(kind, (r, c))
        M = sample(rng, [name], r, c)
        if M is not None and not is_a(implied, M):
            return M
        met += M is not None
        if met == TRIALS:
            return None
    raise AssertionError(f"seed {seed}: only {met} instances of {name}")


IMPLIED = [("any", row.name, implied) for row in STRUCTURES.values() for implied in row.implies] + list(BY_SHAPE)


@pytest.mark.parametrize("shape, name, implied", IMPLIED)
def test_implication_survives_random_matrices(shape, name, implied):
    assert implication_fails(shape, name, implied) is None, f"seed {SEED}"
    sizes = {"tall": (n + 1, n), "wide": (n, n + 2), "column": (n, 1), "row": (1, n), "square": (n, n)}
    sizes["scalar"] = (1, 1)
    usual = {"any": (m, n), "square": (n, n), "scalar": (1, 1)}[STRUCTURES[name].shape]
    M = MatrixSymbol("M", *sizes.get(shape, usual))
    assert implied in Facts([predicate(name)(M)]).structure(M)


@pytest.mark.parametrize(
    "shape, name, implied",
    [("any", "injective", "surjective"), ("square", "symmetric", "positive_semidefinite"),
     ("wide", "fullrank", "injective"), ("tall", "fullrank", "surjective"), ("any", "nonzero", "injective"),
     ("any", "orthonormal_columns", "orthogonal"), ("square", "positive_semidefinite", "positive_definite"),
     ("scalar", "nonzero", "positive")],
)  # fmt: skip
def test_false_implication_falls(shape, name, implied):
    assert implication_fails(shape, name, implied) is not None, f"seed {SEED}"


def test_implication_needs_its_shape():
    X = MatrixSymbol("X", t.m, t.n)
    assert Facts([Q.fullrank(X)]).structure(X) == {"fullrank", "nonzero"}
    assert "orthogonal" not in Facts([predicate("orthonormal_columns")(X)]).structure(X)
    assert "invertible" in Facts([Q.positive_definite(A)]).structure(A)


# Facts: each row is found, with other letters than the templates'; and none of its premises is idle.


def renamed(rule):
    """The premises of a row as given predicates, and its pattern, over fresh symbols and sizes."""
    q, r, s = sp.symbols("q r s", integer=True, positive=True)
    fresh = {t.n: q, t.m: r, t.p: s, t.a: Symbol("alpha"), t.b: Symbol("beta")}
    fresh |= {M: MatrixSymbol(letter, *(size.xreplace(fresh) for size in M.shape))
              for M, letter in zip((t.A, t.B, t.C, t.X, t.Y, t.Z, t.x), "TSRVWUv", strict=True)}  # fmt: skip
    return [predicate(name)(about.xreplace(fresh)) for name, about in rule.premises], rule.pattern.xreplace(fresh)


@pytest.mark.parametrize("rule", PROPAGATION, ids=row_id)
def test_row_is_found_and_needs_every_premise(rule):
    given, goal = renamed(rule)
    fact = Facts(given).holds(rule.conclusion, goal)
    assert fact is not None
    assert (fact.name, canonical(goal)) == (rule.conclusion, canonical(fact.expr))
    for k in range(len(given)):
        assert Facts(given[:k] + given[k + 1 :]).holds(rule.conclusion, goal) is None, f"{given[k]} is idle"



def test_tree_is_built_from_rows_and_given_facts():
    fact = Facts([Q.symmetric(A)]).holds("symmetric", X * A * X.T + 2 * X * A.T * X.T)
    assert fact is not None
    assert [leaf.rule for leaf in fact.used] == ["given: Q.symmetric(A)"]
    rules = {str(rule) for rule in PROPAGATION}

    def walk(f):
        yield f
        for premise in f.premises:
            yield from walk(premise)

    assert all(f.rule in rules or f.rule.startswith("given") for f in walk(fact))
    assert "symmetric: X.T*A*X if symmetric A" in str(fact)


@pytest.mark.parametrize("name", ["positive_definite", "invertible", "symmetric", "injective"])
def test_ridge_matrix(name):
    facts = Facts()
    assert facts.holds(name, X.T * X + lam * Identity(n))
    assert facts.holds(name, MatAdd(MatMul(lam, Identity(m)), MatMul(X, X.T)))
    assert Facts().holds("positive_definite", X.T * X + Symbol("mu") * Identity(n)) is None
    assert Facts().holds("invertible", X.T * X - lam * Identity(n)) is None


def test_sums_and_products_fold():
    S, T = MatrixSymbol("S", n, n), MatrixSymbol("T", n, n)
    facts = Facts([Q.positive_definite(A), predicate("positive_semidefinite")(B), Q.orthogonal(S), Q.orthogonal(T)])
    assert facts.holds("positive_definite", B + X.T * X + A + lam * B)
    assert facts.holds("orthogonal", S * T.T * S * T.inv() * S**3)
    assert facts.holds("symmetric", A + S + T + S.T + T.T)
    assert facts.holds("positive_definite", S.T * T * A * T.T * S)
    assert facts.holds("symmetric", S + T) is None
    assert facts.holds("orthogonal", S + T) is None


def test_one_by_one_is_a_scalar():
    x, y, s = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("s", 1, 1)
    facts = Facts([Q.positive_definite(A), Ne(y, ZeroMatrix(n, 1)), Q.positive(s)])
    assert facts.holds("nonnegative", x.T * A * x)
    assert facts.holds("positive", x.T * A * x) is None
    assert facts.holds("positive", sp.Add(y.T * A * y, x.T * x, 1))
    assert facts.holds("positive", y.T * A * y)
    assert facts.holds("symmetric", x.T * B * y)
    assert facts.holds("symmetric", B * (x.T * y)) is None
    assert facts.holds("positive_definite", s * A)
    assert facts.holds("positive", 1 / sp.Add(x.T * A * x, 1))
    assert facts.holds("positive_semidefinite", x * x.T * A * x * x.T)


def test_scalars_carry_a_sign():
    a = Symbol("a")
    neg = Symbol("b", negative=True)
    assert Facts([Q.positive_definite(A), a > 0]).holds("positive_definite", a * A)
    assert Facts([Q.positive_definite(A), Gt(0, a)]).holds("positive_definite", a * A) is None
    assert Facts([Q.positive_definite(A)]).holds("positive_definite", a * A) is None
    assert Facts([Q.positive_definite(A)]).holds("positive_definite", neg * A) is None
    assert Facts([Q.positive_definite(A)]).holds("positive_definite", neg**2 * A)
    assert Facts([Q.orthogonal(A)]).holds("orthogonal", -A)
    assert Facts([Q.orthogonal(A)]).holds("orthogonal", 2 * A) is None


@pytest.mark.parametrize(
    "given, name, claim",
    [
        (Q.symmetric(A) & Q.symmetric(B), "symmetric", A * B),
        (Q.positive_definite(A) & Q.positive_definite(B), "positive_definite", A * B),
        (Q.diagonal(A) & Q.symmetric(B), "diagonal", A * B),
        (Q.fullrank(X), "fullrank", X * A * X.T),
        (Q.fullrank(X), "positive_definite", X * X.T),
        (Q.positive_definite(A) & Q.fullrank(X), "positive_definite", X * A * X.T),
        (Q.invertible(A), "invertible", Symbol("c") * A),
    ],
    ids=str,
)
def test_mistakes_of_ask_are_not_repeated(given, name, claim):
    assert Facts(given).holds(name, claim) is None


def test_equations_that_are_the_relations_of_a_structure():
    P, U = MatrixSymbol("P", n, n), MatrixSymbol("U", m, n)
    given = [Eq(P * P, P, evaluate=False), Eq(P, P.T, evaluate=False), Eq(Identity(n), U.T * U, evaluate=False)]
    facts = Facts(given)
    assert facts.holds("positive_semidefinite", P)
    assert facts.holds("idempotent", U * P * U.T)
    assert Facts([Eq(A.T * B, Identity(n), evaluate=False)]).holds("orthogonal", A) is None
    assert Facts([Eq(P * P, P, evaluate=False)]).holds("symmetric", P) is None
    assert facts.given == tuple(given)


def test_relations_are_closed_under_implication():
    U = MatrixSymbol("U", n, n)
    both = {Eq(MatMul(U.T, U), Identity(n), evaluate=False), Eq(MatMul(U, U.T), Identity(n), evaluate=False)}
    assert both <= set(Facts([Q.orthogonal(U)]).relations())
    assert both <= set(Facts([predicate("orthonormal_columns")(U)]).relations())
    inverse = [Eq(MatMul(*pair), Identity(n), evaluate=False) for pair in ((A, Inverse(A)), (Inverse(A), A))]
    assert Facts([Q.positive_definite(A)]).relations() == [Eq(A.T, A, evaluate=False), *inverse]
    gram = MatMul(Inverse(MatMul(X.T, X)), X.T, X)
    assert Facts([predicate("injective")(X)]).relations() == [Eq(gram, Identity(n), evaluate=False)]
    assert Eq(Transpose(A), A, evaluate=False) in Facts([Q.diagonal(A)]).relations()
    assert Facts([Q.positive(lam), Q.upper_triangular(A)]).relations() == []


def test_given_about_expressions_and_their_other_spellings():
    assert Facts([Q.invertible(X.T * X)]).holds("positive_definite", X.T * X)
    assert Facts([Q.invertible(A + B)]).holds("invertible", B.T + A.T)
    assert Facts([Q.invertible(Identity(n) + A * B)]).holds("invertible", Identity(n) + B * A)
    assert Facts([Q.invertible(Identity(n) + A * B)]).holds("invertible", Identity(n) + A.T * B) is None
    x = MatrixSymbol("x", n, 1)
    assert Facts([ForAll(x, Eq(A * x, B * x, evaluate=False))]).holds("symmetric", A) is None


@pytest.mark.parametrize("name", sorted(set(STRUCTURES) - {"negative", "skew_symmetric", "nonpositive", "idempotent"}))
def test_identity_has_them_all(name):
    size = 1 if STRUCTURES[name].shape == "scalar" else n
    assert Facts().holds(name, Identity(size))


def test_refusals():
    with pytest.raises(ShapeError, match=r"Q.symmetric\(X\) needs a square matrix, but X is m x n.*declare one size"):
        Facts([Q.symmetric(X)])
    with pytest.raises(ShapeError, match="needs a scalar, but A is n x n"):
        Facts([Q.positive(A)])
    with pytest.raises(ShapeError, match="cannot multiply A"):
        Facts().holds("symmetric", A * X)
    with pytest.raises(ShapeError, match="cannot equate"):
        Facts([Eq(A, X, evaluate=False)])
    with pytest.raises(UnsupportedError, match="singular"):
        Facts([Q.singular(A)])
    with pytest.raises(UnsupportedError, match="unitary"):
        Facts(Q.symmetric(A) & Q.unitary(B))
    with pytest.raises(UnsupportedError, match="Or"):
        Facts([Q.symmetric(A) | Q.symmetric(B)])
    with pytest.raises(UnsupportedError, match="no structure is called semmetric"):
        Facts().holds("semmetric", A)


def test_rules_are_rows():
    assert len({str(rule) for rule in PROPAGATION}) == len(PROPAGATION)
    assert all(isinstance(rule, Rule) and rule.conclusion in STRUCTURES for rule in PROPAGATION)
    assert all(implied in STRUCTURES for _, name, implied in IMPLIED for implied in (name, implied))
