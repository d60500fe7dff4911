"""The JSON schemas of what a flight holds: Foxglove's well-known ones, and our own.

Knows: names, fields and types, as Foxglove Studio and its SDK publish them (JSON messages, so that
nobody needs protobuf). Does not know: values (messages.py), nor which topic carries what (topics.py).
"""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

NUMBER: Schema = {"type": "number"}
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
BYTES: Schema = {"type": "string", "contentEncoding": "base64"}
ANYTHING: Schema = {}


def _of(title: str, **fields: Schema) -> Schema:
    """An object all of whose fields must be there."""
    return {"title": title, "type": "object", "properties": fields, "required": list(fields)}


def _open(title: str, optional: dict[str, Schema], **fields: Schema) -> Schema:
    whole = _of(title, **fields) | {"properties": {**fields, **optional}}
    return whole if fields else {k: v for k, v in whole.items() if k != "required"}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _fixed(count: int) -> Schema:
    return {"type": "array", "items": NUMBER, "minItems": count, "maxItems": count}


def _one_of(title: str, *names: str) -> Schema:
    """A number from 0 on, by name."""
    return {"title": title, "oneOf": [{"title": n, "const": k} for k, n in enumerate(names)]}


NANOSECONDS: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
TIME = _open("time", {"sec": COUNT, "nsec": NANOSECONDS})
DURATION = _open("duration", {"sec": {"type": "integer"}, "nsec": NANOSECONDS})
VECTOR = _of("foxglove.Vector3", x=NUMBER, y=NUMBER, z=NUMBER)
POINT = _of("foxglove.Point3", x=NUMBER, y=NUMBER, z=NUMBER)
QUATERNION = _of("foxglove.Quaternion", x=NUMBER, y=NUMBER, z=NUMBER, w=NUMBER)
POSE = _of("foxglove.Pose", position=VECTOR, orientation=QUATERNION)
COLOR = _of("foxglove.Color", r=NUMBER, g=NUMBER, b=NUMBER, a=NUMBER)
PAIR = _of("foxglove.KeyValuePair", key=TEXT, value=TEXT)

IMAGE = _of("foxglove.CompressedImage", timestamp=TIME, frame_id=TEXT, data=BYTES, format=TEXT)
CALIBRATION = _of(
    "foxglove.CameraCalibration",
    timestamp=TIME, frame_id=TEXT, width=COUNT, height=COUNT, distortion_model=TEXT,
    D=_list(NUMBER), K=_fixed(9), R=_fixed(9), P=_fixed(12),
)  # fmt: skip
TRANSFORM = _of(
    "foxglove.FrameTransform",
    timestamp=TIME, parent_frame_id=TEXT, child_frame_id=TEXT, translation=VECTOR,
    rotation=QUATERNION,
)  # fmt: skip
TRANSFORMS = _of("foxglove.FrameTransforms", transforms=_list(TRANSFORM))
JOINTS = _of(
    "foxglove.JointStates",
    timestamp=TIME,
    joints=_list(
        _open(
            "foxglove.JointState",
            {"position": NUMBER, "velocity": NUMBER, "acceleration": NUMBER, "effort": NUMBER},
            name=TEXT,
        )
    ),
)
_LEVEL = _one_of("foxglove.LogLevel", "UNKNOWN", "DEBUG", "INFO", "WARNING", "ERROR", "FATAL")
LOG = _of(
    "foxglove.Log",
    timestamp=TIME, level=_LEVEL, message=TEXT, name=TEXT, file=TEXT, line=COUNT,
)  # fmt: skip
AUDIO = _of(
    "foxglove.RawAudio",
    timestamp=TIME, data=BYTES, format=TEXT, sample_rate=COUNT, number_of_channels=COUNT,
)  # fmt: skip
_CUBE = _of("foxglove.CubePrimitive", pose=POSE, size=VECTOR, color=COLOR)
_SPHERE = _of("foxglove.SpherePrimitive", pose=POSE, size=VECTOR, color=COLOR)
_CYLINDER = _of(
    "foxglove.CylinderPrimitive",
    pose=POSE, size=VECTOR, bottom_scale=NUMBER, top_scale=NUMBER, color=COLOR,
)  # fmt: skip
_TEXT = _of(
    "foxglove.TextPrimitive",
    pose=POSE, billboard=FLAG, font_size=NUMBER, scale_invariant=FLAG, color=COLOR, text=TEXT,
)  # fmt: skip
_ARROW = _of(
    "foxglove.ArrowPrimitive",
    pose=POSE, shaft_length=NUMBER, shaft_diameter=NUMBER, head_length=NUMBER,
    head_diameter=NUMBER, color=COLOR,
)  # fmt: skip
_LINE = _of(
    "foxglove.LinePrimitive",
    type=_one_of("foxglove.LineType", "LINE_STRIP", "LINE_LOOP", "LINE_LIST"),
    pose=POSE, thickness=NUMBER, scale_invariant=FLAG, points=_list(POINT),
    color=COLOR, colors=_list(COLOR), indices=_list(COUNT),
)  # fmt: skip
_TRIANGLES = _of(
    "foxglove.TriangleListPrimitive",
    pose=POSE, points=_list(POINT), color=COLOR, colors=_list(COLOR), indices=_list(COUNT),
)  # fmt: skip
_MODEL = _of(
    "foxglove.ModelPrimitive",
    pose=POSE, scale=VECTOR, color=COLOR, override_color=FLAG, url=TEXT, media_type=TEXT, data=BYTES,
)  # fmt: skip
#: The shapes of a scene's entity, each a list that must be there.
SHAPES: dict[str, Schema] = {
    "arrows": _ARROW, "cubes": _CUBE, "spheres": _SPHERE, "cylinders": _CYLINDER, "lines": _LINE,
    "triangles": _TRIANGLES, "texts": _TEXT, "models": _MODEL,
}  # fmt: skip
SCENE = _of(
    "foxglove.SceneUpdate",
    deletions=_list(
        _of(
            "foxglove.SceneEntityDeletion",
            timestamp=TIME,
            type=_one_of("foxglove.SceneEntityDeletionType", "MATCHING_ID", "ALL"),
            id=TEXT,
        )
    ),
    entities=_list(
        _of(
            "foxglove.SceneEntity",
            timestamp=TIME,
            id=TEXT,
            frame_id=TEXT,
            lifetime=DURATION,
            frame_locked=FLAG,
            metadata=_list(PAIR),
            **{name: _list(shape) for name, shape in SHAPES.items()},
        )
    ),
)

#: Our own, for what Foxglove has no name for; `llmagentos replay` reads them.
EVENT = _open("llmagentos.Event", {}, event=TEXT)
LOOK = _of("llmagentos.Look", command=TEXT, robot=ANYTHING, frames=_list(ANYTHING), scene=ANYTHING,
           error=TEXT)  # fmt: skip
PLANNING = _of("llmagentos.Planning", request=ANYTHING, result=ANYTHING, error=TEXT)
SKILL = _open("llmagentos.Skill", {}, kind=TEXT)
SAFETY = _of("llmagentos.Safety", state=TEXT, words=TEXT)
STATUS = _of("llmagentos.Recorder", written=COUNT, dropped={"type": "object"}, words=TEXT)
FLIGHT = _open("llmagentos.Flight", {}, command=TEXT, robot=TEXT)
