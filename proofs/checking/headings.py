r"""Where a document begins something new, and what that means for what was declared before.

    level  what
    0      title (#), \part, \chapter
    1      section (##, \section), "Problem 3", "2. Least Squares" on a line of its own
    2, 3   subsections, a horizontal rule
    4      theorem, example, exercise: environments, and "**Example.**" or "Theorem 2." at the beginning of a line
    5      \paragraph, a bold beginning of a line
    7, 8   (a), (b), ...; (i), (ii), ..., \item
    9      "Proof.", "Solution:", "Hint:", which belong to what stands before them

`scope` says what the break does. "restart": names mean nothing any more, apart from what was declared before the first
such break; that is so for problems and exercises. "local": what is declared from here on ends at the next break of this
level or above; theorems, lemmas, examples, special cases. "": all that was declared stays, as from one section of an
article to the next. Any break ends the scopes that were opened by breaks of its level or below.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from symbolic.notation.tree import Span


@dataclass(frozen=True)
class Break:
    """Something new begins at `span`; levels and scopes are above."""

    level: int
    title: str
    span: Span
    scope: str = ""


RESTARTING = ("problem", "exercise", "question", "task", "assignment", "homework", "quiz", "q")
LOCAL = (
    "theorem", "lemma", "proposition", "corollary", "example", "remark", "claim", "special case", "illustration",
    "aside", "counterexample", "case", "fact", "conjecture", "variant",
)  # fmt: skip
SOFT = (
    "proof", "solution", "answer", "hint", "step", "part", "definition", "assumption", "notation", "note",
    "observation",
)  # fmt: skip
INSIDE = ("proof", "solution", "answer", "hint", "note")
LEVELS = {"part": 0, "chapter": 0, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 5, "subparagraph": 6}

_KINDS = "|".join(sorted((*RESTARTING, *LOCAL, *SOFT), key=len, reverse=True))
_ARTICLE = r"[\W_]*(?:the\s+|worked\s+|a\s+|an\s+)?"
_TITLE = re.compile(rf"{_ARTICLE}(?P<kind>{_KINDS})(?P<many>s?)\b\s*(?P<number>[A-Z]?\d+)?", re.IGNORECASE)
_MARKUP = re.compile(r"\\(?:textbf|textit|emph|textsc|underline|noindent|item|bf)\b|[*_{}>]|^\s*[-+]\s")
_SUBPART = re.compile(r"\((?P<mark>[a-z]|[ivx]{1,5}|\d{1,2})\)$")
_NUMBERED = re.compile(r"(?P<number>\d{1,2})\.\s+(?P<first>\w)$")


def _kind(title: str) -> tuple[str, bool]:
    """What a title says it begins, or "", and whether that has a number."""
    match = _TITLE.match(title)
    return (match["kind"].lower(), bool(match["number"])) if match and not match["many"] else ("", False)


def _scope(kind: str) -> str:
    return "restart" if kind in RESTARTING else "local" if kind in LOCAL else ""


def break_of_heading(level: int | str, title: str, span: Span) -> Break:
    r"""The break of a heading; `level` counts from 0 (#) or is the name of the command ("section").

    >>> break_of_heading(1, "Problem 2 (projectors)", (0, 9)).scope
    'restart'
    """
    number = LEVELS[level] if isinstance(level, str) else level
    kind, numbered = _kind(title)
    scope = _scope(kind)
    if scope == "restart" and not numbered and not re.fullmatch(r"\W*\w+\W*", title):
        scope = ""  # "Problem setup", "Question and answers"
    return Break(number, title, span, scope)


def break_of_environment(name: str, begins: bool, span: Span) -> Break | None:
    """The break at the beginning or the end of an environment; None for one that only changes the looks.

    A theorem does not end before its proof does.
    """
    kind, _ = _kind(name)
    if kind == "proof":
        return Break(9 if begins else 4, name, span)
    if kind in RESTARTING:
        return Break(4, name, span, "restart" if begins else "")
    if kind in LOCAL:
        if begins:
            return Break(4, name, span, "local")
        return Break(4, "", span) if kind in ("example", "remark", "illustration", "aside", "case") else None
    return Break(9 if kind in INSIDE else 5, name, span) if kind and begins else None


def break_of_line(first: str, rest: str, alone: bool, span: Span) -> Break | None:
    """The break that the first words of a line make; `rest` is what follows on it, `alone`: between blank lines.

    >>> break_of_line("**(a)", "** *P is idempotent.*", False, (0, 5)).level
    7
    >>> break_of_line("2. V", "ector Calculus Review", True, (0, 4)).scope
    'restart'
    >>> break_of_line("2. E", "xpand the square", True, (0, 4)).scope
    ''
    """
    words = _MARKUP.sub("", first).strip()
    bold = "**" in first or "\\textbf" in first or "\\bf" in first or "__" in first
    subpart = _SUBPART.match(words)
    if subpart:
        mark = subpart["mark"]
        return Break(8 if re.fullmatch(r"[ivx]{2,}", mark) or mark == "i" else 7, words, span)
    numbered = _NUMBERED.match(words)
    if numbered:
        title = numbered["first"] + rest.strip()
        if not alone or len(title) > 100 or title.endswith((".", ":", ",", ";")) or "$" in title or "\\" in title:
            return None
        long = [word for word in re.findall(r"[A-Za-z][\w-]*", title) if len(word) > 3]
        titled = len(long) > 1 and sum(word[0].isupper() for word in long) * 2 > len(long)
        return Break(1, title, span, "restart" if titled else "")
    kind, has_number = _kind(words)
    if not kind:
        closed = "**" in first[4:] or re.match(r"[^\n]{0,60}?(\*\*|\}|__)", rest)
        return Break(5, words, span) if bold and closed else None
    ended = words.endswith((".", ":")) or rest.lstrip(" \t").startswith((*".:(*}_",)) or not rest.strip()
    if not (bold or ended):
        return None
    if kind in RESTARTING:
        return Break(1, words, span, "restart") if has_number else None
    if kind in LOCAL:
        return Break(4, words, span, "local") if bold or has_number or kind == "example" else None
    return Break(9 if kind in INSIDE else 5, words, span)


__all__ = ["Break", "break_of_environment", "break_of_heading", "break_of_line"]
