"""The README is executed: each Python block runs by itself, its test functions are called with the fixtures."""

import inspect
import re
import runpy
from pathlib import Path

import pytest
from sympy import MatrixSymbol, symbols

from proofs import assert_gradient, assert_identity
from proofs.__main__ import main

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
PYTHON = [source for language, source in BLOCKS if language == "python"]
FIXTURES = {"assert_identity": assert_identity, "assert_gradient": assert_gradient}


def name(source: str) -> str:
    """The first test function of a block, or the last name it imports: the id under which pytest reports it."""
    return (re.findall(r"def (test_\w+)", source) or re.findall(r"^from .* (\w+)$", source, re.MULTILINE))[-1]


def run(source: str, folder: Path) -> None:
    """Run a block as a file of its own, then the test functions that it defines."""
    (folder / "block.py").write_text(source)
    namespace = runpy.run_path(str(folder / "block.py"))
    for test in (value for key, value in namespace.items() if key.startswith("test_")):
        test(**{fixture: FIXTURES[fixture] for fixture in inspect.signature(test).parameters})


@pytest.mark.parametrize("source", PYTHON, ids=name)
def test_block_runs(source: str, tmp_path: Path) -> None:
    run(source, tmp_path)


def test_the_three_doors_are_there() -> None:
    called = set(re.findall(r"\b(derive|prove|assert_identity|assert_gradient)\(", "".join(PYTHON)))
    assert called == {"derive", "prove", "assert_identity", "assert_gradient"}
    assert sum("def test_" in source for source in PYTHON) >= 3


def test_the_failure_shown_is_the_one_that_is_raised() -> None:
    (shown,) = [source for language, source in BLOCKS if language == "text"]
    n = symbols("n", integer=True, positive=True)
    S, x = MatrixSymbol("S", n, n), MatrixSymbol("x", n, 1)
    assert "assert_gradient(x.T*S*x, 2*S*x, wrt=x)" in shown
    with pytest.raises(AssertionError) as caught:
        assert_gradient(x.T * S * x, 2 * S * x, wrt=x)
    said = [line.removeprefix("E       ") for line in shown.splitlines() if line.startswith("E ")]
    assert said == f"AssertionError: {caught.value}".splitlines()


def test_the_check_shown_is_the_one_that_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (paper,) = [source for language, source in BLOCKS if language == "latex"]
    (shown,) = [source for language, source in BLOCKS if language == "console"]
    monkeypatch.chdir(tmp_path)
    Path("paper.tex").write_text(paper)
    monkeypatch.setattr("sys.argv", ["pushthrough", "check", "paper.tex", "--max-seconds", "20"])
    assert main() == 1
    assert "$ pushthrough check paper.tex\n" + capsys.readouterr().out == shown


def test_two_commands_set_everything_up() -> None:
    shell = [line for language, source in BLOCKS if language == "sh" for line in source.splitlines()]
    assert len(shell) == 2
    assert all(line.startswith("python3 -m venv .venv && .venv/bin/pip install -q ") for line in shell)
    assert [line.split("/")[-1] for line in shell] == ["pushthrough solve", "python -m pytest"]


def test_every_place_named_exists() -> None:
    places = re.findall(r"`((?:symbolic|numeric|proofs|tests)/[\w/.]*)`", README)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []
