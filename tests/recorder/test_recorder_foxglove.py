"""Every message of a flight against the schema that it names, and the schemas against Foxglove's."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from mcap.reader import make_reader
from recorder import flying

from llmagentos.recorder import messages, schemas, topics
from llmagentos.recorder.reading import Flight, read

#: Foxglove's names on our topics; "/camera/x/..." of any camera.
NAMES = {
    "/camera/overhead/image": "foxglove.CompressedImage",
    "/camera/overhead/depth": "foxglove.CompressedImage",
    "/camera/overhead/calibration": "foxglove.CameraCalibration",
    topics.TF: "foxglove.FrameTransforms",
    topics.SCENE: "foxglove.SceneUpdate",
    topics.LOG: "foxglove.Log",
    topics.JOINTS: "foxglove.JointStates",
    topics.AUDIO: "foxglove.RawAudio",
}
#: What Foxglove's documentation (docs.foxglove.dev/docs/sdk/schemas) and its SDK's JSON schemas say of
#: the messages of ours, 17 August 2026: each field with its type. All must be there but those with
#: "?" (the rest of JointState's is optional there, too).
PUBLISHED = {
    "foxglove.CompressedImage": "timestamp:time frame_id:string data:bytes format:string",
    "foxglove.CameraCalibration": "timestamp:time frame_id:string width:count height:count "
    "distortion_model:string D:number[] K:number[9] R:number[9] P:number[12]",
    "foxglove.FrameTransforms": "transforms:foxglove.FrameTransform[]",
    "foxglove.FrameTransform": "timestamp:time parent_frame_id:string child_frame_id:string "
    "translation:foxglove.Vector3 rotation:foxglove.Quaternion",
    "foxglove.JointStates": "timestamp:time joints:foxglove.JointState[]",
    "foxglove.JointState": "name:string ?position:number ?velocity:number ?acceleration:number "
    "?effort:number",
    "foxglove.Log": "timestamp:time level:foxglove.LogLevel=UNKNOWN,DEBUG,INFO,WARNING,ERROR,FATAL "
    "message:string name:string file:string line:count",
    "foxglove.RawAudio": "timestamp:time data:bytes format:string sample_rate:count "
    "number_of_channels:count",
    "foxglove.SceneUpdate": "deletions:foxglove.SceneEntityDeletion[] "
    "entities:foxglove.SceneEntity[]",
    "foxglove.SceneEntityDeletion": "timestamp:time id:string "
    "type:foxglove.SceneEntityDeletionType=MATCHING_ID,ALL",
    "foxglove.SceneEntity": "timestamp:time frame_id:string id:string lifetime:duration "
    "frame_locked:boolean metadata:foxglove.KeyValuePair[] arrows:foxglove.ArrowPrimitive[] "
    "cubes:foxglove.CubePrimitive[] spheres:foxglove.SpherePrimitive[] "
    "cylinders:foxglove.CylinderPrimitive[] lines:foxglove.LinePrimitive[] "
    "triangles:foxglove.TriangleListPrimitive[] texts:foxglove.TextPrimitive[] "
    "models:foxglove.ModelPrimitive[]",
    "foxglove.KeyValuePair": "key:string value:string",
    "foxglove.ArrowPrimitive": "pose:foxglove.Pose shaft_length:number shaft_diameter:number "
    "head_length:number head_diameter:number color:foxglove.Color",
    "foxglove.CubePrimitive": "pose:foxglove.Pose size:foxglove.Vector3 color:foxglove.Color",
    "foxglove.SpherePrimitive": "pose:foxglove.Pose size:foxglove.Vector3 color:foxglove.Color",
    "foxglove.CylinderPrimitive": "pose:foxglove.Pose size:foxglove.Vector3 bottom_scale:number "
    "top_scale:number color:foxglove.Color",
    "foxglove.LinePrimitive": "type:foxglove.LineType=LINE_STRIP,LINE_LOOP,LINE_LIST "
    "pose:foxglove.Pose thickness:number scale_invariant:boolean points:foxglove.Point3[] "
    "color:foxglove.Color colors:foxglove.Color[] indices:count[]",
    "foxglove.TriangleListPrimitive": "pose:foxglove.Pose points:foxglove.Point3[] "
    "color:foxglove.Color colors:foxglove.Color[] indices:count[]",
    "foxglove.TextPrimitive": "pose:foxglove.Pose billboard:boolean font_size:number "
    "scale_invariant:boolean color:foxglove.Color text:string",
    "foxglove.ModelPrimitive": "pose:foxglove.Pose scale:foxglove.Vector3 color:foxglove.Color "
    "override_color:boolean url:string media_type:string data:bytes",
    "foxglove.Pose": "position:foxglove.Vector3 orientation:foxglove.Quaternion",
    "foxglove.Vector3": "x:number y:number z:number",
    "foxglove.Point3": "x:number y:number z:number",
    "foxglove.Quaternion": "x:number y:number z:number w:number",
    "foxglove.Color": "r:number g:number b:number a:number",
}
_TYPES: dict[str, Any] = {
    "object": dict, "array": list, "string": str, "integer": int, "number": (int, float),
    "boolean": bool,
}  # fmt: skip


def problems(value: Any, schema: dict[str, Any], at: str = "") -> list[str]:
    """What of a JSON schema a value does not hold; the part of the language that ours use."""
    if "oneOf" in schema:
        return [] if value in [o["const"] for o in schema["oneOf"]] else [f"{at}: {value}"]
    kind = schema.get("type")
    if kind is None:
        return []
    wrong = isinstance(value, bool) and kind != "boolean"
    if wrong or not isinstance(value, _TYPES[kind]):
        return [f"{at}: expected {kind}, got {value!r}"]
    found = [f"{at}: no {name}" for name in schema.get("required", ()) if name not in value]
    if kind == "object":
        parts = schema.get("properties", {})
        for name in [n for n in value if n in parts]:
            found += problems(value[name], parts[name], f"{at}.{name}")
    if kind == "array":
        low, high = schema.get("minItems", 0), schema.get("maxItems", len(value))
        found += [] if low <= len(value) <= high else [f"{at}: {len(value)} items"]
        for k, item in enumerate(value):
            found += problems(item, schema["items"], f"{at}[{k}]")
    if kind == "integer":
        low, high = schema.get("minimum", value), schema.get("maximum", value)
        found += [] if low <= value <= high else [f"{at}: {value} out of range"]
    if schema.get("contentEncoding") == "base64":
        base64.b64decode(value, validate=True)
    return found


@pytest.fixture(scope="module")
def flight(tmp_path_factory: pytest.TempPathFactory) -> Flight:
    recorder = flying.recorder(tmp_path_factory.mktemp("flights"))
    recorder.on_event(flying.CommandRead("look"))
    recorder._joints(flying.STATE)
    recorder.looked(flying.Observation((flying.frame(),), flying.STATE, "look"), flying.SCENE, "")
    recorder._picture(flying.frame(1))
    recorder.safety("gate", "too fast")
    recorder.on_event(flying.CommandEnded("succeeded", "I looked."))
    recorder.close()
    return read(recorder.files[0])


def test_every_message_is_as_its_schema_says(flight: Flight) -> None:
    assert {t for t in NAMES if t in flight.channels} == set(NAMES)
    for topic, (name, encoding) in flight.channels.items():
        assert encoding == "json" and name == NAMES.get(topic, name)
        assert name.startswith(("foxglove.", "llmagentos."))
    for note in flight.notes:
        assert problems(note.value, topics.schema_of(note.topic), note.topic) == []


def _written(schema: dict[str, Any], found: dict[str, set[str]]) -> str:
    """A schema in the notation of PUBLISHED; puts those that it names into `found`."""
    title, kind = schema.get("title", ""), schema.get("type", "")
    if "oneOf" in schema:
        assert [one["const"] for one in schema["oneOf"]] == list(range(len(schema["oneOf"])))
        return f"{title}={','.join(one['title'] for one in schema['oneOf'])}"
    if kind == "array":
        least, most = schema.get("minItems"), schema.get("maxItems")
        assert least == most
        return f"{_written(schema['items'], found)}[{'' if least is None else least}]"
    if kind == "object" and title in ("time", "duration"):
        nsec = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
        assert set(schema["properties"]) == {"sec", "nsec"}
        assert schema["properties"]["nsec"] == nsec
        return title
    if kind == "object":
        must = schema.get("required", ())
        found[title] = {
            f"{'' if name in must else '?'}{name}:{_written(part, found)}"
            for name, part in schema["properties"].items()
        }
        return str(title)
    if kind == "integer":
        assert schema["minimum"] == 0
        return "count"
    return "bytes" if schema.get("contentEncoding") == "base64" else str(kind)


def test_the_schemas_are_those_that_foxglove_publishes(flight: Flight) -> None:
    found: dict[str, set[str]] = {}
    for topic, name in NAMES.items():
        assert _written(topics.schema_of(topic), found) == name
    assert found == {name: set(fields.split()) for name, fields in PUBLISHED.items()}
    # and what stands in the file, by MCAP's own reader, is those
    with flight.path.open("rb") as stream:
        summary = make_reader(stream).get_summary()
    assert summary is not None
    for channel in summary.channels.values():
        schema = summary.schemas[channel.schema_id]
        assert schema.encoding == "jsonschema"
        assert json.loads(schema.data) == topics.schema_of(channel.topic)


def test_problems_are_found() -> None:
    log = messages.log("said", "robot", 5)
    assert problems(log, schemas.LOG) == []
    assert problems({**log, "level": 9}, schemas.LOG)
    assert problems({k: v for k, v in log.items() if k != "file"}, schemas.LOG)
    assert problems({**log, "timestamp": {"sec": 1, "nsec": 2_000_000_000}}, schemas.LOG)


def test_frames_hang_together_and_times_are_nanoseconds(flight: Flight) -> None:
    frames = {messages.BASE}
    for note in flight.on(topics.TF):
        for told in note.value["transforms"]:
            assert told["parent_frame_id"] == messages.BASE
            frames.add(told["child_frame_id"])
            turn = np.array([told["rotation"][k] for k in "xyzw"])
            assert np.linalg.norm(turn) == pytest.approx(1.0)
    used = {n.value["frame_id"] for n in flight.notes if n.topic.startswith("/camera/")}
    used |= {e["frame_id"] for n in flight.on(topics.SCENE) for e in n.value["entities"]}
    assert used <= frames and messages.TOOL in frames
    for note in flight.notes:
        stamp = note.value.get("timestamp") if isinstance(note.value, dict) else None
        if stamp is not None:
            assert abs(stamp["sec"] * 10**9 + stamp["nsec"] - note.log_ns) < 10**9


def test_mcaps_own_indexed_reader_finds_all_of_it(flight: Flight) -> None:
    with flight.path.open("rb") as stream:
        reader = make_reader(stream)
        summary = reader.get_summary()
        assert summary is not None and summary.statistics is not None
        assert summary.statistics.message_count == len(flight.notes)
        found = [m.data for _, _, m in reader.iter_messages(topics=[topics.LOG])]
    assert found == [n.data for n in flight.on(topics.LOG)]


@pytest.mark.parametrize("turn", range(20))
def test_rotations_come_back_from_their_quaternions(turn: int) -> None:
    rng = np.random.default_rng(turn)
    matrix, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    matrix *= np.linalg.det(matrix)
    placement = np.eye(4)
    placement[:3, :3] = matrix
    told = messages.transform("x", placement, 0)["rotation"]
    x, y, z, w = (told[k] for k in "xyzw")
    back = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    assert np.allclose(back, matrix)


def test_a_flight_in_mid_air_is_readable(tmp_path: Path) -> None:
    recorder = flying.recorder(tmp_path)
    recorder.on_event(flying.CommandRead("look"))
    recorder.close()
    assert read(recorder.files[0]).header["command"] == "look"
