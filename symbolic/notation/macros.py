"""A text in pieces of TeX, each with its place, and the author's own commands replaced by what they stand for.

Nothing is run: a command is replaced by its body, at most `MAX_EXPANSIONS` times.
Source: D. E. Knuth, The TeXbook, chapters 7 and 20.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from symbolic.errors import ReadError
from symbolic.notation.tree import Span
from symbolic.notation.vocabulary import LOWERED, RAISED, UNICODE

MAX_EXPANSIONS = 1_000
MAX_PIECES = 20_000
MAX_MOVED = 200_000  # pieces that all arguments hold together
MAX_BODY = 2_000  # characters of a definition
MAX_MACROS = 2_000

_PIECE = re.compile(
    rf"([{''.join(RAISED)}]+)|([{''.join(LOWERED)}]+)|" + r"\\(?:[A-Za-z@]+|.)|%[^\n]*(?:\n[ \t]*|$)|\s+|.", re.DOTALL
)


@dataclass(frozen=True)
class Macro:
    """A command: how many arguments it takes, what it stands for (`#1`, ... are the arguments), a first default.

    `paired`: a star or a size in brackets may stand before the argument, as after `\\DeclarePairedDelimiter`.
    """

    parameters: int
    body: str
    default: str | None = None
    paired: bool = False


class Piece(NamedTuple):
    """A command with its backslash, or one character, or a stretch of white space; `made`: it came out of a body."""

    value: str
    start: int
    end: int
    made: bool = False


def pieces(text: str, start: int, end: int) -> list[Piece]:
    """The pieces of a stretch of text, comments left out; Unicode signs become the commands they stand for."""
    found = []
    for match in _PIECE.finditer(text, start, end):
        value = match.group()
        if value[0] == "%":
            continue
        if match.lastindex:  # ⁻¹ is ^{-1}
            sign, table = ("^", RAISED) if match.lastindex == 1 else ("_", LOWERED)
            found.extend(Piece(part, *match.span()) for part in [sign, "{", *(table[letter] for letter in value), "}"])
            continue
        found.append(Piece(UNICODE.get(value, value) if len(value) == 1 else value, *match.span()))
    return found


@lru_cache(maxsize=1024)
def _body(body: str) -> tuple[str, ...]:
    return tuple(piece.value for piece in pieces(body, 0, len(body)))


# Commands of packages that are best read as what they stand for.
BUILTIN: dict[str, Macro] = {
    "\\" + name: Macro(parameters, body)
    for name, parameters, body in [
        ("underset", 2, "#2_{#1}"), ("overset", 2, "#2^{#1}"), ("stackrel", 2, "#2^{#1}"), ("underoverset", 3,
        "#3_{#1}^{#2}"),
        ("boxed", 1, "#1"), ("fbox", 1, "#1"), ("textcolor", 2, "#2"), ("colorbox", 2, "#2"), ("color", 1, ""),
        ("cancel", 1, "#1"), ("bcancel", 1, "#1"), ("xcancel", 1, "#1"), ("phantom", 1, ""), ("hphantom", 1, ""),
        ("vphantom", 1, ""), ("mathop", 1, "\\operatorname{#1}"), ("mathrel", 1, "#1"), ("mathbin", 1, "#1"),
        ("mathord", 1, "#1"), ("mathopen", 1, "#1"), ("mathclose", 1, "#1"), ("mathinner", 1, "#1"), ("smash", 1, "#1"),
        ("ensuremath", 1, "#1"), ("mathclap", 1, "#1"), ("mathllap", 1, "#1"), ("mathrlap", 1, "#1"), ("substack", 1,
        "#1"),
        ("nicefrac", 2, "\\frac{#1}{#2}"), ("sfrac", 2, "\\frac{#1}{#2}"), ("flatfrac", 2, "\\frac{#1}{#2}"),
        ("dd", 0, "\\mathrm{d}"), ("tr", 0, "\\operatorname{tr}"), ("Tr", 0, "\\operatorname{tr}"),
        ("trace", 0, "\\operatorname{tr}"), ("diag", 0, "\\operatorname{diag}"), ("rank", 0, "\\operatorname{rank}"),
        ("argmin", 0, "\\operatorname{argmin}"), ("argmax", 0, "\\operatorname{argmax}"), ("Cov", 0,
        "\\operatorname{Cov}"),
        ("Var", 0, "\\operatorname{Var}"), ("sign", 0, "\\operatorname{sign}"),
        ("transp", 0, "^{\\top}"), ("transpose", 0, "^{\\top}"), ("inv", 0, "^{-1}"),
    ]
} | {
    "\\xrightarrow": Macro(2, "\\to^{#2}", ""),
    "\\xleftarrow": Macro(2, "\\gets^{#2}", ""),
    "\\norm": Macro(1, "\\lVert #1\\rVert", paired=True),
    "\\abs": Macro(1, "\\lvert #1\\rvert", paired=True),
}  # fmt: skip


def expand(found: list[Piece], macros: Mapping[str, Macro]) -> tuple[list[Piece], list[Span]]:
    """The pieces with every call replaced, and the spans of the calls. Raises ReadError, naming the limit, past one.

    What comes out of a body has the span of the call, what comes out of an argument keeps its own.
    """
    todo, done, calls = found[::-1], [], []
    expansions = moved = 0
    while todo:
        piece = todo.pop()
        macro = (macros.get(piece.value) or BUILTIN.get(piece.value)) if piece.value[0] == "\\" else None
        if macro is None:
            done.append(piece)
            if len(done) > MAX_PIECES:
                raise ReadError(f"a formula may have at most {MAX_PIECES} signs")
            continue
        expansions += 1
        if expansions > MAX_EXPANSIONS:
            raise ReadError(f"{piece.value}: commands may be replaced at most {MAX_EXPANSIONS} times in one formula")
        end = piece.end
        if macro.paired:
            if todo and todo[-1].value == "*":
                todo.pop()
            elif todo and todo[-1].value == "[":
                _bracketed(todo)
        arguments: list[list[Piece]] = []
        if macro.default is not None:
            _skip_space(todo)
            if todo and todo[-1].value == "[":
                inner, end = _bracketed(todo)
                arguments.append(inner)
            else:
                arguments.append([Piece(value, piece.start, piece.end, True) for value in _body(macro.default)])
        while len(arguments) < macro.parameters:
            inner, end = _argument(todo, end)
            arguments.append(inner)
            moved += len(inner)
        span = (piece.start, piece.end if piece.made else max(end, piece.end))
        if not piece.made:
            calls.append(span)
        body = _body(macro.body)
        new: list[Piece] = []
        k = 0
        while k < len(body):
            if body[k] == "#" and k + 1 < len(body) and body[k + 1].isdigit():
                number = int(body[k + 1]) - 1
                inner = arguments[number] if 0 <= number < len(arguments) else []
                new.extend(inner)
                moved += len(inner)
                k += 2
            else:
                new.append(Piece(body[k], *span, True))
                k += 1
        moved += len(new)
        if moved > MAX_MOVED:
            raise ReadError(
                f"{piece.value}: the arguments of commands may hold at most {MAX_MOVED} signs in one formula"
            )
        # A command at the end of a body must not swallow the letter that follows.
        todo.extend(reversed(new))
    return done, calls


def _skip_space(todo: list[Piece]) -> None:
    while todo and todo[-1].value.isspace():
        todo.pop()


def _argument(todo: list[Piece], end: int) -> tuple[list[Piece], int]:
    """The next argument, taken off: what stands in braces, or one piece; and where it ends."""
    _skip_space(todo)
    if not todo:
        return [], end
    first = todo.pop()
    if first.value != "{":
        return [first], first.end if not first.made else end
    inner: list[Piece] = []
    depth = 1
    while todo:
        piece = todo.pop()
        depth += (piece.value == "{") - (piece.value == "}")
        if depth == 0:
            return inner, piece.end
        inner.append(piece)
    return inner, inner[-1].end if inner else end


def _bracketed(todo: list[Piece]) -> tuple[list[Piece], int]:
    """What stands in [ ], taken off, and where it ends."""
    end = todo.pop().end
    inner: list[Piece] = []
    depth = 0
    while todo:
        piece = todo.pop()
        end = piece.end
        depth += (piece.value == "{") - (piece.value == "}")
        if piece.value == "]" and depth <= 0:
            break
        inner.append(piece)
    return inner, end


_DEFINITION = re.compile(
    r"""\\(?:(?P<new>(?:re)?newcommand|providecommand|DeclareRobustCommand)\*?\s*(?:\{\s*(\\[A-Za-z@]+|\\.)\s*\}|(\\[A-Za-z@]+|\\.))
          \s*(?:\[(\d)\]\s*(?:\[([^\[\]]{0,200})\]\s*)?)?(?=\{)
        |(?P<operator>DeclareMathOperator)(\*?)\s*(?:\{\s*(\\[A-Za-z@]+)\s*\}|(\\[A-Za-z@]+))\s*(?=\{)
        |(?P<paired>DeclarePairedDelimiter)\s*(?:\{\s*(\\[A-Za-z@]+)\s*\}|(\\[A-Za-z@]+))\s*(?=\{)
        |(?P<plain>def)\s*(\\[A-Za-z@]+|\\.)\s*((?:\#\d)*)\s*(?=\{)
        |(?P<let>let)\s*(\\[A-Za-z@]+)\s*=?\s*(\\[A-Za-z@]+|\\.))""",
    re.VERBOSE,
)


def macros_of(text: str) -> dict[str, Macro]:
    r"""The commands that a document defines, by name, with the backslash; a later definition replaces an earlier one.

    \newcommand, \renewcommand, \providecommand, \DeclareMathOperator, \DeclarePairedDelimiter, \def and \let.

    >>> macros_of(r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}} \def\R{\mathbb{R}}")["\\pd"].parameters
    2
    """
    found: dict[str, Macro] = {}
    for match in islice(_DEFINITION.finditer(text), MAX_MACROS):
        if _commented(text, match.start()):
            continue
        new, in_braces, bare, count, default = match.group("new", 2, 3, 4, 5)
        if match.group("let"):
            found[match.group(17)] = Macro(0, match.group(18))
            continue
        body = _braced(text, match.end())
        if body is None:
            continue
        inner = text[match.end() + 1 : body]
        if new:
            if new == "providecommand" and (in_braces or bare) in found:
                continue
            found[in_braces or bare] = Macro(int(count or 0), inner, default)
        elif match.group("operator"):
            found[match.group(8) or match.group(9)] = Macro(0, f"\\operatorname{{{inner}}}")
        elif match.group("paired"):
            second = re.compile(r"\s*\{([^{}]{0,40})\}").match(text, body + 1)
            if second:
                found[match.group(11) or match.group(12)] = Macro(1, f"\\left{inner}#1\\right{second[1]}", paired=True)
        else:
            found[match.group(14)] = Macro(len(match.group(15)) // 2, inner)
    return found


def _commented(text: str, place: int) -> bool:
    """Whether a % stands before on the same line (looking back at most so far as a definition may be long)."""
    line = text[max(text.rfind("\n", 0, place), place - MAX_BODY, 0) : place]
    return re.search(r"(?<!\\)%", line) is not None


def _braced(text: str, start: int) -> int | None:
    """Where the brace that opens at `start` closes, if it does within `MAX_BODY` characters."""
    depth = 0
    for match in re.compile(r"\\.|[{}]", re.DOTALL).finditer(text, start, start + MAX_BODY):
        depth += (match.group() == "{") - (match.group() == "}")
        if depth == 0:
            return match.start()
    return None
