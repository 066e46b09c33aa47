r"""What a certificate rests on, set as mathematics: the hypotheses it used, the matrices it showed to be definite, or,
where its normal form alone decides, the rules that were needed.

A certificate names its letters and lemmas; here they are read back into SymPy and written by `symbolic.latex`, so that
a formula looks the same in a reason as in the step it explains. Nothing is added to what the certificate says, so the
prose of a solution cannot disagree with its proof.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
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

from proofs.kernel import ONE_TO_ONE, WORDS, check
from proofs.verdict import Names, fact_text, parts_of, plain, references, shown_by_steps
from symbolic.errors import UnsupportedError
from symbolic.latex import write_latex


@dataclass(frozen=True)
class Grounds:
    """`uses`: equations (prose); `definite`: one sentence a matrix (prose); `terms`: references in the whole proof.

    `rules`: squares, limits and logarithms that the proof rests on, and where nothing is used, what multiplying out
    needed (prose).
    """

    uses: tuple[str, ...]
    definite: tuple[str, ...]
    terms: int
    rules: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Why the step holds, in a few words: squares, limits, the hypotheses it uses; else that it multiplies out."""
        used = ["uses " + ", ".join(self.uses)] if self.uses else []
        return "; ".join([*self.rules, *used])


# Rules as the kernel names them, by their first words -> what a reader is told.
_RULES = (
    ("derivative of an inverse", r"$\mathrm{d} M^{-1} = -M^{-1} (\mathrm{d} M) M^{-1}$"),
    ("derivative:", "linearity and product rule"),
    ("functions of x", "functions that are equal everywhere have equal derivatives"),
    ("trace", "the trace is linear and cyclic"),
)


def _rules(certificate: dict[str, Any], axioms: Sequence[str], definite: list[str]) -> tuple[str, ...]:
    """The rules that a proof without references rests on, from the kernel's own account of it."""
    if certificate["claim"][0] in WORDS:
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
    lemmas = [step for step in certificate["steps"] if step[0] == "zero"]
    used = references([lemmas, certificate["proof"]])
    hypotheses = [ref for ref in dict.fromkeys(used) if ref[:1] in "ga"]
    inverses = [ref for ref in dict.fromkeys(used) if ref[:1] == "i" and not reader.is_reciprocal(ref)]
    uses = [reader.reference(ref) for ref in hypotheses]
    if hypotheses and len(inverses) > 1:
        uses.append("the definitions of the inverses")
    else:
        uses += [reader.reference(ref) for ref in inverses]
    if any(ref[:1] == "h" for ref in used):
        kinds = {claim[0] for claim, _, local in parts_of(certificate["claim"], certificate["proof"]) if local}
        directions = certificate["claim"][0] == "and"
        both = "each side for the other" if directions else "the premise"
        uses.append("the constraint" if kinds <= {*WORDS} else both)
    definite = [reader.shown(step) for step in shown_by_steps(certificate)]
    said = tuple(dict.fromkeys(_moves(reader, certificate)))
    rules = said or (() if uses else _rules(certificate, axioms, definite))
    return Grounds(tuple(dict.fromkeys(uses)), tuple(dict.fromkeys(definite)), len(used), rules)


def _moves(reader: _Reader, certificate: dict[str, Any]) -> Iterator[str]:
    """How the signs and limits in a claim are shown."""
    if {"log", "exp"} & set(_nodes(certificate["claim"])):
        yield "logarithms, which grow with their argument and turn products into sums"
    for claim, proof, local in parts_of(certificate["claim"], certificate["proof"]):
        if claim[0] == "limit":
            yield f"continuity: {reader.relation(claim[1], '= 0')} may be put, as every inverse exists there"
        elif claim[0] in WORDS and claim[0] not in ONE_TO_ONE and local:
            yield from _signs(reader, proof[0] if proof else None, local)
        elif claim[0] in WORDS and isinstance(proof, list):
            yield from _signs(reader, proof[0], local)


def _signs(reader: _Reader, squares: list[Any] | None, local: list[Any]) -> Iterator[str]:
    """The squares under a sign claim: one with a definite matrix, or a multiple of what the premise says."""
    if squares is None:
        yield "the two differences are equal"
        return
    factors = [(c, middle) for c, middle, root in squares if root == ["id", "1"]]
    known = [fact[1] for fact in local if fact[0] != "at_least"]
    if reader.has_numbers_only and squares and not (len(factors) == len(squares) == 1 and factors[0][1] in known):
        total = reader.formula(["add", *(_square(q, scalar=True) for q in squares)])
        yield f"{'the difference' if local else 'it'} is {total}"
        return
    if local and len(factors) == len(squares) == 1:
        c = factors[0][0]
        one = c == ["num", "1"]
        yield "the two differences are equal" if one else f"one difference is {reader.formula(c)} times the other"
        return
    if local and squares and all(middle is None for _, middle, _ in squares):
        yield "the difference is a sum of squares, not all of them zero"
    elif local and squares:
        matrix = reader.formula(["add", *(m if c == ["num", "1"] else ["mul", c, m] for c, m, _ in squares if m)])
        yield f"the difference is a square with the positive definite matrix {matrix}"
    else:
        yield f"it is {reader.formula(['add', *map(_square, squares)])}" if squares else "it is $0$"


_SIGNS = {"positive": "> 0", "nonnegative": r"\geq 0", "nonpositive": r"\leq 0", "nonzero": r"\neq 0"}


class _Reader:
    """The expressions of one certificate as prose with LaTeX in it; as plain text where they have no LaTeX."""

    def __init__(self, certificate: dict[str, Any]) -> None:
        self.names = Names(certificate)
        self.sizes = certificate["symbols"]
        self.has_numbers_only = all(size == ["1", "1"] for size in self.sizes.values())
        self.inverses = [step[1] for step in certificate["steps"] if step[0] == "inverse"]

    def reference(self, ref: str) -> str:
        """The equation or the fact that `g0`, `a0` or `inv0.r` stands for."""
        if ref.startswith("inv"):
            number, _, side = ref[3:].partition(".")
            e = self.inverses[int(number)]
            if not self.rows(e):
                return f"the definition of the inverse of {self.formula(e)}"
            pair = [e, ["inv", e]] if side == "r" else [["inv", e], e]
            return self.relation(["mul", *pair], "=", ["id", self.rows(e)])
        fact = self.names.fact(ref)
        return self.fact(fact) if fact is not None else ref

    def shown(self, step: list[Any]) -> str:
        matrix = self.formula(step[1])
        if step[0] in ONE_TO_ONE:
            inverted = self.relation(["mul", step[2], step[1]], "=", ["id", self.rows(step[1])])
            return f"{matrix} has an inverse, as {inverted}"
        number = self.rows(step[1]) == "1"
        squares = self.formula(["add", *(_square(square, number) for square in step[2])])
        why = "as a sum of squares" if squares == matrix or number else f"as it is {squares}"
        signs = [self.fact(f) for f in self.names.needs(step[2])]
        word = "positive semidefinite" if step[0] == "positive_semidefinite" else "positive definite, hence invertible"
        word = "positive" if number else word
        return f"{matrix} is {word}, {why}" + (
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
            case ["injective", ["T", e]]:
                return f"{self.formula(e)} of full row rank"
            case ["injective", e]:
                return f"{self.formula(e)} of full column rank"
            case [word, e]:
                return f"{self.formula(e)} {word.replace('_', ' ')}"
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
        """The number of rows; nothing for sums over indices, which have no formula."""
        try:
            return str(getattr(self.sympy(self.names.expand(e)), "shape", (1, 1))[0])
        except UnsupportedError:
            return ""

    def is_reciprocal(self, ref: str) -> bool:
        """Whether it says `a 1/a = 1` of a number, which nobody needs to be told."""
        return ref.startswith("inv") and self.rows(self.inverses[int(ref[3:].partition(".")[0])]) == "1"

    def sympy(self, e: Any) -> Any:
        """The SymPy expression that a JSON one of the kernel says, every part in its place."""
        match e:
            case str() if e.endswith("'"):
                return Transpose(self.sympy(e[:-1]))
            case str():
                rows, columns = self.sizes[e]
                return Symbol(e) if rows == columns == "1" else MatrixSymbol(e, _size(rows), _size(columns))
            case ["num", value]:
                return Rational(value)
            case ["id", "1"]:
                return Integer(1)
            case ["id", n]:
                return Identity(_size(n))
            case ["zero", *sizes]:
                return ZeroMatrix(*map(_size, sizes))
            case ["ones", *sizes]:
                return OneMatrix(*map(_size, sizes))
            case ["T", a]:
                return Transpose(self.sympy(a))
            case ["inv", a]:
                inner = self.sympy(a)
                return Inverse(inner) if isinstance(inner, MatrixExpr) else Pow(inner, -1)
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


def _square(row: list[Any], scalar: bool = False) -> Any:
    """`coefficient L' P L`, as the certificate lists it: [coefficient, P or null, L]; of a number `coefficient L^2`."""
    coefficient, middle, root = row
    if scalar:
        one, factors = ["id", "1"], ["mul", coefficient, *([] if middle is None else [middle])]
        number, rest = _flat([*factors, *([] if root == one else [["pow", root, "2"]])])
        return ["mul", *([["num", str(number)]] if number != 1 or not rest else []), *rest]
    core = [root] if middle is None else [middle]
    if not (isinstance(root, list) and root[0] == "id"):
        turned = root[1] if isinstance(root, list) and root[0] == "T" else ["T", root]
        core = [turned, *([middle] if middle is not None else []), root]
    return ["mul", coefficient, *core]


def _flat(e: Any) -> tuple[Fraction, list[Any]]:
    """A product of numbers as its rational factor and the others."""
    match e:
        case ["num", x]:
            return Fraction(x), []
        case ["mul", *parts]:
            flat = [_flat(part) for part in parts]
            return prod((c for c, _ in flat), start=Fraction(1)), [f for _, factors in flat for f in factors]
    return Fraction(1), [e]


__all__ = ["Grounds", "grounds"]
