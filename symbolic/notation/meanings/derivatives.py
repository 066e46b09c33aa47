"""Derivatives, gradients, Hessians and differentials.

Layouts: "shape": the derivative of a number has the shape of the variable, of a vector by a vector it is the Jacobian;
"rows": by a column it is a row (numerator layout); "columns": a Jacobian is transposed too (denominator layout).
"""

from __future__ import annotations

from typing import Any

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symbolic.calculus import differential
from symbolic.nodes import Gradient, Hessian, Jacobian, is_single
from symbolic.notation.build import Value, scalar
from symbolic.notation.definitions import evaluated, expanded, put
from symbolic.notation.elaborate import Elaborator, means, name_of
from symbolic.notation.meanings.algebra import arguments, body_of
from symbolic.notation.scope import symbol
from symbolic.notation.sizes import ONE
from symbolic.notation.tree import Node

LAYOUTS = ("shape", "rows", "columns")


@means("derivative")
def _derivative(e: Elaborator, node: Node) -> Value:
    if len(node.children) == 1:
        return _of_a_function(e, node, node.children[0])
    if len(node.children) == 3:
        return _second(e, node)
    f, by = node.children
    if node.value.startswith("nabla"):
        function = _function_at(e, f)
        if function is not None and function[1] != name_of(by):
            return _of_a_function(e, node, f)
    variable = _variable(e, by)
    value = _differentiated(e, f, variable)
    return _derived(e, node, value, variable)


def _second(e: Elaborator, node: Node) -> Value:
    """A derivative by two variables: the Hessian where both are one vector (the second one transposed or not)."""
    f, first, second = node.children
    if second.kind in ("transpose", "prime"):
        second = second.children[0]
    one, other = _variable(e, first), _variable(e, second)
    value = _differentiated(e, f, one)
    value = Value(expanded(value.expr, e.scope, set(one.expr.atoms(sp.Symbol, sp.MatrixSymbol))), value.shape)
    if one.expr == other.expr and not is_single(one.expr):
        size = sp.Mul(*one.shape)
        return Value(Hessian(e.build.require_scalar(value, "a second derivative"), one.expr), (size, size))
    if is_single(one.expr) and is_single(other.expr):
        return Value(Jacobian(Jacobian(value.expr, one.expr), other.expr), value.shape)
    raise e.not_read(node, f"the mixed second derivative {e.written(node)} is not understood")


def _variable(e: Elaborator, by: Node) -> Value:
    while by.kind == "group":
        by = by.children[0]
    if by.kind == "transpose":
        raise e.not_read(by, "a derivative by a row is not understood")
    variable = e.value(by)
    if isinstance(variable.expr, (sp.Symbol, sp.MatrixSymbol)) or is_single(variable.expr):
        return variable
    if isinstance(variable.expr, MatrixElement) and isinstance(variable.expr.args[0], sp.MatrixSymbol):
        return variable
    raise e.not_read(by, f"a derivative by {e.written(by)}, which is no variable, is not understood")


def _differentiated(e: Elaborator, f: Node, variable: Value) -> Value:
    """What is differentiated, its definitions put in, but for the variable's own."""
    key = name_of(f)
    if key is not None and key in e.scope.functions and not e.is_known(key):
        function = e.scope.functions[key]
        value = _body(e, key, {})
        if len(function.parameters) == 0:
            raise e.not_read(f, f"{key} has no variable")
    else:
        value = e.value(f)
    kept = set(variable.expr.atoms(sp.Symbol, sp.MatrixSymbol))
    return Value(expanded(value.expr, e.scope, kept), value.shape, value.text)


def _body(e: Elaborator, key: str, values: dict[str, Value]) -> Value:
    """A function with its parameters as they are, or with `values` for some of them."""
    function = e.scope.functions[key]
    shapes = {p: e.scope.shapes.get(p, ONE) for p in function.parameters}
    bound = {p: values.get(p) or Value(symbol(p, shapes[p]), shapes[p], p) for p in function.parameters}
    with e.binding(**bound):
        return body_of(e, key, function.body)


def _function_at(e: Elaborator, f: Node) -> tuple[str, str, Value] | None:
    """`q(p)` as the function, its first parameter, and where it is taken; None for anything else."""
    if f.kind != "mul" or len(f.children) != 2 or f.children[1].kind not in ("group", "tuple"):
        return None
    key = name_of(f.children[0])
    if key is None or key not in e.scope.functions or len(arguments(f.children[1])) != 1:
        return None
    function = e.scope.functions[key]
    if len(function.parameters) != 1:
        return None
    return key, function.parameters[0], e.value(arguments(f.children[1])[0])


def _of_a_function(e: Elaborator, node: Node, f: Node) -> Value:
    """The gradient of f, or of f(w), by the function's own variable; at another point if one is given."""
    at = _function_at(e, f)
    key = at[0] if at else name_of(f)
    if key is None or key not in e.scope.functions or len(e.scope.functions[key].parameters) != 1:
        raise e.not_read(node, f"{e.written(node)}: by what?")
    p = e.scope.functions[key].parameters[0]
    shape = e.scope.shapes.get(p, ONE)
    variable = Value(symbol(p, shape), shape, p)
    body = _body(e, key, {})
    value = Value(expanded(body.expr, e.scope, {variable.expr}), body.shape)
    found = _derived(e, node, value, variable)
    if at is None or at[2].expr == variable.expr:
        return found
    if e.kinds is not None:  # sizes are still being found: the shape is all that matters
        return found
    point = sp.ZeroMatrix(*shape) if at[2].expr == 0 and shape != ONE else at[2].expr
    return Value(put(evaluated(found.expr), variable.expr, point), found.shape)


def _derived(e: Elaborator, node: Node, value: Value, variable: Value) -> Value:
    by = variable.expr
    if node.value.endswith("^2"):
        f = e.build.require_scalar(value, "a second derivative")
        if is_single(by):
            return Value(Jacobian(Jacobian(f, by), by), ONE)
        size = sp.Mul(*variable.shape)
        return Value(Hessian(f, by), (size, size))
    if e.build.is_scalar(variable):
        return Value(Jacobian(value.expr, by), value.shape)
    if e.build.is_scalar(value):
        f = scalar(value.expr)
        column = e.sizes.is_one(variable.shape[1])
        if e.layout == "rows" and not node.value.startswith("nabla") and (column or e.turns_matrices):
            rows, columns = variable.shape
            inner = Jacobian(f, by) if column else sp.Transpose(Gradient(f, by))
            return Value(inner, (columns, rows))
        return Value(Gradient(f, by), variable.shape)
    if not all(any(map(e.sizes.is_one, v.shape)) for v in (value, variable)):
        raise e.not_read(node, f"the derivative of a matrix by a matrix, {e.written(node)}, has no agreed layout")
    rows, columns = sp.Mul(*value.shape), sp.Mul(*variable.shape)
    if e.layout == "columns":
        return Value(sp.Transpose(Jacobian(value.expr, by)), (columns, rows))
    return Value(Jacobian(value.expr, by), (rows, columns))


@means("differential")
def _differential(e: Elaborator, node: Node) -> Value:
    """dX of a variable is a symbol; of anything else, the differential as a function of the variables' ones."""
    inner = e.value(node.children[0])
    key = name_of(node.children[0])
    if key is not None and (key not in e.scope.values or (e.varying is not None and key in e.varying)):
        return Value(symbol(f"d{key}", inner.shape), inner.shape)
    kept = {e.scope.symbol(name) for name in e.varying or () if name in e.scope.shapes}
    expr = expanded(inner.expr, e.scope, kept)
    varying = [s for s in sorted(expr.atoms(sp.Symbol, sp.MatrixSymbol), key=str) if _varies(e, s)]
    if not varying:
        raise e.not_read(node, f"what changes in {e.written(node)} is not understood")
    if e.kinds is not None:
        return Value(symbol(f"d{key or 'e'}", inner.shape), inner.shape)
    parts = [Value(differential(expr, s, symbol(f"d{s.name}", _shape(s))), inner.shape) for s in varying]
    return e.build.add(parts) if len(parts) > 1 else parts[0]


def _varies(e: Elaborator, s: Any) -> bool:
    if e.varying is not None:
        return s.name in e.varying
    return isinstance(s, sp.MatrixSymbol) or s.name not in map(str, e.scope.sizes.values())


def _shape(s: Any) -> tuple[Any, Any]:
    return s.shape if isinstance(s, sp.MatrixSymbol) else ONE
