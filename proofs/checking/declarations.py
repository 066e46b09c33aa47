"""What the sentences of a document declare: patterns over their tokens (see words.py), and when they may be believed.

A sentence is believed where it introduces ("let", "suppose", "with an invertible C", "where A is symmetric"), and where
it says of a name that was not defined by an equation what it is; never where it denies, asks, or concludes ("then A is
symmetric", "show that"). What follows an "if" is conditional. A fact that is missing makes a verdict weaker, a wrong
one makes it wrong: whatever a pattern does not cover says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from proofs.checking.modes import modes
from proofs.checking.words import Sentence, Token
from symbolic.notation.elaborate import name_of
from symbolic.notation.properties import Property
from symbolic.notation.records import Declared, Fact, Record, Size
from symbolic.notation.sets import font_of, sound
from symbolic.notation.tree import Node, Span

LIST = r"[NMER](?:[c(]{1,2}d*(?:[fKDP]d?)*[NMER])*"
MODIFIERS = r"[dfcoW()]*[PDKr](?:(?:[dfcoWH()]|(?<=d)B)*[PDKr])*"
# Subject, verb, what is said of it: "A and B are invertible", "X, which has full column rank".
SAID = re.compile(rf"(?P<subject>{LIST})[cd]*(?P<verb>[BH])d*(?P<said>{MODIFIERS})(?![fPDKr]*[NME])")
# "A symmetric", "X of full column rank", "X with independent columns", "U and V, both of full rank", "X, an n x d
# matrix".
AFTER = re.compile(
    rf"(?P<subject>{LIST})(?P<said>(?:c?d*[oW]d*|[(]d*|(?=[PDr]))f*[PDr](?:[dfcoWH]*[PDKr])*|(?:c|[(])?d+f*(?:[PDf]*K|[PD]+)"
    rf"(?:[oW]d*[PDr])*)(?![fPDKr]*[NME])"
)
# "We write J for the identity matrix."
# "- X: an n x d matrix of inputs".
LISTED = re.compile(rf"(?P<subject>{LIST})[:—]d*(?P<said>{MODIFIERS})(?![fPDKr]*[NME])")
FOR = re.compile(rf"(?P<subject>{LIST})F(?P<said>{MODIFIERS})(?![fPDKr]*[NME])")
_WRITING = frozenset(["write", "writing", "denote", "use", "reserve"])
_LISTS = re.compile(LIST)
STARTS = frozenset("cLISWF.;:—(")
# What a matrix has; all other adjectives behind "with" and "has" are of something else.
HAD = frozenset("injective surjective fullrank orthonormal_columns orthonormal_rows unit tall wide square".split())
_OTHER_NOUNS = frozenset(
    "multiple function part combination fraction factor value sum product power root solution term amount".split()
)
SURE, MAYBE = frozenset(["", "let", "since"]), "if"
_OF_COLUMNS = {
    "orthonormal": ("orthonormal_columns", "orthonormal_rows"),
    "linearly independent": ("injective", "surjective"),
    "independent": ("injective", "surjective"),
}
_LIMITS = frozenset("or unless except only iff provided exactly precisely assuming".split())
_PLACES = frozenset("section chapter paper note notes following problem part text appendix article".split())
UNIQUE = frozenset(["a", "an", "the", "any", "every", "each", "that", "this", "some", "our", "single"])


@dataclass
class Known:
    """What was read so far where the sentence stands: names that equations define, and declared sizes."""

    defined: set[str] = field(default_factory=set)
    sizes: dict[str, Size] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)


def declarations(sentence: Sentence, known: Known) -> Iterator[Record]:
    """The names, facts and sizes that the words of a sentence declare."""
    reader = _Reader(sentence, known)
    yield from reader.columns()
    yield from reader.inverses()
    yield from reader.said()
    yield from reader.before()


class _Reader:
    def __init__(self, sentence: Sentence, known: Known) -> None:
        self.sentence, self.known = sentence, known
        self.tokens, self.tags, self.modes = sentence.tokens, sentence.tags, modes(sentence)
        self.used = [False] * len(self.tokens)

    def columns(self) -> Iterator[Record]:
        """ "The columns of X are orthonormal." """
        for match in re.finditer(r"qo[dfK]*(?P<name>[NM])B(?P<said>[Px]{1,2})", self.tags):
            q, name, said = match.start(), match.start("name"), match.start("said")
            words = " ".join(token.text for token in self.tokens[said : match.end()])
            side = {"columns": 0, "rows": 1}.get(self.tokens[q].text)
            facts = _OF_COLUMNS.get(next((key for key in _OF_COLUMNS if words.startswith(key)), ""))
            if side is not None and facts is not None:
                token = Token("P", self.tokens[said].span, said=Property((facts[side],)))
                yield from self._records([self.tokens[name]], [token], name, said)

    def inverses(self) -> Iterator[Record]:
        """ "Suppose A^{-1} exists", "where the inverse of A + B exists"."""
        for k, token in enumerate(self.tokens[1:], 1):
            if not token.text.startswith("exist"):
                continue
            of, before = self.tokens[k - 1], " ".join(t.text for t in self.tokens[max(0, k - 5) : k - 1])
            tree = of.tree
            if of.tag == "E" and tree is not None and tree.kind == "inverse":
                tree = tree.children[0].children[0] if tree.children[0].kind == "group" else tree.children[0]
            elif of.tag not in "NE" or not before.endswith("inverse of"):
                continue
            introduced = any(t.tag in "WLI" for t in self.tokens[: k - 1])
            name = name_of(tree) if tree is not None else None
            if tree is None or not introduced:
                continue
            said = Property(("invertible",))
            subject = Token("N", of.span, names=((name, tree),)) if name else Token("E", of.span, tree=tree)
            mode = self.modes[k - 1]
            self.modes[k - 1] = "let" if mode == "" else mode
            yield from self._records([subject], [Token("P", token.span, said=said)], k - 1, k - 1)
            self.modes[k - 1] = mode

    # Subject first.

    def said(self) -> Iterator[Record]:
        place = 0
        while place < len(self.tags):
            found = [m for m in (SAID.match(self.tags, place), AFTER.match(self.tags, place)) if m]
            if place == 0 and (listed := LISTED.match(self.tags)):
                found.append(listed)
            writing = FOR.match(self.tags, place)
            if writing and any(token.text in _WRITING for token in self.tokens[:place]):
                found.append(writing)
            if not found:
                place += 1
                continue
            match = found[0]
            start, end = match.span("subject")
            first, last = match.span("said")
            subjects = self._subjects(start, end, match.groupdict().get("verb"), first)
            said = match.start("verb") if match.groupdict().get("verb") else first
            if subjects and self._is_subject(start, said):
                followed = (self.tags[last : last + 1] == "i" and self.tags[last - 1] != "K") or self._is_limited(last)
                stated = self._about_the_subject(said, first, last, match.groupdict().get("verb") == "H")
                yield from self._records(subjects, stated, start, first, sure=not followed)
            for k in range(first, last):
                self.used[k] = True
            place = last

    def _is_limited(self, last: int) -> bool:
        """Whether a condition or an alternative follows in the same clause: "is invertible if", "symmetric or"."""
        for token in self.tokens[last:]:
            if token.tag in ".;:" or token.text == ",":
                return False
            if token.tag == "I" or token.text in _LIMITS:
                return True
        return False

    def _about_the_subject(self, verb: int, first: int, last: int, having: bool) -> list[Token]:
        """Without the adjectives of another noun: "with positive entries", "is a positive multiple of"."""
        found = []
        article = any(token.text in ("a", "an", "the") for token in self.tokens[verb:first])
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
            if (
                token.tag == "K"
                and token.text in ("number", "numbers")
                and following is not None
                and following.tag == "o"
            ):
                continue  # "n is the number of samples"
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
        if self.tags[k] == "i" and k == 0 and self.tokens[1:2] and self.tokens[0].text == "in":
            return any(token.text in _PLACES for token in self.tokens[1:4])  # "in this section A denotes ..."
        if self.tokens[k].text == "by" and k > 0 and self.tokens[k - 1].text in ("denote", "denoted"):
            return True
        if self.tokens[k].text in _WRITING or (k == 0 and self.tokens[k].text == "as"):
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
            elif tag in "()" and items:
                pass
            elif not (tag == "c" and items and items[-1].tag in "PD" and k > 0 and self.tags[k - 1] in "PD"):
                break
            k -= 1
        stated = [token for token in items if token.tag in "PDK"]
        if not stated:
            return
        article = self.tokens[k].text if k >= 0 and self.tags[k] == "d" else ""
        nearest = items[0]
        if nearest.text in ("number", "numbers") and self.tags[start + 1 : start + 2] == "o":
            return
        if nearest.tag == "P" and ((article == "the" and nearest.text == "diagonal") or nearest.text == "negative"):
            return
        subjects = [self.tokens[start]]
        several = nearest.tag == "K" and nearest.text.endswith("s")
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
        self, name: str, node: Node, size: Size | None, kind: str, facts: list[str], rank: Node | None, span: Span,
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


__all__ = ["Known", "declarations"]
