"""Names, sums, products, powers, transposes, inverses, norms, matrices written out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import sympy as sp
from sympy import S
from sympy.matrices.expressions.hadamard import HadamardPower
from sympy.matrices.expressions.slice import MatrixSlice
from sympy.matrices.expressions.special import OneMatrix

from symbolic.facts import Facts
from symbolic.notation.build import Builder, Clash, Value, scalar
from symbolic.notation.elaborate import Elaborator, means, name_of
from symbolic.notation.scope import Piece
from symbolic.notation.sizes import ONE
from symbolic.notation.tree import Node

MOST_CALLS = 200  # of functions and families, in one step
NAMED_NUMBERS = {"pi": S.Pi, "infty": S.Infinity}


@means("number")
def _number(e: Elaborator, node: Node) -> Value:
    if node.font == "bf":
        return _filled(e, node, None)
    return Value(sp.Rational(node.value) if len(node.value) < 40 else sp.nan, ONE)


@means("name")
def _name(e: Elaborator, node: Node) -> Value:
    key = node.value
    if not e.is_known(key) and key not in e.indices:
        if key == "I" or key == "1" or (key == "0" and node.font):
            return _filled(e, node, None)
        if key in NAMED_NUMBERS:
            return Value(NAMED_NUMBERS[key], ONE)
        if key == "e" and e.kinds is not None and key not in e.kinds:
            return Value(S.Exp1, ONE)
    return e.name(key, node)


def _filled(e: Elaborator, node: Node, size: Node | None) -> Value:
    """The identity, a column of ones or zeros: of the size written below, else of one that the context decides."""
    key = node.value
    parts = size.children if size is not None and size.kind in ("tuple", "mul") else ()
    if size is not None and len(parts) == 2 and (size.kind == "tuple" or size.value == "times"):
        n, m = (e.integer(part) for part in parts)
    else:
        n = e.integer(size) if size is not None else e.sizes.unknown(f"n_{key}")
        m = S.One if size is not None or key != "0" else e.sizes.unknown(f"m_{key}")
    if key == "I":
        return Value(sp.Identity(n), (n, n))
    kind = OneMatrix if key == "1" else sp.ZeroMatrix
    return Value(kind(n, m), (n, m))


@means("sub")
def _sub(e: Elaborator, node: Node) -> Value:
    before = set(e.loose)
    found = _subscripted(e, node)
    e.loose &= before | {name for part in node.children[1:] for name in [name_of(part)] if name}  # x_i of a bold x
    return found


def _subscripted(e: Elaborator, node: Node) -> Value:
    base, below = node.children
    whole, key = name_of(node), name_of(base)
    if _sliced(below):
        return _slice(e, node, e.value(base), below)
    if whole is not None and e.is_known(whole):
        return e.name(whole, node)
    if base.kind in ("name", "number") and not e.is_known(base.value) and base.value in ("I", "0", "1"):
        return _filled(e, base, below)
    places = _places(e, below)
    if key is not None and key in e.scope.families and places:
        return _member(e, node, key, places)
    if key is not None and key in e.scope.pieces and places and len(places) == 1:
        return _piece(e, node, e.scope.pieces[key], places[0])
    if base.kind in ("group", "call") or e.is_known(key) or base.kind in ("transpose", "inverse"):
        if not places:
            raise e.not_read(node, f"{e.written(below)} is no place in {e.written(base)}")
        return _entry(e, node, e.value(base), places)
    if key is None:
        raise e.not_read(node, f"the subscript of {e.written(base)} has no meaning here")
    if key == "e" and places and len(places) == 1:
        n = e.sizes.unknown("n_e")
        i = e.index(places[0], n)
        return Value(sp.MatMul(sp.Identity(n)[:, i]), (n, S.One))
    if key == "delta" and places and len(places) == 2:
        n = e.sizes.unknown("n_delta")
        return Value(sp.KroneckerDelta(e.index(places[0], n), e.index(places[1], n)), ONE)
    kind = (e.kinds or {}).get(key, "")
    if places and any(place.kind != "number" for place in places) and kind in ("vector", "matrix"):
        return _entry(e, node, e.name(key, base), places)
    if whole is None:
        raise e.not_read(node, f"nothing says what {e.written(node)} is")
    return e.name(whole, node)


def _member(e: Elaborator, node: Node, key: str, places: Sequence[Node]) -> Value:
    """One of a family r_1, r_2, ... by what defines each of them."""
    family = e.scope.families[key]
    if len(places) != len(family.indices):
        raise e.not_read(node, f"{key} has {len(family.indices)} indices, not {len(places)}")
    e.calls += 1
    if e.calls > MOST_CALLS:
        raise e.not_read(node, f"the definition of {key} leads back to itself")
    e.used.add(key)
    values = [e.integer(place, free=True) for place in places]
    with e.binding(**dict(zip(family.indices, values, strict=True))):
        return e.value(family.body)


def _places(e: Elaborator, below: Node) -> list[Node] | None:
    """The subscript as places of entries, one or two; None if it does not count."""
    parts = list(below.children) if below.kind in ("tuple", "mul") and below.value == "" else [below]
    if below.kind == "group":
        return _places(e, below.children[0])
    return parts if len(parts) <= 2 and all(e.is_index(part) for part in parts) else None


def _entry(e: Elaborator, node: Node, whole: Value, places: Sequence[Node]) -> Value:
    rows, columns = whole.shape
    digits = places[0].value
    if len(places) == 1 and places[0].kind == "number" and len(digits) == 2 and not e.build.is_column(whole):
        i, j = (sp.Integer(int(digit)) - 1 for digit in digits)  # A_{12}
        return e.build.entry(whole, i, j)
    if len(places) == 2:
        return e.build.entry(whole, e.index(places[0], rows), e.index(places[1], columns))
    if e.sizes.is_one(columns):
        return e.build.entry(whole, e.index(places[0], rows), S.Zero)
    if e.sizes.is_one(rows):
        return e.build.entry(whole, S.Zero, e.index(places[0], columns))
    raise e.not_read(node, f"{e.written(node)} has one index, and {whole.text} is a matrix: a row or a column of it?")


def _sliced(below: Node) -> bool:
    return any(part.value == ":" and part.kind in ("relation", "name") for part in (below, *below.children))


def _slice(e: Elaborator, node: Node, whole: Value, below: Node) -> Value:
    """Rows and columns a to b, as `X_{1:k, 2:n}`."""
    parts = below.children if below.kind == "tuple" else (below,)
    if len(parts) == 1 and e.sizes.is_one(whole.shape[1]):
        parts = (*parts, Node("number", node.span, (), "1"))
    if len(parts) != 2:
        raise e.not_read(node, f"{e.written(below)} is no part of {whole.text}")
    ranges = [_interval(e, part, size) for part, size in zip(parts, whole.shape, strict=True)]
    shape = tuple(last - first for first, last in ranges)
    return Value(MatrixSlice(e.resolved(whole.expr), *((first, last, 1) for first, last in ranges)), shape)  # type: ignore[arg-type]


def _interval(e: Elaborator, part: Node, size: Any) -> tuple[Any, Any]:
    """The places from the first, counted from 0, to before the last."""
    if part.kind == "relation" and part.value == ":" and len(part.children) == 2:
        first, last = (
            default if bound.kind == "missing" else e.integer(bound)
            for bound, default in zip(part.children, (S.One, size), strict=True)
        )
        return first - 1, e.sizes.resolve(last)
    if part.kind == "name" and part.value == ":":
        return S.Zero, e.sizes.resolve(size)
    i = e.index(part, size)
    return i, i + 1


def _piece(e: Elaborator, node: Node, piece: Piece, place: Node) -> Value:
    """The i-th row or column of a matrix, as a column; the i-th entry of its diagonal."""
    e.used.add(str(name_of(node.children[0])))
    of = e.name(piece.of, node)
    rows, columns = of.shape
    if piece.part == "diagonal":
        i = e.index(place, rows)
        return e.build.entry(of, i, i)
    if piece.part == "column":
        return Value(of.expr[:, e.index(place, columns)], (rows, S.One))
    row = of.expr[e.index(place, rows), :]
    return Value(row, (S.One, columns)) if piece.lying else Value(sp.Transpose(row), (columns, S.One))


@means("prime")
def _prime(e: Elaborator, node: Node) -> Value:
    whole = name_of(node)
    if whole is not None and e.is_known(whole):
        return e.name(whole, node)
    if "prime is transpose" in e.scope.conventions or whole is None:
        return e.build.transpose(e.value(node.children[0]))
    base = name_of(node.children[0])
    inner = e.value(node.children[0]) if e.is_known(base) or node.children[0].kind == "sub" else None
    if inner is not None and not e.build.is_scalar(inner):
        return e.build.transpose(inner)
    return e.name(whole, node)


@means("star")
def _star(e: Elaborator, node: Node) -> Value:
    whole = name_of(node)
    if whole is None:
        raise e.not_read(node, "a star on something that is no name has no meaning here")
    return e.name(whole, node)


@means("group", "over")
def _group(e: Elaborator, node: Node) -> Value:
    inner = e.value(node.children[0])
    return Value(inner.expr, inner.shape, inner.text if node.kind == "over" or node.value == "{" else "")


@means("add")
def _add(e: Elaborator, node: Node) -> Value:
    return e.build.add([e.value(child) for child in node.children], e.written(node))


@means("neg")
def _neg(e: Elaborator, node: Node) -> Value:
    return e.build.negative(e.value(node.children[0]))


@means("mul")
def _mul(e: Elaborator, node: Node) -> Value:
    factors = applied(e, node.children)
    if node.value in ("odot", "circ"):
        return e.build.hadamard(factors, e.written(node))
    if node.value == "otimes":
        return e.build.kronecker(factors, e.written(node))
    if node.value not in ("", "cdot", "times", "ast", "bullet"):
        raise e.not_read(node, f"the sign {node.value} has no meaning here")
    if node.value in ("cdot", "bullet") and len(factors) == 2 and all(map(e.build.is_column, factors)):
        left, right = factors  # a dot between two columns
        return e.build.multiply([e.build.transpose(left, left.text), right], e.written(node))
    try:
        return e.build.multiply(factors, e.written(node))
    except Clash:
        for name, after in pairwise(node.children):  # x(nu): what does not fit as a product may be a function
            if name_of(name) is not None and after.kind == "group" and name_of(after.children[0]) is not None:
                raise e.not_read(
                    node, f"{e.written(name)}{e.written(after)}: no product, and no known function"
                ) from None
        raise


def applied(e: Elaborator, nodes: Sequence[Node]) -> list[Value]:
    """Factors, with functions applied to the brackets that follow them: `f(w)` is no product if f is a function."""
    found: list[Value] = []
    position = 0
    while position < len(nodes):
        node, after = nodes[position], nodes[position + 1] if position + 1 < len(nodes) else None
        key = name_of(node)
        brackets = after is not None and (after.kind == "tuple" or (after.kind == "group" and after.value != "{"))
        if brackets and after is not None and key is not None and key in e.scope.functions and key not in e.bound:
            found.append(apply(e, node, key, after))
            position += 2
        elif after is not None and _is_turned_bracket(after) and key in e.scope.functions and key not in e.bound:
            value = apply(e, node, str(key), after.children[0])  # f(w)^T, P(K)^{-1}
            found.append(TURNED[after.kind](e.build, value))
            position += 2
        elif brackets and after is not None and node.kind == "sub" and _is_odot(node.children[1]):
            found.append(_mapped(e, node.children[0], after))
            position += 2
        elif after is not None and after.kind == "tuple":
            raise e.not_read(node, f"nothing says what the function {e.written(node)} is")
        else:
            found.append(e.value(node))
            position += 1
    return found


TURNED: dict[str, Callable[[Builder, Value], Value]] = {
    "transpose": lambda build, v: build.transpose(v, f"{v.text}^T"),
    "inverse": lambda build, v: build.inverse(v, f"{v.text}^{{-1}}"),
    "inverse_transpose": lambda build, v: build.transpose(build.inverse(v)),
}


def _is_turned_bracket(node: Node) -> bool:
    return node.kind in TURNED and node.children[0].kind in ("group", "tuple") and node.children[0].value != "{"


def _mapped(e: Elaborator, function: Node, brackets: Node) -> Value:
    """(t |-> f(t)) applied to every entry; abs applied to every entry."""
    inner = e.value(brackets)
    while function.kind == "group":
        function = function.children[0]
    if name_of(function) == "abs":
        return e.build.entrywise(sp.Abs, inner)
    if function.kind != "relation" or function.value != "|->" or name_of(function.children[0]) is None:
        raise e.not_read(function, f"what function {e.written(function)} is, is not understood")
    variable, body = str(name_of(function.children[0])), function.children[1]

    def at(z: Any) -> Any:
        with e.binding(**{variable: Value(z, ONE)}):
            return scalar(e.value(body).expr)

    return e.build.entrywise(at, inner)


def arguments(node: Node) -> tuple[Node, ...]:
    """What stands in the brackets of a function."""
    inner = node.children[0] if node.kind == "group" else node
    return inner.children if inner.kind == "tuple" else (inner,)


def apply(e: Elaborator, node: Node, key: str, brackets: Node) -> Value:
    """A function at its arguments: its body, with them for the parameters."""
    function = e.scope.functions[key]
    given = arguments(brackets)
    if len(given) != len(function.parameters):
        raise e.not_read(node, f"{key} takes {len(function.parameters)} arguments, not {len(given)}")
    values = [e.value(argument) for argument in given]
    e.used.add(key)
    e.calls += 1
    if e.calls > MOST_CALLS:
        raise e.not_read(node, f"the definition of {key} leads back to itself")
    shapes = [e.scope.shapes.get(p) for p in function.parameters]
    if shapes == [ONE] and len(values) == 1 and not e.build.is_scalar(values[0]):  # of every entry

        def at(z: Any) -> Any:
            with e.binding(**{function.parameters[0]: Value(z, ONE)}):
                return scalar(e.value(function.body).expr)

        return e.build.entrywise(at, values[0])
    for k, (p, shape, value) in enumerate(zip(function.parameters, shapes, values, strict=True)):
        if shape is not None and value.expr == 0 and shape != ONE:
            values[k] = Value(sp.ZeroMatrix(*shape), shape, value.text)
        elif shape is not None and not e.sizes.unify_shapes(shape, value.shape):
            shapes = f"{e.build.show(shape)}, and {value.text} is {e.build.show(value.shape)}"
            raise e.not_read(node, f"{key} takes a {p} of {shapes}; perhaps another {p} is meant")
    with e.binding(**dict(zip(function.parameters, values, strict=True))):
        found = body_of(e, key, node)
    return Value(found.expr, found.shape, f"{e.written(node)}{e.written(brackets)}")


def body_of(e: Elaborator, key: str, node: Node) -> Value:
    """The body of a function; sizes that clash in it are no fault of the place where it is used."""
    try:
        return e.value(e.scope.functions[key].body)
    except Clash as clash:
        raise e.not_read(node, f"in the definition of {key}: {clash}") from None


@means("div")
def _div(e: Elaborator, node: Node) -> Value:
    top, bottom = node.children
    return e.build.divide(e.value(top), e.value(bottom))


@means("pow")
def _pow(e: Elaborator, node: Node) -> Value:
    base, exponent = node.children
    if node.value in ("odot", "circ"):
        return _entrywise_power(e, base, exponent)
    if base.kind == "norm" and exponent.kind == "number" and exponent.value == "2":
        return _norm_squared(e, base)
    if base.kind == "name" and base.value == "e" and not e.is_known("e"):
        return e.build.entrywise(sp.exp, e.value(exponent))
    if base.kind in ("name", "sub") and exponent.kind == "group" and exponent.value == "(":
        raise e.not_read(node, f"{e.written(node)}: a power or a label?")
    inner = e.value(base)
    power = e.number(exponent) if e.build.is_scalar(inner) else e.exponent(exponent)
    return e.build.power(inner, power, e.written(node))


def _is_odot(node: Node) -> bool:
    return node.kind in ("text", "dots", "name") and node.value == "odot"


def _entrywise_power(e: Elaborator, base: Node, exponent: Node) -> Value:
    inner, power = e.value(base), e.number(exponent)
    if e.build.is_scalar(inner):
        return e.build.power(inner, power)
    return Value(HadamardPower(inner.expr, power), inner.shape)


@means("transpose")
def _transpose(e: Elaborator, node: Node) -> Value:
    if node.value == "t" and e.scope.shapes.get("t") == ONE:
        return e.build.power(e.value(node.children[0]), e.scope.symbol("t"), e.written(node))
    return e.build.transpose(e.value(node.children[0]))


@means("inverse")
def _inverse(e: Elaborator, node: Node) -> Value:
    return e.build.inverse(e.value(node.children[0]))


@means("inverse_transpose")
def _inverse_transpose(e: Elaborator, node: Node) -> Value:
    return e.build.transpose(e.build.inverse(e.value(node.children[0])))


@means("pseudo_inverse")
def _pseudo_inverse(e: Elaborator, node: Node) -> Value:
    """That of Moore and Penrose where a rank is known: (A'A)^-1 A' or A'(AA')^-1; or what a definition says."""
    base = name_of(node.children[0])
    key = base and f"{base}^+"
    if key is not None and e.is_known(key):
        return e.name(key, node)
    inner = e.value(node.children[0])
    facts = Facts(e.scope.given)
    expr = e.resolved(inner.expr)
    turned = e.build.transpose(inner)
    if facts.holds("injective", expr):
        gram = e.build.multiply([turned, inner])
        return e.build.multiply([e.build.inverse(gram), turned])
    if facts.holds("surjective", expr):
        gram = e.build.multiply([inner, turned])
        return e.build.multiply([turned, e.build.inverse(gram)])
    raise e.not_read(node, f"the rank of {e.written(node.children[0])} is not known, which {e.written(node)} needs")


@means("norm")
def _norm(e: Elaborator, node: Node) -> Value:
    squared = _norm_squared(e, node)
    return Value(sp.Pow(scalar(squared.expr), S.Half, evaluate=False), ONE)


def _norm_squared(e: Elaborator, node: Node) -> Value:
    inner = e.value(node.children[0])
    is_matrix = not any(map(e.sizes.is_one, inner.shape))
    if node.value == "F" or (node.value in ("2", "") and not is_matrix):
        return e.build.norm_squared(inner)
    weight = e.scope.shapes.get(node.value)
    if weight is not None and not is_matrix:  # |x|_A^2 = x'Ax
        middle = Value(e.scope.symbol(node.value), weight, node.value)
        return e.build.multiply([e.build.transpose(inner, inner.text), middle, inner])
    raise e.not_read(node, f"the norm {e.written(node)} has no meaning here")


@means("bars")
def _bars(e: Elaborator, node: Node) -> Value:
    inner = e.value(node.children[0])
    if e.build.is_scalar(inner):
        return Value(sp.Abs(scalar(inner.expr), evaluate=False), ONE)
    if e.sizes.is_one(inner.shape[1]):
        raise e.not_read(node, f"{e.written(node)}: bars around a vector")
    return e.build.determinant(inner)


@means("matrix")
def _matrix(e: Elaborator, node: Node) -> Value:
    """Blocks, or numbers; a zero or an identity among blocks takes the size that fits."""
    rows = [[e.value(cell) if not _is_zero(cell) else None for cell in row.children] for row in node.children]
    if len({len(row) for row in rows}) != 1:
        raise e.not_read(node, "the rows of this matrix do not have the same number of entries")
    if any(cell.kind == "dots" for row in node.children for cell in row.children):
        raise e.not_read(node, "dots in a matrix are not understood")
    blocks = any(v is not None and not e.build.is_scalar(v) for row in rows for v in row)
    if not blocks:
        numbers = [[scalar(v.expr) if v is not None else S.Zero for v in row] for row in rows]
        return Value(sp.ImmutableDenseMatrix(numbers), (S(len(rows)), S(len(rows[0]))))
    heights = [_common(e, [v.shape[0] for v in row if v is not None], node) for row in rows]
    widths = [_common(e, [row[k].shape[1] for row in rows if row[k] is not None], node) for k in range(len(rows[0]))]  # type: ignore[union-attr]
    filled = [[e.resolved(_block(v, heights[r], widths[c])) for c, v in enumerate(row)] for r, row in enumerate(rows)]
    total = sp.Add(*heights), sp.Add(*widths)
    if len(filled) == 1 and len(filled[0]) == 1:
        return Value(filled[0][0], total)
    return Value(sp.BlockMatrix(filled), total)


def _is_zero(cell: Node) -> bool:
    return cell.kind == "number" and cell.value == "0"


def _common(e: Elaborator, sizes: list[Any], node: Node) -> Any:
    if not sizes:
        return e.sizes.unknown("n_0")
    for size in sizes[1:]:
        if not e.sizes.unify(sizes[0], size):
            raise Clash(f"blocks of {sizes[0]} and of {size} stand side by side in {e.written(node)}")
    return sizes[0]


def _block(v: Value | None, height: Any, width: Any) -> Any:
    if v is None:
        return sp.ZeroMatrix(height, width)
    return sp.ImmutableDenseMatrix([[v.expr]]) if v.is_number else v.expr
