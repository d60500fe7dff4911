"""Agents of a real daemon, in real processes: life cycle, calls, budgets, access."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from daemon.conftest import ROOT, Running, printing_into

from llmagentos.daemon.client import AgentHandle, DaemonClient
from llmagentos.daemon.keeper import MEMORY_S
from llmagentos.daemon.kept import SILENT_S
from llmagentos.errors import (
    AccessError,
    AdmissionError,
    CallError,
    ConfigError,
    DaemonError,
    LifecycleError,
    NoSuchAgentError,
    QueueFullError,
)

PROGRAM = {"program": "lab.programs:Worker"}


def until(true: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait for something that takes a while."""
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)
    return found


def made(daemon: DaemonClient, name: str = "a", **spec: Any) -> AgentHandle:
    agent = daemon.create(name, {**PROGRAM, **spec})
    assert agent.start()["phase"] == "running"
    return agent


def test_an_agent_lives_and_leaves_nothing(daemon: DaemonClient) -> None:
    agent = daemon.create("a", PROGRAM)
    assert agent.show()["phase"] == "created"
    with pytest.raises(
        LifecycleError, match=r"agent a: expected it to be running to pause, got created"
    ):
        agent.pause()
    assert agent.start()["phase"] == "running"
    assert agent.command("hello")["reply"] == "did: hello"
    with pytest.raises(
        LifecycleError, match=r"agent a: expected it to be .* to destroy, got running"
    ):
        agent.destroy()
    pid = agent.show()["pid"]
    child = agent.call("child")
    assert agent.stop()["phase"] == "stopped"
    assert not Path(f"/proc/{pid}").exists()
    until(lambda: not Path(f"/proc/{child}").exists())  # what it started is gone with it
    with pytest.raises(
        LifecycleError, match=r"expected it to run to take a call, got stopped.*agent start a"
    ):
        agent.command("hello")
    folder = Path(agent.show()["folder"])
    assert folder.exists()
    assert agent.destroy()["phase"] == "destroyed"
    assert not folder.exists()
    assert daemon.list() == []
    with pytest.raises(NoSuchAgentError, match=r"expected an agent of none, got 'a'"):
        agent.start()


def test_what_can_t_be_is_refused_by_name(daemon: DaemonClient) -> None:
    with pytest.raises(ConfigError, match=r"expected an agent's name of small letters"):
        daemon.create("../evil", PROGRAM)
    with pytest.raises(
        ConfigError, match=r"specification: expected a field of .*budgets.*, got 'colour'"
    ):
        daemon.create("a", {"colour": "red"})
    with pytest.raises(ConfigError, match=r"budgets.memory_mb: expected greater than 0, got -1"):
        daemon.create("a", {"budgets": {"memory_mb": -1}})
    with pytest.raises(ConfigError, match=r"program: expected package.module:Class, got 'mine'"):
        daemon.create("a", {"program": "mine"})
    with pytest.raises(ConfigError, match=r"persona.examples.0.say: expected words, got"):
        daemon.create("a", {"persona": {"examples": [{"say": "?!", "mean": "go home"}]}})
    with pytest.raises(
        ConfigError, match=r"persona.role: expected text without control characters"
    ):
        daemon.create("a", {"persona": {"role": "a bell\x07"}})
    daemon.create("a", PROGRAM)
    with pytest.raises(NoSuchAgentError, match=r"expected a new name, got 'a'"):
        daemon.create("a", PROGRAM)
    with pytest.raises(DaemonError, match=r"expected one of status, .*, got 'dance'"):
        daemon.ask("dance")
    with pytest.raises(DaemonError, match=r"expected arguments that show takes"):
        daemon.ask("show", name="a", loud=True)
    assert daemon.agent("a").show()["phase"] == "created"  # and the connection goes on


@pytest.mark.parametrize(
    ("program", "phase", "why"),
    [
        ("lab.programs:Nothing", "failed", "ConfigError: expected 'Nothing' in lab.programs"),
        ("lab.programs:Broken", "failed", "the camera is not there; 2 deaths within 60 s"),
        ("lab.programs:Dying", "failed", r"run\(\) raised RuntimeError: out of paper; 2 deaths"),
    ],
)
def test_an_agent_that_can_t_live_is_given_up_in_words(
    daemon: DaemonClient, program: str, phase: str, why: str
) -> None:
    agent = daemon.create("a", {"program": program, "restart": {"most": 1}})
    agent.start(wait=False)
    found = until(lambda: (s := agent.show())["phase"] == "failed" and s)
    import re

    assert found["phase"] == phase
    assert re.search(why, found["why"]), found["why"]
    agent.destroy()


def test_a_program_that_comes_to_its_end_is_not_begun_again(daemon: DaemonClient) -> None:
    agent = daemon.create("a", {**PROGRAM, "options": {"runs_s": 0.1}})
    agent.start(wait=False)
    until(lambda: agent.show()["phase"] == "ended")
    assert agent.show()["why"] == "run() has come to its end"
    assert agent.start(wait=False)["phase"] == "starting"


def test_a_run_that_wants_a_task_is_asked_for_each(daemon: DaemonClient) -> None:
    agent = daemon.create("a", {"program": "lab.programs:Tasks"})
    assert agent.start()["phase"] == "running"
    assert agent.command("the dishes") == "did the dishes"
    assert agent.call("run", {"task": "the floor", "stream": True}) == "did the floor"
    assert agent.show()["phase"] == "running"


def test_a_death_is_noticed_and_the_next_process_takes_the_calls_that_had_not_begun(
    daemon: DaemonClient, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    agent = made(daemon, options={"log": str(log)})
    slow = agent.submit("add", {"mark": "one", "slow_s": 60})
    waits = agent.submit("add", {"mark": "two"})
    until(lambda: log.exists())
    os.kill(agent.show()["pid"], signal.SIGKILL)
    with pytest.raises(CallError, match=r"lost: .*died while it was at it: .*is not done again"):
        agent.result(slow)
    assert agent.result(waits) == "two"
    assert agent.show()["restarts"] == 1
    assert log.read_text().split() == ["one", "two"]


def test_a_process_that_hangs_is_killed_and_begun_again(daemon: DaemonClient) -> None:
    agent = made(daemon)
    pid = agent.call("pid")
    lost = agent.submit("hang")
    with pytest.raises(CallError, match=r"lost"):
        agent.result(lost)
    assert agent.call("pid") != pid


def test_calls_that_fail_say_why_at_once(daemon: DaemonClient) -> None:
    agent = made(daemon)
    with pytest.raises(CallError, match=r"call \d+ \(fail\) failed: ValueError: no such screw"):
        agent.call("fail")
    with pytest.raises(CallError, match=r"expected one of add, .*, got 'dance'"):
        agent.call("dance")
    with pytest.raises(CallError, match=r"failed: TypeError"):
        agent.call("add", {"loud": 1})
    with pytest.raises(CallError, match=r"failed: expected a result of at most \d+ bytes, got"):
        agent.call("long", {"size": 2_000_000})
    assert agent.call("add", {"mark": "still there"}) == "still there"


def test_who_waits_for_an_agent_that_ends_is_told(daemon: DaemonClient) -> None:
    agent = made(daemon, options={"runs_s": 1.0})
    agent.submit("steps", {"count": 10_000})
    waits = agent.submit("add", {"mark": "never"})
    with pytest.raises(
        CallError, match=r"cancelled: the agent is ended: run\(\) has come to its end"
    ):
        agent.result(waits)
    other = made(daemon, "other", restart={"policy": "never"})
    other.submit("steps", {"count": 10_000})
    waits = other.submit("add", {"mark": "never"})
    os.kill(other.show()["pid"], signal.SIGKILL)
    with pytest.raises(
        CallError, match=r"cancelled: the agent is failed: it was killed by SIGKILL"
    ):
        other.result(waits)


def test_an_urgent_call_comes_first_at_the_next_safe_point(daemon: DaemonClient) -> None:
    agent = made(daemon)
    low = agent.submit("steps", {"count": 100}, priority=10)
    until(lambda: daemon.ask("result", number=low, wait=False)["state"] == "begun")
    assert agent.call("add", {"mark": "urgent"}, priority=100) == "urgent"
    assert daemon.ask("result", number=low, wait=False)["state"] == "begun"
    assert agent.result(low) == 100
    report = daemon.ask("result", number=low)["report"]
    assert (report["preempted"], report["state"]) == (1, "done")
    assert (
        report["turnaround_s"]
        >= report["running_s"] + report["queued_s"]
        > report["running_s"]
        > 2.0
    )


def test_deadlines_cancels_keys_and_full_queues(daemon: DaemonClient, tmp_path: Path) -> None:
    log = tmp_path / "log"
    agent = made(daemon, options={"log": str(log)}, queue=3)
    busy = agent.submit("steps", {"count": 10_000})
    until(lambda: daemon.ask("result", number=busy, wait=False)["state"] == "begun")
    with pytest.raises(CallError, match=r"expired: too late"):
        agent.call("add", {"mark": "late"}, deadline_s=0.05)
    once = agent.submit("add", {"mark": "once"}, key="k1")
    assert agent.submit("add", {"mark": "once"}, key="k1") == once
    dropped = agent.submit("add", {"mark": "dropped"})
    agent.submit("add", {"mark": "third"})
    with pytest.raises(QueueFullError, match=r"expected fewer than 3 calls in line, got 3"):
        agent.submit("add", {"mark": "fourth"})
    agent.cancel(dropped)
    with pytest.raises(CallError, match=r"cancelled: .* cancelled it"):
        agent.result(dropped)
    agent.cancel(busy)
    with pytest.raises(CallError, match=r"cancelled"):
        agent.result(busy)
    assert agent.result(once) == "once"
    until(lambda: log.read_text().split() == ["once", "third"])


def test_a_deadline_holds_for_an_agent_that_hangs(daemon: DaemonClient) -> None:
    agent = made(daemon)
    pid = agent.show()["pid"]
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(
            CallError, match=r"expired: too late: its deadline passed before it began"
        ):
            agent.call("add", {"mark": "late"}, deadline_s=0.5)
        assert agent.show()["pid"] == pid  # told before the process was found to hang
    finally:
        os.kill(pid, signal.SIGCONT)
    assert agent.call("add", {"mark": "again"}) == "again"


def test_a_key_stands_for_one_call(daemon: DaemonClient) -> None:
    agent = made(daemon)
    assert agent.call("add", {"mark": "a"}, key="k2") == "a"
    assert agent.call("add", {"mark": "a"}, key="k2") == "a"
    with pytest.raises(DaemonError, match=r"expected the same call for the key 'k2' as before"):
        agent.call("add", {"mark": "b"}, key="k2")


def test_agents_are_not_blamed_for_a_daemon_that_stood_still(running: Running) -> None:
    daemon = running.start()
    agent = made(daemon)
    assert running.process is not None
    running.process.send_signal(signal.SIGSTOP)
    time.sleep(SILENT_S + 1.0)
    running.process.send_signal(signal.SIGCONT)
    assert agent.call("add", {"mark": "well"}) == "well"
    time.sleep(1.0)
    assert agent.show()["restarts"] == 0


def test_pause_holds_and_survives_both_deaths(running: Running) -> None:
    agent = made(running.start())
    assert agent.pause()["phase"] == "paused"
    waits = agent.submit("add", {"mark": "later"})
    os.kill(agent.show()["pid"], signal.SIGKILL)
    until(lambda: (s := agent.show())["restarts"] == 1 and s["phase"] == "paused")
    running.kill()
    agent = running.start().agent("a")
    found = until(lambda: (s := agent.show())["phase"] == "paused" and s)
    assert found["calls"][0]["state"] == "queued"
    assert agent.resume()["phase"] == "running"
    assert agent.result(waits) == "later"


def test_the_next_daemon_finds_its_agents_at_work(running: Running, tmp_path: Path) -> None:
    log = tmp_path / "log"
    agent = made(running.start(), options={"log": str(log)})
    pid, call = agent.show()["pid"], agent.submit("add", {"mark": "through", "slow_s": 1.0})
    after = agent.submit("add", {"mark": "after"})
    until(lambda: log.exists())
    running.kill()
    agent = running.start().agent("a")
    assert agent.result(call) == "through"
    assert agent.result(after) == "after"
    assert (agent.show()["pid"], agent.show()["restarts"]) == (pid, 0)
    assert log.read_text().split() == ["through", "after"]


def test_an_ended_daemon_ends_its_agents_and_the_next_one_begins_them(running: Running) -> None:
    agent = made(running.start())
    other = made(running.client(), "b")
    other.stop()
    busy = agent.submit("steps", {"count": 10_000})
    waits = agent.submit("add", {"mark": "later"})
    until(lambda: agent.show()["calls"][0]["state"] == "begun")
    running.end()
    assert running.workers() == []
    daemon = running.start()
    with pytest.raises(CallError, match=r"cancelled"):
        daemon.agent("a").result(busy)
    assert daemon.agent("a").result(waits) == "later"  # it had not begun
    until(lambda: daemon.agent("a").show()["phase"] == "running")
    assert daemon.agent("b").show()["phase"] == "stopped"
    assert daemon.agent(agent.name).call("add", {"mark": "again"}) == "again"


def test_one_daemon_a_folder(running: Running) -> None:
    running.start()
    argv = [sys.executable, "-m", "llmagentos", "serve", "--folder", str(running.folder / "state")]
    other = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert other.returncode != 0
    assert "expected the only daemon" in other.stderr


# --- budgets ----------------------------------------------------------------------------------------


def test_over_its_memory_an_agent_is_stopped_in_words_and_harms_no_other(
    daemon: DaemonClient,
) -> None:
    other = made(daemon, "other")
    agent = made(daemon, budgets={"memory_mb": 150})
    agent.submit("eat", {"mb": 200})
    found = until(lambda: (s := agent.show())["phase"] == "failed" and s)
    assert "over its budget: it used" in found["why"]
    assert "of 150 MB of memory" in found["why"]
    assert other.call("add", {"mark": "well"}) == "well"
    assert MEMORY_S <= 0.5


def test_over_its_cores_an_agent_is_stopped_in_words(daemon: DaemonClient) -> None:
    agent = made(daemon, budgets={"cores": 0.05})
    agent.submit("burn")
    found = until(lambda: (s := agent.show())["phase"] == "failed" and s, 60)
    assert "of 0.05 cores for 10 s" in found["why"]


def test_what_is_not_there_is_refused_with_a_way_out(daemon: DaemonClient) -> None:
    with pytest.raises(AdmissionError, match=r"agent a needs 3 gpu_gb, 2 free: there is 2 in all"):
        daemon.create("a", {**PROGRAM, "budgets": {"needs": {"gpu_gb": 3}}})
    with pytest.raises(AdmissionError, match=r"needs 1 wheels, and of that nothing was declared"):
        daemon.create("a", {**PROGRAM, "budgets": {"needs": {"wheels": 1}}})
    first = made(daemon, "first", budgets={"needs": {"arm": 1}})
    second = daemon.create("second", {**PROGRAM, "budgets": {"needs": {"arm": 1}}})
    with pytest.raises(AdmissionError, match=r"agent second needs 1 arm, 0 free: stop first \(1\)"):
        second.start()
    first.stop()
    assert second.start()["phase"] == "running"
    with pytest.raises(AdmissionError, match=r"GB of memory"):
        daemon.create("huge", {**PROGRAM, "budgets": {"memory_mb": 9e9}}).start()
    assert daemon.status()["used"] == {"arm": 1.0}


def test_a_log_is_turned_over(daemon: DaemonClient, monkeypatch: pytest.MonkeyPatch) -> None:
    agent = made(daemon)
    for _ in range(3):
        agent.call("say", {"lines": 30_000})
        time.sleep(0.2)
    folder = Path(agent.show()["folder"])
    until(lambda: (folder / "log.1").exists())
    assert (folder / "log").stat().st_size < 8_000_000
    agent.call("say", {"lines": 3})
    assert agent.logs(3)[-1].startswith("line 2 ")


def test_a_stop_that_takes_long_is_no_answer_to_the_reset_after_it(
    daemon: DaemonClient, tmp_path: Path
) -> None:
    spec = {"program": "lab.programs:SlowToStop", "options": {"folder": str(tmp_path)}}
    agent = daemon.create("a", spec)
    agent.start()
    with ThreadPoolExecutor(1) as beside:
        halted = beside.submit(daemon.halt)
        try:
            until((tmp_path / "told").exists)
            assert agent.reset() == {"reset": True, "words": "ready for a new command"}
        finally:
            (tmp_path / "let").touch()
        assert halted.result(60)["a"] == {"words": "halt() was called"}


# --- who asks -----------------------------------------------------------------------------------------


def test_roles_say_who_may_what(daemon: DaemonClient, lasting: Running) -> None:
    agent = made(daemon)
    token = daemon.ask("grant", name="ada", role="viewer")["token"]
    ada = lasting.client(token)
    assert ada.agent("a").show()["phase"] == "running"
    with pytest.raises(AccessError, match=r"ada is viewer and may not call: that takes operator"):
        ada.agent("a").command("hello")
    assert "a" in ada.halt()  # everybody may stop an arm
    bob = lasting.client(daemon.ask("grant", name="bob", role="operator")["token"])
    assert bob.agent("a").command("hello")["reply"] == "did: hello"
    with pytest.raises(AccessError, match=r"bob is operator and may not destroy"):
        bob.agent("a").destroy(force=True)
    assert [{k: i[k] for k in ("name", "role")} for i in daemon.ask("identities")] == [
        {"name": "ada", "role": "viewer"}, {"name": "bob", "role": "operator"},
    ]  # fmt: skip
    with pytest.raises(ConfigError, match=r"expected a name of 1 to 64 letters"):
        daemon.ask("grant", name="", role="viewer")
    daemon.ask("revoke", name="bob")
    with pytest.raises(AccessError, match=r"unknown or revoked"):
        bob.agent("a").command("hello")
    daemon.ask("revoke", name="ada")
    assert [c["who"] for c in agent.show()["calls"]][-1] == "bob"
    raw = (lasting.folder / "state/state.sqlite").read_bytes()
    assert token.encode() not in raw  # kept hashed


def test_who_asked_for_what_is_in_the_audit_record(daemon: DaemonClient, lasting: Running) -> None:
    made(daemon)
    ada = lasting.client(daemon.ask("grant", name="ada", role="viewer")["token"])
    with pytest.raises(AccessError):
        ada.agent("a").stop()

    def rows() -> str:
        return cli("audit", "show", "--json").stdout

    until(lambda: "ada is viewer and may not stop" in rows())
    told = [json.loads(line) for line in rows().splitlines()]
    asked = [row["facts"] for row in told if row["kind"] == "call"]
    assert {"create", "start", "grant"} <= {
        row["verb"] for row in asked if row["about"] in ("a", "")
    }
    assert cli("audit", "verify").returncode == 0


def test_an_agent_may_what_its_specification_permits(daemon: DaemonClient) -> None:
    other = made(daemon, "other")
    agent = made(daemon, "asker", permissions={"calls": ["other"]})
    alone = made(daemon, "alone")
    assert agent.call("call_other", {"name": "other", "text": "hi"})["reply"] == "did: hi"
    assert other.show()["calls"][-1]["who"] == "agent asker"
    for name, verb in (("other", "stop"), ("other", "destroy"), ("alone", "show"), ("x", "grant")):
        with pytest.raises(CallError, match=r"AccessError: agent asker may not"):
            agent.call("ask_for", {"name": name, "verb": verb})
    assert agent.call("ask_for", {"name": "asker", "verb": "show"})["phase"] == "running"
    with pytest.raises(CallError, match=r"AccessError: agent alone may not call other"):
        alone.call("call_other", {"name": "other", "text": "hi"})


def test_an_agent_s_files_are_its_own_within_its_quota(
    daemon: DaemonClient, lasting: Running
) -> None:
    agent = made(
        daemon, "writer", budgets={"disk_mb": 0.5}, permissions={"read": ["other/shared/*"]}
    )
    made(daemon, "other")
    assert agent.call("keep", {"name": "self/notes.txt", "text": "the key"}) == "the key"
    with pytest.raises(CallError, match=r"PermissionRefusedError"):
        agent.call("keep", {"name": "other/notes.txt", "text": "the key"})
    with pytest.raises(CallError, match=r"FileError: .*free"):
        agent.call("keep", {"name": "self/large", "text": "x" * 600_000})
    assert list((lasting.folder / "state/files/writer").rglob("notes.txt"))
    agent.destroy(force=True)
    assert not (lasting.folder / "state/files/writer").exists()


# --- command line ---------------------------------------------------------------------------------------


def cli(*words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
    return subprocess.run(
        [sys.executable, "-m", "llmagentos", *words],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_command_line_does_all_of_it(daemon: DaemonClient, tmp_path: Path) -> None:
    spec = tmp_path / "agent.yaml"
    spec.write_text("program: lab.programs:Worker\nbudgets: {memory_mb: 500}\n")
    assert "running" in cli("agent", "create", "a", "--spec", str(spec), "--start").stdout
    done = cli("agent", "command", "a", "tidy up", "--priority", "high")
    assert (done.returncode, done.stdout.strip()) == (0, "succeeded  did: tidy up")
    told = json.loads(cli("agent", "command", "a", "tidy up", "--json").stdout)
    assert told == {"status": "succeeded", "reply": "did: tidy up"}
    assert json.loads(cli("agent", "call", "a", "add", "mark=7").stdout) == 7
    assert "expected NAME=VALUE, got 'seven'" in cli("agent", "call", "a", "add", "seven").stderr
    assert "persona:" in cli("agent", "spec").stdout
    assert json.loads(cli("agent", "list", "--json").stdout)[0]["phase"] == "running"
    assert "did: tidy up" in cli("agent", "calls").stdout
    assert "500" in cli("agent", "top", "--once").stdout
    assert "paused" in cli("agent", "pause", "a").stdout
    assert "running" in cli("agent", "resume", "a").stdout
    assert "a: halt() was called" in cli("agent", "halt").stdout
    assert "stopped" in cli("agent", "stop", "a").stdout
    refused = cli("agent", "pause", "a")
    assert refused.returncode == 1
    assert "agent a: expected it to be running to pause, got stopped" in refused.stderr
    assert "destroyed" in cli("agent", "destroy", "a").stdout


def test_without_a_daemon_a_sentence_says_what_to_do(running: Running) -> None:
    told = cli("agent", "list")
    assert told.returncode == 1
    assert "`llmagentos serve` starts it" in told.stderr


def test_nothing_is_left_when_all_is_over(running: Running) -> None:
    made(running.start())
    running.end()
    assert printing_into(running.folder) == []
