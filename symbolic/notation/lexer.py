"""LaTeX to lexemes: signs with a type that the grammar knows, a meaning, and the place where they stand.

What TeX leaves to the eye is decided here, by looking at the neighbours: which letter is part of a word, whether a
brace is the argument of a command or only there for looks, which d is a derivative. One pass, with a stack of levels.

    scanner.py     looking around, levels, putting out
    words.py       letters, numbers, fonts, texts
    commands.py    commands
    lexer.py       signs, scripts, braces
"""

from __future__ import annotations

from symbolic.notation import vocabulary as v
from symbolic.notation.commands import Commands
from symbolic.notation.macros import Piece
from symbolic.notation.scanner import DELIMITERS, Lexed
from symbolic.notation.tree import Span

_SINGLE = {
    "+": "PLUS", "/": "SLASH", ",": "COMMA", ";": "SEMI", "&": "AMP", "_": "DOWN", "\\_": "DOWN", "^": "UP",
    "\\sp": "UP",
    "\\sb": "DOWN", ".": "PUNCT",
}  # fmt: skip


class _Lexer(Commands):
    """The pass itself."""

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
        elif self.digit(self.i) or (value == "." and self.digit(self.i + 1) and not self.digit(self.i - 1)):
            self.number()
        elif value in _SINGLE:
            self.single(piece)
        elif len(value) == 1 and value.isalpha():
            self.letter(piece)
        elif value == "{":
            self.brace(piece)
        elif value[0] == "\\":
            self.command(piece)
        else:
            self.sign(piece)

    def single(self, piece: Piece) -> None:
        kind = _SINGLE[piece.value]
        self.i += 1
        if kind in {"UP", "DOWN"}:
            self.script(piece, kind)
        elif kind == "PLUS" and self.level.script and self.alone(self.i):
            self.emit("MARK", "+", piece.start, piece.end)
        else:
            self.emit(kind, piece.value, piece.start, piece.end)

    def script(self, piece: Piece, kind: str) -> None:
        j = self.solid(self.i)
        if self.last == "REL":  # what stands over or under a relation sign is said of it
            first, last, after = self.argument(j)
            sign = self.out.lexemes[-1]
            said = self.words(first, last).strip()
            sign.font = f"{sign.font} {said}".strip()
            if said in {"def", "Delta", "triangle", "def."}:
                sign.value = ":=" if sign.value == "=" else sign.value
            sign.start_pos = min(sign.start_pos, piece.start)
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
        if (after.value in {"*", "+", "-", "\\ast", "\\star"} and kind == "UP") or after.value in {"*", "+", "-"}:
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
            len(inner) > 1
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
            if self.last == "LB" and self.alone(self.i):
                self.emit("MARK", "'", piece.start, piece.end)
                return
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
        elif value in DELIMITERS:
            self.emit(DELIMITERS[value], "", piece.start, piece.end)
        elif value in v.OPTIMA:
            self.emit("OPT", v.OPTIMA[value], piece.start, piece.end)
        elif value == "\\\\":
            self.emit("NL", "", piece.start, piece.end)
        else:
            self.emit("BAD", value, piece.start, piece.end)


def lex(pieces: list[Piece], calls: list[Span]) -> Lexed:
    """The lexemes of a formula, in the order of the pieces."""
    return _Lexer(pieces, calls).run()
