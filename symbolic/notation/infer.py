"""The kinds and sizes of names that nobody declared, from the formulas in which they stand.

Every undeclared name gets the kind ("scalar", "vector", "matrix") under which the fewest formulas have sizes that
clash; among those the one that its letter suggests: capitals are matrices, bold letters vectors, Greek ones numbers.
Sizes then follow from products, sums and equations. A formula that clashes under every reading has no say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from sympy import Symbol

from symbolic.errors import PushthroughError
from symbolic.notation.build import Clash
from symbolic.notation.elaborate import INDICES, Elaborator, NotRead, name_of
from symbolic.notation.meanings.functions import fitted
from symbolic.notation.scope import Scope
from symbolic.notation.sizes import ONE, Shape
from symbolic.notation.tree import Chain, Node

EQUATES = frozenset(["=", ":=", "<", "<=", ">", ">=", "!=", "approx"])
DECLARES = frozenset(["in", "notin", "subset", "subseteq", "sim", "to", "->"])
MOST_NAMES = 24  # undeclared ones in one scope: more are not sought
COUNTERS = frozenset("i j k l".split())
ROUNDS = 2
NONE: Mapping[str, str] = MappingProxyType({})
GREEK = frozenset(
    "alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu nu xi rho sigma tau phi"
    " varphi chi psi omega".split()
)


@dataclass(frozen=True)
class Found:
    """The shapes found for undeclared names; sizes that remain open have symbols of their own.

    `sizes`: names that bound a sum, or tell the size of an identity, and so are whole numbers.
    """

    shapes: dict[str, Shape]
    sizes: dict[str, Symbol]


def infer(
    text: str, scope: Scope, chains: Sequence[Chain], hints: Mapping[str, str] = NONE, layout: str = "shape"
) -> Found:
    """Shapes for the names in `chains` that `scope` does not know. Never raises for what cannot be read.

    hints: the kind of a name where it is known: "scalar", "vector", "row", "matrix", "square".
    """
    sizes = {name: Symbol(name, integer=True, positive=True) for name in _counted(chains, scope)}
    scope = replace(scope, sizes={**scope.sizes, **sizes})
    fonts = _fonts(chains)
    kinds: dict[str, str] = {key: kind for key, kind in hints.items() if key not in scope.shapes}
    for _ in range(MOST_NAMES):
        reading = _read(text, scope, chains, kinds, layout)
        new = [key for key in reading.wanted if key not in kinds]
        if not new:
            break
        kinds[new[0]] = _preferences(new[0], fonts)[0]
    for _ in range(ROUNDS):
        before = dict(kinds)
        for key in [key for key in kinds if key not in hints]:
            # Only the chains in which the name stands can tell.
            there = [chain for chain in chains if _mentions(chain, key)]
            best = _read(text, scope, there, kinds, layout).clashes
            for kind in _preferences(key, fonts):
                if best and kind != kinds[key]:
                    clashes = _read(text, scope, there, {**kinds, key: kind}, layout).clashes
                    if clashes < best:
                        best, kinds = clashes, {**kinds, key: kind}
        if kinds == before:
            break
    reading = _read(text, scope, chains, kinds, layout)
    taken = {str(size) for size in scope.sizes} | set(scope.shapes)
    places = reading.elaborator.sizes.replacements(taken)
    shapes = {
        key: (rows.xreplace(places), columns.xreplace(places))
        for key, (rows, columns) in reading.elaborator.met.items()
        if not (key in COUNTERS and (rows, columns) == ONE)  # a letter that counts is no number of its own
    }
    return Found(shapes, sizes)


@dataclass
class _Reading:
    elaborator: Elaborator
    clashes: int
    wanted: list[str]


class _Wanted(dict):
    """The kinds chosen so far; remembers which names were asked for in vain."""

    def __init__(self, kinds: dict[str, str]) -> None:
        super().__init__(kinds)
        self.missed: list[str] = []

    def get(self, key: str, default: str = "") -> str:  # type: ignore[override]
        if key not in self and key not in self.missed:
            self.missed.append(key)
        return super().get(key, default)


def _read(text: str, scope: Scope, chains: Sequence[Chain], kinds: dict[str, str], layout: str) -> _Reading:
    """Read all chains under these kinds, and count the terms and relations that clash."""
    asked = _Wanted(kinds)
    e = Elaborator(text, scope, layout, asked)
    clashes = 0
    for chain in chains:
        if any(sign.value in DECLARES for sign in chain.signs):
            continue
        before = None
        for number, term in enumerate(chain.terms):
            sign = chain.signs[number - 1].value if number else "="
            value = None
            if isinstance(term, Node):
                e.indices, e.ranges = {}, {}
                try:
                    value = e.value(term)
                except (Clash, NotRead):
                    clashes += 1
                except (PushthroughError, RecursionError):
                    pass
            if value is not None and before is not None and sign in EQUATES:
                try:
                    fitted(e, before, value)
                except Clash:
                    clashes += 1
            before = value
    return _Reading(e, clashes, asked.missed)


def _counted(chains: Sequence[Chain], scope: Scope) -> set[str]:
    """The undeclared names that stand in a bound of a sum or below an identity, and do not count themselves."""
    bounds: list[Node] = []
    letters: set[str] = set()
    for term in (term for chain in chains for term in chain.terms if isinstance(term, Node)):
        for node in term.walk():
            if node.kind in ("sum", "prod") and node.value:
                letters.add(node.value)
                bounds += node.children[:-1] if len(node.children) == 3 else ()
            elif node.kind == "sub" and node.children[0].kind == "name" and node.children[0].value == "I":
                bounds.append(node.children[1])
    names = {leaf.value for bound in bounds for leaf in bound.walk() if leaf.kind == "name"}
    return names - letters - COUNTERS - scope.shapes.keys() - scope.sizes.keys()


def _mentions(chain: Chain, key: str) -> bool:
    return any(name_of(node) == key for term in chain.terms if isinstance(term, Node) for node in term.walk())


def _fonts(chains: Sequence[Chain]) -> dict[str, str]:
    nodes = [node for chain in chains for term in chain.terms if isinstance(term, Node) for node in term.walk()]
    return {name_of(node) or "": node.font for node in nodes if node.kind == "name"}


def _preferences(key: str, fonts: dict[str, str]) -> list[str]:
    base = key.split()[-1].split("_")[0].rstrip("*'")
    font = fonts.get(key) or fonts.get(base, "")
    if font == "bf" and not base[:1].isupper():
        return ["vector", "scalar", "matrix"]
    if base.lower() in GREEK and not base[:1].isupper():
        return ["scalar", "vector", "matrix"]
    if base[:1].isupper():
        return ["matrix", "scalar", "vector"]
    if base in INDICES or base in ("n", "m", "d", "c", "f", "g", "h"):
        return ["scalar", "vector", "matrix"]
    return ["vector", "scalar", "matrix"]
