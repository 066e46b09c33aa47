r"""LaTeX cut and loosened, so that long formulas can be broken into lines without a package for it."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\\(?:begin|end)\{\w+\*?\}|\\[A-Za-z]+ ?|\\.|.", re.DOTALL)
_OPEN = ("{", "(", r"\left", r"\begin", r"\lVert", r"\lvert")
_CLOSE = ("}", ")", r"\right", r"\end", r"\rVert", r"\rvert")
_TALL = (r"\frac", r"\sum", r"\begin")
_SILENT = re.compile(r"\\(?:left|right|mathbf|mathrm|mathbb|bm|operatorname|text|quad|,)(?![A-Za-z])")


def tokens(latex: str) -> list[str]:
    return _TOKEN.findall(latex)


def split_terms(latex: str) -> list[str]:
    r"""The terms of a sum, each but the first with its sign; nothing inside braces, parentheses or a table is cut.

    >>> split_terms(r"f(a + b) + \left(c - d\right)^{2 + k} - \lVert x - y \rVert_2")
    ['f(a + b) ', '+ \\left(c - d\\right)^{2 + k} ', '- \\lVert x - y \\rVert_2']
    """
    terms, depth = [""], 0
    for token in tokens(latex):
        if token in ("+", "-") and depth == 0 and terms[-1].strip():
            terms.append("")
        depth += token.startswith(_OPEN) - token.startswith(_CLOSE)
        terms[-1] += token
    return terms


def loosened(latex: str, big: str = r"\Big") -> str:
    r"""`latex` with parentheses of a fixed size in place of `\left( ... \right)`, between which TeX may break a line.

    Parentheses around something tall become `big` ones, or stay as they are when `big` is empty; those around a table
    or cases always stay, because these do not break anyway.

    >>> print(loosened(r"\left(a + \left(\sum_{k} b_{k}\right)\right)"))
    \Bigl(a + \Bigl(\sum_{k} b_{k}\Bigr)\Bigr)
    >>> print(loosened(r"\left(a + \left(b\right)^{2}\right) \left(\frac{1}{2}\right)", big=""))
    (a + (b)^{2}) \left(\frac{1}{2}\right)
    """
    out: list[str] = []
    opened: list[int] = []
    for token in tokens(latex):
        if token.rstrip() == r"\left":
            opened.append(len(out))
        out.append(token)
        if len(out) >= 2 and out[-2].rstrip() == r"\right" and opened:
            start = opened.pop()
            inner = "".join(out[start + 2 : -2])
            tall = any(command in inner for command in _TALL)
            if (out[start + 1], token) == ("(", ")") and r"\begin" not in inner and (big or not tall):
                out[start : start + 2] = [rf"{big}l(" if tall else "("]
                out[-2:] = [rf"{big}r)" if tall else ")"]
    return "".join(out)


def airy(latex: str, row: str = r"\\[10pt]") -> str:
    r"""`latex` with the fractions in cases and matrices at full size, and `row` between the rows of those.

    >>> print(airy(r"\frac{1}{2} \begin{cases} \frac{a}{b} & c \\ 0 & d \end{cases}"))
    \frac{1}{2} \begin{cases} \dfrac{a}{b} & c \\[10pt] 0 & d \end{cases}
    """
    out: list[str] = []
    opened: list[int] = []
    for token in tokens(latex):
        if token.startswith(r"\begin"):
            opened.append(len(out))
        out.append(token)
        if token.startswith(r"\end") and opened:
            start = opened.pop()
            if r"\frac" in out[start:]:
                larger = {r"\frac": r"\dfrac", r"\\": row}
                out[start:] = ["".join(larger.get(part, part) for part in out[start:])]
    return "".join(out)


def width(latex: str) -> float:
    r"""Roughly how many letters wide `latex` is set: enough to choose a layout, not to measure.

    >>> width(r"A x"), width(r"\sum_{i=1}^{n} \lambda \left(x_{i} + 1\right)")
    (2, 10)
    """
    fractions = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", lambda m: max(m[1], m[2], key=len), latex)
    small = re.sub(r"[_^]\{([^{}]*)\}", lambda m: m[1][: (len(m[1]) + 1) // 2], fractions)
    return len(re.sub(r"[{}\s]", "", re.sub(r"\\[A-Za-z]+|\\.", "M", _SILENT.sub("", small))))


__all__ = ["airy", "loosened", "split_terms", "width"]
