"""LaTeX to lexemes: signs with a type that the grammar knows, a meaning, and the place where they stand.

What TeX leaves to the eye is decided here, by looking at the neighbours: which bar opens and which closes, which letter is
part of a word, whether a brace is the argument of a command or only there for looks, which d is a derivative.
"""

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
class _Level:
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
    "PLUS", "MINUS", "TIMES", "SLASH", "REL", "COMMA", "SEMI", "COLON", "UP", "DOWN", "FUN", "BIG", "OPT", "LIM", "NABLA", "DIFF",
    "DEL", "DEE", "NEG", "FRAC", "DFRAC", "SQRT", "ROOT", "ACCENT", "UNDER", "BINOM", "QUAD", "LINK", "AMP", "NL", "GIVEN", "BEGIN",
    "LP", "LBR", "LCB", "LB", "LA", "LN", "LANG", "LFL", "LCE", "LDOT", "ST",
}  # fmt: skip

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_DELIMITERS = {**v.OPENERS, **v.CLOSERS, **v.BARS}
_NAME_SIGNS = {"∅": "emptyset"}
_COMMAND_TYPES = {
    "\\nabla": "NABLA", "\\lim": "LIM", "\\sqrt": "SQRT", "\\frac": "FRAC", "\\dfrac": "FRAC", "\\tfrac": "FRAC", "\\cfrac": "FRAC",
    "\\binom": "BINOM", "\\dbinom": "BINOM", "\\mid": "GIVEN", "\\\\": "NL", "\\cr": "NL", "\\newline": "NL", "\\tabularnewline": "NL",
    "\\setminus": "BAD", "\\pm": "BAD", "\\mp": "BAD", "\\over": "BAD", "\\cup": "BAD", "\\cap": "BAD", "\\oint": "BAD", "\\int": "BAD",
    "\\iint": "BAD", "\\ominus": "BAD", "\\oslash": "BAD", "\\div": "BAD", "\\neg": "BAD", "\\exists": "BAD", "\\uparrow": "BAD",
    "\\downarrow": "BAD", "\\choose": "BAD", "\\bigcup": "BAD", "\\bigcap": "BAD", "\\bigoplus": "BAD", "\\bigotimes": "BAD",
    "\\coprod": "BAD", "\\atop": "BAD", "\\limsup": "BAD", "\\liminf": "BAD", "\\sideset": "BAD", "\\prescript": "BAD",
    "\\cancelto": "BAD", "\\ltimes": "BAD", "\\rtimes": "BAD", "\\backslash": "BAD", "\\parallel": "BAD", "\\nmid": "BAD",
}  # fmt: skip
_SINGLE_TYPES = {"+": "PLUS", "/": "SLASH", ",": "COMMA", ";": "SEMI", "&": "AMP", "_": "DOWN", "\\_": "DOWN", "^": "UP", "\\sp": "UP",
                 "\\sb": "DOWN", ".": "PUNCT"}  # fmt: skip
_ARGUMENTS = {"FRAC": 2, "BINOM": 2, "SQRT": 1, "UP": 1, "DOWN": 1}


class _Lexer:
    """One pass over the pieces, with a stack of open levels and no recursion."""

    def __init__(self, pieces: list[Piece], calls: list[Span], end: int) -> None:
        self.pieces = pieces
        self.out = Lexed([], list(calls))
        self.levels = [_Level(len(pieces))]
        self.partner = _partners(pieces)
        self.end = end
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

    @property
    def level(self) -> _Level:
        return self.levels[-1]

    @property
    def last(self) -> str:
        return self.out.lexemes[-1].type if self.out.lexemes else ""

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
        level = _Level(self.partner[brace], kind, start, font or self.level.font)
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

    # -- the pass

    def run(self) -> Lexed:
        while self.i < len(self.pieces):
            if self.level.kind == "text":
                self.text_level()
            elif self.i == self.level.close:
                self.close()
            else:
                self.step()
        return self.out

    def step(self) -> None:
        piece = self.pieces[self.i]
        value = piece.value
        if value.isspace() or value in v.SPACES:
            self.i += 1
            if value in v.GAPS and self.out.lexemes:
                self.out.lexemes[-1].gap = True
        elif value.isdigit() or (value == "." and self.digit(self.i + 1) and not self.digit(self.i - 1)):
            self.number()
        elif value in _SINGLE_TYPES:
            self.single(piece)
        elif len(value) == 1 and value.isalpha():
            self.letter(piece)
        elif value == "{":
            self.brace(piece)
        elif value[0] == "\\" and self.command(piece):
            pass
        else:
            self.sign(piece)

    def digit(self, i: int) -> bool:
        return 0 <= i < len(self.pieces) and self.pieces[i].value.isdigit()

    def number(self) -> None:
        first = self.i
        self.i += 1
        if not self.level.arguments:
            while self.digit(self.i) or (
                self.i < len(self.pieces) and self.pieces[self.i].value == "." and self.digit(self.i + 1)
            ):
                self.i += 1
        value = "".join(piece.value for piece in self.pieces[first : self.i])
        start, end = self.pieces[first].start, self.pieces[self.i - 1].end
        if value == "1" and self.level.font in {"bf", "bb"}:
            self.one(start, end, self.level.font)
        elif value == "1" and self.at(self.i) == "\\{":
            self.emit("MAYBE", "1", start, end, "indicator")
        elif self.level.font == "bf":
            self.emit("NAME", value, start, end, "bf")
        else:
            self.emit("NUM", value, start, end)

    def one(self, start: int, end: int, font: str) -> None:
        """A one in bold: a vector of ones, or the indicator of what follows."""
        self.emit("MAYBE", "1", start, end, font)

    def single(self, piece: Piece) -> None:
        kind = _SINGLE_TYPES[piece.value]
        self.i += 1
        if kind in {"UP", "DOWN"}:
            self.script(piece, kind)
        elif kind == "PLUS" and self.level.script and self.alone(self.i):
            self.emit("MARK", "+", piece.start, piece.end)
        else:
            self.emit(kind, piece.value, piece.start, piece.end)

    def alone(self, after: int) -> bool:
        """Whether the piece before `after` is all that a script says."""
        before = [lexeme.type for lexeme in self.out.lexemes[-2:]]
        if self.level.arguments and before[-1:] in (["UP"], ["DOWN"]):
            return True
        at = self.solid(after)
        return before in (["UP", "LB"], ["DOWN", "LB"]) and at == self.level.close

    def script(self, piece: Piece, kind: str) -> None:
        j = self.solid(self.i)
        if self.last == "REL":  # what stands over or under a relation sign is said of it
            first, last, after = self.argument(j)
            sign = self.out.lexemes[-1]
            said = self.words(first, last).strip()
            sign.font = f"{sign.font} {said}".strip()
            if said in {"def", "Delta", "triangle", "def."}:
                sign.value = ":=" if sign.value == "=" else sign.value
            if after > first:
                sign.end_pos = max(sign.end_pos, self.pieces[after - 1].end)
            self.i = after
            return
        if j >= len(self.pieces) or j == self.level.close:
            self.emit("BAD", piece.value, piece.start, piece.end)
            return
        self.level.arguments = 0
        self.emit(kind, piece.value, piece.start, piece.end, arguments=1)
        after = self.pieces[j]
        if after.value in {"*", "+", "-", "\\ast", "\\star"} and kind == "UP" or after.value in {"*", "+", "-"}:
            self.emit("MARK", "*" if after.value in {"\\ast", "\\star"} else after.value, after.start, after.end)
            self.i = j + 1
        elif after.value == "{" and j in self.partner:
            close = self.partner[j]
            inner = self.inside(j + 1, close)
            if (
                inner
                and (inner[0] in v.RELATIONS or set(inner) <= {"+", "-"})
                and len(inner) > (inner[0] not in v.RELATIONS)
            ):
                self.i = close + 1  # R_{>0}, S_{++}, A^{\perp}
                said = self.words(j + 1, close).strip()
                known = len(inner) == 1 and len(said) > 1
                self.emit("NAME" if known else "TEXT", said, after.start, self.pieces[close].end)
                return
            self.open(j, "emit", after.start, script=True, denominator="")
        elif after.value in {"\\perp", "\\bot", "\\parallel"}:
            self.emit("NAME", after.value[1:], after.start, after.end)
            self.i = j + 1
        elif after.value == "'":
            self.emit("MARK", "'", after.start, after.end)
            self.i = j + 1

    def letter(self, piece: Piece) -> None:
        i = self.i
        if self.level.arguments:
            self.i += 1
            self.emit("NAME", piece.value, piece.start, piece.end, self.level.font)
            return
        for word in v.ACRONYMS:
            if piece.value == word[0] and "".join(p.value for p in self.pieces[i : i + len(word)]) == word:
                self.i += len(word)
                self.word(word, piece.start, self.pieces[self.i - 1].end)
                return
        self.i += 1
        if piece.value == "d":
            if self.level.denominator == "d" and self.is_name(self.solid(i + 1)):
                self.emit("DEE", "d", piece.start, piece.end)
                return
            if self.slashed(i):
                self.emit("DEL", "d", piece.start, piece.end)
                return
            if self.before_capital(i + 1) and not self.level.script:
                self.emit("DIFF", "d", piece.start, piece.end)
                return
        self.name(piece.value, piece.start, piece.end, self.level.font)

    def name(self, value: str, start: int, end: int, font: str) -> None:
        following = self.at(self.i)
        opens = following in v.OPENERS or following in {"\\left", *v.SIZES} or (following == "{" and False)
        if (value, font) in v.FUNCTIONS_BEFORE_BRACKETS and (opens or (following in {"_", "^"} and value in "EPV")):
            self.emit("MAYBE", value, start, end, font)
        elif (value, font) in v.INDICATORS:
            self.emit("MAYBE", value, start, end, font)
        else:
            self.emit("NAME", value, start, end, "" if font in v.PLAIN_FONTS else font)

    def is_name(self, j: int) -> bool:
        """Whether the piece is a letter or a command that is a name or puts a font or an accent on one."""
        value = self.pieces[j].value if j < len(self.pieces) else ""
        if value in v.FONTS or value in v.ACCENTS or value == "(":
            return True
        known = value in v.SPACES or value in v.WIDE_SPACES or value in v.SIZES or value in _DELIMITERS
        known = known or value in v.RELATIONS or value in v.PRODUCTS or value in v.LINKS or value in _COMMAND_TYPES
        return value.isalpha() if len(value) == 1 else len(value) > 2 and value[0] == "\\" and not known

    def slashed(self, i: int) -> bool:
        """Whether at piece `i` stands df/dx, or the dx of it."""
        j = self.solid(i + 1)
        if not self.is_name(j) or self.pieces[j].value in v.FONTS or self.pieces[j].value == "(":
            return False
        if self.last == "SLASH":
            return any(lexeme.type == "DEL" for lexeme in self.out.lexemes[-4:])
        k = self.solid(j + 1)
        if self.at(k) != "/":
            return False
        d = self.solid(k + 1)
        return self.at(d) == "d" and self.is_name(self.solid(d + 1)) and d + 1 < len(self.pieces)

    def before_capital(self, j: int) -> bool:
        """Whether a capital letter follows at once, perhaps in a font, which makes a d before it a differential."""
        value = self.pieces[j].value if j < len(self.pieces) else ""
        if value in v.FONTS and v.FONTS[value] == "bf":
            inner = self.inside(*self.argument(j + 1)[:2])
            value = inner[0] if len(inner) == 1 else ""
        letter = value.removeprefix("\\")
        return letter[:1].isupper() and (len(letter) == 1 or value[0] == "\\") and letter != "I"

    def word(self, word: str, start: int, end: int, font: str = "") -> None:
        """A name of several letters, or the function that it names."""
        lone = self.alone(self.i)
        if lone and len(word) > 1 and word not in v.TRANSPOSES:
            self.emit("TEXT", word, start, end)
        elif word in {"d", "D"} and not lone and (word == "d" or font == "never"):
            self.upright_d(start, end)
        elif word in v.OPTIMA:
            self.emit("OPT", v.OPTIMA[word], start, end)
        elif word == "lim":
            self.emit("LIM", word, start, end)
        elif word in v.FUNCTIONS:
            self.function(v.FUNCTIONS[word], start, end)
        elif word in {"E", "Var", "Pr"} and self.at(self.i) in {
            "[",
            "(",
            "\\left",
            "_",
            "\\{",
            "\\big",
            "\\Big",
            "\\bigl",
            "\\Bigl",
        }:
            self.emit("MAYBE", word, start, end, "bb")
        else:
            self.emit("NAME", word, start, end, "" if font in v.PLAIN_FONTS else font)

    def function(self, name: str, start: int, end: int) -> None:
        self.emit("FUN", name, start, end)
        j = self.solid(self.i)
        if self.at(j) == "{" and j in self.partner and self.inside(j + 1, self.partner[j]):
            self.open(j, "emit", self.pieces[j].start)  # \exp{x}: the brace is meant as the argument's bracket

    def upright_d(self, start: int, end: int) -> None:
        if self.level.denominator == "d":
            self.emit("DEE", "d", start, end)
        elif self.last == "DFRAC" or (
            self.last == "LB" and self.out.lexemes[-2:-1] and self.out.lexemes[-2].type == "DFRAC"
        ):
            self.emit("DEE", "d", start, end)
        else:
            self.emit("DIFF", "d", start, end)

    def brace(self, piece: Piece) -> None:
        """An argument, the base of a script, or only there for looks."""
        i = self.i
        if i not in self.partner:
            self.i += 1
            self.emit("BAD", "{", piece.start, piece.end)
            return
        close = self.partner[i]
        inner = self.inside(i + 1, close)
        if self.level.arguments:
            below, self.level.below = self.level.below, ""
            self.open(i, "emit", piece.start, denominator=below)
        elif not inner:
            self.i = close + 1
        elif (
            len(inner) > 2
            and v.FONTS.get(inner[0]) == "rm"
            and "".join(inner[1:]).isalpha()
            and inner[0] in v.FONT_SWITCHES
        ):
            self.i = close + 1
            self.word("".join(inner[1:]), piece.start, self.pieces[close].end)
        elif self.at(close + 1) in {"^", "_", "'", "\\_"}:
            self.open(i, "emit", piece.start)
        else:
            self.open(i, "drop", piece.start)

    def sign(self, piece: Piece) -> None:
        """The signs that are neither letters nor commands."""
        value = piece.value
        self.i += 1
        following = self.pieces[self.i].value if self.i < len(self.pieces) else ""
        if value == "-":
            if self.last in {"BIG", "OPT", "LIM"} or self.ends_operator():
                self.emit("NEG", "-", piece.start, piece.end)
            elif self.level.script and self.alone(self.i):
                self.emit("MARK", "-", piece.start, piece.end)
            else:
                self.emit("MINUS", "-", piece.start, piece.end)
        elif value == ":" and following == "=":
            self.i += 1
            self.emit("REL", ":=", piece.start, self.pieces[self.i - 1].end)
        elif value == "=" and following in {"=", ":"}:
            self.i += 1
            self.emit("REL", "=" if following == "=" else "=:", piece.start, self.pieces[self.i - 1].end)
        elif value in "<>" and following == "=":
            self.i += 1
            self.emit("REL", value + "=", piece.start, self.pieces[self.i - 1].end)
        elif value in v.RELATIONS:
            self.emit("REL", v.RELATIONS[value], piece.start, piece.end)
        elif value == ":":
            edge = self.last in {"LB", "COMMA", "LP", "LBR"} or self.at(self.i) in {"}", ",", "]", ")"}
            self.emit("NAME" if edge and self.levels[-1].script else "COLON", ":", piece.start, piece.end)
        elif value == "'" or value == "''":
            for _ in value:
                self.emit("PRIME", "'", piece.start, piece.end)
        elif value == "*":
            mark = self.level.script and self.last in {"LB", "UP", "DOWN", "MARK"}
            self.emit("MARK" if mark else "TIMES", "*" if mark else "ast", piece.start, piece.end)
        elif value in v.DOTS:
            self.emit("DOTS", v.DOTS[value], piece.start, piece.end)
        elif value == "|" and following == "|" and not self.open_bar():
            self.i += 1
            self.emit("DBAR", "||", piece.start, self.pieces[self.i - 1].end)
        elif value in _DELIMITERS:
            self.emit(_DELIMITERS[value], "", piece.start, piece.end)
        elif value in v.OPTIMA:
            self.emit("OPT", v.OPTIMA[value], piece.start, piece.end)
        elif value == "\\\\":
            self.emit("NL", "", piece.start, piece.end)
        else:
            self.emit("BAD", value, piece.start, piece.end)

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

    # -- commands

    def command(self, piece: Piece) -> bool:
        """Read a command; False when it is a sign of another table."""
        value, start, end = piece.value, piece.start, piece.end
        i = self.i
        self.i += 1
        if value in v.FONTS:
            self.font(piece)
        elif value == "\\partial":
            self.partial(piece)
        elif value in v.ACCENTS:
            self.emit("ACCENT", v.ACCENTS[value], start, end, arguments=1)
        elif value in v.TEXTS:
            self.text(piece)
        elif value in {"\\operatorname", "\\operatornamewithlimits"}:
            self.operator(piece)
        elif value in v.RELATIONS:
            self.emit("REL", v.RELATIONS[value], start, end)
        elif value == "\\not":
            j = self.solid(self.i)
            meaning = v.RELATIONS.get(self.at(j), "")
            self.i = j + 1
            self.emit(
                "REL" if meaning in v.NEGATED else "BAD",
                v.NEGATED.get(meaning, value),
                start,
                self.pieces[min(j, len(self.pieces) - 1)].end,
            )
        elif value in v.LINKS:
            self.emit("LINK", v.LINKS[value], start, end)
        elif value in v.BIG:
            self.emit("BIG", v.BIG[value], start, end)
        elif value in v.PRODUCTS:
            self.product(piece)
        elif value in v.DOTS:
            self.emit("DOTS", v.DOTS[value], start, end)
        elif value == "\\arg":
            j = self.solid(self.i)
            if self.at(j) in {"\\min", "\\max"}:
                self.i = j + 1
                self.emit("OPT", "arg" + self.pieces[j].value[1:], start, self.pieces[j].end)
            else:
                self.emit("BAD", value, start, end)
        elif value in v.OPTIMA or value in v.FUNCTIONS:
            if self.alone(self.i):
                self.emit("TEXT", value[1:], start, end)
            elif value in v.OPTIMA:
                self.emit("OPT", v.OPTIMA[value], start, end)
            else:
                self.function(v.FUNCTIONS[value], start, end)
        elif value in {"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"}:
            self.fraction(piece)
        elif value == "\\sqrt" and self.at(self.i) == "[":
            self.emit("ROOT", "", start, end)
        elif value in {"\\underbrace", "\\overbrace", "\\underbracket", "\\overbracket"}:
            j = self.solid(self.i)
            self.emit("UNDER", value[1:], start, end, arguments=1)
            if self.at(j) == "{" and j in self.partner:
                self.open(j, "emit", self.pieces[j].start, remark=True)
        elif value in {"\\tag", "\\label", "\\ref", "\\eqref", "\\cite"}:
            if self.i < len(self.pieces) and self.pieces[self.i].value == "*":
                self.i += 1
            first, last, self.i = self.argument(self.i)
            if value in {"\\tag", "\\label"}:
                self.emit(
                    "LABEL",
                    self.words(first, last).strip(),
                    start,
                    self.pieces[self.i - 1].end if self.i > i + 1 else end,
                )
        elif value in {"\\intertext", "\\shortintertext"}:
            _, _, self.i = self.argument(self.i)
            self.emit("NL", "", start, end)
        elif value in v.WIDE_SPACES:
            self.emit("QUAD", "", start, end)
        elif value in v.SPACES_WITH_LENGTH:
            if self.pieces[self.i : self.i + 1] and self.pieces[self.i].value == "*":
                self.i += 1
            if self.at(self.i) == "{":
                _, _, self.i = self.argument(self.solid(self.i))
            if value == "\\hspace":
                self.emit("QUAD", "", start, end)
        elif value in v.SIZES:
            self.sized(piece)
        elif value in {"\\begin", "\\end"}:
            self.environment(piece)
        elif value in _DELIMITERS:
            self.emit(_DELIMITERS[value], "", start, end)
        elif value in _COMMAND_TYPES:
            kind = _COMMAND_TYPES[value]
            if kind == "NL":
                self.row_end(piece)
            elif kind == "BAD" and self.alone(self.i):
                self.emit("NAME", value[1:], start, end)
            else:
                self.emit(kind, value, start, end, arguments=_ARGUMENTS.get(kind, 0))
        elif value[1:2].isalpha() or value in {"\\#"}:
            if (
                self.at(self.i) == "{"
                and not self.level.arguments
                and self.inside(*self.argument(self.solid(self.i))[:2])
            ):
                self.emit("BAD", value, start, end)  # a command with an argument that is in no table
            else:
                self.name(value[1:], start, end, self.level.font)
        else:
            self.emit("BAD", value, start, end)
        return True

    def row_end(self, piece: Piece) -> None:
        j = self.i
        if self.pieces[j : j + 1] and self.pieces[j].value == "*":
            j = self.i = j + 1
        if self.pieces[j : j + 1] and self.pieces[j].value == "[":
            inner = ""
            for k in range(j + 1, min(j + 12, len(self.pieces))):
                if self.pieces[k].value == "]":
                    if re.fullmatch(r"\s*-?[\d.]+\s*[a-z]{2}\s*", inner):
                        self.i = k + 1
                    break
                inner += self.pieces[k].value
        inside = self.level.kind == "emit" and self.level.script
        self.emit("COMMA" if inside else "NL", "", piece.start, piece.end)

    def product(self, piece: Piece) -> None:
        """A sign of multiplication; alone in brackets it holds the place of an argument."""
        before, after = self.last, self.at(self.i)
        lone = before in {"LP", "LBR", "LN", "LA", "COMMA", "LB", "LANG"}
        if before in {"BAR", "DBAR"}:  # \|\cdot\|, but not \|x\| \cdot \|y\|
            lone = len(self.out.lexemes) < 2 or self.out.lexemes[-2].type in NO_OPERAND_ENDS
        if lone and (after in {")", "]", "}", ",", "\\right", "|", "\\|", "\\rVert", "\\rvert", "\\rangle"}):
            self.emit(
                "MARK" if self.level.script and before == "LB" else "DOTS",
                v.PRODUCTS[piece.value],
                piece.start,
                piece.end,
            )
        elif self.level.script and before == "LB":
            self.emit("MARK", v.PRODUCTS[piece.value], piece.start, piece.end)
        elif self.level.arguments:
            self.emit("NAME", piece.value[1:], piece.start, piece.end)
        else:
            self.emit("TIMES", v.PRODUCTS[piece.value], piece.start, piece.end)

    def font(self, piece: Piece) -> None:
        font = v.FONTS[piece.value]
        if piece.value in v.FONT_SWITCHES:
            self.level.font = "" if font in v.PLAIN_FONTS else font
            return
        first, last, after = self.argument(self.i)
        inner = self.inside(first, last)
        if first >= len(self.pieces) or first == self.level.close:
            self.emit("BAD", piece.value, piece.start, piece.end)
            return
        start, end = piece.start, self.pieces[after - 1].end
        single = inner[0] if len(inner) == 1 else ""
        joined = "".join(inner)
        if len(single) == 1 and single.isalpha() or (len(single) > 2 and self.is_name(first)):
            self.i = after
            if single == "d" and font in WORDY:
                self.word("d", start, end) if not self.level.arguments else self.emit("NAME", "d", start, end)
            elif single == "E" and font in WORDY:
                self.word("E", start, end, font)
            else:
                self.name(single.removeprefix("\\"), start, end, font)
        elif single.isdigit():
            self.i = after
            if single == "1" and font in {"bf", "bb"}:
                self.one(start, end, font)
            else:
                self.emit(
                    "NAME" if font in {"bf", "bb"} else "NUM", single, start, end, font if font in {"bf", "bb"} else ""
                )
        elif font in v.WORD_FONTS and joined.isascii() and _WORD.fullmatch(joined) and len(joined) > 1:
            self.i = after
            self.word(joined, start, end, font)
        elif self.pieces[first - 1].value == "{" and first - 1 in self.partner:
            script_follows = self.at(after) in {"^", "_", "'", "\\_"}
            kind = "emit" if self.level.arguments or script_follows else "drop"
            self.open(first - 1, kind, start, "" if font in v.PLAIN_FONTS else font)
        else:  # \mathbf\hat x: the font goes on
            self.levels[-1].font = self.level.font

    def partial(self, piece: Piece) -> None:
        before = [lexeme.type for lexeme in self.out.lexemes[-2:]]
        if self.level.denominator == "partial" or before == ["DFRAC", "LB"]:
            self.emit("DEE", "partial", piece.start, piece.end)
        else:
            self.emit("DEL", "partial", piece.start, piece.end)

    def fraction(self, piece: Piece) -> None:
        """A fraction, or a derivative: both parts begin with the same d."""
        above = self.argument(self.i)
        below = self.argument(above[2])
        kinds = {self.begins_with_d(*part[:2]) for part in (above, below)}
        kind = kinds.pop() if len(kinds) == 1 else ""
        braced = all(part[2] > part[1] for part in (above, below))
        if kind and braced and len(self.inside(*below[:2])) > 1:
            self.emit("DFRAC", kind, piece.start, piece.end, arguments=2)
            self.level.below = kind
            # The first part: its first sign is the d of what is differentiated.
            self.open(above[0] - 1, "emit", self.pieces[above[0] - 1].start, script=False)
            head = self.solid(self.i)
            if self.pieces[head].value == "d":
                self.emit("DEE", "d", self.pieces[head].start, self.pieces[head].end)
                self.i = head + 1
        else:
            self.emit("FRAC", "", piece.start, piece.end, arguments=2)

    def begins_with_d(self, first: int, last: int) -> str:
        """ "partial" or "d", when the stretch begins with one."""
        inner = self.inside(first, last)
        if inner[:1] == ["\\partial"]:
            return "partial"
        if inner[:1] == ["d"] and (
            len(inner) == 1
            or inner[1] == "^"
            or inner[1] in {"(", "\\left"}
            or self.is_name(self.solid(self.solid(first) + 1))
        ):
            return "d"
        if inner[:4] in (
            ["\\mathrm", "{", "d", "}"],
            ["\\text", "{", "d", "}"],
            ["{", "\\rm", "d", "}"],
            ["\\operatorname", "{", "d", "}"],
        ) or inner[:2] == ["\\mathrm", "d"]:
            return "d"
        return ""

    def operator(self, piece: Piece) -> None:
        if self.pieces[self.i : self.i + 1] and self.pieces[self.i].value == "*":
            self.i += 1
        first, last, after = self.argument(self.i)
        inner = [value for value in self.inside(first, last) if value not in {"{", "}"} and value not in v.FONTS]
        word = "".join(value.removeprefix("\\") for value in inner if value not in v.TEXTS)
        if _WORD.fullmatch(word) and all(len(value) == 1 or value[0] == "\\" for value in inner):
            self.i = after
            self.word(word, piece.start, self.pieces[after - 1].end)
        elif self.pieces[first - 1].value == "{" and first - 1 in self.partner:
            self.open(first - 1, "emit" if self.level.arguments else "drop", piece.start)
        else:
            self.emit("BAD", piece.value, piece.start, piece.end)

    def sized(self, piece: Piece) -> None:
        side = v.SIZES[piece.value]
        j = self.solid(self.i)
        value = self.at(j)
        if j >= len(self.pieces):
            self.emit("BAD", piece.value, piece.start, piece.end)
            return
        self.i = j + 1
        start, end = piece.start, self.pieces[j].end
        if value == "." and side in {"open", "close"}:
            self.emit("LDOT" if side == "open" else "RDOT", "", start, end)
        elif value in v.BARS:
            kind = v.BARS[value]
            double = kind == "DBAR"
            named = {
                "open": "LN" if double else "LA",
                "close": "RN" if double else "RA",
                "middle": "GIVEN",
                "any": kind,
            }[side]
            self.emit(named, "", start, end)
        elif value in {"<", ">"} and side in {"open", "close"}:
            self.emit("LANG" if value == "<" else "RANG", "", start, end)
        elif value in v.OPENERS or value in v.CLOSERS:
            self.emit({**v.OPENERS, **v.CLOSERS}[value], "", start, end)
        elif value == "/":
            self.emit("SLASH", "/", start, end)
        else:
            self.emit("BAD", piece.value, piece.start, piece.end)
            self.i = j

    def environment(self, piece: Piece) -> None:
        first, last, after = self.argument(self.i)
        name = "".join(p.value for p in self.pieces[first:last]).strip().rstrip("*")
        self.i = after
        end = self.pieces[after - 1].end if after > first else piece.end
        begin = piece.value == "\\begin"
        if name in v.MATRICES or name in v.CASES:
            if begin:
                self.emit("BEGIN", "cases" if name in v.CASES else name, piece.start, end)
                if self.pieces[self.i : self.i + 1] and self.pieces[self.i].value == "[":
                    k = self.i
                    while k < len(self.pieces) and self.pieces[k].value not in {"]", "&", "\\\\"}:
                        k += 1
                    if k < len(self.pieces) and self.pieces[k].value == "]" and k - self.i < 8:
                        self.i = k + 1
                if name in {"array", "tabular", "blockarray"}:
                    _, _, self.i = self.argument(self.i)
            else:
                self.emit("END", "cases" if name in v.CASES else name, piece.start, end)
            self.level.arguments = 0
        elif begin:
            if self.pieces[self.i : self.i + 1] and self.pieces[self.i].value == "[":
                close = next(
                    (k for k in range(self.i, min(self.i + 5, len(self.pieces))) if self.pieces[k].value == "]"), None
                )
                self.i = close + 1 if close else self.i
            if name in {"alignat", "alignedat"}:
                _, _, self.i = self.argument(self.i)

    # -- texts

    def text(self, piece: Piece) -> None:
        first, last, after = self.argument(self.i)
        if first - 1 in self.partner and any(p.value == "$" for p in self.pieces[first:last]):
            self.levels.append(_Level(last, "text", piece.start, self.level.font))
            self.i = first
            return
        self.i = after
        end = self.pieces[after - 1].end if after > first else piece.end
        self.said(self.words(first, last), piece.start, end)

    def said(self, text: str, start: int, end: int) -> None:
        """What a text says: a word that is a function, a word that connects, a name, or a remark."""
        word = text.strip()
        plain = word.lower().strip(" ,.;:()")
        if plain in v.LINK_WORDS and not (
            len(word) < 3 and text == word and plain not in {"s.t", "st", "if", "or", "so"}
        ):
            self.emit("LINK", v.LINK_WORDS[plain], start, end, word)
        elif (
            word in v.FUNCTIONS
            or word in v.OPTIMA
            or word in {"d", "T"}
            or word.replace(" ", "") in {"argmin", "argmax"}
        ):
            self.word(word.replace(" ", ""), start, end)
        elif plain in {"else", "otherwise", "elsewhere"}:
            self.emit("TEXT", plain, start, end)
        elif _WORD.fullmatch(word) and (text == word) and not self.alone(self.i):
            self.word(word, start, end, "text")
        elif word:
            self.emit("TEXT", word, start, end)

    def text_level(self) -> None:
        """Inside a text that holds mathematics: the words up to the next dollar or to the end."""
        level = self.level
        if self.i > level.close:
            self.levels.pop()
            return
        k = self.i
        while k < level.close and self.pieces[k].value != "$":
            k += 1
        words = self.words(self.i, k)
        if words.strip():
            last = self.pieces[k - 1].end
            self.said(words, self.pieces[self.i].start, last)
        self.i = k
        if k >= level.close:
            self.levels.pop()
            self.i = k + 1
            return
        close = next((n for n in range(k + 1, level.close) if self.pieces[n].value == "$"), level.close)
        self.levels.append(_Level(close, "drop", self.pieces[k].start, level.font))
        self.i = k + 1


WORDY = v.WORD_FONTS


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


def lex(pieces: list[Piece], calls: list[Span], end: int) -> Lexed:
    """The lexemes of a formula, in the order of the pieces."""
    return _Lexer(pieces, calls, end).run()
