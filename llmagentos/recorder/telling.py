"""What the scribe makes of what was told: messages, from values that nobody changes any more.

Knows: which messages a look becomes, and how what went through the skills is told. Does not know:
threads, files, when anything is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from llmagentos.recorder import messages, topics, values
from llmagentos.recorder.scribe import Made
from llmagentos.safety.signals import Action, Answer, Changed, Refused
from llmagentos.safety.states import Mode
from llmagentos.types import CameraFrame, Observation, Scene


def look(
    frames: Sequence[CameraFrame],
    numbers: Sequence[int],
    observation: Observation,
    scene: Scene | None,
    error: str,
    now: int,
) -> Made:
    """The pictures, where the cameras were, what was seen; last what ties them together."""
    told = []
    for number, frame in zip(numbers, frames, strict=True):
        name = frame.camera
        if np.ndim(frame.rgb) == 3 and np.ndim(frame.depth) == 2:
            color = topics.of_camera(name, "image"), topics.of_camera(name, "depth")
            yield color[0], messages.color_image(frame, now, exact=True), number
            yield color[1], messages.depth_image(frame, now), number
            yield topics.of_camera(name, "calibration"), messages.calibration(frame, now), 0
            yield topics.TF, stands(frame, now), 0
        told.append(
            {
                "camera": name, "picture": number, "stamp_s": frame.stamp_s,
                "intrinsics": np.asarray(frame.intrinsics).tolist(),
                "base_from_camera": np.asarray(frame.base_from_camera).tolist(),
            }
        )  # fmt: skip
    if scene is not None:
        yield topics.SCENE, messages.scene_update(scene, now), 0
    robot = observation.robot
    look = {
        "command": observation.command,
        "robot": None if robot is None else asdict(robot),
        "frames": told,
        "scene": None if scene is None else asdict(scene),
        "error": error,
    }
    yield topics.LOOK, look, 0


def stands(frame: CameraFrame, now: int) -> dict[str, Any]:
    """Where the camera of a picture is."""
    place = messages.transform(messages.optical(frame.camera), frame.base_from_camera, now)
    return {"transforms": [place]}


def kept(frame: CameraFrame, depth: bool = True) -> CameraFrame:
    """The frame with pixels of its own: a camera may use its buffers again."""
    pixels = np.array(frame.depth) if depth else frame.depth
    return replace(frame, rgb=np.array(frame.rgb), depth=pixels)


def skill_data(told: Mapping[str, Any]) -> dict[str, Any]:
    """One thing that went through the skills, as plain data."""
    out: dict[str, Any] = {}
    for key, what in told.items():
        if key == "report":
            out[key] = values.report_data(what)
        elif key == "result":
            out[key] = values.result_data(what)
        elif key in ("scene", "hand", "action"):
            out[key] = asdict(what)
        else:
            out[key] = what
    return out


def earlier_data(one: Mapping[str, Any]) -> dict[str, Any]:
    """An earlier command of the session, as plain data."""
    return {**one, "trace": [skill_data(told) for told in one["trace"]]}


def safety(action: Action) -> tuple[str, str, bool] | None:
    """What the supervisor said: its mode (or what else it was), words, and whether that is a fault;
    None for what comes with every command."""
    if isinstance(action, Changed):
        faulty = action.after in (Mode.STOPPING.value, Mode.FAULT.value)
        return action.after, action.why or f"by {action.by}", faulty
    if isinstance(action, Refused):
        return "refused", f"{action.what} of {action.to}: {action.why}", False
    if isinstance(action, Answer):
        rest = "no rest measured" if action.ms is None else f"at rest after {action.ms:.0f} ms"
        holding = f", holding {action.holding}" if action.holding else ""
        return "answer", f"{rest}{holding}; {action.why}", False
    return None
