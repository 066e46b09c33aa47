"""The command line: what it imports, prints and answers. `solve` is replaced: only the frame is tested here."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from sympy import MatMul, MatrixSymbol, Transpose, symbols

from proofs import Claim, __main__, cli, prove
from proofs.files import write_whole
from symbolic.errors import ReadError

ROOT = Path(__file__).resolve().parents[2]
HEAVY = ("sympy", "numpy", "flint", "latexify", "jinja2", "matplotlib")


@dataclass
class Row:
    part: str
    refuted: int = 0
    steps: int = 3
    proved: int = 2
    supported: int = 1
    conditional: int = 0
    seconds: float = 0.25
    note: str = ""


@dataclass
class Solved:
    rows: list[Row]
    files: list[Path] = field(default_factory=list)


def command(*arguments: str, cwd: Path = ROOT, code: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command as `python -m proofs` does, then `code`, in a fresh process."""
    start = f"import sys, proofs.__main__\nsys.argv[1:] = {list(arguments)!r}\nanswer = proofs.__main__.main()"
    program = [sys.executable, "-c", f"{start}\n{code}\nsys.exit(answer)"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "120"}
    return subprocess.run(program, cwd=cwd, capture_output=True, text=True, check=False, env=env)


LOADED = "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules} & set(%r)))"


@pytest.fixture(scope="module")
def certificate() -> dict[str, Any]:
    """A certificate of (AB)' = B'A'."""
    m, n = symbols("m n", integer=True, positive=True)
    A, B = MatrixSymbol("A", m, n), MatrixSymbol("B", n, m)
    return prove(Claim(Transpose(MatMul(A, B)), MatMul(B.T, A.T))).certificate


def install_solve(monkeypatch: pytest.MonkeyPatch, solve: Any) -> None:
    """Put `solve` where the command looks for it."""
    module = ModuleType("proofs.solve")
    module.solve = solve  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "proofs.solve", module)


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pushthrough", *arguments])
    return __main__.main()


@pytest.mark.parametrize("line", ["--help", "solve --help", "replay --help", "--version", "replay"])
def test_help_does_not_pay_for_sympy(line: str) -> None:
    done = command(*line.split(), code=LOADED % (HEAVY,))
    assert done.stdout.splitlines()[-1] == "LOADED", "imported although only help was asked for"
    assert done.returncode == (2 if line == "replay" else 0), done.stderr


def test_help_names_every_command() -> None:
    shown = command("--help").stdout
    assert all(f" {name} " in shown for name in ("solve", "replay"))
    shown = command("solve", "--help").stdout
    assert "Examples" in shown
    assert all(word in shown for word in ("--from", "pdf", "proofs.examples.first"))


def test_a_document_without_figures_does_not_pay_for_them(tmp_path: Path) -> None:
    line = ("solve", "1a", "--from", "proofs.examples.first", "-o", str(tmp_path))
    done = command(*line, code=LOADED % (("matplotlib", "multiprocessing", "sympy"),))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "LOADED sympy"
    assert done.stderr == "", "no progress in a pipe"


def test_replay_imports_the_kernel_and_nothing_else_of_ours(certificate: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "true.json").write_text(json.dumps(certificate))
    watched = ("typer", "rich", "symbolic", "numeric", *HEAVY)
    ours = "print('OURS', *sorted(name for name in sys.modules if name.startswith('proofs')))"
    done = command("replay", "true.json", cwd=tmp_path, code=f"{LOADED % (watched,)}\n{ours}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-2:] == ["LOADED", "OURS proofs proofs.__main__ proofs.kernel"]
    assert {"A", "B"} <= {*done.stdout}, "the statement is printed"


@pytest.mark.parametrize("state, code", [("whole", 0), ("doubled", 1), ("cut", 2), ("absent", 2)])
def test_replay_exit_codes(certificate: dict[str, Any], tmp_path: Path, state: str, code: int) -> None:
    relation, lhs, rhs = certificate["claim"]
    doubled = {**certificate, "claim": [relation, lhs, ["add", rhs, rhs]]}
    texts = {"whole": json.dumps(certificate), "doubled": json.dumps(doubled), "cut": json.dumps(certificate)[:-1]}
    if state in texts:
        (tmp_path / "c.json").write_text(texts[state])
    done = command("replay", "c.json", cwd=tmp_path)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr
    assert ("accepted" if state == "whole" else "c.json") in done.stdout + done.stderr


def test_solve_passes_its_arguments_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    seen: list[Any] = []

    def solve(parts: list[str], output: Path, formats: list[str], progress: Any, source: str | None) -> Solved:
        seen.append((parts, output, formats, source))
        progress("4f")
        return Solved([Row("4f"), Row("[5a]")], [Path("out/solutions.tex")])

    install_solve(monkeypatch, solve)
    assert run(monkeypatch, "solve", "4f", "5a", "-o", "out", "--format", "tex, json", "--from", "a.b") == 0
    assert seen == [(["4f", "5a"], Path("out"), ["tex", "json"], "a.b")]
    shown = capsys.readouterr()
    table = [line.split() for line in shown.out.splitlines() if line.strip()]
    assert ["part", "steps", "proved", "supported", "conditional", "refuted", "seconds"] in table
    assert ["4f", "3", "2", "1", "0", "0", "0.25"] in table
    assert ["[5a]", "3", "2", "1", "0", "0", "0.25"] in table
    assert ["all", "6", "4", "2", "0", "0", "0.50"] in table
    assert table[-1] == ["wrote", "out/solutions.tex"]
    assert shown.err == "", "no progress in a pipe"
    assert run(monkeypatch, "solve") == 0
    assert seen[-1] == ([], Path("."), ["tex", "html"], None)


def test_solve_fails_when_a_step_is_refuted(monkeypatch: pytest.MonkeyPatch) -> None:
    install_solve(monkeypatch, lambda *arguments: Solved([Row("2a"), Row("4f", refuted=1)]))
    assert run(monkeypatch, "solve") == 1


@pytest.mark.parametrize(
    "error, line",
    [
        (ReadError("no part '7z'; the parts are 2a, 4f"), "pushthrough: no part '7z'; the parts are 2a, 4f"),
        (PermissionError(13, "Permission denied", "/out"), "pushthrough: /out: Permission denied"),
    ],
)
def test_a_mistake_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, line: str
) -> None:
    def solve(*arguments: Any) -> None:
        raise error

    install_solve(monkeypatch, solve)
    assert run(monkeypatch, "solve", "7z") == 2
    assert capsys.readouterr().err == line + "\n"


@pytest.mark.parametrize("line", ["sovle", "solve --fromat tex", "replay --all"])
def test_unknown_words_exit_2(line: str) -> None:
    done = command(*line.split())
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert line.split()[-1] in done.stderr or "--fromat" in done.stderr


def test_interrupt_is_quiet(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def solve(*arguments: Any) -> None:
        raise KeyboardInterrupt

    install_solve(monkeypatch, solve)
    assert run(monkeypatch, "solve") == 130
    assert "Traceback" not in capsys.readouterr().err
    monkeypatch.setattr(cli, "run", solve)
    assert run(monkeypatch, "solve") == 130


def test_files_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "deep" / "solutions.tex"
    write_whole(target, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_whole(target, "new\udc80")
    monkeypatch.setattr(os, "replace", lambda *paths: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_whole(target, "new\n")
    assert [(file.name, file.read_text()) for file in target.parent.iterdir()] == [("solutions.tex", "old\n")]
