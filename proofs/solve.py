"""The main job: work the parts of a homework, verify every step, and write the solution."""

import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

from proofs import render
from proofs.document import Document, Figure, Interactive, NotWorked, Part, Problem, Section
from proofs.files import write_whole
from proofs.homework import problems
from proofs.outside import ProblemSet, load
from proofs.progress import Listener
from proofs.render.figure import draw_ahead, pdf_file, prepare, svg_file
from proofs.render.pdf import require_pdflatex
from proofs.render.view import View, view
from proofs.verdict import Verdict
from proofs.verify import verify
from proofs.workers import in_order
from symbolic.errors import MissingExtra, PushthroughError

FORMATS: dict[str, Callable[[Document | View], str | bytes]] = {
    "tex": render.to_tex,
    "pdf": render.to_pdf,
    "html": render.to_html,
    "md": render.to_md,
    "json": render.to_json,
}
# Formats that show figures from files of their own: how those end, and what they hold.
BESIDE: dict[str, tuple[str, Callable[[Figure], bytes]]] = {"tex": ("pdf", pdf_file), "md": ("svg", svg_file)}
DRAWN = {"tex": "pdf", "pdf": "pdf", "html": "svg", "md": "svg"}  # as what a format wants its figures drawn
ENOUGH_FOR_WORKERS = 6  # parts, below which processes cost more than they save
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
    note: str = ""  # why it is not worked


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
    source: str | None = None,
    heard: Listener | None = None,
) -> Solved:
    """Work the chosen parts (all without any), verify every step, write the files.

    `parts` are labels such as "4f", "2(d)" or "5", of the homework or of the problem set in `source`, a module (see
    `proofs.outside.load`). Beside the documents, `solutions.certificates.json` holds every certificate, which
    `pushthrough replay` checks with the kernel alone, and each figure has a file where a format needs it. Without
    `output`, nothing is written. `progress` is told what is done, `heard` how far long parts have come (see
    `proofs.progress`). Raises PushthroughError for an unknown part or format, before any work is done, and MissingExtra
    for a part that was asked for by its label and needs a library which is not there; else that part says so.

    >>> [row.part for row in solve(["2a"]).rows]
    ['2(a)']
    """
    unknown = [name for name in formats if name not in FORMATS]
    if unknown:
        raise PushthroughError(f"unknown format {unknown[0]!r}; the formats are {', '.join(FORMATS)}")
    if "pdf" in formats:
        require_pdflatex()
    posed = load(source) if source is not None else ProblemSet(TITLE, tuple(problems()))
    kinds = {DRAWN[name] for name in formats if name in DRAWN} if output is not None else set()
    chosen = select(parts, posed.problems)
    tasks = [(problem, label) for problem, labels in chosen for label in labels]
    # Problem sets of others run in this process, so that a mistake in one is reported with its place.
    several = source is None and len(tasks) >= ENOUGH_FOR_WORKERS
    if several and kinds:
        prepare()
    results = in_order(partial(_attempted, set(map(_plain, parts))), tasks, heard, alone=not several)
    worked = iter(_worked(tasks, results, kinds, progress))
    sections = [
        Section(problem.number, problem.title, problem.intro, tuple(islice(worked, len(labels))), problem.note)
        for problem, labels in chosen
    ]
    document = Document(posed.title or TITLE, "", tuple(sections))
    rows = tuple(row_of(part) for section in document.sections for part in section.parts)
    files = [] if output is None else list(_written(document, output, dict.fromkeys(formats), progress))
    return Solved(rows, tuple(files), document)


def _written(
    document: Document, output: Path, formats: Iterable[str], progress: Callable[[str], None]
) -> Iterator[Path]:
    """Write the files one by one, each before the document that refers to it."""
    progress("laying out")
    shown = view(document)
    _require_names([*shown.figures, *shown.interactives])
    for name in formats:
        if name in BESIDE:
            ending, drawn = BESIDE[name]
            for figure in shown.figures:
                progress(f"drawing {figure.name}.{ending}")
                yield _put(output / f"{figure.name}.{ending}", drawn(figure))
        progress(f"writing solutions.{name}")
        yield _put(output / f"solutions.{name}", FORMATS[name](shown))
    yield _put(output / "solutions.certificates.json", json.dumps(list(certificates(document)), indent=1) + "\n")


def _put(path: Path, content: str | bytes) -> Path:
    write_whole(path, content)
    return path


def _require_names(figures: Sequence[Figure | Interactive]) -> None:
    """Every figure needs a file name of its own: raises PushthroughError for two that share one."""
    names = ["solutions", *(figure.name.lower() for figure in figures)]
    for figure in figures:
        if names.count(figure.name.lower()) > 1:
            raise PushthroughError(f"the name {figure.name!r} of a figure is taken; give every figure one of its own")


def select(wanted: Sequence[str], worked: Sequence[Problem]) -> list[tuple[Problem, list[str]]]:
    """The problems and the labels in them that `wanted` names, in the homework's order; all without any names.

    A problem without parts is chosen by its number.
    """
    known = {f"{p.number}{label}" for p in worked for label in p.parts} | {str(p.number) for p in worked}
    names = set(map(_plain, wanted)) or {str(p.number) for p in worked}
    for name in sorted(names - known):
        choice = ", ".join(f"{p.number}({label})" for p in worked for label in p.parts)
        raise PushthroughError(f"there is no part {name!r}; the worked parts are {choice or 'none'}")
    picked = [(p, [k for k in p.parts if names & {str(p.number), f"{p.number}{k}"}]) for p in worked]
    return [(p, labels) for p, labels in picked if labels or str(p.number) in names]


def _plain(name: str) -> str:
    return re.sub(r"[\s().]", "", name).lower()


def _worked(
    tasks: Sequence[tuple[Problem, str]],
    results: Iterator[Part],
    kinds: Iterable[str],
    progress: Callable[[str], None],
) -> Iterator[Part]:
    """The parts, one by one; their figures are drawn by another process while this one goes on."""
    for problem, label in tasks:
        progress(f"working part {problem.number}({label})")
        part = next(results)
        draw_ahead(part.figures, kinds)
        yield part


def _attempted(asked: Collection[str], task: tuple[Problem, str]) -> Part:
    """One part; if a library is missing for it, and nobody asked for this very part, a part that says so."""
    problem, label = task
    try:
        return _work(task)
    except MissingExtra as error:
        if f"{problem.number}{label}" in asked:
            raise
        return NotWorked(f"{problem.number}({label})", f"This part is not worked: {error}.", ())


def _work(task: tuple[Problem, str]) -> Part:
    """One part, built and verified. Raises PushthroughError when its builder gives no part, or one of another label."""
    problem, label = task
    name = f"{problem.number}({label})"
    start = time.perf_counter()
    part = problem.parts[label]()
    if not isinstance(part, Part) or part.label != name:
        found = f"labelled {part.label!r}" if isinstance(part, Part) else f"of type {type(part).__name__}"
        raise PushthroughError(
            f"the builder of part {name} gives something {found}; it must give a Part({name!r}, ...)"
        )
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
    note = part.question if isinstance(part, NotWorked) else ""
    return Row(part.label, len(found), **counts, seconds=part.seconds, note=note)


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
