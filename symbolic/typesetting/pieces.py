r"""What all rules of the writer share: pieces of LaTeX that know how tightly they hold together, and the options."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sympy as sp
from sympy import Basic, S
from sympy.core.function import AppliedUndef

from symbolic.errors import UnsupportedError
from symbolic.typesetting.letters import Name, read_name

# Kinds with many classes, each with one row: numbers (Integer, Half, ...), named constants, undefined functions f(s).
# Any other class needs a row of its own: a subclass may mean something else.
FAMILIES: tuple[type, ...] = (sp.Number, sp.NumberSymbol, AppliedUndef)

# What a piece may be put into without parentheses. SCOPE reaches as far right as it can (a sum over k), TENSOR has a
# sign of its own between its factors, POWER already has a superscript.
WORDS, SUM, SCOPE, TENSOR, PRODUCT, POWER, ATOM = range(7)


class Piece(NamedTuple):
    """LaTeX with its level."""

    text: str
    level: int = ATOM

    def inside(self, level: int) -> str:
        """The text, in parentheses when it holds together less tightly than `level`."""
        return self.text if self.level >= level else grouped(self.text)


@dataclass(frozen=True)
class Style:
    """What a rule needs to know: the table of all rules, the options, the indices, and the letters of bound ones."""

    rules: Mapping[type, Rule]
    bold: bool = True
    norms: bool = False
    indices: frozenset[Basic] = frozenset()  # symbols that count entries, from 0
    taken: frozenset[str] = frozenset()
    letters: Mapping[Basic, str] = field(default_factory=dict)


Rule = Callable[[Any, Style], Piece]


def write(expr: Basic, style: Style) -> Piece:
    """`expr` by the rule of its class; UnsupportedError when the table has none."""
    kind: type | None = type(expr)
    if kind not in style.rules:
        kind = next((family for family in FAMILIES if isinstance(expr, family)), None)
    rule = style.rules.get(kind) if kind else None
    if rule is None:
        raise UnsupportedError(f"cannot write {expr} as LaTeX: {type(expr).__name__} is not a node known here.")
    return rule(expr, style)


def text_of(expr: Basic, style: Style, level: int = WORDS) -> str:
    return write(expr, style).inside(level)


def grouped(text: str) -> str:
    return rf"\left({text}\right)"


def call(operator: str, *arguments: str) -> str:
    """`operator(a, b)`, with parentheses that grow only when they have to."""
    inner = ", ".join(arguments)
    return operator + (grouped(inner) if _is_tall(inner) else f"({inner})")


def fenced(left: str, text: str, right: str) -> str:
    return rf"\left{left} {text} \right{right}" if _is_tall(text) else f"{left} {text} {right}"


def _is_tall(text: str) -> bool:
    return any(command in text for command in (r"\frac", r"\sum", r"\begin", r"\left", r"\sqrt"))


def size_of(expr: Any) -> tuple[Any, Any]:
    """(rows, columns) as SymPy stores them, (1, 1) for a scalar."""
    return getattr(expr, "shape", (S.One, S.One))


def name_of(symbol: Any, style: Style) -> Name:
    """The name of a symbol, bold if it is a column or a row with a lower-case name."""
    vector = isinstance(symbol, sp.MatrixSymbol) and (symbol.shape[0] == 1) != (symbol.shape[1] == 1)
    return read_name(symbol.name, bold=style.bold and vector and symbol.name[0].islower())


__all__ = [
    "ATOM", "FAMILIES", "POWER", "PRODUCT", "SCOPE", "SUM", "TENSOR", "WORDS", "Piece", "Rule", "Style", "call",
    "fenced", "grouped", "name_of", "size_of", "text_of", "write",
]  # fmt: skip
