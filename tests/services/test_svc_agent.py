"""Agents whose modules are services, and whose modules change while they live."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from lab.served import Diary, Mind
from test_agent import SCENE

from llmagentos import Agent
from llmagentos.config import AgentConfig
from llmagentos.errors import ConfigError, LifecycleError
from llmagentos.events import Degraded
from llmagentos.perception import TabletopPerception
from llmagentos.ports.modules import ExecutionModule, Outcome

TESTS = Path(__file__).parents[1]


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("LLMAGENTOS_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("PYTHONPATH", f"{TESTS.parent}:{TESTS}")
    return tmp_path


def test_an_agent_whose_four_modules_are_services(runtime: Path) -> None:
    hands = {"use": "llmagentos.execution.executor:PlanExecutor", "runs": "service"}
    mind = {"use": "lab.served:Mind", "runs": "service", "fallback": "lab.served:Mind"}
    config = AgentConfig.of(
        {"scene": SCENE, "perception": {"runs": "service"}, "planning": mind, "execution": hands,
         "learning": {"use": "lab.served:Diary", "runs": "service"}, "recorder": {"keeps": "none"}}
    )  # fmt: skip
    told: list[str] = []

    def on_event(event: Any) -> None:
        if isinstance(event, Degraded):
            told.append(f"{event.source} {event.effect}")

    with Agent.from_config(config, on_event) as agent:
        pids = [m.client.keeper.pid for m in agent._modules()]  # type: ignore[union-attr]
        assert agent.command("pick it up").status == "succeeded"
        os.kill(pids[1], signal.SIGKILL)
        assert agent.command("pick it up").status  # by what stands in, or by the new one
        assert told[0] == "planning fallback"
        assert len(list(agent.learning.episodes())) == 2  # type: ignore[union-attr]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


class Counting(ExecutionModule):
    """Ends after three slices; closed: how often."""

    def __init__(self) -> None:
        self.left, self.closed = 0, 0

    def start(self, plan: Any, command: str = "") -> None:
        self.left = 3

    def tick(self) -> Outcome | None:
        self.left -= 1
        return None if self.left else Outcome("succeeded", "done")

    def stop(self) -> Outcome:
        return Outcome("failed", "stopped")

    def close(self) -> None:
        self.closed += 1


class Closing(Mind):
    closed = False

    def close(self) -> None:
        self.closed = True


class Here(Mind):
    """Says in its plan's text that it is another."""

    def plan(self, request: Any) -> Any:
        self.made += 1
        return super().plan(request)


def test_modules_change_at_safe_points() -> None:
    first, second = Closing(), Here()
    old, new = Counting(), Counting()
    agent = Agent.in_simulation(
        SCENE, planning=first, execution=old, learning=Diary(), audit=None, words=False
    )
    with agent:
        assert agent.command("a").status == "succeeded" and first.made == 1
        agent.begin("b")
        agent.replace("planning", second)
        agent.replace("execution", new)
        sight = TabletopPerception()
        agent.replace("perception", sight)
        assert agent.perception is not sight and not first.closed
        assert agent.step() is None
        assert agent.perception is sight and agent.planning is second and first.closed
        assert agent.execution is old  # it has the plan under way
        result = None
        while result is None:
            result = agent.step()
        assert result.status == "succeeded"
        assert agent.command("c").status == "succeeded"
        assert agent.execution is new and old.closed == 1 and second.made
        diary = Diary()
        agent.remove("learning")
        assert agent.learning is None and agent.command("d").status == "succeeded"
        agent.replace("learning", diary)
        assert agent.command("e").status == "succeeded" and len(diary.kept) == 1
        agent.remove("planning")
        with pytest.raises(LifecycleError, match="an agent with planning"):
            agent.command("f")
        agent.replace("planning", Mind())
        assert agent.command("g").status == "succeeded"
        with pytest.raises(LifecycleError, match=r"expected one of perception, .* got 'voice'"):
            agent.replace("voice", None)
    assert new.closed == 1


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"planning": {"runs": "there"}}, "planning.runs"),
        ({"planning": {"runs": {"process": "x"}}}, "here, service or"),
        ({"planning": {"fallback": "builtin"}}, "expected a fallback for a service"),
        ({"perception": {"cache": 4}}, "remembers = False"),
        ({"learning": {"cache": 4}}, "expected no cache"),
        ({"execution": {"runs": {"service": "x"}}}, "execution: expected runs: here or service"),
        ({"driver": {"use": "a:B", "runs": "service"}}, "driver.runs"),
    ],
)
def test_what_can_not_run_elsewhere_is_refused(told: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        Agent.from_config(AgentConfig.of({"scene": SCENE, **told}))


def test_an_agent_that_can_not_be_leaves_no_service(runtime: Path) -> None:
    told = {"planning": {"use": "lab.served:Mind", "runs": "service"}, "profile": "warp",
            "execution": {"runs": "service"}, "learning": {"runs": "service"}}  # fmt: skip
    with pytest.raises(ValueError, match="warp"):
        Agent.from_config(AgentConfig.of({"scene": SCENE, **told, "recorder": {"keeps": "none"}}))
    assert not [t.name for t in threading.enumerate() if t.name.startswith("keeper")]


def test_a_configuration_with_services_comes_back(tmp_path: Path) -> None:
    told = {
        "planning": {"runs": "service", "fallback": "builtin"},
        "perception": {"runs": {"service": "eyes"}},
    }
    config = AgentConfig.of(told)
    file = tmp_path / "agent.yaml"
    file.write_text(config.to_yaml(comments=True))
    assert AgentConfig.load(file) == config
