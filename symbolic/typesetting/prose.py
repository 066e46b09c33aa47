r"""Prose with mathematics in it: plain text in which `$...$` is LaTeX. Reasons, remarks and questions are prose."""

from __future__ import annotations

from collections.abc import Callable

_SPECIAL = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "_": r"\_", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "\n": " ",
}  # fmt: skip


def split_prose(prose: str) -> list[tuple[bool, str]]:
    r"""Pieces of `prose` in order, each with whether it is mathematics. A `$` without a partner is an ordinary sign.

    >>> split_prose(r"take $\lambda > 0$ here")
    [(False, 'take '), (True, '\\lambda > 0'), (False, ' here')]
    """
    parts = prose.split("$")
    if len(parts) % 2 == 0:
        parts[-2:] = ["$".join(parts[-2:])]
    return [(bool(number % 2), part) for number, part in enumerate(parts) if part]


def set_prose(prose: str, text: Callable[[str], str], mathematics: Callable[[str], str]) -> str:
    """`prose` with its two kinds of pieces translated, each by its own function."""
    return "".join((mathematics if is_math else text)(piece) for is_math, piece in split_prose(prose))


def tex_text(text: str) -> str:
    r"""`text` with every character that TeX would take for a command made to stand for itself.

    >>> print(tex_text("5% of a_b & c"))
    5\% of a\_b \& c
    """
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def tex_prose(prose: str) -> str:
    r"""`prose` for the running text of a TeX document, or for `\text{...}`."""
    return set_prose(prose, tex_text, lambda mathematics: f"${mathematics}$")


__all__ = ["set_prose", "split_prose", "tex_prose", "tex_text"]
