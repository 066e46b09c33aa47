"""The reader of mathematics: every notation becomes its tree, every span is the author's text, nothing hangs."""

import re
import subprocess
import sys
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symbolic.errors import ReadError
from symbolic.notation.macros import MAX_EXPANSIONS
from symbolic.notation.parser import MAX_CHARACTERS, macros_of, parse, parse_expression
from symbolic.notation.tree import Chain, Node, Row, Unread
from tests.symbolic.notation.formulas import DISPLAYS, REFUSED, TREES

TABLE = [tuple(re.split(r" {4,}", line)) for line in TREES.strip().splitlines()]


def shown(chain: Chain) -> str:
    """A chain on one line: its link, its terms as trees and the signs between them; `?` for a term that is not read."""
    words = [f"[{chain.link}]"] if chain.link else []
    for k, term in enumerate(chain.terms):
        words += [chain.signs[k - 1].value] if k else []
        words.append("?" if isinstance(term, Unread) else "..." if term is None else str(term))
    return " ".join(words + [f"({remark})" for remark in chain.remarks])


def chains(latex: str) -> list[list[str]]:
    return [[shown(chain) for chain in row.chains] for row in parse(latex)]


def nodes(rows: tuple[Row, ...]) -> list[Node]:
    return [
        n for row in rows for chain in row.chains for term in chain.terms if isinstance(term, Node) for n in term.walk()
    ]


# -- terms


def test_the_table_is_long() -> None:
    assert len(TABLE) > 450 and all(len(row) == 2 for row in TABLE)


@pytest.mark.parametrize("latex, tree", TABLE, ids=[latex for latex, _ in TABLE])
def test_what_is_written_becomes_its_tree(latex: str, tree: str) -> None:
    assert str(parse_expression(latex)) == tree


@pytest.mark.parametrize("latex", REFUSED.strip().splitlines())
def test_what_is_not_clear_is_refused_with_its_place(latex: str) -> None:
    with pytest.raises(ReadError, match="cannot read"):
        parse_expression(latex)


@pytest.mark.parametrize("rows, terms, latex", DISPLAYS)
def test_displays_are_read_whole(rows: int, terms: int, latex: str) -> None:
    found = parse(latex)
    read = [term for row in found for chain in row.chains for term in chain.terms if term is not None]
    assert (len(found), len(read)) == (rows, terms)
    assert not [term for term in read if isinstance(term, Unread)]


def test_fonts_tell_names_apart() -> None:
    fonts = {
        str(n): n.font for n in parse_expression(r"\mathbf{x} X \mathbb{R} \mathcal{L} \mathrm{c} \mathbf\Sigma").walk()
    }
    del fonts["mul(name:x, name:X, name:R, name:L, name:c, name:Sigma)"]
    assert fonts == {"name:x": "bf", "name:X": "", "name:R": "bb", "name:L": "cal", "name:c": "", "name:Sigma": "bf"}


def test_spaces_of_an_ocr_change_nothing() -> None:
    # What a space may change: texts, words of several letters, numbers, a d before a capital, 1/2 x, [A \\; B], ||x||.
    may_change = (
        r"text|&|\\ |~|rm|d[A-Z]|\d\d|\.|\\\\|mathbf|1/2 x|\]|operator|MSE|\|\||\\[a-z]+\{[A-Za-z]{2,}\}|\\d|OLS"
    )
    may_change += r"|(?<![A-Za-z\\])[a-z]{2,}[(_]"  # det(A) in plain letters
    kept = [(latex, tree) for latex, tree in TABLE if latex.isascii() and not re.search(may_change, latex)]
    assert len(kept) > 250
    for latex, tree in kept:
        wide = re.sub(r"\\[A-Za-z]+|\\.|.", lambda match: match.group() + " ", latex)
        assert str(parse_expression(wide)).replace(" ", "") == tree.replace(" ", ""), wide


# -- rows and chains


@pytest.mark.parametrize(
    "latex, rows",
    [
        (r"a &= b \\ &\le c", [["name:a = name:b"], ["... <= name:c"]]),
        (r"\begin{aligned}[t] a &= b \\ &= c \end{aligned}", [["name:a = name:b"], ["... = name:c"]]),
        (r"\begin{array}{rcl} a &=& b \\ &=& c \end{array}", [["name:a = name:b"], ["... = name:c"]]),
        (r"a &= b, & c &= d", [["name:a = name:b", "[and] name:c = name:d"]]),
        (r"a &= b & c &= d", [["name:a = name:b", "[and] name:c = name:d"]]),
        (r"a = b \text{, so that } c = d", [["name:a = name:b", "[implies] name:c = name:d"]]),
        (r"\text{Let } a = b", [["name:a = name:b (Let)"]]),
        (r"\text{row 1 of } a = b", [["mul(text:row 1 of, name:a) = name:b"]]),
        (r"a = b, \text{ i.e., } c = d", [["name:a = name:b", "[implies] name:c = name:d"]]),
        (r"a = b \quad (\because \text{scalar})", [["name:a = name:b", "[where] name:scalar"]]),
        (r"a \xrightarrow{n\to\infty} b", [["name:a -> name:b"]]),
        (r"x \mid y \sim p", [["given(name:x, name:y) ~ name:p"]]),
        (r"a = b \quad c = d", [["name:a = name:b", "[and] name:c = name:d"]]),
        (r"a \quad = \quad b", [["name:a = name:b"]]),
        (r"a = b \implies c = d", [["name:a = name:b", "[implies] name:c = name:d"]]),
        (r"a = b \quad\Rightarrow\quad c = d", [["name:a = name:b", "[implies] name:c = name:d"]]),
        (r"a = b \iff c = d", [["name:a = name:b", "[iff] name:c = name:d"]]),
        (r"\therefore a > b", [["[therefore] name:a > name:b"]]),
        (r"a = b \text{ where } c = d", [["name:a = name:b", "[where] name:c = name:d"]]),
        (r"a = b \text{ or } a = c", [["name:a = name:b", "[or] name:a = name:c"]]),
        (r"a = b \quad (c = d)", [["name:a = name:b", "[where] name:c = name:d"]]),
        (r"a &= b && (\text{since } c = d)", [["name:a = name:b", "[where] name:c = name:d"]]),
        (r"a &= b && \text{by symmetry}", [["name:a = name:b (by symmetry)"]]),
        (r"a = b \text{ (trivially)} = c", [["name:a = name:b = name:c ((trivially))"]]),
        (r"a, b \in S", [["tuple(name:a, name:b) in name:S"]]),
        (r"a > 0, b < 0", [["name:a > number:0", "[and] name:b < number:0"]]),
        (r"x = 1, 2, \dots, n", [["name:x = tuple(number:1, number:2, dots:dots, name:n)"]]),
        (r"x = a, \quad i = 1, \dots, n", [["name:x = name:a", "[and] name:i = tuple(number:1, dots:dots, name:n)"]]),
        (r"a &= b \\ &\quad + c \\ &= d", [["name:a = add(name:b, name:c)"], ["... = name:d"]]),
        (r"a &= b \\ &\quad - c", [["name:a = add(name:b, neg(name:c))"]]),
        (r"a = b \\ -c = d", [["name:a = name:b"], ["neg(name:c) = name:d"]]),
        (r"a = b + \\ c", [["name:a = add(name:b, name:c)"]]),
        (r"\left( a \right. \\ \left. + b \right) = c", [["group:((add(name:a, name:b)) = name:c"]]),
        (r"a = \bigl( b \\ + c \bigr)", [["name:a = group:((add(name:b, name:c))"]]),
        (r"\begin{cases} a = b \\ c = d \end{cases}", [["name:a = name:b"], ["name:c = name:d"]]),
        (r"\left\{\begin{aligned} a &= b \\ c &= d \end{aligned}\right.", [["name:a = name:b"], ["name:c = name:d"]]),
        (r"\boxed{a = b}", [["name:a = name:b"]]),
        (r"f : A \to B", [["name:f : name:A -> name:B"]]),
        (r"A := B \coloneqq C \triangleq D", [["name:A := name:B := name:C := name:D"]]),
        (r"A \not= B \ne C \not\in D", [["name:A != name:B != name:C notin name:D"]]),
        (r"a \le b \leqslant c \geq d \ge e \ll f", [["name:a <= name:b <= name:c >= name:d >= name:e << name:f"]]),
        (r"X \succeq Y \succ 0 \preceq Z", [["name:X succeq name:Y succ number:0 preceq name:Z"]]),
        (r"x \sim \mathcal N(0, 1)", [["name:x ~ call:N(number:0, number:1)"]]),
        (r"a ≤ b ⇒ c ∈ D", [["name:a <= name:b", "[implies] name:c in name:D"]]),
        (r"a = \phantom{b} % = c", [["name:a = ?"]]),
        (r"\\", []),
        ("", []),
    ],
)  # fmt: skip
def test_rows_and_chains(latex: str, rows: list[list[str]]) -> None:
    assert chains(latex) == rows


@pytest.mark.parametrize(
    "latex, term",
    [
        (r"\min_w f \text{ s.t. } w = y", "min(name:f, name:w, relation:=(name:w, name:y))"),
        (r"\min_w f \quad \text{subject to} \quad w = y.", "min(name:f, name:w, relation:=(name:w, name:y))"),
        (r"\min_w & f \\ \text{s.t.} & w = y", "min(name:f, name:w, relation:=(name:w, name:y))"),
        (r"\min f \text{ s.t. } w = y, w > 0",
         "min(name:f, missing, tuple(relation:=(name:w, name:y), relation:>(name:w, number:0)))"),
        (r"\min f \\ \text{s.t. } & w = y \\ & w > 0",
         "min(name:f, missing, tuple(relation:=(name:w, name:y), relation:>(name:w, number:0)))"),
    ],
)  # fmt: skip
def test_a_constraint_belongs_to_its_optimum(latex: str, term: str) -> None:
    assert chains(latex) == [[term]]


def test_a_term_that_is_not_read_does_not_spoil_its_neighbours() -> None:
    text = r"a \pm b = (c = d \foo{x} < \frac{1}{} \\ e = f"
    assert chains(text) == [["? = ? = ? < ?"], ["name:e = name:f"]]
    unread = [term for row in parse(text) for chain in row.chains for term in chain.terms if isinstance(term, Unread)]
    assert [text[slice(*term.span)] for term in unread] == [r"a \pm b", "(c", r"d \foo{x}", r"\frac{1}{}"]
    assert r"'\\pm'" in unread[0].expected and "other bracket" in unread[1].expected


def test_labels_and_numbers_are_kept_apart() -> None:
    assert [row.labels for row in parse(r"a = b \tag{1} \\ c = d \label{eq:c} \\ e = f, \quad (3)")] == [
        ("1",),
        ("eq:c",),
        ("3",),
    ]


def test_what_is_said_over_a_sign_stays_with_it() -> None:
    text = r"a \overset{(a)}{\le} b \stackrel{\text{def}}{=} c \overset{!}{=} 0"
    signs = parse(text)[0].chains[0].signs
    assert [(sign.value, sign.remark) for sign in signs] == [("<=", "(a)"), (":=", "def"), ("=", "!")]
    assert text[slice(*signs[0].span)] == r"\overset{(a)}{\le}"


# -- spans


def check_spans(text: str, rows: tuple[Row, ...]) -> None:
    """Spans lie in the text and nest."""
    for node in nodes(rows):
        assert 0 <= node.span[0] <= node.span[1] <= len(text)
        for child in node.children:
            assert node.span[0] <= child.span[0] and child.span[1] <= node.span[1], (node.kind, text)


@pytest.mark.parametrize("latex", [latex for latex, _ in TABLE] + [latex for _, _, latex in DISPLAYS])
def test_every_span_is_a_whole_piece_of_the_text(latex: str) -> None:
    text = f"before ${latex}$ after"
    rows = parse(text, 8, 8 + len(latex))
    check_spans(text, rows)
    for chain in (chain for row in rows for chain in row.chains):
        parts = [part for pair in zip(chain.terms, (*chain.signs, None), strict=False) for part in pair if part]
        assert all(left.span[1] <= right.span[0] for left, right in pairwise(parts))
    for node in nodes(rows):
        piece = text[slice(*node.span)]
        assert piece.count("{") - piece.count(r"\{") == piece.count("}") - piece.count(r"\}"), piece
        if node.kind == "name" and len(node.value) == 1 and node.value.isascii():
            assert node.value in piece
        if node.kind in {"transpose", "inverse", "prime", "sub", "pow", "matrix", "group"}:
            assert str(node) in str(parse_expression(piece)), piece  # in e'_i the index comes first


def test_a_span_is_what_the_author_wrote() -> None:
    text = r"$$\hat\beta = (X'X)^{-1} \pd{L}{w_i} .$$"
    (row,) = parse(text, 2, len(text) - 2, macros_of(r"\newcommand{\pd}[2]{\frac{\partial #1}{\partial #2}}"))
    found = {node.kind: text[slice(*node.span)] for node in nodes((row,))}
    assert found["inverse"] == r"(X'X)^{-1}" and found["prime"] == "X'"
    assert found["derivative"] == r"\pd{L}{w_i}" and found["sub"] == "w_i"
    assert [text[slice(*sign.span)] for sign in row.chains[0].signs] == ["="]
    assert found["mul"] in {r"(X'X)^{-1} \pd{L}{w_i}", "X'X"}


# -- commands of the author's own


@pytest.mark.parametrize(
    "definition, latex, tree",
    [
        (r"\newcommand{\R}{\mathbb{R}}", r"\R^n", "pow(name:R, name:n)"),
        (r"\newcommand\bx{\mathbf{x}}", r"\bx^T\bx", "mul(transpose(name:x), name:x)"),
        (r"\renewcommand{\vec}[1]{\mathbf{#1}}", r"\vec{x}", "name:x"),
        (r"\newcommand{\T}{^{\mathsf T}}", r"X\T X", "mul(transpose(name:X), name:X)"),
        (r"\newcommand*{\pd}[2]{\frac{\partial #1}{\partial #2}}", r"\pd fx", "derivative:partial(name:f, name:x)"),
        (r"\newcommand{\nm}[2][2]{\|#2\|_{#1}}", r"\nm{x} + \nm[F]{A}", "add(norm:2(name:x), norm:F(name:A))"),
        (r"\def\inv#1{#1^{-1}}", r"\inv{A}B", "mul(inverse(name:A), name:B)"),
        (r"\DeclareMathOperator{\trace}{tr}", r"\trace(A)", "call:tr(name:A)"),
        (r"\DeclareMathOperator*{\am}{arg\,min}", r"\am_w f", "argmin(name:f, name:w)"),
        (r"\DeclarePairedDelimiter{\n}{\lVert}{\rVert}", r"\n*{x} \n[\big]{y}", "mul(norm(name:x), norm(name:y))"),
        (r"\let\eps\varepsilon", r"\eps x", "mul(name:varepsilon, name:x)"),
        (r"\providecommand{\a}{x} \newcommand{\a}{y} \providecommand{\a}{z}", r"\a", "name:y"),
        ("% \\newcommand{\\R}{B}\n\\newcommand{\\Q}{C}", r"\R\Q", "mul(name:R, name:C)"),
    ],
)
def test_commands_are_replaced(definition: str, latex: str, tree: str) -> None:
    assert str(parse_expression(latex, macros_of(definition))) == tree


def test_a_node_never_cuts_a_call() -> None:
    text = r"a \sq{b + c} d"
    rows = parse(text, macros=macros_of(r"\newcommand{\sq}[1]{#1 e}"))
    assert shown(rows[0].chains[0]) == "add(mul(name:a, name:b), mul(name:c, name:e, name:d))"
    products = [text[slice(*node.span)] for node in nodes(rows) if node.kind == "mul"]
    assert products == [r"a \sq{b + c}", r"\sq{b + c} d"]


# -- limits


@pytest.mark.parametrize("unit", ["{", "}", r"\begin{aligned}", r"\frac{", "x^", r"\text{", "(", "|", "a,", "&", "a="])
@pytest.mark.parametrize("size", [MAX_CHARACTERS // 2, 10_000_000])
def test_long_texts_end_at_once(unit: str, size: int) -> None:
    text = unit * (size // len(unit))
    start = time.perf_counter()
    rows = parse(text)
    assert time.perf_counter() - start < 3
    if size > MAX_CHARACTERS:
        (term,) = rows[0].chains[0].terms
        assert isinstance(term, Unread) and str(MAX_CHARACTERS) in term.expected


@pytest.mark.parametrize(
    "latex", ["(" * 150 + "x" + ")" * 150, "x" + "'" * 500, "x^{" * 150 + "x" + "}" * 150, r"\sum_i" * 100 + "x"]
)
def test_deep_trees_are_refused(latex: str) -> None:
    with pytest.raises(ReadError, match=r"at most \d+"):
        parse_expression(latex)


def test_commands_that_call_themselves_end() -> None:
    twice = r"\newcommand{\a}{\b\b}\newcommand{\b}{\c\c}\newcommand{\c}{\a}"
    with pytest.raises(ReadError, match=str(MAX_EXPANSIONS)):
        parse_expression(r"\a", macros_of(twice))
    assert isinstance(parse(r"\a", macros=macros_of(twice))[0].chains[0].terms[0], Unread)


def test_definitions_are_found_in_linear_time() -> None:
    start = time.perf_counter()
    macros_of(r"\newcommand{\a}{" * 200_000)
    assert time.perf_counter() - start < 3


def test_exponents_are_never_multiplied_out() -> None:
    assert str(parse_expression("A^{10^9}")) == "pow(name:A, pow(number:10, number:9))"
    with pytest.raises(ReadError):
        parse_expression("A^{" + "9" * 5_000 + "}")


def test_a_formula_takes_milliseconds() -> None:
    parse("x")
    start = time.perf_counter()
    for _, _, latex in DISPLAYS:
        parse(latex)
    assert (time.perf_counter() - start) / len(DISPLAYS) < 0.03


def test_lark_is_loaded_by_the_parser_only() -> None:
    program = "import sys, symbolic, symbolic.notation.tree; assert 'lark' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# -- anything at all


WORDS = sorted({match for latex, _ in TABLE for match in re.findall(r"\\[A-Za-z]+|\\.|\S", latex)})


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(WORDS) | st.characters(), max_size=30))
def test_nothing_crashes(words: list[str]) -> None:
    text = " ".join(words)
    check_spans(text, parse(text, macros=macros_of(r"\newcommand{\x}[2][1]{#1^{#2}}")))
    try:
        parse_expression(text)
    except ReadError as error:
        assert str(error)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([latex for _, _, latex in DISPLAYS] + [latex for latex, _ in TABLE]),
    st.randoms(use_true_random=False),
)
def test_slips_of_the_pen_do_not_crash(latex: str, random) -> None:
    pieces = re.findall(r"\\[A-Za-z]+|\\.|.", latex)
    for _ in range(random.randint(1, 5)):
        k = random.randrange(len(pieces))
        pieces[k] = random.choice(["", pieces[k] * 2, random.choice(pieces), random.choice(WORDS)])
    text = "".join(pieces)
    check_spans(text, parse(text))
