"""From words to phrases: every word gets its tag (see words.py), phrases of the table and sizes become one token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from proofs.checking.source import Formula
from symbolic.notation.properties import FILLERS, LONGEST, PROPERTIES, Property
from symbolic.notation.records import Size
from symbolic.notation.sets import number, space_of
from symbolic.notation.tree import Chain, Node, Span


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
_SIZE_NOUNS = frozenset(["size", "sizes", "dimension", "dimensions", "length", "order", "shape", "shapes"])


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


__all__ = ["Token", "merged"]
