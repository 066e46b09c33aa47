"""The figure with sliders, in a real browser: numbers against NumPy, words against signs, keys, phones, no network."""

import json
import os
import random
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sympy import Piecewise, Rational, Symbol

from proofs.document import Document, Interactive, Part, Section, Slider
from proofs.homework import problem5
from proofs.homework.elbow_figures import CASES, PRESETS, READINGS, SLIDERS, drawings
from proofs.homework.problem5 import sgd_step_of_unit
from proofs.render import figure as figures
from proofs.render import to_html, to_json, to_md, to_tex
from proofs.render.html import digest
from symbolic.errors import PushthroughError
from symbolic.javascript import to_javascript
from tests.proofs.browser import INSTALLED, Browser

SEED = 20
LIVE = "document.querySelector('.interactive')"
# Sets the sliders to each row, and gives what the page then shows: numbers, their texts, the sentence.
SHOWN = """(rows) => rows.map((row) => {
  const figure = document.querySelector(".interactive");
  figure.querySelectorAll("input[type=range]").forEach((slider, k) => {
    slider.value = row[k];
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  });
  const data = [...figure.querySelectorAll("data")];
  return {
    number: Object.fromEntries(data.map((entry) => [entry.dataset.key, entry.value])),
    text: Object.fromEntries(data.map((entry) => [entry.dataset.key, entry.textContent])),
    words: figure.querySelector(".words").textContent,
    outputs: [...figure.querySelectorAll("output")].map((output) => output.textContent),
  };
})"""


@pytest.fixture(scope="module")
def interactive() -> Interactive:
    """That of the homework, where it stands: its part without the theorems, which take long."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(problem5, "moves", lambda: Part("5(b)", "", ()))
        part = problem5.PROBLEM.parts["b"]()
    assert [figure.name for figure in part.figures] == [f"elbow-{name}" for name, _, _ in CASES]
    (figure,) = part.interactives
    return figure


@pytest.fixture(scope="module")
def document(interactive: Interactive) -> Document:
    return Document(
        "Elbow", "", (Section(5, "Elbow", "", (Part("5(x)", "It moves.", (), interactives=(interactive,)),)),)
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if INSTALLED is None:
        assert not os.environ.get("CI"), "chromium is missing where tests must not be skipped"
        pytest.skip("chromium is not installed")
    with Browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def page(document: Document, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "solutions.html"
    file.write_text(to_html(document), encoding="utf-8")
    return file


def shown(browser: Browser, rows: list[list[float]]) -> list[dict[str, Any]]:
    return browser.value(f"({SHOWN})({json.dumps(rows)})")


def by_numpy(w: float, b: float, x: float, y: float, rate: float) -> dict[str, Any]:
    """One step by hand, in float64."""
    w, b, x, y, rate = map(np.float64, (w, b, x, y, rate))
    with np.errstate(all="ignore"):
        phi = np.maximum(w * x + b, 0)
        on = np.float64(w * x + b > 0)
        residual = phi - y
        new_w, new_b = w - rate * on * residual * x, b - rate * on * residual
        new_phi = np.maximum(new_w * x + new_b, 0)
        return {
            "active": bool(on), "new_active": bool(new_w * x + new_b > 0), "phi": phi, "new_phi": new_phi,
            "residual": residual, "loss": residual**2 / 2, "new_loss": (new_phi - y) ** 2 / 2,
            "slope_gradient": on * residual * x, "bias_gradient": on * residual, "new_w": new_w, "new_b": new_b,
            "elbow": -b / w, "new_elbow": -new_b / new_w, "shift": -new_b / new_w + b / w,
        }  # fmt: skip


def positions(count: int) -> list[list[float]]:
    """Random positions that the sliders have, as decimal numbers."""
    draw = random.Random(SEED)
    return [
        [round(s.low + s.step * draw.randint(0, round((s.high - s.low) / s.step)), 6) for s in SLIDERS]
        for _ in range(count)
    ]


def test_the_numbers_are_numpys(browser: Browser, page: Path) -> None:
    browser.open(page)
    rows = positions(150) + [list(row) for _, row in PRESETS]
    active = 0
    for row, found in zip(rows, shown(browser, rows), strict=True):
        wanted = by_numpy(*row)
        active += wanted["active"]
        assert found["number"].keys() == wanted.keys() == {name for name, _ in READINGS}
        assert [float(text.replace("−", "-")) for text in found["outputs"]] == row
        for name, value in wanted.items():
            number, text = found["number"][name], found["text"][name]
            if isinstance(value, bool):
                assert (number, text) == (str(value).lower(), "yes" if value else "no"), (name, row)
            elif abs(value) < 1e12:
                assert float(number) == pytest.approx(value, rel=1e-9, abs=1e-12), (name, row)
                assert float(text.replace("−", "-")) == pytest.approx(value, rel=6e-5, abs=1e-9), (name, row)
            else:  # no elbow: infinite, no number, or the quotient by what rounding leaves of a zero
                assert text == "none", (name, row)
    assert 60 < active < 130


def test_the_words_say_what_the_numbers_do(browser: Browser, page: Path) -> None:
    browser.open(page)
    rows = positions(150)
    met = set()
    for row, found in zip(rows, shown(browser, rows), strict=True):
        w, _, x, _, _ = row
        at, words = by_numpy(*row), found["words"]
        if not at["active"]:
            assert words.startswith("Case (i): w x + b is not positive") and "Neither" in words
            assert ("there is no elbow" in words) == (w == 0)
            met.add("inactive")
            continue
        if abs(at["residual"]) < 1e-9 or min(abs(w), abs(x), abs(at["new_w"])) < 1e-9:
            continue  # below
        case = {(1, 1): "Case (ii):", (1, -1): "Case (iii):", (-1, 1): "Case (iv):", (-1, -1): "Both w and x are"}
        assert words.startswith(case[np.sign(w), np.sign(x)]), (row, words)
        said = {
            "too high": at["residual"] > 0,
            "too low": at["residual"] < 0,
            "changes its sign": w * at["new_w"] < 0,
            "gets steeper": w * at["new_w"] > 0 and abs(at["new_w"]) > abs(w),
            "gets shallower": w * at["new_w"] > 0 and abs(at["new_w"]) < abs(w),
            "moves right": at["shift"] > 1e-9,
            "moves left": at["shift"] < -1e-9,
            "elbow stays": abs(at["shift"]) < 1e-9,
            "loss falls": at["new_loss"] < at["loss"] - 1e-9,
            "loss grows": at["new_loss"] > at["loss"] + 1e-9,
            "inactive at x": not at["new_active"],
        }
        for text, holds in said.items():
            assert (text in words) == holds, (text, row, words)
        met |= {text for text, holds in said.items() if holds}
    assert met >= {"inactive", *said} - {"elbow stays"}


@pytest.mark.parametrize(
    "row, words",
    [
        ((0, 2, 1, 1, 0.5), "The unit is flat: the prediction 2 is 1 too high. The slope goes from 0 to −0.5: now there"
                            " is an elbow, at 3. The loss falls from 0.5 to 0."),
        ((0, 2, 0, 1, 0.5), "The slope stays 0, and there is no elbow. The loss falls from 0.5 to 0.125."),
        ((0, -1, 1, 1, 0.5), "the unit is zero everywhere: there is no elbow."),
        ((1, 1, 1, 1, 1), "the slope from 1 to 0: the unit is flat, no elbow is left. The loss stays 0.5. After the"
                          " step the unit is inactive at x"),
        ((0.3, 0.7, 3, 1.5, 0.01), "Case (ii): the prediction 1.6 is 0.1 too high. The slope gets shallower"),
        ((1, 1, 1, 3, 0.3), "The elbow stays at −1."),
        ((1, 2, 1, 3, 0.4), "Case (ii): the prediction 3 is the target. Nothing moves."),
        ((1, 2, 0, 1, 0.5), "The input is 0: the prediction 2 is 1 too high. At x = 0 the slope stays 1. The elbow"
                            " moves right, from −2 to −1.5."),
        ((-2, 4, 1, 1, 0.1), "Case (iv): the prediction 2 is 1 too high. The slope gets steeper, from −2 to −2.1. The"
                             " elbow moves left, from 2 to 1.8571. The loss falls from 0.5 to 0.32."),
    ],
)  # fmt: skip
def test_flat_units_and_other_special_states(browser: Browser, page: Path, row: tuple[float, ...], words: str) -> None:
    browser.open(page)
    (found,) = shown(browser, [list(row)])
    assert words in found["words"]
    w, new_w = row[0], by_numpy(*row)["new_w"]
    assert (found["text"]["elbow"] == "none") == (w == 0)
    assert (found["text"]["new_elbow"] == "none") == (abs(new_w) < 1e-12)
    assert ("The elbow" in found["words"]) == ("none" not in found["text"].values() and "Nothing" not in words)
    assert browser.value(f"{LIVE}.querySelectorAll('.stage text:not(.axis)').length") >= 1


def test_a_zero_that_rounding_has_missed_is_no_elbow(browser: Browser, page: Path) -> None:
    """0.3 - 0.1 * 1 * 3 is 5.6e-17 in doubles: the unit is flat after the step."""
    browser.open(page)
    (found,) = shown(browser, [[0.3, 0.6, 3, 0.5, 0.1]])
    assert by_numpy(0.3, 0.6, 3, 0.5, 0.1)["new_w"] != 0
    assert found["text"]["new_elbow"] == found["text"]["shift"] == "none" and found["text"]["new_w"] == "0"
    assert "no elbow is left" in found["words"] and "The elbow" not in found["words"]


def test_keys_move_the_sliders_and_buttons_set_them(browser: Browser, page: Path) -> None:
    browser.open(page)
    reading = f"Number({LIVE}.querySelector('[data-key=elbow]').value)"
    assert browser.value(reading) == 2
    browser.value(f"{LIVE}.querySelector('[name=w]').focus()")
    browser.press("ArrowRight", 39)
    assert browser.value(f"{LIVE}.querySelector('[name=w]').valueAsNumber") == pytest.approx(-1.9)
    assert browser.value(reading) == pytest.approx(4 / 1.9)
    assert browser.value(f"{LIVE}.querySelector('.words').ariaBusy") == "true"  # a screen reader waits
    waited = browser.value(
        f"new Promise((done) => setTimeout(() => done({LIVE}.querySelector('.words').ariaBusy), 600))"
    )
    assert waited == "false"
    for number, (title, row) in enumerate(PRESETS):
        button = f"{LIVE}.querySelectorAll('button')[{number}]"
        assert browser.value(f"{button}.textContent") == title
        browser.value(f"{button}.click()")
        assert browser.value(f"[...{LIVE}.querySelectorAll('input')].map((s) => s.valueAsNumber)") == list(row)
        assert browser.value(f"{LIVE}.querySelector('.words').textContent").startswith(f"Case {title.split()[0]}")


def test_what_is_drawn_is_where_the_numbers_are(browser: Browser, page: Path) -> None:
    """The lines of the unit bend at the elbows, and the dots stand there, in the units of the axes."""
    browser.open(page)
    row = [2.0, 1.0, 1.0, 2.0, 0.25]
    at = by_numpy(*row)
    shown(browser, [row])
    drawn = browser.value(f"""(() => {{
      const stage = {LIVE}.querySelector(".stage");
      const ticks = [...stage.querySelectorAll("text.axis")].filter((t) => t.getAttribute("text-anchor") === "middle");
      const place = Object.fromEntries(ticks.map((t) => [t.textContent, Number(t.getAttribute("x"))]));
      const across = (px) => (px - place["1"]) / (place["2"] - place["1"]) + 1;
      const bend = (line) => across(Number(line.getAttribute("points").split(" ")[1].split(",")[0]));
      const dots = [...stage.querySelectorAll("circle")].map((c) => across(Number(c.getAttribute("cx"))));
      return [bend(stage.querySelector("polyline.first")), bend(stage.querySelector("polyline.second")), dots];
    }})()""")
    assert drawn[0] == pytest.approx(at["elbow"]) and drawn[1] == pytest.approx(at["new_elbow"])
    assert drawn[2] == pytest.approx([at["elbow"], at["new_elbow"], row[2]])


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1000])
def test_it_fits_and_can_be_read(browser: Browser, page: Path, width: int, scheme: str) -> None:
    browser.open(page, width, scheme)
    assert browser.value("document.documentElement.scrollWidth <= window.innerWidth")
    stage = browser.value(
        f"(({{ width, height }}) => [width, height])({LIVE}.querySelector('.stage').getBoundingClientRect())"
    )
    assert 250 <= stage[0] <= width and stage[1] >= 250
    outside = f"""[...{LIVE}.querySelectorAll(".live *")].filter((e) => !e.closest("svg") && e.tagName !== "OUTPUT"
      && e.getBoundingClientRect().right > {LIVE}.getBoundingClientRect().right + 1).map((e) => e.outerHTML)"""
    assert browser.value(outside) == []
    colours = browser.value(f"""["first", "second", "third", "ink"].map((name) => {{
      const group = {LIVE}.querySelector("g");
      const text = group.appendChild(document.createElementNS(group.namespaceURI, "text"));
      text.setAttribute("class", name);
      return getComputedStyle(text).fill;
    }}).concat(getComputedStyle(document.body).backgroundColor)""")
    *inks, ground = [[int(part) / 255 for part in re.findall(r"\d+", colour)[:3]] for colour in colours]
    assert min(contrast(ink, ground) for ink in inks) > 4.5


def contrast(one: list[float], other: list[float]) -> float:
    """The ratio that WCAG 2 defines for two colours."""

    def light(colour: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def test_readers_of_the_page_by_ear_are_told_everything(browser: Browser, page: Path) -> None:
    browser.open(page)
    nodes = browser.call("Accessibility.getFullAXTree")["nodes"]

    def named(role: str) -> list[str]:
        return [
            node["name"]["value"] for node in nodes if node.get("role", {}).get("value") == role and not node["ignored"]
        ]

    assert [name.split()[0] for name in named("slider")] == ["weight", "bias", "input", "target", "step"]
    assert named("button") == [title for title, _ in PRESETS]
    assert any("the graph of a ReLU unit" in name for name in (*named("image"), *named("img")))
    assert named("status")  # a live region
    assert {"Sliders", "Examples"} <= {*named("group")}


def test_there_is_no_error_no_request_and_no_other_script(browser: Browser, page: Path) -> None:
    browser.open(page)
    shown(browser, positions(5))
    asked = [e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"]
    assert asked == [page.as_uri()]
    assert not {"Runtime.exceptionThrown", "Log.entryAdded"} & {event["method"] for event in browser.events}
    strange = "document.body.append(Object.assign(document.createElement('script'), { text: 'window.strange = 1' }))"
    browser.value(strange)
    assert browser.value("typeof window.strange") == "undefined"
    assert browser.value("fetch('https://example.com/').then(() => 'fetched', () => 'refused')") == "refused"
    logged = [e["params"]["entry"]["text"] for e in browser.events if e["method"] == "Log.entryAdded"]
    assert len(logged) >= 2 and all("Content Security Policy" in text for text in logged), logged


def test_without_javascript_there_is_a_line_instead(browser: Browser, page: Path) -> None:
    browser.open(page, script=False)
    tree = browser.call("Accessibility.getFullAXTree")["nodes"]
    said = " ".join(node.get("name", {}).get("value", "") for node in tree if not node["ignored"])
    browser.open(page)
    assert "Here is a figure with sliders, which needs JavaScript: the graph of a ReLU unit" in said
    assert "slider" not in {node.get("role", {}).get("value") for node in tree if not node["ignored"]}


# The page as text, and the other formats.


def test_a_page_allows_its_own_script_only(document: Document) -> None:
    page = to_html(document)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    policy = unescape(re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[0])
    assert policy == f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{digest(script)}'"
    assert not re.search(r"https?://|@import|\son\w+=", page)
    assert "function values(w, b, x, y, lambda) {" in script and 'interactive("figure-elbow-sliders"' in script
    still = to_html(Document("", "", (Section(1, "", "", (Part("1", "", ()),)),)))
    assert "<script" not in still and "default-src 'none'; img-src data:; style-src 'unsafe-inline'\"" in unescape(
        still
    )


def test_other_formats_say_where_the_figure_is(document: Document) -> None:
    assert "*Interactive figure, in the HTML format only.* One step of SGD" in to_md(document)
    assert r"\textit{Interactive figure, in the HTML format only.}\enspace One step of SGD" in to_tex(document)
    (told,) = json.loads(to_json(document))["sections"][0]["parts"][0]["interactives"]
    assert [slider["name"] for slider in told["sliders"]] == ["w", "b", "x", "y", "rate"]


def test_a_figure_that_cannot_be_is_refused(document: Document) -> None:
    slider = Slider("a", "a", 0, 1, 0.1, 0.5)
    values = to_javascript({"twice": 2 * Symbol("a")}, name="values")

    def figure(
        name: str = "a", start: float = 0.5, preset: tuple[float, ...] = (1,), show: str = "() => 1"
    ) -> Interactive:
        moved = Slider("a", "a", 0, 1, 0.1, start)
        return Interactive(name, "", "", (moved,), (("twice", "twice"),), values, show, (("one", preset),))

    assert figure().sliders == (slider,)
    with pytest.raises(PushthroughError, match="a figure cannot be named 'a b'"):
        figure("a b")
    with pytest.raises(PushthroughError, match="the slider a goes from 0 to 1; its start sets it to 2"):
        figure(start=2)
    with pytest.raises(PushthroughError, match="the slider a goes from 0 to 1; one sets it to -1"):
        figure(preset=(-1,))
    with pytest.raises(PushthroughError, match="'one' sets 2 of 1 sliders"):
        figure(preset=(1, 1))
    ending = Part("1", "", (), interactives=(figure(show="() => '</SCRIPT>'"),))
    with pytest.raises(PushthroughError, match="would end it"):
        to_html(Document("", "", (Section(1, "", "", (ending,)),)))


# The drawings on paper.


def test_the_captions_say_what_the_numbers_do() -> None:
    """Every caption against arithmetic by hand; together the drawings show every case, and both ways of the second."""
    seen = set()
    step = sgd_step_of_unit()
    for (name, case, numbers), drawing in zip(CASES, drawings(step), strict=True):
        w, b, x, rate = map(float, numbers)
        assert drawing.name == f"elbow-{name}" and drawing.caption.startswith(f"Case {case}")
        left, right = drawing.caption.split(" Right, ")
        for told, residual in ((left, 1.0), (right, -1.0)):
            target = max(w * x + b, 0) - residual
            at = by_numpy(w, b, x, target, rate)
            assert at["residual"] == residual
            assert ("nothing moves" in told) == (not at["active"])
            if at["active"]:
                assert ("(steeper)" in told) == (abs(at["new_w"]) > abs(w))
                assert ("(right)" in told) == (at["shift"] > 0) and ("(left)" in told) == (at["shift"] < 0)
            way = np.sign(at["shift"]) if at["active"] else 0
            seen.add((case.split(",")[0], residual, float(way)))
        if "moves" in case:
            assert ("(right)" in left) == case.endswith("right") and ("(left)" in left) == case.endswith("left")
    wanted = {("(i)", 1, 0), ("(i)", -1, 0), ("(iii)", 1, 1), ("(iii)", -1, -1), ("(iv)", 1, -1), ("(iv)", -1, 1)}
    assert seen == wanted | {("(ii)", r, way) for r in (1, -1) for way in (1, -1)}


def test_the_drawings_are_drawn_and_can_be_sent_to_another_process() -> None:
    for drawing in drawings(sgd_step_of_unit()):
        assert figures.svg(drawing).count("<path") > 20
        assert "$" not in drawing.alt and "\\" not in drawing.alt
    ahead = drawings(sgd_step_of_unit())[0]
    figures.draw_ahead([ahead], ["pdf"])
    assert figures._AHEAD[ahead, "pdf"].get(20).startswith(b"%PDF")


def test_exact_values_where_there_are_some() -> None:
    at = sgd_step_of_unit().at(-2, 4, 1, 1, Rational(1, 10))
    assert (at["new_w"], at["new_b"]) == (Rational(-21, 10), Rational(39, 10))
    assert at["new_elbow"] == Rational(13, 7) and at["new_loss"] == Rational(8, 25) and at["active"] == True  # noqa: E712
    flat = sgd_step_of_unit().at(0, 1, 1, 0, 1)
    assert flat["elbow"] is None and flat["shift"] is None and flat["new_elbow"] == 0
    assert isinstance(next(iter(sgd_step_of_unit().derived.values())), Piecewise)
