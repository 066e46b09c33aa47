"""Claims of the worked homework with one place changed: none of the false ones may be proved, all should be refuted."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "mutants.py"


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("mutants", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", [3, 4])
def test_false_mutants_are_refuted(mutants: ModuleType, seed: int) -> None:
    verdicts, missed = mutants.judge(60, seed)
    assert dict(verdicts) == {"refuted": 60}, missed
