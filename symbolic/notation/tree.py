"""The syntax tree of mathematics as it was written: nothing is decided here that depends on what the names mean.

Every node knows its span, the offsets of its first character and of the one after its last in the text that was read
(of a macro call: the span of the call), so `text[slice(*node.span)]` is the author's own LaTeX.

    kind           children                    value
    name                                       the name without font: "X", "beta", "hat y", "tilde X", "W^(1)", "R"
    number                                     digits, perhaps with a decimal point: "2", "0.5"
    add            terms, two or more          (a difference is a term of kind neg)
    neg            what is negated
    mul            factors, two or more        "" for juxtaposition, else the sign: "cdot", "times", "odot", "circ", ...
    div            numerator, denominator      "frac" or "slash"
    pow            base, exponent              "", or the product of an elementwise power: A^{\\circ 2}
                                               (what is no transpose, inverse, pseudo-inverse, star or layer)
    transpose      base                        ^T ^\\top ^{\\mathsf T} ^\\intercal; "t": ^t, which may be a power
    inverse        base                        ^{-1}
    inverse_transpose  base                    ^{-T}
    pseudo_inverse base                        ^\\dagger ^+
    prime          base                        x' (a transpose or another name: the reader of the names decides)
    star           base                        x^* x^\\star; "_": x_*; "H": A^H
    sub            base, subscript             x_i, A_{ij}, I_n (the subscript as written: a mul, a tuple, a text);
                                               "^()" or "^[]": a layer, x^{(i)}; the index of a number is in the name
    group          what stands inside          "(", "[" or "{"
    tuple          two or more                 a, b inside brackets or a subscript
    call           arguments                   a function known by name: tr det exp log ln vec diag rank sqrt ... Cov
    norm           what stands inside          the subscript: "", "2", "F", "1", "infty", or any other text
    bars           what stands inside          |x|
    sum, prod      body, or lower, body,       the index, or "" where a condition is written instead
                   or lower, upper, body       (lower alone may be a relation, such as j != i, or 1 <= i <= n)
    limit          expression, variable, point  "", or "+" for a limit from above
    argmin, argmax, min, max                   objective; or objective, variables; or those and a constraint
    derivative     function, variable          "partial", "d": \\frac{\\partial f}{\\partial x}, also before (f);
                                               "nabla": the gradient, "nabla^2": the Hessian; or only f: \\nabla f;
                                               "partial^2", "d^2": function and two variables (perhaps the same)
    differential   what is differentiated      an upright d, or a d before a capital letter: \\mathrm{d}X
    matrix         rows                        the environment: "bmatrix", "array", ...; "[" for [A \\quad B], [A; B]
    row            cells
    cases          rows of two cells           value, condition (a relation, or a text: "else")
    relation       sides, two or more          "=", "!=", "<", "<=", ">", ">=", "in", ... between each two: "<= <="
    indicator      condition                   \\mathbb{1}(...), 1\\{...\\}
    dots                                       "dots", "cdots", "vdots", "ddots"; "cdot" for f(\\cdot), "|" in a column
    text                                       what a \\text{...} says
    given          left, right                 a bar in brackets: f(w | y)
    at             expression, where           \\Big|_{x = 0}
    over           body, remark                \\underbrace{body}_{remark}: reads as the body
    missing                                    nothing was written there

Source: the notation of R. A. Horn & C. R. Johnson, Matrix Analysis; J. R. Magnus & H. Neudecker, Matrix Differential
Calculus; D. E. Knuth et al., Mathematical Writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Span = tuple[int, int]


@dataclass(frozen=True)
class Node:
    """A piece of mathematics as written; the kinds are above. `font` is that of a name: "", "bf", "bb", "cal"."""

    kind: str
    span: Span
    children: tuple[Node, ...] = ()
    value: str = ""
    font: str = ""

    def walk(self) -> Iterator[Node]:
        """This node and all below it, from the outside in."""
        yield self
        for child in self.children:
            yield from child.walk()

    def __str__(self) -> str:
        """The tree on one line, without spans: `mul(transpose(name:x), name:A)`."""
        label = self.kind + (f":{self.value}" if self.value else "")
        return f"{label}({', '.join(map(str, self.children))})" if self.children else label


@dataclass(frozen=True)
class Sign:
    """A relation sign between two terms: its meaning, such as "=", "<=", "in", ":=" or "->", and where it stands.

    A sign under or over which something is written, as in `\\overset{(2)}{=}`, keeps that as `remark`.
    """

    value: str
    span: Span
    remark: str = ""


@dataclass(frozen=True)
class Unread:
    """A piece that was not understood, and what was expected there."""

    span: Span
    expected: str


@dataclass(frozen=True)
class Chain:
    """Terms with signs between them: `a = b <= c`. The first term is None where a row begins with a sign.

    A term that could not be read is an `Unread`; the others are as good as if it were not there. `link` says how the
    chain is connected to the one before it: "" (none, or a new row), "implies", "iff", "and" (a comma, a wide space),
    "or", "where" (a text such as "s.t.", "for", "since"), "therefore". `remarks`: the texts that stand in it, such as
    reasons at the end.
    """

    terms: tuple[Node | Unread | None, ...]
    signs: tuple[Sign, ...]
    link: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of a display (an inline formula has one row): its chains, in order, and its `\\tag` or `\\label`s."""

    chains: tuple[Chain, ...]
    span: Span
    labels: tuple[str, ...] = ()
