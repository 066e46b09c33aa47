"""From what the grammar found to the tree: one method a rule of grammar.lark.

The parser calls them while it reads, so nothing recurs with the depth of the text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from lark import Transformer

from symbolic.notation.assembly import Assembly
from symbolic.notation.scanner import Lexeme
from symbolic.notation.scripts import Factor, Script, Unclear, is_number, resolved, span_of
from symbolic.notation.tree import Node, Span

OPTIMUM = {"argmin", "argmax", "min", "max"}


class Build(Transformer):
    """One method a rule of grammar.lark; the parser calls them while it reads, so nothing recurs."""

    def expression(self, parts: list[Any]) -> Node:
        return parts[0]

    content = expression

    def items(self, parts: list[Any]) -> Node:
        nodes = [part for part in parts if isinstance(part, Node)]
        separators = [part for part in parts if isinstance(part, Lexeme)]
        kinds = [part.type for part in separators]
        if len(nodes) == 1:
            return nodes[0]
        if "QUAD" in kinds or "SEMI" in kinds:
            rows: list[list[Node]] = [[]]
            for part in parts:
                if isinstance(part, Node):
                    rows[-1].append(part)
                elif part.type == "SEMI":
                    rows.append([])
            shown = tuple(Node("row", span_of(row), tuple(row)) for row in rows if row)
            return Node("matrix", span_of(nodes), shown, "[")
        return Node("tuple", span_of(nodes), tuple(nodes))

    def relation(self, parts: list[Any]) -> Node:
        sides, signs = parts[::2], parts[1::2]
        if not signs:
            return parts[0]
        return Node("relation", span_of(sides), tuple(sides), " ".join(sign.value for sign in signs))

    def given(self, parts: list[Any]) -> Node:
        return Node("given", span_of(parts), (parts[0], parts[2]))

    def constrained(self, parts: list[Any]) -> Node:
        """The constraint goes to the optimum that stands last before it."""
        spine = [parts[0]]
        while spine[-1].kind not in OPTIMUM and spine[-1].kind in {"add", "neg", "mul", "relation"}:
            spine.append(spine[-1].children[-1])
        optimum = spine[-1]
        if optimum.kind not in OPTIMUM or len(optimum.children) > 2:
            raise Unclear("an optimum before its constraint", span_of([parts[1]]))
        variables = optimum.children[1:] or (Node("missing", (optimum.span[0], optimum.span[0])),)
        new = replace(optimum, span=span_of([optimum, parts[2]]), children=(optimum.children[0], *variables, parts[2]))
        for node in reversed(spine[:-1]):
            new = replace(node, span=span_of([node, new]), children=(*node.children[:-1], new))
        return new

    def sum(self, parts: list[Any]) -> Node:
        if len(parts) == 1:
            only = parts[0]
            if not only.operator and isinstance(only.base, Node) and only.base.kind != "open":
                return resolved(only)
        return Assembly(parts).sum()

    def factor(self, parts: list[Any]) -> Factor:
        return Factor(parts[0], tuple(parts[1:]), span_of(parts))

    def script(self, parts: list[Any]) -> Script:
        sign, span = parts[0], span_of(parts)
        if sign.type == "PRIME":
            return Script("'", Node("mark", span, (), "'"), span)
        node = resolved(Factor(_plain(parts[-1]), (), span))
        place = {"UP": "^", "DOWN": "_", "AT": "|"}[sign.type]
        return Script(place, node, span)

    def atom(self, parts: list[Any]) -> Node:
        (lexeme,) = parts
        kind = {"NAME": "name", "NUM": "number", "DOTS": "dots", "TEXT": "text", "MARK": "mark"}[lexeme.type]
        return Node(kind, span_of(parts), (), lexeme.value, lexeme.font if kind == "name" else "")

    def operator(self, parts: list[Any]) -> Lexeme:
        return parts[0]

    def group(self, parts: list[Any]) -> Node:
        left, inner, right = parts
        shape = {"LP": "(", "LBR": "[", "LCB": "{"}[left.type]
        if {left.type, right.type} in ({"LP", "RBR"}, {"LBR", "RP"}):
            shape += {"RP": ")", "RBR": "]"}[right.type]
        span = span_of(parts)
        if inner.kind == "matrix" and shape in "([":
            if inner.value in {"array", "matrix", "smallmatrix", "tabular"}:
                return replace(inner, span=span, value={"(": "pmatrix", "[": "bmatrix"}[shape])
            if inner.value == "[":
                return replace(inner, span=span, value=shape)
        signs = inner.value.split() if inner.kind == "relation" else []
        if shape == "{" and signs[:1] == [":"]:
            left, *sides = inner.children
            right = sides[0] if len(sides) == 1 else Node("relation", span_of(sides), tuple(sides), " ".join(signs[1:]))
            inner = Node("given", inner.span, (left, right))
        return Node("group", span, (inner,), shape)

    def nothing(self, parts: list[Any]) -> Node:
        return Node("missing", span_of(parts))

    def brace(self, parts: list[Any]) -> Node:
        return Node("brace", span_of(parts), (parts[1],))

    def norm(self, parts: list[Any]) -> Node:
        if parts[1].kind == "matrix" and parts[1].value in {"array", "matrix"}:
            raise Unclear("a norm of something that is not an array", span_of(parts))
        return Node("norm", span_of(parts), (parts[1],))

    def bars(self, parts: list[Any]) -> Node:
        inner = parts[1]
        if inner.kind == "matrix" and inner.value in {"array", "matrix", "smallmatrix"}:
            return replace(inner, span=span_of(parts), value="vmatrix")
        return Node("bars", span_of(parts), (inner,))

    def inner(self, parts: list[Any]) -> Node:
        if parts[1].kind == "given":
            return Node("call", span_of(parts), parts[1].children, "inner")
        arguments = parts[1].children if parts[1].kind == "tuple" else (parts[1],)
        return Node("call", span_of(parts), arguments, "inner")

    def rounded(self, parts: list[Any]) -> Node:
        return Node("call", span_of(parts), (parts[1],), "floor" if parts[0].type == "LFL" else "ceil")

    def evaluated(self, parts: list[Any]) -> Node:
        return Node("at", span_of(parts), (parts[1], _plain(parts[4])))

    def fraction(self, parts: list[Any]) -> Node:
        above, below = _plain(parts[1]), _plain(parts[2])
        for part in (above, below):
            if part.kind == "missing":
                raise Unclear("something above and below the fraction's line", span_of(parts))
        return Node("div", span_of(parts), (above, below), "frac")

    def binomial(self, parts: list[Any]) -> Node:
        return Node("call", span_of(parts), (_plain(parts[1]), _plain(parts[2])), "binom")

    def root(self, parts: list[Any]) -> Node:
        if parts[0].type == "SQRT":
            return Node("call", span_of(parts), (_plain(parts[1]),), "sqrt")
        return Node("call", span_of(parts), (_plain(parts[4]), parts[2]), "root")

    def accent(self, parts: list[Any]) -> Node:
        """An accent is part of the name under it, also when an index or a star stands under it as well."""
        name, span = parts[0].value, span_of(parts)
        path = [_plain(parts[1])]
        while path[-1].kind in {"sub", "star", "prime", "transpose"}:
            path.append(path[-1].children[0])
        if path[-1].kind != "name" and not is_number(path[-1], "0"):
            raise Unclear(f"a single name under the {name}", span)
        new = replace(path[-1], kind="name", span=span, value=f"{name} {path[-1].value}")
        for node in reversed(path[:-1]):
            new = replace(node, span=span, children=(new, *node.children[1:]))
        return new

    def over(self, parts: list[Any]) -> Node:
        body = _plain(parts[1])
        if len(parts) < 3:
            return Node("over", span_of(parts), (body, Node("missing", (body.span[1], body.span[1]))))
        remark = parts[2]
        return Node("over", span_of(parts), (body, Node("text", span_of([remark]), (), remark.value)))

    def variable(self, parts: list[Any]) -> Node:
        """A variable of a derivative; `del` marks it until the fraction is complete."""
        return Node("del", span_of(parts), (Assembly(parts[1:]).sum(),), "")

    def derivative(self, parts: list[Any]) -> Node:
        kind = parts[0].value
        scripts = [part for part in parts if isinstance(part, Script)]
        variables: list[Node] = []
        order = 1
        if scripts:
            if (
                len(scripts) > 1
                or scripts[0].place != "^"
                or scripts[0].node.kind != "number"
                or len(scripts[0].node.value) > 1
            ):
                raise Unclear("the order of the derivative, a number", scripts[0].span)
            order = int(scripts[0].node.value)
        for part in parts:
            if isinstance(part, Node) and part.kind == "del":
                variable = part.children[0]
                if variable.kind == "pow" and variable.children[1].kind == "number" and order > 1:
                    times = variable.children[1].value
                    variables += [variable.children[0]] * (int(times) if len(times) == 1 else 0)
                else:
                    variables.append(variable)
        if len(variables) != order:
            raise Unclear(f"{order} variables below the derivative", span_of(parts))
        value = kind if order == 1 else f"{kind}^{order}"
        functions = [part for part in parts if isinstance(part, Node) and part.kind != "del"]
        if functions and functions[0].kind in {"add", "neg"}:
            raise Unclear("brackets around what is differentiated", functions[0].span)
        if functions:
            return Node("derivative", span_of(parts), (functions[0], *variables), value)
        return Node("open", span_of(parts), tuple(variables), value)

    def matrix(self, parts: list[Any]) -> Node:
        kind = parts[0].value
        span = span_of([parts[0], parts[-1]])
        rows: list[Node] = []
        for before, row in pairwise(parts):
            if isinstance(row, Node):  # an empty row stands behind the sign before it
                rows.append(row if row.span[0] >= 0 else _moved(row, before.end_pos))
        if len(rows) > 1 and len(rows[-1].children) == 1 and rows[-1].children[0].kind == "missing":
            rows.pop()
        if kind == "cases":
            return self.cases(rows, span)
        if len({len(row.children) for row in rows}) > 1:
            raise Unclear("rows of the same length", span)
        return Node("matrix", span, tuple(rows), kind)

    def cases(self, rows: Sequence[Node], span: Span) -> Node:
        for row in rows:
            if len(row.children) > 2:
                raise Unclear("a value and a condition in each case", row.span)
        found = []
        for row in rows:
            missing = Node("missing", (row.span[1], row.span[1]))
            found.append(row if len(row.children) == 2 else replace(row, children=(*row.children, missing)))
        return Node("cases", span, tuple(found))

    def cells(self, parts: list[Any]) -> Node:
        found, end = [], span_of(parts[1:2] or parts)[0]
        for part in parts:
            if isinstance(part, Lexeme):
                end = part.end_pos
                continue
            node = part if part.span[0] >= 0 else replace(part, span=(end, end))
            found.append(node)
        return Node("row", span_of(found), tuple(found))

    def cell(self, parts: list[Any]) -> Node:
        return parts[0] if parts else Node("missing", (-1, -1))


def _moved(row: Node, place: int) -> Node:
    """A row without anything in it, at its place."""
    cells = tuple(replace(cell, span=(place, place)) for cell in row.children)
    return replace(row, span=(place, place), children=cells)


def _plain(node: Any) -> Any:
    """Without the brace that made it an argument, but with its span."""
    if isinstance(node, Lexeme):
        if node.type in {"MAYBE", "FUN", "OPT"}:
            return Node("name", span_of([node]), (), node.value, node.font if node.type == "MAYBE" else "")
        raise Unclear(f"something for {node.value or node.type} to apply to", span_of([node]))
    if node.kind == "open":
        raise Unclear("something for the derivative to apply to", node.span)
    return replace(node.children[0], span=node.span) if node.kind == "brace" else node
