"""A display in rows, a row in chains, a chain in terms and signs: everything that is decided between the terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from symbolic.notation.scanner import Lexeme
from symbolic.notation.tree import Chain, Node, Row, Sign, Span, Unread
from symbolic.notation.vocabulary import OPENING_WORDS

Token = tuple[Lexeme, int]  # a lexeme and its depth in brackets
ReadTerm = Callable[[list[Lexeme]], "Node | Unread"]
Widen = Callable[[Span], Span]

_SILENT = {"QUAD", "COMMA", "SEMI", "PUNCT", "AMP", "NL"}
_BINARY = {"PLUS", "MINUS", "TIMES", "SLASH"}


def rows_of(lexemes: list[Lexeme], depths: list[int], span: Span, read: ReadTerm, widen: Widen) -> tuple[Row, ...]:
    """The rows of a display, each term read by `read`; no row for a line on which nothing stands.

    `widen` gives the span that cuts no call of a command.
    """
    lexemes, depths = _without_frame(lexemes, depths)
    rows = _continued(_split(_without_inner_rows(list(zip(lexemes, depths, strict=True)))))
    found = []
    for row in rows:
        shown = _Chains(read, widen).run(row)
        if shown[0] or shown[1]:
            start = min((token[0].start_pos for token in row), default=span[0])
            end = max((token[0].end_pos for token in row), default=span[1])
            found.append(Row(tuple(shown[0]), widen((start, end)), tuple(shown[1])))
    return tuple(found)


def _without_frame(lexemes: list[Lexeme], depths: list[int]) -> tuple[list[Lexeme], list[int]]:
    """An array around everything aligns rows; cases around everything without a second column are a system."""
    ends = [k for k, lexeme in enumerate(lexemes) if lexeme.type not in {"PUNCT", "COMMA", "LABEL", "QUAD", "AMP"}]
    if not ends or lexemes[ends[0]].type != "BEGIN" or lexemes[ends[-1]].type != "END":
        return lexemes, depths
    first, last = ends[0], ends[-1]
    between = range(first + 1, last)
    if any(depths[k] <= depths[first] for k in between) or lexemes[first].value not in {"array", "cases"}:
        return lexemes, depths
    signs = [lexemes[k].type for k in between if depths[k] == depths[first] + 1]
    if "REL" not in signs or (lexemes[first].value == "cases" and "AMP" in signs):
        return lexemes, depths
    kept = [k for k in range(len(lexemes)) if k not in {first, last}]
    return [lexemes[k] for k in kept], [depths[k] - (first < k < last) for k in kept]


def _without_inner_rows(tokens: list[Token]) -> list[Token]:
    """Brackets that span rows hold them together: inside them, and outside of matrices, a row's end says nothing."""
    kept: list[Token] = []
    matrices: list[int] = []
    for token in tokens:
        lexeme, depth = token
        if lexeme.type == "BEGIN":
            matrices.append(depth)
        elif lexeme.type == "END" and matrices:
            matrices.pop()
        elif lexeme.type in {"NL", "AMP"} and depth > 0 and (not matrices or depth != matrices[-1] + 1):
            continue
        elif lexeme.type in {"PUNCT", "LABEL"} and depth > 0:
            if lexeme.type == "PUNCT":
                continue
        kept.append(token)
    return kept


def _split(tokens: list[Token]) -> list[list[Token]]:
    rows: list[list[Token]] = [[]]
    for lexeme, depth in tokens:
        if lexeme.type == "NL" and depth == 0:
            rows.append([])
        else:
            rows[-1].append((lexeme, depth))
    return [row for row in rows if any(lexeme.type not in _SILENT for lexeme, _ in row)]


def _relations(row: list[Token]) -> bool:
    return any(lexeme.type == "REL" and depth == 0 for lexeme, depth in row)


def _continued(rows: list[list[Token]]) -> list[list[Token]]:
    """Rows that go on in the next one, joined: it begins with a sign that joins two terms, or the row ends in one."""
    found: list[list[Token]] = []
    constrained = False
    for row in rows:
        words = [token for token in row if token[0].type not in {"AMP", "QUAD"}]
        head = words[0][0].type if words else ""
        joins = head in _BINARY - {"MINUS"} or (head == "MINUS" and not _relations(row))
        before = (
            [lexeme.type for lexeme, _ in found[-1] if lexeme.type not in {"AMP", "QUAD", "LABEL"}] if found else []
        )
        joins = joins and (head != "MINUS" or _relations(found[-1] if found else []))
        constraint = words and words[0][0].type == "LINK" and words[0][0].value == "s.t."
        constraining = constraint and any(lexeme.type == "OPT" and not depth for lexeme, depth in (found or [[]])[-1])
        if constraining or (constrained and row[0][0].type == "AMP" and head not in {"REL", "LINK", "OPT"}):
            place = words[0][0]
            found[-1].append((Lexeme("QUAD", "", place.start_pos, place.start_pos), 0))
            found[-1].extend(words)
            constrained = True
            continue
        constrained = False
        if (
            found
            and before
            and (before[-1] in {*_BINARY, "REL"} or (joins and before[-1] not in {"PUNCT", "COMMA", "SEMI"}))
        ):
            found[-1].extend(words)
        else:
            found.append(row)
    return found


def _neighbours(tokens: list[Token]) -> list[tuple[str, str]]:
    """Of every token the types before and after, wide spaces and columns aside."""
    types = [lexeme.type for lexeme, _ in tokens]

    def last_seen(kinds: list[str]) -> list[str]:
        found, last = [], ""
        for kind in kinds:
            found.append(last)
            last = last if kind in {"QUAD", "AMP"} else kind
        return found

    return list(zip(last_seen(types), reversed(last_seen(types[::-1])), strict=True))


def _followed(tokens: list[Token]) -> list[bool]:
    """Of every token whether a relation stands before the next connection: a comma before it ends a chain."""
    found, follows = [], False
    for lexeme, depth in reversed(tokens):
        found.append(follows)
        if depth == 0 and lexeme.type in {"REL", "COLON", "LINK", "QUAD"}:
            follows = lexeme.type in {"REL", "COLON"}
    return found[::-1]


@dataclass
class _Open:
    """A chain that is being collected."""

    link: str = ""
    tokens: list[Token] = field(default_factory=list)
    relation: bool = False
    constrained: bool = False  # its optimum has a constraint, which goes on to the end of the chain
    remarks: list[str] = field(default_factory=list)


class _Chains:
    """One pass over a row: where a chain ends, how the next one is connected, what is a remark."""

    def __init__(self, read: ReadTerm, widen: Widen) -> None:
        self.read, self.widen = read, widen
        self.chains: list[Chain] = []
        self.labels: list[str] = []
        self.open = _Open()

    def run(self, row: list[Token]) -> tuple[list[Chain], list[str]]:
        columns = 0
        tokens = self._conditions(self._numbered(row))
        self.beside = _neighbours(tokens)
        self.followed = _followed(tokens)
        for k, (lexeme, depth) in enumerate(tokens):
            kind = lexeme.type
            if kind == "LABEL":
                self.labels.append(lexeme.value)
            elif depth:
                self.keep(lexeme, depth)
            elif kind == "AMP":
                columns += 1
                if columns % 2 == 0 and not self.beside_sign(k):
                    self.flush("and")
            elif kind == "LINK":
                self.link(lexeme, k)
            elif kind == "QUAD":
                if self.open.constrained:
                    self.comma(lexeme)
                elif not self.beside_sign(k):
                    self.flush("and")
            elif kind in {"COMMA", "SEMI"}:
                if self.open.constrained:
                    self.comma(lexeme)
                elif self.open.relation and self.followed[k]:
                    self.flush("and")
                elif self.open.tokens:
                    self.keep(lexeme, depth)
            elif kind == "TEXT" and self.is_remark(tokens, k):
                self.open.remarks.append(lexeme.value)
            elif kind == "COLON":
                sign = Lexeme("REL", ":", lexeme.start_pos, lexeme.end_pos)
                self.keep(sign, depth)
            elif kind != "PUNCT":
                self.keep(lexeme, depth)
        self.flush("")
        return self.chains, self.labels

    def _numbered(self, row: list[Token]) -> list[Token]:
        """The row without the number of the equation that stands at its end, as in `\\quad (1)`."""
        types = [lexeme.type for lexeme, _ in row]
        if types[-3:] == ["LP", "NUM", "RP"] and "QUAD" in types[-5:-3]:
            self.labels.append(row[-2][0].value)
            return row[:-3]
        return row

    def _conditions(self, row: list[Token]) -> list[Token]:
        """A bracket behind a space that says when, as in `\\quad (i = 1, \\dots, n)`, and a number before all."""
        types = [lexeme.type for lexeme, _ in row]
        if types[:1] == ["LP"] and types[2:3] == ["RP"] and types[1] in {"NAME", "NUM", "TEXT"} and len(row) > 3:
            if row[2][0].gap or types[3] == "QUAD":
                self.labels.append(row[1][0].value)
                row, types = row[3:], types[3:]
        for k in range(1, len(row) - 2):
            if types[k] != "LP" or row[k][1] or types[k - 1] not in {"QUAD", "AMP"}:
                continue
            close = next(n for n in range(k + 1, len(row)) if row[n][1] == 0)
            rest = [kind for kind in types[close + 1 :] if kind not in _SILENT | {"LABEL"}]
            says = any(token[0].type == "REL" and token[1] == 1 for token in row[k:close]) or types[k + 1] == "LINK"
            if not rest and says:
                start = row[k][0]
                head = [] if types[k + 1] == "LINK" else [(Lexeme("LINK", "where", start.start_pos, start.end_pos), 0)]
                inner = [(lexeme, depth - 1) for lexeme, depth in row[k + 1 : close]]
                return [*row[:k], *head, *inner, *row[close + 1 :]]
        return row

    def keep(self, lexeme: Lexeme, depth: int) -> None:
        self.open.tokens.append((lexeme, depth))
        self.open.relation = self.open.relation or (lexeme.type == "REL" and depth == 0)
        self.open.constrained = self.open.constrained or (lexeme.type == "ST" and depth == 0)

    def comma(self, lexeme: Lexeme) -> None:
        """Between two constraints there is one comma, whatever was written."""
        if self.open.tokens[-1][0].type not in {"COMMA", "ST"}:
            self.keep(Lexeme("COMMA", "", lexeme.start_pos, lexeme.start_pos), 0)

    def beside_sign(self, k: int) -> bool:
        """Whether a relation or an operation stands beside: then a space or a column separates nothing."""
        before, after = self.beside[k]
        return before in {"REL", "LINK", *_BINARY, ""} or after in {"REL", "LINK", *_BINARY} or self.awaits_operand()

    def awaits_operand(self) -> bool:
        r"""Whether the chain so far ends in \min_w or \sum_i, which apply to what follows."""
        tokens = self.open.tokens
        k = len(tokens) - 1
        while k > 0:
            if tokens[k][0].type in {"OPT", "BIG", "LIM"}:
                return True
            if tokens[k][0].type == "RB":
                depth = tokens[k][1]
                k -= 1
                while k > 0 and tokens[k][1] != depth:
                    k -= 1
            if k > 0 and tokens[k - 1][0].type in {"UP", "DOWN"}:
                k -= 2
            else:
                return False
        return k == 0 and tokens[0][0].type in {"OPT", "BIG", "LIM"}

    def link(self, lexeme: Lexeme, k: int) -> None:
        """A connection; in words it may also be a constraint, a comma, or a remark with nothing behind it."""
        value, said = lexeme.value, lexeme.font
        after = self.beside[k][1]
        if value == "s.t." and not self.open.constrained:
            optimum = any(t.type == "OPT" and depth == 0 for t, depth in self.open.tokens)
            if optimum and after:
                self.keep(Lexeme("ST", "s.t.", lexeme.start_pos, lexeme.end_pos), 0)
                return
            value = "where"
        if value in {"s.t.", "and"} and self.open.constrained and after:
            self.comma(lexeme)
        elif said and after in {"", "LABEL", "PUNCT"}:
            self.open.remarks.append(said)
        elif value == "and" and self.open.tokens and not self.open.relation and after not in {"REL", "LINK", "COMMA"}:
            self.keep(Lexeme("COMMA", "", lexeme.start_pos, lexeme.end_pos), 0)
        else:
            self.flush(value)

    def is_remark(self, tokens: list[Token], k: int) -> bool:
        """Whether a text stands behind or between terms, and is no part of one."""
        if not self.open.tokens and tokens[k][0].value.lower().strip(" ,.:") in OPENING_WORDS:
            return True
        ends = {"", "REL", "LINK", "COMMA", "SEMI", "PUNCT", "LABEL"}
        before, after = self.beside[k]
        if not self.open.tokens and before == "" and k + 1 < len(tokens) and tokens[k + 1][0].type == "QUAD":
            return True
        after_space = k > 0 and tokens[k - 1][0].type in {"QUAD", "AMP"}
        operand_before = before not in {"", "REL", *_BINARY}
        if after in ends and after != "REL":
            return operand_before or (not self.open.tokens and (after_space or before == "") and not after)
        return (operand_before and after == "REL") or (after_space and operand_before)

    # -- terms

    def flush(self, link: str) -> None:
        """End the chain; the next one is connected by `link`."""
        tokens = self._trimmed(self.open.tokens)
        chain = self.open
        if tokens:
            self.chains.append(self._chain(tokens, chain))
            self.open = _Open(link)
        elif chain.remarks and self.chains and not chain.link.replace("and", ""):
            last = self.chains[-1]
            self.chains[-1] = replace(last, remarks=(*last.remarks, *chain.remarks))
            self.open = _Open(link)
        elif chain.remarks and not link:
            self.chains.append(Chain((), (), chain.link, tuple(chain.remarks)))
        else:
            # A space and a word, or two words: the word that says more counts.
            both = [chain.link, link]
            self.open.link = next((word for word in reversed(both) if word not in {"", "and"}), link or chain.link)

    @staticmethod
    def _trimmed(tokens: list[Token]) -> list[Token]:
        first, last = 0, len(tokens)
        while first < last and tokens[first][0].type in _SILENT:
            first += 1
        while last > first and tokens[last - 1][0].type in _SILENT:
            last -= 1
        return tokens[first:last]

    def _chain(self, tokens: list[Token], chain: _Open) -> Chain:
        terms: list[Node | Unread | None] = []
        signs: list[Sign] = []
        current: list[Token] = []
        constraint = False
        previous = tokens[0][0].start_pos
        for token in tokens:
            lexeme, depth = token
            constraint = constraint or (lexeme.type == "ST" and depth == 0)
            if lexeme.type == "REL" and depth == 0 and not constraint:
                terms.append(self._term(current, previous, not signs))
                signs.append(Sign(lexeme.value, self.widen((lexeme.start_pos, lexeme.end_pos)), lexeme.font))
                current, previous = [], lexeme.end_pos
            else:
                current.append(token)
        terms.append(self._term(current, previous, not signs))
        return Chain(tuple(terms), tuple(signs), chain.link, tuple(chain.remarks))

    def _term(self, tokens: list[Token], place: int, first: bool) -> Node | Unread | None:
        lexemes = [lexeme for lexeme, _ in self._trimmed(tokens)]
        if lexemes:
            return self.read(lexemes)
        return None if first else Unread((place, place), "a term after the sign")
