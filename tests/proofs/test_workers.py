"""Work by several processes: results in order, exceptions raised here, one task after the other where need be."""

import os
import signal
import sys
import time
from collections.abc import Callable

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


def behave(task: str, tell: Callable[[str], None]) -> str:
    """Tasks of every kind, by name."""
    tell(f"begins {task}")
    if task == "hang":
        time.sleep(60)
    if task == "raise":
        raise UnsupportedError("no such node")
    if task == "leave":
        os._exit(3)
    if task == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task == "unsendable":
        return (lambda: "") and (_ for _ in ())  # type: ignore[return-value]
    if task == "memory":
        return "x" * 2**37
    return f"{task} in {os.getpid()}"


@pytest.fixture
def forking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "THREADED", set())


@pytest.mark.usefixtures("forking")
@pytest.mark.parametrize("jobs", [1, 3])
def test_a_task_that_misbehaves_costs_itself_alone(jobs: int) -> None:
    tasks = ["a", "raise", "leave", "b", "killed", "hang", "unsendable", "c"]
    start = time.monotonic()
    found = list(workers.guarded(behave, tasks, jobs, seconds=0.5))
    assert [outcome.failure for outcome in found] == ["", "raised", "died", "", "died", "late", "raised", ""]
    assert [str(found[k].value).split()[0] for k in (0, 3, 7)] == ["a", "b", "c"]
    assert found[1].reason.startswith("UnsupportedError: no such node (test_workers.py:")
    assert "exit code 3" in found[2].reason and "signal 9" in found[4].reason
    assert found[5].reason == "time limit of 0.5 s"
    assert str(os.getpid()) not in str([outcome.value for outcome in found])
    assert time.monotonic() - start < 5


@pytest.mark.usefixtures("forking")
def test_what_a_task_tells_arrives() -> None:
    heard: list[tuple[int, str]] = []
    list(workers.guarded(behave, ["a", "b"], 2, told=lambda *words: heard.append(words)))
    assert sorted(heard) == [(0, "begins a"), (1, "begins b")]


@pytest.mark.usefixtures("forking")
def test_memory_is_bounded() -> None:
    first, second = workers.guarded(behave, ["memory", "a"], 1, memory=2**36)
    assert (first.failure, second.failure) == ("raised", "") and "MemoryError" in first.reason


@pytest.mark.usefixtures("forking")
def test_processes_end_with_the_iterator() -> None:
    running = workers.guarded(behave, ["a", "hang", "hang"], 2)
    process = int(str(next(running).value).split()[-1])
    running.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


def test_without_processes_mistakes_are_still_caught() -> None:
    found = list(workers.guarded(behave, ["a", "raise"], 0))
    assert [outcome.failure for outcome in found] == ["", "raised"]
    assert found[0].value == f"a in {os.getpid()}"
    assert list(workers.guarded(behave, [], 2)) == []
