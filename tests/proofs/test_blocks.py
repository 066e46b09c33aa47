"""Blocks multiplied out mean what was written: both forms have one value on random arrays, and one truth value."""

import random

import numpy as np
import pytest
import sympy as sp
from sympy import (
    Add,
    Derivative,
    Eq,
    Function,
    HadamardProduct,
    Identity,
    Inverse,
    KroneckerDelta,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Ne,
    Piecewise,
    Pow,
    Q,
    Sum,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
    exp,
    sqrt,
    symbols,
)
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.matexpr import MatrixElement

from numeric import evaluate
from proofs import prove
from proofs.blocks import blocks_of, equations, multiply_out, unblocked
from proofs.grid import common, never_negative
from proofs.ranges import Span, place, segments
from symbolic import write_latex
from symbolic.errors import ShapeError, UnsupportedError
from symbolic.nodes import ArgMin, ForAll, Gradient, Jacobian
from symbolic.shapes import same_shape, shape

n, d, p = symbols("n d p", integer=True, positive=True)
i, j, k = symbols("i j k", integer=True, nonnegative=True)
lam, c = Symbol("lambda", positive=True), Symbol("c", real=True)
X, Y, A, B = MatrixSymbol("X", n, d), MatrixSymbol("Y", n, d), MatrixSymbol("A", n, n), MatrixSymbol("B", d, d)
P, u, z = MatrixSymbol("P", p, n), MatrixSymbol("u", p, 1), MatrixSymbol("z", d, 1)
y, w, xi = MatrixSymbol("y", n, 1), MatrixSymbol("w", d, 1), MatrixSymbol("xi", n, 1)
v = MatrixSymbol("v", 2, 1)
SYMBOLS = (X, Y, A, B, P, u, z, y, w, xi, v)
SIZES = [{n: 3, d: 2, p: 4}, {n: 2, d: 3, p: 1}, {n: 1, d: 1, p: 1}, {n: 1, d: 4, p: 2}, {n: 3, d: 1, p: 3}]
O = ZeroMatrix

y_hat = BlockMatrix([[y], [O(d, 1)]])
tall = BlockMatrix([[X], [sqrt(lam) * Identity(d)]])  # the data, and made-up data
wide = BlockMatrix([[X, sqrt(lam) * Identity(n)]])  # the features, and made-up features
eta, zeta = BlockMatrix([[w], [xi]]), BlockMatrix([[z], [y]])
square = BlockMatrix([[B, X.T], [X, A]])  # sizes d, n
other = BlockMatrix([[Identity(d), O(d, n)], [Y, c * A]])
equal = BlockMatrix([[A, 2 * A], [X * X.T, A]])
residual = y_hat - tall * w
I = Identity(n + d)


def same(left, right):
    return Eq(left, right, evaluate=False)


def values_for(sizes, rng, entries=None):
    def array(shape):
        return rng.integers(0, entries, shape) if entries else rng.uniform(0.5, 2, shape)

    arrays = {s: array([int(S.subs(sizes)) for S in s.shape]) for s in SYMBOLS}
    return {**arrays, **sizes, lam: 1.7, c: -0.6, i: sizes[n] - 1, j: 0, k: 0}


EXPRESSIONS = {
    "block row times block column": tall.T * tall,
    "block column times block row": Trace(MatMul(tall, Transpose(tall), tall, tall.T)),
    "collapsed inverse": Inverse(tall.T * tall) * tall.T * y_hat,
    "three factors": eta.T * square * zeta,
    "plain factors on both sides": MatMul(w.T, tall.T, Identity(n + d), tall, w),
    "identity of the whole size": eta.T * MatAdd(square, MatMul(2, I)) * eta,
    "zero of the whole size": eta.T * MatAdd(square, O(n + d, n + d)) * eta,
    "vanishing product": MatMul(eta.T, O(n + d, n + d), eta),
    "scalar matrix as a factor": MatMul(eta.T, MatMul(c, I), square, eta),
    "multiple of a sum": MatMul(eta.T, MatAdd(square, MatMul(c, MatAdd(I, I, O(n + d, n + d)))), eta),
    "blocks of one size": Trace(MatMul(MatAdd(equal, Identity(2 * n)), equal)),
    "scalars in a block": BlockMatrix([[MatMul(2, c, B), MatMul(B, w.T, z, c, X.T)]]) * eta,
    "scalar products of columns in a block": BlockMatrix([[MatMul(w.T, z, 2), MatMul(w.T, w, y.T, xi)]]) * BlockMatrix(
        [[MatMul(c, w.T, B, z)], [MatMul(c, Identity(1))]]
    ),
    "transpose of a sum": MatMul(Transpose(MatAdd(y_hat, MatMul(-1, tall, w))), residual),
    "transpose of a product": MatMul(Transpose(MatMul(square, eta)), zeta),
    "squared residual": residual.T * residual,
    "its entry": (residual.T * residual)[0, 0],
    "squared norm": eta.T * eta,
    "power": Trace(MatPow(square, 3)),
    "first power": Trace(MatPow(square, 1)),
    "trace": Trace(square) + Trace(MatMul(c, square, other)),
    "trace on unlike partitions": Trace(BlockMatrix([[Identity(n + d), O(n + d, p)], [P * X * O(d, n + d), P * P.T]])),
    "trace of the last block": Trace(
        BlockMatrix([[O(n + d, d), O(n + d, n), O(n + d, p)], [O(p, d), O(p, n), P * P.T]])
    ),
    "powers of what collapses": MatMul(w.T, MatPow(tall.T * tall, 2), MatPow(tall.T * tall, -2), B, w),
    "trace without diagonal": Trace(BlockMatrix([[O(d, d), X.T], [X, O(n, n)]])),
    "block diagonal": eta.T * BlockDiagMatrix(B, A) * eta,
    "its inverse": MatMul(eta.T, Inverse(BlockDiagMatrix(B, A)), zeta),
    "inverse as a power": MatMul(eta.T, Pow(BlockMatrix([[B, O(d, n)], [O(n, d), Identity(n)]]), -1), zeta),
    "nested": MatMul(BlockMatrix([[eta], [u]]).T, BlockMatrix([[square, O(n + d, p)], [O(p, n + d), P * P.T]]),
                     BlockMatrix([[zeta], [2 * u]])),
    "plain scalar run": Trace(MatMul(w.T, z, square)),
    "scalar product of blocks as a factor": Trace(MatMul(eta.T, zeta, square)),
    "two of them": MatMul(eta.T, zeta, zeta.T, eta),
    "scalar sums": Add(eta.T * eta, 1) + c * Add(eta.T * zeta, w[k, 0]),
    "their product": Mul(Add(eta.T * eta, 1), 2, c),
    "their square": Pow(Add(Trace(eta.T * zeta), c), 2),
    "reciprocal": 1 / (Trace(eta.T * eta) + 1),
    "square root": sqrt(Trace(eta.T * eta)),
    "root of a negative scalar squared": Trace(MatMul(c**2, square)) * exp((eta.T * eta)[0, 0] / 100),
    "1 x 1 blocks": BlockMatrix([[w.T * z, c * Identity(1)]]) * BlockMatrix([[w.T * w], [Identity(1)]]),
    "derivative": Derivative((eta.T * eta)[0, 0] * c**2, c),
    "gradient": w.T * Gradient(residual.T * residual, w),
    "jacobian": Jacobian(tall.T * tall * w, w),
    "cases": Piecewise((Trace(square), (eta.T * eta)[0, 0] > 1), (c, True)),
    "explicit function": Function("f")(c) * 0 + Trace(tall.T * tall),
    "entry with a single block": (wide * eta)[i, 0] + MatrixElement(wide, i, d),
    "entries at fixed places": eta[0, 0] + MatrixElement(eta, d, 0) + MatrixElement(square, d, 0),
    "entry of a transpose": MatrixElement(MatAdd(Transpose(X) * BlockMatrix([[A]]), MatMul(2, Transpose(Y))), j, i),
    "entry of an identity": MatrixElement(MatMul(3, BlockMatrix([[c * Identity(n)]])), i, j),
    # Sums.
    "shifted sum": Sum(y[i - 1, 0] * c, (i, 1, n)),
    "shift to and fro": Sum(y[i + p, 0] * KroneckerDelta(i + p, j), (i, -p, n - 1 - p)),
    "the index as a number": Sum(i * y[i - 1, 0], (i, 1, n)),
    "whole range": Sum(eta[i, 0] * zeta[i, 0], (i, 0, n + d - 1)),
    "first block": Sum(eta[i, 0] ** 2, (i, 0, d - 1)),
    "second block": Sum(eta[i, 0] ** 2, (i, d, n + d - 1)),
    "from the second block on": Sum(BlockMatrix([[w], [xi], [u]])[i, 0] ** 3, (i, d, d + n + p - 1)),
    "two blocks of three": Sum(BlockMatrix([[w], [xi], [u]])[i, 0] ** 3, (i, 0, d + n - 1)),
    "rows and columns": Sum(square[i, j] * eta[i, 0] * zeta[j, 0], (i, 0, n + d - 1), (j, 0, n + d - 1)),
    "sums inside": Sum(residual[i, 0] ** 2, (i, 0, n + d - 1)),
    "entries of an expression": Sum(MatrixElement(residual, i, 0) ** 2, (i, 0, n + d - 1)),
    "a sum within": Sum(Sum(square[i, j], (j, 0, n + d - 1)) ** 2, (i, d, n + d - 1)),
    "one name for two indices": Sum(eta[i, 0] * Sum(zeta[i, 0], (i, 0, n + d - 1)), (i, 0, n + d - 1)),
    "a name used again": Sum(y[i, 0] * Sum(eta[i, 0], (i, 0, n + d - 1)), (i, 0, n - 1)),
    "a first block of one row": Sum(BlockMatrix([[w.T * z], [w]])[i, 0] ** 2, (i, 0, d)),
    "a last block of one row": Sum(BlockMatrix([[w], [w.T * z]])[i, 0] ** 2, (i, 0, d)),
    "an identity in part of its range": Sum(MatrixElement(BlockMatrix([[c * Identity(n)]]), i, k) * y[k, 0], (k, 0, 0)),
    "an identity beside a sum": Sum(
        MatrixElement(BlockMatrix([[Identity(n)]]), i, k) * Sum(A[k, i], (i, 0, n - 1)), (k, 0, n - 1)
    ),
    "moved inside": Sum(eta[i - 1, 0] * zeta[i - 1, 0], (i, 1, n + d)),
    "block seen from elsewhere": Sum(y[i, 0] * eta[d + i, 0], (i, 0, n - 1)),
    "numbers for sizes": Sum(BlockMatrix([[w], [5 * v]])[i, 0] ** 2, (i, 0, d + 1)),
    "delta reduced": Sum(MatrixElement(tall, i, k) * w[k, 0] * z[k, 0], (k, 0, d - 1), (i, 0, n + d - 1)),
    "delta in part of a sum": Sum(MatrixElement(other, k, k), (k, 0, n + d - 1)),
}  # fmt: skip


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", EXPRESSIONS)
def test_an_expression_keeps_its_value(name, sizes):
    e = EXPRESSIONS[name]
    plain = unblocked(e)
    assert not plain.has(BlockMatrix)
    assert all(limit[1] == 0 for total in plain.atoms(Sum) for limit in total.limits)
    same_shape(plain, e)
    values = values_for(sizes, np.random.default_rng(5))
    assert np.allclose(evaluate(plain, values), evaluate(e, values))


MATRICES = {
    "sum": square + c * other,
    "sum on a common partition": MatAdd(BlockMatrix([[A, X, O(n, p)]]), BlockMatrix([[BlockMatrix([[A, Y]]), P.T]])),
    "product": square * other,
    "column times row": wide.T * wide,
    "scaled": MatMul(c, 2, tall),
    "a scalar stays among its factors": MatMul(2, BlockMatrix([[MatMul(B, w.T, z, c, X.T), B]])),
    "scalars in a block": MatMul(BlockMatrix([[MatMul(B, w.T, z, c, X.T)], [A]]), A),
    "multiple of the identity as a factor": MatMul(MatMul(c, I), square),
    "transposed": Transpose(MatAdd(tall, tall * B)),
    "transposed twice": Transpose(Transpose(MatMul(square, eta))),
    "transposed blocks": Transpose(BlockMatrix([[X.T, B, O(d, p), Identity(d), 2 * X.T]])),
    "minimum norm": wide.T * (wide * wide.T).inv() * y,
    "identity minus projection": I - tall * (tall.T * tall).inv() * tall.T,
    "square": MatPow(square, 2),
    "zeros laid out like their neighbour": BlockMatrix([[O(n + d, p), eta]]),
    "a zero row as the right factor": square * BlockMatrix([[O(n + d, d), O(n + d, p)]]),
    "outer": eta * zeta.T,
    "inverse": Inverse(BlockDiagMatrix(B, MatMul(2, A), Identity(p))),
    "finer": BlockMatrix([[square, O(n + d, p)], [O(p, n + d), P * P.T]]),
}


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", MATRICES)
def test_blocks_multiplied_out_keep_their_value(name, sizes):
    e = MATRICES[name]
    out, blocks = multiply_out(e), blocks_of(e)
    same_shape(out, e)
    assert isinstance(out, BlockMatrix)
    assert out.blocks.tolist() == blocks
    assert not any(block.has(BlockMatrix) for line in blocks for block in line)
    values = values_for(sizes, np.random.default_rng(7))
    expected = evaluate(e, values)
    assert np.allclose(evaluate(out, values), expected)
    parts = np.block([[np.reshape(evaluate(block, values), sized(block, sizes)) for block in line] for line in blocks])
    assert np.allclose(parts, expected)


def sized(e, sizes):
    return [int(sp.S(a).subs(sizes)) for a in shape(e)]


# Random expressions: a sum of products of block matrices on one partition, transposed, scaled and multiplied.

PARTS = [(n, d), (d, n, p), (p,), (1, d)]


def random_block(rng, rows, columns):
    known = [s for s in SYMBOLS if s.shape == (rows, columns)] + [s.T for s in SYMBOLS if s.shape == (columns, rows)]
    known += [O(rows, columns)] + ([Identity(rows)] if rows == columns else [])
    block = rng.choice(known)
    return rng.choice([block, block, MatMul(c, block), MatMul(sqrt(lam), block), MatAdd(block, rng.choice(known))])


def random_matrix(rng, rows, columns, depth):
    kind = rng.choice(["block", "block", "product", "sum", "transpose", "scale"]) if depth else "block"
    if kind == "product":
        inner = rng.choice(PARTS)
        return MatMul(random_matrix(rng, rows, inner, depth - 1), random_matrix(rng, inner, columns, depth - 1))
    if kind == "sum":
        terms = [random_matrix(rng, rows, columns, depth - 1) for _ in range(2)]
        whole = (sum(rows), sum(columns))
        more = [O(*whole)] * (rng.random() < 0.3) + [Identity(whole[0])] * (rows == columns)
        return MatAdd(*terms, *more)
    if kind == "transpose":
        return Transpose(random_matrix(rng, columns, rows, depth - 1))
    if kind == "scale":
        return MatMul(rng.choice([-1, c, sqrt(lam)]), random_matrix(rng, rows, columns, depth - 1))
    return BlockMatrix([[random_block(rng, a, b) for b in columns] for a in rows])


@pytest.mark.parametrize("seed", range(40))
def test_random_expressions_keep_their_value(seed):
    rng = random.Random(seed)
    e = random_matrix(rng, rng.choice(PARTS), rng.choice(PARTS), 3)
    for sizes in rng.sample(SIZES, 2):
        values = values_for(sizes, np.random.default_rng(seed))
        out = multiply_out(e)
        assert np.allclose(evaluate(out, values), evaluate(e, values)), f"seed {seed}: {e}"
        norm = Trace(MatMul(Transpose(e), e))
        assert np.allclose(evaluate(unblocked(norm), values), evaluate(norm, values)), f"seed {seed}: {norm}"


# Statements: with entries 0 and 1 both truth values turn up.

two = BlockMatrix([[w], [y]])
STATEMENTS = {
    "equation of blocks": same(eta, zeta),
    "a block against zero": same(eta, O(n + d, 1)),
    "a block against the identity": same(square, I),
    "unlike partitions": same(BlockMatrix([[eta], [u]]), BlockMatrix([[BlockMatrix([[z], [y], [O(p, 1)]])]])),
    "unlike": Ne(eta, zeta, evaluate=False),
    "scalars": sp.Lt(Trace(eta.T * eta), 3, evaluate=False),
    "at least": sp.Ge(Trace(eta.T * eta), Trace(zeta.T * zeta), evaluate=False),
    "not": sp.Not(same(eta, zeta), evaluate=False),
    "and": sp.And(same(eta, zeta), same(w, z), evaluate=False),
    "or": sp.Or(same(eta, zeta), same(w, O(d, 1)), evaluate=False),
    "implies": sp.Implies(same(w, z), same(eta, two), evaluate=False),
    "iff": sp.Equivalent(same(eta, zeta), same(two, zeta), evaluate=False),
}


def truth(s, values):
    match s:
        case sp.And():
            return all(truth(a, values) for a in s.args)
        case sp.Or():
            return any(truth(a, values) for a in s.args)
        case sp.Not():
            return not truth(s.args[0], values)
        case sp.Implies():
            return not truth(s.args[0], values) or truth(s.args[1], values)
        case sp.Equivalent():
            return len({truth(a, values) for a in s.args}) == 1
    left, right = (np.asarray(evaluate(side, values)) for side in s.args)
    compare = {sp.Lt: np.less, sp.Ge: np.greater_equal}.get(type(s))
    return bool(compare(left, right).all()) if compare else np.allclose(left, right) == isinstance(s, Eq)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_keeps_its_truth(name):
    s, rng = STATEMENTS[name], np.random.default_rng(11)
    plain = unblocked(s)
    assert not plain.has(BlockMatrix)
    seen = set()
    for number in range(60):
        sizes = [{n: 1, d: 1, p: 1}, {n: 2, d: 1, p: 1}, {n: 1, d: 2, p: 1}][number % 3]
        values = values_for(sizes, rng, entries=2)
        expected = truth(s, values)
        assert truth(plain, values) == expected, values
        seen.add(expected)
    assert seen == {True, False}


def test_equations_of_blocks_come_row_by_row_and_once():
    assert equations(same(square, other)) == [same(B, Identity(d)), same(X.T, O(d, n)), same(X, Y), same(A, c * A)]
    assert equations(same(BlockMatrix([[w], [w]]), BlockMatrix([[z], [z]]))) == [same(w, z)]
    assert equations(same(eta, eta)) == [same(w, w)]
    assert equations(same(eta, BlockMatrix([[w], [y]]))) == [same(xi, y)]
    assert unblocked(ForAll(w, same(eta, zeta))) == sp.And(ForAll(w, same(w, z)), ForAll(w, same(xi, y)))
    assert unblocked(Q.invertible(tall.T * tall)) == Q.invertible(MatAdd(X.T * X, lam * Identity(d)))


def test_what_has_no_blocks_is_the_same_object():
    total = Sum(eta[i, 0], (i, 0, n - 1)).xreplace({eta: y})
    for s in (
        same(X.T * X, B),
        total,
        Q.invertible(A),
        sp.And(same(w, z), Q.invertible(A)),
        ForAll(w, same(w, z)),
        A * X,
    ):
        assert unblocked(s) is s


SHOWN = {
    "zeros and identities go, roots meet": (tall.T * tall, MatAdd(X.T * X, lam * Identity(d))),
    "a collapsed product comes first": (
        Inverse(tall.T * tall) * tall.T * y_hat,
        MatMul(Inverse(MatAdd(X.T * X, lam * Identity(d))), X.T, y),
    ),
    "squares add up": (eta.T * eta, MatAdd(w.T * w, xi.T * xi)),
    "an objective": (
        MatMul(Transpose(residual), residual),
        MatAdd(MatMul(Transpose(y - X * w), y - X * w), lam * w.T * w),
    ),
    "order as written": (BlockMatrix([[B, X.T]]) * eta, MatAdd(B * w, X.T * xi)),
    "sums of whole blocks": (
        Sum(eta[i, 0] ** 2, (i, 0, n + d - 1)),
        Sum(w[i, 0] ** 2, (i, 0, d - 1)) + Sum(xi[i, 0] ** 2, (i, 0, n - 1)),
    ),
    "an identity is summed away": (
        Sum((tall * w)[i, 0] ** 2, (i, n, n + d - 1)),
        Sum(lam * w[i, 0] ** 2, (i, 0, d - 1)),
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_what_is_shown_is_readable(name):
    e, expected = SHOWN[name]
    got = unblocked(e)
    assert got == expected or str(got) == str(expected)


REFUSED = {
    r"S \(d \+ n x 1\) cannot be cut along \(d, n\). Write it in named blocks: BlockMatrix\(\[\[S1\], \[S2\]\]\)": same(
        MatrixSymbol("S", n + d, 1), eta
    ),
    r"BlockMatrix\(\[\[S1, S2\]\]\)": MatrixSymbol("S", p, n + d) * eta,
    r"\[\[S11, S12\], \[S21, S22\]\]": MatrixSymbol("S", n + d, n + d) + square,
    "do not cut at comparable places": same(eta, BlockMatrix([[y], [w]])),
    "I .* cannot be cut": same(BlockMatrix([[MatrixSymbol("T", n, n + d)], [MatrixSymbol("V", d, n + d)]]), I),
    r"I .* cannot be cut along \(n, d\) and \(d, n\)": MatAdd(BlockMatrix([[X, A], [B, Y.T]]), I),
    "an identity is cut along rows and columns alike": BlockMatrix([[square, 3 * I]]) * BlockMatrix([[eta], [zeta]]),
    "off its diagonal": Trace(Inverse(square)),
    "triangular|off its diagonal": Trace(Inverse(other)),
    "with the block X.T off its diagonal": Trace(Inverse(BlockMatrix([[B, X.T], [O(n, d), A]]))),
    "does not stay a Max": sp.Max(Trace(tall.T * tall), Trace(MatAdd(X.T * X, lam * Identity(d)))),
    "a block begins at": Sum(eta[i, 0] * BlockMatrix([[y], [w]])[i, 0], (i, 0, n + d - 1)),
    "powers 1 to 8": Trace(MatPow(square, p)),
    "powers 1 to 8 and": Trace(MatPow(square, -2)),
    "consists of 2 x 1 blocks": eta,
    "consists of 2 x 2 blocks": Q.invertible(square),
    "consists of 2 x 2": sp.Determinant(square),
    "consists of 2 x": HadamardProduct(square, other),
    "applyfunc|ElementwiseApplyFunction of blocks": Trace(square.applyfunc(exp)),
    "the position i may lie in several": eta[i, 0],
    "a block begins at d; is that in the range 0..n - 1": Sum(eta[i, 0], (i, 0, n - 1)),
    "in which block it lies is not decided by i alone": Sum(eta[i + j, 0], (i, 0, n - 1)),
    "its index becomes i \\+ 1; sums must run over whole blocks": Sum(y[i, 0], (i, 1, n - 1)),
    "its index becomes d \\+ i": Sum(MatrixSymbol("S", n + d, 1)[i, 0] * eta[i, 0], (i, 0, n + d - 1)),
    "a block begins at d; is that in the range 1..d": Sum(eta[i, 0], (i, 1, n + d - 1)),
    r"its index becomes i \+ 1": Sum(y_hat[i, 0], (i, 1, n - 1)),
    "KroneckerDelta": Sum(KroneckerDelta(i, j) * eta[i, 0], (i, 0, n + d - 1)),
    "the matrix depends on the index i": Sum(MatrixElement(MatMul(eta[i, 0], square), i, 0), (i, 0, n + d - 1)),
    "the name i of an index is used": Sum(eta[i, 0] * Sum(y[i - 1, 0], (i, 1, i)), (i, 0, n + d - 1)),
    "the name j of an index is used": Sum(BlockMatrix([[y]])[j, 0], (j, j, n - 1)),
    "whether it exists depends on a bound symbol": same(
        Sum(MatrixElement(y_hat, i, 0) / BlockMatrix([[y], [w]])[i, 0], (i, 0, n + d - 1)), c
    ),
    "zero on its face": 1 / Trace(MatMul(O(d, d), BlockMatrix([[B]]))),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_cannot_be_done_is_named(words):
    with pytest.raises(UnsupportedError, match=words) as error:
        unblocked(REFUSED[words])
    assert "\n" not in str(error.value)


def test_sizes_that_clash_are_refused():
    with pytest.raises(ShapeError):
        unblocked(same(eta, w))
    with pytest.raises(ShapeError):
        unblocked(MatMul(tall, eta))


PRESUPPOSED = {
    "an inverse": (MatMul(B.inv(), BlockMatrix([[O(d, d), O(d, n)]]), eta), Inverse(B)),
    "an inverse of blocks": (
        MatMul(O(n, d), Inverse(tall.T * tall), z),
        Inverse(MatAdd(X.T * X, lam * Identity(d))),
    ),
    "a divisor": (MatMul(1 / c, BlockMatrix([[O(d, d), O(d, n)]]), eta), 1 / c),
    "a root": (MatMul(sqrt(c), BlockMatrix([[sqrt(c) * Identity(d), O(d, n)]]), eta), sqrt(c)),
    "the inverse of a block": (MatMul(BlockMatrix([[B, O(d, n)]]), Inverse(BlockDiagMatrix(B, A)), eta), Inverse(A)),
}  # fmt: skip


@pytest.mark.parametrize("name", PRESUPPOSED)
def test_a_presupposition_stays_said(name):
    e, node = PRESUPPOSED[name]
    found = equations(same(e, z if shape(e)[0] == d else y))
    assert same(node, node) in found or any(str(part) == str(same(node, node)) for part in found)
    assert len(found) == 2


def test_nothing_is_added_where_nothing_is_lost():
    assert len(equations(same(Inverse(tall.T * tall) * tall.T * y_hat, w))) == 1
    assert len(equations(same(c**-1 * eta, zeta))) == 2


def test_limits_of_blocks():
    assert str(unblocked(sp.Limit(tall.T * tall * w, lam, 0))) == str(
        sp.Limit(MatMul(MatAdd(X.T * X, lam * Identity(d)), w), lam, 0)
    )


def test_minimisers_of_blocks():
    problem = ArgMin(eta.T * eta, (w, xi), same(wide * eta, y), same(eta, zeta))
    plain = unblocked(same(problem, z)).lhs
    assert plain.objective == MatAdd(w.T * w, xi.T * xi)
    assert list(plain.constraints) == [same(MatAdd(X * w, sqrt(lam) * xi), y), same(w, z), same(xi, y)]


def test_ranges():
    sizes, whole = [n, d, p], {i: Span(sp.S.Zero, n + d - 1)}
    cuts = [(0, d - 1), (d, d + n - 1), (d + n, d + n + p - 1)]
    assert segments([d + n, d, d], sp.S.Zero, d + n + p - 1, sizes, "x") == cuts
    assert place((n, d), i + n, {i: Span(n, d - 1)}, sizes, "x") == (1, i)
    assert place((n, d), n, {}, sizes, "x") == (1, 0)
    for position in (i, 2 * i, i + j, j):
        with pytest.raises(UnsupportedError):
            place((n, d), position, whole, sizes, "x")


def test_partitions():
    assert common((n, d), (n, d)) == (n, d)
    assert common((n, d + p), (n + d, p)) == (n, d, p)
    assert common((sp.Integer(2), sp.Integer(3)), (sp.Integer(4), sp.Integer(1))) == (2, 2, 1)
    with pytest.raises(UnsupportedError):
        common((n, d), (d, n))
    assert never_negative(n * d - 1, [n, d])
    assert not never_negative(n * d - 2, [n, d])
    assert never_negative(i, [n])
    assert not never_negative(Symbol("a", integer=True), [n])


LATEX = {
    r"\begin{bmatrix} X \\ \sqrt{\lambda} I_d \end{bmatrix}^{\top}": Transpose(tall),
    r"\left(\begin{bmatrix} X \\ \sqrt{\lambda} I_d \end{bmatrix}^{\top} \begin{bmatrix} X \\ \sqrt{\lambda} I_d"
    r" \end{bmatrix}\right)^{-1} \begin{bmatrix} X \\ \sqrt{\lambda} I_d \end{bmatrix}^{\top}": MatMul(
        Inverse(MatMul(Transpose(tall), tall)), Transpose(tall)
    ),
    r"\begin{bmatrix} \lambda \mathbf{w} \\ X \mathbf{w} + \bm{\xi} \end{bmatrix}": multiply_out(
        BlockMatrix([[lam * Identity(d), O(d, n)], [X, Identity(n)]]) * eta
    ),
    r"\begin{bmatrix} -X & A \end{bmatrix}^{\top}": Transpose(BlockMatrix([[-X, A]])),
    r"-\begin{bmatrix} \mathbf{w} \\ \bm{\xi} \end{bmatrix}": -eta,
    r"\begin{bmatrix} B & 0_{d \times n} \\ 0_{n \times d} & A \end{bmatrix}^{-1}": Inverse(
        BlockMatrix([[B, O(d, n)], [O(n, d), A]])
    ),
}


@pytest.mark.parametrize("text", LATEX)
def test_blocks_are_typeset(text):
    assert write_latex(LATEX[text]) == text


# Claims: what is proved after the blocks are gone.

D = MatrixSymbol("D", d, d)
ON_DIAGONAL = [Q.invertible(D), Q.symmetric(D)]
sigma_tall, sigma_wide = BlockMatrix([[D], [O(p, d)]]), BlockMatrix([[D, O(d, p)]])
sigma = BlockMatrix([[D, O(d, n)], [O(p, d), O(p, n)]])
sigma_plus = BlockMatrix([[D.inv(), O(d, p)], [O(n, d), O(n, p)]])
kernel_inverse = (X * X.T + lam * Identity(n)).inv()
CLAIMS = {
    "least squares on augmented data": (
        same((tall.T * tall).inv() * tall.T * y_hat, (X.T * X + lam * Identity(d)).inv() * X.T * y),
        [],
    ),
    "least norm with augmented features": (
        same(
            wide.T * (wide * wide.T).inv() * y,
            BlockMatrix([[X.T * kernel_inverse * y], [sqrt(lam) * kernel_inverse * y]]),
        ),
        [],
    ),
    "objective on augmented data": (
        same(residual.T * residual, (y - X * w).T * (y - X * w) + lam * w.T * w),
        [],
    ),
    "the same, entry by entry": (
        same(Sum(residual[i, 0] ** 2, (i, 0, n + d - 1)), (y - X * w).T * (y - X * w) + lam * w.T * w),
        [],
    ),
    "tall singular values": (
        same((sigma_tall.T * sigma_tall).inv() * sigma_tall.T, BlockMatrix([[D.inv(), O(d, p)]])),
        ON_DIAGONAL,
    ),
    "wide singular values": (
        same(sigma_wide.T * (sigma_wide * sigma_wide.T).inv(), BlockMatrix([[D.inv()], [O(p, d)]])),
        ON_DIAGONAL,
    ),
    "Moore-Penrose 1": (same(sigma * sigma_plus * sigma, sigma), ON_DIAGONAL),
    "Moore-Penrose 2": (same(sigma_plus * sigma * sigma_plus, sigma_plus), ON_DIAGONAL),
    "Moore-Penrose 3": (same(Transpose(sigma * sigma_plus), sigma * sigma_plus), ON_DIAGONAL),
    "Moore-Penrose 4": (same(Transpose(sigma_plus * sigma), sigma_plus * sigma), ON_DIAGONAL),
}


@pytest.mark.parametrize("name", CLAIMS)
def test_claims_in_blocks_are_proved(name):
    claim, given = CLAIMS[name]
    assert [prove(part, given).status for part in equations(claim)] == ["proved"] * len(equations(claim))


def test_a_false_claim_in_blocks_is_refuted():
    false = same(Transpose(tall) * tall, X.T * X + lam**2 * Identity(d))
    assert [prove(part).status for part in equations(false)] == ["refuted"]
