r"""Symbols and numbers, sums and products, quotients and powers, transposes and inverses."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sympy as sp
from sympy import Basic, S
from sympy.matrices.expressions.special import OneMatrix

from symbolic.errors import UnsupportedError
from symbolic.nodes import Commutation
from symbolic.typesetting.letters import DIFFERENTIAL
from symbolic.typesetting.pieces import (
    ATOM,
    POWER,
    PRODUCT,
    SCOPE,
    SUM,
    Piece,
    Rule,
    Style,
    fenced,
    grouped,
    name_of,
    size_of,
    text_of,
    write,
)

# Leaves.


def _symbol(expr: Any, style: Style) -> Piece:
    if expr in style.indices:  # counted from 0, printed from 1: its value is one less than what is printed
        return Piece(_symbol(expr, replace(style, indices=frozenset())).text + " - 1", SUM)
    if expr in style.letters:
        return Piece(style.letters[expr])
    name = name_of(expr, style)
    return Piece(str(name), POWER if name.superscript else ATOM)


def _number(expr: Any, style: Style) -> Piece:
    if expr.is_negative:
        return Piece("-" + _number(-expr, style).text, SUM)
    if expr.is_Integer:
        return Piece(str(expr))
    if expr.is_Rational:
        return Piece(rf"\frac{{{expr.p}}}{{{expr.q}}}", POWER)
    if expr.is_Float:
        digits, _, exponent = (repr(float(expr)) if float(expr) == expr else str(expr)).partition("e")
        mantissa = "" if digits in ("1", "1.0") and exponent else digits
        times = rf"10^{{{int(exponent)}}}" if exponent else ""
        return Piece(r" \cdot ".join(filter(None, (mantissa, times))), POWER if exponent else ATOM)
    raise UnsupportedError(f"cannot write {expr}: {type(expr).__name__} is not a finite real number.")


def _constant(expr: Any, style: Style) -> Piece:
    texts = {S.Pi: r"\pi", S.Exp1: "e"}
    if expr not in texts:
        raise UnsupportedError(f"cannot write the constant {expr} ({type(expr).__name__}).")
    return Piece(texts[expr])


def _sized(letter: str) -> Rule:
    """A matrix named by its size: `I_d`, `0_{m \\times n}`; a column or row of them is bold with its length."""

    def rule(expr: Any, style: Style) -> Piece:
        rows, columns = (count(size, style) for size in expr.shape)
        if isinstance(expr, sp.Identity):
            return Piece(f"{letter}_{rows}" if len(rows) == 1 else f"{letter}_{{{rows}}}")
        if rows == "1" or columns == "1":
            bold = rf"\mathbf{{{letter}}}" if style.bold else letter
            return Piece(f"{bold}_{{{rows}}}") if columns == "1" else Piece(rf"{bold}_{{{columns}}}^{{\top}}", POWER)
        return Piece(rf"{letter}_{{{rows} \times {columns}}}")

    return rule


def count(number: Any, style: Style) -> str:
    """A size or an index, its constant last: `n - 1`. The order in which SymPy stores these is nobody's choice."""
    terms = sorted(sp.Add.make_args(number), key=lambda term: (bool(term.is_Number), term.could_extract_minus_sign()))
    return text_of(sp.Add(*terms, evaluate=False) if len(terms) > 1 else number, style)


# Sums and products.


def _parts(expr: Basic, kinds: tuple[type, ...]) -> list[Any]:
    """Terms of terms, factors of factors: both are associative, so nothing is lost."""
    return [part for arg in expr.args for part in (_parts(arg, kinds) if isinstance(arg, kinds) else [arg])]


def _add(expr: Any, style: Style) -> Piece:
    written = ""
    for number, term in enumerate(_parts(expr, (sp.Add, sp.MatAdd))):
        negative, piece = _signed(term, style)
        sign, text = "-" if negative else "", piece.inside(SCOPE)
        written += f" {sign or '+'} {text}" if number else sign + text
    return Piece(written, SUM)


def _product(expr: Any, style: Style) -> Piece:
    negative, piece = _signed(expr, style)
    return Piece("-" + piece.inside(SCOPE), SUM) if negative else piece


def _signed(term: Any, style: Style) -> tuple[bool, Piece]:
    """Whether a term begins with a minus sign, and the term without it."""
    factors = _parts(term, (sp.Mul, sp.MatMul)) if isinstance(term, (sp.Mul, sp.MatMul)) else [term]
    if not (factors[0].is_Number and factors[0].is_negative):
        return False, _factors(factors, style)
    first = -factors[0]
    return True, _factors(factors[1:] if first == 1 and len(factors) > 1 else [first, *factors[1:]], style)


def _divisor(factor: Any) -> Any:
    """What a scalar factor divides by: b for b**-1, b**2 for b**-2; None when it does not divide."""
    if isinstance(factor, (sp.Pow, sp.MatPow)) and size_of(factor) == (1, 1):
        base, exponent = factor.args
        if exponent.is_Number and exponent.is_negative:  # type: ignore[attr-defined]
            return base if exponent == -1 else factor.func(base, -exponent, evaluate=False)  # type: ignore[operator]
    return None


def _factors(factors: list[Any], style: Style) -> Piece:
    """A product. When it has scalar divisors, its scalar factors become one fraction in front."""
    divisors = [divisor for divisor in map(_divisor, factors) if divisor is not None]
    if not divisors:
        return _row(factors, style) if len(factors) > 1 else write(factors[0], style)
    scalars = [factor for factor in factors if size_of(factor) == (1, 1) and _divisor(factor) is None]
    ratios = [factor for factor in scalars if factor.is_Rational]
    above = [S(ratio.p) for ratio in ratios if ratio.p != 1] + [f for f in scalars if not f.is_Rational]
    below = [S(ratio.q) for ratio in ratios if ratio.q != 1] + divisors
    top, bottom = (_factors(side, style).text if side else "1" for side in (above, below))
    fraction = Piece(rf"\frac{{{top}}}{{{bottom}}}", POWER)
    rest = [factor for factor in factors if size_of(factor) != (1, 1)]
    return _row([fraction, *rest], style) if rest else fraction


def _row(factors: list[Any], style: Style) -> Piece:
    """Factors side by side. A scalar run that would not chain is kept together: `A (x'c) x`."""
    pieces = [_factor(factor, style) for factor in _chained(_norms(factors, style) if style.norms else factors)]
    text = ""
    for number, piece in enumerate(pieces):
        last = number == len(pieces) - 1
        part = piece.text if number and last and piece.level == SCOPE else piece.inside(PRODUCT)
        if number:
            digits = part[0].isdigit() or (part.startswith(r"\frac") and pieces[number - 1].text.isdigit())
            before = pieces[number - 1].text.startswith(DIFFERENTIAL)
            text += r" \cdot " if digits else r" \, " if before or part.startswith(DIFFERENTIAL) else " "
        text += part
    if len(pieces) == 1:
        return pieces[0]
    return Piece(text, SCOPE if pieces[-1].level == SCOPE else PRODUCT)


def _factor(factor: Any, style: Style) -> Piece:
    if isinstance(factor, Piece):
        return factor
    return Piece(grouped(_row(factor, style).text)) if isinstance(factor, list) else write(factor, style)


def _chained(factors: list[Any]) -> list[Any]:
    """The factors in order, each 1x1 run that does not chain with its neighbours as a list of its own."""
    runs: list[tuple[list[Any], Any, Any]] = [([], None, None)]  # factors, rows, columns; no size: scalars so far
    for factor in factors:
        run, rows, columns = runs[-1]
        height, width = size_of(factor)
        if (height, width) == (1, 1):
            run.append(factor)
            continue
        if rows is None or columns == height:
            runs[-1] = ([*run, factor], height if rows is None else rows, width)
        elif (rows, columns) == (1, 1):  # x'x A: the run is a scalar that stands in front
            runs[-1] = ([*_as_scalar(run), factor], height, width)
        else:
            runs.append(([factor], height, width))
        if len(runs) > 1 and runs[-1][1:] == (1, 1):  # A x'c: a scalar inside a longer product
            inner = runs.pop()[0]
            runs[-1][0].extend(_as_scalar(inner))
    return [factor for run, _, _ in runs for factor in run]


def _as_scalar(run: list[Any]) -> list[Any]:
    first = next(number for number, factor in enumerate(run) if size_of(factor) != (1, 1))
    return [*run[:first], run[first:]]


# Norms, powers, transposes and inverses.


def _is_square(left: Any, right: Any) -> bool:
    """Whether the factors are v' and v for a column v."""
    rows, columns = size_of(right)
    return columns == 1 and rows != 1 and left in (sp.Transpose(right), right.T)


def _norms(factors: list[Any], style: Style) -> list[Any]:
    found: list[Any] = []
    for factor in factors:
        if found and isinstance(found[-1], Basic) and _is_square(found[-1], factor):
            found[-1] = Piece(_norm(factor, style) + "^2", POWER)
        else:
            found.append(factor)
    return found


def _norm(vector: Any, style: Style) -> str:
    return fenced(r"\lVert", text_of(vector, style), r"\rVert") + "_2"


def _power(expr: Any, style: Style) -> Piece:
    base, exponent = expr.args
    divisor = _divisor(expr)
    if divisor is not None:
        return Piece(rf"\frac{{1}}{{{text_of(divisor, style)}}}", POWER)
    if exponent.is_Rational and exponent.p == 1 and exponent.q > 1 and size_of(expr) == (1, 1):
        factors = base.args if isinstance(base, sp.MatMul) else ()
        if exponent.q == 2 and len(factors) == 2 and _is_square(*factors):
            return Piece(_norm(factors[1], style))
        degree = f"[{exponent.q}]" if exponent.q != 2 else ""
        return Piece(rf"\sqrt{degree}{{{text_of(base, style)}}}")
    below = text_of(base, style, ATOM)
    below = grouped(below) if below.startswith(DIFFERENTIAL) else below
    ratio = exponent.is_Rational and not exponent.is_Integer
    above = f"{exponent.p}/{exponent.q}" if ratio else text_of(exponent, style)
    return Piece(f"{below}^{{{above}}}", POWER)


def _transpose(expr: Any, style: Style) -> Piece:
    if isinstance(expr.arg, sp.Inverse):
        return Piece(text_of(expr.arg.arg, style, ATOM) + "^{-T}", POWER)
    return Piece(text_of(expr.arg, style, ATOM) + r"^{\top}", POWER)


def _inverse(expr: Any, style: Style) -> Piece:
    if isinstance(expr.arg, sp.Transpose):
        return Piece(text_of(expr.arg.arg, style, ATOM) + "^{-T}", POWER)
    return Piece(text_of(expr.arg, style, ATOM) + "^{-1}", POWER)


RULES: dict[type, Rule] = {
    sp.Symbol: _symbol, sp.Dummy: _symbol, sp.MatrixSymbol: _symbol, sp.Number: _number, sp.NumberSymbol: _constant,
    Commutation: lambda e, style: Piece(f"K_{{{','.join(count(size, style) for size in e.args)}}}"),
    sp.Identity: _sized("I"), sp.ZeroMatrix: _sized("0"), OneMatrix: _sized("1"),
    sp.Add: _add, sp.MatAdd: _add, sp.Mul: _product, sp.MatMul: _product,
    sp.Pow: _power, sp.MatPow: _power, sp.Transpose: _transpose, sp.Inverse: _inverse,
}  # fmt: skip

__all__ = ["RULES", "count"]
