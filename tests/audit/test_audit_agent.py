"""A command's rows are there before it moves, and a robot that needs them stays where it is."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmagentos.agent import Agent
from llmagentos.audit import AuditLog, rows_of, verify
from llmagentos.audit.database import Database
from llmagentos.audit.trail import AuditTrail, Untraced
from llmagentos.cli.main import main
from llmagentos.config import AgentConfig
from llmagentos.errors import GateRejection
from llmagentos.events import ActionStarted, Event
from llmagentos.from_config import audit
from llmagentos.robots import load
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.signals import Stop
from llmagentos.types import Action, Pose, RobotState

COMMAND = "put the red block in the blue bowl"


@pytest.fixture(scope="module")
def agent() -> Iterator[Agent]:
    with Agent.in_simulation("demo", seed=3) as made:
        yield made


@pytest.fixture
def audited(agent: Agent, tmp_path: Path) -> Iterator[Agent]:
    agent.audit = AuditTrail(AuditLog(tmp_path), "python", "anna")
    yield agent
    agent.audit.close()
    agent.audit = Untraced()


def _joints(agent: Agent) -> Any:
    assert agent.robot is not None
    return agent.robot.observe().robot


def _full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Database, "append", full)


def test_every_row_is_on_the_disk_before_what_it_tells_begins(
    audited: Agent, tmp_path: Path
) -> None:
    audited.reset(seed=3)
    robot: Any = audited.robot
    kept_at_motion: list[list[str]] = []
    begun = 0

    def look() -> None:
        """After the first period of control in which something was sent."""
        if robot.first_motion_at is not None and not kept_at_motion:
            kept_at_motion.append([r.content["kind"] for r in rows_of(tmp_path)])

    def count(event: Event) -> None:
        nonlocal begun
        begun += isinstance(event, ActionStarted)

    robot.driver.observers.append(look)
    end = audited.events.subscribe(count)
    result = audited.command(COMMAND)
    end()
    robot.driver.observers.remove(look)
    assert result.status == "succeeded"
    assert kept_at_motion == [["began", "asked", "understood", "allowed", "acting"]]
    rows = [r.content for r in rows_of(tmp_path)]
    assert [r["kind"] for r in rows].count("acting") == begun
    asked, done = rows[1], rows[-1]
    assert asked["facts"] == {"text": COMMAND, "origin": "python", "user": "anna"}
    assert rows[2]["facts"]["plan"] == result.plan
    assert done["kind"] == "done" and done["facts"]["status"] == "succeeded"
    assert {r["command"] for r in rows[1:]} == {asked["command"]} and asked["command"]
    assert not verify(tmp_path).problems


def test_what_is_refused_is_a_row(audited: Agent, tmp_path: Path) -> None:
    result = audited.command("stab the duck with the knife")
    kinds = [r.content["kind"] for r in rows_of(tmp_path)]
    assert result.status in ("refused", "cannot", "question") and "acting" not in kinds
    assert kinds[-1] == "done" and ("refused" in kinds) == (result.status != "question")


@pytest.mark.parametrize("needed", [True, False])
def test_a_full_disk_keeps_a_robot_still_and_a_simulation_going(
    audited: Agent, tmp_path: Path, needed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited.reset(seed=3)
    before = _joints(audited)
    audited.audit = AuditTrail(AuditLog(tmp_path, needed))
    with monkeypatch.context() as patched:
        _full(patched)
        result = audited.command(COMMAND)
    assert (result.status == "succeeded") is not needed
    if needed:
        assert "the audit record can't be kept" in result.reply and "disk is full" in result.reply
        assert _joints(audited).positions == before.positions
    else:
        audited.audit.end(result, wall_s=0.0)  # type: ignore[arg-type]
        assert "missed" in [r.content["kind"] for r in rows_of(tmp_path)]


def test_a_disk_that_fills_before_the_second_action_ends_the_command(
    audited: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited.reset(seed=3)
    audited.audit = AuditTrail(AuditLog(tmp_path, needed=True))
    started = 0

    def fill(event: Event) -> None:
        nonlocal started
        started += isinstance(event, ActionStarted)
        if started == 2:
            _full(monkeypatch)

    end = audited.events.subscribe(fill)
    result = audited.command(COMMAND)
    end()
    monkeypatch.undo()
    assert (result.status, started) == ("failed", 2)
    assert "I don't move" in result.reply
    assert result.held is not None  # what was grasped before is still held
    audited.reset(seed=3)


def test_what_stops_an_arm_is_recorded_with_what_was_measured(tmp_path: Path) -> None:
    trail = AuditTrail(AuditLog(tmp_path), "chat", "anna")
    with Agent.in_simulation("demo", seed=3, audit=trail) as made:
        robot: Any = made.robot

        def stop() -> None:
            if robot.first_motion_at is not None:
                robot.supervisor.post(Stop("anna-1", "chat", "she said so"))
                robot.driver.observers.remove(stop)

        robot.driver.observers.append(stop)
        assert made.command(COMMAND).status == "failed"
    rows = [r.content for r in rows_of(tmp_path)]
    stopped = next(r["facts"] for r in rows if r["kind"] == "stopped")
    assert stopped["asker"] == "anna-1" and stopped["at_rest"] and stopped["after_ms"] >= 0
    states = [r["facts"]["after"] for r in rows if r["kind"] == "state"]
    assert "stopping" in states and "stopped" in states
    assert "plan checks" in {r["facts"].get("by") for r in rows if r["kind"] == "allowed"}
    assert not verify(tmp_path).problems


def test_what_the_gate_refuses_is_recorded(tmp_path: Path) -> None:
    trail = AuditTrail(AuditLog(tmp_path))
    gate = MotionGate.of(load("panda"))
    gate.audit = trail
    for _ in range(5):
        with pytest.raises(GateRejection):
            gate.check((math.nan,) * 7, RobotState((0.0,) * 7, (0.0,) * 7, 0.0, 0.0), 1 / 60)
    trail.close()
    rows = [r.content["facts"] for r in rows_of(tmp_path) if r.content["kind"] == "refused"]
    assert [(r["rule"], r["times"]) for r in rows] == [("not finite", n) for n in (1, 2, 4)]


def test_an_action_and_a_step_without_a_sentence_are_recorded(
    audited: Agent, tmp_path: Path
) -> None:
    audited.perform(Action("reach", pose=Pose((0.45, 0.0, 0.3))))
    audited.step(Action("home"))
    rows = [r.content for r in rows_of(tmp_path)]
    acting = [r["facts"]["action"]["name"] for r in rows if r["kind"] == "acting"]
    assert acting == ["reach", "home"]


def test_who_keeps_what_is_the_configurations(tmp_path: Path) -> None:
    off = AgentConfig.of({"audit": {"keep": False}})
    assert type(audit(off, "cli", needed=True)) is Untraced
    kept = audit(AgentConfig.of({"audit": {"folder": str(tmp_path)}}), "cli", needed=True)
    assert isinstance(kept, AuditTrail) and kept.log.needed and kept.origin == "cli"
    said = audit(AgentConfig.of({"audit": {"needed": False}}), "cli", needed=True)
    assert isinstance(said, AuditTrail) and not said.log.needed


def _said(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["audit", *arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out + err


def test_the_commands_show_verify_and_accept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert "nothing is recorded yet" in _said(["show"], capsys)[1]
    log = AuditLog()
    for number in range(5):
        log.write("asked", text=f"[red]command {number}", user="anna")
    log.close()
    code, told = _said(["show", "--last", "2"], capsys)
    assert code == 0 and "[red]command 4" in told and "command 2" not in told
    _, told = _said(["show", "--json", "--since", "1h"], capsys)
    assert [json.loads(line)["seq"] for line in told.splitlines()] == [1, 2, 3, 4, 5, 6]
    assert _said(["show", "--since", "2999-01-01"], capsys) == (0, "")
    code, told = _said(["show", "--since", "yesterday"], capsys)
    assert code == 2 and "expected a time as 2026-11-30" in told
    code, told = _said(["verify"], capsys)
    noted = told.split()[-1]
    assert code == 0 and "the chain is whole" in told and len(noted) == 64
    assert _said(["verify", "--expect", noted], capsys)[0] == 0
    assert _said(["verify", "--expect", "0123"], capsys)[0] == 1
    assert "nothing was set aside" in _said(["accept"], capsys)[1]
    (log.folder.path / "000001.db").write_bytes(b"garbage" * 1000)
    assert _said(["verify"], capsys)[0] == 1
    log.write("asked", text="after")
    log.close()
    assert "accepted: 000001.db.unreadable" in _said(["accept"], capsys)[1]
    assert log.folder.unaccepted == ""
