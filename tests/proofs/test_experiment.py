"""The experiment with the digits: what it says is what its numbers are; what happens without scikit-learn."""

import builtins
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from numeric.networks.ranges import Moments
from numeric.networks.sweep import Sweep
from proofs import __main__, workers
from proofs.document import Problem
from proofs.homework import experiment
from proofs.homework.experiment_report import Fresh, Observed, Setting, compared, report
from proofs.progress import advance, heard_by
from proofs.render import to_html, to_md, to_tex
from proofs.render.figure import svg
from proofs.solve import solve
from symbolic.errors import MissingExtra

RATES = tuple(float(rate) for rate in np.logspace(-3, 0, 7))
SETTING = Setting(50, 100, 10, 20, 25, (3, 5), (0.1, 1.0, 10.0), RATES, (0, 1))
SMALL = replace(experiment.SETTING, scales=(0.02, 0.3), rates=(1e-5, 0.1), seeds=(0, 1))


def table(*seeds: str) -> Sweep:
    """A sweep from rows of `#` (learned), `!` (overflow) and `.`, one row for each scale."""
    marks = np.array([[[*row] for row in seed.split()] for seed in seeds])
    learned = marks == "#"
    return Sweep(SETTING.scales, RATES, (0, 1), 1.0 * learned, 1 * learned, marks != "!")


def observed(*sweeps: Sweep) -> Observed:
    def fresh(depth: int) -> Fresh:
        seen, theory = (Moments(*(np.full((3, depth), value) for _ in "ab")) for value in (1.0, 1.25))
        return Fresh(seen, theory)

    return Observed(sweeps, (fresh(3), fresh(5)))


MADE_UP = observed(
    table("...###! ..###.! .......", "...###! ..####! ......."),
    table("....... ...###! .###!!!", "....... ...###! .###!!!"),
)


def without_sklearn(monkeypatch: pytest.MonkeyPatch) -> None:
    imports = builtins.__import__

    def refuse(name: str, *others: Any, **named: Any) -> Any:
        if name.split(".")[0] == "sklearn":
            raise ImportError(name)
        return imports(name, *others, **named)

    monkeypatch.setattr(builtins, "__import__", refuse)


def test_fractions_and_widths_of_a_made_up_table() -> None:
    three, five = report(SETTING, MADE_UP).tables[0].rows
    # 6 and 7 of 21 cells; at the rates that work 1, 2, 2, 1 (1, 2, 2, 2) decades of scale; 3 steps of rate (3 and 4)
    assert three == ("3", "31.0 % (28.6 % to 33.3 %)", "1.75", "1.62", "$0.1$* to $1$")
    assert five == ("5", "28.6 % (28.6 % to 28.6 %)", "1.00", "1.50", "$1$ to $10$*")


def test_words_follow_the_numbers() -> None:
    said = " ".join(report(SETTING, MADE_UP).remarks)
    assert "31.0 % with three layers (seed by seed 28.6 %, 33.3 %)" in said and "the two depths overlap" in said
    assert "within a factor 1.25 of this going forward" in said
    assert "the slope $-1.00$ with five layers (expected: $-3$)" in said
    assert "as many with" not in said
    apart = observed(table("####### ####### #######", "####### ####### #######"), MADE_UP.sweeps[1])
    said = " ".join(report(SETTING, apart).remarks)
    assert "more of it with three layers than any seed does with five" in said
    assert "3.00 with three layers and 1.00 with five layers, 3.0 times as many with three layers as with five" in said


def test_comparisons_in_words() -> None:
    assert compared([0.5, 1.0], [3, 5], 0.5) == "the same to within a step of the grid"
    assert compared([0.5, 1.5], [3, 5], 0.5) == "3.0 times as many with five layers as with three"
    assert compared([1.5, 0.0], [3, 5], 0.5) == "none at all with five layers"


def test_where_nothing_is_learned_that_is_said() -> None:
    nothing = table("....... ....... .......", "....... ....... .......")
    part = report(SETTING, observed(nothing, nothing))
    assert [row[1:] for row in part.tables[0].rows] == [("0.0 % (0.0 % to 0.0 %)", "0.00", "0.00", "none")] * 2
    assert "no scale of the grid works for most seeds" in " ".join(part.remarks)
    assert all(svg(figure) for figure in part.figures)


def test_rows_of_rates_that_are_powers_of_ten() -> None:
    rows = report(SETTING, MADE_UP).tables[1].rows
    assert rows == (
        ("$10^{-3}$", "none", "none"),
        ("$0.01$", "$1$", "$10$*"),
        ("$0.1$", "$0.1$* to $1$", "$1$"),
        ("$1$", "none", "none"),
    )


def test_a_run_depends_on_the_seeds_alone_and_is_drawn_and_written(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    monkeypatch.setattr(experiment, "SETTING", SMALL)
    told: list[tuple[int, int]] = []
    with heard_by(lambda what, done, of: told.append((done, of))):
        first, second = solve(["6b"]), solve(["6b"])
    assert told[-1] == (16, 16) and [done for done, _ in told[: len(told) // 2]] == [4, 8, 12, 16]
    parts = [found.document.sections[0].parts[0] for found in (first, second)]
    assert replace(parts[0], seconds=0.0) == replace(parts[1], seconds=0.0)
    for write in (to_html, to_tex, to_md):
        assert "Delving Deep into Rectifiers" in write(first.document)
    for figure in parts[0].figures:
        assert svg(figure).startswith("<svg") and hash(figure) == hash(figure)


def test_a_scale_and_a_rate_that_work_and_some_that_do_not() -> None:
    pytest.importorskip("sklearn")
    x, labels = experiment.digits(50)
    assert x.shape == (50, 64) and np.allclose(x.mean(axis=0), 0) and np.ptp(x, axis=0).max() == 1
    for found in experiment.observe(SMALL, x, labels).sweeps:
        assert found.reached[:, 1, 1].all() and found.reached.sum() == 2


def test_without_scikit_learn_the_part_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    without_sklearn(monkeypatch)
    with pytest.raises(MissingExtra, match=r"pip install '\.\[networks\]'$"):
        solve(["6(b)"])
    monkeypatch.setattr(sys, "argv", ["pushthrough", "solve", "6B", "-o", str(tmp_path)])
    assert __main__.main() == 2
    shown = capsys.readouterr()
    assert shown.err == f"pushthrough: {experiment.INSTALL}\n" and not [*tmp_path.iterdir()]


def test_without_scikit_learn_everything_else_is_worked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    without_sklearn(monkeypatch)
    problem = Problem(6, "Networks", "", {"b": experiment.experiment})
    monkeypatch.setattr("proofs.solve.problems", lambda: [problem])
    monkeypatch.setattr(sys, "argv", ["pushthrough", "solve", "-o", str(tmp_path), "--format", "md"])
    assert __main__.main() == 0
    line = f"This part is not worked: {experiment.INSTALL}."
    assert f"6(b): {line}\n" in capsys.readouterr().out
    assert line in (tmp_path / "solutions.md").read_text()


def tell(task: int) -> int:
    for done in range(3):
        advance(f"task {task}", done + 1, 3)
    return task


def test_workers_pass_on_how_far_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    for processors in (1, 2):
        monkeypatch.setattr(workers, "_processors", lambda processors=processors: processors)
        told: list[tuple[str, int, int]] = []
        found = list(workers.in_order(tell, range(4), lambda *message, told=told: told.append(message)))
        assert found == [*range(4)]
        for task in range(4):
            assert [done for what, done, of in told if what == f"task {task}" and of == 3] == [1, 2, 3]


def test_a_bar_is_shown_on_a_terminal_and_nothing_in_a_pipe() -> None:
    program = (
        "from proofs.cli import _Shown\nfrom rich.console import Console\nimport sys\n"
        "console = Console(force_terminal=sys.argv[1] == 'yes', width=100)\n"
        "with _Shown(console) as shown:\n"
        "    shown.say('working part 6(b)')\n    shown.advance('training [networks]', 1, 4)\n    shown.live.refresh()\n"
    )
    run = subprocess.run([sys.executable, "-c", program, "yes"], capture_output=True, text=True, check=True)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", run.stdout)
    assert "working part 6(b)" in text and re.search(r"training \[networks\].*25%", text)
