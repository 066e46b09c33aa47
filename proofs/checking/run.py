"""Many files proofread at once: found, read, and checked by several processes under limits, each for itself."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from proofs.checking.report import Report
from proofs.workers import guarded
from symbolic.errors import PushthroughError, ReadError

KINDS = {".tex": "tex", ".ltx": "tex", ".latex": "tex", ".md": "md", ".markdown": "md"}
FOUND = (".tex", ".md")  # what is taken from a folder
STDIN = "<stdin>"
MAX_BYTES = 5_000_000  # of one file
MEMORY = 4 * 2**30  # of one process, in bytes
STEP_SECONDS, FILE_SECONDS = 2.0, 120.0
_TEX = re.compile(r"\\(documentclass|begin\{document\}|(sub)*section\b|paragraph\{|newcommand)")


class Check(Protocol):
    """What judges a document: `proofs.checking.check.check_text`. `kind` is "tex" or "md"; `progress` takes a text."""

    def __call__(
        self,
        text: str,
        name: str,
        kind: str,
        *,
        let: Sequence[str],
        step_seconds: float,
        file_seconds: float,
        progress: Callable[[str], None],
    ) -> Report: ...


@dataclass(frozen=True)
class Options:
    """Declarations beside those of the documents, and the limits, in seconds."""

    let: tuple[str, ...] = ()
    step_seconds: float = STEP_SECONDS
    file_seconds: float = FILE_SECONDS


def find_files(names: Sequence[str]) -> list[str]:
    """The files that are meant: a folder stands for the .tex and .md files below it, without hidden ones, by name.

    A folder without any, like a name that does not exist, stays as it is and becomes an error of its own. Corrected
    copies (`NAME.fixed.tex`) beside their originals are left out of folders.
    """
    found: list[str] = []
    for name in names:
        below = sorted(_below(name)) if name != STDIN and os.path.isdir(name) else []
        found += below or [name]
    return list(dict.fromkeys(found))


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in files:
            stem, suffix = os.path.splitext(name)
            copy = stem.endswith(".fixed") and stem.removesuffix(".fixed") + suffix in files
            if suffix in FOUND and not name.startswith(".") and not copy:
                yield os.path.normpath(os.path.join(place, name))


def read_text(name: str) -> str:
    """The text of a file, or of standard input. Raises ReadError, with the reason, for what is no text in UTF-8."""
    try:
        if name == STDIN:
            data = sys.stdin.buffer.read(MAX_BYTES + 1)
        elif os.path.isdir(name):
            raise ReadError("a folder without .tex or .md files")
        else:
            with Path(name).open("rb") as file:
                data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ReadError(getattr(error, "strerror", None) or str(error)) from None
    if len(data) > MAX_BYTES:
        raise ReadError(f"larger than {MAX_BYTES // 10**6} MB")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError("UTF-16, not UTF-8: convert it, as with `iconv -f utf-16 -t utf-8`")
    if b"\0" in data:
        raise ReadError(f"not a text (a zero byte on line {_line(data, data.index(0))})")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"byte 0x{data[error.start]:02x} on line {_line(data, error.start)}"
        raise ReadError(f"not UTF-8 ({place}): convert it, as with `iconv -f latin1 -t utf-8`") from None


def _line(data: bytes, offset: int) -> int:
    return 1 + data.count(b"\n", 0, offset)


def kind_of(name: str, text: str) -> str:
    r"""Whether a file is "tex" or "md": by its ending, else by what stands in it.

    >>> kind_of("a.md", ""), kind_of("<stdin>", r"\section{One}"), kind_of("notes.txt", "# One")
    ('md', 'tex', 'md')
    """
    return KINDS.get(os.path.splitext(name)[1].lower()) or ("tex" if _TEX.search(text) else "md")


def check_files(
    names: Sequence[str],
    check: Check,
    options: Options = Options(),
    jobs: int | None = None,
    texts: dict[str, str] | None = None,
    told: Callable[[str, str], None] = lambda name, text: None,
) -> Iterator[Report]:
    """A report on each file, in order, as soon as it and those before it are done.

    `jobs` processes work at once (None: as many as there are processors; 0: none but this one, without limits). What
    stands in `texts` is not read from disk. Whatever goes wrong with a file is the `error` of its report. `told` hears
    of progress: the name of a file, and what is being done with it.
    """
    given = texts or {}

    def task(name: str, tell: Callable[[str], None]) -> Report:
        tell("")
        start = time.monotonic()
        text = ""
        try:
            text = given[name] if name in given else read_text(name)
            limits = {"step_seconds": options.step_seconds, "file_seconds": options.file_seconds}
            report = check(text, name, kind_of(name, text), let=options.let, progress=tell, **limits)
        except PushthroughError as error:
            report = Report(name, text, error=str(error))
        except MemoryError:
            report = Report(name, text, error=f"out of memory (limit {MEMORY / 2**30:g} GB)")
        except RecursionError:
            report = Report(name, text, error="nested too deeply")
        return replace(report, seconds=time.monotonic() - start)

    # The check keeps to the limit itself, so that what it has found is not lost; this one is for when it hangs.
    seconds = options.file_seconds * 1.25 + 5
    outcomes = guarded(task, names, jobs, seconds, MEMORY, lambda index, text: told(names[index], text))
    for name, outcome in zip(names, outcomes, strict=True):
        yield outcome.value or Report(name, error=_failed(outcome))


def _failed(outcome: Any) -> str:
    if outcome.failure == "late":
        return f"not done within the {outcome.reason} for a file"
    return f"the check broke off, which is a mistake in pushthrough: {outcome.reason}"


__all__ = [
    "STDIN",
    "Check",
    "Options",
    "check_files",
    "find_files",
    "kind_of",
    "read_text",
]
