"""Problem sets from outside: what is found in a module, and what is said, in one line, when it cannot be used."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from proofs import __main__
from proofs.outside import load, place_of
from proofs.solve import TITLE, solve
from symbolic.errors import PushthroughError, ReadError

HEAD = "from proofs.document import Figure, Part, Problem\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The current directory, empty; modules that are imported from it are forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    before = {*sys.modules}
    yield tmp_path
    for name in {*sys.modules} - before:
        if str(tmp_path) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def written(folder: Path, name: str, source: str) -> str:
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(source)
    return name


def test_one_problem_several_and_a_package(folder: Path) -> None:
    written(folder, "one.py", f'"""One thing.\n\nMore."""\n{HEAD}PROBLEM = Problem(3, "Three", "")')
    written(folder, "several.py", f'{HEAD}PROBLEMS = [Problem(2, "Two", ""), Problem(1, "One", "")]')
    written(folder, "package/__init__.py", '"""A package"""')
    written(folder, "package/b.py", f'{HEAD}PROBLEM = Problem(1, "First", "")')
    written(folder, "package/a.py", f'{HEAD}PROBLEMS = (Problem(2, "Second", ""),)')
    written(folder, "package/helper.py", "PROBLEMATIC = 1")
    found = {name: load(name) for name in ("one", "./one.py", "several", "package")}
    assert {name: [p.number for p in posed.problems] for name, posed in found.items()} == {
        "one": [3], "./one.py": [3], "several": [1, 2], "package": [1, 2],
    }  # fmt: skip
    assert [posed.title for posed in found.values()] == ["One thing", "One thing", "", "A package"]


def test_the_docstring_is_the_title(folder: Path) -> None:
    written(folder, "named.py", f'"""\nMy homework.\n"""\n{HEAD}PROBLEM = Problem(1, "", "")')
    written(folder, "nameless.py", f'{HEAD}PROBLEM = Problem(1, "", "")')
    assert solve(source="named").document.title == "My homework"
    assert solve(source="nameless").document.title == TITLE


def test_a_file_may_import_its_neighbours_and_hides_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    written(folder, "far/neighbour.py", "NUMBER = 8")
    source = f"import colorsys\nfrom neighbour import NUMBER\n{HEAD}PROBLEM = Problem(NUMBER, colorsys.__file__, '')"
    written(folder, "far/colorsys.py", source)
    (problem,) = load("far/colorsys.py").problems
    assert problem.number == 8
    assert str(folder) not in problem.title, "the standard library's was hidden"


@pytest.mark.parametrize(
    "name, source, said",
    [
        ("absent", "", "there is no module 'absent', here or among the installed ones"),
        ("json.absent", "", "there is no module 'json.absent', here or among the installed ones"),
        ("absent.py", "", "there is no file absent.py"),
        ("../up", "", "'../up' is neither the dotted name of a module nor the path of a .py file"),
        ("", "", "'' is neither the dotted name of a module nor the path of a .py file"),
        ("hw.py", "x = 1", "hw.py defines neither PROBLEM nor PROBLEMS; proofs.examples.first shows how"),
        ("hw.py", "PROBLEM = {}", "hw.py: PROBLEM is a dict, not a proofs.document.Problem"),
        ("hw.py", "PROBLEM = None", "hw.py: PROBLEM is a NoneType, not a proofs.document.Problem"),
        ("hw.py", "PROBLEMS = 3", "hw.py: PROBLEMS is an int, not a list or tuple of problems"),
        ("hw.py", "PROBLEMS = ['a']", "hw.py: PROBLEMS[0] is a str, not a proofs.document.Problem"),
        ("hw.py", HEAD + "PROBLEMS = [Problem(1, '', '')] * 2", "hw.py: 2 problems have the number 1"),
        ("hw.py", "x = 1\n\nundefined", "hw.py, line 3: NameError: name 'undefined' is not defined"),
        ("hw.py", "def f():\n    1/0\nf()", "hw.py, line 2: ZeroDivisionError: division by zero"),
        ("hw.py", "x = (", "hw.py, line 1: SyntaxError: '(' was never closed"),
        ("hw.py", "import sys\nsys.exit('no')", "hw.py, line 2: SystemExit: no"),
        ("hw.py", "import nowhere", "hw.py, line 1: ModuleNotFoundError: No module named 'nowhere'"),
        ("hw.py", HEAD + "Figure('a b', '', '', print)", "hw.py, line 2: PushthroughError: a figure cannot be named"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_told_in_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, name: str, source: str, said: str
) -> None:
    if source:
        written(folder, name, source)
    with pytest.raises(ReadError) as caught:
        load(name)
    assert said in str(caught.value)
    monkeypatch.setattr(sys, "argv", ["pushthrough", "solve", "--from", name, "-o", "out"])
    assert __main__.main() == 2
    shown = capsys.readouterr()
    assert (shown.out, shown.err.count("\n")) == ("", 1)
    assert said in shown.err and "Traceback" not in shown.err
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    "builder, said",
    [
        ("1/0", "part 1(a) cannot be worked: hw.py, line 3: ZeroDivisionError: division by zero"),
        ("3", "the builder of part 1(a) gives something of type int; it must give a Part('1(a)', ...)"),
        ("Part('1(b)', '', ())", "the builder of part 1(a) gives something labelled '1(b)'"),
    ],
)
def test_a_builder_that_fails_is_told_in_one_line(folder: Path, builder: str, said: str) -> None:
    written(folder, "hw.py", f"{HEAD}def a():\n    return {builder}\nPROBLEM = Problem(1, '', '', {{'a': a}})")
    with pytest.raises(PushthroughError) as caught:
        solve(source="hw.py")
    assert said in str(caught.value)


def test_the_place_is_the_authors_and_not_the_librarys(folder: Path) -> None:
    written(folder, "hw.py", "import sympy\ndef f():\n    sympy.Matrix([[1, 2], [3]])\nf()")
    with pytest.raises(ReadError, match=r"hw.py, line 3: ValueError"):
        load("hw.py")
    assert place_of(ValueError()) == "ValueError"


def test_the_shipped_example_is_proved_and_has_two_parts(tmp_path: Path) -> None:
    report = solve(source="proofs.examples.first", output=tmp_path, formats=["tex", "html", "md"])
    assert [(row.part, row.proved == row.steps > 0) for row in report.rows] == [("1(a)", True), ("1(b)", True)]
    assert report.document.title == "A first problem set: the normal equations"
    assert [file.name for file in report.files] == [
        "orthogonal-residual.pdf", "solutions.tex", "solutions.html", "orthogonal-residual.svg", "solutions.md",
        "solutions.certificates.json",
    ]  # fmt: skip
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(file.name for file in report.files)
