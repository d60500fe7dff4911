"""Control groups, admission and measuring, on folders like the kernel's and on real processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from llmagentos.daemon.budgets import ControlGroups, Meter, lacks, resident_mb, ticks_of
from llmagentos.daemon.processes import AgentProcess, died_of, members


def _kernel(tmp_path: Path, controllers: str = "cpuset cpu io memory pids") -> tuple[Path, Path]:
    """/proc/self/cgroup and /sys/fs/cgroup as a delegated service has them."""
    own, mounted = tmp_path / "cgroup", tmp_path / "sys"
    own.write_text("0::/user.slice/agents.service\n")
    base = mounted / "user.slice/agents.service"
    base.mkdir(parents=True)
    (base / "cgroup.controllers").write_text(controllers)
    (base / "cgroup.procs").write_text("12\n13\n")
    return own, mounted


def test_a_delegated_group_is_split_into_the_daemon_s_and_agents(tmp_path: Path) -> None:
    own, mounted = _kernel(tmp_path)
    groups = ControlGroups.found(own, mounted)
    assert groups is not None
    base = mounted / "user.slice/agents.service"
    assert (base / "daemon/cgroup.procs").read_text() == "13"  # each written on its own
    assert (base / "cgroup.subtree_control").read_text() == "+memory +cpu"
    groups.put("tidy", 77, 250.0, 0.5)
    group = base / "agent-tidy"
    assert (group / "memory.max").read_text() == "250000000"
    assert (group / "cpu.max").read_text() == "50000 100000"
    assert (group / "cgroup.procs").read_text() == "77"
    assert not groups.ran_out("tidy")
    (group / "memory.events").write_text("low 0\nhigh 0\nmax 3\noom 1\noom_kill 1\n")
    assert groups.ran_out("tidy")
    groups.put("tidy", 78, None, None)
    assert (group / "memory.max").read_text() == "max"
    assert (group / "cpu.max").read_text() == "max 100000"


@pytest.mark.parametrize("controllers", ["", "cpu", "io pids"])
def test_without_memory_and_cpu_there_are_none(tmp_path: Path, controllers: str) -> None:
    assert ControlGroups.found(*_kernel(tmp_path, controllers)) is None


def test_version_one_has_none(tmp_path: Path) -> None:
    own = tmp_path / "cgroup"
    own.write_text("8:pids:/\n4:memory:/x\n")
    assert ControlGroups.found(own, tmp_path) is None
    assert ControlGroups.found(tmp_path / "none", tmp_path) is None


def test_admission_says_what_would_help() -> None:
    there = {"memory_gb": 4.0, "arm": 1.0}
    used = {"a": {"memory_gb": 1.0}, "b": {"memory_gb": 2.2, "arm": 1.0}}
    assert lacks({"memory_gb": 0.8}, there, used) == ""
    assert lacks({"memory_gb": 1.2}, there, used) == (
        "needs 1.2 GB of memory, 0.8 free: stop a (1) or b (2.2)"
    )
    assert lacks({"memory_gb": 3.5}, there, used) == (
        "needs 3.5 GB of memory, 0.8 free: stop a (1) and b (2.2)"
    )
    assert lacks({"memory_gb": 5.0}, there, used) == (
        "needs 5 GB of memory, 0.8 free: there is 4 in all"
    )
    assert lacks({"legs": 2.0}, there, used).startswith("needs 2 legs, and of that nothing")


def test_a_session_is_measured_with_all_that_it_started() -> None:
    code = (
        "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', "
        "'import time; print(1, flush=True); time.sleep(60)']); time.sleep(60)"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code], start_new_session=True, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    child.stdout.read(1)  # what it started says it, and has its own memory by then
    meter = Meter()
    try:
        use = meter.measure([child.pid])[child.pid]
        assert use.processes == 2
        assert use.memory_mb > resident_mb(child.pid) > 1.0
        assert sorted(members(child.pid))[0] == child.pid
    finally:
        process = AgentProcess.of(child.pid)
        process.kill_all()
        child.wait()
        process.bury()
    end = time.monotonic() + 10
    while members(child.pid) and time.monotonic() < end:  # what was killed takes a moment to go
        time.sleep(0.01)
    assert members(child.pid) == []


def test_a_process_is_known_again_by_number_and_time() -> None:
    me = os.getpid()
    ticks = ticks_of(me)
    found = AgentProcess.found(me, ticks)
    assert found is not None
    assert found.alive
    assert AgentProcess.found(me, 1) is None  # the number, but another process
    assert AgentProcess.found(None, None) is None
    assert AgentProcess.found(2**22 + 1, 5) is None


def test_ends_are_told_in_words() -> None:
    assert died_of(-11) == "it was killed by SIGSEGV"
    assert died_of(3) == "it ended with exit code 3"
    assert died_of(None) == "it ended, and nobody saw how"
    assert died_of(-77) == "it was killed by signal 77"
