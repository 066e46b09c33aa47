"""The checker in JavaScript, written from proofs/README.md alone, and the kernel agree on what is a proof."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from proofs import kernel
from tests.proofs.independent_mutants import (
    CHECKER,
    NODE,
    by_checker,
    by_kernel,
    disagreements,
    homework,
    mutants,
    proved,
)
from tests.proofs.readings import READINGS

SEED, COUNT = 20250, 1200


@pytest.fixture(scope="module", autouse=True)
def _node() -> None:
    if NODE is None:
        assert not os.environ.get("CI"), "node is missing where tests must not be skipped"
        pytest.skip("node is not installed")


@pytest.fixture(scope="module")
def certificates() -> list[dict]:
    return [*homework(), *proved()]


def test_both_accept_every_certificate_and_print_the_same_statement(certificates: list[dict]) -> None:
    assert len(certificates) > 300
    ours = by_kernel(certificates)
    assert all(line.startswith("accepted: for all real ") for line in ours)
    assert by_checker(certificates) == ours


def test_both_read_the_borders_of_the_format_in_one_way() -> None:
    examples = [certificate for _, certificate in READINGS.values()]
    wanted = {name: "accepted" if accepted else "rejected" for name, (accepted, _) in READINGS.items()}
    for judge in (by_kernel, by_checker):
        said = dict(zip(READINGS, judge(examples), strict=True))
        assert {name: line[:8] for name, line in said.items()} == wanted
    found, _ = disagreements(examples)
    assert not found  # nor do the statements differ


def test_both_judge_certificates_with_one_edit_alike(certificates: list[dict]) -> None:
    rng = random.Random(SEED)
    sources = [*certificates, *(certificate for _, certificate in READINGS.values())]
    changed = [mutant for source in rng.choices(sources, k=COUNT) for mutant in mutants(source, 1, rng)]
    found, accepted = disagreements(changed)
    assert not found, f"seed {SEED}: {len(found)} disagreements, the first {json.dumps(found[0])}"
    assert COUNT / 50 < accepted < COUNT / 3  # an edit may leave a proof a proof, of something else


def run(*files: Path) -> subprocess.CompletedProcess:
    return subprocess.run([str(NODE), str(CHECKER), *map(str, files)], capture_output=True, text=True, encoding="utf-8")


def test_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A certificate or a list of them; exit code 0, 1 for one rejected, 2 for one unreadable, as of the kernel."""
    good, bad = (json.dumps(READINGS[name][1]) for name in ("tr of an identity", "version true"))
    contents = {
        "one": (good, 0), "two": (f"[{good}, {good}]", 0), "rejected": (f"[{good}, {bad}]", 1), "none": ("[]", 1),
        "a number": ("3", 1), "nested": (f"[[{good}]]", 1), "no JSON": (good[:-1], 2), "a comma": (f"[{good},]", 2),
        "two values": (good + good, 2), "a mark in front": ("\ufeff" + good, 2), "empty": ("", 2),
        "a key twice": (good.replace('"indices"', '"proof": null, "indices"'), 1),
        "a symbol twice": (good.replace('"A":', '"A": ["n", "n"], "A":', 1), 1),
    }  # fmt: skip
    for name, (text, code) in contents.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        done = run(tmp_path / name)
        assert done.returncode == code == kernel.main([str(tmp_path / name)]), (name, done.stdout, done.stderr)
    assert run(tmp_path / "one", tmp_path / "no JSON", tmp_path / "rejected").returncode == 2
    assert run(tmp_path / "missing").returncode == run().returncode == 2
    (tmp_path / "bytes").write_bytes(b'["\xff"]')
    assert run(tmp_path / "bytes").returncode == 2
    assert run(tmp_path / "rejected").stdout.splitlines()[1] == "rejected: the version is 1"
    assert "REJECTED" in capsys.readouterr().out


def test_the_checker_needs_nothing_but_node() -> None:
    text = CHECKER.read_text("utf-8")
    assert text.count("require(") == 1 and "require('node:fs')" in text
    assert "eval" not in text and "child_process" not in text
