"""Problem 6(a): what is proved of the backward passes, what is only supported, and whether the code shown is run."""

import json
import re
from dataclasses import replace

import pytest

from numeric.networks.generated import functions
from proofs import replay
from proofs.document import Part
from proofs.homework import backward
from proofs.solve import solve, verdicts
from proofs.verify import verify

POLYNOMIAL = {"Affine layer, by its input", "Affine layer, by its weights", "Affine layer, by its bias",
              "Penalty on weights"}  # fmt: skip


@pytest.fixture(scope="module")
def part() -> Part:
    (section,) = solve(["6(a)"]).document.sections
    return section.parts[0]


def test_polynomial_layers_are_proved_and_the_others_supported(part: Part) -> None:
    for d in part.derivations:
        lines = [d.verdict.status, *(step.verdict.status for step in d.steps)]
        assert {*lines} == ({"proved"} if d.title in POLYNOMIAL else {"supported"}), d.title
    assert {d.title for d in part.derivations} > POLYNOMIAL
    assert all(v.witness.holds and v.conditions == () for v in verdicts(part))
    proved = [v for v in verdicts(part) if v.status == "proved"]
    assert len(proved) >= 18 and all(replay(json.loads(json.dumps(v.certificate))) for v in proved)


def test_results_are_those_of_the_table_of_layers(part: Part) -> None:
    results = {d.title: str(d.result) for d in part.derivations}
    assert results["Affine layer, by its input"] == "G*W.T"
    assert results["Affine layer, by its weights"] == "X.T*G"
    assert results["Affine layer, by its bias"] == "1*G"  # a row of ones
    assert results["Margins, by the scores"] == "-DiagMatrix(G*1)*Y + G"
    assert results["Penalty on weights"] == "lambda*W"


def test_scores_may_only_be_shifted_because_rows_of_classes_have_sum_one() -> None:
    claim = backward.shifted()
    assert verify(claim).verdict.status == "supported"
    assert verify(replace(claim, given=())).verdict.status == "refuted"


def test_errors_are_small(part: Part) -> None:
    layers, nets = part.tables
    powers = [int(power) for row in (*layers.rows, *nets.rows) for power in re.findall(r"10\^\{(-\d+)\}", str(row))]
    assert len(powers) == 7 + 5 and max(powers) < -7  # the error is d * 10^power with a digit d


def test_the_code_that_is_shown_is_the_code_that_runs(part: Part) -> None:
    for listing in part.listings:
        source = getattr(functions(), listing.name).source
        signature, _, *body = listing.source.splitlines()
        assert signature in source and source.endswith("\n".join(body) + "\n")
        assert body[-1].startswith("    return ")
