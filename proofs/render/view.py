"""What a solved document shows, whatever the format: every formula as LaTeX, every verdict with its evidence in words.

The formats only lay this out. Texts are prose: plain text in which `$...$` is LaTeX mathematics.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sympy import Dummy, MatrixSymbol, Symbol

from proofs.document import Document, Figure, Interactive, Listing, Part, Table
from proofs.grounds import Grounds, grounds
from proofs.render.evidence import evidence
from symbolic.derivation import Derivation, Step, sign_of
from symbolic.latex import write_latex

MEANING = {
    "proved": "It follows from the stated hypotheses, for matrices of every size. The proof is stored as a certificate,"
    " which a small program that knows nothing of how it was found has multiplied out and accepted.",
    "supported": "No proof was found. It held at every random instance that was evaluated, at the sizes listed; that is"
    " evidence, and decides nothing about other sizes.",
    "conditional": "It is proved under the conditions listed with it, which the statement does not mention.",
    "refuted": "It is false as it stands. The counterexample is printed with it.",
    "unread": "It could not be read, so nothing is said about it.",
}
CONVENTIONS = (
    r"The derivative of a scalar by a column vector is a row (numerator layout):"
    r" $\frac{\partial f}{\partial \mathbf{x}} = \begin{bmatrix} \frac{\partial f}{\partial x_{1}} & \cdots &"
    r" \frac{\partial f}{\partial x_{n}} \end{bmatrix}$. The derivative of a vector with $m$ entries by one with $n$"
    r" entries is $m \times n$. A gradient $\nabla_{X} f$ has the shape of $X$.",
    r"Bold lower-case letters are columns, capitals are matrices; all numbers are real; entries are counted from $1$.",
)
_REFERENCE = re.compile(r"(?:[gadhL]|inv)\d+(?:\.[lr])?")  # a hypothesis by its number in a certificate: says nothing


@dataclass(frozen=True)
class Line:
    """One relation. `left` is empty when the line continues the one above it."""

    left: str
    sign: str
    right: str
    reason: str = ""
    uses: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    status: str = ""
    counterexample: str = ""


@dataclass(frozen=True)
class Argument:
    """One derivation: the kind of answer first, then hypotheses, claim, chains of steps, conditions and evidence."""

    title: str
    answer_type: str
    given: tuple[str, ...]
    claim: Line
    chains: tuple[tuple[Line, ...], ...]
    conditions: tuple[str, ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class PartView:
    label: str
    anchor: str
    question: str
    arguments: tuple[Argument, ...]
    listings: tuple[Listing, ...]
    remarks: tuple[str, ...]
    counts: dict[str, int]
    seconds: float
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]
    interactives: tuple[Interactive, ...]

    @property
    def steps(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class SectionView:
    number: int
    title: str
    intro: str
    parts: tuple[PartView, ...]
    note: str


@dataclass(frozen=True)
class View:
    title: str
    intro: str
    conventions: tuple[str, ...]
    meaning: dict[str, str]
    sections: tuple[SectionView, ...]

    @property
    def parts(self) -> list[PartView]:
        return [part for section in self.sections for part in section.parts]

    @property
    def figures(self) -> list[Figure]:
        return [figure for part in self.parts for figure in part.figures]

    @property
    def interactives(self) -> list[Interactive]:
        return [figure for part in self.parts for figure in part.interactives]

    @property
    def statuses(self) -> list[str]:
        """The columns of the summary: proved and supported always, the others when they occur."""
        found = {status for part in self.parts for status, number in part.counts.items() if number}
        return [status for status in MEANING if status in found or status in ("proved", "supported")]


def view(document: Document | View) -> View:
    """Everything that `document` shows, laid out once for all formats; a view is its own view.

    Raises UnsupportedError for an expression that has no LaTeX.
    """
    if isinstance(document, View):
        return document
    sections = tuple(
        SectionView(section.number, section.title, section.intro, tuple(map(_part, section.parts)), section.note)
        for section in document.sections
    )
    return View(document.title, document.intro, CONVENTIONS, dict(MEANING), sections)


def _part(part: Part) -> PartView:
    verdicts = [line.verdict for derivation in part.derivations for line in (*derivation.steps, derivation)]
    counts = Counter(verdict.status for verdict in verdicts if verdict is not None)
    return PartView(
        part.label,
        "part-" + re.sub(r"[^0-9A-Za-z]+", "-", part.label).strip("-").lower(),
        part.question,
        tuple(map(_argument, part.derivations)),
        tuple(replace(listing, check=_sentence(listing.check)) for listing in part.listings),
        part.remarks,
        {status: counts[status] for status in MEANING},
        part.seconds,
        part.figures,
        part.tables,
        part.interactives,
    )


def _argument(derivation: Derivation) -> Argument:
    names = _names(derivation)
    bases = {id(line): _grounds(line.verdict) for line in (derivation, *derivation.steps)}
    chains = [
        tuple(
            _line(derivation, step, bases[id(step)], names, continues=bool(number)) for number, step in enumerate(chain)
        )
        for chain in derivation.chains()
    ]
    claim = _line(derivation, derivation, bases[id(derivation)], names)
    return Argument(
        dressed(derivation.title, names),
        dressed(derivation.answer_type, names),
        tuple(map(derivation.latex_of, derivation.given)),
        claim,
        tuple(chains),
        _conditions(derivation, bases.values()),
        tuple(evidence(derivation, bases)),
    )


def _grounds(verdict: Any) -> Grounds | None:
    certificate = getattr(verdict, "certificate", None)
    if not (isinstance(certificate, dict) and "proof" in certificate):
        return None
    return grounds(certificate, getattr(verdict, "axioms", ()))


def _line(
    derivation: Derivation,
    line: Step | Derivation,
    base: Grounds | None,
    names: dict[str, str],
    continues: bool = False,
) -> Line:
    verdict, step = line.verdict, line if isinstance(line, Step) else None
    alone = line.relation == "holds"
    said = [step.note] if step is not None else []
    if base is not None:
        said += ["; ".join(base.rules)] if base.rules else []
    else:
        said += [step.reason] if step is not None and not _REFERENCE.fullmatch(step.reason) else []
        said += [verdict.reason] if verdict is not None else []
    return Line(
        left="" if continues else derivation.latex_of(line.lhs),
        sign="" if alone else sign_of(line.relation),
        right="" if alone else derivation.latex_of(line.rhs),
        reason=" ".join(dict.fromkeys(_sentence(dressed(text, names)) for text in said if text)),
        uses=base.uses if base is not None else (),
        given=tuple(map(derivation.latex_of, step.given)) if step is not None else (),
        status=getattr(verdict, "status", ""),
        counterexample=str(getattr(verdict, "counterexample", None) or ""),
    )


def _names(derivation: Derivation) -> dict[str, str]:
    """The names that occur in a derivation, each with its LaTeX: symbols, sizes and indices."""
    symbols = {
        symbol
        for line in (derivation, *derivation.steps)
        for side in (line.lhs, line.rhs)
        for symbol in side.atoms(Symbol, MatrixSymbol)
        if not isinstance(symbol, Dummy)
    }
    sizes = {size for symbol in symbols for side in getattr(symbol, "shape", ()) for size in side.free_symbols}
    return {symbol.name: write_latex(symbol) for symbol in symbols | sizes if symbol.name not in ("a", "I")}


def dressed(text: str, names: dict[str, str]) -> str:
    """Plain text with the names in it, such as `x_j` or `m x n`, set as mathematics; text with LaTeX in it stays.

    >>> dressed("A 1 x n row; entry j is the derivative by x_j.", {"x": r"\\mathbf{x}", "n": "n", "j": "j"})
    'A $1 \\\\times n$ row; entry $j$ is the derivative by $x_{j}$.'
    >>> dressed("Entry (k, l) is the derivative by W_1_kl.", {"W_1": "W_{1}"})
    'Entry $(k, l)$ is the derivative by $(W_{1})_{kl}$.'
    """
    if "$" in text or not names:
        return text
    known = "|".join(sorted(map(re.escape, names), key=len, reverse=True))
    pair = rf"\(({known}), ({known})\)|(?<=ntry )\(([a-z]), ([a-z])\)"
    pattern = rf"\b(\d+|{known}) x (\d+|{known})\b|\b({known})_(\w+)\b|{pair}|\b({known})\b"

    def formula(match: re.Match[str]) -> str:
        rows, columns, base, index, first, second, row, column, name = match.groups()
        if rows:
            return rf"${names.get(rows, rows)} \times {names.get(columns, columns)}$"
        if base:
            return f"${base if len(base) == 1 else f'({names[base]})'}_{{{index}}}$"
        if first:
            return f"$({names[first]}, {names[second]})$"
        if row:
            return f"$({row}, {column})$"
        article = name == "A" and match.start() == 0 and not re.match(r"A (is|and|=)", text)
        return name if article else f"${names[name]}$"

    return re.sub(pattern, formula, text)


def _sentence(text: str) -> str:
    """`text` with a capital and a full stop, if it has neither; a formula at either end is left alone."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".:!?" else ".")


def _conditions(derivation: Derivation, bases: Iterable[Grounds | None]) -> tuple[str, ...]:
    """What the lines rest on beyond the hypotheses: shown (definite matrices) or presupposed (the rest)."""
    shown = [f"{text}." for base in bases if base is not None for text in base.definite]
    verdicts = [line.verdict for line in (derivation, *derivation.steps) if line.verdict is not None]
    presupposed = [f"Presupposed: {text}." for verdict in verdicts for text in verdict.conditions]
    return tuple(dict.fromkeys([*shown, *presupposed]))


__all__ = ["Argument", "Line", "PartView", "SectionView", "View", "view"]
