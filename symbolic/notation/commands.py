"""Commands: each row of `READERS` says which method reads a command, the tables of vocabulary.py what it means."""

from __future__ import annotations

import re
from collections.abc import Callable

from symbolic.notation import vocabulary as v
from symbolic.notation.macros import Piece
from symbolic.notation.scanner import DELIMITERS, NO_OPERAND_ENDS
from symbolic.notation.words import WORD, Words

_ARGUMENTS = {"BINOM": 2, "SQRT": 1}


class Commands(Words):
    """Reads one command; `self.i` stands behind it already."""

    def command(self, piece: Piece) -> None:
        self.i += 1
        if piece.value in READERS:
            READERS[piece.value](self, piece)
        elif not (piece.value[1:2].isalpha() or piece.value == "\\#"):
            self.emit("BAD", piece.value, piece.start, piece.end)
        elif self.at(self.i) == "{" and not self.level.arguments and self.inside(*self.next_argument()[:2]):
            self.emit("BAD", piece.value, piece.start, piece.end)  # a command with an argument that is in no table
        else:
            self.name(piece.value[1:], piece.start, piece.end, self.level.font)

    def next_argument(self) -> tuple[int, int, int]:
        return self.argument(self.solid(self.i))

    def starred(self) -> None:
        """Step over a star that belongs to the command."""
        if self.i < len(self.pieces) and self.pieces[self.i].value == "*":
            self.i += 1

    # -- signs of one table

    def accent(self, piece: Piece) -> None:
        self.emit("ACCENT", v.ACCENTS[piece.value], piece.start, piece.end, arguments=1)

    def relation(self, piece: Piece) -> None:
        self.emit("REL", v.RELATIONS[piece.value], piece.start, piece.end)

    def negated(self, piece: Piece) -> None:
        j = self.solid(self.i)
        meaning = v.RELATIONS.get(self.at(j), "")
        if meaning in v.NEGATED:
            self.i = j + 1
            self.emit("REL", v.NEGATED[meaning], piece.start, self.pieces[j].end)
        else:
            self.emit("BAD", piece.value, piece.start, piece.end)

    def link(self, piece: Piece) -> None:
        self.emit("LINK", v.LINKS[piece.value], piece.start, piece.end)

    def big(self, piece: Piece) -> None:
        self.emit("BIG", v.BIG[piece.value], piece.start, piece.end)

    def dots(self, piece: Piece) -> None:
        self.emit("DOTS", v.DOTS[piece.value], piece.start, piece.end)

    def arg(self, piece: Piece) -> None:
        j = self.solid(self.i)
        if self.at(j) in {"\\min", "\\max"}:
            self.i = j + 1
            self.emit("OPT", "arg" + self.pieces[j].value[1:], piece.start, self.pieces[j].end)
        else:
            self.emit("BAD", piece.value, piece.start, piece.end)

    def named(self, piece: Piece) -> None:
        """A function or an optimum; alone in a subscript it is a word, as in \\lambda_{\\max}."""
        if self.alone(self.i):
            self.emit("TEXT", piece.value[1:], piece.start, piece.end)
        elif piece.value in v.OPTIMA:
            self.emit("OPT", v.OPTIMA[piece.value], piece.start, piece.end)
        else:
            self.function(v.FUNCTIONS[piece.value], piece.start, piece.end)

    def root(self, piece: Piece) -> None:
        index = self.at(self.i) == "["
        self.emit("ROOT" if index else "SQRT", "", piece.start, piece.end, arguments=0 if index else 1)

    def under(self, piece: Piece) -> None:
        j = self.solid(self.i)
        self.emit("UNDER", piece.value[1:], piece.start, piece.end, arguments=1)
        if self.at(j) == "{" and j in self.partner:
            self.open(j, "emit", self.pieces[j].start, remark=True)

    def label(self, piece: Piece) -> None:
        self.starred()
        first, last, self.i = self.argument(self.i)
        if piece.value in {"\\tag", "\\label"}:
            end = self.pieces[self.i - 1].end if last > first else piece.end
            self.emit("LABEL", self.words(first, last).strip(), piece.start, end)

    def between_rows(self, piece: Piece) -> None:
        _, _, self.i = self.argument(self.i)
        self.emit("NL", "", piece.start, piece.end)

    def wide_space(self, piece: Piece) -> None:
        self.emit("QUAD", "", piece.start, piece.end)

    def measured_space(self, piece: Piece) -> None:
        self.starred()
        if self.at(self.i) == "{":
            _, _, self.i = self.next_argument()
        if piece.value == "\\hspace":
            self.wide_space(piece)

    def delimiter(self, piece: Piece) -> None:
        self.emit(DELIMITERS[piece.value], "", piece.start, piece.end)

    def typed(self, piece: Piece) -> None:
        kind = v.TYPES[piece.value]
        self.emit(kind, piece.value, piece.start, piece.end, arguments=_ARGUMENTS.get(kind, 0))

    def unread(self, piece: Piece) -> None:
        """A sign without a meaning here; alone in a script it is part of a name."""
        kind, value = ("NAME", piece.value[1:]) if self.alone(self.i) else ("BAD", piece.value)
        self.emit(kind, value, piece.start, piece.end)

    # -- commands that look further

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
        in_script = [lexeme.type for lexeme in self.out.lexemes[-2:]]
        if piece.value in {"\\star", "\\ast"} and in_script == ["DOWN", "LB"] and self.alone(self.i):
            self.emit("MARK", "*", piece.start, piece.end)
        elif self.level.script and self.solid(self.i) == self.level.close and before != "LB":
            self.emit("DOTS", v.PRODUCTS[piece.value], piece.start, piece.end)  # X_{i \cdot}
        elif lone and (after in {")", "]", "}", ",", "\\right", "|", "\\|", "\\rVert", "\\rvert", "\\rangle"}):
            above = self.level.script and in_script == ["UP", "LB"]
            self.emit("MARK" if above else "DOTS", v.PRODUCTS[piece.value], piece.start, piece.end)
        elif in_script == ["DOWN", "LB"]:
            self.emit("DOTS", v.PRODUCTS[piece.value], piece.start, piece.end)  # X_{\cdot j}
        elif self.level.script and before == "LB":
            self.emit("MARK", v.PRODUCTS[piece.value], piece.start, piece.end)
        elif self.level.arguments:
            self.emit("NAME", piece.value[1:], piece.start, piece.end)
        else:
            self.emit("TIMES", v.PRODUCTS[piece.value], piece.start, piece.end)

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
        if WORD.fullmatch(word) and all(len(value) == 1 or value[0] == "\\" for value in inner):
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


READERS: dict[str, Callable[[Commands, Piece], None]] = {
    command: reader
    for commands, reader in [
        (v.UNREAD, Commands.unread),
        (v.TYPES, Commands.typed),
        (DELIMITERS, Commands.delimiter),
        ({"\\begin", "\\end"}, Commands.environment),
        (v.SIZES, Commands.sized),
        (v.SPACES_WITH_LENGTH, Commands.measured_space),
        (v.WIDE_SPACES, Commands.wide_space),
        ({"\\\\", "\\cr", "\\newline", "\\tabularnewline"}, Commands.row_end),
        ({"\\intertext", "\\shortintertext"}, Commands.between_rows),
        ({"\\tag", "\\label", "\\ref", "\\eqref", "\\cite"}, Commands.label),
        ({"\\underbrace", "\\overbrace", "\\underbracket", "\\overbracket"}, Commands.under),
        ({"\\sqrt"}, Commands.root),
        ({"\\frac", "\\dfrac", "\\tfrac", "\\cfrac"}, Commands.fraction),
        (v.OPTIMA, Commands.named),
        (v.FUNCTIONS, Commands.named),
        ({"\\arg"}, Commands.arg),
        (v.DOTS, Commands.dots),
        (v.PRODUCTS, Commands.product),
        (v.BIG, Commands.big),
        (v.LINKS, Commands.link),
        ({"\\not"}, Commands.negated),
        (v.RELATIONS, Commands.relation),
        ({"\\operatorname", "\\operatornamewithlimits"}, Commands.operator),
        (v.TEXTS, Commands.text),
        (v.ACCENTS, Commands.accent),
        ({"\\partial"}, Commands.partial),
        (v.FONTS, Commands.font),
    ]
    for command in commands
    if command[0] == "\\"
}
