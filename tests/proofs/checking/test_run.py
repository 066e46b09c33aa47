"""Many files at once: which are meant, how they are read, and that a broken one costs itself alone."""

import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from proofs import workers
from proofs.checking import run
from proofs.checking.report import Finding, Report
from proofs.checking.run import Options, check_files, find_files, kind_of, read_text
from symbolic.errors import ReadError


def check(text: str, name: str, kind: str, *, progress: Callable[[str], None], **options: Any) -> Report:
    """Does what the text says, else reports one step with the options it was given."""
    if text == "hang":
        time.sleep(60)
    if text == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if text == "bug":
        raise KeyError("a mistake")
    if text == "unreadable":
        raise ReadError("line 3: expected a size")
    if text == "deep":
        raise RecursionError
    if text == "memory":
        raise MemoryError
    progress("step 1")
    return Report(name, text, steps=(Finding(1, 1, (0, 1), kind, "=", repr(sorted(options.items())), "proved", text),))


@pytest.fixture(autouse=True)
def _forking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "THREADED", set())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files of every kind, in which the tests run."""
    files: dict[str, bytes] = {
        "b.tex": b"good", "a.md": b"good", "notes.txt": b"good", "b.fixed.tex": b"good", "c.fixed.md": b"good",
        "deep/er/c.tex": b"good", ".git/d.tex": b"good", ".e.md": b"good",
    }  # fmt: skip
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_folder_means_the_documents_below_it() -> None:
    below = ["a.md", "b.tex", "c.fixed.md", "deep/er/c.tex"]  # b.fixed.tex is the copy of b.tex
    assert find_files(["."]) == below
    assert find_files(["notes.txt", "deep", "deep/er/c.tex", "b.fixed.tex"]) == [
        "notes.txt", "deep/er/c.tex", "b.fixed.tex",
    ]  # fmt: skip
    assert find_files(["empty", "absent"]) == ["empty", "absent"]


BROKEN = {
    "latin.tex": (b"one\ncaf\xe9", "not UTF-8 (byte 0xe9 on line 2)"),
    "wide.md": ("x = y".encode("utf-16"), "UTF-16"),
    "picture.md": (b"\x89PNG\n\0\0", "not a text (a zero byte on line 2)"),
    "large.md": (b"x" * 1001, "larger than"),
    "hang.md": (b"hang", "not done within the time limit"),
    "crash.md": (b"crash", "mistake in pushthrough: the process ended (signal 9"),
    "bug.md": (b"bug", "mistake in pushthrough: KeyError: 'a mistake' (test_run.py:"),
    "unreadable.md": (b"unreadable", "line 3: expected a size"),
    "deep.md": (b"deep", "nested too deeply"),
    "memory.md": (b"memory", "out of memory"),
}


def test_a_broken_file_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run, "MAX_BYTES", 1000)
    (tmp_path / "locked.md").mkdir()
    (tmp_path / "good.md").write_bytes(b"good")
    for name, (content, _) in BROKEN.items():
        (tmp_path / name).write_bytes(content)
    names = ["good.md", *BROKEN, "locked.md", "absent.md", "good.md"]
    real = run.guarded
    monkeypatch.setattr(run, "guarded", lambda *arguments: real(*arguments[:3], 0.5, *arguments[4:]))
    reports = list(check_files(names, check, jobs=3))
    assert [report.file for report in reports] == names, "in order"
    assert reports[0].error == reports[-1].error == "" and reports[0].steps[0].reason == "good"
    for report in reports[1:-3]:
        assert BROKEN[report.file][1] in report.error, report.file
        assert not report.steps
    assert "folder without" in reports[-3].error and reports[-2].error == "No such file or directory"


def test_options_and_kind_arrive(folder: Path) -> None:
    (report,) = check_files(["b.tex"], check, Options(("X: n x d",), 2.0, 9.0))
    assert (report.steps[0].left, report.seconds > 0) == ("tex", True)
    assert report.steps[0].right == "[('file_seconds', 9.0), ('let', ('X: n x d',)), ('step_seconds', 2.0)]"


@pytest.mark.parametrize("jobs", [0, 1, 2, None])
def test_the_number_of_processes_changes_nothing(jobs: int | None, folder: Path) -> None:
    heard: list[tuple[str, str]] = []
    names = find_files(["."])
    reports = list(check_files(names, check, jobs=jobs, told=lambda *words: heard.append(words)))
    assert [(report.file, report.error) for report in reports] == [(name, "") for name in names]
    assert sorted(heard) == sorted((name, text) for name in names for text in ("", "step 1"))


def test_given_texts_are_not_read(tmp_path: Path) -> None:
    (report,) = check_files(["<stdin>"], check, texts={"<stdin>": r"\section{One} $x$"})
    assert (report.steps[0].left, report.text) == ("tex", r"\section{One} $x$")


def test_texts_are_read_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes("\ufeffone\r\ntwo é".encode())
    assert read_text(str(tmp_path / "a.md")) == "one\r\ntwo é", "line ends stay, so that places are those of the file"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names")
def test_an_endless_file_is_left(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="larger than"):
        read_text("/dev/zero")
    pipe = str(tmp_path / "pipe.md")
    os.mkfifo(pipe)
    threading.Thread(target=lambda: Path(pipe).write_text("from a pipe"), daemon=True).start()
    assert read_text(pipe) == "from a pipe"


@pytest.mark.parametrize(
    "name, text, kind",
    [
        ("A.TEX", "# One", "tex"),
        ("a.markdown", r"\section{One}", "md"),
        ("<stdin>", r"\begin{document}", "tex"),
        ("<stdin>", "# One\n$$x$$", "md"),
        ("notes.txt", r"\newcommand{\R}{}", "tex"),
    ],
)
def test_kinds(name: str, text: str, kind: str) -> None:
    assert kind_of(name, text) == kind
