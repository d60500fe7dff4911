"""The simulator's truth: where everything really is. For scoring and tests only.

Knows: how to read and change bodies behind the robot's back.
Does not know: time, control, cameras.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import SceneError
from llmagentos.objects.geometry import ObjectGeometry
from llmagentos.objects.measured import half_turn, with_outline
from llmagentos.types import SceneObject
from sim.models import model_outline
from sim.robot import ArmBody
from sim.scene import ObjectSpec
from sim.solids import Piece, corners_of, outline_from_above

_PARKING_M = (20.0, 20.0, 5.0)
_REST_SPEED_MPS = 0.01
_REST_TURN_RADPS = 0.1
_UPRIGHT = math.cos(math.radians(1.0))


class WorldTruth:
    """What `SimWorld` tells about its bodies; filled by it."""

    client: Any
    robot: ArmBody
    others: dict[str, ArmBody]
    _bodies: dict[str, int]
    _specs: dict[str, ObjectSpec]
    _furniture: list[int]

    def objects(self) -> list[dict[str, Any]]:
        """Every object as it is now: id, kind, color, size, position [x, y, z], yaw; of a "thing" its
        model, extents (length along yaw, width, height) and outline too, as it now stands or lies.
        """
        result = []
        for object_id, item in self._specs.items():
            position, quaternion = self.object_pose(object_id)
            yaw = self.client.getEulerFromQuaternion(quaternion)[2]
            result.append(
                {
                    "id": object_id,
                    "kind": item.kind,
                    "color": item.color,
                    "size": item.geometry.size_m,
                    "position": [float(v) for v in position],
                    "yaw": float(yaw),
                    **_measures(item, position, quaternion),
                }
            )
        return result

    def object_pose(self, object_id: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Middle of the object's box and its orientation (quaternion x, y, z, w)."""
        return self.client.getBasePositionAndOrientation(self.body_of(object_id))

    def held_truth(self) -> str | None:
        """Id of the object that both fingers of the first arm touch, or None."""
        return self.held_by(self.robot)

    def held_by(self, arm: ArmBody) -> str | None:
        """The same of any arm."""
        left, right = arm.pads
        for object_id, body in self._bodies.items():
            touched = {c[3] for c in self.client.getContactPoints(arm.body, body)}
            if left in touched and right in touched:
                return object_id
        return None

    def teleport_object(
        self, object_id: str, position: Sequence[float], yaw: float | None = None
    ) -> None:
        """Move an object at once, as somebody's hand would; [x, y] puts it on the table."""
        body, item = self.body_of(object_id), self._specs[object_id]
        z = position[2] if len(position) > 2 else item.geometry.height_m / 2
        if yaw is None:
            yaw = self.client.getEulerFromQuaternion(self.object_pose(object_id)[1])[2]
        self._put(body, (position[0], position[1], z), yaw)

    def state_bytes(self) -> bytes:
        """Every joint and object pose and velocity, bit for bit, for comparing runs."""
        values: list[float] = []
        for joint in self.robot.moving:
            values += self.client.getJointState(self.robot.body, joint)[:2]
        for body in self._bodies.values():
            position, turn = self.client.getBasePositionAndOrientation(body)
            linear, angular = self.client.getBaseVelocity(body)
            values += [*position, *turn, *linear, *angular]
        return np.array(values, dtype=np.float64).tobytes()

    def park_objects(self) -> None:
        """Take all objects out of the way, apart from each other, touching nothing."""
        for number, body in enumerate(self._bodies.values()):
            spot = (_PARKING_M[0] + 2.0 * number, _PARKING_M[1], _PARKING_M[2])
            self._put(body, spot, 0.0)

    def turn_by_hand(self, object_id: str, by_rad: float) -> None:
        """Turn an object where it stands, as a person would."""
        position, turn = self.object_pose(object_id)
        by = (0.0, 0.0, math.sin(by_rad / 2), math.cos(by_rad / 2))
        _, turned = self.client.multiplyTransforms((0, 0, 0), by, (0, 0, 0), turn)
        body = self.body_of(object_id)
        self.client.resetBasePositionAndOrientation(body, position, turned)

    def _put(self, body: int, xyz: Sequence[float], yaw: float) -> None:
        turn = (0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2))
        self.client.resetBasePositionAndOrientation(body, xyz, turn)
        self.client.resetBaseVelocity(body, (0, 0, 0), (0, 0, 0))

    def _current_spec(self, object_id: str) -> ObjectSpec:
        item = self._specs[object_id].model_copy()
        item.position = tuple(self.object_pose(object_id)[0])
        return item

    def object_ids(self) -> list[str]:
        """Ids of all objects, in the scene's order."""
        return list(self._specs)

    def bodies(self) -> list[int]:
        """PyBullet's numbers of all objects, in the scene's order."""
        return list(self._bodies.values())

    def body_of(self, object_id: str) -> int:
        """PyBullet's number for an object. SceneError for an unknown id."""
        if object_id not in self._bodies:
            raise SceneError(f"expected an object of {sorted(self._bodies)}, got {object_id!r}")
        return self._bodies[object_id]

    def geometry_of(self, object_id: str) -> ObjectGeometry:
        """An object's shape, size and nominal mass. SceneError for an unknown id."""
        self.body_of(object_id)
        return self._specs[object_id].geometry

    @property
    def table(self) -> int:
        """PyBullet's number for the table top."""
        return self._furniture[0]

    def at_rest(self) -> bool:
        """Whether no object moves faster than 1 cm/s or turns faster than 0.1 rad/s."""
        for object_id, body in self._bodies.items():
            if self._specs[object_id].geometry.mass_kg > 0:
                linear, angular = self.client.getBaseVelocity(body)
                if max(map(abs, linear)) > _REST_SPEED_MPS:
                    return False
                if max(map(abs, angular)) > _REST_TURN_RADPS:
                    return False
        return True

    def segmentation_names(self) -> dict[int, str]:
        """Object id (or "robot", "table") by body number, for `capture_segmentation`."""
        names = {body: object_id for object_id, body in self._bodies.items()}
        arms = {self.robot.body: "robot", **{o.body: n for n, o in self.others.items()}}
        return {**names, **arms, **dict.fromkeys(self._furniture, "table")}


def _measures(
    item: ObjectSpec, position: Sequence[float], quaternion: Sequence[float]
) -> dict[str, Any]:
    """What a row of a thing says otherwise, or besides; nothing for known kinds."""
    if item.solid is None:
        return {}
    standing = SceneObject("", item.kind, item.color, item.geometry.size_m, item.geometry.height_m,
                           (position[0], position[1], position[2]), extents_m=item.geometry.extents_m)  # fmt: skip
    x, y, z, w = quaternion
    # The cosine of how far its own up is from up; a degree is upright.
    if 1 - 2 * (x * x + y * y) > _UPRIGHT:
        outline = item.outline or (model_outline(item.model, standing.size_m) if item.model else ())
        now = replace(standing, yaw=half_turn(2 * math.atan2(z, w)), outline_m=outline)
    else:
        turned_now = tuple(Piece(_turned(p.vertices, quaternion), p.faces) for p in item.solid)
        heights = corners_of(turned_now)[:, 2]
        low, high = float(heights.min()), float(heights.max())
        moved = replace(standing, height_m=high - low,
                        position=(position[0], position[1], position[2] + (low + high) / 2))  # fmt: skip
        corners = [
            (px + position[0], py + position[1]) for px, py in outline_from_above(turned_now)
        ]
        now = with_outline(moved, corners)
    return {
        "size": now.size_m, "position": list(now.position), "yaw": now.yaw, "model": item.model,
        "extents": list(now.extents_m or ()), "outline": [list(p) for p in now.outline_m],
    }  # fmt: skip


def _turned(points: NDArray[np.float64], quaternion: Sequence[float]) -> NDArray[np.float64]:
    x, y, z, w = quaternion
    axis = np.array([x, y, z])
    # Rodrigues' formula for unit quaternions.
    across = 2 * np.cross(axis, points)
    return points + w * across + np.cross(axis, across)
