"""What a formula declares by itself, "X in R^{m x n}" or "A > 0", and what may be said of a name at all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from symbolic.notation.elaborate import name_of
from symbolic.notation.parser import Macro, parse
from symbolic.notation.records import Assumed, Declared, Fact, Record, Size
from symbolic.notation.tree import Chain, Node, Sign, Span, Unread
from symbolic.structures import STRUCTURES

ORDERS = frozenset("< <= > >= !=".split())
DEFINITE = {"succ": "positive_definite", "succeq": "positive_semidefinite"}
NUMBERS = {"R": ("real",), "Re": ("real",), "N": ("integer",), "Z": ("integer",), "Q": ("real",), "C": ("complex",)}
_FAMILIES = {"": "symmetric", "+": "positive_semidefinite", "++": "positive_definite"}
_FAMILY = re.compile(r"""\\(?:mathbb|mathcal|mathrm|mathbf)\s*\{?\s*(?P<set>S|Sym|PD|R|O|GL)\s*\}?\s*
    (?P<scripts>(?:[_^]\s*(?:\{[^{}]*\}|\S)\s*){1,2})(?=$|[,.;$&)\\])""", re.VERBOSE)  # fmt: skip
_SCRIPT = re.compile(r"[_^]\s*(?:\{(?P<inside>[^{}]*)\}|(?P<one>\S))")
_GROUPS = re.compile(
    r"\\?(?:mathrm|mathcal|mathbb|operatorname)?\s*\{?\s*(?P<set>O|GL|M)\s*\}?\s*(?:_\s*(?:\{(?P<a>[^{}]*)\}|(?P<b>\S)))?\s*\((?P<of>.*)\)$"
)


def number(value: int, span: Span) -> Node:
    return Node("number", span, value=str(value))


def names_in(term: Any) -> list[tuple[str, Node]]:
    """The names of a term that is a name or a list of names, each with its node; empty for anything else."""
    if not isinstance(term, Node):
        return []
    parts = term.children if term.kind == "tuple" else (term,)
    found = []
    for part in parts:
        name = name_of(part)
        if name is None and part.kind != "dots":
            return []
        if name is not None:
            found.append((name, part))
    return found


def font_of(node: Node) -> str:
    while node.kind != "name" and node.children:
        node = node.children[0]
    return node.font


def families_in(term: Any) -> list[str]:
    """The letter of x_1, ..., x_n, if a term is such a list."""
    if not isinstance(term, Node) or term.kind != "tuple" or not any(part.kind == "dots" for part in term.children):
        return []
    bases = {name_of(p.children[0]) for p in term.children if p.kind == "sub"}
    base = bases.pop() if len(bases) == 1 else None
    return [base] if base else []


def size_of(node: Node) -> Size | None:
    """The size that an exponent of a set such as R^{m x n} says; None for one that is not understood."""
    if node.kind == "group":
        node = node.children[0]
    if node.kind == "mul" and node.value == "times":
        return (node.children[0], node.children[1]) if len(node.children) == 2 else None
    if node.kind == "tuple":
        return (node.children[0], node.children[1]) if len(node.children) == 2 else None
    if node.kind in ("name", "number", "add", "mul", "sub", "div"):
        return node, number(1, node.span)
    return None


@dataclass(frozen=True)
class Set:
    """What being in a set means."""

    shape: Size | None
    kind: str
    facts: tuple[str, ...] = ()
    between: tuple[tuple[str, Node], ...] = ()  # relations to the ends of an interval: ("<", 1)


def set_of(term: Node | Unread | None, text: str, macros: Mapping[str, Macro]) -> Set | None:
    """The meaning of what stands right of "in"; None for a set that is not known."""
    if term is None:
        return None
    if isinstance(term, Node) and (found := _set_of_tree(term)) is not None:
        return found
    written = text[slice(*term.span)].strip()
    # The parser may have stopped before the last script.
    following = text[term.span[0] : term.span[1] + 20].strip()
    for match in (_FAMILY.match(following), _GROUPS.match(written)):
        if match is not None and (found := _set_of_text(match, term.span, macros)) is not None:
            return found
    return None


def _set_of_tree(term: Node) -> Set | None:
    one = number(1, term.span)
    match term.kind, term.children:
        case "name", _ if term.value in NUMBERS and (term.font == "bb" or term.value in ("R", "Re")):
            return Set((one, one), "number", NUMBERS[term.value])
        case "pow", (base, exponent):
            inner, sign = (base.children[0], base.children[1].value) if base.kind == "sub" else (base, "")
            if inner.kind != "name" or inner.value not in ("R", "Re", "C") or sign not in ("", "+", "++"):
                return None
            size = size_of(exponent)
            if size is None:
                return None
            column = size[1].kind == "number" and size[1].value == "1"
            return Set(size, "column" if column else "matrix", ("complex",) if inner.value == "C" else ())
        case "sub", (base, below) if base.kind == "name" and base.value == "R" and base.font == "bb":
            facts = {"+": ("real", "nonnegative"), "++": ("real", "positive")}.get(below.value)
            return Set((one, one), "number", facts) if facts else None
        case "group", (inside,) if inside.kind == "tuple" and len(inside.children) == 2 and term.value in ("(", "["):
            return Set((one, one), "number", ("real",), _ends(term, inside))
    return None


def space_of(term: Node) -> Size | None:
    """The size of the members of R^n or R^{m x n}; None for another expression."""
    found = _set_of_tree(term) if term.kind == "pow" else None
    return found.shape if found is not None else None


def _ends(group: Node, inside: Node) -> tuple[tuple[str, Node], ...]:
    lower, upper = inside.children
    strict = group.value == "("
    found = []
    if "infty" not in str(lower):
        found.append((">" if strict else ">=", lower))
    if "infty" not in str(upper):
        found.append(("<" if strict else "<=", upper))
    return tuple(found)


def _set_of_text(match: re.Match[str], span: Span, macros: Mapping[str, Macro]) -> Set | None:
    one = number(1, span)
    if "scripts" in match.groupdict():
        scripts = [m["inside"] or m["one"] or "" for m in _SCRIPT.finditer(match["scripts"])]
        signs = [s.strip() for s in scripts if re.fullmatch(r"\s*(\+{1,2}|(\\ge|>|\\geq|\\geqslant)\s*0)\s*", s)]
        rest = [s for s in scripts if s.strip() not in signs]
        sign = signs[0] if signs else ""
        if match["set"] == "R":
            if not rest:
                positive = sign in ("++",) or sign.startswith(">")
                return Set((one, one), "number", ("real", "positive" if positive else "nonnegative"))
            size = _size(rest[0], span, macros)
            return Set(size, "column" if str(size[1]) == "number:1" else "matrix") if size else None
        if match["set"] in ("O", "GL") or not rest or re.search(r"[-+\d]", rest[0]):
            return None  # S^{n-1} is a sphere
        size = _size(rest[0], span, macros)
        fact = "positive_definite" if match["set"] == "PD" else _FAMILIES.get(sign)
        return Set((size[0], size[0]), "matrix", (fact,)) if size and fact else None
    inside = match["a"] or match["b"] or match["of"]
    size = _size(inside, span, macros)
    if size is None:
        return None
    square = str(size[1]) == "number:1"
    if match["set"] == "M":
        return Set((size[0], size[0] if square else size[1]), "matrix") if match["a"] or match["b"] else None
    if match["set"] == "O" and (match["a"] or match["b"]):
        return None
    return (
        Set((size[0], size[0]), "matrix", ("orthogonal" if match["set"] == "O" else "invertible",)) if square else None
    )


def _size(text: str, span: Span, macros: Mapping[str, Macro]) -> Size | None:
    """A size written in scripts, with the span of the whole set."""
    tree = _one_term(text, macros)
    return size_of(moved(tree, lambda _: span)) if tree is not None else None


def _one_term(text: str, macros: Mapping[str, Macro]) -> Node | None:
    rows = parse(text, 0, len(text), macros)
    if len(rows) != 1 or len(rows[0].chains) != 1 or rows[0].chains[0].signs:
        return None
    term = rows[0].chains[0].terms[0]
    return term if isinstance(term, Node) else None


def moved(node: Node, where: Any) -> Node:
    return replace(node, span=where(node.span), children=tuple(moved(child, where) for child in node.children))


def is_range(chain: Chain) -> bool:
    """Whether a chain only compares names, numbers and sizes: k < n, 0 < lambda, g != 0."""
    if not chain.signs or any(sign.value not in ORDERS for sign in chain.signs):
        return False
    return all(isinstance(term, Node) and (term.kind == "dots" or _is_simple(term)) for term in chain.terms)


def _is_simple(node: Node) -> bool:
    if node.kind in ("number", "name"):
        return True
    if node.kind in ("add", "neg", "mul", "div", "sub", "pow", "group"):
        return all(_is_simple(child) for child in node.children)
    return node.kind == "call" and node.value in ("min", "max", "det")


def member(chain: Chain, k: int) -> Node | Unread | None:
    """What the k-th sign of a chain says something of: the name X in `X = UV in R^{m x n}`."""
    before = k
    while before > 0 and chain.signs[before - 1].value in ("=", ":=") and not names_in(chain.terms[before]):
        before -= 1
    return chain.terms[before]


def declared_in(chain: Chain, text: str, macros: Mapping[str, Macro]) -> Iterator[Record]:
    """What a chain declares by itself: X in R^{m x n}, A > 0 in the order of definite matrices."""
    for k, sign in enumerate(chain.signs):
        term = chain.terms[k]
        span = (_start(chain), _end(chain))
        if sign.value == "in":
            found, term = set_of(chain.terms[k + 1], text, macros), member(chain, k)
            if found is None:
                continue
            families = families_in(term)
            for name, node in names_in(term):
                yield Declared(
                    name=name, font=font_of(node), shape=found.shape, facts=found.facts, kind=found.kind, span=span
                )
                for relation, bound in found.between:
                    yield Assumed(chain=Chain((node, bound), (Sign(relation, sign.span),)), span=span)
            for name in families:
                yield Declared(
                    name=name, shape=found.shape, facts=found.facts, kind=found.kind, indexed=True, span=span
                )
        elif sign.value == "=" and "in" in [other.value for other in chain.signs[k + 1 :]]:
            name = _symmetric(term, chain.terms[k + 1])
            if name is not None:
                yield Declared(name=name, facts=("symmetric",), kind="matrix", span=span)
        elif sign.value in DEFINITE and _is_zero(chain.terms[k + 1]):
            before = k
            while before > 0 and not names_in(chain.terms[before]):
                before -= 1
            names = names_in(chain.terms[before])
            for name, node in names:
                yield Declared(name=name, font=font_of(node), facts=(DEFINITE[sign.value],), kind="matrix", span=span)
            if not names and isinstance(term, Node):
                yield Fact(tree=term, facts=(DEFINITE[sign.value],), span=span)


def _symmetric(left: Any, right: Any) -> str | None:
    """The name A in A = A^T or A^T = A."""
    for one, other in ((left, right), (right, left)):
        if isinstance(one, Node) and isinstance(other, Node) and other.kind in ("transpose", "prime"):
            name = name_of(one)
            if name is not None and name == name_of(other.children[0]):
                return name
    return None


def _is_zero(term: Any) -> bool:
    return isinstance(term, Node) and term.kind in ("number", "name") and term.value == "0"


def _start(chain: Chain) -> int:
    return min([t.span[0] for t in chain.terms if t is not None] + [s.span[0] for s in chain.signs])


def _end(chain: Chain) -> int:
    return max([t.span[1] for t in chain.terms if t is not None] + [s.span[1] for s in chain.signs])


def chain_span(chain: Chain) -> Span:
    return _start(chain), _end(chain)


# What may be said of what.

SIGNS = frozenset(["positive", "nonnegative", "negative", "nonpositive"])


def sound(
    shape: Size | None, kind: str, facts: tuple[str, ...], name: str = ""
) -> tuple[Size | None, str, tuple[str, ...]]:
    """Shape, kind and facts of a name, without the facts that something of this shape or kind cannot have.

    "orthogonal vectors" are no orthogonal matrices; a diagonal n x d matrix is a "rectangular_diagonal" one.
    """
    said = list(dict.fromkeys(facts))
    small = name[-1:].islower() and len(name.split("_")[0]) == 1
    if kind == "" and shape is None and SIGNS & set(said):
        kind = "number"
    if kind == "number" and shape is None:
        one = number(1, (0, 0))
        shape = (one, one)
    single = shape is not None and str(shape[0]) == str(shape[1]) == "number:1"
    if "square" in said and "orthonormal_columns" in said:
        said.append("orthogonal")
    square = shape is None or str(shape[0]) == str(shape[1])
    if not square or (kind in ("column", "row") and not single):
        said = ["rectangular_diagonal" if f == "diagonal" and kind != "column" else f for f in said]
        said = [f for f in said if f not in STRUCTURES or STRUCTURES[f].shape != "square"]
    if (kind in ("matrix", "column", "row") or shape is not None) and not single:
        said = [f for f in said if f not in SIGNS]
    if (small and shape is None and kind == "") or kind in ("column", "function"):
        matrices = {"injective", "surjective", "fullrank", "orthonormal_rows", "square", "tall", "wide"}
        said = [f for f in said if f not in matrices and STRUCTURES.get(f, _NO_SHAPE).shape != "square"]
        if "unit" not in said:
            said = [f for f in said if f != "orthonormal_columns"]
    return shape, kind, tuple(f for f in said if f != "unit")


_NO_SHAPE = STRUCTURES["nonzero"]


__all__ = [
    "DEFINITE", "ORDERS", "SIGNS", "Set", "chain_span", "declared_in", "families_in", "font_of", "is_range", "member",
    "moved", "names_in", "number", "set_of", "size_of", "sound", "space_of",
]  # fmt: skip
