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
    layers = [k for k in uppers if base.kind == "name" and layer(scripts[k].node)]
    order = [k for k in order if k in layers] + [k for k in order if k not in layers]
    for k in order:
        base = one_script(base, scripts[k])
    return base


def layer(node: Node) -> bool:
    first = node.children[0] if node.kind == "mul" and not node.value else node
    return first.kind == "group" and first.value == "("


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
    if above.kind == "mul" and not above.value and (mark(above.children[0]) or layer(above)):
        for child in above.children:  # W^{(1)T}, x^{*T}
            if not (mark(child) or layer(child)):
                raise Unclear("a transpose, a star or a layer in a superscript of several signs", above.span)
            base = _raised(base, child, span)
        return base
    if above.kind == "neg" and (is_number(above.children[0], "1") or is_transpose(above.children[0])):
        return Node("inverse" if is_number(above.children[0], "1") else "inverse_transpose", span, (base,))
    if above.kind == "neg" and above.children[0].kind == "mul" and [str(c) for c in above.children[0].children] in (
        ["number:1", "name:T"], ["number:1", "name:top"],
    ):  # fmt: skip
        return Node("inverse_transpose", span, (base,))
    kind, value = mark(above)
    if kind:
        return Node(kind, span, (base,), value)
    if layer(above):
        inner = above.children[0]
        if base.kind == "name" and inner.kind == "number":
            return replace(base, span=span, value=f"{base.value}^({inner.value})")
        return Node("sub", span, (base, inner), "^()")
    if above.kind == "mark":
        return Node("pow", span, (base, replace(above, kind="text")))
    if any(is_transpose(node) for node in above.walk()) and above.kind in {"add", "mul"}:
        raise Unclear("a transpose in a superscript of its own", above.span)
    if above.kind == "mul" and above.children[0].kind == "mark":
        rest = above.children[1:]
        power = rest[0] if len(rest) == 1 else replace(above, children=rest)
        return Node("pow", span, (base, power), above.children[0].value)
    return Node("pow", span, (base, above))


_MARKS = {"*": "star", "ast": "star", "star": "star", "+": "pseudo_inverse", "'": "prime"}


def mark(node: Node) -> tuple[str, str] | tuple[str, str]:
    """The kind and value of what a superscript of one sign makes: ("", "") when it is no such sign."""
    if is_transpose(node):
        return "transpose", ""
    if node.kind == "name" and node.value == "t" and not node.font:
        return "transpose", "t"
    if node.kind == "mark" and node.value in _MARKS:
        return _MARKS[node.value], ""
    if node.kind == "name" and node.value in {"dagger", "dag"}:
        return "pseudo_inverse", ""
    if node.kind == "name" and node.value in {"star", "ast"}:
        return "star", ""
    if node.kind == "name" and node.value == "prime":
        return "prime", ""
    if node.kind == "name" and node.value == "H":
        return "star", "H"
    return "", ""


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
