"""What `solve` writes: a document of sections (problems) of parts, each holding derivations that carry verdicts.

Plain data: `proofs.homework` builds it, `proofs.solve` has it verified, `proofs.render` turns it into text.
Prose is plain text in which `$...$` is LaTeX mathematics.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from symbolic.derivation import Derivation


@dataclass(frozen=True)
class Listing:
    """A NumPy function printed beside the formula it computes; `formula` is LaTeX read off its source."""

    name: str
    source: str
    formula: str
    check: str = ""  # what was compared with what, and the largest error seen


@dataclass(frozen=True)
class Part:
    """One part of a problem: what is asked (in our words), how it is derived, the code that checks it."""

    label: str  # such as "2(d)"
    question: str
    derivations: tuple[Derivation, ...]
    listings: tuple[Listing, ...] = ()
    remarks: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True)
class Section:
    """A problem with its parts; `intro` declares the symbols."""

    number: int
    title: str
    intro: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Document:
    title: str
    intro: str
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Problem:
    """A worked problem before it is worked: `parts` maps a label within the problem, such as "d", to its builder.

    A file in `proofs/homework/` that defines `PROBLEM` is found and becomes a section of the document.
    """

    number: int
    title: str
    intro: str
    parts: Mapping[str, Callable[[], Part]] = field(default_factory=dict)
