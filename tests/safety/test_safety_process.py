"""The supervisor as a process: killed, frozen, flooded; and its holder killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from lab.arms import PANDA, FakeArm

from llmagentos.errors import ConfigError, DriverError, StoppedError
from llmagentos.safety import wire
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.gated_driver import GatedDriver
from llmagentos.safety.keeper import Keeper
from llmagentos.safety.link import RemoteSupervisor, SupervisorProcess
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
from llmagentos.safety.signals import Acquire, Changed, Granted, Measured, Ramp
from llmagentos.safety.states import Mode
from llmagentos.safety.stopping import latched as refusal
from llmagentos.safety.stopping import reset_after_stop
from llmagentos.safety.supervising import supervisor_for


class WallArm(FakeArm):
    """One whose periods take their time."""

    def advance(self) -> None:
        time.sleep(self.control_period_s)
        super().advance()


class Rig:
    def __init__(self) -> None:
        self.arm = WallArm(PANDA)
        self.supervisor = SupervisorProcess()
        self.permit = Permit(self.supervisor, "test", lambda: "a cube")
        self.driver = GatedDriver(self.arm, MotionGate.of(PANDA, "sim"), self.permit)
        self.keeper = Keeper(self.driver, self.supervisor)

    def begin(self) -> None:
        assert self.supervisor.arm("Ada") == ""
        until(self.goes)

    def goes(self) -> bool:
        """Whether the arm is under way; a computer that is so busy that the lease runs out meanwhile
        is asked once more."""
        try:
            self.permit.begin()
            self.go(10)
        except StoppedError:
            reset_after_stop(self.supervisor, "Ada")
            return False
        return True

    def go(self, periods: int) -> None:
        for _ in range(periods):
            q = self.arm.positions
            self.driver.send_joint_positions((q[0] + 0.002, *q[1:]))
            self.driver.advance()

    def close(self) -> None:
        self.keeper.close()
        self.supervisor.close()


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig()
    yield made
    made.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait for it, as long as a busy computer takes."""
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def at_rest(rig: Rig) -> bool:
    """Whether the arm stands: nothing is sent any more, and the last command was one to stay."""
    sent = len(rig.arm.sent)
    time.sleep(0.05)
    return len(rig.arm.sent) == sent and rig.driver.rests


def latched(supervisor: RemoteSupervisor) -> bool:
    """Stopped; or in fault, where a computer was so busy that it measured no rest in time."""
    return supervisor.mode in (Mode.STOPPED, Mode.FAULT)


def test_a_stop_through_the_process_and_a_reset(rig: Rig) -> None:
    rig.begin()
    assert rig.supervisor.mode is Mode.MOVING
    answers = [rig.supervisor.stop("key", "too close")]
    until(lambda: answers[-1].at_rest or bool(answers.append(rig.supervisor.stop("key"))))
    assert answers[-1].holding == "a cube"
    until(lambda: latched(rig.supervisor))
    with pytest.raises(StoppedError, match="key: too close"):
        rig.go(1)
    until(lambda: rig.supervisor.stop("key").at_rest and rig.supervisor.reset("Ada") == "")
    rig.supervisor.arm("Ada")
    rig.permit.begin()
    rig.go(2)
    rig.permit.pause()
    rig.go(2)
    rig.permit.end()
    assert rig.supervisor.mode is Mode.ARMED


def test_a_supervisor_that_is_killed_leaves_an_arm_at_rest_and_comes_back_locked(rig: Rig) -> None:
    rig.begin()
    told: list[str] = []
    rig.supervisor.subscribe(
        lambda a: told.append(a.why) if isinstance(a, Ramp | Changed) else None
    )
    rig.supervisor.process.kill()
    with pytest.raises(StoppedError):
        rig.go(2000)
    until(lambda: at_rest(rig))
    until(lambda: rig.supervisor.mode is Mode.LOCKED)
    # Who stopped it and what was measured is known, though the one that knew is gone.
    assert "the supervisor's process has ended" in told
    assert any("at rest" in why for why in told)
    assert rig.supervisor.why == "the supervisor's process has ended"
    assert "I am locked (the supervisor's process has ended)" in refusal(rig.supervisor)
    rig.permit.begin()
    with pytest.raises(StoppedError, match="locked"):
        rig.go(1)
    assert reset_after_stop(rig.supervisor, "Ada") == ""
    assert rig.supervisor.mode is Mode.ARMED and not rig.supervisor.why
    rig.permit.begin()
    rig.go(10)


def test_a_supervisor_that_is_frozen_leaves_an_arm_at_rest_and_latched(rig: Rig) -> None:
    rig.begin()
    os.kill(rig.supervisor.process.pid, signal.SIGSTOP)
    try:
        with pytest.raises(StoppedError):
            rig.go(2000)
        until(lambda: at_rest(rig))
        assert "does not answer" in rig.supervisor.why
        # Whoever asks now hears what was measured, too.
        keeps = Keeper(rig.driver, rig.supervisor)
        until(lambda: rig.supervisor.stop("key").at_rest)
        keeps.close()
    finally:
        os.kill(rig.supervisor.process.pid, signal.SIGCONT)
    until(lambda: latched(rig.supervisor))


def test_a_holder_that_hangs_in_motion_is_braked_for(rig: Rig) -> None:
    """Nobody commands and nobody lets time pass: the keeper does, and rest is measured."""
    rig.begin()
    assert not rig.driver.rests
    until(lambda: latched(rig.supervisor))
    assert "not renewed" in rig.supervisor.why
    until(lambda: at_rest(rig))


_HOLDER = """
import sys, time
from pathlib import Path
from llmagentos.safety.link import RemoteSupervisor
from llmagentos.safety.permit import Permit
from llmagentos.safety.runner import Supervisor
permit = Permit(RemoteSupervisor(Path(sys.argv[1])), "other")
permit.begin("goal")
assert permit.refusal() == ""
print("holds", flush=True)
while True:
    permit.renew()
    time.sleep(0.02)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_holder_that_is_killed_or_frozen_loses_the_lease(how: int, rig: Rig) -> None:
    supervisor = rig.supervisor
    supervisor.arm("Ada")
    command = [sys.executable, "-c", _HOLDER, str(supervisor.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "holds\n"
        assert supervisor.may_move(1)
        holder.send_signal(how)
        until(lambda: not supervisor.may_move(1))
        until(lambda: latched(supervisor))
        assert "other" in supervisor.why
        holder.kill()


def test_floods_and_rubbish_do_not_keep_a_stop_away(rig: Rig) -> None:
    flooder, rubbish = (RemoteSupervisor(rig.supervisor.folder) for _ in range(2))
    rig.begin()
    for i in range(300):
        flooder.post(Acquire("flood", f"goal-{i}"))
        rubbish._socket.send(b"[rubbish")
    until(lambda: rig.supervisor.stop("key").at_rest)
    assert not any(isinstance(a, Granted) for a in flooder.tell(Acquire("flood", "one more")))
    flooder.close()
    rubbish.close()


def test_a_client_whose_supervisor_is_nowhere(rig: Rig) -> None:
    rig.supervisor.folder.joinpath("supervisor.sock").unlink()
    with pytest.raises(DriverError, match=r"expected a supervisor in .*, got"):
        RemoteSupervisor(rig.supervisor.folder, wait_s=0.0)
    assert wire.read(wire.write(0, Measured((0.0,))))[0] == 0


def test_one_switch_says_where_it_runs() -> None:
    with pytest.raises(ConfigError, match="expected a supervisor in a thread or process, got 'x'"):
        supervisor_for("x")
    for place, kind in (("thread", Supervisor), ("process", SupervisorProcess)):
        supervisor = supervisor_for(place)
        assert isinstance(supervisor, kind) and supervisor.by_the_wall
        assert supervisor.mode is Mode.ARMED
        supervisor.close()
    assert not supervisor_for("thread", lambda: 0.0).by_the_wall
