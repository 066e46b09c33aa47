"""What the sentences of a document declare: patterns over their tokens (see words.py), and when they may be believed.

A sentence is believed where it introduces ("let", "suppose", "with an invertible C", "where A is symmetric") and where it
says of a name that was not defined by an equation what it is; never where it denies, asks, or concludes ("then A is
symmetric", "show that"). What follows an "if" is conditional. A fact that is missing makes a verdict weaker, a wrong one
makes it wrong: whatever a pattern does not cover says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from proofs.checking.words import Sentence, Token
from symbolic.notation.declarations import (
    Convention,
    Declared,
    Decomposition,
    Fact,
    Piece,
    Record,
    Size,
    font_of,
    sound,
)
from symbolic.notation.tree import Node

LIST = r"[NMER](?:[c(]{1,2}d*(?:[fKDP]d?)*[NME])*"
MODIFIERS = r"(?:[dfc]|[oW])*[PDKr](?:[dfcoWH]*[PDKr])*"
# Subject, verb, what is said of it: "A and B are invertible", "X, which has full column rank".
SAID = re.compile(rf"(?P<subject>{LIST})[cd]*(?P<verb>[BH])d*(?P<said>{MODIFIERS})(?![fPDKr]*[NME])")
# "A symmetric", "X of full column rank", "X with independent columns", "U and V, both of full rank", "X, an n x d matrix".
AFTER = re.compile(
    rf"(?P<subject>{LIST})(?P<said>(?:c?d*[oW]d*|[(]d*|(?=[PDr]))f*[PDr](?:[dfcoWH]*[PDKr])*|(?:c|[(])?d+f*(?:[PDf]*K|[PD]+)"
    rf"(?:[oW]d*[PDr])*)(?![fPDKr]*[NME])"
)
_LISTS = re.compile(LIST)
STARTS = frozenset("cLISWF.;:—(")
# What a matrix has; all other adjectives behind "with" and "has" are of something else.
HAD = frozenset("injective surjective fullrank orthonormal_columns orthonormal_rows unit".split())
_OTHER_NOUNS = frozenset(
    "multiple function part combination fraction factor value sum product power root solution operator term amount".split()
)
SURE, MAYBE = frozenset(["", "let", "since"]), "if"
UNIQUE = frozenset(["a", "an", "the", "any", "every", "each", "that", "this", "some", "our", "single"])


@dataclass
class Known:
    """What was read so far where the sentence stands: names that equations define, and declared sizes."""

    defined: set[str] = field(default_factory=set)
    sizes: dict[str, Size] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


_CLAUSE = re.compile(r"c?d*[fK]*[NM]c*[BH]")


def modes(sentence: Sentence) -> list[str]:
    """How what stands at each token is meant: "" (said), "let", "if", "since", "claim", "negated"."""
    tokens, mode, denial = sentence.tokens, "", ""
    conditional = False
    found = []
    absurd = any(token.text in ("contradiction", "contrary") for token in tokens)
    for k, token in enumerate(tokens):
        following = tokens[k + 1] if k + 1 < len(tokens) else None
        if token.tag in ".;:":
            mode = ""
        elif token.tag == "X":
            mode, denial = "negated", token.text
        elif token.tag == "C":
            mode = "claim"
        elif token.tag == "L" and not (mode == "negated" and token.text in ("given", "take", "consider")):
            mode = "let" if token.text != "given" or mode != "claim" else mode
            if following is not None and following.text in ("first", "instead", "otherwise"):
                mode = "if"
        elif token.tag == "I":
            mode = "if" if mode != "negated" else mode
            conditional = True
        elif token.tag == "S":
            mode = "if" if conditional else "since"
        elif token.text in ("where", "here") and mode in ("claim", "negated", "since"):
            mode = "if" if conditional else ""
        elif token.text == "but":
            mode = "claim"
        elif token.tag == "c" and token.text == "," and mode in ("if", "since"):
            goes_on = following is not None and (following.tag in "cWoI" or following.text in ("that", "say"))
            mode = mode if goes_on else "claim"
        elif token.text == "," and mode == "negated" and denial not in ("neither", "no", "without", "never"):
            if _CLAUSE.match("".join(t.tag for t in tokens[k + 1 : k + 8])):
                mode = ""
        found.append("claim" if sentence.asks or absurd else mode)
    return found


def declarations(sentence: Sentence, known: Known) -> Iterator[Record]:
    """The names, facts and sizes that the words of a sentence declare."""
    reader = _Reader(sentence, known)
    yield from reader.said()
    yield from reader.before()


class _Reader:
    def __init__(self, sentence: Sentence, known: Known) -> None:
        self.sentence, self.known = sentence, known
        self.tokens, self.tags, self.modes = sentence.tokens, sentence.tags, modes(sentence)
        self.used = [False] * len(self.tokens)

    # Subject first.

    def said(self) -> Iterator[Record]:
        place = 0
        while place < len(self.tags):
            found = [m for m in (SAID.match(self.tags, place), AFTER.match(self.tags, place)) if m]
            if not found:
                place += 1
                continue
            match = found[0]
            start, end = match.span("subject")
            first, last = match.span("said")
            subjects = self._subjects(start, end, match.groupdict().get("verb"), first)
            said = match.start("verb") if match.groupdict().get("verb") else first
            if subjects and self._is_subject(start, said):
                followed = self.tags[last : last + 1] == "i" and self.tags[last - 1] != "K"
                stated = self._about_the_subject(first, last, match.groupdict().get("verb") == "H")
                yield from self._records(subjects, stated, start, first, sure=not followed)
            for k in range(first, last):
                self.used[k] = True
            place = last

    def _about_the_subject(self, first: int, last: int, having: bool) -> list[Token]:
        """Without the adjectives of another noun: "with positive entries", "is a positive multiple of"."""
        found = []
        article = False
        for k in range(first, last):
            token, following = self.tokens[k], self.tokens[k + 1] if k + 1 < len(self.tokens) else None
            having = having or token.tag in "WH"
            article = article or token.text in ("a", "an", "the")
            if token.tag == "P" and token.said is not None:
                other = following is not None and (
                    following.tag == "q" or (following.tag == "x" and article and following.text in _OTHER_NOUNS)
                )
                if other or (having and not set(token.said.facts) <= HAD):
                    continue
            found.append(token)
        return found

    def _subjects(self, start: int, end: int, verb: str | None, said: int) -> list[Token]:
        """The tokens that are spoken of: after a singular verb only the last of a list without "and"."""
        tokens = [token for token in self.tokens[start:end] if token.tag in "NMER"]
        joined = any(token.text == "and" for token in self.tokens[start:end])
        words = {token.text for token in self.tokens[end:said]}
        if len(tokens) > 1 and not joined and verb and words & {"is", "was", "has", "denotes"}:
            return tokens[-1:]
        return tokens

    def _is_subject(self, start: int, said: int) -> bool:
        """Whether nothing before the names makes them part of something else, as in "the inverse of A is symmetric"."""
        k = start - 1
        while k >= 0 and self.tags[k] in "PDKdf":
            if self.tokens[k].text == "that":
                return True
            k -= 1
        if k >= 1 and self.tags[k] == "x" and self.tags[k - 1] in "dfPDK":
            k -= 1
            while k >= 0 and self.tags[k] in "PDKdf":
                k -= 1
        if k < 0 or self.tags[k] in STARTS:
            return True
        if self.tags[k] == "B" and self.tags[said] not in "BH":
            return True
        return self.tokens[k].text in ("that", "say", "namely", "i.e.", "assumption", "model") or (
            self.tags[k] == "x" and self.tags[k - 1 : k] in ("", "c", "W") and k == start - 1 and k > 0
        )

    # Adjectives first: "a symmetric positive definite matrix A".

    def before(self) -> Iterator[Record]:
        for match in _LISTS.finditer(self.tags):
            start = match.start()
            # A name in the middle of a list may have adjectives of its own.
            for k in range(start, match.end()):
                if self.tags[k] in "NME" and (k == start or self.tags[k - 1] in "PDKf"):
                    yield from self._attributes(k, match.end())

    def _attributes(self, start: int, end: int) -> Iterator[Record]:
        items: list[Token] = []
        k = start - 1
        while k >= 0 and not self.used[k]:
            tag = self.tags[k]
            if tag in "PDKf":
                items.append(self.tokens[k])
            elif not (tag == "c" and items and items[-1].tag in "PD" and k > 0 and self.tags[k - 1] in "PD"):
                break
            k -= 1
        stated = [token for token in items if token.tag in "PDK"]
        if not stated:
            return
        article = self.tokens[k].text if k >= 0 and self.tags[k] == "d" else ""
        nearest = items[0]
        if nearest.tag == "P" and (article == "the" and nearest.text == "diagonal" or nearest.text == "negative"):
            return
        subjects = [self.tokens[start]]
        several = nearest.tag == "K" and nearest.text.endswith("s") or nearest.text.endswith("ces")
        if article not in UNIQUE and (several or nearest.tag == "P"):
            for j in range(start + 1, end):
                if self.tags[j] in "NME" and self.tags[j - 1] in "c":
                    subjects.append(self.tokens[j])
                elif self.tags[j] not in "c":
                    break
        conditional = (k >= 0 and self.tags[k] == "F") or (k >= 1 and self.tags[k] == "d" and self.tags[k - 1] == "F")
        yield from self._records(subjects, stated, start, start - 1, conditional=conditional)

    # Records.

    def _records(
        self,
        subjects: list[Token],
        stated: list[Token],
        subject: int,
        said: int,
        sure: bool = True,
        conditional: bool = False,
    ) -> Iterator[Record]:
        """What `stated` says of every subject, if the sentence may be believed at both places."""
        mode = self.modes[said]
        if self.modes[subject] == "negated" or mode not in (*SURE, MAYBE):
            return
        if any(self.modes[k] not in (*SURE, MAYBE) for k in range(min(subject, said), max(subject, said) + 1)):
            return
        conditional = conditional or mode == MAYBE
        facts = [fact for token in stated if token.said and (sure or token.tag == "K") for fact in token.said.facts]
        stated = [token for token in stated if token.tag in "PDKr"]
        kind = ""
        for token in stated:
            if token.said and token.said.kind and not (kind and token.said.kind == "number"):
                kind = token.said.kind
        size = next((token.size for token in stated if token.size is not None), None)
        rank = next((token.tree for token in stated if token.tag == "r" and sure), None)
        span = (min(t.span[0] for t in (*subjects, *stated)), max(t.span[1] for t in (*subjects, *stated)))
        for token in subjects:
            if token.tag in "NM" or (token.tag == "R" and token.names and mode == "let"):
                for name, node in token.names:
                    yield from self._of_name(
                        name, node, size, kind, facts, rank, span, mode, conditional, token.tag == "M"
                    )
                for name in token.families:
                    shape, kind_, kept = sound(size, kind, tuple(facts), name)
                    if kept or shape or kind_:
                        yield Declared(
                            name=name,
                            shape=shape,
                            kind=kind_,
                            facts=kept,
                            indexed=True,
                            span=span,
                            conditional=conditional,
                        )
            elif token.tag == "E" and token.tree is not None and (mode == "let" or conditional) and facts:
                _, _, kept = sound(None, kind, tuple(facts), "")
                if kept:
                    yield Fact(tree=token.tree, facts=kept, span=span, conditional=conditional)

    def _of_name(
        self, name: str, node: Node, size: Size | None, kind: str, facts: list[str], rank: Node | None, span: tuple[int, int],
        mode: str, conditional: bool, in_set: bool,
    ) -> Iterator[Record]:  # fmt: skip
        known = self.known.sizes.get(name)
        if in_set:
            size, kind = known, self.known.kinds.get(name, kind)
        if size is None:
            size, kind = known, kind or self.known.kinds.get(name, "")
        said = list(facts)
        if rank is not None and size is not None:
            said += [fact for fact, side in (("surjective", size[0]), ("injective", size[1])) if str(side) == str(rank)]
        primitive = name not in self.known.defined
        if not primitive and mode != "let" and not conditional:
            said = []
        shape, kind, kept = sound(size, kind, tuple(said), name)
        new = shape if shape is not known else None
        if new is not None or (kind and not conditional and kind != self.known.kinds.get(name)):
            yield Declared(name=name, font=font_of(node), shape=new, kind=kind, span=span)
        if kept:
            yield Declared(name=name, font=font_of(node), kind=kind, facts=kept, span=span, conditional=conditional)


# Parts of matrices, decompositions, conventions: patterns over the words themselves.

_OF = r"of (?:(?:the|our|a|an|data|design|matrix|feature|factor|weight|input|batch) )*(?P<of>[NM]\d+)"
_WHICH = r"(?:(?:the|its|an?|respective|corresponding|individual) )*(?:[NE]\d+ )?(?:th |st )?"
_PART = r"(?P<part>rows?|columns?|diagonal (?:entr\w+|elements?)|diagonal|singular values?|eigenvalues?)(?: vectors?)?"
_VERB = r"(?:\) )?(?:, )?(?:(?:denotes?|is|are|be|being|for|as|means) )?"
PIECES = (
    re.compile(rf"(?P<name>[NEM]\d+) {_VERB}{_WHICH}{_PART} {_OF}"),
    re.compile(rf"(?P<of>[NM]\d+) (?:with|has|have|having) {_WHICH}(?:(?:orthonormal|independent|linearly) )*{_PART} (?P<name>[NEM]\d+)"),
    re.compile(rf"{_PART} (?:\( )?(?P<name>[NEM]\d+) (?:\) )?{_OF}"),
    re.compile(rf"{_PART} {_OF} (?:(?:are|is|be|as|by|denoted|written|called|,) )*(?P<name>[NEM]\d+)"),
    re.compile(r"(?P<of>[NM]\d+) (?:is|be) (?:(?:an?|the|diagonal|D\d+|square|matrix) )*with (?:(?:the|its|positive|non|zero|nonzero|all) )*"
               rf"{_PART} (?:\( )?(?P<name>[NEM]\d+)"),
)  # fmt: skip
_KIND = (
    r"(?:\( )?(?:(?P<size>full|thin|compact|economy|economy size|reduced|truncated) )?(?:\) )?(?P<what>svd|singular value"
    r" decomposition|qr|cholesky|eigen ?decomposition|eigenvalue decomposition|spectral decomposition|spectral factori[sz]ation|lu)\b"
)
DECOMPOSITIONS = (
    re.compile(rf"(?P<chain>[RM]\d+) {_VERB}(?:(?:the|a|an|its|our) )*{_KIND}"),
    re.compile(rf"{_KIND}(?: (?:decomposition|factori[sz]ation))?(?: of (?:the |matrix |data )*[NME]\d+)? (?:(?:is|as|by|be|,|:|given|written) )*"
               r"(?P<chain>R\d+)"),
)  # fmt: skip
_KINDS = {"svd": "svd", "sin": "svd", "qr": "qr", "cho": "cholesky", "eig": "eigen", "spe": "eigen", "lu": "lu"}
_THIN = frozenset(["thin", "compact", "economy", "economy size", "reduced"])

_DERIVATIVE = r"\b(?:derivatives?|gradients?|jacobians?)\b"
_SETTLED = (
    r"(?:convention|throughout|always|layout|we (?:will )?(?:write|use|follow|adopt|treat|regard|take|arrange|define))"
)
CONVENTIONS = (
    ("prime is transpose", re.compile(
        r"\bprimes? (?:denotes?|means?|stands? for|indicates?|is|are|will denote|marks?|always denotes?)(?: used for)? (?:the |a |matrix )*transpos"
        r"|\btranspos\w+ (?:(?:is|are|will be) )?(?:denoted|written|indicated|marked) (?:by|with) (?:a |the )?primes?\b")),
    ("rows", re.compile(
        rf"numerator layout|{_SETTLED}.*{_DERIVATIVE}.*\b(?:row vectors?|rows)\b|{_DERIVATIVE}.*\b(?:row vectors?|rows)\b.*{_SETTLED}"
        rf"|{_DERIVATIVE} (?:are|will be) (?:written (?:as )?)?(?:row vectors|rows)\b")),
    ("columns", re.compile(
        rf"denominator layout|{_SETTLED}.*{_DERIVATIVE}.*\b(?:column vectors?|columns)\b"
        rf"|{_DERIVATIVE} (?:are|will be) (?:written (?:as )?)?(?:column vectors|columns)\b")),
    ("shape", re.compile(
        rf"{_DERIVATIVE}.*\b(?:have|has|in|takes?|with|of) the (?:same )?shapes? (?:of|as)\b|{_DERIVATIVE} .*\bsame shapes? as\b")),
    ("euclidean", re.compile(r"\bnorms? (?:is|are|denotes?|means?) (?:always )?(?:the )?(?:euclidean|2 norm)|denotes? the euclidean norm")),
    ("frobenius", re.compile(r"\bdenotes? the frobenius norm|\bnorms? (?:is|are) (?:the )?frobenius")),
    ("spectral", re.compile(r"\bdenotes? the (?:spectral|operator) norm|\bnorms? (?:is|are) (?:the )?(?:spectral|operator)")),
)  # fmt: skip


def rendered(sentence: Sentence, text: str) -> tuple[str, list[int]]:
    """The sentence in words, with N12 for the 12th token if that is a name; and where each token begins in it."""
    words, places, length = [], [], 0
    for k, token in enumerate(sentence.tokens):
        if token.tag in "NMERYD":
            word = f"{token.tag}{k}"
        else:
            word = " ".join(re.sub(r"[-{}*_\\]", " ", text[slice(*token.span)]).lower().split()) or token.text
        places.append(length)
        words.append(word)
        length += len(word) + 1
    return " ".join(words), places


def parts(sentence: Sentence, text: str) -> Iterator[Record]:
    """Rows and columns with names, decompositions, and conventions."""
    words, _ = rendered(sentence, text)
    meant = modes(sentence)
    for pattern in PIECES:
        for match in pattern.finditer(words):
            name, of = (int(match[group][1:]) for group in ("name", "of"))
            if "negated" in (meant[name], meant[of]) or sentence.asks:
                continue
            piece = _piece(sentence.tokens[name], sentence.tokens[of], match["part"], words)
            if piece is not None:
                yield piece
    for pattern in DECOMPOSITIONS:
        for match in pattern.finditer(words):
            token = sentence.tokens[int(match["chain"][1:])]
            if meant[int(match["chain"][1:])] == "negated":
                continue
            kind = _KINDS[next(key for key in _KINDS if match["what"].startswith(key))]
            if kind == "svd":
                kind += " full" if match["size"] == "full" else " thin" if match["size"] in _THIN else ""
            for chain in token.chains:
                if chain.signs and chain.signs[0].value in ("=", ":=") and match["size"] != "truncated":
                    yield Decomposition(kind=kind, chain=chain, span=token.span)
    if any(token.tag == "X" for token in sentence.tokens) or sentence.asks:
        return
    kinds = [kind for kind, pattern in CONVENTIONS if pattern.search(words)]
    if "rows" in kinds and "columns" in kinds:
        verbs = re.findall(r"\b(?:as|are|is|be) (?:(?:an?|always|expressed|written|laid|out|as) )*(row|column)", words)
        kinds = [kind for kind in kinds if kind not in ("rows", "columns") or verbs[-1:] == [kind.removesuffix("s")]]
    for kind in kinds:
        yield Convention(kind=kind, span=sentence.span)


def _piece(token: Token, of: Token, part: str, words: str) -> Piece | None:
    node = token.names[0][1] if token.names else token.tree
    upright = False
    while node is not None and node.kind in ("transpose", "prime"):
        node, upright = node.children[0], True
    if node is None or node.kind != "sub" or not of.names:
        return None
    base, index = node.children[0], node.children[1]
    while base.kind in ("sub", "group") and base.children:
        base = base.children[0]
    from_list = len(token.names) > 1
    word = part.split()[0].removesuffix("s") if not part.startswith(("singular", "eigen")) else part.removesuffix("s")
    lying: bool | None = None
    if word == "row":
        lying = (
            False
            if upright or "column vector" in words or "transposed" in words
            else True
            if "row vector" in words
            else None
        )
    index_name = "i" if from_list or index.kind != "name" else index.value
    name = _base_name(node.children[0])
    if name is None:
        return None
    return Piece(name=name, index=index_name, of=of.names[0][0], part=word, lying=lying, span=token.span)


def _base_name(node: Node) -> str | None:
    return node.value if node.kind == "name" else None


__all__ = ["Known", "Mapping", "declarations", "modes", "parts", "rendered"]
