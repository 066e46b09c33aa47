"""Mutated documents: does `pushthrough check` ever crash or hang?

    python benchmarks/fuzz_check.py [COUNT] [--full] [--seed N] [--jobs N] [--seconds S] [--keep DIR] [FILE ...]

A mutant is a document, or a stretch of one, with one to four edits: tokens deleted, doubled, swapped or taken from
elsewhere, random bytes and characters put in, the end cut off, something repeated many times. By default it is read
only; with --full it is judged and printed in every format as well. A crash is any exception, or a process that ends; a
hang is a mutant that takes longer than S seconds. Both must be 0 for the exit code to be 0. The same seed gives the
same mutants; FILE are documents to mutate, or folders of them, in place of those of the tests.
"""

import argparse
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from proofs.checking.formats import FORMATS, Look
from proofs.checking.report import VERDICTS, Report
from proofs.checking.run import find_files, kind_of, read_text
from proofs.workers import guarded

DOCUMENTS = Path(__file__).resolve().parents[1] / "tests/proofs/checking/documents"
MEMORY = 3 * 2**30
LONGEST = 30_000  # characters of a mutant
TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|\n+|[ \t]+|[A-Za-z]+|\d+|.", re.DOTALL)
STRAY = r"""
$ $$ \[ \] \( \) { } [ ] ( ) & \\ ^ _ = <= < := % # ~ | ' ` ^T ^{-1} ^\top \left \right \left( \right)
\begin{align} \end{align} \begin{bmatrix} \end{bmatrix} \begin{cases} \frac \sqrt \sum_{i=1}^n \int \partial \nabla
\text{ \mathbb{R} \operatorname \newcommand{\x}{\x\x} \def\y#1{#1#1} \x \y \label{ \tag{1} \| \lVert \rVert \cdots
\ddots \in \times ``` --- <!-- check: --> \verb| \begin{verbatim} \end{document} \input{x} 0 1 10^{10^9}
A^{1000000000} 99999999999999999999 \overset{ \underbrace{ \color{red} \ensuremath \phantom \limits \not \middle|
\hat \tilde \bar ^{ _{ }^ }_ '' \,\; \qquad
""".split()
SIGNS = (
    "\u0301\u200b\u202e\u2028\ufeff\U0001d400\u2207\u03bb\u00b2\u2212\u2264\u597d\U0001f600\x00\x0c\x1b\x7f\u0085\u00a0"
)


@dataclass(frozen=True)
class Source:
    """The documents that are mutated, and how."""

    documents: Sequence[tuple[str, str]]  # kind, text
    seed: int

    @cached_property
    def tokens(self) -> list[list[str]]:
        return [TOKEN.findall(text) for _, text in self.documents]

    def mutant(self, number: int) -> tuple[str, str]:
        """The kind and the text of a mutant."""
        rng = random.Random(self.seed * 10**9 + number)
        which = rng.randrange(len(self.documents))
        tokens = list(self.tokens[which])
        if rng.random() < 0.8:  # a stretch of it: faster, and it begins and ends anywhere
            start = rng.randrange(len(tokens))
            tokens = tokens[start : start + rng.randint(20, 600)]
        for _ in range(rng.randint(1, 4)):
            rng.choice(EDITS)(tokens, rng, self.tokens)
        return self.documents[which][0], "".join(tokens)[:LONGEST]


def _stretch(tokens: list[str], rng: random.Random, longest: int = 12) -> slice:
    start = rng.randrange(len(tokens) + 1)
    return slice(start, start + rng.randint(1, longest))


def _delete(tokens: list[str], rng: random.Random, _: Any) -> None:
    del tokens[_stretch(tokens, rng, rng.choice((1, 1, 3, 40)))]


def _double(tokens: list[str], rng: random.Random, _: Any) -> None:
    place = _stretch(tokens, rng)
    tokens[place.start : place.start] = tokens[place] * rng.choice((1, 1, 2, 5))


def _swap(tokens: list[str], rng: random.Random, _: Any) -> None:
    if tokens:
        i, j = rng.randrange(len(tokens)), rng.randrange(len(tokens))
        j = j if rng.random() < 0.3 else min(i + rng.randint(1, 3), len(tokens) - 1)
        tokens[i], tokens[j] = tokens[j], tokens[i]


def _graft(tokens: list[str], rng: random.Random, others: Sequence[list[str]]) -> None:
    other = rng.choice(others)
    tokens[_stretch(tokens, rng, 3)] = other[_stretch(other, rng, 30)]


def _stray(tokens: list[str], rng: random.Random, _: Any) -> None:
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(STRAY))


def _bytes(tokens: list[str], rng: random.Random, _: Any) -> None:
    """Random bytes, as far as they are a text: a file that is none is refused before it is read."""
    tokens[_stretch(tokens, rng, 3)] = rng.randbytes(rng.randint(1, 8)).decode("latin-1").split("\0")


def _signs(tokens: list[str], rng: random.Random, _: Any) -> None:
    sign = (
        rng.choice(SIGNS)
        if rng.random() < 0.7
        else chr(rng.choice((rng.randrange(0xD800), rng.randrange(0xE000, 0x110000))))
    )
    tokens.insert(rng.randrange(len(tokens) + 1), sign)


def _cut(tokens: list[str], rng: random.Random, _: Any) -> None:
    del tokens[rng.randrange(len(tokens) + 1) :]


def _bomb(tokens: list[str], rng: random.Random, _: Any) -> None:
    """Something many times over: nesting, macros that grow, long sums."""
    if rng.random() < 0.2:
        tokens.insert(rng.randrange(len(tokens) + 1), rng.choice(STRAY) * rng.choice((50, 500, 5000)))


EDITS: tuple[Callable[[list[str], random.Random, Any], None], ...] = (
    _delete, _delete, _double, _swap, _swap, _graft, _stray, _stray, _bytes, _signs, _cut, _bomb,
)  # fmt: skip


def sound(report: Report, text: str) -> None:
    """Raises if a report contradicts itself or its text, or cannot be printed."""
    for step in report.steps:
        assert step.verdict in VERDICTS, step.verdict
        assert 0 <= step.span[0] <= step.span[1] <= len(text), f"span {step.span} of a text of {len(text)}"
        line = text.split("\n")[step.line - 1]
        assert 1 <= step.column <= len(line) + 1, f"no column {step.column} on line {step.line}"
        if step.suggestion:
            assert 0 <= step.suggestion.span[0] <= step.suggestion.span[1] <= len(text), "a repair outside the text"
    for form in FORMATS.values():
        form.each(report, Look(verbose=True, width=80, color=True))
        form.end([report], Look())


def documents(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    for name in find_files(names):
        text = read_text(name)
        yield kind_of(name, text), text


def fuzz(source: Source, count: int, examine: Callable[[str, str], None], seconds: float, options: Any) -> int:
    """Examine `count` mutants, print the first offenders, and return how many there were."""

    def task(number: int, tell: Callable[[str], None]) -> float:
        kind, text = source.mutant(number)
        start = time.perf_counter()
        examine(text, kind)
        return time.perf_counter() - start

    failures: Counter[str] = Counter()
    slowest, total, begin = (0.0, 0), 0.0, time.monotonic()
    seen: set[str] = set()
    for number, outcome in enumerate(guarded(task, range(count), options.jobs, seconds, MEMORY)):
        if not outcome.failure:
            slowest = max(slowest, (outcome.value or 0.0, number))
            total += outcome.value or 0.0
        else:
            failures["hangs" if outcome.failure == "late" else "crashes"] += 1
            kind, text = source.mutant(number)
            if outcome.reason not in seen and len(seen) < 20:
                print(f"mutant {number}: {outcome.failure}: {outcome.reason[:300]}\n    {text[:300]!r}", flush=True)
                seen.add(outcome.reason)
            if options.keep:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{number}.{kind}").write_text(text, "utf-8", "replace")
        if sys.stderr.isatty() and number % 100 == 0:
            print(f"\r{number} of {count}, {sum(failures.values())} failed", end="", file=sys.stderr)
    print(
        f"seed {source.seed}: {count} mutants of {len(source.documents)} documents, {failures['crashes']} crashes,"
        f" {failures['hangs']} hangs; {1000 * total / max(count, 1):.1f} ms a mutant, the slowest (number"
        f" {slowest[1]}) {slowest[0]:.2f} s; {time.monotonic() - begin:.0f} s"
    )
    return sum(failures.values())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", nargs="?", type=int, default=10_000)
    parser.add_argument("files", nargs="*", default=[str(DOCUMENTS)])
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--keep", type=Path)
    options = parser.parse_intermixed_args()
    source = Source(tuple(documents(options.files)), options.seed)
    examine = judge_all() if options.full else read_all()
    seconds = options.seconds or (60 if options.full else 10)
    return 1 if fuzz(source, options.count, examine, seconds, options) else 0


def judge_all() -> Callable[[str, str], None]:
    """The whole check."""
    from proofs.checking.check import check_text

    limits: dict[str, Any] = {"step_seconds": 2.0, "file_seconds": 30.0, "let": (), "progress": lambda text: None}
    return lambda text, kind: sound(check_text(text, f"mutant.{kind}", kind, **limits), text)


def read_all() -> Callable[[str, str], None]:
    """Only what is done before anything is judged: cutting a document into formulas and prose, and reading these."""
    from proofs.checking.source import Formula, read_source
    from symbolic.notation.parser import parse

    def examine(text: str, kind: str) -> None:
        source = read_source(text, kind)
        places = [passage.span for passage in source.passages if isinstance(passage, Formula)]
        for start, end in [*places, (0, min(len(text), 3000))]:  # and a text that is no formula, as if it were one
            for row in parse(text, start, end, source.macros):
                assert start <= row.span[0] <= row.span[1] <= end, f"row {row.span} outside {(start, end)}"
                for chain in row.chains:
                    for part in (*chain.signs, *filter(None, chain.terms)):
                        assert 0 <= part.span[0] <= part.span[1] <= len(text), f"{part.span} outside the text"

    return examine


if __name__ == "__main__":
    sys.exit(main())
