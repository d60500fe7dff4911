# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Core values to messages and back.

Knows: both shapes of a scene, a plan, a robot state and a camera frame.
Does not know: topics, nodes.
"""

from __future__ import annotations

from collections.abc import Sequence
import json
import math
from typing import Any, cast, get_args

from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import KeyValue
from geometry_msgs.msg import Point, Pose, Quaternion, TransformStamped
from llmagentos.errors import DriverError, PlanError
from llmagentos.events import Event
from llmagentos.lang.plan import Plan
from llmagentos.ports.modules import PlanResult
from llmagentos.ports.understanding import Understanding
from llmagentos.robots import ArmSpec
from llmagentos.robots.joint_states import JointReadings
from llmagentos.safety.ages import stamp_problem, StampWatch
from llmagentos.types import (
    BaseState,
    MapPose,
    NamedPlace,
    PlaceKind,
    RobotState,
    Scene,
    SceneObject,
    Vec3,
    Workspace,
)
from llmagentos.world.relations import related
from llmagentos_msgs import msg as m
import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError
from sensor_msgs.msg import JointState

_SIDES = ('left_of', 'right_of', 'in_front_of', 'behind', 'next_to')


def to_time(seconds: float) -> Time:
    """Seconds to a stamp, rounded to nanoseconds."""
    whole, nanos = divmod(round(seconds * 1e9), 1_000_000_000)
    return Time(sec=int(whole), nanosec=int(nanos))


def to_seconds(stamp: Time) -> float:
    """Convert a stamp to seconds."""
    return stamp.sec + stamp.nanosec * 1e-9


# --- poses on the floor ---------------------------------------------------------------------


def pose_to_msg(pose: MapPose) -> Pose:
    """Convert a pose on the floor."""
    out = Pose()
    out.position.x, out.position.y = float(pose.x_m), float(pose.y_m)
    out.orientation = yaw_to_quaternion(pose.yaw_rad)
    return out


def yaw_to_quaternion(yaw_rad: float) -> Quaternion:
    """Return a turn about the upward axis."""
    return Quaternion(z=math.sin(yaw_rad / 2), w=math.cos(yaw_rad / 2))


# --- scenes ---------------------------------------------------------------------------------


def scene_to_msg(scene: Scene, frame_id: str) -> m.Scene:
    """Convert a scene; adds the relations between neighbours."""
    out = m.Scene()
    out.header.stamp = to_time(scene.stamp_s)
    out.header.frame_id = frame_id
    w = scene.workspace
    out.workspace_x_min, out.workspace_x_max = w.x_min, w.x_max
    out.workspace_scale = w.scale
    out.workspace_y_min, out.workspace_y_max = w.y_min, w.y_max
    out.table_z = w.table_z
    out.left_out = scene.left_out
    out.objects = [_object_to_msg(o) for o in scene.objects]
    out.relations = relations_of(scene)
    out.base = [] if scene.base is None else [_base_to_msg(scene.base)]
    return out


def _base_to_msg(base: BaseState) -> m.BaseState:
    return m.BaseState(
        pose=pose_to_msg(base.pose),
        room=base.room,
        moving=base.moving,
        has_arm=base.has_arm,
        person_known=base.person is not None,
        person=Pose() if base.person is None else pose_to_msg(base.person),
        places=[
            m.NamedPlace(
                name=place.name,
                kind=place.kind,
                pose=pose_to_msg(place.pose),
                room=place.room,
                words=list(place.words),
            )
            for place in base.places
        ],
    )


def _base_from_msg(msg: m.BaseState) -> BaseState:
    """Convert where a base is; what it saw elsewhere stays with whoever drives it."""
    kinds = get_args(PlaceKind)
    return BaseState(
        _pose_of(msg.pose),
        tuple(
            NamedPlace(
                place.name,
                _pose_of(place.pose),
                cast(PlaceKind, place.kind if place.kind in kinds else 'spot'),
                place.room,
                tuple(place.words),
            )
            for place in msg.places
        ),
        msg.room,
        msg.moving,
        _pose_of(msg.person) if msg.person_known else None,
        has_arm=msg.has_arm,
    )


def _pose_of(msg: Pose) -> MapPose:
    q = msg.orientation
    return MapPose(msg.position.x, msg.position.y, 2.0 * math.atan2(q.z, q.w))


def relations_of(scene: Scene) -> list[m.Relation]:
    """Find what stands on or in what, and the sides of things that are next to each other."""
    found = []
    for a in scene.objects:
        if a.support and not a.held:
            word = 'in' if a.inside else 'on'
            found.append(m.Relation(subject=a.id, relation=word, object=a.support))
    for a in scene.objects:
        for b in scene.objects:
            if a is b or math.dist(a.position[:2], b.position[:2]) > 0.25:
                continue
            if not related('next_to', scene, a, b):
                continue
            for side in _SIDES:
                if related(side, scene, a, b):
                    found.append(m.Relation(subject=a.id, relation=side, object=b.id))
    return found


def _object_to_msg(o: SceneObject) -> m.DetectedObject:
    x, y, z = (float(v) for v in o.position)
    return m.DetectedObject(
        id=o.id,
        kind=o.kind,
        color=o.color,
        size=float(o.size_m),
        height=float(o.height_m),
        position=Point(x=x, y=y, z=z),
        yaw=float(o.yaw),
        support=o.support,
        inside=bool(o.inside),
        held=bool(o.held),
        confidence=float(o.confidence),
        last_seen=to_time(max(o.last_seen_s, 0.0)),
        extents=[float(v) for v in o.extents_m or (0.0, 0.0, 0.0)],
        outline=[Point(x=float(px), y=float(py), z=0.0) for px, py in o.outline_m],
        name=o.name,
    )


def _extents(o: m.DetectedObject) -> Vec3 | None:
    length, width, height = (float(v) for v in o.extents)
    return (length, width, height) if length else None


def scene_from_msg(msg: m.Scene) -> Scene:
    """Convert to the core's scene; without relations, since the core computes its own."""
    workspace = Workspace(
        msg.workspace_x_min,
        msg.workspace_x_max,
        msg.workspace_y_min,
        msg.workspace_y_max,
        msg.table_z,
        msg.workspace_scale,
    )
    objects = tuple(
        SceneObject(
            id=o.id,
            kind=o.kind,
            color=o.color,
            size_m=o.size,
            height_m=o.height,
            position=(o.position.x, o.position.y, o.position.z),
            yaw=o.yaw,
            support=o.support,
            inside=o.inside,
            held=o.held,
            confidence=o.confidence,
            last_seen_s=to_seconds(o.last_seen),
            extents_m=_extents(o),
            outline_m=tuple((p.x, p.y) for p in o.outline),
            name=o.name,
        )
        for o in msg.objects
    )
    base = _base_from_msg(msg.base[0]) if msg.base else None
    return Scene(objects, to_seconds(msg.header.stamp), workspace, int(msg.left_out), base)


# --- plans ----------------------------------------------------------------------------------


def plan_to_msg(result: PlanResult, command: str, now_s: float) -> m.Plan:
    """Convert a planning result; the plan travels as JSON."""
    return m.Plan(
        stamp=to_time(now_s),
        command=command,
        json=result.plan.model_dump_json(exclude_defaults=False),
        text=result.text,
        plan_s=float(result.plan_s),
        prompt_tokens=int(result.prompt_tokens),
        tokens=int(result.tokens),
        confidence=float(result.confidence),
        engine=[KeyValue(key=str(k), value=str(v)) for k, v in result.engine.items()],
    )


def plan_from_msg(msg: m.Plan) -> PlanResult:
    """Convert a plan message. Raises PlanError when the JSON is no plan."""
    return PlanResult(
        plan=plan_from_json(msg.json),
        text=msg.text,
        plan_s=msg.plan_s,
        prompt_tokens=msg.prompt_tokens,
        tokens=msg.tokens,
        engine={kv.key: kv.value for kv in msg.engine},
        confidence=msg.confidence,
    )


def trusted(plan: Plan, msg: m.Plan) -> PlanResult:
    """Return the plan of a message with how sure it is; 0 says that it was not told."""
    sure = msg.confidence or 1.0
    return PlanResult(plan, msg.text, confidence=sure, understanding=Understanding(sure))


def plan_from_json(text: str) -> Plan:
    """Parse a plan. Raises PlanError when the text is none of the published schema."""
    try:
        return Plan.model_validate_json(text)
    except ValidationError as exc:
        first = exc.errors()[0]
        where = '.'.join(str(part) for part in first['loc']) or 'plan'
        raise PlanError(f'expected a plan as JSON, got {where}: {first["msg"]}') from exc


def event_to_json(event: Event, **more: Any) -> str:
    """One event of a running command as JSON, with more fields beside it."""
    return json.dumps({**event.to_json(), **more}, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, 'to_json'):
        return value.to_json()
    if hasattr(value, 'tolist'):
        return value.tolist()
    return str(value)


# --- the robot ------------------------------------------------------------------------------


def joint_state_to_msg(state: RobotState, spec: ArmSpec, frame_id: str) -> JointState:
    """Convert arm joints and finger joints."""
    msg = JointState()
    msg.header.stamp = to_time(state.stamp_s)
    msg.header.frame_id = frame_id
    fingers = spec.gripper.joints(state.gripper_width_m)
    msg.name = [*spec.joint_names, *spec.finger_joint_names]
    msg.position = [*map(float, state.positions), *fingers]
    msg.velocity = [*map(float, state.velocities), *(0.0 for _ in fingers)]
    effort = float(state.gripper_effort_n)
    msg.effort = [*(0.0 for _ in spec.joint_names), *(effort for _ in fingers)]
    return msg


class JointStateReader:
    """Joint state messages of one arm to robot states; see llmagentos.robots.joint_states."""

    def __init__(
        self,
        spec: ArmSpec,
        joint_names: Sequence[str] = (),
        finger_names: Sequence[str] = (),
    ) -> None:
        self.readings = JointReadings(spec, joint_names, finger_names)
        self._stamps = StampWatch('joint states')

    def read(self, msg: JointState, now_s: float | None = None) -> RobotState | None:
        """
        Return the state, or None while joints are missing. DriverError for what cannot be.

        now_s: the node's clock, by which stamps are judged; None: they are not.
        """
        stamp_s = to_seconds(msg.header.stamp)
        if now_s is not None:
            stood = self._stamps.problem(stamp_s, now_s)
            problem = stamp_problem('joint states', stamp_s, now_s) or stood
            if problem:
                raise DriverError(problem)
        return self.readings.take(msg.name, msg.position, msg.velocity, msg.effort, stamp_s)


# --- poses ----------------------------------------------------------------------------------


def matrix_to_transform(
    matrix: NDArray[np.float64], parent: str, child: str, stamp_s: float
) -> TransformStamped:
    """Convert a 4x4 pose of `child` in `parent` (metres)."""
    out = TransformStamped()
    out.header.stamp = to_time(stamp_s)
    out.header.frame_id, out.child_frame_id = parent, child
    t, r = out.transform.translation, out.transform.rotation
    t.x, t.y, t.z = (float(v) for v in matrix[:3, 3])
    r.x, r.y, r.z, r.w = quaternion_of(matrix[:3, :3])
    return out


def transform_to_matrix(msg: TransformStamped) -> NDArray[np.float64]:
    """Return the 4x4 pose of child in parent frame. DriverError if it is no rotation."""
    t, r = msg.transform.translation, msg.transform.rotation
    return pose_matrix((t.x, t.y, t.z), (r.x, r.y, r.z, r.w))


def pose_matrix(xyz: Sequence[float], xyzw: Sequence[float]) -> NDArray[np.float64]:
    """4x4 matrix of a position (m) and a quaternion (x, y, z, w)."""
    x, y, z, w = (float(v) for v in xyzw)
    norm = math.sqrt(x * x + y * y + z * z + w * w)
    if not math.isfinite(norm) or abs(norm - 1.0) > 0.01:
        raise DriverError(f'expected a unit quaternion, got length {norm}')
    x, y, z, w = x / norm, y / norm, z / norm, w / norm
    pose = np.eye(4)
    pose[:3, :3] = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ]
    pose[:3, 3] = xyz
    return pose


def quaternion_of(rotation: NDArray[np.float64]) -> tuple[float, float, float, float]:
    """Quaternion (x, y, z, w) of a 3x3 rotation, by the largest of its four components."""
    r = rotation
    squares = np.array(
        [
            1 + r[0, 0] - r[1, 1] - r[2, 2],
            1 - r[0, 0] + r[1, 1] - r[2, 2],
            1 - r[0, 0] - r[1, 1] + r[2, 2],
            1 + r[0, 0] + r[1, 1] + r[2, 2],
        ]
    )
    largest = int(np.argmax(squares))
    root = 2 * math.sqrt(float(squares[largest]))
    off = {
        (0, 1): r[0, 1] + r[1, 0],
        (0, 2): r[0, 2] + r[2, 0],
        (1, 2): r[1, 2] + r[2, 1],
        (0, 3): r[2, 1] - r[1, 2],
        (1, 3): r[0, 2] - r[2, 0],
        (2, 3): r[1, 0] - r[0, 1],
    }
    q = [
        root / 4 if i == largest else float(off[min(i, largest), max(i, largest)]) / root
        for i in range(4)
    ]
    return q[0], q[1], q[2], q[3]
