"""Texts that were made, or happen, to be slow to read: time stays in proportion to their length."""

import pytest

from proofs import workers
from proofs.checking.source import read_source

REPEATED = ["_", "*", "> ", "**_ ", r"\emph{", "- ", "__ ", r"{\bf ", "`", "$$ ", "<!--", r"\begin{a}", "# ", "(1) "]


@pytest.mark.parametrize("kind", ["tex", "md"])
def test_repetitions_are_read_in_no_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "THREADED", set())
    texts = [piece * 20_000 for piece in REPEATED]
    outcomes = workers.guarded(lambda text, tell: len(read_source(text, kind).text), texts, 1, seconds=10)
    assert not [(piece, one.reason) for piece, one in zip(REPEATED, outcomes, strict=True) if one.failure]
