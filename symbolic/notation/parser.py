"""Reads mathematics as people write it: `parse` a display, `parse_expression` one term, to the syntax tree of tree.py.

    macros.py      the text in pieces, the author's commands replaced
    lexer.py       lexemes with a type, by the tables of vocabulary.py
    brackets.py    which bracket and bar belongs to which
    rows.py        rows, chains, relation signs, remarks
    grammar.lark   one term, LALR(1)
    scripts.py     what stands above and below a factor
    assembly.py    what applies to what
    building.py    from the grammar to the tree

Every step is a loop over a list; nothing recurs with the depth of the text, and each limit has a name and a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from lark import Lark
from lark.exceptions import LarkError, UnexpectedToken, VisitError
from lark.lexer import Lexer

from symbolic.errors import ReadError
from symbolic.notation.brackets import resolve
from symbolic.notation.building import Build
from symbolic.notation.lexer import lex
from symbolic.notation.macros import Macro, expand, macros_of, pieces
from symbolic.notation.rows import rows_of
from symbolic.notation.scanner import Lexeme
from symbolic.notation.scripts import Unclear, span_of
from symbolic.notation.tree import Chain, Node, Row, Span, Unread

__all__ = ["MAX_CHARACTERS", "Macro", "macros_of", "parse", "parse_expression"]

MAX_CHARACTERS = 20_000
MAX_REGIONS = 1_000
MAX_TREE = 120  # levels: trees are walked recursively by those who read them
NO_MACROS: Mapping[str, Macro] = MappingProxyType({})


class _Ready(Lexer):
    """The lexemes are there already."""

    def __init__(self, _: Any) -> None:
        pass

    def lex(self, lexer_state: Any, parser_state: Any = None) -> Iterator[Any]:
        return iter(lexer_state)


@lru_cache(maxsize=1)
def _grammar() -> Lark:
    text = (Path(__file__).parent / "grammar.lark").read_text(encoding="utf-8")
    return Lark(text, parser="lalr", lexer=_Ready, transformer=Build(), start="expression", maybe_placeholders=False)


_EXPECTED = {
    "RB": "a closing brace", "RP": "a closing bracket", "RBR": "a closing bracket", "RCB": "a closing bracket",
    "RA": "a closing bar",
    "RN": "a closing norm", "END": "the end of the matrix", "RANG": "a closing angle bracket",
}  # fmt: skip


def _read(lexemes: list[Lexeme], regions: list[Span], text: str) -> Node | Unread:
    """One term; what cannot be read is an Unread with the whole span of the term."""
    span = _whole(span_of(lexemes), regions)
    lost = next((lexeme for lexeme in lexemes if lexeme.type == "BAD"), None)
    if lost:
        return Unread(span, _lost(lost, text[lost.start_pos : lost.end_pos][:40]))
    try:
        tree: Any = _grammar().parse(lexemes)  # type: ignore[arg-type]
    except UnexpectedToken as error:
        return Unread(span, _complaint(error, text))
    except Unclear as error:
        return Unread(span, f"{error.expected}, at {text[slice(*error.span)][:40]!r}")
    except VisitError as error:
        cause = error.orig_exc
        if isinstance(cause, Unclear):
            return Unread(span, f"{cause.expected}, at {text[slice(*cause.span)][:40]!r}")
        raise
    except LarkError as error:
        return Unread(span, f"mathematics ({type(error).__name__})")
    if _too_deep(tree):
        return Unread(span, f"brackets, fractions and scripts applied to one another at most {MAX_TREE} deep")
    left = next((node for node in tree.walk() if node.kind in _TEMPORARY), None)
    if left is not None:
        return Unread(span, f"something else here: {text[slice(*left.span)][:40]!r}")
    return _uncut(tree, regions) if regions else tree


def _lost(lexeme: Lexeme, shown: str) -> str:
    """What was expected where a sign has no meaning."""
    if lexeme.value == "blocks":
        return f"a comma or \\quad between blocks, or no gap in a product, after {shown!r}"
    if any(shown.endswith(bracket) for bracket in (*"()[]{}|", "angle", "|", "lVert", "rVert", "lvert", "rvert")):
        return f"the other bracket of {shown!r}"
    if shown in {"^", "_"}:
        return f"something after {shown!r}"
    if shown.startswith(("\\begin", "\\end")):
        return f"the other end of {shown!r}"
    return f"a sign that has a meaning here, found {shown!r}"


_TEMPORARY = {"brace", "open", "del", "mark"}


def _complaint(error: UnexpectedToken, text: str) -> str:
    token = error.token
    expected = {_EXPECTED[name] for name in error.accepts or error.expected if name in _EXPECTED}
    if "NAME" in (error.accepts or error.expected):
        wanted = "a name, a number or a bracket"
    elif expected:
        wanted = " or ".join(sorted(expected))
    else:
        wanted = "another sign"
    if token.type == "$END":
        return f"{wanted} before the end"
    return f"{wanted}, found {text[token.start_pos : token.end_pos][:40]!r}"


def _too_deep(tree: Node) -> bool:
    """Whether the tree is deeper than what may be walked recursively."""
    level, depth = [tree], 0
    while level:
        depth += 1
        if depth > MAX_TREE:
            return True
        level = [child for node in level for child in node.children]
    return False


def _whole(span: Span, regions: list[Span]) -> Span:
    """The span, widened until it cuts no region: it contains each, lies in it, or is apart from it."""
    start, end = span
    changed = True
    while changed:
        changed = False
        for first, last in regions:
            cuts = start < last and first < end
            if cuts and not (start <= first and last <= end) and not (first <= start and end <= last):
                start, end, changed = min(start, first), max(end, last), True
    return start, end


def _uncut(node: Node, regions: list[Span]) -> Node:
    near = [region for region in regions if region[0] < node.span[1] and node.span[0] < region[1]]
    if not near:
        return node
    span = _whole(node.span, near)
    children = tuple(_uncut(child, near) for child in node.children)
    return replace(node, span=span, children=children)


def _lexemes(
    text: str, start: int, end: int, macros: Mapping[str, Macro]
) -> tuple[list[Lexeme], list[int], list[Span]]:
    if end - start > MAX_CHARACTERS:
        raise ReadError(f"a formula may have at most {MAX_CHARACTERS} characters, this one has {end - start}")
    found, calls = expand(pieces(text, start, end), macros)
    lexed = lex(found, calls)
    if len(lexed.regions) > MAX_REGIONS:
        raise ReadError(f"a formula may have at most {MAX_REGIONS} commands of the author's own and braces for looks")
    lexemes, depths = resolve(lexed.lexemes)
    return lexemes, depths, lexed.regions


def parse(
    text: str, start: int = 0, end: int | None = None, macros: Mapping[str, Macro] = NO_MACROS
) -> tuple[Row, ...]:
    r"""The rows of the mathematics in text[start:end], the inside of `$..$` or of a display; spans are in `text`.

    Never fails: a term that is not understood is an `Unread`, and a formula past a limit is one `Unread` that names it.

    >>> (row,) = parse(r"X'X &= \sum_i x_i x_i', && \text{(rows)} \label{gram}")
    >>> for term in row.chains[0].terms:
    ...     print(term)
    mul(prime(name:X), name:X)
    sum:i(mul(sub(name:x, name:i), prime(sub(name:x, name:i))))
    >>> row.chains[0].remarks, row.labels
    (('(rows)',), ('gram',))
    """
    end = len(text) if end is None else end
    try:
        lexemes, depths, regions = _lexemes(text, start, end, macros)
    except ReadError as error:
        return (Row((Chain((Unread((start, end), str(error)),), ()),), (start, end)),)
    return rows_of(
        lexemes, depths, (start, end), lambda term: _read(term, regions, text), lambda span: _whole(span, regions)
    )


def parse_expression(text: str, macros: Mapping[str, Macro] = NO_MACROS) -> Node:
    r"""One expression. Raises ReadError with the place and what was expected there.

    >>> print(parse_expression(r"\hat\beta^\top (X^TX + \lambda I_n)^{-1}"))
    mul(transpose(name:hat beta), inverse(group:((add(mul(transpose(name:X), name:X),
        mul(name:lambda, sub(name:I, name:n))))))
    """
    lexemes, depths, regions = _lexemes(text, 0, len(text), macros)
    for lexeme, depth in zip(lexemes, depths, strict=True):
        if lexeme.type in {"REL", "QUAD", "SEMI", "NL", "AMP"} and depth == 0:
            sign = text[lexeme.start_pos : lexeme.end_pos]
            raise ReadError(f"cannot read {sign!r} at {lexeme.start_pos}: expected one expression")
    lexemes = [lexeme for lexeme in lexemes if lexeme.type not in {"PUNCT", "LABEL"}]
    if not lexemes:
        raise ReadError("cannot read an empty text: an expression was expected")
    tree = _read(lexemes, regions, text)
    if isinstance(tree, Unread):
        place, last = tree.span
        raise ReadError(f"cannot read {text[place:last][:80]!r} at {place}: expected {tree.expected}")
    return tree
