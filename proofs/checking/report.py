"""What proofreading a document finds: plain data, which `proofs.checking.formats` turns into text, JSON and HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

VERDICTS = ("proved", "supported", "conditional", "refuted", "unread")


@dataclass(frozen=True)
class Suggestion:
    """A repair: `latex` for what stands at `span` of the file, and the whole step as it then reads."""

    span: tuple[int, int]
    latex: str
    step: str  # the right-hand side, or the side that was changed, after the repair
    what: str  # in words: "transpose U", "2 for 3"


@dataclass(frozen=True)
class Finding:
    """One step of a document, judged. A step is one relation between two neighbouring terms of a chain.

    `line` and `column` (both from 1) are those of the relation sign; `span` are the offsets of the step in the file,
    `fault` those of the part to blame, where it is known. `left`, `right`: the author's own LaTeX. `relation`: the sign
    as the author wrote it.
    """

    line: int
    column: int
    span: tuple[int, int]
    left: str
    relation: str
    right: str
    verdict: str
    reason: str
    counterexample: str = ""  # small exact matrices and both sides evaluated, or the clash of shapes; several lines
    suggestion: Suggestion | None = None
    conditions: tuple[str, ...] = ()
    evidence: str = ""  # the proof in words, or what instances saw; several lines
    certificate: dict | None = None
    fault: tuple[int, int] | None = None
    seconds: float = 0.0


@dataclass(frozen=True)
class Report:
    """A file, read and judged. `error` is set, and nothing else, when the file could not be read at all."""

    file: str
    text: str = ""
    declarations: tuple[str, ...] = ()  # such as "X: m x n, full column rank (line 3)"
    assumed: tuple[str, ...] = ()
    steps: tuple[Finding, ...] = ()
    error: str = ""
    seconds: float = field(default=0.0, compare=False)

    @property
    def summary(self) -> dict[str, int]:
        counts = Counter(step.verdict for step in self.steps)
        return {verdict: counts[verdict] for verdict in VERDICTS}
