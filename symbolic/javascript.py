"""`to_javascript`: scalar SymPy expressions as a plain JavaScript function, for pages that compute what was derived.

`symbolic.emit.doubles` reads an expression into a small graph in which equal parts are one node; the graph is written
with JavaScript's own precedence. All numbers are doubles (IEEE 754), as in NumPy: what divides by zero is `Infinity`,
`-Infinity` or `NaN`, and so is what has no real value. One power differs from C and NumPy: JavaScript's
`1 ** Infinity` and `1 ** NaN` are `NaN`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sympy as sp
from sympy import Basic, S, Symbol

from symbolic.emit.doubles import Graph, Node
from symbolic.errors import UnsupportedError

RESERVED = frozenset(
    "arguments async await break case catch class const continue debugger default delete do else enum eval export"
    " extends false finally for function get if implements import in instanceof interface let new null of package"
    " private protected public return set static super switch this throw true try typeof undefined var void while with"
    " yield Infinity Math NaN Object globalThis window document".split()
)
COND, OR, AND, EQUAL, ADD, MUL, NEG, POW, ATOM = range(9)  # how tightly JavaScript binds
_LINE = 100  # characters: a conditional that is longer takes a line for each case


def to_javascript(expr: Any, *args: Symbol, name: str = "f") -> str:
    """The source of a JavaScript function `name` of numbers that computes `expr`.

    `expr` is a scalar expression (the function returns its value), or a mapping from names to such expressions (it
    returns an object with these properties, and computes what they share once). A name may be given as a symbol, which
    then stands for this value in the expressions after it. A condition gives a boolean. `args` are the symbols in the
    order of the parameters, which stand for real numbers; default: the free symbols by name. What JavaScript reserves,
    what is taken and what is no name is respelled for parameters and variables; properties keep their names.

    Where SymPy's value is no real number, so is JavaScript's: a `Piecewise` without a case that holds is `NaN`, and so
    is the square root of a negative number. Comparisons with `NaN` are false. Raises UnsupportedError, which names the
    node, for what the table has no row for, and for a free symbol that is not among `args`.

    >>> w, x, b, y = sp.symbols("w x b y", real=True)
    >>> z = w*x + b
    >>> phi = sp.Piecewise((z, z > 0), (0, True))
    >>> print(to_javascript({"phi": phi, "loss": (phi - y)**2/2}, w, x, b, y, name="unit"))
    function unit(w, x, b, y) {
      const t1 = b + w * x;
      const phi = t1 > 0 ? t1 : 0;
      const loss = (phi - y) ** 2 / 2;
      return { phi, loss };
    }
    """
    outputs: dict[Any, Basic] = {
        key: _scalar(value) for key, value in (expr.items() if isinstance(expr, Mapping) else [("", expr)])
    }
    free = _free(outputs)
    parameters = list(args) if args else sorted(free, key=lambda symbol: (str(symbol), sp.default_sort_key(symbol)))
    _require_parameters(parameters, free, outputs)
    names = _Names({function := _spelled(name)})
    graph = Graph({symbol: names.fresh(symbol.name) for symbol in parameters})
    ends: dict[str, int] = {}
    for key, value in outputs.items():
        named = key.name if isinstance(key, Symbol) else key
        if named in ends:
            raise UnsupportedError(f"two outputs have the name {named}")
        ends[named] = graph.read(value)
        if isinstance(key, Symbol):
            graph.seen[key] = ends[named]
    writer = _Writer(graph.nodes, ends if isinstance(expr, Mapping) else {}, list(ends.values()), names)
    head = f"function {function}({', '.join(graph.symbols.values())}) {{"
    result = writer.object(ends) if isinstance(expr, Mapping) else writer.statement("return ", ends[""])
    return "\n".join([head, *(f"  {line}" for part in (*writer.lines, result) for line in part.split("\n")), "}"])


def _scalar(value: Any) -> Basic:
    if not isinstance(value, (sp.Expr, sp.logic.boolalg.Boolean, int, float)):
        raise UnsupportedError(f"cannot write {value!r} in JavaScript: {type(value).__name__} is no scalar")
    return S(value)


def _free(outputs: Mapping[Any, Basic]) -> set[Any]:
    """The symbols that no output before defines."""
    free: set[Any] = set()
    known: set[Any] = set()
    for key, value in outputs.items():
        if not isinstance(key, str | Symbol):
            raise UnsupportedError(f"an output has a name or a symbol, not {key!r} of type {type(key).__name__}")
        free |= value.free_symbols - known
        known.add(key)
    return free


def _require_parameters(parameters: Sequence[Any], free: set[Any], outputs: Mapping[Any, Basic]) -> None:
    for parameter in parameters:
        if parameter in outputs:
            raise UnsupportedError(f"{parameter} is a parameter and an output; one symbol stands for one value")
        if not isinstance(parameter, Symbol):
            raise UnsupportedError(f"a parameter is a symbol, not {parameter!r} of type {type(parameter).__name__}")
        if parameters.count(parameter) > 1:
            raise UnsupportedError(f"the parameter {parameter} is listed twice")
    missing = sorted(map(str, free - set(parameters)))
    if missing:
        raise UnsupportedError(f"nothing says what {', '.join(missing)} is; add it to the parameters")


# Names.


def _spelled(name: str) -> str:
    """`name` as an identifier: `x'` is `x_prime`, other marks are underscores, and what is reserved gets one."""
    plain = re.sub(r"[^A-Za-z0-9_$]", "_", name.replace("'", "_prime").lstrip("\\")) or "_"
    return f"_{plain}" if plain[0].isdigit() else f"{plain}_" if plain in RESERVED else plain


class _Names:
    def __init__(self, taken: Iterable[str]) -> None:
        self.taken, self.temporaries = set(taken), 0

    def fresh(self, name: str) -> str:
        wanted = spelled = _spelled(name)
        k = 1
        while wanted in self.taken:
            k += 1
            wanted = f"{spelled}_{k}"
        self.taken.add(wanted)
        return wanted

    def temporary(self) -> str:
        self.temporaries += 1
        return self.fresh(f"t{self.temporaries}")


def _property(key: str) -> str:
    """The key of a property, in quotes if it is no name; a page can hold it."""
    if re.fullmatch(r"[A-Za-z_$][\w$]*", key, re.ASCII) and key != "__proto__":
        return key
    quoted = json.dumps(key).replace("<", "\\u003c")
    return f"[{quoted}]" if key == "__proto__" else quoted


# Writing.


class _Writer:
    """Statements that name the outputs and what is used more than once; everything else is written in place."""

    def __init__(self, nodes: list[Node], outputs: dict[str, int], roots: list[int], names: _Names) -> None:
        self.nodes, self.lines, self.named = nodes, [], {}
        keys = {at: key for key, at in reversed(outputs.items())}
        uses = Counter(roots)
        for at in range(len(nodes) - 1, -1, -1):
            if uses[at]:
                uses.update(nodes[at].args)
        # Outputs keep their names, so they choose first.
        wanted = {at: names.fresh(keys[at]) for at in sorted(keys) if nodes[at].op != "atom"}
        for at in range(len(nodes)):
            if at in wanted or (uses[at] > 1 and self._pays(at)):
                given = wanted.get(at) or names.temporary()
                self.lines.append(self.statement(f"const {given} = ", at))
                self.named[at] = given

    def _pays(self, at: int) -> bool:
        node = self.nodes[at]
        short = all(a in self.named or self.nodes[a].op == "atom" for a in node.args)
        constant = all(self.nodes[a].op == "atom" and self.nodes[a].data[0].isdigit() for a in node.args)
        return not (node.op in ("atom", "negative", "not") or constant or (node.op == "relation" and short))

    def statement(self, prefix: str, at: int) -> str:
        whole = f"{prefix}{self.text(at)};"
        if at in self.named or self.nodes[at].op != "cond" or (len(whole) <= _LINE and whole.count(" ? ") == 1):
            return whole
        cases = []
        while at not in self.named and self.nodes[at].op == "cond":
            condition, here, at = self.nodes[at].args
            cases.append(f"{self.text(condition, OR)} ? {self.text(here, OR)}")
        return prefix + "\n  : ".join([*cases, self.text(at, OR)]) + ";"

    def object(self, ends: dict[str, int]) -> str:
        fields = []
        for key, at in ends.items():
            text = self.text(at)
            fields.append(key if text == key else f"{_property(key)}: {text}")
        line = f"return {{ {', '.join(fields)} }};"
        return line if len(line) <= _LINE else "return {\n" + "".join(f"  {field},\n" for field in fields) + "};"

    def text(self, at: int, least: int = COND) -> str:
        """A node, in brackets if it binds less tightly than `least`."""
        text, own = (self.named[at], ATOM) if at in self.named else self._written(self.nodes[at])
        return text if own >= least else f"({text})"

    def _written(self, node: Node) -> tuple[str, int]:
        a = node.args
        match node.op:
            case "atom":
                return node.data, ATOM
            case "negative":  # a power after a minus sign is a syntax error, and two minus signs are another operator
                inner = self.text(a[0], MUL)
                bare = inner.startswith("-") or re.match(r"[\w.$]*(\(.*\))? \*\* ", inner)
                return (f"-({inner})" if bare else f"-{inner}"), NEG if self._binds(a[0]) >= NEG else MUL
            case "plus":
                return self.text(a[0], ADD) + "".join(map(self._signed, a[1:])), ADD
            case "times":
                return " * ".join([self._first(a[0]), *(self.text(part, NEG) for part in a[1:])]), MUL
            case "over":
                return f"{self._first(a[0])} / {self.text(a[1], NEG)}", MUL
            case "power":
                return f"{self.text(a[0], ATOM)} ** {self.text(a[1], NEG)}", POW
            case "call":
                return f"{node.data}({', '.join(map(self.text, a))})", ATOM
            case "cond":
                return f"{self.text(a[0], OR)} ? {self.text(a[1], OR)} : {self.text(a[2])}", COND
            case "relation":
                return f"{self.text(a[0], ADD)} {node.data} {self.text(a[1], ADD)}", EQUAL
            case "not":
                return f"!{self.text(a[0], ATOM)}", NEG
            case _:  # logical; brackets around the other kind, for readers
                own = AND if node.data == "&&" else OR
                return f" {node.data} ".join(self.text(part, EQUAL) for part in a), own

    def _binds(self, at: int) -> int:
        return ATOM if at in self.named else self._written(self.nodes[at])[1]

    def _first(self, at: int) -> str:
        """A first factor: a product or a quotient stands there as it is."""
        return self.text(at, MUL)

    def _signed(self, at: int) -> str:
        node = self.nodes[at]
        if at in self.named or node.op != "negative":
            return f" + {self.text(at, MUL)}"
        return f" - {self.text(node.args[0], MUL)}"


__all__ = ["to_javascript"]
