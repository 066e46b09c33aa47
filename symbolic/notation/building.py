"""From what the grammar found to the tree: what a function, a sum, a derivative applies to, what a script means.

Nothing is guessed: where two readings are usual, as in `a/b c`, a ReadError says which brackets would tell.
Source: the conventions of Higham, Handbook of Writing for the Mathematical Sciences, 3rd edition, chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lark import Transformer

from symbolic.errors import ReadError
from symbolic.notation import vocabulary as v
from symbolic.notation.scanner import Lexeme
from symbolic.notation.tree import Node, Span

MAX_OPERATORS = 60  # sums, functions, derivatives that apply to one another without brackets


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


# -- scripts


def scripted(base: Node, scripts: Sequence[Script]) -> Node:
    """The base with its scripts. An index comes first, wherever it was written, except two after a superscript."""
    uppers = [k for k, script in enumerate(scripts) if script.place in "^'"]
    lowers = [k for k, script in enumerate(scripts) if script.place == "_"]
    order = sorted(range(len(scripts)), key=lambda k: "_^'|".index(scripts[k].place) if scripts[k].place in "_|" else 1)
    if uppers and lowers and uppers[0] < lowers[0] and two_indices(scripts[lowers[0]].node) and base.kind != "norm":
        order = list(range(len(scripts)))
    layers = [k for k in uppers if base.kind == "name" and _layer(scripts[k].node)]
    order = [k for k in order if k in layers] + [k for k in order if k not in layers]
    for k in order:
        base = _one_script(base, scripts[k])
    return base


def _layer(node: Node) -> bool:
    first = node.children[0] if node.kind == "mul" and not node.value else node
    return first.kind == "group" and first.value == "("


def _one_script(base: Node, script: Script) -> Node:
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
    if above.kind == "mul" and not above.value and (_mark(above.children[0]) or _layer(above)):
        for child in above.children:  # W^{(1)T}, x^{*T}
            if not (_mark(child) or _layer(child)):
                raise Unclear("a transpose, a star or a layer in a superscript of several signs", above.span)
            base = _raised(base, child, span)
        return base
    if above.kind == "neg" and (is_number(above.children[0], "1") or is_transpose(above.children[0])):
        return Node("inverse" if is_number(above.children[0], "1") else "inverse_transpose", span, (base,))
    if above.kind == "neg" and above.children[0].kind == "mul" and [str(c) for c in above.children[0].children] in (
        ["number:1", "name:T"], ["number:1", "name:top"],
    ):  # fmt: skip
        return Node("inverse_transpose", span, (base,))
    kind, value = _mark(above)
    if kind:
        return Node(kind, span, (base,), value)
    if _layer(above):
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


def _mark(node: Node) -> tuple[str, str] | tuple[str, str]:
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


# -- products and sums


class Assembly:
    """Reads the flat list of factors and signs of one sum, from left to right."""

    def __init__(self, items: Sequence[Any]) -> None:
        self.items = items
        self.at = 0
        self.operators = 0

    def peek(self) -> Any:
        return self.items[self.at] if self.at < len(self.items) else None

    def sign(self) -> str:
        """The type of the sign that comes next: "" before a factor, "end" behind the last."""
        item = self.peek()
        return "end" if item is None else item.type if isinstance(item, Lexeme) else ""

    def sum(self) -> Node:
        terms: list[Node] = []
        while True:
            minus: Lexeme | None = None
            if self.sign() in {"PLUS", "MINUS"}:
                lexeme = self.items[self.at]
                minus = lexeme if lexeme.type == "MINUS" else None
                plus = lexeme if lexeme.type == "PLUS" and not terms else None
                self.at += 1
                if plus is not None and self.sign() == "end":
                    raise Unclear("a term after +", span_of([plus]))
            term = self.product()
            terms.append(Node("neg", span_of([minus, term]), (term,)) if minus else term)
            if self.sign() == "end":
                break
        return terms[0] if len(terms) == 1 else Node("add", span_of(terms), tuple(terms))

    def product(self) -> Node:
        """Factors and the signs between them, up to the next + or -."""
        left = self.run()
        while self.sign() in {"TIMES", "SLASH"}:
            sign = self.items[self.at]
            self.at += 1
            if sign.type == "SLASH":
                left = self.divided(left)
                continue
            right = self.run()
            if left.kind == "mul" and left.value == sign.value:
                left = Node("mul", span_of([left, right]), (*left.children, right), sign.value)
            elif (
                left.kind == "mul"
                and left.value
                and {left.value, sign.value} - {"cdot", "times", "ast"}
                and not self.scalar(left)
            ):
                raise Unclear("brackets: it is not clear which of the two products comes first", span_of([left, right]))
            else:
                left = Node("mul", span_of([left, right]), (left, right), sign.value)
        return left

    @staticmethod
    def scalar(node: Node) -> bool:
        return all(child.kind in {"number", "div"} for child in node.children[:-1])

    def divided(self, above: Node) -> Node:
        """What a slash divides by: one factor. What follows it must not be mistaken for a part of it."""
        below = self.factor()
        follower = self.peek()
        if below.kind == "name" and is_bracket(follower):
            group = self.factor()
            below = Node("mul", span_of([below, group]), (below, group))
        if above.kind == "del" and below.kind == "del":
            return Node("derivative", span_of([above, below]), (above.children[0], below.children[0]), above.value)
        node = Node("div", span_of([above, below]), (above, below), "slash")
        if self.sign() == "":
            follower = self.peek()
            simple = below.kind in {"number", "name"} and above.kind in {"number", "name"}
            apart = follower.span[0] > below.span[1] and above.kind == below.kind == "number"
            big = follower.operator in {"BIG"} or (isinstance(follower.base, Node) and follower.base.kind == "norm")
            if not (simple and (apart or big)):
                raise Unclear(
                    "brackets: it is not clear whether what follows belongs to the denominator", follower.span
                )
            rest = self.run()
            factors = rest.children if rest.kind == "mul" and not rest.value else (rest,)
            return Node("mul", span_of([node, *factors]), (node, *factors))
        return node

    def run(self) -> Node:
        """Factors side by side."""
        factors: list[Node] = []
        while self.sign() == "":
            item = self.peek()
            # f(x)|_{x=0}: the bar speaks of f(x)
            if (
                is_bracket(item)
                and item.scripts
                and item.scripts[-1].place == "|"
                and factors
                and factors[-1].kind == "name"
            ):
                name = factors.pop()
                group = resolved(replace(item, scripts=item.scripts[:-1]))
                both = Node("mul", span_of([name, group]), (name, group))
                factors.append(_one_script(both, item.scripts[-1]))
                self.at += 1
                continue
            if (
                factors
                and isinstance(item.base, Node)
                and item.base.kind == "number"
                and item.span[0] == factors[-1].span[1]
            ):
                raise Unclear("braces around an exponent of several digits, or a sign of multiplication", item.span)
            factors.append(self.factor())
        if not factors:
            place = self.peek() or self.items[-1]
            raise Unclear("a factor", span_of([place]))
        return factors[0] if len(factors) == 1 else Node("mul", span_of(factors), tuple(factors))

    def factor(self) -> Node:
        """The next factor, with what it applies to."""
        item = self.peek()
        if not isinstance(item, Factor):
            raise Unclear("a factor", span_of([item or self.items[-1]]))
        self.at += 1
        if not item.operator and not (isinstance(item.base, Node) and item.base.kind == "open"):
            return resolved(item)
        self.operators += 1
        if self.operators > MAX_OPERATORS:
            raise Unclear(f"at most {MAX_OPERATORS} operators in one term", item.span)
        return getattr(self, "read_" + (item.operator or "OPEN"))(item)

    # -- operators

    def need(self, item: Factor) -> None:
        if self.sign() != "" or self.peek() is None:
            raise Unclear("something that it applies to", item.span)

    def read_FUN(self, item: Factor) -> Node:
        name = item.base.value  # type: ignore[union-attr]
        after: list[Script] = []
        for script in item.scripts:
            if script.place == "_":
                name = f"{name}_{said(script.node)}"
            elif script.place == "^" and script.node.kind == "number":
                after.append(script)
            else:
                raise Unclear("brackets: a power of a function is not clear", script.span)
        self.need(item)
        following = self.peek()
        if isinstance(following.base, Node) and following.base.kind in {"group", "brace"}:
            self.at += 1
            inner = following.base.children[0] if following.base.children else following.base
            while inner.kind in {"brace", "group"} and following.base.kind == "brace" and inner.children:
                inner = inner.children[0]
            if name in {"log", "ln"} and following.base.kind == "group" and following.scripts:
                raise Unclear("brackets: it is not clear whether the power is of the logarithm", following.span)
            arguments = inner.children if inner.kind == "tuple" else (inner,)
            call = Node("call", span_of([item, following.base]), arguments, name)
            return scripted(call, [*after, *following.scripts])
        if following.operator in {"FUN", "OPT"}:
            inner = self.factor()
            if self.sign() == "" and self.peek().operator not in {"FUN", "BIG", "OPT"}:
                raise Unclear(f"brackets around the argument of {name}", self.peek().span)
        else:
            factors: list[Node] = []
            while self.sign() == "" and (not factors or self.peek().operator not in {"FUN", "BIG", "OPT", "LIM"}):
                factors.append(self.factor())
            inner = factors[0] if len(factors) == 1 else Node("mul", span_of(factors), tuple(factors))
        if self.sign() in {"TIMES", "SLASH"}:
            raise Unclear(f"brackets around the argument of {name}", span_of([self.peek()]))
        call = Node("call", span_of([item, inner]), (inner,), name)
        return scripted(call, after)

    def read_BIG(self, item: Factor) -> Node:
        lower = [script.node for script in item.scripts if script.place == "_"]
        upper = [script.node for script in item.scripts if script.place == "^"]
        if len(lower) > 1 or len(upper) > 1 or len(lower) + len(upper) < len(item.scripts):
            raise Unclear("one lower and one upper limit", item.span)
        kind, index = item.base.value, ""  # type: ignore[union-attr]
        if (
            lower
            and lower[0].kind == "relation"
            and lower[0].value in {"=", ":="}
            and lower[0].children[0].kind == "name"
        ):
            index = lower[0].children[0].value
            if lower[0].children[1].kind != "tuple":
                lower = [lower[0].children[1]]
        elif lower and lower[0].kind == "name":
            index, lower = lower[0].value, []
        body = self.body(item)
        if kind == "prod" and body.kind == "div" and body.value == "slash":
            raise Unclear("brackets: it is not clear whether the denominator is in the product", body.span)
        if upper and not lower:
            raise Unclear("a lower limit", item.span)
        return Node(kind, span_of([item, body]), (*lower, *upper, body), index)

    def body(self, item: Factor, whole: bool = False) -> Node:
        """What an operator applies to: a product, or all that follows; a minus may stand before it."""
        self.need(item)
        if self.peek().operator == "NEG":
            minus = self.items[self.at]
            self.at += 1
            first = self.product()
            negated = Node("neg", span_of([minus, first]), (first,))
            if not whole or self.sign() == "end":
                return negated
            rest = self.sum()
            more = rest.children if rest.kind == "add" else (rest,)
            return Node("add", span_of([negated, rest]), (negated, *more))
        return self.sum() if whole else self.product()

    def read_OPT(self, item: Factor) -> Node:
        kind = item.base.value  # type: ignore[union-attr]
        variables = [script.node for script in item.scripts if script.place == "_"]
        if len(variables) < len(item.scripts) or len(variables) > 1:
            raise Unclear("one subscript", item.span)
        if not variables and kind in {"min", "max"} and is_bracket(self.peek()):
            group = self.items[self.at]
            inner = group.base.children[0]
            if inner.kind == "tuple":
                self.at += 1
                return scripted(Node("call", span_of([item, group.base]), inner.children, kind), group.scripts)
        objective = self.body(item, whole=True)
        return Node(kind, span_of([item, objective]), (objective, *variables))

    def read_LIM(self, item: Factor) -> Node:
        where = [script.node for script in item.scripts]
        if len(where) != 1 or where[0].kind != "relation" or where[0].value != "->":
            raise Unclear(r"a limit with its variable and point, as in \lim_{x \to 0}", item.span)
        variable, point = where[0].children
        value = ""
        if point.kind == "pseudo_inverse":
            point, value = point.children[0], "+"
        body = self.body(item)
        return Node("limit", span_of([item, body]), (body, variable, point), value)

    def read_NEG(self, item: Factor) -> Node:
        raise Unclear("a factor", item.span)

    def read_DIFF(self, item: Factor) -> Node:
        if item.scripts:
            raise Unclear("a differential of first order", item.span)
        self.need(item)
        inner = self.factor()
        if inner.kind == "name" and is_bracket(self.peek()):
            group = self.factor()
            inner = Node("mul", span_of([inner, group]), (inner, group))
        return Node("differential", span_of([item, inner]), (inner,))

    def read_DEL(self, item: Factor) -> Node:
        """The d of df/dx; outside of that it is nothing."""
        self.need(item)
        inner = self.factor()
        node = Node("del", span_of([item, inner]), (inner,), item.base.value)  # type: ignore[union-attr]
        slash_before = (
            self.at >= 3 and isinstance(self.items[self.at - 3], Lexeme) and self.items[self.at - 3].type == "SLASH"
        )
        if item.scripts or not (self.sign() == "SLASH" or slash_before):
            raise Unclear("a derivative, as in \\partial f/\\partial x", node.span)
        return node

    def read_MAYBE(self, item: Factor) -> Node:
        lexeme = item.base
        assert isinstance(lexeme, Lexeme)
        following = self.peek()
        subscripts = [script for script in item.scripts if script.place == "_"]
        indicator = (lexeme.value, lexeme.font) in v.INDICATORS or lexeme.font == "indicator"
        if indicator:
            if len(item.scripts) == 1 and subscripts and subscripts[0].node.kind in {"relation", "group"}:
                return Node("indicator", item.span, (subscripts[0].node,))
            if not item.scripts and is_bracket(following):
                group = following.base
                holds = lexeme.font == "indicator" or lexeme.font == "bb" or group.children[0].kind == "relation"
                if holds and (lexeme.value == "1" or group.children[0].kind == "relation"):
                    self.at += 1
                    return scripted(Node("indicator", span_of([lexeme, group]), group.children), following.scripts)
            if lexeme.font == "indicator":
                return Node("number", item.span, (), "1")
        elif is_bracket(following) and len(subscripts) == len(item.scripts):
            self.at += 1
            name = v.FUNCTIONS_BEFORE_BRACKETS.get((lexeme.value, lexeme.font), lexeme.value)
            if subscripts:
                name = f"{name}_{said(subscripts[0].node)}"
            inner = following.base.children[0]
            arguments = inner.children if inner.kind == "tuple" else (inner,)
            return scripted(Node("call", span_of([item, following.base]), arguments, name), following.scripts)
        return scripted(Node("name", span_of([lexeme]), (), lexeme.value, lexeme.font), item.scripts)

    def read_OPEN(self, item: Factor) -> Node:
        """A derivative whose fraction names only the variable: it applies to what follows."""
        variables = item.base.children  # type: ignore[union-attr]
        inner = self.operand(item)
        return Node("derivative", span_of([item, inner]), (inner, *variables), item.base.value)  # type: ignore[union-attr]

    def operand(self, item: Factor) -> Node:
        """What a derivative applies to: one bracket, or the whole product that follows."""
        self.need(item)
        following = self.peek()
        if not is_bracket(following):
            return self.body(item)
        after = self.items[self.at + 1] if self.at + 1 < len(self.items) else None
        if isinstance(after, Factor):
            raise Unclear("brackets: it is not clear how much the derivative applies to", after.span)
        self.at += 1
        return resolved(following)

    def read_NABLA(self, item: Factor) -> Node:
        lower = [script.node for script in item.scripts if script.place == "_"]
        upper = [script.node for script in item.scripts if script.place == "^"]
        if len(lower) > 1 or len(upper) > 1 or len(lower) + len(upper) < len(item.scripts):
            raise Unclear("one variable below the gradient", item.span)
        if upper and not is_number(upper[0], "2"):
            raise Unclear("a gradient, or the Hessian \\nabla^2", item.span)
        value = "nabla^2" if upper else "nabla"
        self.need(item)
        following = self.peek()
        base = following.base
        after: list[Script] = []
        if isinstance(base, Node) and base.kind == "name" and not (lower and str(lower[0]) == str(base)):
            # \nabla f(x)^T d: the function is f(x), the transpose is of its gradient
            inside = [
                script
                for script in following.scripts
                if script.place == "_" or script.place == "'" or _layer(script.node)
            ]
            after = [script for script in following.scripts if script not in inside]
            inner = scripted(base, inside)
            self.at += 1
            group = self.peek()
            if is_bracket(group) and not after:
                self.at += 1
                inner = Node("mul", span_of([inner, group.base]), (inner, group.base))
                after = list(group.scripts)
        elif is_bracket(following) and (not following.scripts or all(_mark(s.node)[0] for s in following.scripts)):
            self.at += 1
            if isinstance(self.peek(), Factor) and following.scripts:
                raise Unclear("brackets: it is not clear how much the derivative applies to", self.peek().span)
            inner, after = following.base, list(following.scripts)
        elif is_bracket(following):
            inner = self.operand(item)
        else:
            inner = self.body(item)
        return scripted(Node("derivative", span_of([item, inner]), (inner, *lower), value), after)


# -- the rules of the grammar


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
            if inner.value == "[" and shape == "[":
                return replace(inner, span=span)
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
        rows = [part for part in parts if isinstance(part, Node)]
        if len(rows) > 1 and len(rows[-1].children) == 1 and rows[-1].children[0].kind == "missing":
            rows.pop()
        if kind == "cases":
            return self.cases(rows, span_of(parts))
        if len({len(row.children) for row in rows}) > 1:
            raise Unclear("rows of the same length", span_of(parts))
        return Node("matrix", span_of(parts), tuple(rows), kind)

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
        found, end = [], max(span_of(parts[1:2] or parts)[0], 0)
        for part in parts:
            if isinstance(part, Lexeme):
                end = part.end_pos
                continue
            node = part if part.span[0] >= 0 else replace(part, span=(end, end))
            found.append(node)
        return Node("row", span_of(found), tuple(found))

    def cell(self, parts: list[Any]) -> Node:
        return parts[0] if parts else Node("missing", (-1, -1))


OPTIMUM = {"argmin", "argmax", "min", "max"}


def _plain(node: Any) -> Any:
    """Without the brace that made it an argument, but with its span."""
    if isinstance(node, Lexeme):
        if node.type in {"MAYBE", "FUN", "OPT"}:
            return Node("name", span_of([node]), (), node.value, node.font if node.type == "MAYBE" else "")
        raise Unclear(f"something for {node.value or node.type} to apply to", span_of([node]))
    if node.kind == "open":
        raise Unclear("something for the derivative to apply to", node.span)
    return replace(node.children[0], span=node.span) if node.kind == "brace" else node
