"""What every reader of LaTeX pieces needs: looking around, levels of braces, and putting out lexemes."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import islice

from symbolic.errors import ReadError
from symbolic.notation import vocabulary as v
from symbolic.notation.macros import Piece
from symbolic.notation.tree import Span

MAX_DEPTH = 200  # of brackets in brackets
LOOK_BACK = 1_000  # lexemes between two bars


class Lexeme:
    """One sign: its type (a terminal of the grammar), its meaning, its place, the font of a name, a gap behind it."""

    __slots__ = ("column", "end_column", "end_line", "end_pos", "font", "gap", "line", "start_pos", "type", "value")

    def __init__(self, kind: str, value: str, start: int, end: int, font: str = "") -> None:
        self.type, self.value, self.start_pos, self.end_pos, self.font = kind, value, start, end, font
        self.gap = False
        self.line = self.column = self.end_line = self.end_column = 0  # the parser generator asks for them

    def __repr__(self) -> str:
        return f"{self.type}:{self.value}" if self.value else self.type


@dataclass
class Level:
    """What is open: where its brace closes, what to do there, the font, and how many arguments are still to come."""

    close: int
    kind: str = "drop"  # "emit": a brace of the grammar; "drop": a brace for looks; "text": mathematics inside a text
    start: int = 0
    font: str = ""
    arguments: int = 0
    script: bool = False
    denominator: str = ""  # "partial" or "d": every such sign in it starts a variable
    below: str = ""  # the denominator of a derivative is the next argument: "partial" or "d"
    remark: bool = False  # what is under a brace follows


@dataclass
class Lexed:
    """The lexemes of a formula, and the spans that no node may cut: calls of commands and braces for looks."""

    lexemes: list[Lexeme] = field(default_factory=list)
    regions: list[Span] = field(default_factory=list)


# After one of these an operand has to come; at a bar it tells that the bar opens.
NO_OPERAND_ENDS = {
    "PLUS", "MINUS", "TIMES", "SLASH", "REL", "COMMA", "SEMI", "COLON", "UP", "DOWN", "FUN", "BIG", "OPT", "LIM",
    "NABLA", "DIFF",
    "DEL", "DEE", "NEG", "FRAC", "DFRAC", "SQRT", "ROOT", "ACCENT", "UNDER", "BINOM", "QUAD", "LINK", "AMP", "NL",
    "GIVEN", "BEGIN",
    "LP", "LBR", "LCB", "LB", "LA", "LN", "LANG", "LFL", "LCE", "LDOT", "ST",
}  # fmt: skip

_DIGITS = frozenset("0123456789")
DELIMITERS = {**v.OPENERS, **v.CLOSERS, **v.BARS}


class Scanner:
    """The pieces, where we are in them, the levels that are open, and what was put out."""

    def __init__(self, pieces: list[Piece], calls: list[Span]) -> None:
        self.pieces = pieces
        self.out = Lexed([], list(calls))
        self.levels = [Level(len(pieces))]
        self.partner = _partners(pieces)
        self.i = 0

    # -- looking around

    def solid(self, i: int) -> int:
        """The first piece from `i` on that is not white space or a thin space."""
        while i < len(self.pieces) and (self.pieces[i].value.isspace() or self.pieces[i].value in v.SPACES):
            i += 1
        return i

    def at(self, i: int) -> str:
        """What stands at the first solid piece from `i` on: "" behind the end."""
        i = self.solid(i)
        return self.pieces[i].value if i < len(self.pieces) else ""

    def argument(self, i: int) -> tuple[int, int, int]:
        """Where the argument that begins at `i` stands: its first piece, the one after its last, and where to go on."""
        while i < len(self.pieces) and self.pieces[i].value.isspace():
            i += 1
        if i >= len(self.pieces):
            return i, i, i
        if self.pieces[i].value == "{" and i in self.partner:
            return i + 1, self.partner[i], self.partner[i] + 1
        return i, i + 1, i + 1

    def inside(self, first: int, last: int) -> list[str]:
        """The solid pieces of a stretch."""
        found = (piece.value for piece in self.pieces[first:last])
        return [value for value in found if not value.isspace() and value not in v.SPACES]

    def words(self, first: int, last: int) -> str:
        """A stretch as the text that it prints."""
        shown = []
        for piece in self.pieces[first:last]:
            if piece.value in {"{", "}", "$"} or piece.value in v.TEXTS or piece.value in v.FONTS:
                continue
            shown.append(" " if piece.value.isspace() or piece.value in v.SPACES else piece.value.removeprefix("\\"))
        return re.sub(r"\s+", " ", "".join(shown))

    def digit(self, i: int) -> bool:
        return 0 <= i < len(self.pieces) and self.pieces[i].value in _DIGITS

    def is_name(self, j: int) -> bool:
        """Whether the piece is a letter or a command that is a name or puts a font or an accent on one."""
        value = self.pieces[j].value if j < len(self.pieces) else ""
        if value in v.FONTS or value in v.ACCENTS or value == "(":
            return True
        known = value in v.SPACES or value in v.WIDE_SPACES or value in v.SIZES or value in DELIMITERS
        known = (
            known
            or value in v.RELATIONS
            or value in v.PRODUCTS
            or value in v.LINKS
            or value in v.TYPES
            or value in v.UNREAD
        )
        return value.isalpha() if len(value) == 1 else len(value) > 2 and value[0] == "\\" and not known

    @property
    def level(self) -> Level:
        return self.levels[-1]

    @property
    def last(self) -> str:
        """The type of the last lexeme that was put out."""
        return self.out.lexemes[-1].type if self.out.lexemes else ""

    def alone(self, after: int) -> bool:
        """Whether the piece before `after` is all that a script says."""
        before = [lexeme.type for lexeme in self.out.lexemes[-2:]]
        if self.level.arguments and before[-1:] in (["UP"], ["DOWN"]):
            return True
        at = self.solid(after)
        return before in (["UP", "LB"], ["DOWN", "LB"]) and at == self.level.close

    def ends_operator(self) -> bool:
        """Whether the lexemes so far end in the scripts of a sum, an optimum or a derivative by itself."""
        found = self.out.lexemes
        k = len(found) - 1
        while k > 0:
            if found[k].type in {"BIG", "OPT", "LIM"}:
                return True
            if found[k].type == "RB":
                depth = 0
                while k >= 0:
                    depth += (found[k].type == "RB") - (found[k].type == "LB")
                    if depth == 0:
                        break
                    k -= 1
            if k > 0 and found[k - 1].type in {"UP", "DOWN"}:
                k -= 2
                continue
            return False
        return k == 0 and found[0].type in {"BIG", "OPT", "LIM"}

    def open_bar(self) -> bool:
        """Whether a single bar is open on this level of brackets."""
        depth = bars = 0
        for lexeme in islice(reversed(self.out.lexemes), LOOK_BACK):
            if lexeme.type in v.CLOSING:
                depth += 1
            elif lexeme.type in v.OPENING:
                depth -= 1
                if depth < 0:
                    break
            elif depth == 0 and lexeme.type in {"REL", "AMP", "NL"}:
                break
            elif depth == 0 and lexeme.type == "BAR":
                bars += 1
        return bars % 2 == 1

    # -- putting out

    def emit(self, kind: str, value: str, start: int, end: int, font: str = "", arguments: int = 0) -> None:
        """Put out one lexeme; it fills one of the arguments that are awaited, and awaits `arguments` of its own."""
        if kind not in {"UP", "DOWN"} or not self.level.arguments:
            self.level.arguments = max(self.level.arguments - 1, 0)
        self.level.arguments += arguments
        self.out.lexemes.append(Lexeme(kind, value, start, end, font))

    def open(self, brace: int, kind: str, start: int, font: str = "", **more: object) -> None:
        """Enter the brace at piece `brace`."""
        if kind == "emit":
            self.out.lexemes.append(Lexeme("LB", "", start, self.pieces[brace].end))
        level = Level(self.partner[brace], kind, start, font or self.level.font)
        level.script = self.level.script
        for name, value in more.items():
            setattr(level, name, value)
        self.levels.append(level)
        self.i = brace + 1

    def close(self) -> None:
        """Leave the level whose closing brace stands here."""
        level = self.levels.pop()
        piece = self.pieces[self.i]
        self.i += 1
        if level.kind == "emit":
            self.out.lexemes.append(Lexeme("RB", "", piece.start, piece.end))
            self.level.arguments = max(self.level.arguments - 1, 0)
            if level.remark and self.at(self.i) in {"_", "^"}:
                first, last, after = self.argument(self.solid(self.i) + 1)
                if after > first:
                    said = self.words(first, last).strip()
                    self.out.lexemes.append(Lexeme("REMARK", said, piece.end, self.pieces[after - 1].end))
                    self.i = after
        else:
            self.out.regions.append((level.start, piece.end))


def _partners(pieces: list[Piece]) -> dict[int, int]:
    """Of every opening brace that closes, where."""
    found: dict[int, int] = {}
    stack: list[int] = []
    for k, piece in enumerate(pieces):
        if piece.value == "{":
            stack.append(k)
            if len(stack) > MAX_DEPTH:
                raise ReadError(f"braces may be nested at most {MAX_DEPTH} deep")
        elif piece.value == "}" and stack:
            found[stack.pop()] = k
    return found
