"""Small edits of a formula, as replacements in its text: the slips that people make, undone.

Each is one change: a transpose or an inverse added, dropped or moved, a sign, a factor, two factors swapped, another
name of the same shape, an index or a limit. `cost` orders them: what people get wrong most often comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from symbolic.notation.elaborate import name_of
from symbolic.notation.scope import Scope
from symbolic.notation.sizes import ONE
from symbolic.notation.tree import Node, Span

MARKS = (r"^\top", r"^{\top}", r"^{\mathsf T}", r"^{\mathsf{T}}", r"^\intercal", "^{T}", "^T", "^t", "'")
ATOMS = ("name", "sub", "group", "matrix", "star", "call", "over")
ADDED = ("2", r"\tfrac{1}{2}", "-")
MOST_NAMES = 12


@dataclass(frozen=True)
class Edit:
    """`latex` for what stands at `span`; `what` says so in words."""

    span: Span
    latex: str
    what: str
    cost: int

    def applied(self, text: str, within: Span) -> str:
        """The text of a term (at `within`) after the edit."""
        start, end = self.span
        before, after = text[within[0] : start], text[end : within[1]]
        return _joined(_joined(before, self.latex), after)


def transpose_mark(text: str) -> str:
    """How this document writes a transpose: the mark that it uses most."""
    return max(MARKS[:-1], key=text.count) if any(map(text.count, MARKS[:-1])) else MARKS[-1]


def edits(term: Node, text: str, scope: Scope, beside: Sequence[Node] = ()) -> Iterator[Edit]:
    """The edits of one term, in no order; `beside` are its neighbours in the chain, from which parts are borrowed."""
    mark = transpose_mark(text)
    for node, parent in _with_parents(term):
        whole = text[slice(*node.span)]
        yield from _transposes(node, parent, text, mark)
        yield from _inverses(node, parent, text)
        yield from _sums(node, text)
        yield from _products(node, text)
        yield from _names(node, parent, scope)
        yield from _numbers(node, parent, whole)
        yield from _scripts(node, text)
    yield from _coefficients(term, text, scope)
    for other in beside:
        yield from _borrowed(term, text, other)
    yield Edit(term.span, rf"\operatorname{{tr}}\left({text[slice(*term.span)]}\right)", "take the trace", 5)


def _with_parents(node: Node, parent: Node | None = None) -> Iterator[tuple[Node, Node | None]]:
    yield node, parent
    for child in node.children:
        yield from _with_parents(child, node)


def _transposes(node: Node, parent: Node | None, text: str, mark: str) -> Iterator[Edit]:
    inside = node.children[0] if node.children else None
    if node.kind in ("transpose", "prime") and inside is not None:
        yield Edit(node.span, text[slice(*inside.span)], f"no transpose of {_short(text, inside)}", 1)
    elif node.kind == "inverse_transpose" and inside is not None:
        yield Edit(node.span, text[slice(*inside.span)] + "^{-1}", "an inverse, not its transpose", 1)
    elif node.kind == "inverse" and inside is not None:
        minus = "^{-T}" if mark.endswith("T") or mark == "'" else "^{-" + mark.strip("^{}") + "}"
        yield Edit(node.span, text[slice(*inside.span)] + minus, "the transpose of the inverse", 3)
    elif node.kind in ATOMS and not _is_scripted(node, parent):
        yield Edit((node.span[1], node.span[1]), mark, f"transpose {_short(text, node)}", 1)


def _is_scripted(node: Node, parent: Node | None) -> bool:
    """Whether the node is the base of a script, or part of a subscript, a variable, a bound."""
    scripts = ("transpose", "prime", "inverse", "inverse_transpose", "pow", "sub", "star", "pseudo_inverse")
    return parent is not None and parent.kind in (*scripts, "derivative", "differential", "sum", "prod", "limit")


def _inverses(node: Node, parent: Node | None, text: str) -> Iterator[Edit]:
    if node.kind == "inverse":
        yield Edit(node.span, text[slice(*node.children[0].span)], f"no inverse of {_short(text, node.children[0])}", 1)
    elif node.kind in ATOMS and not _is_scripted(node, parent):
        yield Edit((node.span[1], node.span[1]), "^{-1}", f"the inverse of {_short(text, node)}", 1)


def _sums(node: Node, text: str) -> Iterator[Edit]:
    if node.kind != "add":
        return
    for k, child in enumerate(node.children):
        inner = child.children[0] if child.kind == "neg" else child
        start = node.children[k - 1].span[1] if k else node.span[0]
        signs = list(re.finditer(r"[+-]", text[start : inner.span[0]]))
        if k:
            if signs:
                place = start + signs[-1].start()
                turned = "+" if text[place] == "-" else "-"
                yield Edit((place, place + 1), turned, f"the sign of {_short(text, inner)}", 1)
            yield Edit((start, inner.span[1]), "", f"without {_short(text, inner)}", 4)
        elif signs:
            yield Edit((start, inner.span[0]), "", f"the sign of {_short(text, inner)}", 1)
        else:
            yield Edit((start, start), "-", f"the sign of {_short(text, inner)}", 1)


def _products(node: Node, text: str) -> Iterator[Edit]:
    if node.kind != "mul":
        return
    for one, other in pairwise(node.children):
        between = text[one.span[1] : other.span[0]]
        swapped = _joined(_joined(text[slice(*other.span)], between), text[slice(*one.span)])
        what = f"{_short(text, other)} before {_short(text, one)}"
        yield Edit((one.span[0], other.span[1]), swapped, what, 2)
    for child in node.children:
        cost = 1 if child.kind in ("number", "div") else 3
        yield Edit(child.span, "", f"without the factor {_short(text, child)}", cost)
    if len(node.children) > 2:  # a factor that stands at the other end
        first, last = node.children[0], node.children[-1]
        middle = text[first.span[1] : last.span[0]]
        ends = _joined(_joined(text[slice(*last.span)], middle), text[slice(*first.span)])
        yield Edit(node.span, ends, f"{_short(text, last)} and {_short(text, first)} exchanged", 3)


def _names(node: Node, parent: Node | None, scope: Scope) -> Iterator[Edit]:
    key = name_of(node)
    if key is None or (parent is not None and name_of(parent) is not None):
        return
    if key in scope.sizes:
        others = [name for name in scope.sizes if name != key]
    elif key in scope.shapes:
        shape = scope.shapes[key]
        turned = shape[::-1]
        others = [name for name, s in scope.shapes.items() if name != key and s in (shape, turned)]
    else:
        return
    for other in others[:MOST_NAMES]:
        latex = written_name(other)
        if latex is not None:
            yield Edit(node.span, latex, f"{latex} for {written_name(key) or key}", 2)


def written_name(name: str) -> str | None:
    """A name in LaTeX, where that is plain: letters, Greek letters, accents and simple subscripts."""
    if "_" in name:
        base, _, below = name.partition("_")
        inner = written_name(base)
        return f"{inner}_{{{below}}}" if inner and below.isalnum() else None
    *accents, letter = name.split()
    star = letter.endswith("*")
    letter = letter.rstrip("*")
    if not letter.isalpha() or "'" in name:
        return None
    latex = letter if len(letter) == 1 else "\\" + letter
    for accent in reversed(accents):
        latex = f"\\{accent}{{{latex}}}"
    return latex + ("^*" if star else "")


def _numbers(node: Node, parent: Node | None, whole: str) -> Iterator[Edit]:
    if node.kind != "number" or not node.value.isdigit() or node.font:
        return
    if parent is not None and parent.kind in ("sub", "norm"):
        return
    value = int(node.value)
    for other in sorted({value + 1, value - 1, 2 * value, value // 2 if value % 2 == 0 else 0} - {value}):
        if other >= 0:
            yield Edit(node.span, str(other), f"{other} for {whole}", 2)


def _scripts(node: Node, text: str) -> Iterator[Edit]:
    """Powers, subscripts, bounds of sums."""
    if node.kind == "pow" and node.children[1].kind == "number":
        base = text[slice(*node.children[0].span)]
        yield Edit(node.span, base, f"no power of {_short(text, node.children[0])}", 1)
    elif node.kind == "sub" and len(node.children[1].children) == 2:
        one, other = node.children[1].children
        swapped = text[slice(*other.span)] + text[one.span[1] : other.span[0]] + text[slice(*one.span)]
        yield Edit((one.span[0], other.span[1]), swapped, "the indices exchanged", 1)
    elif node.kind in ("sum", "prod") and len(node.children) == 3:
        for bound in (node.children[0], node.children[1]):
            shown = text[slice(*bound.span)]
            if shown:
                yield Edit(bound.span, f"{shown}-1", f"{shown} - 1 for {shown}", 2)
                yield Edit(bound.span, f"{shown}+1", f"{shown} + 1 for {shown}", 2)
                if bound.kind == "add":
                    first = text[slice(*bound.children[0].span)]
                    yield Edit(bound.span, first, f"{first} for {shown}", 1)


def _coefficients(term: Node, text: str, scope: Scope) -> Iterator[Edit]:
    """A factor in front of a term, or of the whole."""
    terms = term.children if term.kind == "add" else (term,)
    scalars = [name for name, shape in scope.shapes.items() if shape == ONE][:6]
    for child in terms:
        inner = child.children[0] if child.kind == "neg" else child
        place = (inner.span[0], inner.span[0])
        for factor in ADDED[: 3 if inner is term else 2]:
            follows = text[inner.span[0] : inner.span[0] + 1]
            latex = factor + r" \cdot " if factor == "2" and follows.isdigit() else factor
            yield Edit(place, latex, f"a factor {factor}", 1)
        for name in scalars:
            latex = written_name(name)
            if latex is not None:
                yield Edit(place, latex + " ", f"a factor {latex}", 3)
                yield Edit(place, rf"\tfrac{{1}}{{{latex}}}", f"a factor 1/{latex}", 3)
    for node in term.walk():
        if node.kind == "name" and node.value in scalars:
            yield Edit((node.span[1], node.span[1]), "^2", f"the square of {text[slice(*node.span)]}", 2)


def _borrowed(term: Node, text: str, other: Node) -> Iterator[Edit]:
    """A term, or a factor, that stands in a neighbour and was left out here."""
    end = (term.span[1], term.span[1])
    for child in other.children if other.kind == "add" else (other,):
        inner = child.children[0] if child.kind == "neg" else child
        written = text[slice(*inner.span)]
        for sign in "+-" if child.kind != "neg" else "-+":
            yield Edit(end, f" {sign} {written}", f"{sign} {_short(text, inner)}, which was left out", 2)
    factors = {text[slice(*f.span)] for m in other.walk() if m.kind == "mul" for f in m.children if f.kind != "number"}
    for mul in (m for m in term.walk() if m.kind == "mul"):
        places = [(child.span[0], child.span[0]) for child in mul.children] + [(mul.span[1], mul.span[1])]
        for factor in sorted(factors, key=len)[:MOST_NAMES]:
            for place in places:
                latex = factor + (" " if factor[-1].isalpha() else "")
                yield Edit(place, latex, f"the factor {factor}, which was left out", 3)


def _short(text: str, node: Node) -> str:
    shown = " ".join(text[slice(*node.span)].split())
    return shown if len(shown) <= 30 else shown[:27] + "..."


def _joined(before: str, after: str) -> str:
    """Two pieces of LaTeX, with a space where a command would otherwise swallow a letter."""
    if re.search(r"\\[A-Za-z]+$", before) and after[:1].isalpha():
        return f"{before} {after}"
    return before + after
