"""`to_javascript`: scalar SymPy expressions as a plain JavaScript function, for pages that compute what was derived.

Each SymPy node is read by one row of `ROWS` into a small graph in which equal parts are one node; the graph is then
written with JavaScript's own precedence. All numbers are doubles (IEEE 754), as in NumPy: what divides by zero is
`Infinity`, `-Infinity` or `NaN`, and so is what has no real value. One power differs from C and NumPy: JavaScript's
`1 ** Infinity` and `1 ** NaN` are `NaN`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp
from sympy import Basic, Rational, S, Symbol

from symbolic.errors import UnsupportedError

RESERVED = frozenset(
    "arguments async await break case catch class const continue debugger default delete do else enum eval export"
    " extends false finally for function get if implements import in instanceof interface let new null of package"
    " private protected public return set static super switch this throw true try typeof undefined var void while with"
    " yield Infinity Math NaN Object globalThis window document".split()
)
FUNCTIONS: dict[type, str] = {
    **{f: f"Math.{f.__name__}" for f in (sp.sin, sp.cos, sp.tan, sp.asin, sp.acos, sp.atan, sp.atan2)},
    **{f: f"Math.{f.__name__}" for f in (sp.sinh, sp.cosh, sp.tanh, sp.asinh, sp.acosh, sp.atanh, sp.exp)},
    sp.Abs: "Math.abs", sp.sign: "Math.sign", sp.floor: "Math.floor", sp.ceiling: "Math.ceil",
    sp.Max: "Math.max", sp.Min: "Math.min",
}  # fmt: skip
RECIPROCALS: dict[type, str] = {
    sp.sec: "Math.cos", sp.csc: "Math.sin", sp.cot: "Math.tan",
    sp.sech: "Math.cosh", sp.csch: "Math.sinh", sp.coth: "Math.tanh",
}  # fmt: skip
SIGNS: dict[type, str] = {
    sp.StrictGreaterThan: ">", sp.GreaterThan: ">=", sp.StrictLessThan: "<", sp.LessThan: "<=",
    sp.Equality: "===", sp.Unequality: "!==",
}  # fmt: skip
CONSTANTS: dict[Basic, str] = {
    S.Pi: "Math.PI", S.Exp1: "Math.E", S.Infinity: "Infinity", S.NaN: "NaN", S.true: "true", S.false: "false",
}  # fmt: skip

COND, OR, AND, EQUAL, ADD, MUL, NEG, POW, ATOM = range(9)  # how tightly JavaScript binds
_LINE = 100  # characters: a conditional that is longer takes a line for each case
_LARGEST = 2**53  # integers up to here are doubles, each of them


class Node(NamedTuple):
    op: str
    args: tuple[int, ...] = ()
    data: str = ""


ONE = Node("atom", data="1")


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
    graph = _Graph({symbol: names.fresh(symbol.name) for symbol in parameters})
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


# Reading.


class _Graph:
    """Expressions as nodes, each of which stands once, after its arguments."""

    def __init__(self, symbols: dict[Symbol, str]) -> None:
        self.symbols = symbols
        self.nodes: list[Node] = []
        self.places: dict[Node, int] = {}
        self.seen: dict[Basic, int] = {}

    def put(self, op: str, *args: int, data: str = "") -> int:
        node = Node(op, args, data)
        if node not in self.places:
            self.places[node] = len(self.nodes)
            self.nodes.append(node)
        return self.places[node]

    def read(self, expr: Basic) -> int:
        if expr not in self.seen:
            self.seen[expr] = self._read(expr)
        return self.seen[expr]

    def _read(self, expr: Any) -> int:
        if expr in CONSTANTS:
            return self.put("atom", data=CONSTANTS[expr])
        for kind in type(expr).__mro__:
            if kind in ROWS:
                return ROWS[kind](self, expr)
        raise UnsupportedError(f"cannot write {expr} in JavaScript: there is no row for {type(expr).__name__}")

    def all(self, parts: Iterable[Basic]) -> list[int]:
        return [self.read(part) for part in parts]

    def number(self, value: Any, source: Any) -> int:
        """A literal: integers up to 2^53 as they are, others as the nearest double."""
        if value < 0:
            return self.negative(self.number(-value, source))
        try:
            text = str(int(value)) if value == int(value) and value <= _LARGEST else repr(float(value))
        except OverflowError:
            text = "inf"
        if text == "inf":
            raise UnsupportedError(f"{str(source)[:20]}... is beyond the largest double; there is no such number")
        return self.put("atom", data=text)

    def negative(self, at: int) -> int:
        node = self.nodes[at]
        return node.args[0] if node.op == "negative" else self.put("negative", at)

    def product(self, parts: Sequence[int]) -> int:
        return self.put("times", *parts) if len(parts) > 1 else parts[0] if parts else self.put(ONE.op, data=ONE.data)

    def ratio(self, above: Sequence[int], below: Sequence[int]) -> int:
        return self.put("over", self.product(above), self.product(below)) if below else self.product(above)


def _symbol(graph: _Graph, expr: Any) -> int:
    return graph.put("atom", data=graph.symbols[expr])


def _rational(graph: _Graph, expr: Any) -> int:
    if expr.q == 1 or max(abs(expr.p), expr.q) > _LARGEST:
        return graph.number(Fraction(int(expr.p), int(expr.q)), expr)
    whole = graph.ratio([graph.number(abs(expr.p), expr)], [graph.number(expr.q, expr)])
    return graph.negative(whole) if expr < 0 else whole


def _float(graph: _Graph, expr: Any) -> int:
    return graph.number(expr, expr)


def _minus_infinity(graph: _Graph, expr: Any) -> int:
    return graph.negative(graph.put("atom", data="Infinity"))


def _add(graph: _Graph, expr: Any) -> int:
    """The terms as stored; only where the first has a minus sign does a later one without take its place."""
    terms = graph.all(expr.args)
    first = next((k for k, at in enumerate(terms) if graph.nodes[at].op != "negative"), 0)
    return graph.put("plus", terms[first], *terms[:first], *terms[first + 1 :])


def _mul(graph: _Graph, expr: Any) -> int:
    """One fraction: negative powers and the denominators of numbers stand below the line."""
    above, below, minus = [], [], False
    for factor in expr.args:
        if isinstance(factor, sp.Pow) and isinstance(factor.exp, Rational) and factor.exp < 0:
            below.append(_power(graph, factor.base, -factor.exp))
            continue
        node = graph.nodes[at := graph.read(factor)]
        if node.op == "negative":
            minus, node = not minus, graph.nodes[at := node.args[0]]
        if node.op == "over" and isinstance(factor, Rational):
            at, under = node.args
            below.append(under)
        above += [at] if graph.nodes[at] != ONE else []
    whole = graph.ratio(above, below)
    return graph.negative(whole) if minus else whole


def _pow(graph: _Graph, expr: Any) -> int:
    if isinstance(expr.exp, Rational) and expr.exp < 0:
        return graph.ratio([], [_power(graph, expr.base, -expr.exp)])
    return _power(graph, expr.base, expr.exp)


def _power(graph: _Graph, base: Any, exponent: Any) -> int:
    at = graph.read(base)
    if exponent == 1:
        return at
    if exponent == Rational(1, 2):
        return graph.put("call", at, data="Math.sqrt")
    return graph.put("power", at, graph.read(exponent))


def _function(graph: _Graph, expr: Any) -> int:
    return graph.put("call", *graph.all(expr.args), data=FUNCTIONS[type(expr)])


def _reciprocal(graph: _Graph, expr: Any) -> int:
    return graph.ratio([], [graph.put("call", *graph.all(expr.args), data=RECIPROCALS[type(expr)])])


def _log(graph: _Graph, expr: Any) -> int:
    logs = [graph.put("call", at, data="Math.log") for at in graph.all(expr.args)]
    return graph.ratio(logs[:1], logs[1:])


def _mod(graph: _Graph, expr: Any) -> int:
    """SymPy's remainder has the sign of the divisor; that of `%` has the sign of the dividend."""
    a, b = graph.all(expr.args)
    whole = graph.put("call", graph.put("over", a, b), data="Math.floor")
    return graph.put("plus", a, graph.negative(graph.put("times", b, whole)))


def _heaviside(graph: _Graph, expr: Any) -> int:
    argument, at_zero = expr.args
    cases = (1, argument > 0), (0, argument < 0), (at_zero, sp.Eq(argument, 0))
    return graph.read(sp.Piecewise(*cases, evaluate=False))


def _piecewise(graph: _Graph, expr: Any) -> int:
    value = graph.put("atom", data="NaN")
    for branch, condition in reversed(expr.args):
        here = graph.read(branch)
        value = here if condition == S.true else graph.put("cond", graph.read(condition), here, value)
    return value


def _relation(graph: _Graph, expr: Any) -> int:
    return graph.put("relation", *graph.all(expr.args), data=SIGNS[type(expr)])


def _logical(graph: _Graph, expr: Any) -> int:
    sign = "&&" if isinstance(expr, sp.And) else "||"
    return graph.put("logical", *graph.all(sorted(expr.args, key=sp.default_sort_key)), data=sign)


def _not(graph: _Graph, expr: Any) -> int:
    return graph.put("not", graph.read(expr.args[0]))


def _if_then_else(graph: _Graph, expr: Any) -> int:
    return graph.put("cond", *graph.all(expr.args))


ROWS: dict[type, Callable[[_Graph, Any], int]] = {
    Symbol: _symbol, Rational: _rational, sp.Float: _float, type(S.NegativeInfinity): _minus_infinity,
    sp.Add: _add, sp.Mul: _mul, sp.Pow: _pow, sp.log: _log, sp.Mod: _mod, sp.Heaviside: _heaviside,
    sp.Piecewise: _piecewise, sp.And: _logical, sp.Or: _logical, sp.Not: _not, sp.ITE: _if_then_else,
    **dict.fromkeys(FUNCTIONS, _function), **dict.fromkeys(RECIPROCALS, _reciprocal), **dict.fromkeys(SIGNS, _relation),
}  # fmt: skip


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
