"""A planning service that several agents share: one line by priority, whose engine may die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from lab.served import asked

from llmagentos.config import AgentConfig
from llmagentos.errors import ModelError, PlanCancelledError
from llmagentos.messaging import open_bus
from llmagentos.module_services import AgentServices

TESTS = Path(__file__).parents[1]
Agents = Callable[..., Any]


@pytest.fixture
def agents(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Agents]:
    """Starts a shared service; makes agents' planners that ask it."""
    monkeypatch.setenv("LLMAGENTOS_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{TESTS.parent}:{TESTS}")
    file = tmp_path / "mind.yaml"
    file.write_text(
        "planning: {use: 'lab.served:Mind', answers_within_s: 30, options: {seconds: 1.0}}\n"
    )
    front = subprocess.Popen(
        [sys.executable, "-m", "llmagentos.service_host", "mind", "planning", str(file)]
    )
    made: list[Any] = []

    def make(priority: int = 0) -> Any:
        told = {"runs": {"service": "mind"}, "priority": priority}
        module = AgentServices(AgentConfig.of({"planning": told}), "panda").module("planning")
        made.append(module)
        return module

    yield make
    for module in made:
        module.close()
    front.send_signal(signal.SIGINT)
    assert front.wait(20) == 0


def engine_pid(planner: Any) -> int:
    return int(planner.plan(asked("who are you")).engine["pid"])


def test_what_is_asked_outlives_the_engine(agents: Agents) -> None:
    one, two, three = agents(), agents(), agents(5)
    first = engine_pid(one)
    ended: list[str] = []

    def plan(planner: Any, name: str, command: str) -> Any:
        result = planner.plan(asked(command))
        ended.append(name)
        return result

    with ThreadPoolExecutor(4) as pool:
        begun = pool.submit(plan, one, "first", "slow")  # works for a second
        time.sleep(0.3)
        low = pool.submit(plan, two, "low", "a")
        time.sleep(0.1)
        high = pool.submit(plan, three, "high", "b")
        time.sleep(0.1)
        os.kill(first, signal.SIGKILL)
        found = [begun.result(60), low.result(60), high.result(60)]
    assert {int(f.engine["pid"]) for f in found} != {first}
    assert len({f.engine["pid"] for f in found}) == 1
    assert ended == ["first", "high", "low"]  # what was under way again, then by priority


def test_one_that_kills_the_engine_each_time_is_refused_and_the_others_go_on(
    agents: Agents,
) -> None:
    one, two = agents(), agents()
    first = engine_pid(one)
    with ThreadPoolExecutor(2) as pool:
        bad = pool.submit(one.plan, asked("die"))
        good = pool.submit(two.plan, asked("a"))
        assert good.result(60).text
        with pytest.raises(ModelError, match="got the end of service"):
            bad.result(60)
    assert engine_pid(one) != first


def test_a_plan_that_is_taken_back_frees_the_engine(agents: Agents) -> None:
    one, two = agents(), agents()
    pid = engine_pid(one)
    request = asked("slow")
    threading.Timer(0.2, request.cancelled.set).start()
    with pytest.raises(PlanCancelledError):
        one.plan(request)
    assert engine_pid(two) == pid


def test_an_agent_that_dies_leaves_nothing_in_line(agents: Agents, tmp_path: Path) -> None:
    one = agents()
    pid = engine_pid(one)
    with open_bus("short") as bus:
        assert bus.wait_for("mind", 20)
        for _ in range(3):
            bus.begin("mind", ["plan", asked("slow")], 60)
    began = time.monotonic()
    assert engine_pid(one) == pid
    assert time.monotonic() - began < 15
