"""The search: what it finds is a proof, what it cannot find it does not invent; hypotheses that clash are noticed."""

import time
from fractions import Fraction

import pytest
from sympy import Eq, Identity, Inverse, MatMul, MatrixSymbol, Q, Symbol, Trace, Transpose, symbols

from proofs.attempt import zeros_in_force
from proofs.completion import UNIT, Coefficient, Contradiction
from proofs.kernel import COL, FACTS, ROW, Checker, KernelError
from proofs.letters import Letters
from proofs.positivity import squares_of, take_definite_step
from proofs.search import Search
from proofs.statement import Statement
from proofs.writing import Step, Writer
from symbolic.facts import predicate

m, n = symbols("m n", integer=True, positive=True)
A, B, P, R = (MatrixSymbol(s, n, n) for s in "ABPR")
X, V = MatrixSymbol("X", m, n), MatrixSymbol("V", n, m)
x, y, u = MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1), MatrixSymbol("u", m, 1)
lam, w, c, e = Symbol("lambda", positive=True), *symbols("w c e", real=True)
I = Identity(n)


def setting(exprs, given=(), invertible=()):
    """A kernel checker for some expressions, their inverses introduced on assumption, and a search in it."""
    s = Statement()
    s.survey([*exprs, *given])
    told = [s.expr(e) for e in exprs]
    facts, _ = s.facts(given)
    for e in invertible:
        s.expr(Inverse(e))
    facts += [f for f in s.declared() if f not in facts]
    assumed = [["invertible", e] for e, _ in s.inverses]
    table = {f"g{k}": f for k, f in enumerate(facts)} | {f"a{k}": f for k, f in enumerate(assumed)}
    checker = Checker(s.symbols, table)
    for e, _ in s.inverses:
        checker.step(["inverse", e])
    assert all(f[0] in FACTS for f in table.values())
    return checker, Search(checker, zeros_in_force(checker)), [checker.expr(t, {}) for t in told]


def accepted(checker, m, proof):
    """Whether the kernel accepts a proof that m is zero, its lemmas first."""
    for lemma in proof.lemmas:
        checker.step(["zero", lemma])
    try:
        checker.follows(m, proof.expression, {})
    except KernelError:
        return False
    return True


FOUND = {
    "one rewriting": ([A * B, A], [Eq(A * B, A, evaluate=False)]),
    "a transposed hypothesis": ([B.T * A.T, A.T], [Eq(A * B, A, evaluate=False)]),
    "two inverses of one matrix": ([B, P], [Eq(A * B, I, evaluate=False), Eq(P * A, I, evaluate=False)]),
    "through size 1": ([x * y.T * A * x, x * (y.T * x)], [Eq(y.T * A, y.T, evaluate=False)]),
    "inside a closed word": ([A * (x.T * P * y), A * (y.T * P * x)], [Q.symmetric(P)]),
    "inside a trace, around the corner": ([Trace(A * R * B), Trace(R)], [Eq(B * A, I, evaluate=False)]),
    "a trace that becomes a size": ([Trace(A * B), n + 0 * w], [Eq(B * A, I, evaluate=False)]),
    "a trace that opens": ([Trace(A * B * P), x.T * P * y], [Eq(A * B, y * x.T, evaluate=False)]),
    "a closed word that is a number": ([x * (x.T * x) * y.T, x * y.T], [Eq(x.T * x, Identity(1), evaluate=False)]),
    "a scalar defined by others": ([e * A, (w + c) * A], [Eq(e, w + c, evaluate=False)]),
    "a defined matrix": ([B * A * A, P * A * A + A**3], [Eq(B, P + A, evaluate=False)]),
    "division by a positive scalar": ([A, B], [Eq(lam * A, lam * B, evaluate=False)]),
    "an inverse of an inverse": ([MatMul(Inverse(Inverse(A) + B), Inverse(A) + B), I], []),
}


@pytest.mark.parametrize("name", FOUND)
def test_found(name):
    sides, given = FOUND[name]
    checker, search, (left, right) = setting(sides, given)
    proof = search.prove(left - right)
    assert proof is not None
    assert accepted(checker, left - right, proof)


NOT_FOUND = {
    "no hypothesis": ([A * B, B * A], []),
    "one inverse is not the other": ([A * B, I], [Eq(B * A, I, evaluate=False)]),  # true for square ones, not by words
    "a transposed hypothesis": ([A.T * B, A.T], [Eq(A * B, A, evaluate=False)]),
    "division by a scalar that may be 0": ([A, B], [Eq(w * A, w * B, evaluate=False)]),
    "cancellation": ([A, B], [Eq(A * P, B * P, evaluate=False)]),
    "a trace says nothing of the matrix": ([A, B], [Eq(Trace(A), Trace(B), evaluate=False)]),
}


@pytest.mark.parametrize("name", NOT_FOUND)
def test_not_found(name):
    sides, given = NOT_FOUND[name]
    _, search, (left, right) = setting(sides, given)
    assert search.prove(left - right, seconds=0.3) is None


CLASHES = {
    "an inverse of zero": [Eq(A, 0 * A, evaluate=False), Eq(A * B, I, evaluate=False)],
    "a matrix that is one more than itself": [Eq(A, A + I, evaluate=False)],
    "two different products": [Eq(A * B, I, evaluate=False), Eq(A * B, 2 * I, evaluate=False)],
    "a number": [Eq(w, w + 1, evaluate=False)],
    "found by completion only": [
        Eq(A * B, I, evaluate=False), Eq(P * A, I, evaluate=False), Eq(B, P + I, evaluate=False),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CLASHES)
def test_hypotheses_that_cannot_be_met(name):
    """Everything would follow from them, so nothing may be called proved."""
    _, search, (left, right) = setting([R, X.T * X], CLASHES[name])
    with pytest.raises(Contradiction):
        search.prove(left - right, seconds=1)


RULES = {
    "scalars move between words": (
        [Inverse(A + x * y.T), Inverse(A) - MatMul(Inverse(A), x, Inverse(Identity(1) + y.T * Inverse(A) * x), y.T, P)],
        [],
    ),
    "coefficients with symbols": ([Inverse(X.T * X + lam * I) * X.T, X.T * Inverse(X * X.T + lam * Identity(m))], []),
    "loose traces and closed words": (
        [A * B * P, R], [Eq(A * B, Trace(P) * R, evaluate=False), Eq(B * P, (x.T * y) * A, evaluate=False)],
    ),
}


@pytest.mark.parametrize("name", RULES)
def test_every_rule_is_its_derivation(name):
    """In the kernel's arithmetic: a wrong rule could call hypotheses contradictory, which no kernel looks at."""
    sides, given = RULES[name]
    checker, search, (left, right) = setting(sides, given)
    search.prove(left - right, seconds=3)
    assert search.completions
    for completion in search.completions.values():
        for number, rule in enumerate(completion.rules):
            step = Step(UNIT, (), (ROW, COL), "", number, "")
            proof = Writer(search.letters, "").proof(completion, [step], 0, inline=True)
            assert proof is not None
            assert search.polynomial(checker.expr(proof.expression, {})) == {rule.lead: UNIT, **rule.rest}


def test_push_through_is_two_terms():
    sides = [MatMul(Inverse(I + V * X), V), MatMul(V, Inverse(Identity(m) + X * V))]
    checker, search, (left, right) = setting(sides)
    proof = search.prove(left - right)
    assert proof is not None
    assert proof.terms == 2
    assert not proof.lemmas
    assert accepted(checker, left - right, proof)


def test_long_proofs_share_lemmas():
    """(AB)^+ = B^+ A^+ if A'A and BB' commute: hundreds of terms when written out, few with lemmas."""
    a, b = MatrixSymbol("a", n, n), MatrixSymbol("b", n, n)
    penrose = lambda A, P: [  # noqa: E731
        Eq(A * P * A, A, evaluate=False), Eq(P * A * P, P, evaluate=False),
        Eq(Transpose(A * P), A * P, evaluate=False), Eq(Transpose(P * A), P * A, evaluate=False),
    ]  # fmt: skip
    given = [*penrose(A, a), *penrose(B, b), Eq(A.T * A * B * B.T, B * B.T * A.T * A, evaluate=False)]
    checker, search, (left, right) = setting([A * B * b * a * A * B, A * B], given)
    proof = search.prove(left - right, seconds=20)
    assert proof is not None
    assert proof.terms < 80
    assert accepted(checker, left - right, proof)


@pytest.mark.parametrize("powers", [1, 2, 4])
def test_reciprocals_are_multiplied_out(powers):
    """1/(w - c)^k - ..., any k: no search, and the proof is checked like every other."""
    left = ((w - c) + 1) ** powers / (w - c) ** powers
    right = (1 + 1 / (w - c)) ** powers
    checker, search, (one, other) = setting([left, right])
    proof = search.prove(one - other)
    assert accepted(checker, one - other, proof)
    assert search.prove(one - other - checker.expr("w", {})) is None


def test_nested_reciprocals():
    left, right = 1 / (1 / w + 1 / (w - c)), w * (w - c) / (2 * w - c)
    checker, search, (one, other) = setting([left, right], [Q.positive(w)])
    proof = search.prove(one - other)
    assert proof is not None
    assert accepted(checker, one - other, proof)


def test_time_is_bounded():
    """Braid relations complete to infinitely many rules."""
    given = [Eq(A * B * A, B * A * B, evaluate=False), Eq(B * P * B, P * B * P, evaluate=False)]
    _, search, (left, right) = setting([A * P * B * R, R * A], given)
    begin = time.perf_counter()
    assert search.prove(left - right, seconds=0.3) is None
    assert time.perf_counter() - begin < 2


def test_words_through_size_one():
    sizes = {"A": ("n", "n"), "x": ("n", "1"), "y": ("n", "1"), "#0": ("1", "1")}
    letters = Letters(sizes.__getitem__)
    word = letters.word(["x", "#0", "y'", "A", "x", "y'"])
    assert letters.pieces(word) == [letters.word(p) for p in (["x"], ["#0"], ["y'", "A", "x"], ["y'"])]
    turned = letters.word(["x", "x'", "A'", "y", "#0'", "y'"])
    assert letters.tidy(turned) == letters.tidy(word)
    assert letters.flip(letters.flip(word)) == word


def test_only_units_are_divided_by():
    one = Coefficient({((("lambda", Fraction(1)),), ()): 2})
    inverse = one.inverse({"lambda"})
    assert inverse is not None
    assert (inverse * one).terms == {((), ()): 1}
    assert one.inverse(set()) is None
    assert (one + Coefficient({((), ()): 1})).inverse({"lambda"}) is None


DEFINITE = {
    "ridge": (X.T * X + lam * I, [], 2),
    "ridge, the other side": (X * X.T + lam * Identity(m), [], 2),
    "congruence": (A.T * P * A + R, [Q.positive_definite(R), predicate("positive_semidefinite")(P)], 2),
    "normal equations": (X.T * X, [predicate("injective")(X)], 1),
    "Kalman": (X * P * X.T + 2 * lam * Identity(m), [Q.positive_definite(P)], 2),
    "a square of a sum": ((A - B).T * (A - B) + I, [], 2),
    "a power of a symmetric matrix": (A**2 + lam**2 * I, [Q.symmetric(A)], 2),
    "a number": (lam + 1 / lam, [], 2),
    "a number with a norm": (Identity(1) + x.T * x, [], 2),
}
INDEFINITE = {
    "a minus": (X.T * X - lam * I, []),
    "only semidefinite": (X.T * X, []),
    "a scalar of unknown sign": (X.T * X + w * I, []),
    "not symmetric": (A**2 + I, []),
    "a product of definite matrices": (P * R, [Q.positive_definite(P), Q.positive_definite(R)]),
    "no transpose": (A * P * A + I, [Q.positive_definite(P)]),
}


@pytest.mark.parametrize("name", DEFINITE)
def test_positive_definite(name):
    expr, given, count = DEFINITE[name]
    s = Statement()
    s.survey([expr, *given])
    told, facts = s.expr(expr), s.facts(given)[0] + s.declared()
    checker = Checker(s.symbols, {f"g{k}": f for k, f in enumerate(facts)})
    step = take_definite_step(checker, told, lambda: Search(checker, zeros_in_force(checker)))
    assert step is not None
    assert len(step[2]) == count
    assert checker.is_fact(checker.expr(told, {}), "positive_definite")


@pytest.mark.parametrize("name", INDEFINITE)
def test_not_positive_definite(name):
    expr, given = INDEFINITE[name]
    s = Statement()
    s.survey([expr, *given])
    told, facts = s.expr(expr), s.facts(given)[0] + s.declared()
    checker = Checker(s.symbols, {f"g{k}": f for k, f in enumerate(facts)})
    assert take_definite_step(checker, told, lambda: Search(checker, zeros_in_force(checker))) is None


def test_squares_are_read_off_words_too():
    """X'X + X'Y + Y'X + Y'Y is no sum of squares term by term, and that is said, not guessed."""
    s = Statement()
    expr = X.T * X + A.T * X.T * X * A + X.T * X * A
    s.survey([expr])
    told, checker = s.expr(expr), Checker(s.symbols, {})
    assert squares_of(checker, told, lambda: Search(checker, {})) is None
