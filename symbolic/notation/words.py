"""Letters, numbers, fonts and texts: what is one name, what is a function, what only connects or remarks."""

from __future__ import annotations

import re

from symbolic.notation import vocabulary as v
from symbolic.notation.macros import Piece
from symbolic.notation.scanner import Level, Scanner

MAX_DIGITS = 50
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


class Words(Scanner):
    """Reads what stands for a thing or says something."""

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
        elif len(value) > MAX_DIGITS:
            self.emit("BAD", value, start, end)
        else:
            self.emit("NUM", value, start, end)

    def one(self, start: int, end: int, font: str) -> None:
        """A one in bold: a vector of ones, or the indicator of what follows."""
        self.emit("MAYBE", "1", start, end, font)

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
        spelled = self.spelled(i)
        if spelled:
            self.i += len(spelled)
            self.word(spelled, piece.start, self.pieces[self.i - 1].end)
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

    def spelled(self, i: int) -> str:
        """A function in plain letters before a bracket, as in det(A); "" where the letters may be a product."""
        if i and len(self.pieces[i - 1].value) == 1 and self.pieces[i - 1].value.isalpha():
            return ""
        k = i
        while k < len(self.pieces) and k - i < 8 and len(self.pieces[k].value) == 1 and self.pieces[k].value.isalpha():
            k += 1
        word = "".join(piece.value for piece in self.pieces[i:k])
        if word in {"argmin", "argmax"}:
            return word
        opens = self.at(k) in {"(", "\\left", "\\bigl", "\\big"}
        if word in {"tr", "Tr"} and opens:  # t r (1 - t) is a product, the trace is of a matrix
            inside = self.at(self.solid(k) + 1)
            return word if self.at(k) == "(" and (inside.isupper() or inside[:1] == "\\") else ""
        return word if len(word) > 2 and word in v.FUNCTIONS and opens else ""

    def name(self, value: str, start: int, end: int, font: str) -> None:
        following = self.at(self.i)
        opens = following in v.OPENERS or following in {"\\left", *v.SIZES}
        if (
            (value, font) in v.FUNCTIONS_BEFORE_BRACKETS and (opens or (following in {"_", "^"} and value in "EPV"))
        ) or (value, font) in v.INDICATORS:
            self.emit("MAYBE", value, start, end, font)
        else:
            self.emit("NAME", value, start, end, "" if font in v.PLAIN_FONTS else font)

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
        if (
            self.level.denominator == "d"
            or self.last == "DFRAC"
            or (self.last == "LB" and self.out.lexemes[-2:-1] and self.out.lexemes[-2].type == "DFRAC")
        ):
            self.emit("DEE", "d", start, end)
        else:
            self.emit("DIFF", "d", start, end)

    # -- fonts and texts

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
        joined = "".join(inner).rstrip(".")
        if (len(single) == 1 and single.isalpha()) or (
            len(single) > 2 and self.is_name(first) and single not in v.ACCENTS
        ):
            self.i = after
            if single == "d" and font in v.WORD_FONTS:
                self.word("d", start, end) if not self.level.arguments else self.emit("NAME", "d", start, end)
            elif single == "E" and font in v.WORD_FONTS:
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
        elif font in v.WORD_FONTS and joined.isascii() and WORD.fullmatch(joined) and len(joined) > 1:
            self.i = after
            self.word(joined, start, end, font)
        elif self.pieces[first - 1].value == "{" and first - 1 in self.partner:
            script_follows = self.at(after) in {"^", "_", "'", "\\_"}
            kind = "emit" if self.level.arguments or script_follows else "drop"
            self.open(first - 1, kind, start, "" if font in v.PLAIN_FONTS else font)
        else:  # \mathbf\hat x: the font goes on
            self.levels[-1].font = self.level.font

    def text(self, piece: Piece) -> None:
        first, last, after = self.argument(self.i)
        if first - 1 in self.partner and any(p.value == "$" for p in self.pieces[first:last]):
            self.levels.append(Level(last, "text", piece.start, self.level.font))
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
        elif WORD.fullmatch(word) and (text == word) and not self.alone(self.i):
            self.word(word, start, end, "text")
        elif word:
            self.emit("TEXT", word, start, end)

    def text_level(self) -> None:
        """Inside a text that holds mathematics: the words up to the next dollar or to the end."""
        level = self.level
        if self.i > level.close:
            self.levels.pop()
            self.out.regions.append((level.start, self.pieces[level.close].end))
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
            self.out.regions.append((level.start, self.pieces[level.close].end))
            self.i = k + 1
            return
        close = next((n for n in range(k + 1, level.close) if self.pieces[n].value == "$"), level.close)
        self.levels.append(Level(close, "drop", self.pieces[k].start, level.font))
        self.i = k + 1
