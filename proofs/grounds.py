r"""What a certificate rests on, set as mathematics: the hypotheses it used, the matrices it showed to be definite, or,
where its normal form alone decides, the rules that were needed.

A certificate names its letters and lemmas; here they are read back into SymPy and written by `symbolic.latex`, so that
a formula looks the same in a reason as in the step it explains. Nothing is added to what the certificate says, so the
prose of a solution cannot disagree with its proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sympy import (
    Add,
    Identity,
    Integer,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Pow,
    Rational,
    Symbol,
    Trace,
    Transpose,
    ZeroMatrix,
)
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.special import OneMatrix

from proofs.kernel import check
from proofs.verdict import Names, fact_text, plain, references
from symbolic.errors import UnsupportedError
from symbolic.latex import write_latex


@dataclass(frozen=True)
class Grounds:
    """`uses`: equations (prose); `definite`: one sentence a matrix (prose); `terms`: references in the whole proof.

    `rules`: where nothing is used, what multiplying out needed (prose).
    """

    uses: tuple[str, ...]
    definite: tuple[str, ...]
    terms: int
    rules: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why the step holds, in a few words: the hypotheses it uses, else the rules, else that it multiplies out."""
        return "; ".join(self.rules) if not self.uses else "uses " + ", ".join(self.uses)


# Rules as the kernel names them, by their first words -> what a reader is told.
_RULES = (
    ("derivative of an inverse", r"$\mathrm{d} M^{-1} = -M^{-1} (\mathrm{d} M) M^{-1}$"),
    ("derivative:", "linearity and product rule"),
    ("functions of x", "functions that are equal everywhere have equal derivatives"),
    ("trace", "the trace is linear and cyclic"),
)


def _rules(certificate: dict[str, Any], axioms: Sequence[str], definite: list[str]) -> tuple[str, ...]:
    """The rules that a proof without references rests on, from the kernel's own account of it."""
    if certificate["claim"][0] in ("positive_definite", "invertible"):
        return tuple(definite[-1:]) or ("as was given",)
    axioms, claim = axioms or check(certificate).axioms, certificate["claim"]
    nodes = set(_nodes(claim))
    if claim[0] == "eq" and "stack" in (claim[1][0], claim[2][0]):
        return ("the entries, stacked",)
    said = [words for axiom, words in _RULES if any(a.startswith(axiom) for a in axioms)]
    if "delta" in nodes:
        entry = "an entry differentiated by an entry is $1$ if they are the same, else $0$"
        picked = r"$\delta$ picks one term of a sum"
        said.append(entry if said else picked)
    elif {"sum", "entry"} & nodes and not said:
        said.append("a product in entries" if "sum" in nodes else "sums and transposes in entries")
    said = said or ["both sides multiply out to the same"]
    return ("case by case", *said) if "nonpositive" in nodes else tuple(said)


def _nodes(e: Any) -> Iterator[str]:
    if isinstance(e, list) and e:
        yield str(e[0])
        for part in e[1:]:
            yield from _nodes(part)


def grounds(certificate: dict[str, Any], axioms: Sequence[str] = ()) -> Grounds:
    """What the proof in `certificate` refers to, in the order in which it does.

    `axioms`: the kernel's account of the rules it needed, if it is known; otherwise the kernel is asked.
    """
    reader = _Reader(certificate)
    used = references([certificate["steps"], certificate["proof"]])
    uses = [reader.reference(ref) for ref in dict.fromkeys(used) if ref[:1] in "gai"]
    if any(ref[:1] == "h" for ref in used):
        directions = certificate["claim"][0] == "and"
        uses.append("in each direction, the other side" if directions else "the premise")
    signs = [reader.fact(fact) for fact in certificate["given"] if fact[0] == "positive"]
    definite = [reader.definite(step, signs) for step in certificate["steps"] if step[0] == "positive_definite"]
    rules = () if uses else _rules(certificate, axioms, definite)
    return Grounds(tuple(dict.fromkeys(uses)), tuple(dict.fromkeys(definite)), len(used), rules)


_SIGNS = {"positive": "> 0", "nonnegative": r"\geq 0", "nonpositive": r"\leq 0", "nonzero": r"\neq 0"}


class _Reader:
    """The expressions of one certificate as prose with LaTeX in it; as plain text where they have no LaTeX."""

    def __init__(self, certificate: dict[str, Any]) -> None:
        self.names = Names(certificate)
        self.sizes = certificate["symbols"]
        self.inverses = [step[1] for step in certificate["steps"] if step[0] == "inverse"]

    def reference(self, ref: str) -> str:
        """The equation or the fact that `g0`, `a0` or `inv0.r` stands for."""
        if ref.startswith("inv"):
            number, _, side = ref[3:].partition(".")
            e = self.inverses[int(number)]
            pair = [e, ["inv", e]] if side == "r" else [["inv", e], e]
            return self.relation(["mul", *pair], "=", ["id", self.rows(e)])
        fact = self.names.fact(ref)
        return self.fact(fact) if fact is not None else ref

    def definite(self, step: list[Any], signs: list[str]) -> str:
        matrix = self.formula(step[1])
        squares = self.formula(["add", *map(_square, step[2])])
        why = "as a sum of squares" if squares == matrix else f"as it is {squares}"
        return f"{matrix} is positive definite, hence invertible, {why}" + (
            f" with {' and '.join(signs)}" if signs else ""
        )

    def fact(self, fact: list[Any]) -> str:
        match fact:
            case ["eq", a, b]:
                return self.relation(a, "=", b)
            case ["forall", x, inner]:
                return f"{self.fact(inner)} for every {self.formula(x)}"
            case [word, e] if word in _SIGNS:
                return self.relation(e, _SIGNS[word])
            case [word, e]:
                return f"{self.formula(e)} is {word.replace('_', ' ')}"
            case _:
                return fact_text(fact)

    def relation(self, left: Any, sign: str, right: Any = None) -> str:
        """`left sign right` as one formula."""
        sides = [self.formula(side) for side in (left, right) if side is not None]
        if all(side.startswith("$") for side in sides):
            return "$" + f" {sign} ".join(side.strip("$") for side in sides) + (f" {sign}$" if right is None else "$")
        return fact_text(["eq", left, right]) if right is not None else f"{sides[0]} {sign}"

    def formula(self, e: Any) -> str:
        expanded = self.names.expand(e)
        try:
            return f"${write_latex(self.sympy(expanded))}$"
        except (UnsupportedError, ValueError, TypeError):
            return plain(expanded)

    def rows(self, e: Any) -> str:
        return str(self.sympy(self.names.expand(e)).shape[0])

    def sympy(self, e: Any) -> Any:
        """The SymPy expression that a JSON one of the kernel says, every part in its place."""
        match e:
            case str():
                rows, columns = self.sizes[e]
                return Symbol(e) if rows == columns == "1" else MatrixSymbol(e, _size(rows), _size(columns))
            case ["num", value]:
                return Rational(value)
            case ["id", n]:
                return Identity(_size(n))
            case ["zero", *sizes]:
                return ZeroMatrix(*map(_size, sizes))
            case ["ones", *sizes]:
                return OneMatrix(*map(_size, sizes))
            case ["T", a]:
                return Transpose(self.sympy(a))
            case ["inv", a]:
                return Inverse(self.sympy(a))
            case ["tr", a]:
                return Trace(self.sympy(a))
            case ["pow", a, k]:
                inner = self.sympy(a)
                return (MatPow if isinstance(inner, MatrixExpr) else Pow)(inner, Rational(k))
            case ["add" | "mul", only]:
                return self.sympy(only)
            case ["add" | "mul", *parts]:
                return self.joined(e[0] == "add", [self.sympy(part) for part in parts])
            case _:
                raise UnsupportedError(f"no formula for {e!r}")

    @staticmethod
    def joined(sums: bool, parts: list[Any]) -> Any:
        if any(isinstance(part, MatrixExpr) for part in parts):
            return (MatAdd if sums else MatMul)(*(part for part in parts if sums or part != 1))
        return (Add if sums else Mul)(*parts, evaluate=False)


def _size(name: str) -> Any:
    return Integer(name) if name.isdigit() else Symbol(name, integer=True, positive=True)


def _square(row: list[Any]) -> Any:
    """`coefficient L' P L`, as the certificate lists it: [coefficient, P or null, L]."""
    coefficient, middle, root = row
    core = [root] if middle is None else [middle]
    if not (isinstance(root, list) and root[0] == "id"):
        turned = root[1] if isinstance(root, list) and root[0] == "T" else ["T", root]
        core = [turned, *([middle] if middle is not None else []), root]
    return ["mul", coefficient, *core]


__all__ = ["Grounds", "grounds"]
