"""The command `pushthrough`: reads arguments, reports, and sets the exit code.

SymPy is imported by the command that needs it, so that `--help` costs little more than starting Python.
"""

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console, Group
from rich.live import Live
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.spinner import Spinner
from rich.table import Table

from proofs.checking import command
from symbolic.errors import PushthroughError

if TYPE_CHECKING:
    from proofs.solve import Solved

COUNTS = ("proved", "supported", "conditional", "refuted")

app = typer.Typer(
    name="pushthrough",
    help="Derive, prove, check and typeset linear algebra and matrix calculus.",
    epilog="Exit codes: 0 nothing refuted, 1 something refuted or rejected, 2 unusable input.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        try:
            typer.echo(f"pushthrough {version('pushthrough')}")
        except PackageNotFoundError:
            typer.echo("pushthrough, run from its sources without being installed")
        raise typer.Exit


@app.callback()
def _main(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


@app.command(
    epilog="Examples: `pushthrough solve`, `pushthrough solve 4f 5 -o out`, `pushthrough solve 2 --format pdf,json`,"
    " `pushthrough solve --from proofs.examples.first`, `pushthrough solve --from my_homework.py 1b`"
)
def solve(
    parts: Annotated[
        list[str] | None,
        typer.Argument(metavar="PART", help="A part such as 4f or a whole problem such as 5; without any, all."),
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the files; it is made when missing.")
    ] = Path("."),
    formats: Annotated[
        str, typer.Option("--format", metavar="LIST", help="Any of tex, pdf, html, md and json, separated by commas.")
    ] = "tex,html",
    source: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="MODULE",
            help="A problem set of your own instead of the homework: a dotted module name or a .py file that defines"
            " PROBLEM, PROBLEMS, or is a package of such modules. It is run as Python code.",
        ),
    ] = None,
) -> None:
    """Derive, check and typeset the worked parts of the homework, or of a problem set of your own.

    Writes `solutions.tex`, `solutions.html`, the figures and the certificates, and prints how many steps of each part
    were proved, supported by random instances, conditional, or refuted. Nothing may be refuted for the exit code to be
    0. How a problem set is written: copy `proofs/examples/first.py`.
    """
    from proofs.solve import solve as run_parts

    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    stderr = Console(stderr=True)
    if stderr.is_terminal:
        with _Shown(stderr) as shown:
            report = run_parts(parts or [], output, wanted, shown.say, source, shown.advance)
    else:
        report = run_parts(parts or [], output, wanted, lambda text: None, source)
    _print_report(report)
    if any(row.refuted for row in report.rows):
        raise typer.Exit(1)


app.command(epilog=command.EPILOG)(command.check)


@app.command(epilog="Example: `pushthrough replay certificate.json`")
def replay(files: Annotated[list[Path], typer.Argument(metavar="FILE", help="Certificates, as JSON.")]) -> None:
    """Check certificates with the kernel alone and print what each one establishes.

    Prints the statement with every hypothesis, the axioms it rests on and the number of proof terms. Exit code 0:
    all accepted; 1: one was rejected; 2: one could not be read.
    """
    from proofs import kernel

    raise typer.Exit(kernel.main([str(file) for file in files]))


class _Shown:
    """What is being done, on a terminal: a line of text, and below it a bar for each long piece of work."""

    def __init__(self, console: Console) -> None:
        self.spinner = Spinner("dots", "starting")
        self.bars = Progress(
            TextColumn("  {task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn()
        )
        self.tasks: dict[str, TaskID] = {}
        self.live = Live(Group(self.spinner, self.bars), console=console, transient=True)

    def __enter__(self) -> "_Shown":
        self.live.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.live.stop()

    def say(self, text: str) -> None:
        self.spinner.update(text=escape(text))

    def advance(self, what: str, done: int, of: int) -> None:
        if what not in self.tasks:
            self.tasks[what] = self.bars.add_task(escape(what), total=of)
        self.bars.update(self.tasks[what], completed=done, total=of, visible=done < of)


def _print_report(report: "Solved") -> None:
    """The table of parts, if there are any, its line of totals if there are several, and where the files are."""
    columns = ("steps", *COUNTS)
    table = Table("part", box=box.SIMPLE_HEAD, show_footer=len(report.rows) > 1)
    table.columns[0].footer = "all"
    for name in columns:
        table.add_column(name, justify="right", footer=str(sum(getattr(row, name) for row in report.rows)))
    table.add_column("seconds", justify="right", footer=f"{sum(row.seconds for row in report.rows):.2f}")
    for row in report.rows:
        style = "red" if row.refuted else None
        table.add_row(row.part, *(str(getattr(row, name)) for name in columns), f"{row.seconds:.2f}", style=style)
    console = Console()
    if report.rows:
        console.print(table)
    for row in report.rows:
        if row.note:
            console.print(f"{row.part}: {row.note}", markup=False, highlight=False, soft_wrap=True)
    for file in report.files:
        console.print(f"wrote {file}", markup=False, highlight=False, soft_wrap=True)


def run() -> int:
    """Run the command line; a mistake of the user's is one line on stderr and exit code 2, never a traceback."""
    try:
        app(prog_name="pushthrough")
    except (PushthroughError, OSError) as error:
        place = f"{error.filename}: " if isinstance(error, OSError) and error.filename else ""
        typer.echo(f"pushthrough: {place}{getattr(error, 'strerror', None) or error}", err=True)
        return 2
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    return 0
