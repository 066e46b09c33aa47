r"""The rules of differentials, one row each: the formula, when it holds, and where it is found.

    d(A^{-1}) = -A^{-1} dA A^{-1}        A invertible        Magnus and Neudecker 8.4; Cookbook 40

The sides are expressions in generic matrices. The engine reads the rows of the nodes that have no entries in those of
their argument (inverse, determinant) and applies them as they stand; the others follow from its product rule, and are
tested against it. Every row is tested at random shapes, to second order.

Magnus and Neudecker: "Matrix Differential Calculus", 3rd edition. Cookbook: Petersen and Pedersen, "The Matrix
Cookbook", version of November 15, 2012. DLMF: the NIST Digital Library of Mathematical Functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import Basic, Q
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalOf
from sympy.matrices.expressions.hadamard import HadamardPower

from symbolic.latex import write_latex
from symbolic.nodes import MatrixSum, Vec, is_single

m, n, p, q = sp.symbols("m n p q", integer=True, positive=True)
k = sp.Symbol("k", integer=True, positive=True)
s = sp.Symbol("s", integer=True, nonnegative=True)
A, dA = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("dA", n, n)
B = sp.MatrixSymbol("B", n, n)
X, dX = sp.MatrixSymbol("X", m, n), sp.MatrixSymbol("dX", m, n)
Y = sp.MatrixSymbol("Y", m, n)
W = sp.MatrixSymbol("W", p, q)
x, dx = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("dx", n, 1)
alpha = sp.Symbol("alpha", real=True)
HALF = sp.Rational(1, 2)
_SQUARES = sp.MatMul(sp.Transpose(x), x)[0, 0]


@dataclass(frozen=True)
class Rule:
    """`function` of `by` has the `differential` in the direction `along`; `nodes` are what the rule is about."""

    name: str
    function: Any
    by: sp.MatrixSymbol
    along: sp.MatrixSymbol
    differential: Any
    source: str
    condition: Any = sp.true
    nodes: tuple[type, ...] = ()

    @property
    def latex(self) -> str:
        r"""The rule as a formula.

        >>> print(RULES["inverse"].latex)
        \mathrm{d} \left(A^{-1}\right) = -A^{-1} \, \mathrm{d}A \, A^{-1}
        """
        return rf"\mathrm{{d}} \left({write_latex(self.function)}\right) = {write_latex(self.differential)}"


def _scalar_rule(function: type) -> str:
    """The rule of a function of a scalar, from the row of the function of entries."""
    t = sp.Symbol("t", real=True)
    slope = RULES[f"entrywise_{function.__name__}"].differential.args[0].function(t)
    return rf"\mathrm{{d}} {write_latex(function(t))} = {write_latex(slope)} \, \mathrm{{d}}t"


_z = sp.Dummy("z", real=True)
_POSITIVE = sp.Gt(_z, 0)
_ROWS = [
    Rule("multiple", alpha * X, X, dX, alpha * dX, "Magnus and Neudecker 8.2, (1); Cookbook 34"),
    Rule("sum", X + Y, X, dX, dX, "Magnus and Neudecker 8.2, (2); Cookbook 35"),
    Rule("transpose", X.T, X, dX, dX.T, "Magnus and Neudecker 8.2, (4); Cookbook 44"),
    Rule("vec", Vec(X), X, dX, Vec(dX), "Magnus and Neudecker 8.2, (5)"),
    Rule("trace", sp.Trace(A), A, dA, sp.Trace(dA), "Magnus and Neudecker 8.2, (6); Cookbook 36"),
    Rule("product", A * B * A.T, A, dA, dA * B * A.T + A * B * dA.T, "Magnus and Neudecker 8.2, (7); Cookbook 37"),
    Rule("kronecker", sp.KroneckerProduct(X, W), X, dX, sp.KroneckerProduct(dX, W),
         "Magnus and Neudecker 8.2, (8); Cookbook 39", nodes=(sp.KroneckerProduct,)),
    Rule("hadamard", sp.HadamardProduct(X, Y), X, dX, sp.HadamardProduct(dX, Y),
         "Magnus and Neudecker 8.2, (9); Cookbook 38", nodes=(sp.HadamardProduct,)),
    Rule("determinant", sp.Determinant(A), A, dA, sp.Determinant(A) * sp.Trace(A.inv() * dA),
         "Magnus and Neudecker 8.3, theorem 1; Cookbook 42", Q.invertible(A), (sp.Determinant,)),
    Rule("log_determinant", sp.log(sp.Determinant(A)), A, dA, sp.Trace(A.inv() * dA),
         "Magnus and Neudecker 8.3, theorem 2; Cookbook 43", Q.positive(sp.Determinant(A))),
    Rule("inverse", A.inv(), A, dA, -A.inv() * dA * A.inv(),
         "Magnus and Neudecker 8.4, theorem 3; Cookbook 40", Q.invertible(A), (sp.Inverse,)),
    Rule("power", sp.MatPow(A, k), A, dA, MatrixSum(A**s * dA * A ** (k - 1 - s), (s, 0, k - 1)),
         "Magnus and Neudecker 8.4; Cookbook 91", nodes=(sp.MatPow,)),
    Rule("trace_of_power", sp.Trace(sp.MatPow(A, k)), A, dA, k * sp.Trace(sp.MatPow(A, k - 1) * dA), "Cookbook 121"),
    Rule("hadamard_power", HadamardPower(X, 3), X, dX, 3 * sp.HadamardProduct(HadamardPower(X, 2), dX),
         "Cookbook 38", nodes=(HadamardPower,)),
    Rule("diagonal_matrix", DiagMatrix(x), x, dx, DiagMatrix(dx), "Magnus and Neudecker 2.5, 8.2", nodes=(DiagMatrix,)),
    Rule("diagonal", DiagonalOf(A), A, dA, DiagonalOf(dA), "Magnus and Neudecker 2.5, 8.2", nodes=(DiagonalOf,)),
    Rule("norm", sp.Pow(_SQUARES, HALF), x, dx, sp.MatMul(sp.Pow(_SQUARES, -HALF), x.T, dx), "Cookbook 129"),
    *(
        Rule(f"entrywise_{f.__name__}", X.applyfunc(f), X, dX,
             sp.HadamardProduct(X.applyfunc(sp.Lambda(_z, slope)), dX), source, condition, (f,))
        for f, slope, source, condition in [
            (sp.exp, sp.exp(_z), "DLMF 4.7.4", sp.true),
            (sp.log, 1 / _z, "DLMF 4.7.1", _POSITIVE),
            (sp.sin, sp.cos(_z), "DLMF 4.20.1", sp.true),
            (sp.cos, -sp.sin(_z), "DLMF 4.20.2", sp.true),
            (sp.tan, 1 + sp.tan(_z) ** 2, "DLMF 4.20.3", sp.true),
            (sp.sinh, sp.cosh(_z), "DLMF 4.34.1", sp.true),
            (sp.cosh, sp.sinh(_z), "DLMF 4.34.2", sp.true),
            (sp.tanh, 1 - sp.tanh(_z) ** 2, "DLMF 4.34.3", sp.true),
            (sp.atan, 1 / (1 + _z**2), "DLMF 4.24.9", sp.true),
            (sp.erf, 2 * sp.exp(-(_z**2)) / sp.sqrt(sp.pi), "DLMF 7.2.1", sp.true),
        ]
    ),
]  # fmt: skip
RULES = {rule.name: rule for rule in _ROWS}
APPLIED = {node: rule for rule in _ROWS for node in rule.nodes if node in (sp.Inverse, sp.Determinant)}
_SHOWN = {node: rule for rule in _ROWS for node in rule.nodes}


def differentials_in(f: Any, x: Basic) -> list[str]:
    """The rules for the nodes of f that depend on x, as prose; the product rule is not among them."""
    variable = x.args[0] if is_single(x) and x.args else x
    found: dict[str, str] = {}
    for node in sp.preorder_traversal(f):
        if isinstance(node, ElementwiseApplyFunction):
            kinds = [type(e) for e in sp.preorder_traversal(node.function)]
        elif isinstance(node, sp.MatPow) and not isinstance(node, sp.Inverse) and node.exp.is_Integer:
            kinds = [sp.Inverse] if node.exp.is_negative else []
        else:
            kinds = [type(node)]
        for kind in kinds if variable in node.free_symbols else ():
            rule = _SHOWN.get(kind)
            if rule is not None and isinstance(node, sp.Function):
                found[kind.__name__] = _scalar_rule(kind)
            elif rule is not None:
                found[rule.name] = rule.latex
    return [f"${formula}$" for formula in found.values()]


__all__ = ["APPLIED", "RULES", "Rule", "differentials_in"]
