r"""How names are set: `lambda` is a Greek letter, `W_1` has a subscript, `w_hat` wears a hat, a vector is bold.

A name is read once into its parts, `base_sub1_sub2^sup`, and the parts are looked up in the tables below. Names that
do not read that way are set as text, character by character, so that no two names of one kind look alike.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

DIFFERENTIAL = r"\mathrm{d}"
_LOWER = ("alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi "
          "chi psi omega varepsilon vartheta varphi varrho varsigma").split()  # fmt: skip
_UPPER = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega".split()
GREEK = {**{name: rf"\{name}" for name in (*_LOWER, *_UPPER)}, "lamda": r"\lambda", "Lamda": r"\Lambda"}
LETTERS = {**GREEK, "ell": r"\ell"}
ACCENTS = {"hat": r"\hat", "tilde": r"\tilde", "bar": r"\bar", "dot": r"\dot", "vec": r"\vec"}
MARKS = {"star": "*", "prime": r"\prime", "dagger": r"\dagger"}
INDEX_LETTERS = "ijklpqrstuv"  # for bound indices that have no name of their own

_NAME = re.compile(
    r"(?P<base>[A-Za-z]+)(?P<digits>\d*)(?P<subs>(?:_[A-Za-z0-9]+)*)(?:\^\(?(?P<sup>\w+)\)?)?(?P<primes>'*)"
)
_ESCAPES = {
    "\\": r"\backslash ", "{": r"\{", "}": r"\}", "_": r"\_", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#",
    "^": r"\wedge ", "~": r"\sim ", " ": r"\ ",
}  # fmt: skip


@dataclass(frozen=True)
class Name:
    """A name ready to be set: the base with its accent, the subscripts and the superscript, each in LaTeX."""

    base: str
    subscript: str = ""
    superscript: str = ""

    def __str__(self) -> str:
        below = f"_{{{self.subscript}}}" if self.subscript else ""
        above = f"^{{{self.superscript}}}" if self.superscript else ""
        return self.base + below + above

    def with_index(self, index: str) -> Name | None:
        """The name of an entry, or None when the place below the base is taken (an entry of `W_1`)."""
        return None if self.subscript else replace(self, subscript=index)


def read_name(text: str, *, bold: bool = False) -> Name:
    r"""The parts of a name, in LaTeX; `bold` sets the base as a vector.

    >>> str(read_name("sigma_i")), str(read_name("w_hat", bold=True)), str(read_name("dX"))
    ('\\sigma_{i}', '\\hat{\\mathbf{w}}', '\\mathrm{d}X')
    """
    found = _NAME.fullmatch(text)
    if found is None:
        return Name(r"\mathrm{" + "".join(_ESCAPES.get(letter, letter) for letter in text) + "}")
    accents, below, above = [], [found["digits"]] if found["digits"] else [], []
    for part in filter(None, found["subs"].split("_")):
        if part in ACCENTS:
            accents.append(ACCENTS[part])
        elif part in MARKS:
            above.append(MARKS[part])
        else:
            below.append(_part(part))
    if found["sup"]:
        above.append(f"({found['sup']})" if "^(" in text else _part(found["sup"]))
    above += [r"\prime"] * len(found["primes"])
    base = _base(found["base"], accents, bold)
    return Name(base, ",".join(below), " ".join(above))


def _base(base: str, accents: list[str], bold: bool) -> str:
    if base[0] == "d" and (len(base) == 2 or base[1:] in LETTERS):  # dX, dx, dlambda: a differential
        return DIFFERENTIAL + _base(base[1:], accents, bold)
    set_base = _part(base)
    if bold:
        set_base = rf"\bm{{{set_base}}}" if base in LETTERS else rf"\mathbf{{{base}}}"
    for accent in accents:
        set_base = rf"{accent}{{{set_base}}}"
    return set_base


def _part(part: str) -> str:
    """A letter or a number as it is, a Greek name as its letter, several letters upright."""
    return LETTERS.get(part) or (part if len(part) == 1 or part.isdigit() else rf"\mathrm{{{part}}}")


def fresh_letter(taken: Collection[str]) -> str:
    """The first letter for an index that is not in `taken`.

    >>> fresh_letter({"i", "k"})
    'j'
    """
    free = (letter for letter in INDEX_LETTERS if letter not in taken)
    numbered = (f"i_{{{number}}}" for number in range(1, len(taken) + 2) if f"i_{{{number}}}" not in taken)
    return next(free, "") or next(numbered)


__all__ = ["DIFFERENTIAL", "Name", "fresh_letter", "read_name"]
