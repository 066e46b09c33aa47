"""`solve`: what is chosen, in which order it is written, and what is refused before any work is done."""

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from proofs import __main__
from proofs.document import Figure, Part, Problem
from proofs.examples import first
from proofs.homework import problem1, problem7
from proofs.outside import ProblemSet
from proofs.render import pdf
from proofs.solve import DRAWN, FORMATS, select, solve
from symbolic.errors import PushthroughError

NOTED = Problem(7, "Process", "", note="Left to you.")
WORKED = Problem(2, "Worked", "", {"a": first.objective, "b": first.orthogonal_residual})


def install(monkeypatch: pytest.MonkeyPatch, *problems: Problem) -> None:
    """Let these be the problems of the set that is asked for."""
    monkeypatch.setattr("proofs.solve.load", lambda source: ProblemSet("A set", problems))


def labelled(name: str, figures: tuple[Figure, ...] = ()) -> Any:
    return lambda: Part(name, "", (), figures=figures)


def chosen(*wanted: str) -> list[tuple[int, list[str]]]:
    return [(problem.number, labels) for problem, labels in select(wanted, [WORKED, NOTED])]


def test_parts_and_problems_are_chosen() -> None:
    assert chosen() == chosen("7", "2") == [(2, ["a", "b"]), (7, [])]
    assert chosen("2(B)") == chosen("2.b") == [(2, ["b"])]
    assert chosen("7") == [(7, [])]
    with pytest.raises(PushthroughError, match=r"there is no part '7a'; the worked parts are 2\(a\), 2\(b\)"):
        chosen("2", "7a")
    with pytest.raises(PushthroughError, match="the worked parts are none"):
        select(["8"], [NOTED])


def test_what_only_the_student_can_write_is_said_in_one_line() -> None:
    for problem in (problem1.PROBLEM, problem7.PROBLEM):
        assert not problem.parts
        assert problem.note.endswith(".") and "\n" not in problem.note and len(problem.note) < 120


def test_a_problem_without_parts_is_a_section_and_no_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    install(monkeypatch, WORKED, NOTED)
    monkeypatch.setattr(
        "sys.argv", ["pushthrough", "solve", "7", "--from", "it", "-o", str(tmp_path), "--format", "md"]
    )
    assert __main__.main() == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["wrote", "wrote"]
    text = (tmp_path / "solutions.md").read_text()
    assert text.startswith("# A set\n") and text.endswith("## Problem 7. Process\n\nLeft to you.\n")
    assert (tmp_path / "solutions.certificates.json").read_text() == "[]\n"


def test_figures_need_names_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for names in (("one", "One"), ("solutions",)):
        figures = tuple(Figure(name, "", "", len) for name in names)
        install(monkeypatch, Problem(1, "", "", {"a": labelled("1(a)", figures)}))
        with pytest.raises(PushthroughError, match="of a figure is taken"):
            solve(source="it", output=tmp_path, formats=["json"])
        assert not [*tmp_path.iterdir()]


def test_a_format_is_written_once_after_its_figures(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure = Figure("dots", "", "", lambda figure: figure.subplots().plot([0, 1], "o"))
    install(monkeypatch, Problem(1, "", "", {"a": labelled("1(a)", (figure,))}))
    said: list[str] = []
    report = solve(source="it", output=tmp_path, formats=["json", "tex", "json"], progress=said.append)
    names = ["solutions.json", "dots.pdf", "solutions.tex", "solutions.certificates.json"]
    assert [file.name for file in report.files] == names
    assert said == ["working part 1(a)", "laying out", "writing solutions.json", "drawing dots.pdf",
                    "writing solutions.tex"]  # fmt: skip
    assert {*DRAWN} == {*FORMATS} - {"json"}


def test_a_pdf_is_set_by_pdflatex(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        assert not os.environ.get("CI"), "pdflatex is missing where tests must not be skipped"
        pytest.skip("pdflatex is not installed")
    install(monkeypatch, Problem(1, "", "", {"b": lambda: Part("1(b)", "", (), figures=FIGURES)}))
    report = solve(source="it", output=tmp_path, formats=["pdf"])
    assert [file.name for file in report.files] == ["solutions.pdf", "solutions.certificates.json"]
    assert report.files[0].read_bytes().startswith(b"%PDF")
    monkeypatch.setattr(pdf, "to_tex", lambda view: r"\documentclass{article}\begin{document}\nonsense")
    with pytest.raises(PushthroughError, match=r"^pdflatex stopped: Undefined control sequence\.$"):
        solve(source="it", output=tmp_path / "other", formats=["pdf"])
    assert not (tmp_path / "other").exists()


FIGURES = first.orthogonal_residual().figures


@pytest.mark.parametrize(
    "formats, said",
    [
        (["tex", "doc"], "unknown format 'doc'; the formats are tex, pdf, html, md, json"),
        (["pdf"], "the format pdf needs pdflatex: install TeX Live"),
    ],
)
def test_formats_are_refused_before_any_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, formats: list[str], said: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PushthroughError, match=said):
        solve(source="it", output=tmp_path, formats=formats, progress=pytest.fail)
    assert not [*tmp_path.iterdir()]
