"""What a superscript, a subscript, a prime or a bar behind a factor means: a transpose, an inverse, an index, a power.

Source: the notation of R. A. Horn & C. R. Johnson, Matrix Analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from symbolic.errors import ReadError
from symbolic.notation import vocabulary as v
from symbolic.notation.scanner import Lexeme
from symbolic.notation.tree import Node, Span


class Unclear(ReadError):
    """A reading that failed at a place: what was expected, and the span."""

    def __init__(self, expected: str, span: Span) -> None:
        super().__init__(expected)
        self.expected, self.span = expected, span


@dataclass(frozen=True)
class Script:
    """What stands above ("^"), below ("_"), as a prime ("'") or behind a bar ("|") of a factor."""

    place: str
    node: Node
    span: Span


@dataclass(frozen=True)
class Factor:
    """A factor before its scripts are applied: a node, or an operator that waits for what follows it."""

    base: Node | Lexeme
    scripts: tuple[Script, ...]
    span: Span

    @property
    def operator(self) -> str:
        return self.base.type if isinstance(self.base, Lexeme) else ""


Piece = Node | Lexeme | Script | Factor


def span_of(parts: Sequence[Any]) -> Span:
    """From the first to the last of the parts."""
    spans = [(part.start_pos, part.end_pos) if isinstance(part, Lexeme) else part.span for part in parts]
    return min(start for start, _ in spans), max(end for _, end in spans)


def is_bracket(part: Any) -> bool:
    return isinstance(part, Factor) and isinstance(part.base, Node) and part.base.kind == "group"


def is_number(node: Node, value: str) -> bool:
    return node.kind == "number" and node.value == value


def is_transpose(node: Node) -> bool:
    return node.kind == "name" and node.value in v.TRANSPOSES


def said(node: Node) -> str:
    """A subscript or a superscript as a short text, for the name that it becomes a part of."""
    if node.kind in {"name", "number", "text", "mark"}:
        return node.value
    if node.kind in {"tuple", "mul"}:
        return ",".join(said(child) for child in node.children)
    if node.kind == "neg":
        return "-" + said(node.children[0])
    return str(node)


def two_indices(node: Node) -> bool:
    """Whether a subscript has two indices: ij, or i, j."""
    if node.kind == "tuple":
        return len(node.children) == 2
    simple = ("name", "number", "add", "sub")
    return (
        node.kind == "mul"
        and not node.value
        and len(node.children) == 2
        and all(c.kind in simple for c in node.children)
    )


def scripted(base: Node, scripts: Sequence[Script]) -> Node:
    """The base with its scripts. An index comes first, wherever it was written, except two after a superscript."""
    uppers = [k for k, script in enumerate(scripts) if script.place in "^'"]
    lowers = [k for k, script in enumerate(scripts) if script.place == "_"]
    order = sorted(range(len(scripts)), key=lambda k: "_^'|".index(scripts[k].place) if scripts[k].place in "_|" else 1)
    if uppers and lowers and uppers[0] < lowers[0] and two_indices(scripts[lowers[0]].node) and base.kind != "norm":
        order = list(range(len(scripts)))
    layers = [k for k in uppers if base.kind == "name" and _starts_with_layer(scripts[k].node)]
    order = [k for k in order if k in layers] + [k for k in order if k not in layers]
    for k in order:
        base = one_script(base, scripts[k])
    return base


def _starts_with_layer(node: Node) -> bool:
    return layer(node.children[0] if node.kind == "mul" else node)


def layer(node: Node) -> bool:
    return node.kind == "group" and node.value in {"(", "["}


def one_script(base: Node, script: Script) -> Node:
    span = (min(base.span[0], script.span[0]), max(base.span[1], script.span[1]))
    if script.place == "_":
        if base.kind == "norm" and not base.value:
            return replace(base, span=span, value=said(script.node))
        if script.node.kind == "mark":
            if script.node.value == "*":
                return Node("star", span, (base,), "_")
            return Node("sub", span, (base, replace(script.node, kind="text")))
        return Node("sub", span, (base, script.node))
    if script.place == "'":
        return Node("prime", span, (base,))
    if script.place == "|":
        return Node("at", span, (base, script.node))
    return _raised(base, script.node, span)


def _raised(base: Node, above: Node, span: Span) -> Node:
    """The base with a superscript: a transpose, an inverse, a layer, a power."""
    signs = above.children if above.kind == "mul" and not above.value else ()
    if signs and all(mark(child) not in {None, ("transpose", "t")} or layer(child) for child in signs):
        for child in signs:  # W^{(1)T}, x^{*T}
            base = _raised(base, child, span)
        return base
    if above.kind == "neg":
        inner = above.children[0]
        if is_number(inner, "1"):
            return Node("inverse", span, (base,))
        if is_transpose(inner) or (inner.kind == "mul" and _inverse_transposed(inner)):
            return Node("inverse_transpose", span, (base,))
    found = mark(above)
    if found and not (
        found[0] == "transpose" and (base.kind == "number" or (base.kind == "name" and base.value == "e"))
    ):
        return Node(found[0], span, (base,), found[1])
    if layer(above):
        inner, brackets = above.children[0], {"(": "()", "[": "[]"}[above.value]
        if base.kind == "name" and inner.kind == "number":
            return replace(base, span=span, value=f"{base.value}^{brackets[0]}{inner.value}{brackets[1]}")
        return Node("sub", span, (base, inner), f"^{brackets}")
    if above.kind == "mark":
        return Node("pow", span, (base, replace(above, kind="text")))
    if above.kind in {"add", "mul"} and any(is_transpose(node) for node in above.walk()):
        raise Unclear("a transpose in a superscript of its own", above.span)
    if signs and signs[0].kind == "mark":  # A^{\circ 2}
        rest = signs[1] if len(signs) == 2 else replace(above, children=signs[1:])
        return Node("pow", span, (base, rest), signs[0].value)
    return Node("pow", span, (base, above))


def _inverse_transposed(node: Node) -> bool:
    """Whether, after a minus, a superscript says 1 and T."""
    return len(node.children) == 2 and is_number(node.children[0], "1") and is_transpose(node.children[1])


_MARKS = {"*": "star", "ast": "star", "star": "star", "+": "pseudo_inverse", "'": "prime"}
_MARK_NAMES = {"dagger": "pseudo_inverse", "dag": "pseudo_inverse", "star": "star", "ast": "star", "prime": "prime"}


def mark(node: Node) -> tuple[str, str] | None:
    """The kind and value of what a superscript of one sign makes, if it makes more than a power."""
    if is_transpose(node):
        return "transpose", ""
    if node.kind == "mark" and node.value in _MARKS:
        return _MARKS[node.value], ""
    if node.kind != "name":
        return None
    if node.value in _MARK_NAMES:
        return _MARK_NAMES[node.value], ""
    if node.value == "t" and not node.font:
        return "transpose", "t"
    return ("star", "H") if node.value == "H" else None


def resolved(factor: Factor) -> Node:
    """A factor that waits for nothing."""
    base = factor.base
    if isinstance(base, Lexeme):
        raise Unclear(f"something for {base.value} to apply to", factor.span)
    if base.kind == "brace":
        inner = base.children[0]
        if factor.scripts and inner.kind in {"add", "neg", "mul", "relation", "tuple", "div"} and inner.value != "frac":
            raise Unclear(
                "round brackets: an exponent on a brace with several terms prints on the last one", factor.span
            )
        base = replace(inner, span=base.span)
    return scripted(base, factor.scripts) if factor.scripts else base
