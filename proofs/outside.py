"""Problem sets: Python modules that define `PROBLEM` or `PROBLEMS`, the worked homework's and a user's own alike.

Loading a module runs it. That is meant for code which the user hands over as code, never for text from a document. What
goes wrong in such code is told in one line with its place, because the traceback would mostly show this program.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import wraps
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from pkgutil import iter_modules
from traceback import extract_tb
from types import ModuleType

from proofs.document import Part, Problem
from symbolic.errors import PushthroughError, ReadError

_NOT_THEIRS = re.compile(r"importlib|site-packages|proofs.outside\.py|proofs.render.figure\.py")


@dataclass(frozen=True)
class ProblemSet:
    """What a module holds: the problems in order of their numbers, and the first line of its docstring."""

    title: str
    problems: tuple[Problem, ...]


def load(source: str) -> ProblemSet:
    """The problem set in `source`: a dotted module name, or the path of a `.py` file.

    Modules are found where Python finds them, then in the current directory; a file may import its neighbours. Raises
    ReadError, in one line: no such module, an error while it runs, nothing in it that is a problem.

    >>> load("proofs.examples.first").problems[0].number
    1
    """
    module = _from_file(Path(source)) if source.endswith(".py") else _by_name(source)
    found = sorted(problems_in(module), key=lambda problem: problem.number)
    if not found:
        raise ReadError(f"{_place(module)} defines neither PROBLEM nor PROBLEMS; proofs.examples.first shows how")
    numbers = [problem.number for problem in found]
    for number in numbers:
        if numbers.count(number) > 1:
            raise ReadError(f"{_place(module)}: {numbers.count(number)} problems have the number {number}")
    title = (module.__doc__ or "").strip().split("\n")[0].rstrip(". ")
    return ProblemSet(title, tuple(map(_guarded, found)))


def problems_in(module: ModuleType) -> list[Problem]:
    """What `module` defines as `PROBLEM` or `PROBLEMS`; of a package that defines neither, what its modules define.

    Raises ReadError for a `PROBLEM` that is no `proofs.document.Problem`.
    """
    named = vars(module)
    if "PROBLEM" in named:
        return [_checked(module, "PROBLEM", named["PROBLEM"])]
    if "PROBLEMS" in named:
        problems = named["PROBLEMS"]
        if not isinstance(problems, (list, tuple)):
            raise ReadError(f"{_place(module)}: PROBLEMS is {_kind(problems)}, not a list or tuple of problems")
        return [_checked(module, f"PROBLEMS[{k}]", problem) for k, problem in enumerate(problems)]
    inside = [f"{module.__name__}.{found.name}" for found in iter_modules(getattr(module, "__path__", []))]
    return [
        problem for name in inside if not name.endswith(".__main__") for problem in problems_in(import_module(name))
    ]


def place_of(error: BaseException) -> str:
    """`error` in one line: `hw.py, line 12: NameError: name 'x' is not defined`.

    The line is the deepest one in the folder of the code that was called, which is where its author will look.

    >>> try:
    ...     1 / 0
    ... except ZeroDivisionError as error:
    ...     print(place_of(error))
    <doctest ...>, line 2: ZeroDivisionError: division by zero
    """
    said = " ".join(str(error).split())
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}, line {error.lineno}: {type(error).__name__}: {error.msg}"
    frames = [frame for frame in extract_tb(error.__traceback__) if not _NOT_THEIRS.search(frame.filename)]
    near = [f for f in frames if Path(f.filename).parent == Path(frames[0].filename).parent]
    return f"{Path(near[-1].filename).name}, line {near[-1].lineno}: {what}" if near else what


def _by_name(name: str) -> ModuleType:
    if not all(word.isidentifier() for word in name.split(".")):
        raise ReadError(f"{name!r} is neither the dotted name of a module nor the path of a .py file")
    _can_import_from(Path.cwd())
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name and f"{name}.".startswith(f"{error.name}."):
            raise ReadError(f"there is no module {error.name!r}, here or among the installed ones") from None
        raise ReadError(f"{name} cannot be imported: {place_of(error)}") from error
    except (Exception, SystemExit) as error:
        raise ReadError(f"{name} cannot be imported: {place_of(error)}") from error


def _from_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise ReadError(f"there is no file {path}")
    _can_import_from(path.resolve().parent)
    name = f"problem_set_{path.stem}"  # of its own, so that a file called `random.py` hides nothing
    spec = spec_from_file_location(name, path.resolve())
    assert spec is not None and spec.loader is not None  # the suffix is .py
    module = sys.modules[name] = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ReadError(f"{path} cannot be imported: {place_of(error)}") from error
    return module


def _can_import_from(folder: Path) -> None:
    """Last in the path: what is installed, and what this program imports later, is never hidden by a user's files."""
    if str(folder) not in sys.path:
        sys.path.append(str(folder))


def _guarded(problem: Problem) -> Problem:
    """The same problem, whose parts tell what goes wrong in them in one line."""
    return replace(problem, parts={label: _telling(problem, label, build) for label, build in problem.parts.items()})


def _telling(problem: Problem, label: str, build: Callable[[], Part]) -> Callable[[], Part]:
    @wraps(build)
    def built() -> Part:
        try:
            return build()
        except Exception as error:
            raise PushthroughError(f"part {problem.number}({label}) cannot be worked: {place_of(error)}") from error

    return built


def _checked(module: ModuleType, name: str, value: object) -> Problem:
    if not isinstance(value, Problem):
        raise ReadError(f"{_place(module)}: {name} is {_kind(value)}, not a proofs.document.Problem")
    return value


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _place(module: ModuleType) -> str:
    return module.__file__ or module.__name__


__all__ = ["ProblemSet", "load", "place_of", "problems_in"]
