"""Rows 6 to 8, 26 and 27: cameras and clocks that can't be believed.

Knows: how pictures and clocks go wrong. Does not know: what finds it out.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from llmagentos.errors import PerceptionError
from llmagentos.types import CameraFrame
from sim.faults.fault import Fault, Found
from sim.faults.lab import PUT, Lab, Session
from sim.noise import SensorNoise

_BLIND = "no new grasp after 0.5 s; stuck flagged ≤ 1 s; no grasps on noise"
#: Grasps that are begun within so long after the camera went are under way, s.
_UNDER_WAY_S = 0.5
#: A camera that is looked at 5 times a second, as over ROS.
_LOOK_S, _PATIENCE_S = 0.2, 3.0
_HOUR_S = 3600.0
_PICK_NEXT = "pick up the green block"


def _grasps(session: Session) -> Found:
    """Closings of the fingers in two commands, the camera gone since mid-motion of the first."""
    first = session.agent.command(PUT)
    gone_s = session.world.now_s
    session.pass_time(_UNDER_WAY_S)
    begun = session.world.now_s
    second = session.agent.command(_PICK_NEXT)
    figures = {
        "new grasps": session.grasps_after(min(begun, gone_s + _UNDER_WAY_S)),
        "commands that went on": float(second.status == "succeeded"),
    }
    return Found(figures, f"{first.status}, then {second.status}: {second.reply[:110]}")


def dropped(lab: Lab) -> Found:
    """The camera gives its last picture, with its stamp, from mid-motion on."""
    session = lab.fresh()
    last = session.camera.capture()
    session.when(session.moves, lambda: session.capture_as(lambda _: last))
    return _grasps(session)


def unusable(what: str) -> Callable[[Lab], Found]:
    """Pictures are black, or noise, from before a command on."""

    def inject(lab: Lab) -> Found:
        session, rng = lab.fresh(), np.random.default_rng(8)

        def change(frame: CameraFrame) -> CameraFrame:
            rgb = np.zeros_like(frame.rgb)
            if what == "noise":
                rgb = rng.integers(0, 256, frame.rgb.shape, dtype=np.uint8)
            return replace(frame, rgb=rgb)

        session.capture_as(change)
        before = session.joints()
        result = session.agent.command(_PICK_NEXT)
        return Found(
            {"new grasps": session.grasps_after(0.0), "moved rad": session.moved_rad(before)},
            f"{result.status}: {result.reply[:110]}",
        )

    return inject


def stuck(lab: Lab) -> Found:
    """A camera with noise repeats one picture under fresh stamps; looked at 5 times a second."""
    with lab.own(noise=SensorNoise(rgb_std=2.0, seed=7)) as session:
        for _ in range(4):
            session.agent.look()
            session.pass_time(_LOOK_S)
        last = session.camera.capture()
        session.capture_as(lambda now: replace(last, stamp_s=now.stamp_s))
        begun, flagged = session.world.now_s, math.inf
        while math.isinf(flagged) and session.world.now_s < begun + _PATIENCE_S:
            session.pass_time(_LOOK_S)
            try:
                session.agent.look()
            except PerceptionError:
                flagged = session.world.now_s - begun
        before = session.world.now_s
        result = session.agent.command(_PICK_NEXT)
        return Found(
            {"flagged after s": flagged, "new grasps": session.grasps_after(before)},
            f"{result.status}: {result.reply[:110]}",
        )


def clock_jump(by_s: float) -> Callable[[Lab], Found]:
    """The wall's clock jumps in mid-motion, for this process: no test may set the machine's."""

    def inject(lab: Lab) -> Found:
        session, real = lab.fresh(), time.time
        session.when(session.moves, lambda: setattr(time, "time", lambda: real() + by_s))
        try:
            result = session.agent.command(PUT)
        finally:
            time.time = real
        figures = {
            "stops": float(session.supervisor.mode.value != "armed"),
            "commands that failed": float(result.status != "succeeded"),
        }
        return Found(figures, f"{result.status}: {result.reply[:80]}")

    return inject


def skewed(by_s: float) -> Callable[[Lab], Found]:
    """Every picture's stamp is off."""

    def inject(lab: Lab) -> Found:
        session = lab.fresh()
        session.pass_time(abs(by_s) + 0.5)
        session.capture_as(lambda frame: replace(frame, stamp_s=frame.stamp_s + by_s))
        before = session.joints()
        result = session.agent.command(_PICK_NEXT)
        return Found(
            {
                "commands that went on": float(result.status == "succeeded"),
                "moved rad": session.moved_rad(before),
            },
            f"{result.status}: {result.reply[:110]}",
        )

    return inject


_NO_GRASP = {"new grasps": 0.0, "moved rad": 0.001}
_CLOCKS = "watchdogs unaffected; old and future stamps rejected"
FAULTS = (
    Fault(
        6, "camera dropped", _BLIND, "the last picture comes again and again from mid-motion on",
        {"new grasps": 0.0, "commands that went on": 0.0}, dropped, quick=True,
    ),
    Fault(
        7, "camera stuck (same frame, fresh stamps)", _BLIND,
        "one picture of a noisy camera with fresh stamps, looked at every 0.2 s",
        {"flagged after s": 1.0, "new grasps": 0.0}, stuck,
    ),
    *(
        Fault(
            8, "camera black or noise", _BLIND, f"every picture is {what}",
            _NO_GRASP, unusable(what), quick=True,
        )
        for what in ("black", "noise")
    ),
    *(
        Fault(
            26, "clock jump ±1 h", _CLOCKS, f"time.time() jumps by {by:+.0f} s in mid-motion",
            {"stops": 0.0, "commands that failed": 0.0}, clock_jump(by),
        )
        for by in (_HOUR_S, -_HOUR_S)
    ),
    *(
        Fault(
            27, "stamps skewed ±1 s", _CLOCKS, f"every picture's stamp is off by {by:+.0f} s",
            {"commands that went on": 0.0, "moved rad": 0.001}, skewed(by), quick=True,
        )
        for by in (1.0, -1.0)
    ),
)  # fmt: skip
