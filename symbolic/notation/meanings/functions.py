"""Functions with names: trace, determinant, exponential, vec, diag; cases and indicators; minimisers and limits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from sympy import S
from sympy.core.relational import Relational

from symbolic.nodes import ArgMax, ArgMin, Vec
from symbolic.notation.build import Value, scalar
from symbolic.notation.elaborate import Elaborator, means, name_of
from symbolic.notation.sizes import ONE
from symbolic.notation.tree import Node

# Functions of one number; of a vector or matrix, of every entry.
ENTRYWISE: dict[str, Callable[[Any], Any]] = {
    "exp": sp.exp, "log": sp.log, "ln": sp.log, "sin": sp.sin, "cos": sp.cos, "tan": sp.tan, "tanh": sp.tanh,
    "sinh": sp.sinh, "cosh": sp.cosh, "sqrt": lambda z: sp.Pow(z, S.Half, evaluate=False), "abs": sp.Abs,
    "sign": sp.sign, "sgn": sp.sign,
    "sigmoid": lambda z: sp.Pow(1 + sp.exp(-z), -1),
    "relu": lambda z: sp.Max(z, 0), "ReLU": lambda z: sp.Max(z, 0),
}  # fmt: skip
RELATIONS: dict[str, Callable[..., Relational]] = {
    "=": sp.Eq, "<": sp.Lt, "<=": sp.Le, ">": sp.Gt, ">=": sp.Ge, "!=": sp.Ne,
}  # fmt: skip


@means("call")
def _call(e: Elaborator, node: Node) -> Value:
    function = node.value
    if function in ("vec", "tr", "trace", "det", "diag", "Tr") and len(node.children) == 1:
        inner = e.value(node.children[0])
        if function == "vec":
            expr = Vec(inner.expr) if not inner.is_number else inner.expr
            return Value(expr, (sp.Mul(*inner.shape), S.One))
        return {"tr": e.build.trace, "trace": e.build.trace, "Tr": e.build.trace, "det": e.build.determinant,
                "diag": e.build.diagonal}[function](inner)  # fmt: skip
    if function == "diag":
        return _diagonal_of_list(e, node)
    if function == "inner" and len(node.children) == 2:
        left, right = (e.value(child) for child in node.children)
        if e.build.is_column(left):
            return e.build.multiply([e.build.transpose(left, left.text), right], e.written(node))
        return e.build.trace(e.build.multiply([e.build.transpose(left, left.text), right]), e.written(node))
    if function in ("sqrt", "root") and len(node.children) == 2:
        root = sp.Pow(e.integer(node.children[1]), -1)
        return e.build.power(e.value(node.children[0]), root)
    function = function.removesuffix("_odot")  # of every entry, which is what is meant without it too
    if function in ENTRYWISE and len(node.children) == 1:
        return e.build.entrywise(ENTRYWISE[function], e.value(node.children[0]))
    if function in ("max", "min") and len(node.children) > 1:
        kind = sp.Max if function == "max" else sp.Min
        values = [e.value(child) for child in node.children]
        wide = [v for v in values if not e.build.is_scalar(v)]
        if len(wide) == 1:  # max(0, z), of every entry
            others = [scalar(v.expr) for v in values if v is not wide[0]]
            return e.build.entrywise(lambda z: kind(z, *others), wide[0])
        return Value(kind(*(e.build.require_scalar(v, function) for v in values)), ONE)
    raise e.not_read(node, f"the function {function} is not understood")


def _diagonal_of_list(e: Elaborator, node: Node) -> Value:
    """diag(a, b, c); diag(1/w_1, ..., 1/w_n), of which the entry in general is read off the first and the last."""
    family = dotted(e, node.children, node)
    if family is None:
        if any(child.kind == "dots" for child in node.children):
            raise e.not_read(node, f"what follows what in {e.written(node)}?")
        numbers = [e.number(child) for child in node.children]
        size = S(len(numbers))
        return Value(
            sp.ImmutableDenseMatrix(len(numbers), len(numbers), lambda i, j: numbers[i] if i == j else 0), (size, size)
        )
    column, size = family
    return e.build.diagonal(Value(column, (size, S.One)))


def dotted(e: Elaborator, items: tuple[Node, ...], node: Node) -> tuple[Any, Any] | None:
    """`f_1, ..., f_n` as a column and its size; None for a list of another form.

    The pattern is the last item; the first one must be what it becomes for 1.
    """
    kept = [k for k, item in enumerate(items) if item.kind == "dots"]
    if len(kept) != 1 or kept[0] != len(items) - 2 or kept[0] not in (1, 2):
        return None
    first, last = items[0], items[-1]
    places = [(a, b) for a, b in zip(first.walk(), last.walk(), strict=False) if (a.kind, a.value) != (b.kind, b.value)]
    if not places or any(a.kind != "number" or a.value != "1" for a, _ in places):
        return None
    ends = {name_of(b) for _, b in places}
    if len(ends) != 1 or None in ends:
        return None
    letter = str(next(iter(ends)))
    if letter not in e.scope.sizes:
        return None
    size = e.scope.sizes[letter]
    i = sp.Dummy("i", integer=True, nonnegative=True)
    e.ranges[i] = None
    with e.binding(**{letter: i + 1}):
        pattern = e.number(last)
    found = _as_column(pattern, i, size)
    if found is None:
        raise e.not_read(node, f"what stands at a place in general of {e.written(node)}?")
    return found, size


def _as_column(entry: Any, i: Any, size: Any) -> Any | None:
    """The column with the entries f(v_i), for a function f of one vector's entries; None for other entries."""
    parts = [a for a in entry.atoms(sp.matrices.expressions.matexpr.MatrixElement) if a.has(i)]
    if len(parts) != 1 or parts[0].args[1:] != (i, S.Zero):
        return None
    z = sp.Dummy("z", real=True)
    inside = entry.xreplace({parts[0]: z})
    vector = parts[0].args[0]
    if inside.has(i):
        return None
    return (
        vector
        if inside == z
        else sp.matrices.expressions.applyfunc.ElementwiseApplyFunction(sp.Lambda(z, inside), vector)
    )


@means("relation")
def _relation(e: Elaborator, node: Node) -> Value:
    raise e.not_read(node, f"{e.written(node)} is a relation, where a value should stand")


def condition(e: Elaborator, node: Node) -> Any:
    """A relation between numbers, as SymPy has it: the condition of a case."""
    if node.kind == "group":
        return condition(e, node.children[0])
    if node.kind == "relation":
        signs = node.value.split()
        if all(sign in RELATIONS for sign in signs) and len(signs) == len(node.children) - 1:
            sides = [e.number(child) for child in node.children]
            parts = [RELATIONS[sign](a, b, evaluate=False) for sign, a, b in zip(signs, sides, sides[1:], strict=False)]
            return parts[0] if len(parts) == 1 else sp.And(*parts, evaluate=False)
    raise e.not_read(node, f"{e.written(node)} is no condition that is understood")


@means("cases")
def _cases(e: Elaborator, node: Node) -> Value:
    branches, shapes = [], []
    for row in node.children:
        if len(row.children) != 2:
            raise e.not_read(node, "each case has a value and a condition")
        value, on = row.children
        branch = e.value(value)
        shapes.append(branch.shape)
        otherwise = on.kind == "text" or name_of(on) in ("else", "otherwise")
        branches.append((scalar(branch.expr), S.true if otherwise else condition(e, on)))
    if not all(e.sizes.unify_shapes(s, ONE) for s in shapes):
        raise e.not_read(node, "cases of matrices are not understood")
    return Value(sp.Piecewise(*branches, evaluate=False), ONE)


@means("indicator")
def _indicator(e: Elaborator, node: Node) -> Value:
    inner = node.children[0]
    while inner.kind == "group":
        inner = inner.children[0]
    if inner.kind != "relation" or len(inner.children) != 2 or inner.value not in RELATIONS:
        raise e.not_read(node, f"the condition of {e.written(node)} is not understood")
    left, right = (e.value(child) for child in inner.children)
    relation = RELATIONS[inner.value]

    def at(z: Any, bound: Any) -> Any:
        return sp.Piecewise((S.One, relation(z, bound, evaluate=False)), (S.Zero, S.true), evaluate=False)

    if e.build.is_scalar(left):
        return Value(at(scalar(left.expr), scalar(right.expr)), ONE)
    if not right.is_number:
        raise e.not_read(node, f"{e.written(node)} compares matrices")
    return e.build.entrywise(lambda z: at(z, right.expr), left)


@means("argmin", "argmax")
def _argmin(e: Elaborator, node: Node) -> Value:
    if len(node.children) < 2:
        raise e.not_read(node, f"{e.written(node)} does not say over what")
    objective, over, *rest = node.children
    names = list(over.children if over.kind == "tuple" else (over,))
    variables = [e.value(_variable(part)) for part in names]
    constraints = [_equation(e, part) for part in rest]
    kind = ArgMin if node.kind == "argmin" else ArgMax
    value = scalar(e.value(objective).expr)
    found = kind(value, tuple(v.expr for v in variables), *constraints)
    return Value(found, variables[0].shape)


def _variable(node: Node) -> Node:
    """The variable in `w`, `w \\in R^n`."""
    return node.children[0] if node.kind == "relation" else node


def _equation(e: Elaborator, node: Node) -> Any:
    if node.kind != "relation" or node.value != "=" or len(node.children) != 2:
        raise e.not_read(node, f"the constraint {e.written(node)} is not understood")
    left, right = (e.value(child) for child in node.children)
    return equated(e, left, right)


def equated(e: Elaborator, left: Value, right: Value) -> Any:
    """left = right, with a 0 of the other side's shape."""
    left, right = fitted(e, left, right)
    return sp.Eq(left.expr, right.expr, evaluate=False)


def fitted(e: Elaborator, left: Value, right: Value) -> tuple[Value, Value]:
    """Two sides of one shape: a number 0 beside a matrix is the zero matrix. Raises Clash."""
    for one, other in ((left, right), (right, left)):
        if one.expr == 0 and not e.build.is_scalar(other):
            zero = Value(sp.ZeroMatrix(*other.shape), other.shape, one.text)
            return (zero, other) if one is left else (other, zero)
    if not e.sizes.unify_shapes(left.shape, right.shape):
        raise e.clash_of(left, right)
    return left, right


@means("limit")
def _limit(e: Elaborator, node: Node) -> Value:
    inner, variable, point = node.children
    by = e.value(variable)
    found = e.value(inner)
    end = e.number(point)
    return Value(sp.Limit(found.expr, scalar(by.expr), end, "-" if end == sp.oo else "+"), found.shape)
