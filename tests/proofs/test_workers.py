"""Work by several processes: results in order, exceptions raised here, one task after the other where need be."""

import os
import sys

import pytest

from proofs import workers
from symbolic.errors import UnsupportedError


def where(task: int) -> tuple[int, int]:
    return task, os.getpid()


def refuse(task: int) -> int:
    if task == 3:
        raise UnsupportedError(f"no {task}")
    return task


def test_results_come_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    found = list(workers.in_order(where, range(20)))
    assert [task for task, _ in found] == list(range(20))
    assert os.getpid() not in {process for _, process in found}


def test_one_processor_works_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 1)
    assert {process for _, process in workers.in_order(where, range(3))} == {os.getpid()}


def test_beside_threads_nothing_is_forked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    monkeypatch.setitem(sys.modules, "jax", None)
    assert {process for _, process in workers.in_order(where, range(3))} == {os.getpid()}


def test_a_mistake_in_a_task_is_raised_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_processors", lambda: 2)
    with pytest.raises(UnsupportedError, match="no 3"):
        list(workers.in_order(refuse, range(6)))
