r"""Sentences as lists of tokens: formulas by what they are, phrases by what they state, words by what they do.

Every token has a tag of one letter, so that patterns over sentences are regular expressions over strings of tags:

    N names             M names in a set, X in R^n     R a relation        E another expression    Y a display
    D a size            P a property                   K a noun ("matrix") r a rank                q "row", "column"
    B is, be, denotes   H has                          d a, the, both      f a word that states nothing
    c and, a comma      o of                           W with, where       ( )  brackets           . ; : —
    L let, suppose      I if, when                     S since             C then, show that       X not
    F for               i in, by, to                   x anything else
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from proofs.checking.phrases import Token, merged
from proofs.checking.source import Break, Formula, Prose, Source
from symbolic.notation.parser import parse
from symbolic.notation.sets import DEFINITE, families_in, member, names_in, size_of
from symbolic.notation.tree import Node, Row, Span, Unread

MAX_TOKENS = 400  # of one sentence: what is longer is no sentence


_ABBREVIATIONS = (
    r"i\.\s?e\.|e\.\s?g\.|s\.\s?t\.|w\.\s?r\.\s?t\.|i\.i\.d\.|a\.s\.|cf\.|resp\.|vs\.|viz\.|etc\.|Eqs?\.|Figs?\.|Secs?\.|Thm\.|"
    r"Prop\.|Ch\.|ie\.|eg\.|p\.d\.|no\.|St\."
)
_BARE = (
    r"(?:\\(?:mathbf|boldsymbol|bm|mathrm|mathcal|hat|tilde|bar|widehat|widetilde)\s*\{[^{}\n]{1,20}(?:\{[^{}\n]{1,20}\})?\}"
    r"|\\(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta|lambda|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega|Gamma|Delta|Theta|"
    r"Lambda|Xi|Pi|Sigma|Phi|Psi|Omega|ell)(?![A-Za-z])|[Α-Ωα-ωϵϕ]|[A-Za-z](?![A-Za-z'’.]))"
    r"(?:[_^](?:\{[^{}\n]{1,12}\}|\\[A-Za-z]+|[A-Za-z0-9]))*"
)
_TOKEN = re.compile(
    rf"""(?P<abbreviation>\b(?:{_ABBREVIATIONS}))
    |(?P<skip>\\(?:cite[a-z]*|ref|eqref|label|cref|Cref|autoref|pageref|footnotemark|vspace|hspace|input|include|url|href)\*?
        (?:\[[^\]\n]{{0,80}}\])?\{{[^{{}}\n]{{0,200}}\}}|https?://\S+)
    |(?P<paragraph>\n[ \t]*\n|\\par\b|\\\\)
    |(?P<times>×|\\times\b)
    |(?P<bare>(?<![A-Za-z0-9\\']){_BARE})
    |(?P<command>\\[A-Za-z]+\*?)
    |(?P<word>[A-Za-z][A-Za-z'’]*)
    |(?P<digits>\d+(?:\.\d+)?)
    |(?P<dash>---?|[—–])
    |(?P<mark>[.;:?!,()])""",
    re.VERBOSE,
)  # fmt: skip


@dataclass
class Sentence:
    """The tokens up to a full stop. `paragraph`: the offset at which its paragraph ends; `asks`: ends with "?"."""

    tokens: list[Token] = field(default_factory=list)
    paragraph: int = 0
    asks: bool = False

    @property
    def tags(self) -> str:
        return "".join(token.tag for token in self.tokens)

    @property
    def span(self) -> Span:
        return self.tokens[0].span[0], self.tokens[-1].span[1]


@dataclass
class Reading:
    """A document as a sequence of sentences and breaks, and every formula parsed."""

    parts: list[Sentence | Break]
    rows: dict[Formula, tuple[Row, ...]]


def read_words(source: Source) -> Reading:
    """All sentences of a document; a display is part of the sentence in which it stands."""
    return _Sentences(source).run()


class _Sentences:
    def __init__(self, source: Source) -> None:
        self.source, self.text = source, source.text
        self.parts: list[Sentence | Break] = []
        self.rows: dict[Formula, tuple[Row, ...]] = {}
        self.tokens: list[Token] = []
        self.open: list[Sentence] = []  # sentences of the paragraph that is being read

    def run(self) -> Reading:
        for passage in self.source.passages:
            if isinstance(passage, Prose):
                self._prose(*passage.span)
            elif isinstance(passage, Formula):
                self._formula(passage)
            elif isinstance(passage, Break):
                self._sentence()
                self._paragraph(passage.span[0])
                self.parts.append(passage)
        self._sentence()
        self._paragraph(len(self.text))
        return Reading(self.parts, self.rows)

    # Boundaries.

    def _sentence(self, asks: bool = False) -> None:
        if self.tokens:
            tokens = (
                merged(self.tokens)
                if len(self.tokens) <= MAX_TOKENS
                else [token for token in self.tokens if token.formula is not None]
            )
            sentence = Sentence(tokens, 0, asks)
            if tokens:
                self.open.append(sentence)
                self.parts.append(sentence)
        self.tokens = []

    def _paragraph(self, end: int) -> None:
        for sentence in self.open:
            sentence.paragraph = end
        self.open = []

    def _gap(self, start: int, end: int) -> None:
        """A blank line: the end of a paragraph, unless a display stands beside it in mid-sentence."""
        if self.tokens and self.tokens[-1].tag == "Y":
            following = self.text[end : end + 40].lstrip()
            goes_on = following[:1].islower() or following[:1] in (",", "$", "\\")
            if goes_on:
                return
        elif self.tokens and self.tokens[-1].tag not in ".":
            following = self.text[end : end + 40].lstrip()
            if following.startswith(("$$", "\\[", "\\begin{")):
                return
        self._sentence()
        self._paragraph(start)

    # Formulas.

    def _formula(self, formula: Formula) -> None:
        rows = parse(self.text, *formula.span, self.source.macros)
        self.rows[formula] = rows
        token = formula_token(rows, formula.outer, formula.display)
        self.tokens.append(replace(token, formula=formula, display=formula.display))
        if formula.display and self.text[: formula.span[1]][-40:].rstrip().removesuffix(
            "\\end{aligned}"
        ).rstrip().endswith("."):
            self.tokens.append(Token(".", (formula.span[1], formula.span[1]), "."))
            following = self.text[formula.outer[1] : formula.outer[1] + 40].lstrip()
            if not following[:1].islower():
                self._sentence()

    # Words.

    def _prose(self, start: int, end: int) -> None:
        last = start
        for match in _TOKEN.finditer(self.text, start, end):
            kind, span = match.lastgroup, match.span()
            if kind == "paragraph":
                if match.group() != "\\\\":
                    self._gap(*span)
            elif kind == "bare":
                self._bare(match.group(), span)
            elif kind == "word":
                glued = span[0] == last and self.text[span[0] - 1 : span[0]] == "-"
                self.tokens.append(
                    Token("x", span, match.group().replace("’", "'"), glued=glued or self._hyphen(span[0]))
                )
            elif kind == "times":
                self.tokens.append(Token("x", span, "x"))
            elif kind == "digits":
                node = Node("number", span, value=match.group())
                self.tokens.append(Token("E", span, match.group(), tree=node))
            elif kind == "dash":
                self.tokens.append(Token("—", span, "—"))
            elif kind == "mark":
                self._mark(match.group(), span, end)
            elif kind == "abbreviation":
                self.tokens.append(Token("x", span, match.group().lower().replace(" ", "")))
            last = span[1]

    def _hyphen(self, start: int) -> bool:
        return self.text[max(0, start - 1) : start] == "-"

    def _mark(self, mark: str, span: Span, end: int) -> None:
        if mark in ".?!":
            after = self.text[span[1] : span[1] + 3]
            if mark == "." and after[:1].isalnum():
                return
            self.tokens.append(Token(".", span, mark))
            self._sentence(asks=mark == "?")
        else:
            self.tokens.append(Token({",": "c", "(": "(", ")": ")"}.get(mark, mark), span, mark))

    def _bare(self, text: str, span: Span) -> None:
        """A name that stands outside of dollars, as in OCR; an article, a list mark or a pronoun is none."""
        if text in ("a", "A", "I"):
            following = self.text[span[1] : span[1] + 12]
            before = self.text[max(0, span[0] - 12) : span[0]]
            is_name = text == "A" and (
                re.match(r"\s+(is|are|be|has|have)\b", following) or re.search(r"\b(matrix|matrices)\s+$", before)
            )
            if not is_name:
                self.tokens.append(Token("x", span, text))
                return
        if len(text) == 1 and text.isascii():
            node = Node("name", span, value=text)
            self.tokens.append(Token("N", span, text if text == "x" else "", names=((text, node),), tree=node))
            return
        rows = parse(self.text, *span, self.source.macros)
        token = formula_token(rows, span, False)
        word = text if token.tag != "N" or text == "x" else ""
        self.tokens.append(replace(token, text=word or token.text))


def formula_token(rows: tuple[Row, ...], span: Span, display: bool) -> Token:
    """The token of a formula: what it is, its chains, and the names that it lists or declares."""
    chains = tuple(chain for row in rows for chain in row.chains if chain.terms)
    related = tuple(chain for chain in chains if chain.signs)
    declaring = [c for c in related if any(s.value == "in" or s.value in DEFINITE for s in c.signs)]
    if display:
        return Token("Y", span, chains=related, display=True)
    if declaring:
        terms = [
            member(c, k) for c in declaring for k, s in enumerate(c.signs) if s.value == "in" or s.value in DEFINITE
        ]
        names = tuple(pair for term in terms for pair in names_in(term))
        families = tuple(name for term in terms for name in families_in(term))
        return Token("M", span, chains=related, names=names, families=families)
    if related:
        first = related[0].terms[0]
        return Token(
            "R", span, chains=related, names=tuple(names_in(first)), tree=first if isinstance(first, Node) else None
        )
    terms = [term for chain in chains for term in chain.terms]
    if len(terms) == 1 and isinstance(terms[0], Node):
        term = terms[0]
        if term.kind == "mul" and term.value == "times" and len(term.children) == 2:
            return Token("D", span, size=size_of(term), tree=term)
        names = tuple(names_in(term))
        return Token("N" if names else "E", span, names=names, families=tuple(families_in(term)), tree=term)
    pairs = [pair for term in terms if isinstance(term, Node) for pair in names_in(term)]
    if len(pairs) >= len(terms) > 0 and not any(isinstance(term, Unread) for term in terms):
        return Token("N", span, names=tuple(pairs))
    return Token("E", span)


__all__ = ["Reading", "Sentence", "Token", "formula_token", "merged", "read_words"]
