"""What a proofread document is printed as, from reports made by hand: marks, contract, escapes, the page."""

import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
from rich.cells import cell_len

from proofs.checking.formats import FORMATS, Look
from proofs.checking.formats.layout import MARKS, Lines, blamed, counted, extent, repaired
from proofs.checking.formats.text import difference
from proofs.checking.report import VERDICTS, Finding, Report, Suggestion
from proofs.render import html

SOURCE = r"""\newcommand{\R}{\mathbb{R}} % <b>not bold</b>
Let $A \in \R^{n \times n}$.
\begin{align*}
  (A B)^T &= B^T A^T \\
          &= A^T B^T \\
	&= \tr(B)
            + \R \\
  A A^{-1} &= I .
\end{align*}
"""
NASTY = "50% <b>&\x1b[31m::error a,b:c\u202e\nsecond line"


def finding(line: int, right: str, verdict: str, reason: str = "", **more: object) -> Finding:
    """The step whose sign is the `=` on `line`, up to the end of `right`."""
    lines = Lines(SOURCE)
    sign = SOURCE.index("=", lines.offset(line, 1))
    end = SOURCE.index(right, sign) + len(right)
    start = lines.offset(line, 3) if line in (4, 8) else lines.offset(line - 1, 12)
    left = SOURCE[start:sign].split("&")[0].strip() if line in (4, 8) else ""
    return Finding(line, lines.place(sign)[1], (start, end), left, "=", right, verdict, reason, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def report() -> Report:
    wrong = SOURCE.index("A^T B^T")
    repair = Suggestion((wrong, wrong + 7), "B^T A^T", "B^T A^T", "swap $A^T$ and $B^T$")
    steps = (
        finding(4, "B^T A^T", "proved", "transposition", evidence="2 proof terms\nof A, B", certificate={"claim": 0}),
        finding(
            5, "A^T B^T", "refuted", "the sides differ", fault=(wrong, wrong + 7), suggestion=repair,
            counterexample="A = [0 1]\n    [0 0]",
        ),
        finding(6, "\\R", "unread", NASTY),
        finding(8, "I", "conditional", "true for some A", conditions=("A is invertible",)),
    )  # fmt: skip
    return Report("notes/a.tex", SOURCE, ("A: n x n (line 2)",), ("n > 1", "x > 0"), steps, seconds=1.5)


def render(name: str, *reports: Report, **look: object) -> str:
    shape = Look(**{"several": len(reports) > 1, **look})  # type: ignore[arg-type]
    return "".join(FORMATS[name].each(report, shape) for report in reports) + FORMATS[name].end(reports, shape)


def test_text_marks_the_fault_and_shows_the_repair(report: Report) -> None:
    shown = render("text", report)
    assert shown.startswith(
        """\
refuted: the sides differ
 --> notes/a.tex:5:14
  |
4 |   (A B)^T &= B^T A^T \\\\
5 |           &= A^T B^T \\\\
  |              ^^^^^^^
  |
  = counterexample:
      A = [0 1]
          [0 0]
  = try: swap $A^T$ and $B^T$
    -           &= A^T B^T \\\\
    +           &= B^T A^T \\\\
                   +++++++

conditional: true for some A
"""
    )
    assert "= condition: A is invertible" in shown
    assert "assumed: n > 1; x > 0\n" in shown
    assert "notes/a.tex: 4 steps: 1 proved, 1 conditional, 1 refuted (line 5), 1 unread" in shown
    assert "--verbose shows what was not understood" in shown
    assert "unread:" not in shown and "2 proof terms" not in shown


def test_verbose_shows_every_step(report: Report) -> None:
    shown = render("text", report, verbose=True)
    assert f"{MARKS['proved']} proved    notes/a.tex:4:12: (A B)^T = B^T A^T" in shown
    assert "2 proof terms" in shown and "read: A: n x n (line 2)\nassumed: n > 1\nassumed: x > 0\n" in shown
    block = shown[shown.index("unread:") : shown.index("conditional:")]
    assert "6 |     &= \\tr(B)\n  |      ^^^^^^^^\n7 |             + \\R \\\\\n  |             ^^^^\n" in block
    assert "--verbose" not in shown


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_that_a_terminal_or_a_browser_obeys_gets_through(report: Report, name: str) -> None:
    hostile = replace(report, file="a\x1b]0;b.tex", assumed=(NASTY,), declarations=(NASTY,), steps=(
        *report.steps, replace(report.steps[1], reason=NASTY, counterexample=NASTY, left=NASTY, conditions=(NASTY,))
    ))  # fmt: skip
    shown = render(name, hostile, verbose=True)
    assert "\x1b" not in shown
    if name != "json":
        assert "\u202e" not in shown
    if name == "html":
        assert "<b>" not in shown
    if name == "github":
        assert all(re.match(r"::(error|warning|notice) file=", line) for line in shown.splitlines())


def test_colour_only_where_it_is_wanted(report: Report) -> None:
    assert "\x1b[" in render("text", report, color=True)
    assert "\x1b[1;31mrefuted: \x1b[0m\x1b[1mthe sides differ\x1b[0m\n" in render("text", report, color=True)
    assert "\x1b[34m5 | \x1b[0m          &= A^T B^T" in render("text", report, color=True), "the source has no colour"
    plain = re.sub(r"\x1b\[[\d;]*m", "", render("text", report, color=True))
    assert plain == render("text", report)
    changed = difference("a\nb\n", "a\nc\n", "old", "new", Look(color=True))
    assert "\x1b[31m-b" in changed and "\x1b[32m+c" in changed


@pytest.mark.parametrize("width", [50, 72, 100])
def test_text_keeps_to_the_width(report: Report, width: int) -> None:
    line = "好 " * 60 + "$x = y$" + " and so on" * 30
    sign = line.index("=")
    long = Finding(1, sign + 1, (sign - 2, sign + 3), "x", "=", "y", "refuted", "many words " * 20,
                   suggestion=Suggestion((sign + 2, sign + 3), "z", "z", ""))  # fmt: skip
    shown = render("text", replace(report, text=line, steps=(long,)), width=width, verbose=True)
    assert max(map(cell_len, shown.splitlines())) <= width
    source, marks = shown[shown.index("1 | ") :].splitlines()[:2]
    column = marks.index("^")
    assert marks.count("^") == 3
    widths = [cell_len(source[:k]) for k in range(len(source))]
    assert source[widths.index(column)] == "=", "what stands above the first mark"


def test_a_long_line_is_shown_up_to_its_end() -> None:
    line = "a " * 100 + "x = y"
    shown = render("text", Report("a.md", line, steps=(Finding(1, 203, (200, 205), "x", "=", "y", "refuted", "no"),)))
    source = shown[shown.index("1 | ") :].splitlines()[0]
    assert source.endswith(" a a x = y") and len(source) >= 119, "as much as fits, though the fault is at the end"


def test_tabs_are_spaces_up_to_the_next_stop() -> None:
    step = Finding(1, 5, (1, 7), "x", "=", "y", "refuted", "no")
    assert "1 | a   x = y\n  |       ^^^\n" in render("text", Report("a.md", "a\tx = y", steps=(step,)))


def test_a_long_step_is_shown_in_part() -> None:
    text = "x = y\n" + "+ z\n" * 40
    step = Finding(1, 3, (0, len(text)), "x", "=", "y + ...", "refuted", "no")
    shown = render("text", Report("a.md", text, steps=(step,)))
    assert shown.count("\n") < 30
    assert " 1 | x = y" in shown and "..." in shown and "41 | + z" in shown


@pytest.mark.parametrize("span", [(0, 0), (500, 900), (9, 2), (-5, 3)])
def test_a_wrong_place_breaks_no_format(report: Report, span: tuple[int, int]) -> None:
    bad = replace(report.steps[1], line=99, column=-1, span=span, fault=span, suggestion=Suggestion(span, "", "", ""))
    for name in FORMATS:
        assert render(name, replace(report, steps=(bad, *report.steps)), verbose=True)
        assert render(name, replace(report, text="", steps=(bad,)))


def test_json_is_the_contract(report: Report) -> None:
    data = json.loads(render("json", report))
    assert list(data)[:5] == ["file", "declarations", "assumed", "steps", "summary"]
    keys = ["line", "column", "left", "relation", "right", "verdict", "reason", "counterexample", "suggestion"]
    assert all(list(step)[:9] == keys for step in data["steps"])
    assert [list(step.values())[:9] for step in data["steps"]][1] == [
        5, 12, "", "=", "A^T B^T", "refuted", "the sides differ", "A = [0 1]\n    [0 0]", "B^T A^T",
    ]  # fmt: skip
    assert data["steps"][0]["counterexample"] is data["steps"][0]["suggestion"] is data["error"] is None
    assert data["steps"][1]["fault"] == [5, 14, 5, 20]
    assert data["steps"][3]["conditions"] == ["A is invertible"]
    assert data["summary"] == {"proved": 1, "supported": 0, "conditional": 1, "refuted": 1, "unread": 1}
    edit = data["steps"][1]["edit"]
    assert SOURCE[slice(*edit["span"])] == "A^T B^T" and edit["latex"] == "B^T A^T"


def test_json_of_several_files_is_a_list(report: Report) -> None:
    lost = Report("b.tex", error="not UTF-8")
    assert [entry["error"] for entry in json.loads(render("json", report, lost))] == [None, "not UTF-8"]
    assert isinstance(json.loads(render("json", report, several=True)), list), "of a folder, whatever it holds"


def test_github_escapes_and_levels(report: Report) -> None:
    rows = render("github", replace(report, file="a,b:c.tex")).splitlines()
    assert [row.split()[0] for row in rows] == ["::error", "::notice", "::warning"]
    assert rows[0].startswith("::error file=a%2Cb%3Ac.tex,line=5,endLine=5,col=14,endColumn=20,title=refuted%3A =::")
    assert "%0AA = [0 1]%0A    [0 0]%0ATry (swap $A^T$ and $B^T$): B^T A^T" in rows[0]
    assert "line=6,endLine=7,title=not understood::50%25 <b>" in rows[1], "no columns across lines"
    assert rows[2].endswith("Condition: A is invertible")
    assert render("github", Report("b.tex", error="gone")) == "::error file=b.tex,title=not checked::gone\n"


class Page(HTMLParser):
    """The elements of a page by name, and the text of its source without what is shown on demand."""

    VOID = {"meta", "input", "br"}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.source = ""
        self.feed(text)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag + " source" * (("class", "source") in attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().split()[0] == tag

    def handle_data(self, data: str) -> None:
        if "div source" in self.open and "article" not in self.open:
            self.source += data


def test_page_is_whole_in_itself_and_its_links_lead_somewhere(report: Report) -> None:
    other = replace(report, file="b.md")
    page = Page(render("html", report, other, Report("c.tex", error="gone")))
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids)), "an id stands twice"
    links = {attrs["href"] for tag, attrs in page.elements if tag == "a"}
    assert {link[1:] for link in links if link} - {"closed"} <= set(ids)
    steps = [attrs for tag, attrs in page.elements if tag == "a" and "step" in (attrs.get("class") or "")]
    assert [attrs["data-mark"] for attrs in steps] == [MARKS[step.verdict] for step in report.steps] * 2
    assert not {"script", "img", "link", "iframe"} & {tag for tag, _ in page.elements}
    assert not [attrs for _, attrs in page.elements for name in attrs if name.startswith("on") or name == "src"]
    assert sum(tag == "math" for tag, _ in page.elements) > 8
    assert sum(attrs.get("type") == "checkbox" for _, attrs in page.elements) == len(VERDICTS)


def test_page_shows_the_source_as_it_is(report: Report) -> None:
    assert Page(render("html", report)).source == SOURCE
    overlapping = [replace(step, span=(step.span[0], step.span[1] + 40)) for step in report.steps]
    assert Page(render("html", replace(report, steps=(*overlapping, *overlapping)))).source == SOURCE


def test_page_knows_the_macros_of_the_document(report: Report) -> None:
    shown = render("html", report)
    assert "<mi>ℝ</mi>" in shown
    wrong = replace(report.steps[0], right=r"\frac{")
    assert unescape(render("html", replace(report, steps=(wrong,)))).count(r"<code>(A B)^T = \frac{</code>") == 1


@pytest.mark.parametrize("latex", ["{" * 100_000 + "}" * 100_000, r"\left(" * 50_000, "x^" * 20_000])
def test_page_survives_what_cannot_be_typeset(report: Report, latex: str) -> None:
    assert (
        len(render("html", replace(report, steps=(replace(report.steps[0], right=latex),)))) < 3 * len(latex) + 30_000
    )


def test_a_large_page_is_made_fast(report: Report) -> None:
    length, lines = len(SOURCE), SOURCE.count("\n")
    steps = [
        replace(
            step, line=step.line + k * lines, span=(step.span[0] + k * length, step.span[1] + k * length), fault=None
        )
        for k in range(500)
        for step in report.steps
    ]
    page = render("html", replace(report, text=SOURCE * 500, steps=tuple(steps)))
    assert page.count('<a class="step') == 2000 and len(page) < 6_000_000


def test_lines() -> None:
    lines = Lines("ab\r\ncd\n\nx")
    assert [lines[k] for k in range(1, len(lines) + 1)] == ["ab", "cd", "", "x"]
    assert [lines.place(k) for k in (0, 2, 4, 7, 8, 99)] == [(1, 1), (1, 3), (2, 1), (3, 1), (4, 1), (4, 2)]
    assert all(lines.offset(*lines.place(k)) == k for k in range(9))


def test_without_a_fault_the_sign_and_what_follows_are_blamed(report: Report) -> None:
    lines, step = Lines(SOURCE), report.steps[3]
    assert SOURCE[slice(*extent(step, lines))] == "= I" == SOURCE[slice(*blamed(step, lines))]
    assert SOURCE[slice(*blamed(replace(step, fault=(9999, 99999)), lines))] == "= I"
    assert SOURCE[slice(*blamed(report.steps[1], lines))] == "A^T B^T"


def test_repairs_that_overlap_are_left_for_the_next_time() -> None:
    offers = [Suggestion((4, 6), "X", "", ""), Suggestion((0, 1), "ab", "", ""), Suggestion((5, 7), "Y", "", "")]
    text, applied = repaired("0123456789", offers)
    assert (text, [s.span for s in applied]) == ("ab123X6789", [(0, 1), (4, 6)])
    assert repaired("ab", [Suggestion((1, 1), "'", "", "")] * 2)[0] == "a'b", "once, though offered twice"
    assert repaired("ab", [Suggestion((1, 9), "'", "", "")]) == ("ab", [])


def test_counts_in_words(report: Report) -> None:
    assert counted(Report("a.md")) == "no steps found"
    many = replace(report, steps=tuple(replace(report.steps[1], line=k) for k in range(1, 10)))
    assert counted(many) == "9 steps: 9 refuted (lines 1, 2, 3, 4, 5, 6 and 3 more)"


def test_totals_of_several_files(report: Report) -> None:
    shown = render("text", report, report, Report("c.tex", error="gone"))
    assert "\n3 files, 8 steps: 2 proved, 2 conditional, 2 refuted, 2 unread, 1 not checked\n" in shown


def test_the_marks_are_those_of_the_solutions() -> None:
    assert MARKS == html.MARKS and set(MARKS) == set(VERDICTS)
