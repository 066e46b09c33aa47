r"""A document in passages, in reading order: prose, formulas, `check:` comments, and breaks between its parts.

Every offset is a place in the text that was given. Nothing is expanded and no file is followed. Code, pictures and
comments are left out. Delimiters that do not fit are noted, each once, and what stands around them is still read.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

from proofs.checking.headings import Break, break_of_environment, break_of_heading, break_of_line
from symbolic.notation.parser import Macro, macros_of
from symbolic.notation.tree import Span

DISPLAYS = {
    "equation", "align", "aligned", "gather", "gathered", "split", "multline", "eqnarray", "displaymath", "math",
    "alignat", "flalign", "alignedat", "IEEEeqnarray", "dmath", "xalignat",
}  # fmt: skip
WITH_ARGUMENT = {"alignat", "alignedat", "xalignat", "IEEEeqnarray"}
MAX_PASSAGES, MAX_PROBLEMS, MAX_TITLE = 200_000, 2_000, 1_000
SKIPPED = {
    "verbatim", "Verbatim", "lstlisting", "minted", "tikzpicture", "figure", "comment", "filecontents",
    "thebibliography", "algorithm", "algorithmic", "pspicture", "table", "tabular", "code", "Highlighting",
}  # fmt: skip


@dataclass(frozen=True)
class Prose:
    """Running text without formulas, comments and code."""

    span: Span


@dataclass(frozen=True)
class Formula:
    """Mathematics: `span` is without its delimiters, `outer` with them.

    `environment` is "$", "\\(", "$$", "\\[", or the name of an environment, "align*" say.
    """

    span: Span
    display: bool
    environment: str
    outer: Span


@dataclass(frozen=True)
class Comment:
    """What a `check:` comment says; `span` is the place of that text."""

    span: Span
    text: str


@dataclass(frozen=True)
class Problem:
    """A delimiter without its partner."""

    span: Span
    message: str


Passage = Prose | Formula | Comment | Break


@dataclass(frozen=True)
class Source:
    """A document that was read. `macros` are the commands that it defines."""

    text: str
    kind: str
    passages: tuple[Passage, ...]
    macros: Mapping[str, Macro]
    problems: tuple[Problem, ...] = ()
    starts: tuple[int, ...] = field(default=(0,), repr=False)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1."""
        line = bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1


def read_source(text: str, kind: str) -> Source:
    r"""The passages of a document; `kind` is "tex" or "md". Takes time in proportion to its length, and never fails.

    >>> source = read_source("# Notes\nIt costs $5, but $A = A^T$.\n<!-- check: A: n x n -->", "md")
    >>> [type(passage).__name__ for passage in source.passages]
    ['Break', 'Prose', 'Formula', 'Prose', 'Comment']
    >>> formula = source.passages[2]
    >>> text = source.text[slice(*formula.span)]
    >>> text, source.place(formula.span[0])
    ('A = A^T', (2, 19))
    """
    reader = _Reader(text, kind)
    reader.run()
    starts = (0, *(match.end() for match in re.finditer("\n", text)))
    return Source(text, kind, tuple(reader.passages), macros_of(text), tuple(reader.problems), starts)


_LINE = r"""(?P<line>^[ \t]*(?:>[ \t]*)*(?:[-*+][ \t]+|\\noindent\s*|\\item\s*)?
    (?:(?:\*\*|__|[*_]|\\(?:textbf|textit|emph|textsc|underline)\{|\{\\bf\s)[ \t]*)*+
    (?:\((?:[a-z]|[ivx]{1,5})\)|\(\d{1,2}\)|[A-Za-z]+\.?[ \t]+[A-Z]?\d+(?:\.\d+)*\b|\d{1,2}\.[ \t]+[A-Z0-9]
    |[A-Z][A-Za-z ]{2,40}(?:[.:]|\*\*)))"""
_SHARED = r"""(?P<open>\\\(|\\\[|\$\$|\$)
    |(?P<stray>\\\)|\\\])
    |(?P<begin>\\begin\s*\{\s*(?P<name>[A-Za-z]{1,40}\*?)\s*\})
    |(?P<end>\\end\s*\{\s*(?P<ended>[A-Za-z]{1,40}\*?)\s*\})
    |(?P<escape>\\[^A-Za-z])"""
_TEX = re.compile(
    _LINE + r"""|(?P<comment>%[^\n]*)
    |(?P<verb>\\(?:verb|lstinline)\*?(?P<mark>[^A-Za-z\s*{])[^\n]{0,300}?(?P=mark))
    |(?P<section>\\(?P<level>part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?\s*(?:\[[^\]\n]{0,200}\]\s*)?(?=\{))
    |(?P<item>\\item\b)
    |(?P<dead>\\(?:newcommand|renewcommand|providecommand|DeclareMathOperator|def|let)\b[^\n]*)
    |""" + _SHARED, re.VERBOSE | re.MULTILINE,
)  # fmt: skip
_MD = re.compile(
    r"""(?P<fence>^[ \t]*(?:>[ \t]*)*(?P<marks>`{3,}|~{3,})[ \t]*(?P<language>[A-Za-z]*)[^\n`]*$)
    |(?P<section>^\ {0,3}(?P<level>\#{1,6})[ \t]+(?P<title>[^\n]*)$)
    |(?P<under>^(?P<over>[^\n]+)\n(?:={3,}|-{3,})[ \t]*$)
    |(?P<rule>^\ {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$)
    |""" + _LINE + r"""
    |(?P<html><!--)
    |(?P<backticked>\$`[^`\n]+`\$)
    |(?P<code>`+)
    |""" + _SHARED, re.VERBOSE | re.MULTILINE,
)  # fmt: skip

_CHECK = re.compile(r"\s*check\s*:", re.IGNORECASE)
_TEX_CHECK = re.compile(r"(?<!\\)%+[ \t]*check[ \t]*:(?P<said>[^\n]*)", re.IGNORECASE)
_TEXT = r"\\(?:text|mbox|textrm|hbox)\s*\{[^{}\n]{0,300}\}"  # may hold dollars of its own
# Where an inline formula ends: at a dollar, or, without one, with the paragraph.
_DOLLAR = {
    "tex": re.compile(_TEXT + r"|\\[^\n]|%[^\n]*|(?P<end>\$)|(?P<lost>\n[ \t]*\n)"),
    "md": re.compile(_TEXT + r"|\\[^\n]|(?P<end>\$)|(?P<lost>\n[ \t]*\n)"),
}
_DOLLARS = {
    "tex": re.compile(_TEXT + r"|\\[^\n]|%[^\n]*|(?P<end>\$\$)|(?P<lost>\n[ \t]*\n(?!\s*\$\$))"),
    "md": re.compile(_TEXT + r"|\\[^\n]|(?P<end>\$\$)|(?P<lost>\n[ \t]*\n(?!\s*\$\$))"),
}
_ROUND = re.compile(r"\\\\|(?P<end>\\\))|(?P<lost>\\\(|\\\[|\n[ \t]*\n)")
_SQUARE = re.compile(
    r"\\\\|(?P<end>\\\])|(?P<lost>\\\[|\\(?:sub)*section\b|\\end\s*\{document\}|^\#{1,6}[ \t])", re.MULTILINE
)
_NOT_SPACE = re.compile(r"\S")
_WORD = re.compile(r"(?<![\\A-Za-z])(?:[A-Za-z]{3,}|(?:or|to|is|in|of|at|by|as)\b)")
_WRITTEN = re.compile(
    r"\\(?:text|mathrm|operatorname|mbox|textrm|mathit|textit|mathsf|begin|end)\*?\s*\{[^{}]*\}|\\[A-Za-z]+"
)
_TITLE_END = re.compile(r"\\section|\\.|[{}]|\n[ \t]*\n", re.DOTALL)


class _Reader:
    """One pass from left to right; `at` is where the passage that is being read begins."""

    def __init__(self, text: str, kind: str) -> None:
        self.text, self.kind = text, "md" if kind == "md" else "tex"
        self.passages: list[Passage] = []
        self.problems: list[Problem] = []
        self.at, self.end = 0, len(text)
        self.closers: dict[str, re.Pattern[str]] = {}
        self.open_comment = False  # a comment of Markdown was not closed: no other one will be

    def run(self) -> None:
        if self.kind == "tex":
            self._body()
        pattern = _TEX if self.kind == "tex" else _MD
        place = self.at
        while (match := pattern.search(self.text, place, self.end)) is not None:
            if len(self.passages) > MAX_PASSAGES or len(self.problems) > MAX_PROBLEMS:
                self.problems.append(Problem((place, self.end), "too many pieces or mistakes: the rest is not read"))
                self.end = self.at
                break
            place = getattr(self, f"_{match.lastgroup}")(match)  # the group around what was found
        self._prose(self.end)

    def _body(self) -> None:
        """Only what stands between \\begin{document} and \\end{document} is text; comments before it count."""
        begin = re.search(r"^[^%\n]*\\begin\s*\{document\}", self.text, re.MULTILINE)
        if begin is None:
            return
        for match in _TEX_CHECK.finditer(self.text, 0, begin.start()):
            self._said(match.span("said"))
        self.at = begin.end()
        for finish in re.compile(r"(?P<note>(?<!\\)%[^\n]*)|\\end\s*\{document\}").finditer(self.text, self.at):
            if not finish["note"]:
                self.end = finish.start()
                break

    # Passages.

    def _prose(self, until: int) -> None:
        if until > self.at and _NOT_SPACE.search(self.text, self.at, until):
            self.passages.append(Prose((self.at, until)))

    def _cut(self, start: int, end: int, passage: Passage | None = None) -> int:
        """What stands before `start` is prose, what stands from there to `end` is `passage`, or nothing."""
        self._prose(start)
        if passage is not None:
            self.passages.append(passage)
        self.at = end
        return end

    def _said(self, span: Span) -> None:
        self.passages.append(Comment(span, self.text[slice(*span)].strip()))

    def _formula(self, start: int, end: int, outer: Span, display: bool, environment: str) -> int:
        self._prose(outer[0])
        if self.kind == "tex":
            for match in _TEX_CHECK.finditer(self.text, start, end):
                self._said(match.span("said"))
        if _NOT_SPACE.search(self.text, start, end):
            self.passages.append(Formula((start, end), display, environment, outer))
        self.at = outer[1]
        return outer[1]

    def _lost(self, start: int, end: int, message: str) -> int:
        """A delimiter that stays without a partner is left out."""
        self.problems.append(Problem((start, end), message))
        return self._cut(start, end)

    # What the patterns find: each returns where to go on.

    def _escape(self, match: re.Match[str]) -> int:
        return match.end()

    def _verb(self, match: re.Match[str]) -> int:
        return self._cut(*match.span())

    _dead = _verb

    def _stray(self, match: re.Match[str]) -> int:
        return self._lost(*match.span(), f"{match.group()} without its beginning")

    def _comment(self, match: re.Match[str]) -> int:
        said = _TEX_CHECK.match(self.text, match.start(), match.end())
        self._cut(*match.span())
        if said:
            self._said(said.span("said"))
        return match.end()

    def _html(self, match: re.Match[str]) -> int:
        close = -1 if self.open_comment else self.text.find("-->", match.end())
        if close < 0:
            self.open_comment = True
            return self._lost(*match.span(), "<!-- without -->")
        said = _CHECK.match(self.text, match.end(), close)
        self._cut(match.start(), close + 3)
        if said:
            self._said((said.end(), close))
        return close + 3

    def _fence(self, match: re.Match[str]) -> int:
        marks = match["marks"]
        key = marks[0] * len(marks)
        closing = self.closers.get(key)
        if closing is None:
            shape = rf"^[ \t]*(?:>[ \t]*)*{re.escape(marks[0])}{{{len(marks)},}}[ \t]*$"
            closing = self.closers[key] = re.compile(shape, re.MULTILINE)
        close = closing.search(self.text, match.end())
        end = (close.end() if close else len(self.text), close.start() if close else len(self.text))
        if match["language"] == "math":
            return self._formula(match.end(), end[1], (match.start(), end[0]), True, "math")
        return self._cut(match.start(), end[0])

    def _code(self, match: re.Match[str]) -> int:
        """Code ends at as many backticks, in the same paragraph; without them a backtick is a character."""
        marks = match.group()
        closing = self.closers.get("code" + marks)
        if closing is None:
            shape = rf"(?P<end>(?<!`)`{{{len(marks)}}}(?!`))|\n[ \t]*\n" if len(marks) < 20 else r"\n"
            closing = self.closers["code" + marks] = re.compile(shape)
        close = closing.search(self.text, match.end())
        if close is None or not close.groupdict().get("end"):
            return match.end()
        return self._cut(match.start(), close.end())

    def _backticked(self, match: re.Match[str]) -> int:
        return self._formula(match.start() + 2, match.end() - 2, match.span(), False, "$")

    def _section(self, match: re.Match[str]) -> int:
        if self.kind == "md":
            title = match["title"].strip().strip("#").strip()
            start = match.start("title")
            self._cut(match.start(), start, break_of_heading(len(match["level"]) - 1, title, match.span()))
            # A title may hold formulas and is read on as prose; its end is the end of a sentence.
            return start
        depth = 0
        close = match.end() + 1
        for found in _TITLE_END.finditer(self.text, match.end(), min(match.end() + MAX_TITLE, self.end)):
            depth += (found.group() == "{") - (found.group() == "}")
            if depth == 0 or found.group()[0] == "\n" or found.group() == "\\section":
                close = found.end()
                break
        title = self.text[match.end() + 1 : close - 1].strip()
        self._cut(match.start(), match.end() + 1, break_of_heading(match["level"], title, (match.start(), close)))
        return self.at

    def _under(self, match: re.Match[str]) -> int:
        level = 0 if match.group().rstrip().endswith("=") else 1
        title = match["over"].strip()
        if title.startswith(("|", "-", ">")) or "$$" in title:
            return match.start() + 1 if "$" not in title else self._skip_to(match)
        return self._cut(*match.span(), break_of_heading(level, title, match.span()))

    @staticmethod
    def _skip_to(match: re.Match[str]) -> int:
        return match.start("over") + match["over"].index("$")

    def _rule(self, match: re.Match[str]) -> int:
        return self._cut(*match.span(), Break(2, "", match.span()))

    def _line(self, match: re.Match[str]) -> int:
        """The first words of a line, when they begin a part: `(a)`, `Problem 3`, `**Example.**`, `2. Title`."""
        stop = self.text.find("\n", match.end(), match.end() + 200)
        rest = self.text[match.end() : stop if stop >= 0 else match.end() + 200]
        found = break_of_line(match.group(), rest, self._alone(match.start(), stop), match.span())
        if found is None:
            # Go on behind what may be indentation, so that the delimiters in the line are found.
            return match.start() + max(1, len(match.group()) - len(match.group().lstrip()))
        return self._cut(match.start(), match.end(), found) if found.level >= 7 else self._kept(match, found)

    def _kept(self, match: re.Match[str], found: Break) -> int:
        self._cut(match.start(), match.start(), found)
        return match.end()

    def _alone(self, start: int, stop: int) -> bool:
        """Whether the line stands between blank lines."""
        before = self.text[max(0, start - 80) : start].rstrip(" \t")
        after = self.text[stop : stop + 80].lstrip(" \t") if stop >= 0 else "\n\n"
        free = not before or re.search(r"(^|\n)[ \t]*\n$", before)
        return bool(free and re.match(r"\n[ \t]*(\n|$)", after))

    def _item(self, match: re.Match[str]) -> int:
        return self._cut(*match.span(), Break(8, "", match.span()))

    def _begin(self, match: re.Match[str]) -> int:
        name, base = match["name"], match["name"].rstrip("*")
        if base in DISPLAYS:
            close = self._closing(name, match.end())
            if close is None:
                return self._lost(*match.span(), f"\\begin{{{name}}} without \\end{{{name}}}")
            start = match.end()
            if base in WITH_ARGUMENT:
                argument = re.compile(r"\s*\{[^{}\n]{0,40}\}").match(self.text, start)
                start = argument.end() if argument else start
            return self._formula(start, close.start(), (match.start(), close.end()), base != "math", name)
        if base in SKIPPED:
            close = self._closing(name, match.end())
            return self._cut(match.start(), close.end() if close else match.end())
        return self._cut(*match.span(), break_of_environment(base, True, match.span()))

    def _end(self, match: re.Match[str]) -> int:
        base = match["ended"].rstrip("*")
        if base in DISPLAYS:
            return self._lost(*match.span(), f"{match.group()} without its beginning")
        return self._cut(*match.span(), break_of_environment(base, False, match.span()))

    def _closing(self, name: str, start: int) -> re.Match[str] | None:
        if name not in self.closers:
            shape = rf"\\\\|(?P<end>\\end\s*\{{\s*{re.escape(name)}\s*\}})|\\begin\s*\{{\s*{re.escape(name)}\s*\}}"
            self.closers[name] = re.compile(shape)
        for match in self.closers[name].finditer(self.text, start, self.end):
            if match.group() != "\\\\":
                return match if match["end"] else None
        return None

    def _open(self, match: re.Match[str]) -> int:
        opener, start = match.group(), match.end()
        pattern = {"$": _DOLLAR[self.kind], "$$": _DOLLARS[self.kind], "\\(": _ROUND, "\\[": _SQUARE}[opener]
        if opener == "$$":
            inside = _NOT_SPACE.search(self.text, start)
            start = inside.start() if inside else start
        for found in pattern.finditer(self.text, start, self.end):
            if found.groupdict().get("lost"):
                break
            if found.groupdict().get("end"):
                if opener == "$" and self.kind == "md" and not self._is_mathematics(match.end(), found.start()):
                    return match.end()
                display = opener in ("$$", "\\[")
                return self._formula(match.end(), found.start(), (match.start(), found.end()), display, opener)
        if opener == "$" and self.kind == "md":
            if re.compile(r"\d").match(self.text, match.end()):
                return match.end()
        return self._lost(*match.span(), f"{opener} without its end")

    def _is_mathematics(self, start: int, end: int) -> bool:
        """Whether two dollars in Markdown enclose mathematics and no talk about money."""
        inside = self.text[start:end]
        if not inside.strip():
            return False
        spaced = inside[0].isspace(), inside[-1].isspace()
        words = len(_WORD.findall(_WRITTEN.sub(" ", inside[:2000])))
        if spaced[0] != spaced[1] or all(spaced) or inside[0].isdigit():
            if words > (1 if "\\" in inside else 0):
                return False
        if spaced[1] and not spaced[0] and inside[0].isdigit():
            return False
        return not (self.text[end + 1 : end + 2].isdigit() and inside[0].isdigit())


__all__ = ["Break", "Comment", "Formula", "Passage", "Problem", "Prose", "Source", "read_source"]
