"""Rows and columns with names of their own, decompositions, and conventions: patterns over the words of a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator

from proofs.checking.modes import modes
from proofs.checking.words import Sentence, Token
from symbolic.notation.records import Convention, Decomposition, Piece, Record
from symbolic.notation.tree import Node

_OF = r"of (?:(?:the|our|a|an|data|design|matrix|feature|factor|weight|input|batch) )*(?P<of>[NM]\d+)"
_WHICH = r"(?:(?:the|its|an?|respective|corresponding|individual|nth) )*(?:[NE]\d+ )?(?:th |st )?"
_PART = r"(?P<part>rows?|columns?|diagonal (?:entr\w+|elements?)|diagonal|singular values?|eigenvalues?)(?: vectors?)?"
_VERB = r"(?:\) )?(?:, )?(?:(?:denotes?|is|are|be|being|for|as|means) )?"
_IS = r"(?:(?:is|be|for|the|an?|D\d+|matrix|data|design|square) )*"
_PLAIN = r"(?:(?:orthonormal|independent|linearly) )*"
_SOME = r"(?:(?:the|its|positive|non|zero|nonzero|all) )*"
_OWNER, _ITS = r"(?P<of>[NMR]\d+)", r"(?P<name>[NEM]\d+)"
PIECES = tuple(map(re.compile, (
    rf"{_OWNER} {_IS}whose {_PART} (?:are|is) {_WHICH}{_ITS}",
    rf"{_ITS} (?:[a-z,]+ ){{0,6}}(?:stacked|collected|arranged) (?:as|into|in) the (?P<part>rows|columns) {_OF}",
    rf"{_ITS} {_VERB}{_WHICH}{_PART} {_OF}",
    rf"{_OWNER} {_IS}(?:with|has|have|having) {_WHICH}{_PLAIN}{_PART} {_ITS}",
    rf"{_PART} (?:\( )?{_ITS} (?:\) )?{_OF}",
    rf"{_PART} {_OF} (?:(?:are|is|be|as|by|denoted|written|called|,) )*{_ITS}",
    rf"{_OWNER} (?:is|be) (?:(?:an?|the|diagonal|D\d+|square|matrix) )*with {_SOME}{_PART} (?:\( )?{_ITS}",
)))  # fmt: skip
_KIND = (
    r"(?:\( )?(?:(?P<size>full|thin|compact|economy|economy size|reduced|truncated) )?(?:\) )?"
    r"(?P<what>svd|singular value decomposition|qr|cholesky|eigen ?decomposition|eigenvalue decomposition"
    r"|spectral decomposition|spectral factori[sz]ation|lu)\b"
)
_CALLED = r"(?: (?:decomposition|factori[sz]ation))?(?: of (?:the |matrix |data )*[NME]\d+)?"
DECOMPOSITIONS = (
    re.compile(rf"(?P<chain>[RM]\d+) {_VERB}(?:(?:the|a|an|its|our) )*{_KIND}"),
    re.compile(rf"{_KIND}{_CALLED} (?:(?:is|as|by|be|,|:|given|written) )*(?P<chain>R\d+)"),
)
_KINDS = {"svd": "svd", "sin": "svd", "qr": "qr", "cho": "cholesky", "eig": "eigen", "spe": "eigen", "lu": "lu"}
_THIN = frozenset(["thin", "compact", "economy", "economy size", "reduced"])

_DERIVATIVE = r"\b(?:derivatives?|gradients?|jacobians?)\b"
_SETTLED = (
    r"(?:convention|throughout|always|layout|we (?:will )?(?:write|use|follow|adopt|treat|regard|take|arrange|define))"
)
_ARE = rf"{_DERIVATIVE} (?:are|will be) (?:written (?:as )?)?"
_ROW, _COLUMN = r"\b(?:row vectors?|rows)\b", r"\b(?:column vectors?|columns)\b"
_NORM = r"\bnorms? (?:is|are|denotes?|means?) (?:always )?(?:the )?"
# Each kind with its patterns, one of which must be found.
CONVENTIONS = tuple((kind, tuple(map(re.compile, patterns))) for kind, *patterns in (
    ("prime is transpose",
     r"\bprimes? (?:(?:always|will) )?(?:denotes?|means?|stands? for|indicates?|is|are|marks?)(?: used for)?"
     r" (?:(?:the|a|matrix) )*transpos",
     r"\btranspos\w+ (?:(?:is|are|will be) )?(?:denoted|written|indicated|marked) (?:by|with) (?:a |the )?primes?\b"),
    ("rows", r"numerator layout", rf"{_SETTLED}.*{_DERIVATIVE}.*{_ROW}", rf"{_DERIVATIVE}.*{_ROW}.*{_SETTLED}",
     rf"{_ARE}(?:row vectors|rows)\b"),
    ("columns", r"denominator layout", rf"{_SETTLED}.*{_DERIVATIVE}.*{_COLUMN}",
     rf"{_ARE}(?:column vectors|columns)\b"),
    ("shape", rf"{_DERIVATIVE}.*\b(?:have|has|in|takes?|with|of) the (?:same )?shapes? (?:of|as)\b",
     rf"{_DERIVATIVE} .*\bsame shapes? as\b"),
    ("euclidean", rf"{_NORM}(?:euclidean|2 norm)", r"denotes? the euclidean norm"),
    ("frobenius", rf"{_NORM}frobenius", r"\bdenotes? the frobenius norm"),
    ("spectral", rf"{_NORM}(?:spectral|operator)", r"\bdenotes? the (?:spectral|operator) norm"),
))  # fmt: skip


def rendered(sentence: Sentence, text: str) -> tuple[str, list[int]]:
    """The sentence in words, with N12 for the 12th token if that is a name; and where each token begins in it."""
    words, places, length = [], [], 0
    for k, token in enumerate(sentence.tokens):
        if token.tag == "E" and text[slice(*token.span)].strip("$ {}\\()^") in ("'", "prime"):
            word = "prime"
        elif token.tag == "E" and token.tree is not None and token.tree.kind == "derivative":
            word = "derivative"
        elif token.tag in "NMERYD":
            word = f"{token.tag}{k}"
        elif token.text == "th":
            word = "nth"
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
    yield from _primes(sentence, words)
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
    kinds = [kind for kind, patterns in CONVENTIONS if any(pattern.search(words) for pattern in patterns)]
    if "rows" in kinds and "columns" in kinds:
        verbs = re.findall(r"\b(?:as|are|is|be) (?:(?:an?|always|expressed|written|laid|out|as) )*(row|column)", words)
        kinds = [kind for kind in kinds if kind not in ("rows", "columns") or verbs[-1:] == [kind.removesuffix("s")]]
    for kind in kinds:
        yield Convention(kind=kind, span=sentence.span)


def _primes(sentence: Sentence, words: str) -> Iterator[Convention]:
    """ "A' is the transpose of A", "the transpose is written A'"."""
    if any(token.tag == "X" for token in sentence.tokens) or sentence.asks:
        return
    for k, token in enumerate(sentence.tokens):
        if token.tree is None or token.tree.kind != "prime":
            continue
        before = rf"transpos\w*(?: of [NME]\d+)? (?:(?:is|are|will be|by|as|with|written|denoted) )*[NE]{k}\b"
        if re.search(rf"\b[NE]{k} (?:is|denotes?|for|means?|stands for) (?:the )?transpos|{before}", words):
            yield Convention(kind="prime is transpose", span=token.span)


def _piece(token: Token, of: Token, part: str, words: str) -> Piece | None:
    node = token.names[0][1] if token.names else token.tree
    from_list = len(token.names) > 1 or (node is not None and node.kind == "tuple")
    if node is not None and node.kind == "tuple":
        node = node.children[0]
    upright = False
    while node is not None and node.kind in ("transpose", "prime"):
        node, upright = node.children[0], True
    if node is None or node.kind != "sub" or not of.names:
        return None
    base, index = node.children[0], node.children[1]
    while base.kind in ("sub", "group") and base.children:
        base = base.children[0]
    word = part.split()[0].removesuffix("s") if not part.startswith(("singular", "eigen")) else part.removesuffix("s")
    lying: bool | None = None
    if word == "row" and token.tag == "M":
        lying = upright and None  # the set says whether the name is a column
    elif word == "row":
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


__all__ = ["parts", "rendered"]
