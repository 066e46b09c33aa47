"""What the words around a formula make of it: a definition, an assumption, a condition to be solved, or a claim."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from proofs.checking.modes import modes
from proofs.checking.words import Sentence
from symbolic.notation.elaborate import name_of
from symbolic.notation.sets import is_range, names_in
from symbolic.notation.tree import Node

ROLES = ("definition", "assumption", "condition", "claim", "unknown")


@dataclass(frozen=True)
class Role:
    """What the words around a formula make of it, and whether only conditionally."""

    name: str
    conditional: bool = False
    case: bool = False
    local: bool = False  # supposed for the part (a), (b) in which it stands
    cue: str = ""  # the word that decided, of a definition


UNKNOWN = Role("unknown")


DEFINING = frozenset(
    """let letting set put putting setting define defining denote denoting write writing introduce introducing call
    calling abbreviate take taking choose pick fix where with here notation shorthand namely mapped maps""".split()
)
# What a formula may be: "the model is y = Xb + u", "the loss L = ...".
SUBJECTS = frozenset(
    "model loss objective cost criterion lagrangian risk energy likelihood functional network layer residual".split()
)
ASSUMING = frozenset(["suppose", "assume", "assuming", "provided", "given", "assumption", "hypothesis", "under"])
CONDITIONING = frozenset(
    """satisfying solve solves solving subject constraint constraints constrained system require requires
    requiring want equation equations s.t. stationarity optimality""".split()
)
CLAIMING = frozenset(
    """using use uses used recall note notice since because from identity rule fact know get see plugging substituting
    plug insert inserting apply applying follows""".split()
)
_ZERO = re.compile(r"\bto (zero|0)\b|\bequal (to )?(zero|0)\b|vanish")
_SUPPOSED = frozenset(
    ["write", "factor", "factorize", "factorise", "decompose", "express", "define", "denote", "split", "written"]
)
REACH = 14  # words before a formula that are looked at


def roles(sentence: Sentence, text: str, seen: set[str]) -> dict[int, Role]:
    """The role of every relation in a sentence, by the number of its token; `seen`: names that occurred before."""
    found: dict[int, Role] = {}
    meant = modes(sentence)
    for k, token in enumerate(sentence.tokens):
        if token.tag in "RYM":
            found[k] = _role(sentence, k, meant, found, text, seen)
    return found


def _role(sentence: Sentence, k: int, meant: list[str], found: dict[int, Role], text: str, seen: set[str]) -> Role:
    tokens = sentence.tokens
    token, mode = tokens[k], meant[k]
    if mode == "negated":
        return UNKNOWN
    if sentence.asks:
        return Role("claim") if token.tag == "Y" else UNKNOWN
    first = token.chains[0].terms[0] if token.chains else None
    named = isinstance(first, Node) and (bool(names_in(first)) or is_function(first))
    before = text[tokens[max(0, k - REACH)].span[0] : token.span[0]].lower() if k else ""
    if _ZERO.search(before) and token.tag in "YR":
        return Role("condition" if not named else "claim")  # a name on the left: the solution
    words = 0
    for j in range(k - 1, max(-1, k - 1 - REACH), -1):
        other = tokens[j]
        listed = all(t.tag == "c" for t in tokens[j + 1 : k])
        if other.tag in "RM" and listed and j + 1 < k:
            if meant[j] != mode:
                return UNKNOWN if mode != "claim" else Role("claim")
            if other.tag == "R":
                return found.get(j, UNKNOWN)
            continue
        if other.tag == "Y" or other.tag == ".":
            break
        if other.tag in ":;—" and not (token.tag == "Y" and j == k - 1):
            break
        role = _cue(sentence, j, k, mode, named, text, seen)
        if role is not None:
            return role
        words += other.tag in "xRBE"
        if words > 5:
            break
    if mode == "claim":
        return Role("claim")
    if mode == "if" and token.tag != "Y":
        return Role("assumption", conditional=True)
    return UNKNOWN


def _cue(sentence: Sentence, j: int, k: int, mode: str, named: bool, text: str, seen: set[str]) -> Role | None:
    """What the word at j makes of the formula at k; None if it says nothing."""
    tokens = sentence.tokens
    cue, token = tokens[j], tokens[k]
    word = cue.text
    near = k - j <= 2
    if cue.tag == "I":
        is_case = word in ("case", "cases") or any(t.text in ("case", "cases") for t in tokens[max(0, j - 4) : k])
        return Role("assumption", conditional=True, case=is_case) if token.tag != "Y" else None
    if cue.tag == "F":
        return Role("assumption", conditional=True) if near and token.tag != "Y" else None
    if word == "such" or (word == "that" and tokens[j - 1].text == "such" and j > 0):
        return Role("assumption", local=True) if mode == "let" else Role("condition")
    if word in ("satisfy", "satisfies"):
        asked = any(t.text.startswith(("must", "should", "minimi", "optim", "to")) for t in tokens[max(0, j - 8) : j])
        return Role("condition") if asked else UNKNOWN
    if word in CONDITIONING:
        return Role("condition")
    if word in ("write", "call", "denote") and j > 0 and tokens[j - 1].tag == "C":
        return Role("claim")
    if word == "as":
        verbs = {t.text for t in tokens[max(0, j - 8) : j]}
        return Role("definition") if verbs & _SUPPOSED and mode != "claim" else None
    if word == "given" and j + 1 < k and tokens[j + 1].text == "by":
        return UNKNOWN if mode != "claim" else Role("claim")
    if word in ASSUMING:
        if token.tag == "Y" and not near:
            return None
        return Role("assumption", conditional=mode == "if", local=True)
    if word == "consider":
        return Role("condition") if not named else Role("definition")
    if word == "where" and any(t.text in ("case", "cases", "situation") for t in tokens[max(0, j - 3) : j]):
        return Role("assumption", conditional=True, case=True) if token.tag != "Y" else None
    if word in DEFINING:
        between = tokens[j + 1 : k]
        if word not in ("let", "where", "with", "here") and any(t.text == "," for t in between):
            if not any(t.tag in "RMN" for t in between):
                return None  # "put differently, A = B"
        if word in ("set", "setting", "put", "putting") and not named:
            return Role("condition")
        if token.tag == "Y" and word not in ("let", "define", "denote", "where", "mapped") and k - j > 3:
            return None
        if mode == "claim" and word == "with" and not all(is_range(chain) for chain in token.chains):
            return UNKNOWN
        if not named:
            if token.tag == "Y":
                return None if cue.tag == "W" else UNKNOWN
            return Role("assumption", conditional=mode == "if")
        if mode == "claim" and cue.tag not in "LW":
            return Role("claim")
        if word in ("let", "fix", "take") and not (near or all(t.tag in "dfKPDNMRcxB" for t in tokens[j + 1 : k])):
            return UNKNOWN
        return Role("definition", conditional=mode == "if" and cue.tag == "W", cue=word)
    if word in SUBJECTS and near and named and token.tag in "RY" and mode != "claim":
        plugged = j > 1 and tokens[j - 1].tag == "d" and tokens[j - 2].text in CLAIMING
        return Role("definition") if not plugged else Role("claim")
    if cue.tag == "H" and word != "with" and j > 0 and tokens[j - 1].text in ("we", "you", "one"):
        return Role("claim")
    if cue.tag in "SC" or word in CLAIMING:
        return Role("claim") if not (cue.tag == "S" and token.tag == "Y") else None
    if cue.tag == "X":
        return UNKNOWN
    if cue.tag == "B":
        if mode == "if":
            return Role("assumption", conditional=True) if token.tag != "Y" else None
        if mode == "let" and word == "be" and named:
            return None
        if {t.text for t in tokens[max(0, j - 9) : j]} & SUBJECTS and named and mode != "claim":
            return Role("definition")
        if {t.text for t in tokens[max(0, j - 4) : j]} & CONDITIONING and token.tag == "R" and not named:
            return Role("condition")
        names = {name for chain in token.chains[:1] for name, _ in names_in(chain.terms[0])}
        if token.tag == "R" and near and names and not names & seen and mode != "claim":
            return Role("definition")
        return UNKNOWN if token.tag == "Y" or mode != "claim" else Role("claim")
    return None


def is_function(term: Any) -> bool:
    """Whether a term is f(x, y) with names only."""
    if not isinstance(term, Node) or term.kind != "mul" or len(term.children) != 2 or term.value:
        return False
    name, group = term.children
    return (
        name_of(name) is not None and group.kind == "group" and group.value == "(" and bool(names_in(group.children[0]))
    )


__all__ = ["ROLES", "UNKNOWN", "Role", "is_function", "roles"]
