"""Robots' agents under a real daemon: two of them, what they are to people, and what survives."""

from __future__ import annotations

import os
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from daemon.conftest import ROOT, Running
from daemon.test_daemon_agents import cli, until

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.place import SOCKET_VARIABLE
from llmagentos.errors import CallError

EXAMPLES = ROOT / "examples/agents"


@pytest.fixture(scope="module")
def robots() -> Iterator[tuple[Running, DaemonClient]]:
    """A daemon with the two robots of the examples, made by the command line."""
    with tempfile.TemporaryDirectory(prefix="agents-") as folder, pytest.MonkeyPatch.context() as m:
        made = Running(Path(folder))
        m.setenv(SOCKET_VARIABLE, str(made.socket))
        m.setenv("LLMAGENTOS_RENDERER", "tiny")
        daemon = made.start()
        for name in ("left", "right"):
            told = cli("agent", "create", name, "--spec", str(EXAMPLES / f"{name}.yaml"))
            assert told.stdout.strip() == f"{name} created", told.stderr
            daemon.agent(name).start(wait=False)
        for name in ("left", "right"):
            until(lambda name=name: daemon.agent(name).show()["phase"] == "running", 120)  # type: ignore[misc]
        yield made, daemon
        made.close()


def _where(result: dict[str, Any], kind: str) -> list[Any]:
    return [o["position"] for o in result["objects"] if o["kind"] == kind]


def test_two_agents_mean_different_things_by_the_same_words(
    robots: tuple[Running, DaemonClient],
) -> None:
    _, daemon = robots
    left, right = daemon.agent("left"), daemon.agent("right")
    both = [(a, a.submit("command", {"text": "tidy up"})) for a in (left, right)]  # at once
    sorted_, tidied = (a.result(number) for a, number in both)
    assert sorted_["reply"].endswith("Done.")
    assert tidied["reply"].endswith("Is there anything else?")
    assert (sorted_["status"], tidied["status"]) == ("succeeded", "succeeded")
    assert len(sorted_["steps"]) > len(tidied["steps"]) >= 1 or sorted_["plan"] != tidied["plan"]
    tray = next(o for o in tidied["objects"] if o["kind"] == "tray")["position"]
    for x, y, _ in _where(tidied, "block"):
        assert abs(x - tray[0]) < 0.13
        assert abs(y - tray[1]) < 0.13
    assert left.command("who are you?")["reply"] == "I am the helper who sorts blocks."
    assert "waiter" in right.command("what is your role?")["reply"]


def test_what_was_done_is_remembered_over_a_death_in_mid_motion(
    robots: tuple[Running, DaemonClient],
) -> None:
    _, daemon = robots
    right = daemon.agent("right")
    assert right.command("pick up my drink")["status"] == "succeeded"
    assert right.command("put it on the plate")["status"] == "succeeded"
    number = right.submit("command", {"text": "stack all the blocks on the table"})
    until(lambda: daemon.ask("result", number=number, wait=False)["state"] == "begun")
    time.sleep(0.2)
    os.kill(right.show()["pid"], signal.SIGKILL)
    with pytest.raises(
        CallError, match=r"lost: .*may have been done in part, and is not done again"
    ):
        right.result(number)
    until(lambda: right.show()["phase"] == "running", 120)
    told = right.command("what did you do?")["reply"]
    assert "plate" in told, told


def test_a_stop_reaches_the_arm_and_a_reset_lets_it_go_on(
    robots: tuple[Running, DaemonClient],
) -> None:
    _, daemon = robots
    left = daemon.agent("left")
    number = left.submit("command", {"text": "put the ruby on the table"})
    until(lambda: daemon.ask("result", number=number, wait=False)["state"] == "begun")
    time.sleep(0.3)
    told = daemon.halt()
    assert told["left"]["at_rest"], told
    assert left.result(number)["status"] in ("failed", "refused", "succeeded")
    assert "reset" in left.command("go home")["reply"]
    for agent in (left, daemon.agent("right")):
        assert agent.reset()["reset"]
    assert left.command("go home")["status"] == "succeeded"


def test_an_urgent_command_comes_between_two_actions_and_pause_holds(
    robots: tuple[Running, DaemonClient],
) -> None:
    _, daemon = robots
    left = daemon.agent("left")
    low = left.submit("command", {"text": "put every block in the green bowl"}, priority=10)
    until(lambda: daemon.ask("result", number=low, wait=False)["state"] == "begun")
    assert left.pause()["phase"] == "paused"
    waits = left.submit("command", {"text": "how many blocks are there?"}, priority=100)
    time.sleep(0.3)
    assert daemon.ask("result", number=waits, wait=False)["state"] == "queued"
    assert len(left.call("scene")) == 8  # looking at what it knows needs no arm
    left.resume()
    assert left.result(waits)["status"] == "answered"
    assert daemon.ask("result", number=low, wait=False)["state"] == "begun"
    left.cancel(low)
    with pytest.raises(CallError, match="cancelled"):
        left.result(low)


def test_the_command_line_shows_what_is_done(robots: tuple[Running, DaemonClient]) -> None:
    done = cli("agent", "command", "left", "how many bowls are there?")
    assert done.returncode == 0, done.stderr
    assert "answered" in done.stdout
    assert "4" in done.stdout
    moved = cli("agent", "command", "left", "pick up the ruby")
    assert (moved.returncode, moved.stderr) == (0, ""), moved.stderr
    assert "pick" in moved.stdout.lower()  # the plan is drawn as it is carried out


def test_two_agents_share_a_planner_that_is_kept_like_an_agent(
    robots: tuple[Running, DaemonClient],
) -> None:
    _, daemon = robots
    shared = f"mind{os.getpid()}"  # of this user's bus, which other tests use at once
    mind = daemon.create(shared, {"serves": "planning"})
    assert mind.start()["phase"] == "running", mind.logs()
    for name in ("left", "right"):
        told = cli("agent", "module", name, "planning", "--runs", shared)
        assert told.stdout == f"{name}: planning replaced\n", told.stderr
    both = [
        (name, daemon.agent(name).submit("command", {"text": "how many blocks are there?"}))
        for name in ("left", "right")
    ]
    for name, number in both:
        told = daemon.agent(name).result(number)
        assert told["status"] == "answered", told["reply"]
    os.kill(mind.show()["pid"], signal.SIGKILL)  # its service goes with it, and comes back with it
    until(lambda: (s := mind.show())["restarts"] == 1 and s["phase"] == "running", 60)
    told = daemon.agent("left").command("how many bowls are there?")
    assert told["status"] == "answered", told["reply"]
    assert cli("agent", "module", "left", "planning").returncode == 0
    with pytest.raises(CallError, match=r"ConfigError: expected one of perception, .*, got 'soul'"):
        daemon.agent("left").call("module", {"concept": "soul", "module": None})
    daemon.agent("right").call("module", {"concept": "planning", "module": "builtin"})
    mind.destroy(force=True)
    assert daemon.agent("right").command("how many blocks are there?")["status"] == "answered"


def test_a_scene_that_can_t_be_is_told_before_anything_is_made(
    robots: tuple[Running, DaemonClient], tmp_path: Path
) -> None:
    bad = tmp_path / "scene.yaml"
    bad.write_text("objects: [{kind: dragon, position: [0.4, 0.0]}]\n")
    told = cli("agent", "create", "third", "--scene", str(bad))
    assert told.returncode == 2
    assert "dragon" in told.stderr
    _, daemon = robots
    assert "third" not in {a["name"] for a in daemon.list()}
