"""The labelled documents are what their truth says they are, and the score counts what it promises to count."""

from pathlib import Path

import pytest

from proofs.checking.report import Finding, Report
from tests.proofs.checking import score
from tests.proofs.checking.score import HERE, documents, judge

CASES = [(file, truth) for file, truth in documents(HERE) if truth is not None]


def findings(truth: dict, **verdicts: str) -> list[dict]:
    """A finding for each step: a true one is proved, a false one refuted, or as `verdicts` says for its number."""
    return [
        {
            "line": step["line"],
            "left": step["lhs"],
            "relation": step["relation"],
            "right": step["rhs"],
            "verdict": verdicts.get(f"n{step['n']}", "proved" if step["true"] else "refuted"),
            "reason": "",
            "suggestion": None if step["true"] else step["right_form"],
        }
        for step in truth["steps"]
    ]


@pytest.mark.parametrize("file, truth", CASES, ids=[file.stem for file, _ in CASES])
def test_the_truth_quotes_its_document(file: Path, truth: dict) -> None:
    lines = file.read_text(encoding="utf-8").splitlines()
    assert truth["file"] == file.name and truth["name"] == file.stem
    for step in truth["steps"]:
        assert step["relation"] in lines[step["line"] - 1]
        assert step["lhs"] in "\n".join(lines[: step["line"]])
        assert step["rhs"] in "\n".join(lines[step["line"] - 1 :])
        assert step["true"] or step["slip"] in {slip["id"] for slip in truth["slips"]}
    for given in truth["givens"]:
        assert any(sign in lines[given["line"] - 1] for sign in ("=", "<", ">", "\\"))


@pytest.mark.parametrize("file, truth", CASES, ids=[file.stem for file, _ in CASES])
def test_the_right_version_differs_in_the_lines_with_slips(file: Path, truth: dict) -> None:
    right = file.with_name(f"{file.stem}.right{file.suffix}")
    assert right.exists() == truth["flawed"] == bool(truth["slips"])
    if right.exists():
        pairs = zip(file.read_text().splitlines(), right.read_text().splitlines(), strict=True)
        changed = {n for n, (wrong, good) in enumerate(pairs, 1) if wrong != good}
        assert {slip["line"] for slip in truth["slips"]} <= changed
        assert len(changed) <= 2 * len(truth["slips"])


def test_a_perfect_report_gets_full_marks() -> None:
    for file, truth in CASES:
        tally = judge(file.name, findings(truth), truth)
        assert not tally.alarms
        assert not tally.remarks
        assert (tally.read, tally.proved, tally.caught) == (tally.steps, tally.true, tally.slips)
        assert tally.repaired == tally.slips


def test_what_must_never_happen_is_counted() -> None:
    truth = next(truth for _, truth in CASES if truth["name"] == "newton_quadratic")
    slip = truth["slips"][0]["false_steps"][0]
    proof = judge("x", findings(truth, **{f"n{slip}": "proved"}), truth)
    assert (proof.false_proofs, proof.false_alarms, proof.caught) == (1, 0, proof.slips - 1)
    assert proof.proved == proof.true
    alarm = judge("x", findings(truth, n1="refuted"), truth)
    assert (alarm.false_proofs, alarm.false_alarms, alarm.caught) == (0, 1, alarm.slips)
    unread = judge("x", findings(truth, n1="unread"), truth)
    assert unread.read == unread.steps - 1 and not unread.alarms
    elsewhere = [{**f, "line": f["line"] + 5} for f in findings(truth) if f["verdict"] == "refuted"]
    assert judge("x", elsewhere, truth).false_alarms == len(elsewhere)
    assert judge("x", elsewhere, None).false_alarms == len(elsewhere)


def test_a_folder_is_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proved = Finding(1, 27, (21, 31), "x + x", "=", "2x", "proved", "")
    for name, text in (
        ("one.md", "For a scalar $x$ we have $x + x = 2x$.\n"),
        ("two.md", "$"),
        ("unlabelled.md", "$$"),
    ):
        (tmp_path / name).write_text(text)
    step = '{"n": 1, "line": 1, "lhs": "x + x", "rhs": "2x", "relation": "=", "true": true}'
    for name in ("one", "two"):
        (tmp_path / f"{name}.truth.json").write_text(f'{{"steps": [{step}]}}')

    def report(file: Path) -> Report:
        return Report(str(file), steps=(proved,)) if file.stem == "one" else Report(str(file), error="no text")

    monkeypatch.setattr(score, "check_document", report)
    assert score.main([str(tmp_path), "--only", "one"]) == 0
    assert "1 documents (0 failed): steps read 1/1, proved 1/1; slips caught 0/0" in capsys.readouterr().out
    assert score.main([str(tmp_path)]) == 1
    assert "2 documents (1 failed): steps read 1/2, proved 1/2" in capsys.readouterr().out
