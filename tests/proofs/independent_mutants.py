"""Certificates with one edit, on which the kernel and the checker in JavaScript must agree.

    python -m tests.proofs.independent_mutants [A_CERTIFICATE] [SEED]

makes A_CERTIFICATE mutants (60 unless told) of each certificate of the homework, of the claims of `test_prove` and of
the table `readings`, and prints how many both accept, every disagreement, and how long each took.
"""

import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from proofs import kernel, prove
from proofs.solve import solve
from tests.proofs.readings import READINGS
from tests.proofs.test_prove import TRUE

NODE = shutil.which("node")
CHECKER = Path(kernel.__file__).parent / "independent" / "checker.js"
WORDS = """invertible positive_definite positive_semidefinite injective nonzero positive nonpositive
    nonnegative""".split()
HEADS = """sym num dim id zero T add mul pow inv tr entry delta sum stack partial ref log exp prod eq forall at_least
    implies and limit inverse""".split()
STRINGS = """1 2 0 -1 1/2 -3/4 3 65 1/02 01 #0 #1 #0' #2 #00 g0 a0 d1 h1 L0 inv0.r inv0.l inv1.r x n X' i ROW COL
    """.split() + ["", " x"]
VALUES: list[Any] = [None, True, False, 0, 1, 2, 1.0, "", [], {}, ["num", "1"], ["num", "0"], ["num", "-1"]]


def homework() -> list[dict]:
    """What `pushthrough solve` writes for problems 2 to 5."""
    with tempfile.TemporaryDirectory() as folder:
        solve(["2", "3", "4", "5"], output=Path(folder), formats=["json"])
        return json.loads((Path(folder) / "solutions.certificates.json").read_text("utf-8"))


def proved() -> list[dict]:
    """The certificates of the claims that `test_prove` wants proved."""
    verdicts = (prove(claim, given, check=False) for claim, given, _ in TRUE.values())
    return [verdict.certificate for verdict in verdicts if verdict.certificate is not None]


def by_kernel(certificates: Sequence[Any]) -> list[str]:
    """For each "accepted: STATEMENT" or "rejected: REASON"."""
    lines = []
    for certificate in certificates:
        try:
            lines.append(f"accepted: {kernel.check(certificate).statement}")
        except kernel.KernelError as error:
            lines.append(f"rejected: {error}")
    return lines


def by_checker(certificates: Sequence[Any]) -> list[str]:
    """The same of the checker in JavaScript, all in one process."""
    assert NODE is not None, "node is not installed"
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "certificates.json"
        file.write_text(json.dumps(certificates), encoding="utf-8")
        done = subprocess.run([NODE, str(CHECKER), str(file)], capture_output=True, text=True, encoding="utf-8")
    lines = done.stdout.splitlines()
    assert len(lines) == len(certificates), done.stderr[-3000:]
    assert not done.stderr, done.stderr
    assert done.returncode == any(line.startswith("rejected") for line in lines)
    return lines


def disagreements(certificates: Sequence[Any]) -> tuple[list[tuple[Any, str, str]], int]:
    """Those that one accepts and one rejects, or whose statements differ; and how many both accept."""
    pairs = list(zip(by_kernel(certificates), by_checker(certificates), strict=True))
    found = [
        (certificate, ours, theirs)
        for certificate, (ours, theirs) in zip(certificates, pairs, strict=True)
        if ours != theirs and (ours.startswith("accepted") or theirs.startswith("accepted"))
    ]
    return found, sum(ours.startswith("accepted") for ours, _ in pairs)


def places(value: Any, path: tuple = ()) -> Iterator[tuple[tuple, Any]]:
    """Every value inside a value, with the way to it."""
    yield path, value
    if isinstance(value, (list, dict)):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(part, (*path, key))


def replaced(value: Any, path: tuple, new: Any) -> Any:
    """`value` with `new` in one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


def edited_string(text: str, own: list[str], rng: random.Random) -> Any:
    """A word, number, name or reference changed; `own` are the strings of the certificate."""
    for words in (WORDS, HEADS):
        if text in words and rng.random() < 0.7:
            return rng.choice(words)
    match rng.randrange(6):
        case 0:
            return rng.choice(STRINGS)
        case 1:
            return text[:-1] if text.endswith("'") else text + "'"
        case 2 if text.lstrip("-")[:1].isdigit():
            return text[1:] if text.startswith("-") else "-" + text
        case 3:
            return rng.choice(VALUES)
    return rng.choice(own)


def edited_list(items: list, rng: random.Random) -> Any:
    """A part dropped, repeated, moved, put for the whole; or the whole transposed, scaled, replaced."""
    new, kind = list(items), rng.randrange(9)
    at = rng.randrange(len(new)) if new else 0
    if kind == 0 and new:
        del new[at]
    elif kind == 1 and new:
        new.insert(at, new[at])
    elif kind in (2, 3) and len(new) > 2:  # neighbours swapped; 3: the head stays
        at = rng.randrange(kind - 2, len(new) - 1)
        new[at], new[at + 1] = new[at + 1], new[at]
    elif kind == 4 and new:
        return new[at]
    elif kind == 5:
        return ["T", new]
    elif kind == 6:
        return ["mul", ["num", rng.choice(["-1", "2", "1"])], new]
    elif kind == 7:
        return rng.choice(VALUES)
    elif kind == 8 and new:
        new.append(new[at])
    else:
        return ["add", new, ["num", "1"]]
    return new


def edited_object(entries: dict, own: list[str], rng: random.Random) -> dict:
    """A key dropped or added, or two values swapped."""
    new, keys = dict(entries), sorted(entries)
    if keys and rng.random() < 0.5:
        del new[rng.choice(keys)]
    elif len(keys) > 1 and rng.random() < 0.5:
        one, other = rng.sample(keys, 2)
        new[one], new[other] = new[other], new[one]
    else:
        new[rng.choice(own)] = rng.choice([["n", "n"], ["1", "1"], "n"])
    return new


def mutants(certificate: dict, count: int, rng: random.Random) -> Iterator[dict]:
    """`count` certificates that differ from this one in one place."""
    everywhere = list(places(certificate))
    own = sorted({value for _, value in everywhere if isinstance(value, str)})
    while count:
        path, value = rng.choice(everywhere)
        if isinstance(value, str):
            new = edited_string(value, own, rng)
        elif isinstance(value, list):
            new = edited_list(value, rng)
        elif isinstance(value, dict):
            new = edited_object(value, own, rng)
        else:
            new = rng.choice([*VALUES, *own])
        if json.dumps(new) != json.dumps(value):  # 1, 1.0 and true are equal in Python
            count -= 1
            yield replaced(certificate, path, new)


def main(each: int = 60, seed: int = 0) -> int:
    """Prints what is said above; 1 if there is a disagreement."""
    rng, bad = random.Random(seed), 0
    readings = [certificate for _, certificate in READINGS.values()]
    print(f"seed {seed}")
    for name, certificates in (("homework", homework()), ("claims", proved()), ("readings", readings)):
        start = time.perf_counter()
        ours = by_kernel(certificates)
        middle = time.perf_counter()
        by_checker(certificates)
        end = time.perf_counter()
        good = sum(line.startswith("accepted") for line in ours)
        print(f"{name}: {len(certificates)} certificates, {good} accepted by the kernel")
        print(f"  kernel {middle - start:.2f} s, checker {end - middle:.2f} s with the start of node")
        changed = [mutant for certificate in certificates for mutant in mutants(certificate, each, rng)]
        found, accepted = disagreements(changed)
        print(f"  {len(changed)} mutants, {accepted} accepted by both, {len(found)} disagreements", flush=True)
        for certificate, left, right in found[:5]:
            print(f"    {json.dumps(certificate)}\n    kernel {left[:300]}\n    checker {right[:300]}")
        bad += len(found)
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
