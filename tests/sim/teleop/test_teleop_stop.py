"""A stop while an arm is moved by hand: the key, and what happens until it is reset."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from llmagentos.runtime.sessions import FOLDER_VARIABLE
from llmagentos.safety.states import Mode
from llmagentos.safety.stopping import StoppableSession
from llmagentos.safety.supervising import THREAD, supervisor_for
from sim.scene import SceneSpec
from sim.teleop.acts import KEYS, Act, Grip, Mark, Move, Safety, TeleopSource, parse
from sim.teleop.arm import TeleopArm
from sim.teleop.session import Told, record
from sim.world import SimWorld


@pytest.fixture
def world() -> Iterator[SimWorld]:
    made = SimWorld(SceneSpec(), renderer="tiny")
    yield made
    made.close()


@pytest.fixture
def safety(
    world: SimWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[StoppableSession]:
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "sessions"))
    with StoppableSession("teleop", supervisor_for(THREAD, lambda: world.now_s)) as session:
        yield session


def test_a_stopped_arm_brakes_and_takes_nothing_until_it_begins_anew(
    world: SimWorld, safety: StoppableSession
) -> None:
    arm = TeleopArm(world, world.robot.spec, supervisor=safety.supervisor)
    assert arm.move(Move(0.05, 0.0, -0.05))
    for _ in range(20):
        arm.advance()
    assert max(map(abs, world.state().velocities)) > 0.05
    told: list[Any] = []
    asks = safety.stop_soon("key", told.append)
    while asks.is_alive():  # the stop comes from another thread, and time passes only here
        arm.advance()
    assert told[0].at_rest and arm.stopped
    before = world.state()
    assert not arm.move(Move(0.05, 0.0, 0.0))
    arm.grip(Grip(0.0))
    for _ in range(30):
        arm.advance()
    after = world.state()
    assert after.positions == pytest.approx(before.positions, abs=1e-3)
    assert after.gripper_width_m == pytest.approx(before.gripper_width_m, abs=1e-3)
    assert safety.reset("Ada") == ""
    arm.begin()
    for _ in range(30):
        arm.advance()
    assert world.state().positions == pytest.approx(before.positions, abs=1e-3)  # nothing resumed
    assert arm.move(Move(0.02, 0.0, 0.0))
    for _ in range(60):
        arm.advance()
    assert arm.tip.position == pytest.approx(arm.wish.position, abs=3e-3)
    arm.close()


class Script(TeleopSource):
    """Acts, each after so many polls."""

    def __init__(self, acts: list[tuple[int, Act]]) -> None:
        self._acts, self._polls = acts, 0

    def poll(self) -> list[Act]:
        self._polls += 1
        return [act for at, act in self._acts if at == self._polls]

    def close(self) -> None:
        self._acts = []


class Nothing:
    """A sampler and a writer that keep nothing: the data set is not what is tested."""

    is_open, frames = True, 0

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **more: None


def test_the_key_stops_and_the_other_one_lets_go_on(
    world: SimWorld, safety: StoppableSession
) -> None:
    said: list[str] = []

    def tell(told: Told) -> None:
        said.append(told.words)

    keys: list[tuple[int, Act]] = [
        (1, Move(0.05, 0.0, -0.05)), (20, KEYS["k"]), (90, Move(0.01, 0.0, 0.0)), (91, KEYS["u"]),
        (92, Move(0.01, 0.0, 0.0)), (120, Mark.QUIT),
    ]  # fmt: skip
    nothing: Any = Nothing()
    record(world, Script(keys), nothing, nothing, "show", tell=tell, safety=safety)
    heard = [words for words in said if words]
    assert any(words.startswith("stopped: at rest after") for words in heard), heard
    assert any(words.startswith("stopped: u") for words in heard), heard
    assert "takes keys again" in heard
    assert safety.supervisor.mode in (Mode.ARMED, Mode.MOVING)


def test_the_words_over_a_port() -> None:
    assert (parse("stop"), parse("reset")) == (Safety.STOP, Safety.RESET)
