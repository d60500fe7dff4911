"""Services that die, hang, stand still, are slow or answer nonsense: real processes, real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lab.served import Eyes, Mind, asked, seen

from llmagentos.config import AgentConfig
from llmagentos.errors import ModelError, PerceptionError, PlanCancelledError
from llmagentos.events import Degraded
from llmagentos.module_services import AgentServices
from llmagentos.services import keeper

TESTS = Path(__file__).parents[1]
Make = Callable[..., Any]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Make]:
    """Makes what asks a service with a process of its own."""
    monkeypatch.setenv("LLMAGENTOS_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{TESTS.parent}:{TESTS}")
    made: list[Any] = []

    def make(concept: str, kind: str, stand_in: Any = None, within_s: float = 20.0) -> Any:
        told = {"use": f"lab.served:{kind}", "runs": "service", "answers_within_s": within_s}
        module = AgentServices(AgentConfig.of({concept: told}), "panda").module(concept, stand_in)
        module.events = []
        module.attach(module.events.append)
        made.append(module)
        return module

    yield make
    for module in made:
        module.close()


def degraded(module: Any) -> list[Degraded]:
    return [event for event in module.events if isinstance(event, Degraded)]


def until(done: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not done():
        assert time.monotonic() < give_up
        time.sleep(0.02)


def pid_of(module: Any) -> int:
    until(lambda: module.client.keeper.pid is not None)
    return int(module.client.keeper.pid)


def kill(module: Any) -> None:
    os.kill(pid_of(module), signal.SIGKILL)
    until(lambda: not module.client.bus.has(module.client.name))


def test_a_planner_that_is_killed_is_started_again(service: Make) -> None:
    mind = service("planning", "Mind")
    first = pid_of(mind)
    assert mind.plan(asked("a")).engine["pid"] == str(first)
    assert mind.engine["model"] == "by heart"
    kill(mind)
    assert mind.plan(asked("b")).engine["pid"] == str(pid_of(mind)) != str(first)
    down, back = degraded(mind)
    assert "What understands commands for me has failed" in down.words
    assert "start it again" in down.words and back.words == "The planning service is back."
    with pytest.raises(ModelError, match="got the end of service"):
        mind.plan(asked("die"))  # of this one it dies each time


def test_things_keep_their_ids_over_a_restart(service: Make) -> None:
    eyes = service("perception", "Eyes")
    scene = eyes.perceive(seen())
    kill(eyes)
    assert eyes.perceive(seen()) == scene  # its stamp is the first process
    assert [event.effect for event in degraded(eyes)] == ["tell", "tell"]


@pytest.mark.parametrize("way", ["die", "freeze", "sleep", "no parse"])
def test_what_stands_in_answers_while_a_planner_fails(service: Make, way: str) -> None:
    stand_in = Mind()
    mind = service("planning", "Mind", lambda: stand_in, 1.0 if way == "sleep" else 20.0)
    mind.plan(asked("a"))
    assert stand_in.made == 0
    stand_in.plan = lambda request: Mind.plan(stand_in, asked("b"))  # type: ignore[method-assign]
    began = time.monotonic()
    assert mind.plan(asked(way)).text
    assert stand_in.made == 1 and time.monotonic() - began < 15
    (told,) = degraded(mind)
    assert told.source == "planning" and told.effect == "fallback"
    assert "I go on with what I have" in told.words
    until(lambda: mind.client.bus.provider(mind.client.name) not in ("", mind.client._killed))
    assert mind.plan(asked("b")).engine["pid"] == str(pid_of(mind))
    assert degraded(mind)[-1].words == "The planning service is back."


def test_perception_that_fails_says_so_by_its_port(service: Make) -> None:
    eyes = service("perception", "Eyes")
    scene = eyes.perceive(seen())
    before = pid_of(eyes)
    for way, words in (("nonsense", "got str for Scene"), ("clumsy", "ZeroDivisionError")):
        with pytest.raises(PerceptionError, match=words):
            eyes.perceive(seen(way))
        assert eyes.perceive(seen()) == scene
    assert pid_of(eyes) != before


def test_perception_that_is_blind_is_no_failed_service(service: Make) -> None:
    stand_in = Eyes()
    eyes = service("perception", "Eyes", lambda: stand_in)
    with pytest.raises(PerceptionError, match="got black"):
        eyes.perceive(seen("blind"))
    assert not degraded(eyes) and eyes.client.keeper.restarts == 0
    scene = eyes.perceive(seen())
    kill(eyes)
    assert eyes.perceive(seen()) == scene and stand_in.recalled == scene


def test_one_that_stands_still_while_nobody_asks_is_started_again(
    service: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "HANGS_S", 0.5)
    eyes = service("perception", "Eyes")
    scene = eyes.perceive(seen())
    time.sleep(1.5)  # until it has answered a ping
    before = pid_of(eyes)
    os.kill(before, signal.SIGSTOP)
    until(lambda: eyes.client.keeper.pid not in (None, before))
    assert eyes.perceive(seen()) == scene


OWNER = """
import sys, time
from llmagentos.config import AgentConfig
from llmagentos.module_services import AgentServices
from lab.served import asked
config = AgentConfig.of({"planning": {"use": "lab.served:Mind", "runs": "service"}})
mind = AgentServices(config, "panda").module("planning")
print(mind.plan(asked("a")).engine["pid"], flush=True)
time.sleep(600)
"""


def test_an_agent_that_is_killed_leaves_no_service(service: Make) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None
    pid = int(owner.stdout.readline())
    assert Path(f"/proc/{pid}").exists()
    owner.kill()
    owner.wait()
    until(lambda: not Path(f"/proc/{pid}").exists())


def test_learning_that_fails_costs_no_command(service: Make) -> None:
    diary = service("learning", "Diary", within_s=1.0)
    diary.observe({"n": 1})
    began = time.monotonic()
    diary.observe({"fail": "sleep"})
    assert time.monotonic() - began < 1.0  # nobody waits for it
    diary.observe({"n": 2})
    assert {"n": 2} in [dict(e) for e in diary.episodes()]
    assert degraded(diary)


def test_a_command_is_cancelled_over_the_border_and_while_it_starts(service: Make) -> None:
    mind = service("planning", "Mind")
    starting = asked("a")
    starting.cancelled.set()
    with pytest.raises(PlanCancelledError):
        mind.plan(starting)
    mind.plan(asked("a"))
    request = asked("slow")
    threading.Timer(0.2, request.cancelled.set).start()
    with pytest.raises(PlanCancelledError):
        mind.plan(request)
    assert mind.plan(asked("b")).text and not degraded(mind)


def test_a_service_that_can_not_be_says_why(service: Make) -> None:
    with pytest.raises(ModelError, match=r"to start, got: ConfigError.*NoSuchThing"):
        service("planning", "NoSuchThing").plan(asked("a"))
