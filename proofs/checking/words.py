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
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from proofs.checking.source import Break, Formula, Prose, Source
from symbolic.notation.parser import parse
from symbolic.notation.properties import FILLERS, LONGEST, PROPERTIES, Property
from symbolic.notation.records import Size
from symbolic.notation.sets import DEFINITE, families_in, member, names_in, number, size_of, space_of
from symbolic.notation.tree import Chain, Node, Row, Span, Unread

MAX_TOKENS = 400  # of one sentence: what is longer is no sentence


def _words(table: str) -> dict[str, str]:
    lines = (line.split() for line in table.strip().splitlines())
    return {word: tag for tag, *words in lines for word in words}


TAGS = _words("""
    B is are be being was were denotes denote represents represent means
    H has have having had
    d a an the any every each all some both our its their this these those which that itself also again together single
    c and plus
    o of
    W with where here wherein whose
    L let suppose assume assuming given consider take fix choose set put define denote letting taking pick
    L introduce provided
    I if when whenever case cases
    F for under once
    i in by at to from on onto over between times into like about against through along inside within
    S since because
    C then so hence thus therefore consequently show shows prove proves verify claim
    C claims follows follow conclude implies imply
    C whether would might could may can cannot question iff only see find finds get gets obtain obtains yields
    C yield gives give becomes
    C become shown proved proven check confirm deduce must should will expect ensures guarantees
    C ensure guarantee makes make turns exactly
    X either not no never neither nor without isn't aren't need needn't unless fails fail false lack lacks
    X lacking doesn't don't longer
    X non cannot hardly rarely wrong instead unlike than or contradiction contrary counterexample otherwise except
    q row rows column columns entry entries element elements singular eigenvalue eigenvalues eigenvectors
""")
STOPS = frozenset(".;:?!—")
_SIZE_NOUNS = frozenset(["size", "sizes", "dimension", "dimensions", "length", "order", "shape", "shapes"])
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


@dataclass(frozen=True)
class Token:
    """One word, phrase or formula. `names`: its names, each with the node; `chains`: of a formula, with a relation."""

    tag: str
    span: Span
    text: str = ""
    chains: tuple[Chain, ...] = ()
    names: tuple[tuple[str, Node], ...] = ()
    families: tuple[str, ...] = ()
    size: Size | None = None
    said: Property | None = None
    tree: Node | None = None
    glued: bool = False
    display: bool = False
    formula: Formula | None = None


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


# From words to phrases.


def merged(tokens: list[Token]) -> list[Token]:
    """The tokens with phrases of the table, sizes and ranks put together, and every word tagged."""
    return _verbs(_ranks(_sizes(list(_phrases(_products(tokens))))))


_TAKEN = frozenset(["assumed", "supposed", "taken", "presumed", "chosen"])


def _verbs(tokens: list[Token]) -> list[Token]:
    """`X denotes` is a verb of X; `is assumed to be` says no more than `is`."""
    found: list[Token] = []
    for k, token in enumerate(tokens):
        before = found[-1] if found else None
        after = tokens[k + 1] if k + 1 < len(tokens) else None
        if token.text == "denote" and before is not None and before.tag in "NMRE":
            token = replace(token, tag="B")
        elif token.text in _TAKEN and before is not None and before.tag == "B":
            token = replace(token, tag="d")
        elif token.text == "to" and after is not None and after.text == "be" and before is not None:
            if before.text in _TAKEN and before.tag == "d":
                token = replace(token, tag="d")
        elif token.text == "be" and before is not None and before.text == "to" and before.tag == "d":
            token = replace(token, tag="d")
        found.append(token)
    return found


def _products(tokens: list[Token]) -> list[Token]:
    """`n x d`, `n by d`, `n × d` outside of dollars are one size."""
    found: list[Token] = []
    k = 0
    while k < len(tokens):
        if (
            k + 2 < len(tokens)
            and tokens[k].tag in "NE"
            and tokens[k + 1].text in ("x", "by")
            and tokens[k + 2].tag in "NE"
        ):
            left, right = _one(tokens[k]), _one(tokens[k + 2])
            numbers = tokens[k].tag + tokens[k + 2].tag == "EE" and tokens[k + 1].text != "by"
            if left is not None and right is not None and not numbers:
                span = (tokens[k].span[0], tokens[k + 2].span[1])
                found.append(Token("D", span, size=(left, right)))
                k += 3
                continue
        found.append(tokens[k])
        k += 1
    return found


def _one(token: Token) -> Node | None:
    if token.tree is None or token.tree.kind not in ("name", "number", "add", "mul", "sub", "group"):
        return None
    return token.tree


def _phrases(tokens: list[Token]) -> Iterator[Token]:
    k = 0
    while k < len(tokens):
        if tokens[k].tag != "x":
            yield tokens[k]
            k += 1
            continue
        if tokens[k].text.lower() == "non" and (other := _phrase(tokens, k)) == 0 and (other := _phrase(tokens, k + 1)):
            yield Token("f", (tokens[k].span[0], tokens[k + other].span[1]), "non")  # not square, say: states nothing
            k += 1 + other
            continue
        for length in range(min(LONGEST, len(tokens) - k), 0, -1):
            part = tokens[k : k + length]
            if any(token.tag != "x" and token.text != "1" for token in part):
                continue
            said = PROPERTIES.get(" ".join(token.text.lower() for token in part))
            if said is not None:
                tag = "K" if said.noun else "P"
                yield Token(
                    tag, (part[0].span[0], part[-1].span[1]), part[-1].text.lower(), said=said, glued=part[0].glued
                )
                k += length
                break
        else:
            word = tokens[k].text.lower()
            if word == "let's" or (word == "let" and k + 1 < len(tokens) and tokens[k + 1].text.lower() == "us"):
                yield replace(tokens[k], tag="x", text="let us")  # "let us compute" supposes nothing
                k += 1
                continue
            tag = TAGS.get(word) or ("f" if word in FILLERS else "x")
            if tag == "x" and word.endswith("n't"):
                tag = "X"
            yield replace(tokens[k], tag=tag, text=word)
            k += 1


def _phrase(tokens: list[Token], k: int) -> int:
    """How many words from k on are a phrase of the table."""
    for length in range(min(LONGEST, len(tokens) - k), 0, -1):
        part = tokens[k : k + length]
        if all(token.tag == "x" for token in part) and " ".join(token.text.lower() for token in part) in PROPERTIES:
            return length
    return 0


def _sizes(tokens: list[Token]) -> list[Token]:
    """`n-dimensional`, `n-vector`, `of length n`, `of size n x d` are sizes."""
    found: list[Token] = []
    k = 0
    while k < len(tokens):
        token = tokens[k]
        after = tokens[k + 1] if k + 1 < len(tokens) else None
        if token.tag in "NE" and after is not None and token.tree is not None:
            span = (token.span[0], after.span[1])
            if after.text in ("th", "st", "nd") and len(found) > 0:
                found.append(Token("d", span, "th", names=token.names))
                k += 2
                continue
            if after.text == "dimensional":
                found.append(Token("D", span, size=(token.tree, number(1, span))))
                k += 2
                continue
            if after.tag == "K" and after.glued and after.said is not None and after.said.kind in ("column", "row"):
                one = number(1, span)
                size = (token.tree, one) if after.said.kind == "column" else (one, token.tree)
                found.append(Token("D", token.span, size=size))
                k += 1
                continue
        if token.text in _SIZE_NOUNS and token.tag == "x" and after is not None and after.tag in "NED":
            size = after.size
            if size is None and after.tree is not None and (after.tag == "E" or len(after.names) == 1):
                one = number(1, after.span)
                size = (after.tree, after.tree) if token.text == "order" else (after.tree, one)
            if size is not None and found and found[-1].text in ("of", "with", "have", "has", "in"):
                found.pop()
                found.append(Token("D", (token.span[0], after.span[1]), size=size))
                k += 2
                continue
        if token.text == "in" and after is not None and after.tag == "E" and after.tree is not None:
            size = space_of(after.tree)
            if size is not None:
                found.append(Token("D", (token.span[0], after.span[1]), size=size))
                k += 2
                continue
        found.append(token)
        k += 1
    return found


_RANKS = {"injective", "surjective", "fullrank"}


def _ranks(tokens: list[Token]) -> list[Token]:
    """`rank r` is one token; in `full column rank r` the r says nothing more."""
    found: list[Token] = []
    for token in tokens:
        before = found[-1] if found else None
        if before is not None and token.tag in "NE" and token.tree is not None:
            if (
                before.tag == "P"
                and before.said is not None
                and before.text == "rank"
                and _RANKS & set(before.said.facts)
            ):
                found.append(replace(token, tag="x", names=()))
                continue
            if before.text == "rank" and before.tag == "x":
                found[-1] = Token("r", (before.span[0], token.span[1]), "rank", tree=token.tree)
                continue
        found.append(token)
    return found


__all__ = ["Reading", "Sentence", "Token", "formula_token", "merged", "read_words"]
