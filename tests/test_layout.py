"""The layout is a promise: which package may import which, what the kernel may use, and what is shipped."""

import ast
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("symbolic", "numeric", "proofs")  # arrows go from right to left
FILES = sorted(file.relative_to(ROOT).as_posix() for name in PACKAGES for file in (ROOT / name).rglob("*.py"))
# These import in functions, to start fast.
LAZY = {  # what a short run need not load
    "proofs/__main__.py", "proofs/checking/command.py", "proofs/cli.py", "proofs/homework/experiment.py",
    "proofs/pytest_plugin.py", "proofs/render/figure.py", "proofs/smt.py", "proofs/workers.py",
}  # fmt: skip
KERNEL = "proofs/kernel.py"
TOP_LEVEL = {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", *PACKAGES, "tests", "benchmarks"}


def imports(source: str) -> set[str]:
    """The modules that a source imports, wherever the import stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add("." * node.level + (node.module or ""))
    return found


def against_the_arrow(package: str, source: str) -> set[str]:
    """The imports in a file of `package` that point to a package above it, or that hide where they point."""
    above = PACKAGES[PACKAGES.index(package) + 1 :]
    return {name for name in imports(source) if name.startswith(".") or name.split(".")[0] in (*above, "tests")}


def calls(source: str) -> set[str]:
    """The names of everything that a source calls: `f` of `f(...)`, `g` of `a.g(...)`."""
    functions = [node.func for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return {f.id if isinstance(f, ast.Name) else f.attr for f in functions if isinstance(f, ast.Name | ast.Attribute)}


def imports_inside_functions(source: str) -> Iterator[int]:
    """The lines of imports that stand in a function."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from (inner.lineno for inner in ast.walk(node) if isinstance(inner, ast.Import | ast.ImportFrom))


@pytest.mark.parametrize("file", FILES)
def test_arrows_point_down(file: str) -> None:
    package = file.split("/")[0]
    assert not against_the_arrow(package, (ROOT / file).read_text()), f"{PACKAGES} may only import leftwards"


@pytest.mark.parametrize(
    "package, source, bad",
    [
        ("symbolic", "from numeric.sample import sample", {"numeric.sample"}),
        ("numeric", "def f():\n    import proofs", {"proofs"}),
        ("numeric", "from symbolic import shape", set()),
        ("symbolic", "from . import shapes", {"."}),
        ("proofs", "import tests.conftest", {"tests.conftest"}),
    ],
)
def test_the_arrow_check_sees_every_spelling(package: str, source: str, bad: set[str]) -> None:
    assert against_the_arrow(package, source) == bad


@pytest.mark.parametrize("file", FILES)
def test_no_text_is_ever_evaluated(file: str) -> None:
    source = (ROOT / file).read_text()
    assert not calls(source) & {"eval", "exec", "sympify", "parse_expr", "compile_expr"}
    assert not {name for name in imports(source) if name.startswith(("sympy.parsing", "pickle", "marshal"))}


@pytest.mark.parametrize("file", sorted({*FILES} - LAZY))
def test_no_import_stands_in_a_function(file: str) -> None:
    assert not list(imports_inside_functions((ROOT / file).read_text()))


def test_no_circle_of_imports() -> None:
    modules = {file.removesuffix(".py").removesuffix("/__init__").replace("/", "."): file for file in FILES}
    edges: dict[str, set[str]] = {}
    for module, file in modules.items():
        body = ast.parse((ROOT / file).read_text()).body
        edges[module] = set()
        for node in body:
            if isinstance(node, ast.ImportFrom) and node.module:
                names = {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
                edges[module] |= names & modules.keys()
            elif isinstance(node, ast.Import):
                edges[module] |= {alias.name for alias in node.names} & modules.keys()
    while leaves := [module for module, targets in edges.items() if not targets & edges.keys() - {module}]:
        for module in leaves:
            del edges[module]
    assert not edges, f"these import each other: {sorted(edges)}"


def test_kernel_is_small_and_stands_alone() -> None:
    source = (ROOT / KERNEL).read_text()
    assert len(source.splitlines()) <= 400
    assert {name.split(".")[0] for name in imports(source)} <= sys.stdlib_module_names
    assert not calls(source) & {"__import__", "import_module", "exec_module", "load_module"}


@pytest.mark.parametrize("package", ["symbolic", "proofs"])
def test_public_names_agree_and_are_light(package: str) -> None:
    """`__all__`, the table of files and the imports for type checkers name the same things; loading costs no SymPy."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text())
    typed = {
        (alias.name, node.module)
        for block in tree.body
        if isinstance(block, ast.If)
        for node in ast.walk(block)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    probe = (
        f"import sys, {package} as p; assert not {{'sympy', 'numpy', 'flint'}} & sys.modules.keys()\n"
        f"assert set(p.__all__) == set(p._HOME) and set(p.__all__) <= set(dir(p)); print(sorted(p._HOME.items()))\n"
        f"for name, home in p._HOME.items():\n"
        f"    __import__(home); value = getattr(p, name)\n"
        f"    assert getattr(value, '__name__', name) == name and type(value) is not type(sys), name"
    )
    shown = run_python(probe)
    assert ast.literal_eval(shown) == sorted(typed)


def run_python(program: str) -> str:
    """What a fresh interpreter prints for `program`, run at the root of the project."""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_top_level_holds_nothing_else() -> None:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout: generated files cannot be told from the project's")
    found = {line.split("/")[0] for line in done.stdout.splitlines()}
    assert {name for name in found if not name.startswith(".")} <= TOP_LEVEL


def test_every_package_file_has_a_docstring() -> None:
    bare = [file for file in FILES if not ast.get_docstring(ast.parse((ROOT / file).read_text()))]
    assert not bare


def test_wheel_holds_the_packages_and_their_data_only(tmp_path: Path) -> None:
    build = pytest.importorskip("hatchling.builders.wheel", reason="hatchling is not installed")
    (wheel,) = build.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    archive = zipfile.ZipFile(wheel)
    names = archive.namelist()
    code = {name for name in names if ".dist-info/" not in name}
    assert {name.split("/")[0] for name in code} == set(PACKAGES)
    data = {path for name in PACKAGES for path in (ROOT / name).rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert code == {path.relative_to(ROOT).as_posix() for path in data}
    entry_points = next(archive.read(name).decode() for name in names if name.endswith("entry_points.txt"))
    assert "pushthrough = proofs.__main__:main" in entry_points
    assert "[pytest11]\npushthrough = proofs.pytest_plugin" in entry_points


def test_requirements_are_the_packages_that_are_imported() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {requirement.split(">")[0] for requirement in project["dependencies"]}
    declared |= {requirement.split(">")[0] for requirement in project["optional-dependencies"]["networks"]}
    known_as = {"flint": "python-flint", "latexify": "latexify-py", "math_core": "math-core",
                "sklearn": "scikit-learn", "z3": "z3-solver"}  # fmt: skip
    used = {name.split(".")[0] for file in FILES for name in imports((ROOT / file).read_text())}
    outside = {known_as.get(name, name) for name in used - sys.stdlib_module_names - set(PACKAGES)}
    assert outside - {"pytest", "mpmath"} <= declared
    assert "<3.14" in project["requires-python"], "latexify-py 0.4.4 needs it"
