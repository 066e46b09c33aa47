"""What a function, a sum, an optimum, a derivative or a slash applies to, in the flat list of factors of one term.

Nothing is guessed: where two readings are usual, as in `a/b c`, an `Unclear` says which brackets would tell.
Source: the conventions of N. J. Higham, Handbook of Writing for the Mathematical Sciences, 3rd edition, chapter 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from symbolic.notation import vocabulary as v
from symbolic.notation.scanner import Lexeme
from symbolic.notation.scripts import (
    Factor,
    Script,
    Unclear,
    is_bracket,
    is_number,
    layer,
    mark,
    one_script,
    resolved,
    said,
    scripted,
    span_of,
)
from symbolic.notation.tree import Node

MAX_OPERATORS = 60  # sums, functions, derivatives that apply to one another without brackets


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
                factors.append(one_script(both, item.scripts[-1]))
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
        if variables and variables[0].kind == "relation" and variables[0].value != "in":
            variables = self.constraint(variables[0])
        return Node(kind, span_of([item, objective]), (objective, *variables))

    @staticmethod
    def constraint(below: Node) -> list[Node]:
        r"""The variable and the constraint below an optimum, as in \min_{x : Ax = b}; or a constraint alone."""
        signs = below.value.split()
        if signs[0] != ":":
            return [Node("missing", (below.span[0], below.span[0])), below]
        variable, *sides = below.children
        if len(sides) == 1:
            raise Unclear("a condition after the colon", below.span)
        return [variable, Node("relation", span_of(sides), tuple(sides), " ".join(signs[1:]))]

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
        slash_before = self.at >= 2 and isinstance(self.items[self.at - 2], Lexeme)
        inner = self.factor()
        if inner.kind == "name" and is_bracket(self.peek()) and not slash_before:
            group = self.factor()
            inner = Node("mul", span_of([inner, group]), (inner, group))
        node = Node("del", span_of([item, inner]), (inner,), item.base.value)  # type: ignore[union-attr]
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
                if script.place == "_" or script.place == "'" or layer(script.node)
            ]
            after = [script for script in following.scripts if script not in inside]
            inner = scripted(base, inside)
            self.at += 1
            group = self.peek()
            if is_bracket(group) and not after:
                self.at += 1
                inner = Node("mul", span_of([inner, group.base]), (inner, group.base))
                after = list(group.scripts)
        elif is_bracket(following) and (not following.scripts or all(mark(s.node) for s in following.scripts)):
            self.at += 1
            if isinstance(self.peek(), Factor) and following.scripts:
                raise Unclear("brackets: it is not clear how much the derivative applies to", self.peek().span)
            inner, after = following.base, list(following.scripts)
        elif is_bracket(following):
            inner = self.operand(item)
        else:
            inner = self.body(item)
        return scripted(Node("derivative", span_of([item, inner]), (inner, *lower), value), after)
