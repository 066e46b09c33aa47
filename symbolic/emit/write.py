"""From steps to readable Python: names for what is used twice or too long, everything else written in place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from re import sub
from string import ascii_lowercase
from typing import Any

import sympy as sp

from symbolic.emit.backends import ADD, ATOM, MUL, NEG, POW
from symbolic.emit.steps import Step, Steps

_LONG = 72  # a longer expression gets a name
_FREE_OPS = frozenset({"name", "number"})
_HINTS = {
    "cholesky": "L", "factor": "LU", "solve": "z", "cho_solve": "z", "inverse": "inv", "add_diag": "M", "dot": "s",
    "function": "f", "sum": "s", "det": "det", "permutation": "order",
}  # fmt: skip


class Writer:
    """Writes the statements of a function for some outputs; `taken` are the names that it must not use."""

    def __init__(self, steps: Steps, outputs: Sequence[int], taken: set[str], like: str) -> None:
        self.steps, self.table, self.backend = steps, steps.steps, steps.backend
        self.outputs, self.taken, self.like = outputs, set(taken), like
        self.uses = self._count()
        self.named: dict[int, str] = {}
        self.texts: dict[int, tuple[str, int]] = {}
        self.lines: list[str] = []
        for at in range(len(self.table)):
            if self.uses[at]:
                self._settle(at)

    def result(self, at: int) -> str:
        """The text of an output."""
        text, step = self.text(at)[0], self.table[at]
        if step.is_scalar and step.batched:
            return f"{self._atom(at)}[..., 0, 0]"
        return text

    def text(self, at: int) -> tuple[str, int]:
        return (self.named[at], ATOM) if at in self.named else self.texts[at]

    def _count(self) -> Counter[int]:
        uses: Counter[int] = Counter(self.outputs)
        for at in range(len(self.table) - 1, -1, -1):
            if uses[at]:
                uses.update(self.table[at].args)
        for at in range(len(self.table) - 1, -1, -1):  # what is written in place: its operand is what is used
            step = self.table[at]
            if step.op == "transpose" or (step.op == "factor" and not self._shared(uses[at])):
                uses[step.args[0]] += max(uses[at] - 1, 0)
        return uses

    def _atom(self, at: int) -> str:
        text, strength = self.text(at)
        return text if strength == ATOM else f"({text})"

    def _at_least(self, at: int, strength: int) -> str:
        text, own = self.text(at)
        return text if own >= strength else f"({text})"

    def _settle(self, at: int) -> None:
        """Fix how a step is written: in place, or as a statement of its own."""
        step = self.table[at]
        if step.op == "add_diag" and self.backend.name == "numpy" and not step.batched and not step.loops:
            self._add_in_place(at, step)
            return
        text, strength = self._written(at, step)
        self.texts[at] = (text, strength)
        view = step.op == "transpose" and strength == ATOM and len(text) < 12
        if step.op in _FREE_OPS or step.loops or view or (step.op == "factor" and not self._shared(self.uses[at])):
            return
        if (self.uses[at] > 1 and not (step.op == "transpose" and step.args[0] in self.named)) or len(text) > _LONG:
            if at not in self.outputs or self.uses[at] > 1 or len(text) > 110:
                self._name(at, text)

    def _name(self, at: int, text: str) -> None:
        name = self._fresh(self._hint(at))
        self.lines.append(f"{name} = {text}")
        self.named[at] = name

    def _shared(self, uses: int) -> bool:
        """Whether a factorization is a step of its own: with SciPy if used twice, without if an inverse pays."""
        return uses > (1 if self.backend.scipy else 2)

    def _add_in_place(self, at: int, step: Step) -> None:
        base, diagonal = step.args
        text = self.text(base)[0]
        own = base not in self.named and self.table[base].op not in (*_FREE_OPS, "transpose", "slice", "unrow")
        name = self._fresh("M")
        self.lines.append(f"{name} = {text if own else self._atom(base) + '.copy()'}")
        entry = self.text(diagonal)[0] if self.table[diagonal].is_scalar else f"{self._atom(diagonal)}.ravel()"
        size = step.data[0] if step.data[0].isidentifier() else f"({step.data[0]})"
        self.lines.append(f"{name}.flat[:: {size} + 1] += {entry}")
        self.named[at] = name

    # Names.

    def _hint(self, at: int) -> str:
        step = self.table[at]
        if step.op == "name":
            return step.data[0]
        if step.op == "factor" and not self.backend.scipy:
            return "inv"
        if step.op in ("matmul", "transpose"):
            parts = [self.named.get(a) or self._hint(a) for a in step.args]
            joined = "".join(parts) + ("t" if step.op == "transpose" else "")
            return joined if joined and len(joined) <= 6 else "P"
        return _HINTS.get(step.op, "t")

    def _fresh(self, hint: str) -> str:
        hint = sub(r"\W", "", hint) or "t"
        name, k = hint, 1
        while name in self.taken or not name.isidentifier():
            k += 1
            name = f"{hint}{k}" if hint[-1] not in "0123456789" else f"{hint}_{k}"
        self.taken.add(name)
        return name

    # Texts.

    def _written(self, at: int, step: Step) -> tuple[str, int]:
        write = getattr(self, f"_write_{step.op}", None)
        return write(step) if write else self._row(step, step.op)

    def _row(self, step: Step, op: str, text: str | None = None) -> tuple[str, int]:
        template = text or self.backend.row(op, step.batched)
        fields: dict[str, str] = {"like": self.like}
        for letter, a in zip(ascii_lowercase, step.args, strict=False):
            fields[letter], fields[letter.upper()] = self.text(a)[0], self._atom(a)
        written = template.format(*step.data, **fields)
        operators = (" @ ", MUL), (" * ", MUL), (" + ", ADD)
        bare = _outside_brackets(template)
        strength = min((s for sign, s in operators if sign in bare), default=ATOM)
        return written, strength

    def _write_name(self, step: Step) -> tuple[str, int]:
        return step.data[0], ATOM

    def _write_number(self, step: Step) -> tuple[str, int]:
        return step.data[0], NEG if step.data[0].startswith("-") else ATOM

    def _write_negative(self, step: Step) -> tuple[str, int]:
        return f"-{self._at_least(step.args[0], POW)}", NEG

    def _write_sum_of(self, step: Step) -> tuple[str, int]:
        text = "-" if step.data[0] == "-" else ""
        text += self._at_least(step.args[0], MUL if text else ADD)
        for a, sign in zip(step.args[1:], step.data[1:], strict=True):
            text += f" {sign} {self._at_least(a, MUL)}"
        return text, ADD

    def _write_product_of(self, step: Step) -> tuple[str, int]:
        text = ""
        for a, sign in zip(step.args, step.data, strict=True):
            simple = self.table[a].op in ("product_of", "number", "name") and not text
            text += f" {sign} " if text else ""
            text += self._at_least(a, MUL if simple else NEG + 1)
        return text, MUL

    def _write_matmul(self, step: Step) -> tuple[str, int]:
        return self._row(step, "matmul")

    def _write_int_power(self, step: Step) -> tuple[str, int]:
        return f"{self._atom(step.args[0])}**{step.data[0]}", POW

    def _write_integer_power(self, step: Step) -> tuple[str, int]:
        return f"{self._atom(step.args[0])}**{self._atom(step.args[1])}", POW

    def _write_compare(self, step: Step) -> tuple[str, int]:
        left, right = (self._at_least(a, ADD) if step.data[0] not in "&|" else self._atom(a) for a in step.args)
        return f"{left} {step.data[0]} {right}", 0

    def _write_function(self, step: Step) -> tuple[str, int]:
        (kind,) = step.data
        template = self.backend.functions[kind]
        if step.weak and not step.loops and self._of_sizes(step) and kind in _OF_NUMBERS:
            template = _OF_NUMBERS[kind]
        elif self.backend.name == "torch" and any(self.table[a].op == "number" for a in step.args):
            for letter, a in zip("ab", step.args, strict=False):
                if self.table[a].op == "number":
                    template = template.replace(f"{{{letter}}}", f"torch.as_tensor({{{letter}}}, dtype={{like}}.dtype)")
        text, strength = self._row(step, "", template)
        return self._as_float(step, text, strength)

    def _as_float(self, step: Step, text: str, strength: int) -> tuple[str, int]:
        """A NumPy scalar of numbers alone would turn float32 arrays into float64; a Python float does not."""
        if step.weak and self.backend.name == "numpy" and not step.batched:
            return f"float({text})", ATOM
        return text, strength

    def _of_sizes(self, step: Step) -> bool:
        return all(self._is_size(a) for a in step.args)

    def _is_size(self, at: int) -> bool:
        step = self.table[at]
        if step.op == "name":
            return step.data[0] in self.steps.size_names
        return step.weak and all(self._is_size(a) for a in step.args)

    def _write_float_power(self, step: Step) -> tuple[str, int]:
        text, strength = self._row(step, "float_power")
        return self._as_float(step, text, strength)

    def _write_where(self, step: Step) -> tuple[str, int]:
        text, strength = self._row(step, "where")
        return self._as_float(step, text, strength)

    def _write_solve(self, step: Step) -> tuple[str, int]:
        factor, right = step.args
        if factor not in self.named:
            inner = Step("solve", (self.table[factor].args[0], right), (), step.rows, step.cols, step.batched)
            return self._row(inner, "solve")
        if self.backend.scipy:
            return self._row(step, "lu_solve")
        return f"{self.named[factor]} @ {self._atom(right)}", MUL

    def _write_factor(self, step: Step) -> tuple[str, int]:
        return self._row(step, "factor" if self.backend.scipy else "inverse")

    def _write_block(self, step: Step) -> tuple[str, int]:
        width = len(step.args) // step.data[0]
        texts = [self.text(a)[0] for a in step.args]
        rows = [f"[{', '.join(texts[k : k + width])}]" for k in range(0, len(texts), width)]
        module = self.backend.module
        if step.batched or self.backend.name == "torch":
            return f"blocks([{', '.join(rows)}], {self.like}.dtype)", ATOM
        return f"{module}.block([{', '.join(rows)}])", ATOM

    def _write_explicit(self, step: Step) -> tuple[str, int]:
        width = len(step.args) // step.data[0]
        texts = [self.text(a)[0] for a in step.args]
        module, like = self.backend.module, self.like
        if step.batched or self.backend.name == "torch":
            make = "torch.as_tensor" if module == "torch" else f"{module}.asarray"
            cells = [f"{make}({t}, dtype={like}.dtype)" for t in texts]
            single = [not self.table[a].batched for a in step.args]
            texts = [f"{c}.reshape(1, 1)" if one else c for c, one in zip(cells, single, strict=True)]
        rows = [f"[{', '.join(texts[k : k + width])}]" for k in range(0, len(texts), width)]
        if step.batched or self.backend.name == "torch":
            return f"blocks([{', '.join(rows)}], {like}.dtype)", ATOM
        return f"{module}.array([{', '.join(rows)}], dtype={like}.dtype)", ATOM

    def _write_arange(self, step: Step) -> tuple[str, int]:
        return self._row(step, "arange")

    def _write_loop(self, step: Step) -> tuple[str, int]:
        index, first, last = step.data
        return f"sum({self.text(step.args[0])[0]} for {index} in range({first}, {last}))", ATOM


_OF_NUMBERS: dict[Any, str] = {
    sp.sqrt: "math.sqrt({a})", sp.log: "math.log({a})", sp.exp: "math.exp({a})",
}  # fmt: skip


def _outside_brackets(template: str) -> str:
    depth, kept = 0, ""
    for c in template:
        depth += c in "(["
        depth -= c in ")]"
        if depth == 0:
            kept += c
    return kept


__all__ = ["Writer"]
