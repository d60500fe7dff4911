"""Teleoperation: every source keeps the same promises, and the arm stays within the gate."""

from __future__ import annotations

import math
import os
import pty
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from llmagentos.errors import TeleopError
from sim.scene import SceneSpec
from sim.teleop.acts import KEYS, STEP_M, Act, Grip, Mark, Move, TeleopSource, parse
from sim.teleop.arm import TeleopArm
from sim.teleop.sources import LineServer, TerminalKeys, WindowKeys
from sim.world import SimWorld


@dataclass
class Window:
    """PyBullet's keyboard without a display: the calls and constants that WindowKeys uses."""

    KEY_IS_DOWN, KEY_WAS_TRIGGERED = 1, 2
    B3G_RETURN, B3G_BACKSPACE = 65309, 65305
    COV_ENABLE_KEYBOARD_SHORTCUTS = 9
    shortcuts: list[int] = field(default_factory=list)
    pressed: list[dict[int, int]] = field(default_factory=list)

    def configureDebugVisualizer(self, flag: int, on: int) -> None:  # noqa: N802
        self.shortcuts.append(on)

    def getKeyboardEvents(self) -> dict[int, int]:  # noqa: N802
        return self.pressed.pop(0) if self.pressed else {}

    def isConnected(self) -> bool:  # noqa: N802
        return True


@dataclass
class Bench:
    """A source, and what makes a person do an act there."""

    source: TeleopSource
    do: Callable[[Act], None]


def _key(act: Act) -> str:
    return next(key for key, does in KEYS.items() if does == act)


def _terminal() -> Iterator[Bench]:
    ours, theirs = pty.openpty()
    yield Bench(TerminalKeys(theirs), lambda act: void(os.write(ours, _key(act).encode())))
    os.close(ours)
    os.close(theirs)


def _window() -> Iterator[Bench]:
    window = Window()
    codes = {"\r": window.B3G_RETURN, "\x7f": window.B3G_BACKSPACE}

    def do(act: Act) -> None:
        key = _key(act)
        window.pressed.append({codes.get(key) or ord(key): window.KEY_WAS_TRIGGERED})

    yield Bench(WindowKeys(window), do)
    assert window.shortcuts == [0, 1]


def _port() -> Iterator[Bench]:
    source = LineServer(0)
    line = socket.create_connection(("127.0.0.1", source.port))
    words = {Mark.END: "end", Mark.DISCARD: "discard", Mark.QUIT: "quit", Grip(None): "toggle"}

    def do(act: Act) -> None:
        text = words.get(act) if not isinstance(act, Move) else None
        if isinstance(act, Move):
            text = f"move {act.dx} {act.dy} {act.dz} {act.turn}"
        line.sendall(f"{text}\n".encode())

    yield Bench(source, do)
    line.close()


def void(value: Any) -> None:
    """A callback's result that nobody needs."""


@pytest.fixture(params=[_terminal, _window, _port])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    yield from request.param()


def _polled(source: TeleopSource, count: int) -> list[Act]:
    got: list[Act] = []
    for _ in range(10_000):
        got += source.poll()
        if len(got) >= count:
            break
    return got


def test_every_source_gives_all_acts_in_order_and_never_waits(bench: Bench) -> None:
    assert isinstance(bench.source, TeleopSource)
    assert bench.source.poll() == []
    acts = [
        *(act for act in KEYS.values() if isinstance(act, Move)),
        Grip(None), Mark.END, Mark.DISCARD, Mark.QUIT,
    ]  # fmt: skip
    for act in acts:
        bench.do(act)
    assert _polled(bench.source, len(acts)) == acts
    assert bench.source.poll() == []
    bench.source.close()
    bench.source.close()


def test_the_terminal_is_as_it_was_and_arrow_keys_are_no_letters() -> None:
    import termios

    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    source = TerminalKeys(theirs)
    assert termios.tcgetattr(theirs) != before
    os.write(ours, b"\x1b[D")  # arrow left: its D is no key
    assert source.poll() == []
    source.close()
    assert termios.tcgetattr(theirs) == before


def test_a_key_held_in_the_window_acts_again() -> None:
    window = Window()
    source = WindowKeys(window)
    held = [{ord("w"): 3}, *[{ord("w"): 1}] * 8]
    window.pressed = [*held, *[{ord(" "): 1}] * 8]  # fingers do not toggle again
    got = [act for _ in range(17) for act in source.poll()]
    assert got == [KEYS["w"]] * 3


@pytest.mark.parametrize(
    "line", ["", "jump", "move 1", "move 0 0 nan", "move 5 0 0", "grip -1", "open 3", "move a b c"]
)
def test_a_line_that_asks_for_nothing_is_refused(line: str) -> None:
    with pytest.raises(TeleopError, match="expected"):
        parse(line)


def test_a_port_that_is_taken_gets_a_sentence() -> None:
    first = LineServer(0)
    try:
        with pytest.raises(TeleopError, match="expected a free port"):
            LineServer(first.port)
        with pytest.raises(TeleopError, match="expected a free port"):
            LineServer(99999)
    finally:
        first.close()


def test_a_client_that_breaks_off_or_never_ends_a_line_harms_nobody() -> None:
    source = LineServer(0)
    try:
        lost = socket.create_connection(("127.0.0.1", source.port))
        lost.sendall(b"x" * 1000)
        kept = socket.create_connection(("127.0.0.1", source.port))
        kept.sendall(b"open\nclo")
        assert _polled(source, 1) == [Grip(math.inf)]
        lost.close()
        kept.sendall(b"se\n")
        assert _polled(source, 1) == [Grip(0.0)]
        kept.close()
    finally:
        source.close()


@pytest.fixture(scope="module", params=["panda", "so101"])
def world(request: pytest.FixtureRequest) -> Iterator[SimWorld]:
    made = SimWorld(SceneSpec(robot=request.param), renderer="tiny")
    yield made
    made.close()


@pytest.fixture
def arm(world: SimWorld) -> TeleopArm:
    world.reset()
    arm = TeleopArm(world, world.robot.spec)
    area = world.robot.spec.workspace
    for _ in range(40):  # from home over the middle of the work area
        x, y, _ = arm.wish.position
        wide = [min(max(m - p, -0.05), 0.05) for m, p in zip(area.middle, (x, y), strict=True)]
        arm.move(Move(*wide, 0.0))
        run(arm, 15)
    return arm


def run(arm: TeleopArm, periods: int) -> None:
    for _ in range(periods):
        arm.advance()


def test_each_key_moves_the_tip_by_its_step(arm: TeleopArm) -> None:
    run(arm, 60)
    for key in "wsadrf":
        before, act = arm.tip.position, KEYS[key]
        assert isinstance(act, Move) and arm.move(act)
        run(arm, 60)
        moved = [a - b for a, b in zip(arm.tip.position, before, strict=True)]
        assert moved == pytest.approx([act.dx, act.dy, act.dz], abs=STEP_M / 5), key
    before_yaw = arm.tip.yaw
    arm.move(KEYS["q"])  # type: ignore[arg-type]
    run(arm, 60)
    assert arm.tip.yaw - before_yaw == pytest.approx(0.1, abs=0.02)
    assert arm.rejected == 0


def test_the_fingers_toggle_and_take_a_width(arm: TeleopArm) -> None:
    for act, width in ((Grip(0.0), 0.0), (Grip(None), arm.spec.max_opening_m), (Grip(0.02), 0.02)):
        arm.grip(act)
        run(arm, 90)
        assert arm.driver.state().gripper_width_m == pytest.approx(width, abs=0.003)


def test_hammering_on_the_keys_never_leaves_the_box_nor_the_gate(arm: TeleopArm) -> None:
    area, s = arm.spec.workspace, arm.spec.scale
    for key in "fwdfsarqqwf":
        for _ in range(25):
            arm.move(KEYS[key])  # type: ignore[arg-type]
            run(arm, 2)
    run(arm, 60)
    x, y, z = arm.tip.position
    assert arm.rejected == 0
    assert area.x_min - 0.07 * s < x < area.x_max + 0.07 * s
    assert area.y_min - 0.07 * s < y < area.y_max + 0.07 * s
    assert arm.spec.lowest_tip_m < z < 0.42 * s


def test_an_arm_that_was_put_elsewhere_goes_on_from_there(arm: TeleopArm, world: SimWorld) -> None:
    world.reset()
    arm.begin()
    run(arm, 30)
    assert world.state().positions == pytest.approx(arm.spec.home_rad, abs=0.01)
    assert arm.rejected == 0
