"""How what stands in a sentence is meant: said, supposed, under a condition, concluded, or denied."""

from __future__ import annotations

import re

from proofs.checking.words import Sentence

# Sentences that say what a word means: "A is called orthogonal if ...", "a matrix is symmetric if ...".
_EXPLAINS = re.compile(r"\b(called|said to be|we call|we say|definition|means that|by definition)\b")
_IN_GENERAL = re.compile(r"aK[NM]?B[d]*[PK]+I")
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
        elif token.tag == "L" and any(t.tag == "X" for t in tokens[max(0, k - 2) : k]):
            mode = "negated"  # "we do not assume that"
        elif token.tag == "L" and not (mode == "negated" and token.text in ("given", "take", "consider")):
            mode = "let" if token.text != "given" or mode != "claim" else mode
            if conditional and mode == "let":
                mode = "if"
            if following is not None and following.text in ("first", "instead", "otherwise"):
                mode = "if"
        elif token.tag == "I":
            mode = "if" if mode != "negated" else mode
            conditional = True
        elif token.tag == "S" or (token.text == "as" and k == 0):
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
    words = " ".join(token.text for token in tokens)
    if "iff" in words.split() or "if and only" in words:
        found = ["claim" if mode == "" else mode for mode in found]
    if _EXPLAINS.search(words) or _IN_GENERAL.search(
        "".join(t.tag if t.text not in ("a", "an") else "a" for t in tokens)
    ):
        found = ["claim"] * len(tokens)
    return found


__all__ = ["modes"]
