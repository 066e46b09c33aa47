r"""Functions of scalars, applied once or to every entry; traces, blocks and other matrices made of parts; cases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.matrices.expressions.applyfunc import ElementwiseApplyFunction
from sympy.matrices.expressions.blockmatrix import BlockDiagMatrix, BlockMatrix
from sympy.matrices.expressions.diagonal import DiagMatrix, DiagonalMatrix, DiagonalOf
from sympy.matrices.expressions.dotproduct import DotProduct
from sympy.matrices.expressions.funcmatrix import FunctionMatrix
from sympy.matrices.expressions.hadamard import HadamardPower

from symbolic.errors import UnsupportedError
from symbolic.nodes import Vec
from symbolic.typesetting.letters import read_name
from symbolic.typesetting.pieces import (
    ATOM,
    POWER,
    TENSOR,
    WORDS,
    Piece,
    Rule,
    Style,
    call,
    fenced,
    grouped,
    text_of,
)

ROWS = r" \\ "
FUNCTIONS: dict[Any, str] = {
    sp.exp: r"\exp", sp.log: r"\log", sp.sin: r"\sin", sp.cos: r"\cos", sp.tan: r"\tan", sp.sinh: r"\sinh",
    sp.cosh: r"\cosh", sp.tanh: r"\tanh", sp.asin: r"\arcsin", sp.acos: r"\arccos", sp.atan: r"\arctan",
    sp.sec: r"\sec", sp.csc: r"\csc", sp.cot: r"\cot", sp.coth: r"\coth",
    sp.Max: r"\max", sp.Min: r"\min", sp.Abs: r"\operatorname{abs}",
    **{
        f: rf"\operatorname{{{f.__name__}}}"
        for f in (sp.asinh, sp.acosh, sp.atanh, sp.sech, sp.csch, sp.erf, sp.erfc, sp.sign)
    },
    sp.Heaviside: r"\operatorname{step}", sp.DiracDelta: r"\operatorname{Dirac}",
}  # fmt: skip


def _named(operator: str) -> Rule:
    return lambda expr, style: Piece(call(operator, *(text_of(argument, style) for argument in expr.args)))


def _function(expr: Any, style: Style) -> Piece:
    arguments = expr.args[:1] if expr == expr.func(expr.args[0]) else expr.args  # Heaviside(t, 1/2) is Heaviside(t)
    return Piece(call(FUNCTIONS[expr.func], *(text_of(argument, style) for argument in arguments)))


def _absolute(expr: Any, style: Style) -> Piece:
    return Piece(fenced(r"\lvert", text_of(expr.args[0], style), r"\rvert"))


def _applied(expr: Any, style: Style) -> Piece:
    return Piece(call(str(read_name(expr.func.__name__)), *(text_of(argument, style) for argument in expr.args)))


def _entrywise(expr: Any, style: Style) -> Piece:
    r"""`\exp_{\odot}(A)`: the function of every entry, told apart from a function of the matrix."""
    function, argument = expr.args
    if isinstance(function, sp.Lambda):
        (variable,) = function.variables
        body = function.expr
        if body.args == (variable,) and type(body) in FUNCTIONS:
            function = type(body)
        else:
            letter = next(letter for letter in "tsuv" if letter not in style.taken)
            inner = replace(style, letters={**style.letters, variable: letter})
            rule = rf"{letter} \mapsto {text_of(body, inner)}"
            return Piece(call(grouped(rule) + r"_{\odot}", text_of(argument, style)))
    if function not in FUNCTIONS:
        raise UnsupportedError(f"cannot write {expr}: {function} is not a known scalar function.")
    return Piece(call(FUNCTIONS[function] + r"_{\odot}", text_of(argument, style)))


def _tensor(sign: str) -> Rule:
    return lambda expr, style: Piece(f" {sign} ".join(text_of(factor, style, POWER) for factor in expr.args), TENSOR)


def _hadamard_power(expr: Any, style: Style) -> Piece:
    return Piece(rf"{text_of(expr.args[0], style, ATOM)}^{{\odot {text_of(expr.args[1], style, POWER)}}}", POWER)


def _diagonal_part(expr: Any, style: Style) -> Piece:
    return Piece(call(r"\operatorname{Diag}", call(r"\operatorname{diag}", text_of(expr.arg, style))))


def _dot(expr: Any, style: Style) -> Piece:
    return Piece(r" \cdot ".join(text_of(side, style, POWER) for side in expr.args), TENSOR)


def _matrix(expr: Any, style: Style) -> Piece:
    blocks = getattr(expr, "blocks", expr)
    rows = (" & ".join(text_of(blocks[i, j], style) for j in range(blocks.cols)) for i in range(blocks.rows))
    return Piece(rf"\begin{{bmatrix}} {ROWS.join(rows)} \end{{bmatrix}}")


def _function_matrix(expr: Any, style: Style) -> Piece:
    """A matrix by the rule of its entries, whose indices count from 1 in print."""
    i, j = expr.lamda.variables
    names = [letter for letter in "ijklpq" if letter not in style.taken][:2]
    inner = replace(style, letters={**style.letters, i: names[0], j: names[1]})
    value = expr.lamda.expr.xreplace({i: i - 1, j: j - 1})
    places = names[: 1 if expr.shape[1] == 1 else 2]
    return Piece(rf"\left[ {text_of(sp.expand(value), inner)} \right]_{{{''.join(places)}}}", POWER)


def _piecewise(expr: Any, style: Style) -> Piece:
    rows = []
    for value, condition in (pair.args for pair in expr.args):
        when = r"\text{otherwise}" if condition == True else rf"\text{{if }} {text_of(condition, style)}"  # noqa: E712
        rows.append(f"{text_of(value, style)} & {when}")
    return Piece(rf"\begin{{cases}} {ROWS.join(rows)} \end{{cases}}", WORDS)


RULES: dict[type, Rule] = {
    **dict.fromkeys(FUNCTIONS, _function), sp.Abs: _absolute, AppliedUndef: _applied,
    ElementwiseApplyFunction: _entrywise, sp.HadamardProduct: _tensor(r"\odot"), HadamardPower: _hadamard_power,
    sp.KroneckerProduct: _tensor(r"\otimes"),
    FunctionMatrix: _function_matrix, sp.Trace: _named(r"\operatorname{tr}"), sp.Determinant: _named(r"\det"),
    DiagMatrix: _named(r"\operatorname{Diag}"), DiagonalOf: _named(r"\operatorname{diag}"),
    DiagonalMatrix: _diagonal_part,
    Vec: _named(r"\operatorname{vec}"), DotProduct: _dot,
    BlockMatrix: _matrix, BlockDiagMatrix: _matrix, sp.ImmutableDenseMatrix: _matrix, sp.Piecewise: _piecewise,
}  # fmt: skip

__all__ = ["FUNCTIONS", "RULES"]
