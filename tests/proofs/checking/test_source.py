"""Documents in passages: which formulas are found, where, and what is left out."""

import time
from itertools import pairwise

import pytest

from proofs.checking.headings import break_of_heading, break_of_line
from proofs.checking.source import Break, Comment, Formula, Prose, Source, read_source


def formulas(text: str, kind: str) -> list[str]:
    """The formulas of a document; a display stands in brackets."""
    found = [p for p in read_source(text, kind).passages if isinstance(p, Formula)]
    return [f"[{text[slice(*f.span)].strip()}]" if f.display else text[slice(*f.span)].strip() for f in found]


MARKDOWN = [
    ("a $x$ and $y + z$ b", ["x", "y + z"]),
    ("$$x = y$$", ["[x = y]"]),
    ("inline $$x = y$$ in a line", ["[x = y]"]),
    ("\\(x\\) and \\[y\\]", ["x", "[y]"]),
    ("\\begin{align}a &= b\\end{align}", ["[a &= b]"]),
    ("$$\\begin{aligned}a &= b\\\\c\\end{aligned}$$", ["[\\begin{aligned}a &= b\\\\c\\end{aligned}]"]),
    ("It costs $5 and $6.", []),
    ("From $5 to $10, and $x$ too.", ["x"]),
    ("Pay $5, then $6, then $n$ more", ["n"]),
    ("$5 and $6 while $x$ is", ["x"]),
    ("price: 5$ or 6$", []),
    ("an escaped \\$5 and $x$", ["x"]),
    ("$3x + 2$ is fine", ["3x + 2"]),
    ("$2$ apples", ["2"]),
    ("OCR $ x $ has $ \\mathbf{y} $ spaces", ["x", "\\mathbf{y}"]),
    ("`$x$` and $y$", ["y"]),
    ("``a ` $x$`` and $y$", ["y"]),
    ("```\n$x$\n```\n$y$", ["y"]),
    ("~~~python\nprint('$x$')\n~~~\n$y$", ["y"]),
    ("> ```\n> $x$\n> ```\n\n$y$", ["y"]),
    ("```math\nx = y\n```", ["[x = y]"]),
    ("$`x`$", ["x"]),
    ("<!-- $x$ --> $y$", ["y"]),
    ("a lonely $ sign\n\nand $x$", ["x"]),
    ("$x\n\nand $y$", ["y"]),
    ("$x = \\text{for all $y$}$", ["x = \\text{for all $y$}"]),
    ("$$x\n\nand $y$", ["y"]),
    ("$$\n\nx\n\n$$", ["[x]"]),
    ("\\[x and $y$", ["y"]),
    ("\\begin{align} a and $y$", ["y"]),
    ("# The title $x$\ntext $y$", ["x", "y"]),
    ("- (a) $x$\n- (b) $y$", ["x", "y"]),
    ("|a|$x$|\n|---|---|\n|b|$y$|", ["x", "y"]),
]
LATEX = [
    ("a $x$ and \\(y\\)", ["x", "y"]),
    ("$5 and 6$", ["5 and 6"]),
    ("% $x$\n$y$", ["y"]),
    ("50\\% of $x$ % and $z$\n$y$", ["x", "y"]),
    ("\\begin{equation}x\\end{equation}", ["[x]"]),
    ("\\begin{equation*}x\\end{equation*}", ["[x]"]),
    ("\\begin{align*}x &= y\\\\ &= z\\end{align*}", ["[x &= y\\\\ &= z]"]),
    ("\\begin{alignat}{2}x &= y\\end{alignat}", ["[x &= y]"]),
    ("\\begin{flalign}x\\end{flalign}", ["[x]"]),
    ("\\begin{gather}x\\\\y\\end{gather}", ["[x\\\\y]"]),
    ("\\begin{multline}x\\end{multline}", ["[x]"]),
    ("\\begin{eqnarray}x &=& y\\end{eqnarray}", ["[x &=& y]"]),
    ("\\begin{displaymath}x\\end{displaymath}", ["[x]"]),
    ("\\begin{math}x\\end{math}", ["x"]),
    ("\\begin{equation}\\begin{split}x\\end{split}\\end{equation}", ["[\\begin{split}x\\end{split}]"]),
    ("\\begin{subequations}\\begin{align}x\\end{align}\\end{subequations}", ["[x]"]),
    ("\\begin{theorem}$x$\\end{theorem}", ["x"]),
    ("\\begin{verbatim}$x$\\end{verbatim}$y$", ["y"]),
    ("\\begin{lstlisting}[language=C]$x$\\end{lstlisting}$y$", ["y"]),
    ("\\begin{tikzpicture}$x$\\end{tikzpicture}$y$", ["y"]),
    ("\\begin{figure}$x$\\end{figure}$y$", ["y"]),
    ("\\verb|$x$| and $y$", ["y"]),
    ("\\documentclass{a}\n\\newcommand{\\x}{$z$}\n\\begin{document}$y$\\end{document}$w$", ["y"]),
    ("\\newcommand{\\x}{$z$}\n$y$", ["y"]),
    ("$x % $ not the end\n + y$", ["x % $ not the end\n + y"]),
    ("\\begin{align} a\n\\begin{align}b\\end{align}", ["[b]"]),
    ("\\end{align} $x$", ["x"]),
    ("\\$5 and $x$", ["x"]),
    ("a\\\\[2pt] $x$", ["x"]),
    ("\\section{On $x$} $y$", ["x", "y"]),
    ("\\input{other} $y$", ["y"]),
]


@pytest.mark.parametrize("text, expected", MARKDOWN, ids=[text for text, _ in MARKDOWN])
def test_formulas_of_markdown(text: str, expected: list[str]) -> None:
    assert formulas(text, "md") == expected


@pytest.mark.parametrize("text, expected", LATEX, ids=[text for text, _ in LATEX])
def test_formulas_of_latex(text: str, expected: list[str]) -> None:
    assert formulas(text, "tex") == expected


@pytest.mark.parametrize(
    "text, kind, count",
    [
        ("$x\n\n$y$", "tex", 1),
        ("$$x\n\n$y$", "md", 1),
        ("\\[x $y$", "tex", 1),
        ("\\] $y$", "tex", 1),
        ("\\end{align}", "tex", 1),
        ("\\begin{align}x", "tex", 1),
        ("<!-- x", "md", 1),
        ("costs $5", "md", 0),
        ("$x$ \\(y\\)", "md", 0),
    ],
)
def test_a_delimiter_without_partner_is_noted_once(text: str, kind: str, count: int) -> None:
    assert len(read_source(text, kind).problems) == count


def test_places_are_lines_and_columns_from_one() -> None:
    source = read_source("ab\nc $x$\n", "md")
    assert [source.place(k) for k in (0, 1, 3, 6)] == [(1, 1), (1, 2), (2, 1), (2, 4)]


@pytest.mark.parametrize("text, kind", [(text, "md") for text, _ in MARKDOWN] + [(text, "tex") for text, _ in LATEX])
def test_passages_are_in_order_and_do_not_overlap(text: str, kind: str) -> None:
    spans = [
        p.outer if isinstance(p, Formula) else p.span
        for p in read_source(text, kind).passages
        if not isinstance(p, Break)
    ]
    assert all(0 <= start <= end <= len(text) for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def comments(source: Source) -> list[str]:
    return [p.text for p in source.passages if isinstance(p, Comment)]


def test_check_comments() -> None:
    assert comments(read_source("<!-- check: A: n x n -->\n<!-- other -->\n<!--check: x > 0-->", "md")) == [
        "A: n x n",
        "x > 0",
    ]
    latex = (
        "% check: A: n x n\n\\begin{document}\ntext % check: x > 0\n% nothing\n\\begin{align}\na % check: b > 0\n"
        "\\end{align}\n50\\% check: not this\n\\end{document}"
    )
    assert comments(read_source(latex, "tex")) == ["A: n x n", "x > 0", "b > 0"]


def breaks(text: str, kind: str) -> list[tuple[int, str]]:
    return [(p.level, p.scope) for p in read_source(text, kind).passages if isinstance(p, Break)]


@pytest.mark.parametrize(
    "text, kind, expected",
    [
        ("# Notes\n## Setup", "md", [(0, ""), (1, "")]),
        ("# Problem 1\n## Problem 2", "md", [(0, "restart"), (1, "restart")]),
        ("Title\n=====\n\nPart\n----\n", "md", [(0, ""), (1, "")]),
        ("text\n\n---\n\ntext", "md", [(2, "")]),
        ("2. Least Squares and Norms\n\nLet", "md", [(1, "restart")]),
        ("1. Expand the square.\n2. Take the trace.\n", "md", []),
        ("**(a)** text\n\n(b) text\n\n- (ii) text", "md", [(7, ""), (7, ""), (8, "")]),
        ("**Example.** For", "md", [(4, "local")]),
        ("Theorem 2. Let", "md", [(4, "local")]),
        ("**Problem 3.** Let", "md", [(1, "restart")]),
        ("Exercise 4: Let", "md", [(1, "restart")]),
        ("Solution: It", "md", [(9, "")]),
        ("**Predicted decrease.** It", "md", [(5, "")]),
        ("A problem 3 people had", "md", []),
        ("(see (a) above)", "md", []),
        ("Problem 3 shows that it fails", "md", []),
        ("\\section{Results}\\subsection*{More}\\paragraph{Fine.} a", "tex", [(1, ""), (2, ""), (5, "")]),
        ("\\section{Exercise 2}", "tex", [(1, "restart")]),
        ("\\section{Problem setup}", "tex", [(1, "")]),
        ("\\begin{exercise}a\\end{exercise}", "tex", [(4, "restart"), (4, "")]),
        ("\\begin{lemma}a\\end{lemma}\\begin{proof}b\\end{proof}", "tex", [(4, "local"), (9, ""), (4, "")]),
        ("\\begin{example}a\\end{example}", "tex", [(4, "local"), (4, "")]),
        ("\\begin{itemize}\\item a\\end{itemize}", "tex", [(8, "")]),
        ("\\begin{center}a\\end{center}", "tex", []),
    ],
)
def test_breaks(text: str, kind: str, expected: list[tuple[int, str]]) -> None:
    assert breaks(text, kind) == expected


def test_headings_that_restart() -> None:
    assert break_of_heading(1, "Questions and answers", (0, 1)).scope == ""
    assert break_of_heading(1, "Question", (0, 1)).scope == "restart"
    assert break_of_heading(0, "Special case", (0, 1)).scope == "local"
    assert break_of_line("3. S", "ome words about $x$", True, (0, 1)) is None


def test_prose_keeps_its_words() -> None:
    text = "# Title\nSome words $x$ and `code` more."
    found = [text[slice(*p.span)] for p in read_source(text, "md").passages if isinstance(p, Prose)]
    assert found == ["Title\nSome words ", " and ", " more."]


UNITS = [
    "$",
    "$$ ",
    "$$$",
    "\\[",
    "\\(",
    "\\begin{align}",
    "\\verb|",
    "` ",
    "` `` ",
    "<!--",
    "\\section{",
    "x\n\n$a",
    "(a) b\n",
    "```\n",
]


@pytest.mark.parametrize("kind", ["tex", "md"])
@pytest.mark.parametrize("unit", UNITS)
def test_many_openings_takes_no_time(unit: str, kind: str) -> None:
    begin = time.process_time()
    read_source(unit * (200_000 // len(unit)), kind)
    assert time.process_time() - begin < 3
