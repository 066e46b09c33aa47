"""What a chain says by its form: function heads, equations solved for a name, decompositions, differentials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from symbolic.notation.elaborate import name_of
from symbolic.notation.meanings.algebra import arguments
from symbolic.notation.scope import Scope
from symbolic.notation.tree import Chain, Node

DECOMPOSITIONS = {
    "svd full": ("orthogonal", "", "orthogonal"),
    "svd thin": ("orthonormal_columns", "", "orthonormal_columns"),
    "svd": ("orthonormal_columns", "", "orthonormal_columns"),
    "qr": ("orthonormal_columns", "upper_triangular"),
    "cholesky": ("lower_triangular", ""),
    "eigen": ("orthogonal", "diagonal", ""),
    "lu": ("lower_triangular", "upper_triangular"),
}


def factors_of(kind: str, product: Node) -> list[tuple[str, tuple[str, ...]]]:
    """The factors of a product by name, with the facts that a decomposition of that kind states."""
    factors = product.children if product.kind == "mul" else ()
    words = DECOMPOSITIONS.get(kind, ())
    names = [name_of(f.children[0] if f.kind in ("transpose", "prime", "inverse") else f) for f in factors]
    return [(name, (word,)) for name, word in zip(names, words, strict=False) if name and word]


def solved_for(fact: Any) -> tuple[Any, Any] | None:
    """`A^-1 = B`, `A' = B`: as what A is, which then is put for A everywhere."""
    if not isinstance(fact, sp.Eq):
        return None
    for one, other in ((fact.lhs, fact.rhs), (fact.rhs, fact.lhs)):
        for kind in (sp.Inverse, sp.Transpose):
            if isinstance(one, kind) and isinstance(one.args[0], sp.MatrixSymbol) and not other.has(one.args[0]):
                return one.args[0], kind(other)
        if isinstance(one, (sp.Symbol, sp.MatrixSymbol)) and not other.has(one):
            return one, other
    return None


def function_head(node: Node, scope: Scope) -> tuple[str, tuple[str, ...]] | None:
    """`f(w)`, `f(U, V)` where f is no known function and no known matrix: its name and parameters."""
    if node.kind != "mul" or len(node.children) != 2 or node.children[1].kind not in ("group", "tuple"):
        return None
    key = name_of(node.children[0])
    if key is None or key in scope.functions or (key in scope.shapes and key not in scope.found):
        return None
    names = [name_of(argument) for argument in arguments(node.children[1])]
    return (key, tuple(str(name) for name in names)) if all(names) else None


def _is_call(node: Node) -> bool:
    """`f(x, y)`: a name and names in brackets, which is no product where it stands alone."""
    if len(node.children) != 2 or name_of(node.children[0]) is None or node.children[1].kind not in ("group", "tuple"):
        return False
    return all(name_of(argument) is not None for argument in arguments(node.children[1]))


def variables_of(chains: Iterable[Chain]) -> frozenset[str]:
    """The names by which something is differentiated or minimised in these chains."""
    found: set[str | None] = set()
    for term in (term for chain in chains for term in chain.terms if isinstance(term, Node)):
        for node in term.walk():
            if node.kind == "mul" and node is term and _is_call(node):
                found |= {name_of(argument) for argument in arguments(node.children[1])}
            elif node.kind == "derivative" and len(node.children) == 2:
                found.add(name_of(node.children[1]))
            elif node.kind in ("argmin", "argmax", "min", "max") and len(node.children) > 1:
                over = node.children[1]
                found |= {name_of(part) for part in (over.children if over.kind == "tuple" else (over,))}
    return frozenset(name for name in found if name)


def varying_in(terms: list[Any], scope: Scope) -> frozenset[str] | None:
    """The variables whose differentials a chain writes, which then are all that change; None if it writes none."""
    found = {
        name_of(node.children[0])
        for term in terms
        if isinstance(term, Node)
        for node in term.walk()
        if node.kind == "differential"
    }
    variables = frozenset(name for name in found if name and name not in scope.values and name not in scope.functions)
    if variables or not found:
        return variables or None
    # Only defined names change, in terms of which the others are: dL = tr(G' dY).
    heads = {name_of(node) for term in terms[:1] if isinstance(term, Node) for node in term.walk()}
    return frozenset(name for name in found - heads if name) or None


def has_derivative(node: Node) -> bool:
    return any(part.kind in ("derivative", "differential") for part in node.walk())


def is_zero_node(node: Node) -> bool:
    return node.value == "0" and node.kind in ("number", "name")


__all__ = [
    "factors_of", "function_head", "has_derivative", "is_zero_node", "solved_for", "variables_of", "varying_in",
]  # fmt: skip
