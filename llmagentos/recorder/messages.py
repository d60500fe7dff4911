"""Values of the core as messages in Foxglove's form: plain data that JSON takes.

Knows: frames, encodings, what a thing looks like in a 3D view. Does not know: files, topics, when
anything is recorded.

Frames: "base" is the robot's (REP 103); "<camera>_optical" a camera's (z forward, y down); "tool"
the point between the finger tips.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import FileError
from llmagentos.objects.colors import TABLE
from llmagentos.objects.geometry import ObjectGeometry
from llmagentos.objects.outlines import geometry
from llmagentos.recorder.schemas import SHAPES
from llmagentos.recorder.topics import DEPTH_UNIT_M
from llmagentos.robots import ArmSpec
from llmagentos.types import CameraFrame, MapPose, RobotState, Scene, SceneObject, Vec3

MAP, BASE, TOOL = "map", "base", "tool"
Message = dict[str, Any]
#: Deflate's quickest level, looking for runs alone: half the time of the usual one, and pictures of
#: a simulated table are smaller.
_PNG = (cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)
_JPEG = (cv2.IMWRITE_JPEG_QUALITY, 85)
#: foxglove.Log's levels.
INFO, WARNING, ERROR = 2, 3, 4


def time_of(ns: int) -> Message:
    """Nanoseconds since the epoch as Foxglove's time."""
    return {"sec": ns // 1_000_000_000, "nsec": ns % 1_000_000_000}


def optical(camera: str) -> str:
    """The frame of a camera's pictures."""
    return f"{camera}_optical"


# --- pictures -----------------------------------------------------------------------------------


def color_image(frame: CameraFrame, ns: int, exact: bool) -> Message:
    """The colour picture: PNG where `exact`, else JPEG."""
    ending, options = (".png", _PNG) if exact else (".jpg", _JPEG)
    bgr = cv2.cvtColor(np.ascontiguousarray(frame.rgb), cv2.COLOR_RGB2BGR)
    return _image(frame.camera, ns, ending, bgr, options)


def depth_image(frame: CameraFrame, ns: int) -> Message:
    """Depth as a 16-bit PNG in units of DEPTH_UNIT_M, 0 where unknown or beyond 6.5 m."""
    units = np.nan_to_num(frame.depth, nan=0.0, posinf=0.0, neginf=0.0) / DEPTH_UNIT_M
    units[(units < 0) | (units > 65_535)] = 0.0
    return _image(frame.camera, ns, ".png", np.round(units).astype(np.uint16), _PNG)


def _image(camera: str, ns: int, ending: str, pixels: Any, options: Iterable[int]) -> Message:
    _, data = cv2.imencode(ending, pixels, list(options))
    return {
        "timestamp": time_of(ns),
        "frame_id": optical(camera),
        "data": base64.b64encode(data.tobytes()).decode("ascii"),
        "format": "png" if ending == ".png" else "jpeg",
    }


def pixels_of(message: Mapping[str, Any]) -> NDArray[Any]:
    """The pixels of an image message: RGB uint8 [H, W, 3], or depth uint16 [H, W]. Raises
    FileError for what is no picture."""
    raw = np.frombuffer(base64.b64decode(message["data"]), np.uint8)
    found = cv2.imdecode(raw, cv2.IMREAD_UNCHANGED) if len(raw) else None
    if found is None:
        raise FileError(f"expected a {message['format']} picture, got {len(raw)} other bytes")
    return found if found.ndim == 2 else cv2.cvtColor(found, cv2.COLOR_BGR2RGB)


def depth_of(message: Mapping[str, Any]) -> NDArray[np.float32]:
    """Depth of a depth picture, metres, float32 [H, W]; 0 where unknown."""
    return (pixels_of(message) * DEPTH_UNIT_M).astype(np.float32)


def calibration(frame: CameraFrame, ns: int) -> Message:
    """A pinhole's calibration: pictures were straightened before."""
    k = np.asarray(frame.intrinsics, dtype=float)
    height, width = frame.depth.shape[:2]
    projection = np.hstack([k, np.zeros((3, 1))])
    return {
        "timestamp": time_of(ns),
        "frame_id": optical(frame.camera),
        "width": int(width),
        "height": int(height),
        "distortion_model": "plumb_bob",
        "D": [0.0] * 5,
        "K": k.ravel().tolist(),
        "R": np.eye(3).ravel().tolist(),
        "P": projection.ravel().tolist(),
    }


# --- places -------------------------------------------------------------------------------------


def transform(child: str, placement: NDArray[np.float64], ns: int) -> Message:
    """A child frame in the base frame. placement: float64 [4, 4]."""
    x, y, z = (float(v) for v in placement[:3, 3])
    return {
        "timestamp": time_of(ns),
        "parent_frame_id": BASE,
        "child_frame_id": child,
        "translation": {"x": x, "y": y, "z": z},
        "rotation": _quaternion(placement[:3, :3]),
    }


def on_map(pose: MapPose, ns: int) -> Message:
    """Where a base stands on its map, as a transform."""
    half = pose.yaw_rad / 2
    return {
        "timestamp": time_of(ns),
        "parent_frame_id": MAP,
        "child_frame_id": BASE,
        "translation": {"x": pose.x_m, "y": pose.y_m, "z": 0.0},
        "rotation": {"x": 0.0, "y": 0.0, "z": math.sin(half), "w": math.cos(half)},
    }


def _quaternion(m: NDArray[np.float64]) -> Message:
    """Of a rotation matrix; each part's size from the diagonal, its sign from the rest."""
    w, x, y, z = (
        math.sqrt(max(0.0, 1 + a * m[0, 0] + b * m[1, 1] + c * m[2, 2])) / 2
        for a, b, c in ((1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1))
    )
    largest = max(range(4), key=lambda i: (w, x, y, z)[i])
    # the sign of the others against the largest, which is taken as positive
    pairs = {
        (0, 1): m[2, 1] - m[1, 2], (0, 2): m[0, 2] - m[2, 0], (0, 3): m[1, 0] - m[0, 1],
        (1, 2): m[0, 1] + m[1, 0], (1, 3): m[0, 2] + m[2, 0], (2, 3): m[1, 2] + m[2, 1],
    }  # fmt: skip
    parts = [
        value if i == largest else math.copysign(value, pairs[min(i, largest), max(i, largest)])
        for i, value in enumerate((w, x, y, z))
    ]
    return {"x": parts[1], "y": parts[2], "z": parts[3], "w": parts[0]}


def joint_states(state: RobotState, arm: ArmSpec, ns: int) -> Message:
    """The arm's joints by their names in its URDF, and the fingers' opening as "gripper_width"
    (metres between the tips)."""
    return {"timestamp": time_of(ns), "joints": _joints(state, arm)}


def joint_states_of(several: Mapping[str, tuple[ArmSpec, RobotState]], ns: int) -> Message:
    """The same of several arms in one message: "left/panda_joint1" ... "left/gripper_width"."""
    rows = [
        row for name, (arm, state) in several.items() for row in _joints(state, arm, f"{name}/")
    ]
    return {"timestamp": time_of(ns), "joints": rows}


def _joints(state: RobotState, arm: ArmSpec, prefix: str = "") -> list[Message]:
    moving = zip(arm.joint_names, state.positions, state.velocities, strict=False)
    joints: list[Message] = [
        {"name": prefix + n, "position": _sane(q), "velocity": _sane(v)} for n, q, v in moving
    ]
    joints.append(
        {
            "name": f"{prefix}gripper_width",
            "position": _sane(state.gripper_width_m),
            "effort": _sane(state.gripper_effort_n),
        }
    )
    return joints


def _sane(value: float) -> float:
    """JSON has no NaN: what is no number is told as 0 here, and by its look or fault in words."""
    return float(value) if math.isfinite(value) else 0.0


# --- things -------------------------------------------------------------------------------------


def scene_update(scene: Scene, ns: int) -> Message:
    """All things as boxes and cylinders with their names over them; what was there before goes."""
    return {
        "deletions": [{"timestamp": time_of(ns), "type": 1, "id": ""}],
        "entities": [_entity(o, ns) for o in scene.objects],
    }


def _entity(o: SceneObject, ns: int) -> Message:
    shapes: dict[str, list[Message]] = {name: [] for name in SHAPES}
    rgb = TABLE[o.color].typical if o.color in TABLE else (0.6, 0.6, 0.6)
    ink = dict(zip("rgba", (*rgb, min(1.0, max(0.3, o.confidence))), strict=True))
    form = geometry(o)
    along, across, _ = o.extents_m or _sides(o, form)
    size = {"x": along, "y": across, "z": max(o.height_m, 0.001)}
    body: Message = {"pose": _pose(o.position, o.yaw), "size": size, "color": ink}
    if form.is_round:
        foot = form.foot_radius_m / max(form.footprint_radius_m, 1e-6) if form.has_rim else 1.0
        shapes["cylinders"].append({**body, "bottom_scale": foot, "top_scale": 1.0})
    else:
        shapes["cubes"].append(body)
    over = (o.position[0], o.position[1], o.top_z + 0.02)
    shapes["texts"].append(
        {
            "pose": _pose(over, 0.0), "billboard": True, "font_size": 0.02,
            "scale_invariant": False, "color": {"r": 1.0, "g": 1.0, "b": 1.0, "a": 1.0},
            "text": o.label,
        }
    )  # fmt: skip
    told = {"kind": o.kind, "color": o.color, "support": o.support, "held": str(o.held).lower()}
    return {
        "timestamp": time_of(ns), "id": o.id, "frame_id": BASE,
        "lifetime": {"sec": 0, "nsec": 0}, "frame_locked": False,
        "metadata": [{"key": key, "value": value} for key, value in told.items()], **shapes,
    }  # fmt: skip


def _sides(o: SceneObject, form: ObjectGeometry) -> Vec3:
    across = min(form.extents_m[:2]) / max(form.extents_m[:2]) * o.size_m
    return o.size_m, across, o.height_m


def _pose(position: Vec3, yaw: float) -> Message:
    half = yaw / 2
    return {
        "position": dict(zip("xyz", map(float, position), strict=True)),
        "orientation": {"x": 0.0, "y": 0.0, "z": math.sin(half), "w": math.cos(half)},
    }


def log(words: str, name: str, ns: int, level: int = INFO) -> Message:
    """A sentence with who said it."""
    return {
        "timestamp": time_of(ns), "level": level, "message": words, "name": name, "file": "",
        "line": 0,
    }  # fmt: skip


def packed(message: Any) -> bytes:
    """A message as JSON bytes; what is no plain data is told by its own words."""
    return _JSON.encode(message).encode()


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return sorted(value) if isinstance(value, set | frozenset) else str(value)


#: Made once: `json.dumps` would make one a message.
_JSON = json.JSONEncoder(separators=(",", ":"), default=_plain)
