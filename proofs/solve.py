"""The main job: work the homework's parts, verify every step, and write the solution."""

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from proofs import render
from proofs.document import Document, Part, Problem, Section
from proofs.files import write_whole
from proofs.homework import problems
from proofs.render.view import View, view
from proofs.verdict import Verdict
from proofs.verify import verify
from symbolic.errors import PushthroughError

FORMATS: dict[str, Callable[[Document | View], str]] = {
    "tex": render.to_tex,
    "html": render.to_html,
    "md": render.to_md,
    "json": render.to_json,
}
TITLE = "Worked solutions, each step derived and checked"


@dataclass(frozen=True)
class Row:
    """How the steps of one part ended."""

    part: str
    steps: int
    proved: int
    supported: int
    conditional: int
    refuted: int
    seconds: float


@dataclass(frozen=True)
class Solved:
    rows: tuple[Row, ...]
    files: tuple[Path, ...]
    document: Document


def solve(
    parts: Sequence[str] = (),
    output: Path | None = None,
    formats: Sequence[str] = ("tex", "html"),
    progress: Callable[[str], None] = lambda text: None,
) -> Solved:
    """Work the chosen parts (all without any), verify every step, write the files.

    `parts` are labels such as "4f", "2(d)" or "5". Beside the documents, `solutions.certificates.json` holds every
    certificate, which `pushthrough replay` checks with the kernel alone. Without `output`, nothing is written.
    Raises PushthroughError for an unknown part or format, before any work is done.

    >>> [row.part for row in solve(["2a"]).rows]
    ['2(a)']
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise PushthroughError(f"unknown format {unknown[0]!r}; the formats are {', '.join(FORMATS)}")
    chosen = select(parts, problems())
    sections = []
    for problem, labels in chosen:
        worked = tuple(_work(problem, label, progress) for label in labels)
        sections.append(Section(problem.number, problem.title, problem.intro, worked))
    document = Document(TITLE, "", tuple(sections))
    rows = tuple(row_of(part) for section in document.sections for part in section.parts)
    files = []
    if output is not None:
        progress("laying out")
        shown = view(document)
        for name in formats:
            progress(f"writing solutions.{name}")
            files.append(output / f"solutions.{name}")
            write_whole(files[-1], FORMATS[name](shown))
        files.append(output / "solutions.certificates.json")
        write_whole(files[-1], json.dumps(list(certificates(document)), indent=1) + "\n")
    return Solved(rows, tuple(files), document)


def select(wanted: Sequence[str], worked: Sequence[Problem]) -> list[tuple[Problem, list[str]]]:
    """The problems and the labels in them that `wanted` names, in the homework's order."""
    known = {f"{p.number}{label}" for p in worked for label in p.parts} | {str(p.number) for p in worked}
    names = {re.sub(r"[\s().]", "", name).lower() for name in wanted} or {str(p.number) for p in worked}
    for name in sorted(names - known):
        choice = ", ".join(f"{p.number}({label})" for p in worked for label in p.parts)
        raise PushthroughError(f"there is no part {name!r}; the worked parts are {choice}")
    picked = [(p, [k for k in p.parts if names & {str(p.number), f"{p.number}{k}"}]) for p in worked]
    return [(p, labels) for p, labels in picked if labels]


def _work(problem: Problem, label: str, progress: Callable[[str], None]) -> Part:
    progress(f"working part {problem.number}({label})")
    start = time.perf_counter()
    part = problem.parts[label]()
    derivations = tuple(verify(d) for d in part.derivations)
    return replace(part, derivations=derivations, seconds=time.perf_counter() - start)


def verdicts(part: Part) -> Iterator[Verdict]:
    """Every verdict in a part: of each derivation's steps, then of its claim."""
    for derivation in part.derivations:
        yield from (step.verdict for step in derivation.steps)
        yield derivation.verdict


def row_of(part: Part) -> Row:
    found = [verdict.status for verdict in verdicts(part)]
    counts = {status: found.count(status) for status in ("proved", "supported", "conditional", "refuted")}
    return Row(part.label, len(found), **counts, seconds=part.seconds)


def certificates(document: Document) -> Iterator[dict]:
    """Every certificate in the document, each once."""
    seen = set()
    for section in document.sections:
        for part in section.parts:
            for verdict in verdicts(part):
                text = json.dumps(verdict.certificate)
                if verdict.certificate and text not in seen:
                    seen.add(text)
                    yield verdict.certificate
