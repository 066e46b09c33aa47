"""Rendering: a document with every kind of content, laid out in each format; then the small rules, one by one."""

import json
import os
import re
import shutil
import subprocess
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from sympy import (
    BlockMatrix,
    Derivative,
    Eq,
    Identity,
    ImmutableMatrix,
    Inverse,
    Limit,
    MatAdd,
    MatMul,
    MatrixSymbol,
    Piecewise,
    Product,
    Q,
    Sum,
    Symbol,
    Transpose,
    exp,
    gamma,
    oo,
    sqrt,
    symbols,
    true,
)  # fmt: skip

from proofs import Claim, prove, verify
from proofs.document import Document, Figure, Listing, Part, Section, Table
from proofs.grounds import grounds
from proofs.render import figure as figures
from proofs.render import html, to_html, to_json, to_md, to_tex
from proofs.render.tex import code, display
from proofs.render.view import dressed, view
from proofs.verdict import Verdict
from symbolic.derivation import Derivation, Step
from symbolic.derive import derive
from symbolic.errors import PushthroughError, UnsupportedError
from symbolic.nodes import ArgMax, ArgMin

n, d = symbols("n d", integer=True, positive=True)
X, y, w = MatrixSymbol("X", n, d), MatrixSymbol("y", n, 1), MatrixSymbol("w", d, 1)
A, x = MatrixSymbol("A", n, n), MatrixSymbol("x", n, 1)
lam, t, b = Symbol("lambda", positive=True), *symbols("t b", real=True)
NASTY = r"50% of <b>R&D</b> costs $1, see C:\temp {a_b} ~ #1 ^2 | \end{verbatim}"
COUNTEREXAMPLE = 'A = [0 1]\n    [0 0], <left> & "right" differ'
RELU = Piecewise((t * b + 1, t * b > 0), (0, True))
WIDE = ImmutableMatrix(3, 9, lambda i, j: Symbol(f"sigma_{i}{j}") ** 2 + lam)


def long_derivation() -> Derivation:
    """Sums too long for one line, and a derivative of one, which cannot be broken between its parentheses."""
    residual = MatAdd(y, MatMul(-1, X, w))
    objective = MatAdd(MatMul(Transpose(residual), residual), MatMul(lam, w.T, w))
    return derive(objective, w)


def minimisers_and_limits() -> tuple[Derivation, ...]:
    """Claims with `argmin`, blocks, products and limits; sides and statements that are too long for a line."""
    eye, i, xi = Identity(d), Symbol("i", integer=True), MatrixSymbol("xi", n, 1)
    stacked, target = BlockMatrix([[X], [sqrt(lam) * eye]]), BlockMatrix([[y], [0 * w]])
    ridge = MatMul(Inverse(MatAdd(MatMul(X.T, X), MatMul(lam, eye))), X.T, y)
    squares = [MatMul(Transpose(part), part) for part in (MatAdd(y, MatMul(-1, X, w)), MatAdd(target, -stacked * w))]
    objective = MatAdd(squares[0], MatMul(lam, w.T, w))
    likelihood = Product(exp(-((y[i, 0] - (X * w)[i, 0]) ** 2) / (2 * lam)) / sqrt(lam), (i, 0, n - 1))
    constraint = Eq(MatAdd(MatMul(X, w), MatMul(sqrt(lam), xi)), y, evaluate=False)
    definite = Q.positive_definite(MatAdd(*[MatMul(stacked.T, stacked), MatMul(X.T, X)] * 6))
    long = MatAdd(*squares, *squares, *squares)
    return (
        Derivation(
            ArgMax(likelihood, w),
            ridge,
            steps=(
                Step(ArgMax(likelihood, w), ArgMin(Sum((y[i, 0] - w[0, 0]) ** 2, (i, 0, n - 1)), w)),
                Step(ArgMin(objective, w), ArgMin(squares[1], w), reason="blocks, multiplied out " * 3),
                Step(ArgMin(MatMul(xi.T, xi), (w, xi), constraint), ridge),
            ),
        ),
        Derivation(long, squares[0], ">=", steps=(Step(long, squares[1], ">="),)),
        Derivation(definite, true, "holds", steps=(Step(definite, true, "holds", reason="a sum of squares"),)),
        Derivation(Limit(ridge, lam, 0, "+"), Limit(lam / (1 + lam) * X.T * y, lam, oo)),
    )


def curve(figure) -> None:
    """Every kind of thing that a drawing holds: a long curve, a clipped area, a legend, mathematics."""
    left, right = figure.subplots(1, 2)
    left.plot([k / 400 for k in range(401)], [(k / 400) ** 2 for k in range(401)], label=r"$\sigma^2 / \lambda$")
    right.fill_between([0, 1], [0, 3], alpha=0.3)
    right.set(xlim=(0.2, 0.8), xlabel=r"$\mathbf{w}$")
    left.legend()


FIGURES = (
    Figure("first-curve", rf"The curve $\lambda^2$, {NASTY}", NASTY, curve, (7.2, 2.5)),
    Figure("second", "The same.", "The same curve & area.", curve),
)
TABLES = (
    Table(("case", r"$|\sigma|$"), ((NASTY[:24], r"$\lVert x \rVert$"), (r"$\frac{1}{2}$", "a|b")), "Two cases."),
    Table(("long", "longer"), (("many words " * 12, r"and $\frac{\sigma_i}{\sigma_i^2 + \lambda}$ " * 6),)),
)


@pytest.fixture(scope="module")
def document() -> Document:
    left, right = MatMul(A, X), MatMul(X, Transpose(X), X)
    every_verdict = Derivation(
        left,
        right,
        given=(Q.symmetric(A), Eq(MatMul(A, A), Identity(n), evaluate=False)),
        steps=(
            Step(left, MatMul(A, A, X), reason=NASTY, verdict=Verdict("refuted", None, COUNTEREXAMPLE, (), "differ")),
            Step(MatMul(A, A, X), X, given=(Q.orthogonal(A),), verdict=SimpleNamespace(status="conditional", reason="",
                 certificate=None, counterexample=None, witness=None, conditions=("X is of full rank",))),
            Step(X, right, "<=", r"by $A^{\top} A$", note="a note", verdict=Verdict("supported", reason="no proof")),
            Step(Q.positive_definite(A), true, "holds", verdict=Verdict("unread")),
        ),
        title="Every verdict",
        answer_type="The answer is a n x d matrix; entry (n, d) is the last.",
        verdict=Verdict("refuted", None, COUNTEREXAMPLE),
    )  # fmt: skip
    tables = Derivation(
        Derivative((RELU - t) ** 2, t, evaluate=False),
        Piecewise(((t * b + 1) / (t - lam * b), t * b > 0), (-b / t, True)),
        steps=(Step(MatMul(WIDE, Transpose(WIDE)), WIDE), Step(RELU**2, RELU * RELU / 2, reason="cases")),
        title="Cases and a wide matrix",
    )
    listing = Listing(
        "f_of_x", f"def f_of_x():\n    '''{NASTY * 2}'''\n\treturn 1\n", r"\frac{a}{b}", f"compared: {NASTY}"
    )
    parts = (
        Part("1(a)", rf"Text with $\mathbf{{x}}$ and {NASTY}", (every_verdict,), (listing,), (NASTY,), 1.25),
        Part("1(b)", "Long lines", (verify(long_derivation()), tables), seconds=0.5),
    )
    newer = (Part("2(a)", "Newer", minimisers_and_limits(), figures=FIGURES, tables=TABLES),)
    sections = (
        Section(1, NASTY, "Intro & more.", parts),
        Section(2, "Newer", "", newer),
        Section(3, "Left out", "", (), f"Left to you, {NASTY}"),
    )
    return Document(NASTY, r"An introduction with $\lambda > 0$.", sections)


# LaTeX.


def test_tex_needs_three_packages_and_a_fourth_for_figures(document: Document) -> None:
    tex, plain = to_tex(document), to_tex(Document("", "", (document.sections[0], document.sections[2])))
    needed = [re.findall(r"\\usepackage(?:\[.*\])?{(.*)}", text) for text in (tex, plain)]
    assert needed == [["amsmath,amssymb,bm,graphicx"], ["amsmath,amssymb,bm"]]
    assert "50\\% of \\textless{}b\\textgreater{}R\\&D" in tex
    assert "$\\checkmark$" in tex
    assert r"Text with $\mathbf{x}$ and" in tex


def test_tex_compiles_and_stays_on_the_page(document: Document, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        assert not os.environ.get("CI"), "pdflatex is missing where tests must not be skipped"
        pytest.skip("pdflatex is not installed")
    (tmp_path / "solutions.tex").write_text(to_tex(document), encoding="utf-8")
    for figure in FIGURES:
        (tmp_path / f"{figure.name}.pdf").write_bytes(figures.pdf_file(figure))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "solutions.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-3000:]
    too_wide = [float(points) for points in re.findall(r"Overfull \\hbox \(([\d.]+)pt", done.stdout)]
    assert max(too_wide, default=0) < 1, done.stdout
    assert done.stdout.count("<./first-curve.pdf>") + done.stdout.count("<first-curve.pdf") >= 1


def test_a_sum_with_a_matrix_breaks_at_its_signs_and_shrinks_by_the_term() -> None:
    block = r"\begin{bmatrix} X \\ y \end{bmatrix}"
    shown = display(f"A + {block} - B", 120)
    fitted = rf"\fitted{{120mm}}{{$\displaystyle {{}}+ {block}$}}"
    assert shown == rf"$\displaystyle A$\allowbreak {fitted}\allowbreak $\displaystyle {{}}- B$"
    assert display("A + B") == r"$\displaystyle A + B$"
    assert display("") == ""


def test_code_is_folded_shrunk_and_cannot_end_its_environment() -> None:
    assert code("a = 1\n\n    b = 2\n") == "{\\small\n\\begin{verbatim}\na = 1\n\n    b = 2\n\\end{verbatim}\n}"
    long = code("    return " + "alpha + " * 20)
    assert long.startswith("{\\footnotesize")
    assert all(len(line) <= 98 for line in long.splitlines())
    assert code(r"x = '\end{verbatim}'").count(r"\end{verbatim}") == 1


# HTML.


class Outline(HTMLParser):
    """What a test asks about a page: elements, attributes, and whether every element is closed."""

    VOID = {"meta", "mspace", "br", "link"}

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data if "style" not in self.open else ""

    def attributes(self, name: str) -> list[str]:
        return [value for _, attributes in self.found if (value := attributes.get(name)) is not None]


def test_html_is_one_well_formed_page_without_script_or_network(document: Document) -> None:
    page = to_html(document)
    outline = Outline(page)
    assert not outline.open
    assert not {"script", "link", "img", "iframe", "b"} & {tag for tag, _ in outline.found}
    assert not re.search(r"https?://|url\((?!#)|@import|<script|\son\w+=", page)
    assert outline.found[0] == ("html", {"lang": "en"})
    assert page.count("<math") > 40


def test_html_headings_and_links_hold(document: Document) -> None:
    outline = Outline(to_html(document))
    levels = [int(tag[1]) for tag, _ in outline.found if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = outline.attributes("id")
    assert len(ids) == len(set(ids))
    targets = {link.removeprefix("#") for link in outline.attributes("href")} | {*outline.attributes("aria-labelledby")}
    assert targets <= set(ids)
    assert {"part-1-a", "part-1-b", "figure-first-curve_title"} <= targets
    local = {*re.findall(r'(?:href="|url\()#([^")]+)', to_html(document))}
    assert {name for name in local if name.startswith("figure-second_")} and local <= set(ids)


def test_html_says_the_verdict_in_words_and_shows_text_as_it_is(document: Document) -> None:
    text = " ".join(Outline(to_html(document)).text.split())
    for shown in (
        "✓ proved",
        "✗ refuted",
        "≈ supported",
        "† conditional",
        "? unread",
        NASTY,
        *COUNTEREXAMPLE.split("\n"),
    ):
        assert " ".join(shown.split()) in text


def test_long_sums_can_be_broken_and_short_ones_are_one_formula() -> None:
    long = " + ".join(r"\sum_{i=1}^{n} A_{ij} x_{i} y_{j}" for _ in range(8))
    assert html.block(long).count("<math") == 1 + 2 * 7
    assert html.block(long).count('<span class="term">') == 7
    assert html.block("a + b").count("<math") == 1
    assert "10pt" not in html.block(r"\begin{cases} \frac{a}{b} & c \\ 0 & d \end{cases}")
    with pytest.raises(UnsupportedError, match="nosuchcommand"):
        html.inline(r"\nosuchcommand")


# Figures, tables and what is left to the reader.


def test_figures_stand_in_the_page_in_the_colour_of_its_text(document: Document) -> None:
    page = to_html(document)
    assert page.count("<svg ") == page.count("<figure ") == page.count("<figcaption>") == 2
    drawing = figures.svg(FIGURES[1])
    assert drawing.startswith(
        '<svg viewBox="0 0 374.4 216" width="499" height="288" role="img" aria-labelledby="figure'
    )
    assert '<title id="figure-second_title">The same curve &amp; area.</title>' in drawing
    assert not re.search(r'<style|<metadata|<\?xml|<!|#000000|#ffffff|xmlns| d="[^"]*\.\d{3}', drawing)
    assert 'fill="currentColor"' in drawing and "stroke: currentColor" in drawing
    used = {*re.findall(r'(?:href="|url\()#([^")]+)', drawing), "figure-second_title"}
    assert {*re.findall(r' id="([^"]*)"', drawing)} == used and len(used) > 5
    assert len(drawing) < 30_000


def test_a_figure_is_the_same_every_time_whatever_the_readers_settings() -> None:
    import matplotlib

    def everything() -> tuple[bytes, ...]:
        figures._drawn.cache_clear()
        return figures.svg_file(FIGURES[0]), figures.pdf_file(FIGURES[0])

    before = everything()
    with matplotlib.rc_context({"font.size": 30, "axes.grid": True, "svg.fonttype": "none"}):
        assert everything() == before
    assert b"CreationDate" not in before[1] and before[1].startswith(b"%PDF")
    assert before[0].startswith(b"<svg ") and b'xmlns="http://www.w3.org/2000/svg"' in before[0]
    assert b"prefers-color-scheme: dark" in before[0]


def test_drawn_ahead_is_what_would_be_drawn_here() -> None:
    here = figures.pdf_file(FIGURES[1])
    ahead = Figure("second", "", "", curve)
    unsendable = Figure("unsendable", "", "", lambda figure: curve(figure))
    broken = Figure("broken", "", "", len)
    figures.draw_ahead([ahead, unsendable, broken], ["pdf"])
    assert figures._AHEAD[ahead, "pdf"].get(20) == here == figures.pdf_file(ahead)
    assert figures.pdf_file(unsendable).startswith(b"%PDF")
    with pytest.raises(
        PushthroughError, match="the figure 'broken' cannot be drawn: TypeError: object of type 'Figure'"
    ):
        figures.pdf_file(broken)
    with pytest.raises(PushthroughError, match=r"^the figure 'illegible' cannot be drawn: ValueError: .*nonsense"):
        figures.pdf_file(Figure("illegible", "", "", lambda figure: figure.suptitle(r"$\nonsense$")))


@pytest.mark.parametrize("name", ["", "a b", "../a", "a.b", "-a", "a_b", "a-", "a--b", "a\n"])
def test_a_figure_is_named_like_a_file_and_like_an_anchor(name: str) -> None:
    with pytest.raises(PushthroughError, match="a figure cannot be named"):
        Figure(name, "", "", curve)


def test_tables_in_every_format(document: Document) -> None:
    outline = Outline(to_html(document))
    assert [tag for tag, _ in outline.found].count("table") == 3
    assert r"$\l" not in outline.text and r"$\f" not in outline.text
    narrow, wide = re.findall(r"\\begin{tabular}{([lp].*)}", to_tex(document))[1:]
    assert (narrow, wide) == ("ll", "p{76mm}p{76mm}")
    lines = to_md(document).splitlines()
    start = lines.index(r"| case | $\vert \sigma\vert $ |")
    assert lines[start + 1 : start + 4] == [
        "| --- | --- |", r"| 50% of <b>R&D</b> costs  | $\lVert x \rVert$ |", r"| $\frac{1}{2}$ | a\|b |",
    ]  # fmt: skip
    with pytest.raises(PushthroughError, match=r"a table of 2 columns \(a, b\) has a row of 1: c"):
        Table(("a", "b"), (("1", "2"), ("c",)))


def test_a_section_without_parts_has_its_line_and_no_row(document: Document) -> None:
    page, tex, markdown = to_html(document), to_tex(document), to_md(document)
    assert f"Left to you, {NASTY}" in Outline(page).text
    assert f"Left to you, {NASTY}" in markdown
    assert "Left to you, 50\\% of" in tex
    assert "<p></p>" not in page and '<ul class="parts">\n</ul>' not in page
    assert [part.label for part in view(document).parts] == ["1(a)", "1(b)", "2(a)"]
    alone = Document("Alone", "", (document.sections[2],))
    for text in (to_html(alone), to_tex(alone), to_md(alone)):
        assert "Left to you" in text
        assert not re.search(r"table|tabular|\| part \||steps|refuted</|supported:", text.split("</style>")[-1])


# What is shown.


def test_summary_counts_every_claim_and_step_once(document: Document) -> None:
    shown = view(document)
    first, second, _ = shown.parts
    assert first.counts == {"proved": 0, "supported": 1, "conditional": 1, "refuted": 2, "unread": 1}
    assert first.steps == 5
    assert second.counts["proved"] == second.steps > 3
    assert shown.statuses == ["proved", "supported", "conditional", "refuted", "unread"]
    assert "1(a) & 5 & 0 & 1 & 1 & 2 & 1 & 1.25 s" in to_tex(document)
    assert "| 1(a) | 5 | 0 | 1 | 1 | 2 | 1 | 1.25 s |" in to_md(document)


def test_json_holds_what_the_others_show(document: Document) -> None:
    data = json.loads(to_json(document))
    argument = data["sections"][0]["parts"][0]["arguments"][0]
    assert argument["claim"]["status"] == "refuted"
    assert argument["claim"]["counterexample"] == COUNTEREXAMPLE
    assert [line["sign"] for chain in argument["chains"] for line in chain] == ["=", "=", r"\leq", ""]
    assert argument["given"] == [r"A \text{ symmetric}", "A A = I_n"]
    assert argument["conditions"] == ["Presupposed: X is of full rank."]
    told = data["sections"][1]["parts"][0]["figures"]
    assert [sorted(figure) for figure in told] == [["alt", "caption", "name", "size"]] * 2
    assert data["sections"][2]["note"] == f"Left to you, {NASTY}"
    assert argument["answer_type"] == r"The answer is a $n \times d$ matrix; entry $(n, d)$ is the last."


def test_markdown_has_every_step(document: Document) -> None:
    markdown = to_md(document)
    assert markdown.startswith("# 50% of")
    assert r"1. $\displaystyle A X = A A X$ —" in markdown
    assert "(supported)" in markdown
    assert COUNTEREXAMPLE in markdown
    assert "![The same curve & area.](second.svg)\n\n*Figure.* The same." in markdown


def test_an_expression_without_latex_is_refused() -> None:
    part = Part("1", "", (Derivation(gamma(t), t),))
    for render in (to_tex, to_html, to_json, to_md):
        with pytest.raises(UnsupportedError, match="gamma"):
            render(Document("", "", (Section(1, "", "", (part,)),)))


def test_a_certificate_is_read_back_as_mathematics() -> None:
    tall, wide = MatAdd(X.T * X, lam * Identity(d)), MatAdd(X * X.T, lam * Identity(n))
    verdict = prove(Claim(MatMul(Inverse(tall), X.T), MatMul(X.T, Inverse(wide))))
    assert verdict.certificate is not None
    found = grounds(verdict.certificate)
    inverses = {
        r"$\left(X^{\top} X + \lambda I_d\right)^{-1} \left(X^{\top} X + \lambda I_d\right) = I_d$",
        r"$\left(X X^{\top} + \lambda I_n\right) \left(X X^{\top} + \lambda I_n\right)^{-1} = I_n$",
    }
    assert {fact.replace(r"\lambda I_d + X^{\top} X", r"X^{\top} X + \lambda I_d") for fact in found.uses} == inverses
    assert found.terms == 2
    assert len(found.definite) == 2
    shown = r"is positive definite, hence invertible, as a sum of squares with $\lambda > 0$"
    assert all(text.endswith(shown) for text in found.definite)


def test_vectors_are_bold_in_grounds_too() -> None:
    fact = Eq(MatMul(A, x), x, evaluate=False)
    verdict = prove(Claim(MatMul(A, A, x), x), given=[fact])
    assert grounds(verdict.certificate).uses == (r"$A \mathbf{x} = \mathbf{x}$",)


@pytest.mark.parametrize(
    "plain, shown",
    [
        ("A 2 x n row of A", r"A $2 \times n$ row of $A$"),
        ("A is symmetric", "$A$ is symmetric"),
        ("by x_j for every x", r"by $x_{j}$ for every $\mathbf{x}$"),
        ("the index next to it", "the index next to it"),
        ("with $x$ set, x stays", "with $x$ set, x stays"),
    ],
)
def test_names_in_plain_text_are_set(plain: str, shown: str) -> None:
    assert dressed(plain, {"A": "A", "x": r"\mathbf{x}", "n": "n", "j": "j"}) == shown


def test_evidence_is_summed_over_the_derivation() -> None:
    derivation = verify(derive(x.T * A * x, x))
    (argument,) = (
        view(Document("", "", (Section(1, "", "", (Part("1", "", (derivation,)),)),))).sections[0].parts[0].arguments
    )
    witnesses = [line.verdict.witness for line in (derivation, *derivation.steps)]
    certificates, exact, floats = argument.evidence
    assert certificates.startswith(f"Certificates: {len(witnesses)}, together ")
    assert exact.startswith(f"Exact instances: {sum(w.instances for w in witnesses)} modulo the prime $")
    assert "Schwartz-Zippel" in exact
    assert floats.startswith(f"Floating point: {sum(w.floats for w in witnesses)} instances, largest relative error $")
    assert [line.reason for line in argument.chains[0]] == ["A product in entries."]
