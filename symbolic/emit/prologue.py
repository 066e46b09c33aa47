"""The first lines of a generated function: arguments as arrays, sizes read off them, disagreements named.

With NumPy, arrays that fit as they are cost one comparison; everything else goes through `matrix` and `check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy import MatrixSymbol, S

from symbolic.emit.backends import Backend
from symbolic.errors import ShapeError


@dataclass(frozen=True)
class Argument:
    """An argument of the function under its Python name."""

    symbol: Any
    name: str
    batched: bool

    @property
    def is_array(self) -> bool:
        return isinstance(self.symbol, MatrixSymbol) and self.symbol.shape != (1, 1)


class _Sizes:
    """Which array shows which size, in the order in which they can be read off."""

    def __init__(self, arguments: list[Argument], names: Mapping[Any, str]) -> None:
        self.names = names
        self.source: dict[Any, str] = {a.symbol: "" for a in arguments if not a.is_array}
        self.lines: list[str] = []
        arrays = [a for a in arguments if a.is_array]
        open_sizes = True
        while open_sizes:
            found = [self._read(a) for a in arrays]
            open_sizes = any(found)
        for a in arrays:
            for size in a.symbol.shape:
                unknown = sorted(map(str, size.free_symbols - self.source.keys()))
                if unknown:
                    raise ShapeError(f"no argument shows {', '.join(unknown)} of {a.symbol}: name it as an argument.")

    def _read(self, a: Argument) -> bool:
        """Read off what this array shows and no other did; whether there was anything."""
        rows, cols = a.symbol.shape
        dims = f"{a.name}.shape[-2:]" if a.batched else f"{a.name}.shape"
        if rows.is_Symbol and cols.is_Symbol and rows != cols and not {rows, cols} & self.source.keys():
            self.lines.append(f"{self.names[rows]}, {self.names[cols]} = {dims}")
            self.source |= {rows: a.name, cols: a.name}
            return True
        done = False
        for size, at in ((rows, -2), (cols, -1)):
            unknown = size.free_symbols - self.source.keys()
            if len(unknown) != 1:
                continue
            (s,) = unknown
            slope, rest = sp.expand(size).coeff(s, 1), sp.expand(size).coeff(s, 0)
            if not slope.free_symbols <= self.source.keys() or sp.expand(size - slope * s - rest) != 0:
                continue
            text = f"{a.name}.shape[{at}]"
            if rest != 0:
                text = f"{text} - {rest}" if rest.is_Integer and rest > 0 else f"{text} - ({self.text(rest)})"
            if slope != 1:
                text = f"({text})" if rest != 0 else text
                divisor = self.text(slope)
                text = f"{text} // {divisor}" if slope.is_Symbol or slope.is_Integer else f"{text} // ({divisor})"
            self.lines.append(f"{self.names[s]} = {text}")
            self.source[s] = a.name
            done = True
        return done

    def text(self, size: Any) -> str:
        return str(sp.expand(size).xreplace({s: sp.Symbol(self.names[s]) for s in S(size).free_symbols}))

    def declared(self, a: Argument) -> str:
        return " x ".join(map(self.text, a.symbol.shape))

    def expected(self, a: Argument) -> str:
        return "({}, {})".format(*map(self.text, a.symbol.shape))

    def known(self, a: Argument) -> str:
        """What the other arrays say about the sizes of this one."""
        symbols = sorted(set().union(*(size.free_symbols for size in a.symbol.shape)), key=str)
        others = {s: self.source[s] for s in symbols if self.source[s] != a.name}
        said = [f"{o} has {self._shown(s)}" if o else self._shown(s) for s, o in others.items()]
        return f'f"{", ".join(said)}"' if said else '"as it is declared"'

    def _shown(self, size: Any) -> str:
        return f"{self.names[size]} = {{{self.names[size]}}}"

    def needs_check(self, a: Argument) -> bool:
        """Whether the sizes of this array were not all defined by it."""
        rows, cols = a.symbol.shape
        own = rows.is_Symbol and cols.is_Symbol and rows != cols
        return not (own and self.source[rows] == self.source[cols] == a.name)


def prologue(arguments: list[Argument], names: Mapping[Any, str], tables: Backend) -> tuple[list[str], str]:
    """(lines, text of an array that shows the type of numbers)."""
    sizes = _Sizes(arguments, names)
    arrays = [a for a in arguments if a.is_array]
    plain = tables.name == "numpy" and not any(a.batched for a in arguments)
    convert = [f"{a.name} = {_converted(a)}" for a in arrays]
    checks = [
        f'check("{a.name}", {a.name}, "{sizes.declared(a)}", {sizes.expected(a)}, {sizes.known(a)})'
        for a in arrays
        if sizes.needs_check(a)
    ]
    slow = [*convert, *sizes.lines, *checks]
    lines = slow
    if plain and arrays:
        fits = [f"{a.name}.shape == {sizes.expected(a)}" for a in arrays if sizes.needs_check(a)]
        fits.append(" == ".join([*(f"{a.name}.dtype.kind" for a in arrays), '"f"']))
        attempt = [*sizes.lines, *_wrapped("fits = ", fits)]
        lines = ["try:", *_indented(attempt), "except (AttributeError, TypeError, ValueError):", "    fits = False"]
        lines += ["if not fits:", *_indented(slow)]
    like = next((a.name for a in arrays), None)
    lines += [line for a in arguments if not a.is_array for line in _number(a, tables, plain, like)]
    batched = [a for a in arguments if a.batched]
    if batched:
        shapes = ", ".join(f"{a.name}.shape[:-2]" for a in batched)
        lines.append(f"batch = {tables.module}.broadcast_shapes({shapes})")
    like = like or next((a.name for a in batched), None)
    return lines, like or f"{tables.module}.{'tensor' if tables.module == 'torch' else 'array'}(0.0)"


def _wrapped(start: str, parts: list[str]) -> list[str]:
    text = start + " and ".join(parts)
    if len(text) < 100:
        return [text]
    return [f"{start}(", *(f"    {'and ' if k else ''}{part}" for k, part in enumerate(parts)), ")"]


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _converted(a: Argument) -> str:
    rows, cols = a.symbol.shape
    axis = ", 0" if cols == 1 else ", 1" if rows == 1 else ", None" if a.batched else ""
    return f'matrix({a.name}, "{a.name}"{axis}{", True" if a.batched else ""})'


def _number(a: Argument, tables: Backend, plain: bool, like: str | None) -> list[str]:
    if isinstance(a.symbol, sp.Symbol) and a.symbol.is_integer and not a.batched:
        return []
    if a.batched:
        return [f'{a.name} = number({a.name}, "{a.name}", True)']
    if tables.name == "torch":
        kind = f"{like}.dtype" if like else "torch.float64"
        return [f"{a.name} = torch.as_tensor({a.name}, dtype={kind}).reshape(())"]
    if isinstance(a.symbol, MatrixSymbol):
        text = f'number({a.name}, "{a.name}")'
        return [f"{a.name} = float({text})" if plain else f"{a.name} = {text}"]
    return [f"{a.name} = float({a.name})"] if tables.name == "numpy" else []


__all__ = ["Argument", "prologue"]
