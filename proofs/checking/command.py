"""`pushthrough check`: its options, what it prints where, and its exit code.

The engine is imported by the function, so that `--help` costs little more than starting Python.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from symbolic.errors import ReadError

if TYPE_CHECKING:
    from proofs.checking.fix import Fix
    from proofs.checking.formats import Look
    from proofs.checking.report import Report
    from proofs.checking.run import Check, Options

EPILOG = (
    "Examples: `pushthrough check paper.tex`, `pushthrough check notes/ -v`, `pushthrough check paper.tex --fix`,"
    " `pushthrough check *.md --format github`, `pushthrough check thesis.tex -o report.html`,"
    ' `pushthrough check notes.md --let "X: n x d; lambda > 0"`.'
    " Exit codes: 0 nothing refuted, 1 something refuted, 2 something could not be read (also when something else was"
    " refuted)."
)
SUFFIXES = {".html": "html", ".htm": "html", ".json": "json"}


def check(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="LaTeX or Markdown; a folder means all .tex and .md below it, - is stdin."),
    ],
    format_name: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="text, json, github or html; by default as OUT ends, or text."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="OUT", help="Write the report to this file.")
    ] = None,
    fix: Annotated[
        bool, typer.Option("--fix", help="Write corrected copies, NAME.fixed.tex, and check those again.")
    ] = False,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="Correct the files themselves, after asking; implies --fix.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before files are changed in place.")] = False,
    let: Annotated[
        list[str] | None,
        typer.Option(metavar="FACTS", help='Facts that the documents do not state, as "X: n x d; lambda > 0".'),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option("--jobs", "-j", min=0, metavar="N", help="Files checked at once; all processors.")
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every step with its evidence, and what was read as known.")
    ] = False,
    step_seconds: Annotated[
        float, typer.Option("--max-seconds", min=0.1, metavar="S", help="Time limit for the proof of one step.")
    ] = 2.0,
    file_seconds: Annotated[
        float, typer.Option("--max-file-seconds", min=1, metavar="S", help="Time limit of one file.")
    ] = 120.0,
) -> None:
    r"""Proofread the derivations in LaTeX or Markdown documents: name every step that is false, and why.

    Each step gets one verdict: *proved*, *supported* by random instances, *conditional* on something that was not
    stated, *refuted* with a counterexample and, where one was found, the smallest repair, or *unread*. Declarations are
    read from the prose; where that is not enough, write comments that nobody sees: `% check: lambda > 0` in LaTeX,
    `<!-- check: X: n x d -->` in Markdown.
    """
    from proofs.checking.check import check_text
    from proofs.checking.formats import FORMATS, Look
    from proofs.checking.run import Options, check_files, find_files

    name = format_name or SUFFIXES.get(output.suffix.lower() if output else "", "text")
    if name not in FORMATS:
        raise ReadError(f"no format {name!r}; the formats are {', '.join(FORMATS)}")
    screen = Console()
    if name == "html" and output is None and screen.is_terminal:
        raise ReadError("a page of HTML is of no use on a terminal: add -o report.html")
    plain = output is not None or not screen.is_terminal
    look = Look(
        verbose=verbose,
        width=None if plain else screen.width,
        color=not plain and screen.color_system is not None and not screen.no_color,
        several=len(files) > 1 or Path(files[0]).is_dir(),
    )
    names = find_files(["<stdin>" if file == "-" else file for file in files])
    options = Options(tuple(let or ()), step_seconds, file_seconds)

    reports: list[Report] = []
    pieces: list[str] = []
    with _Progress(len(names)) as progress:
        for report in check_files(names, check_text, options, jobs, _standard_input(names), progress.told):
            reports.append(report)
            progress.done()
            pieces.append(FORMATS[name].each(report, look))
            if output is None:
                progress.print(pieces[-1])
    pieces.append(FORMATS[name].end(reports, look))
    if output is None:
        _print(pieces[-1])
    else:
        _write_report(output, "".join(pieces), reports, look)

    if fix or in_place:
        aside = name != "text" and output is None  # standard output belongs to the report
        found = _fixes(reports, check_text, options, jobs)
        written = _write_fixes(found, in_place, yes, look, aside)
        if in_place:
            reports = [written.get(report.file, report) for report in reports]
    if any(report.error for report in reports):
        raise typer.Exit(2)
    if any(report.summary["refuted"] for report in reports):
        raise typer.Exit(1)


def _standard_input(names: list[str]) -> dict[str, str]:
    """What stands in standard input, if it is meant: the processes that check have none."""
    from proofs.checking.run import STDIN, read_text

    try:
        return {STDIN: read_text(STDIN)} if STDIN in names else {}
    except ReadError as error:
        raise ReadError(f"{STDIN}: {error}") from None


def _write_report(output: Path, text: str, reports: "list[Report]", look: "Look") -> None:
    from proofs.checking.formats.layout import counted, shown
    from proofs.checking.formats.text import totals
    from proofs.files import write_whole

    write_whole(output, text)
    for report in reports:
        _print(f"{shown(report.file)}: {counted(report)}\n")
    _print(f"{totals(reports, look)}wrote {output}\n")


def _fixes(reports: "list[Report]", check_text: "Check", options: "Options", jobs: int | None) -> "list[Fix]":
    from proofs.checking.fix import fixes

    with _Progress(0, "checking the corrected text"):
        return list(fixes(reports, check_text, options, jobs))


def _write_fixes(found: "list[Fix]", in_place: bool, yes: bool, look: "Look", aside: bool) -> "dict[str, Report]":
    """Show and write what was corrected; the reports on files that were changed in place."""
    from proofs.checking.fix import copy_of, write
    from proofs.checking.formats.layout import counted
    from proofs.checking.formats.text import difference
    from proofs.checking.run import STDIN

    if not found:
        _print("nothing to fix: no repair was found\n", aside)
    changed: dict[str, Report] = {}
    for fix in found:
        name = fix.before.file
        _print("\n" + difference(fix.before.text, fix.text, name, name if in_place else copy_of(name), look), aside)
        left = f"after {len(fix.applied)} repair{'s' * (len(fix.applied) > 1)}: {counted(fix.after)}"
        if not fix.helps:
            _print(f"{name}: not written, because it does not become better: {left}\n", aside)
        elif name == STDIN:
            _print(f"{name}: not written, because it has no name: {left}\n", aside)
        elif in_place and not yes and not _agreed(name, len(fix.applied)):
            _print(f"{name}: left as it is\n", aside)
        else:
            _print(f"wrote {write(fix, in_place)}, {left}\n", aside)
            changed[name] = fix.after
    return changed


def _agreed(name: str, number: int) -> bool:
    if not sys.stdin.isatty():
        raise ReadError(f"{name} is not changed in place without asking, and nobody is there to be asked: add --yes")
    return typer.confirm(f"change {name} in {number} place{'s' * (number > 1)}?", err=True)


def _print(text: str, aside: bool = False) -> None:
    """Print `text` as it is; what the encoding of the stream does not know is escaped."""
    stream = sys.stderr if aside else sys.stdout
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


class _Progress:
    """A line on the terminal that says what is going on; nothing in a pipe."""

    def __init__(self, number: int, text: str = "starting") -> None:
        console = Console(stderr=True)
        self.status = console.status(text) if console.is_terminal else None
        self.number, self.finished = number, 0

    def __enter__(self) -> "_Progress":
        if self.status:
            self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.status:
            self.status.stop()

    def told(self, name: str, text: str) -> None:
        if self.status:
            of = f"{self.finished + 1} of {self.number}: " if self.number > 1 else ""
            self.status.update(escape(f"{of}{name}" + f", {text}" * bool(text)))

    def done(self) -> None:
        self.finished += 1

    def print(self, text: str) -> None:
        if self.status:
            self.status.stop()
        _print(text)
        if self.status and self.finished < self.number:
            self.status.start()


__all__ = ["check"]
