"""How well documents are proofread: what `pushthrough check` finds, held against the true verdict of every step.

    python -m tests.proofs.checking.score [FOLDER] [-v] [--only NAME ...] [--command]

FOLDER (default: `documents`, beside this file) holds NAME.tex or NAME.md, NAME.truth.json with the steps and whether
each is true, and, where NAME has slips, NAME.right.*, in which every step is true. Counted are

    read           steps of the truth for which there is a verdict other than "unread"
    proved         true steps that were proved
    caught         slips refuted at their own line
    repaired       of these, with the right form suggested
    FALSE ALARMS   true steps, givens, or anything in a right version, that were refuted
    FALSE PROOFS   slips that were proved

A refuted recoil (the right line after a wrong one) counts for nothing, nor does a refuted step that is true only
because it follows from a wrong line: they are no alarms of their own. Exit code 0: no false alarm, no false proof
and no failure.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from proofs.checking.check import check_document

HERE = Path(__file__).parent / "documents"
# Spacing, sizes of brackets and fractions of other sizes: the same mathematics.
LAYOUT = re.compile(r"\\(?:left|right|[bB]igg?[lrm]?|displaystyle|tfrac|dfrac|q?quad|text|mathrm|[,;:!> ])(?![a-zA-Z])")
REMARK = re.compile(r"\\(?:nonumber|notag)(?![a-zA-Z])|\\(?:tag\*?|label)\s*\{[^{}]*\}|&&.*|\\\\|~", re.DOTALL)
TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[^\s{}&]")


@dataclass
class Tally:
    """The figures of one document, or of many added up."""

    documents: int = 0
    failed: int = 0
    steps: int = 0
    read: int = 0
    true: int = 0
    proved: int = 0
    slips: int = 0
    caught: int = 0
    repaired: int = 0
    false_alarms: int = 0
    false_proofs: int = 0
    seconds: list[float] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # every miss, in words
    alarms: list[str] = field(default_factory=list)  # what must never happen, in words

    def add(self, other: Tally) -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    def __str__(self) -> str:
        times = sorted(self.seconds) or [0.0]
        return (
            f"{self.documents} documents ({self.failed} failed): steps read {self.read}/{self.steps}, "
            f"proved {self.proved}/{self.true}; slips caught {self.caught}/{self.slips}, repaired {self.repaired}; "
            f"FALSE ALARMS {self.false_alarms}, FALSE PROOFS {self.false_proofs}; "
            f"seconds per document: mean {sum(times) / len(times):.1f}, median {times[len(times) // 2]:.1f}, "
            f"slowest {times[-1]:.1f}"
        )


def tokens(latex: str) -> list[str]:
    r"""The tokens of LaTeX that carry meaning: layout, braces and a closing full stop are left out.

    >>> tokens(r"\left( A ^ { T } A \right) .") == tokens("(A^TA)")
    True
    >>> tokens(r"\tfrac12 x") == tokens(r"\frac{1}{2}x")
    True
    """
    plain = LAYOUT.sub(lambda m: r"\frac " if m[0].endswith("frac") else " ", REMARK.sub(" ", latex))
    found = TOKEN.findall(plain)
    while found and found[-1] in ".,;":
        found.pop()
    return found


def alike(a: str, b: str) -> float:
    """From 0 to 1: the part of the tokens and of the pairs of neighbours that two pieces of LaTeX share.

    >>> alike("A B", "AB"), alike("x", "y")
    (1.0, 0.0)
    """
    one, two = ((Counter(t) + Counter(pairwise(t))) for t in (tokens(a), tokens(b)))
    return 2 * (one & two).total() / max(one.total() + two.total(), 1)


def matches(found: Sequence[dict], truth: Sequence[dict]) -> dict[int, dict]:
    """Which step of the truth each finding is about, by the finding's place in the list; one each, the likeliest first.

    A finding is about a step if it stands on its line, or on the next one, and has its right-hand side (nearly).
    """
    pairs = []
    for i, finding in enumerate(found):
        for step in truth:
            right = alike(finding["right"], step["rhs"])
            if abs(finding["line"] - step["line"]) > 1 or right < 0.6:
                continue
            place = 0.5 * (finding["line"] == step["line"])
            pairs.append((right + alike(finding["left"], step["lhs"]) + place, i, step))
    matched: dict[int, dict] = {}
    taken: set[int] = set()
    for _, i, step in sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]["n"])):
        if i not in matched and step["n"] not in taken:
            matched[i] = step
            taken.add(step["n"])
    return matched


def is_repair(suggestion: str, step: dict) -> bool:
    r"""Is what is suggested the right form of a step: its right-hand side, or the whole of it?

    >>> step = {"lhs": r"\nabla f", "right_form": r"\nabla f = A^Tx"}
    >>> is_repair("A^{T} x", step), is_repair("x", step)
    (True, False)
    """
    offered, wanted, left = tokens(suggestion), tokens(step["right_form"]), tokens(step["lhs"])
    return bool(offered) and offered in (wanted, wanted[len(left) + 1 :])


def judge(name: str, found: Sequence[dict], truth: dict | None) -> Tally:
    """The figures of one document. Without `truth` every step of it is taken to be true."""
    tally = Tally(documents=1)
    if truth is None:
        for finding in found:
            if finding["verdict"] == "refuted":
                tally.alarms.append(_say(name, finding, "FALSE ALARM in a right version"))
        tally.false_alarms = len(tally.alarms)
        return tally
    steps = truth["steps"]
    slips = {step["n"] for step in steps if not step["true"] and step.get("primary", True)}
    tally.steps, tally.slips, tally.true = len(steps), len(slips), sum(step["true"] for step in steps)
    matched = matches(found, steps)
    read, caught = set(), set()
    for i, finding in enumerate(found):
        step, verdict = matched.get(i), finding["verdict"]
        if step is None:
            if verdict == "refuted":
                tally.false_alarms += 1
                tally.alarms.append(_say(name, finding, "FALSE ALARM, no step of the truth"))
            continue
        if verdict != "unread":
            read.add(step["n"])
        if verdict == "proved":
            tally.proved += step["true"]
            if step["n"] in slips:
                tally.false_proofs += 1
                tally.alarms.append(_say(name, finding, "FALSE PROOF"))
        elif verdict == "refuted" and step["n"] in slips:
            caught.add(step["n"])
            if is_repair(finding.get("suggestion") or "", step):
                tally.repaired += 1
            else:
                wanted = f"repair {finding.get('suggestion')!r}, the right form is {step['right_form']!r}"
                tally.remarks.append(_say(name, finding, wanted))
        elif verdict == "refuted" and step["true"] and step.get("true_against_chain_head") is not False:
            tally.false_alarms += 1
            tally.alarms.append(_say(name, finding, "FALSE ALARM"))
    tally.read, tally.caught = len(read), len(caught)
    for step in steps:
        where = f"{name}:{step['line']}"
        if step["n"] in slips - caught:
            tally.remarks.append(f"{where}: MISSED {step['what_is_wrong']}")
        if step["n"] not in read:
            why = next((f["reason"] for i, f in enumerate(found) if matched.get(i) is step), "no such step was found")
            tally.remarks.append(f"{where}: not read: {step['lhs']} {step['relation']} {step['rhs']} ({why})")
    return tally


def _say(name: str, finding: dict, what: str) -> str:
    sides = f"{finding['left']} {finding['relation']} {finding['right']}"
    return f"{name}:{finding['line']}: {what}: {sides}: {finding.get('reason')}"


def documents(folder: Path) -> Iterator[tuple[Path, dict | None]]:
    """The documents of a folder, each with its truth; None for a right version."""
    for file in sorted([*folder.glob("*.tex"), *folder.glob("*.md")]):
        truth = folder / f"{file.stem}.truth.json"
        if file.stem.endswith(".right"):
            yield file, None
        elif truth.exists():
            yield file, json.loads(truth.read_text(encoding="utf-8"))


def by_import(file: Path, timeout: float) -> list[dict]:
    """The findings of `proofs.checking.check_document`, as plain data."""
    report = check_document(file)
    if report.error:
        raise ValueError(report.error)
    return [{**vars(f), "suggestion": f.suggestion.step if f.suggestion else None} for f in report.steps]


def by_command(file: Path, timeout: float) -> list[dict]:
    """The findings of `pushthrough check FILE --format json`."""
    words = [sys.executable, "-m", "proofs", "check", str(file), "--format", "json"]
    run = subprocess.run(words, capture_output=True, text=True, timeout=timeout, check=False)
    if run.returncode not in (0, 1):
        raise ValueError(f"exit code {run.returncode}: {run.stderr.strip()[-300:]}")
    answer = json.loads(run.stdout)
    answer = answer[0] if isinstance(answer, list) else answer
    if answer.get("error"):
        raise ValueError(answer["error"])
    return answer["steps"]


def main(words: Sequence[str] | None = None) -> int:
    """Score a folder; print one line for each failure and false verdict, with -v for each miss, and the figures."""
    parser = argparse.ArgumentParser(prog="score", description="Score `pushthrough check` on labelled documents.")
    parser.add_argument("folder", nargs="?", type=Path, default=HERE)
    parser.add_argument("-v", "--verbose", action="store_true", help="print every miss, and a line for each document")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these documents only")
    parser.add_argument("--command", action="store_true", help="run the command for each document, in its own process")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for a document, with --command")
    options = parser.parse_args(words)
    total = Tally()
    for file, truth in documents(options.folder):
        if options.only and file.name.split(".")[0] not in options.only:
            continue
        start = time.perf_counter()
        try:
            found = (by_command if options.command else by_import)(file, options.timeout)
            tally = judge(file.name, found, truth)
        except Exception as problem:  # whatever goes wrong with one document is a figure, not the end of the run
            tally = judge(file.name, [], truth)
            tally.failed = 1
            tally.remarks = []
            tally.alarms = [f"{file.name}: FAILED {type(problem).__name__}: {problem}"]
        tally.seconds = [time.perf_counter() - start]
        for line in tally.alarms + (tally.remarks if options.verbose else []):
            print(line, flush=True)
        if options.verbose:
            print(f"{file.name}: {tally}\n", flush=True)
        total.add(tally)
    print(total)
    return 1 if total.false_alarms or total.false_proofs or total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
