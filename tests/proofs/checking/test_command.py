"""`pushthrough check` as it is called: what it prints where, what it writes, its exit codes. The judge is replaced."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from proofs import __main__, workers
from proofs.checking.command import check as command
from proofs.checking.formats import FORMATS
from proofs.checking.report import Finding, Report, Suggestion

ROOT = Path(__file__).resolve().parents[3]


def check_text(text: str, name: str, kind: str, **options: Any) -> Report:
    """A step for every `$a = b$`: true if both sides are the same letters; the repair copies the left side.

    A side with Z is beyond repair, one with `?` cannot be read; the repair of W makes things worse.
    """
    if "sleep" in text:
        time.sleep(60)
    steps = []
    for match in re.finditer(r"\$([^$=]*) = ([^$]*)\$", text):
        left, right = match.groups()
        verdict = "unread" if "?" in text else "proved" if left == right else "refuted"
        repair = Suggestion(match.span(2), "?" if left == "W" else left, left, "copy the left side")
        sign = match.start() + 1 + len(left) + 1
        line, column = text.count("\n", 0, sign) + 1, sign - text.rfind("\n", 0, sign)
        offered = repair if verdict == "refuted" and "Z" not in right else None
        if left == "c":  # a condition, and a repair that nobody asked for
            verdict = "conditional"
        span = (match.start(1), match.end(2))
        steps.append(Finding(line, column, span, left, "=", right, verdict, "because", suggestion=offered))
    return Report(name, text, tuple(options["let"]), (), tuple(steps))


@pytest.fixture(autouse=True)
def _judge(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("proofs.checking.check")
    module.check_text = check_text  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "proofs.checking.check", module)
    monkeypatch.setattr(workers, "THREADED", set())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    texts = {
        "true.md": "$a = a$\n", "false.tex": "One.\r\n$x = y$ and $x = x$\r\n", "stuck.md": "$a = Z$ and $a = b$\n",
        "worse.md": "$W = b$\n", "lost.md": "caf\udce9",
    }  # fmt: skip
    for name, text in texts.items():
        Path(name).write_bytes(text.encode("utf-8", "surrogateescape"))
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["pushthrough", "check", *arguments])
    return __main__.main()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    "files, code",
    [
        (["true.md"], 0),
        (["true.md", "false.tex"], 1),
        (["lost.md", "true.md"], 2),
        (["lost.md", "false.tex"], 2),
        (["absent.md"], 2),
        (["false.tex", "--format", "yaml"], 2),
        (["false.tex", "--jobs", "-1"], 2),
        ([], 2),
    ],
)
@pytest.mark.parametrize("jobs", ["0", "2"])
def test_exit_codes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], files: list[str], code: int, jobs: str
) -> None:
    assert run(monkeypatch, "--jobs", jobs, *files) == code
    shown = capsys.readouterr()
    assert "Traceback" not in shown.out + shown.err
    assert all(f"{name}: " in shown.out for name in files if name.endswith((".md", ".tex")) and len(files) < 3)


@pytest.mark.usefixtures("folder")
def test_a_broken_file_does_not_hide_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, ".") == 2
    shown = capsys.readouterr()
    assert shown.err == "", "no progress in a pipe"
    assert "lost.md: not checked: not UTF-8" in shown.out and "\x1b" not in shown.out
    assert re.findall(r"--> (\S+)", shown.out) == ["false.tex:2:4", "stuck.md:1:4", "stuck.md:1:16", "worse.md:1:4"]
    assert "5 files, 6 steps: 2 proved, 4 refuted, 1 not checked" in shown.out


@pytest.mark.usefixtures("folder")
def test_formats_and_where_they_go(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "false.tex", "--format", "json", "--let", "X: n x d", "--let", "n > 1") == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["file"], data["declarations"]) == ("false.tex", ["X: n x d", "n > 1"])
    assert run(monkeypatch, "true.md", "false.tex", "-o", "new/all.json") == 1
    assert [entry["file"] for entry in json.loads(Path("new/all.json").read_text())] == ["true.md", "false.tex"]
    shown = capsys.readouterr().out
    assert "false.tex: 2 steps: 1 proved, 1 refuted (line 2)" in shown and "wrote new/all.json" in shown
    assert run(monkeypatch, "false.tex", "-o", "page.html") == 1
    assert Path("page.html").read_text().startswith("<!DOCTYPE html>")
    assert run(monkeypatch, "false.tex", "-o", "page.html", "--format", "github") == 1
    assert Path("page.html").read_text().startswith("::error file=false.tex,line=2")


def test_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"$a = b$")))
    assert run(monkeypatch, "-", "--fix") == 1
    shown = capsys.readouterr().out
    assert "--> <stdin>:1:4" in shown and "+$a = a$" in shown
    assert "<stdin>: not written, because it has no name: after 1 repair: 1 step: 1 proved" in shown
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\xff")))
    assert run(monkeypatch, "-") == 2


def test_fix_writes_a_copy_and_checks_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    before = (folder / "false.tex").read_bytes()
    assert run(monkeypatch, "false.tex", "stuck.md", "true.md", "--fix") == 1, "the files themselves are as they were"
    shown = capsys.readouterr().out
    assert (folder / "false.tex").read_bytes() == before
    assert (folder / "false.fixed.tex").read_bytes() == b"One.\r\n$x = x$ and $x = x$\r\n"
    assert "--- false.tex\n+++ false.fixed.tex\n" in shown and "-$x = y$ and $x = x$\n+$x = x$ and $x = x$\n" in shown
    assert "wrote false.fixed.tex, after 1 repair: 2 steps: 2 proved\n" in shown
    assert "wrote stuck.fixed.md, after 1 repair: 2 steps: 1 proved, 1 refuted (line 1)\n" in shown
    assert not (folder / "true.fixed.md").exists()
    (folder / "true.md").write_text("$c = d$")
    assert run(monkeypatch, "true.md", "--fix") == 0
    assert "nothing to fix" in capsys.readouterr().out, "what is not refuted is left as it is"


def test_a_repair_that_makes_things_worse_is_not_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    assert run(monkeypatch, "worse.md", "--fix") == 1
    assert "worse.md: not written, because it does not become better" in capsys.readouterr().out
    assert not (folder / "worse.fixed.md").exists()


def test_in_place_only_after_asking(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    file = folder / "false.tex"
    before = file.read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"y\n")))
    assert run(monkeypatch, "false.tex", "--in-place") == 2, "nobody is there to be asked"
    assert file.read_bytes() == before and "add --yes" in capsys.readouterr().err
    file.chmod(0o600)
    (folder / "link.tex").symlink_to(file)
    assert run(monkeypatch, "link.tex", "--in-place", "--yes") == 0, "nothing false is left"
    assert file.read_bytes() == b"One.\r\n$x = x$ and $x = x$\r\n"
    assert (file.stat().st_mode & 0o777, (folder / "link.tex").is_symlink()) == (0o600, True)
    assert not list(folder.glob("*.fixed.*"))


@pytest.mark.parametrize("answer, code", [("y", 0), ("n", 1), ("", 1)])
def test_the_question(monkeypatch: pytest.MonkeyPatch, folder: Path, answer: str, code: int) -> None:
    asked: list[str] = []

    def confirm(question: str, **options: Any) -> bool:
        asked.append(question)
        return answer == "y"

    monkeypatch.setattr("typer.confirm", confirm)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert run(monkeypatch, "false.tex", "--in-place") == code
    assert asked == ["change false.tex in 1 place?"]
    assert ("$x = y$" in (folder / "false.tex").read_text()) == bool(code)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_that_changed_meanwhile_is_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    def confirm(question: str, **options: Any) -> bool:
        (folder / "false.tex").write_text("edited")
        return True

    monkeypatch.setattr("typer.confirm", confirm)
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert run(monkeypatch, "false.tex", "--in-place") == 2
    assert (folder / "false.tex").read_text() == "edited" and "has changed" in capsys.readouterr().err


@pytest.mark.usefixtures("folder")
def test_fixing_keeps_standard_output_for_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "false.tex", "--fix", "--format", "json") == 1
    shown = capsys.readouterr()
    assert json.loads(shown.out)["file"] == "false.tex" and "wrote false.fixed.tex" in shown.err


FRAME = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from types import ModuleType
import importlib.util
spec = importlib.util.spec_from_file_location("frame", {str(Path(__file__))!r})
frame = importlib.util.module_from_spec(spec)
spec.loader.exec_module(frame)
module = ModuleType("proofs.checking.check")
module.check_text = frame.check_text
sys.modules["proofs.checking.check"] = module
from proofs.__main__ import main
sys.exit(main())
"""


def on_terminal(arguments: list[str], **environment: str) -> tuple[str, int]:
    """What the command shows on a terminal, and its exit code."""
    here, there = pty.openpty()
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "100", **environment}
    env.pop("NO_COLOR", None) if "NO_COLOR" not in environment else None
    process = subprocess.Popen([sys.executable, "-c", FRAME, "check", *arguments], stdout=there, stderr=there, env=env)
    os.close(there)
    shown = b""
    try:
        while chunk := os.read(here, 65536):
            shown += chunk
    except OSError:
        pass  # the other end is closed
    os.close(here)
    return shown.decode(), process.wait()


@pytest.mark.usefixtures("folder")
def test_on_a_terminal_there_are_colours_unless_they_are_not_wanted() -> None:
    shown, code = on_terminal(["false.tex"])
    assert code == 1 and "\x1b[1;31mrefuted: " in shown
    shown, _ = on_terminal(["false.tex"], NO_COLOR="1")
    assert "refuted: because" in shown and "\x1b[1;31m" not in shown and "\x1b[31m" not in shown
    shown, code = on_terminal(["false.tex", "--format", "html"])
    assert code == 2 and "-o report.html" in shown


def test_interrupting_is_quiet_and_leaves_no_process(folder: Path) -> None:
    (folder / "sleep.md").write_text("sleep")
    process = subprocess.Popen(
        [sys.executable, "-c", FRAME, "check", "true.md", "sleep.md"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline() == "true.md: 1 step: 1 proved\n", "a file is shown as soon as it is done"
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert (process.returncode, errors) == (130, "")
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_help_names_every_format(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(monkeypatch, "--help") == 0
    shown = capsys.readouterr().out
    assert all(name in shown for name in FORMATS) and "Examples" in shown and command.__doc__


def test_help_does_not_pay_for_the_engine() -> None:
    program = "import sys, proofs.__main__; sys.argv[1:] = ['check', '--help']; proofs.__main__.main()\n"
    program += "print('LOADED', *sorted({name.split('.')[0] for name in sys.modules} & {'sympy', 'numpy', 'jinja2'}))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "LOADED"
