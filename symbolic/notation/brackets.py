"""Which bracket belongs to which, which bar opens, closes, conditions or evaluates, and the depth of every lexeme."""

from __future__ import annotations

from symbolic.errors import ReadError
from symbolic.notation.scanner import MAX_DEPTH, NO_OPERAND_ENDS, Lexeme
from symbolic.notation.vocabulary import CLOSING, OPENING, PARTNERS

_SPLITS = {"REL", "AMP", "NL", "COMMA", "SEMI", "LINK", "QUAD"}
_OPENS = {"BAR": "LA", "DBAR": "LN"}
_CLOSES = {"BAR": "RA", "DBAR": "RN"}


def resolve(lexemes: list[Lexeme]) -> tuple[list[Lexeme], list[int]]:
    """The lexemes with their bars told apart, and the depth of each; what does not match has the type BAD.

    An opening and a closing bracket have the depth of what stands around them. Raises ReadError past `MAX_DEPTH`.
    """
    lexemes = _across_rows(lexemes)
    _bars(lexemes)
    _match(lexemes)
    lexemes = _systems(lexemes)
    lexemes = _words(lexemes)
    depths, depth = [], 0
    for lexeme in lexemes:
        depth -= lexeme.type in CLOSING
        depths.append(depth)
        depth += lexeme.type in OPENING
        if depth > MAX_DEPTH:
            raise ReadError(f"brackets may be nested at most {MAX_DEPTH} deep")
    return lexemes, depths


def _across_rows(lexemes: list[Lexeme]) -> list[Lexeme]:
    r"""Without the `\right.` and `\left.` that carry a bracket over the end of a row."""
    gone: set[int] = set()
    for k, lexeme in enumerate(lexemes):
        if lexeme.type != "RDOT":
            continue
        j = k + 1
        while j < len(lexemes) and lexemes[j].type in {"NL", "AMP", "QUAD", "PLUS", "MINUS", "TIMES"}:
            j += 1
        between = [lexemes[n].type for n in range(k + 1, j)]
        if j < len(lexemes) and lexemes[j].type == "LDOT" and "NL" in between:
            gone |= {k, j, *(k + 1 + n for n, kind in enumerate(between) if kind in {"NL", "AMP", "QUAD"})}
    return [lexeme for k, lexeme in enumerate(lexemes) if k not in gone]


def _bars(lexemes: list[Lexeme]) -> None:
    """Give every bar its type: it opens where no operand stands before it, closes what is open, else it conditions."""
    # How many bars of a kind are still to come in each stretch between brackets and signs that no bar crosses.
    stretch: list[int] = []
    counts: dict[tuple[int, str], int] = {}
    stack, fresh = [0], 0
    for lexeme in lexemes:
        if lexeme.type in OPENING:
            fresh += 1
            stack.append(fresh)
        elif lexeme.type in CLOSING and len(stack) > 1:
            stack.pop()
        elif lexeme.type in _SPLITS:
            fresh += 1
            stack[-1] = fresh
        stretch.append(stack[-1])
        if lexeme.type in _OPENS:
            counts[stack[-1], lexeme.type] = counts.get((stack[-1], lexeme.type), 0) + 1
    opened: dict[int, list[str]] = {}
    for k, lexeme in enumerate(lexemes):
        kind = lexeme.type
        if kind not in _OPENS:
            continue
        here = opened.setdefault(stretch[k], [])
        left = counts[stretch[k], kind]
        counts[stretch[k], kind] -= 1
        before = lexemes[k - 1].type if k else ""
        after = lexemes[k + 1].type if k + 1 < len(lexemes) else ""
        operand = bool(before) and before not in NO_OPERAND_ENDS
        if here and here[-1] == kind and operand:
            here.pop()
            lexeme.type = _CLOSES[kind]
        elif operand and after == "DOWN" and kind == "BAR":
            lexeme.type = "AT"
        elif operand and left % 2:
            lexeme.type = "GIVEN"
        elif before in {"", "AMP", "NL", "BEGIN"} and after in {"", "AMP", "NL", "END"}:
            lexeme.type, lexeme.value = "DOTS", "|"
        else:
            here.append(kind)
            lexeme.type = _OPENS[kind]


def _match(lexemes: list[Lexeme]) -> None:
    """Pair the brackets; a bracket without a partner becomes BAD, a bar without one may say where (AT)."""
    stack: list[int] = []
    for k, lexeme in enumerate(lexemes):
        if lexeme.type in OPENING:
            stack.append(k)
        elif lexeme.type in CLOSING:
            kind = "RAT" if lexeme.type == "RA" and stack and lexemes[stack[-1]].type == "LDOT" else lexeme.type
            depth = len(stack) - 1
            while depth >= 0 and lexemes[stack[depth]].type not in PARTNERS[kind]:
                if lexemes[stack[depth]].type in {"LB", "BEGIN"} and kind not in {"RB", "END"}:
                    depth = -1
                    break
                depth -= 1
            if depth < 0:
                at = kind == "RA" and k + 1 < len(lexemes) and lexemes[k + 1].type == "DOWN"
                lexeme.type = "AT" if at else "BAD"
                continue
            for lost in stack[depth + 1 :]:
                lexemes[lost].type = "BAD"
            if kind == "RBR" and _blocks(lexemes, stack[depth], k):
                lexemes[stack[depth]].type, lexemes[stack[depth]].value = "BAD", "blocks"
            del stack[depth:]
            lexeme.type = kind
    for lost in stack:
        lexemes[lost].type = "BAD"


def _systems(lexemes: list[Lexeme]) -> list[Lexeme]:
    r"""A `\left\{` that `\right.` closes: before an array it makes cases, else it is only there for looks."""
    gone: set[int] = set()
    stack: list[int] = []
    for k, lexeme in enumerate(lexemes):
        if lexeme.type in OPENING:
            stack.append(k)
        elif lexeme.type in CLOSING and stack:
            first = stack.pop()
            if lexeme.type != "RDOT":
                continue
            if lexemes[first].type == "LCB" and lexemes[first + 1].type == "BEGIN" and lexemes[k - 1].type == "END":
                lexemes[first + 1].value = lexemes[k - 1].value = "cases"
                lexemes[first + 1].start_pos, lexemes[k - 1].end_pos = lexemes[first].start_pos, lexeme.end_pos
                gone |= {first, k}
            elif lexemes[first].type in {"LCB", "LDOT"}:
                gone |= {first, k}
            else:
                lexemes[first].type = lexeme.type = "BAD"
    return [lexeme for k, lexeme in enumerate(lexemes) if k not in gone]


def _blocks(lexemes: list[Lexeme], first: int, last: int) -> bool:
    """Whether [X \\; y] is meant as two blocks as much as a product: a gap and no sign between operands."""
    depth, gap = 0, False
    for lexeme in lexemes[first:last]:
        depth -= lexeme.type in CLOSING
        if depth == 1 and lexeme.type in {"PLUS", "MINUS", "TIMES", "SLASH", "COMMA", "QUAD", "SEMI", "REL"}:
            return False
        depth += lexeme.type in OPENING
        gap = gap or (depth == 1 and lexeme.gap and lexeme.type not in NO_OPERAND_ENDS)
    following = lexemes[last - 1]
    return gap and not (following.gap and sum(lexeme.gap for lexeme in lexemes[first:last]) == 1)


def _words(lexemes: list[Lexeme]) -> list[Lexeme]:
    """Connecting words and full stops inside brackets: "if" before a condition says nothing, "and" is a comma."""
    kept: list[Lexeme] = []
    stack: list[Lexeme] = []
    optimum: list[bool] = [False]
    for lexeme in lexemes:
        if lexeme.type in OPENING:
            stack.append(lexeme)
            optimum.append(False)
        elif lexeme.type in CLOSING and stack:
            stack.pop()
            optimum.pop()
        elif lexeme.type == "OPT":
            optimum[-1] = True
        elif stack and lexeme.type == "PUNCT":
            continue
        elif stack and lexeme.type == "LINK":
            if len(stack) == 1 and kept[-1].type == "LP" and (lexeme.font or lexeme.value == "where"):
                kept.append(lexeme)  # (since A = B): a remark of the row
                continue
            starts = kept[-1].type in {"AMP", "BEGIN", "NL", "COMMA", "LINK"}
            if stack[-1].type == "BEGIN" and lexeme.value == "where" and starts and lexeme.font:
                continue
            if lexeme.value == "s.t.":
                lexeme.type = "ST" if optimum[-1] else "GIVEN"
            elif lexeme.value == "and":
                lexeme.type = "COMMA"
            else:
                lexeme.type = "BAD"
        kept.append(lexeme)
    return kept
