"""Value types that cross module boundaries.

Knows: the shape, unit and frame of everything that one module hands to another.
Does not know: who makes these values or what is done with them.

Frames (REP 103): everything is in the robot's base frame unless the name says otherwise:
x forward (away from the robot), y left, z up; metres, radians, seconds.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Vec3 = tuple[float, float, float]


#: How high over a table of scale 1 its camera is, metres.
EYE_M = 1.25


@dataclass(frozen=True)
class Workspace:
    """The part of the table the robot works on, base frame, metres.

    scale: how large the things on it are, against those of a table of this size: all lengths that
    are a matter of taste (gaps between things, margins) and the sizes of kinds follow it.
    """

    x_min: float = 0.30
    x_max: float = 0.70
    y_min: float = -0.35
    y_max: float = 0.35
    table_z: float = 0.0
    scale: float = 1.0

    def contains(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether (x, y) lies inside, `margin` metres away from the border."""
        return (
            self.x_min + margin <= x <= self.x_max - margin
            and self.y_min + margin <= y <= self.y_max - margin
        )

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle, x and y."""
        return (self.x_min + self.x_max) / 2, (self.y_min + self.y_max) / 2

    @property
    def eye(self) -> Vec3:
        """Where the camera over the table is to be, base frame: straight above its middle."""
        return (*self.middle, self.table_z + EYE_M * self.scale)

    def times(self, factor: float) -> Workspace:
        """The same with all lengths times a factor, the scale too."""
        x0, x1, y0, y1 = (factor * v for v in (self.x_min, self.x_max, self.y_min, self.y_max))
        return Workspace(x0, x1, y0, y1, factor * self.table_z, factor * self.scale)


@dataclass(frozen=True)
class Pose:
    """A gripper or object pose: position in metres, rotation about z in radians.

    For the gripper `position` is the point between the finger tips, pointing down.
    """

    position: Vec3
    yaw: float = 0.0


@dataclass(frozen=True)
class MapPose:
    """Where a base stands or shall stand: x and y in metres, its heading yaw in radians, counter-clockwise
    from x, all in the map frame (REP 105), which stays where it is while the base drives, unless the
    name says otherwise ("odom" drifts with the wheels)."""

    x_m: float
    y_m: float
    yaw_rad: float = 0.0

    def after(self, step: MapPose) -> MapPose:
        """The pose that lies at `step` as seen from this one (composition in SE(2))."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return MapPose(
            self.x_m + c * step.x_m - s * step.y_m,
            self.y_m + s * step.x_m + c * step.y_m,
            wrapped(self.yaw_rad + step.yaw_rad),
        )

    def inverse(self) -> MapPose:
        """This pose's frame as seen from itself: `p.after(p.inverse())` is the origin."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        x, y = -c * self.x_m - s * self.y_m, s * self.x_m - c * self.y_m
        return MapPose(x, y, wrapped(-self.yaw_rad))

    def seen_from(self, other: MapPose) -> MapPose:
        """This pose in the frame of another one of the same frame."""
        return other.inverse().after(self)

    def distance_m(self, other: MapPose) -> float:
        """How far apart the two places are."""
        return math.hypot(self.x_m - other.x_m, self.y_m - other.y_m)


def wrapped(angle_rad: float) -> float:
    """The same angle in [-pi, pi)."""
    return (angle_rad + math.pi) % (2 * math.pi) - math.pi


#: What a named place of a map can be: a room (its pose somewhere free inside), a door (in its middle),
#: a piece of furniture (in front of it, facing it), a spot that a person has named.
PlaceKind = Literal["room", "door", "furniture", "spot"]


@dataclass(frozen=True)
class NamedPlace:
    """A place of the map that has a name, and where the base stands when it is there.

    name: as people say it, in lower case ("kitchen"). room: the name of the room that it lies in, ""
    for a room and where nobody knows. words: what else it is called ("fridge", "refrigerator").
    """

    name: str
    pose: MapPose
    kind: PlaceKind = "room"
    room: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class BaseState:
    """What is known of a base that drives: where it believes to stand, and which places it knows.

    room: the name of the room that it stands in, "" where it is in none. moving: whether it drives.
    person: where the person who gives commands is, None where it is not known. things: what was seen
    from a pose when it stood there last, in the base's frame there. has_arm: whether it can pick up.
    surface: whether it stands before something that things can be put on; None where nobody knows.
    foot: where the arm stands in the base's own frame.
    """

    pose: MapPose
    places: tuple[NamedPlace, ...] = ()
    room: str = ""
    moving: bool = False
    person: MapPose | None = None
    things: tuple[tuple[MapPose, tuple[SceneObject, ...]], ...] = ()
    has_arm: bool = True
    surface: bool | None = None
    foot: MapPose = MapPose(0.0, 0.0)

    def place(self, name: str) -> NamedPlace | None:
        """The place of just this name, or None."""
        return next((p for p in self.places if p.name == name), None)


@dataclass(frozen=True)
class Hand:
    """Where the hand is: the point between the finger tips, base frame, and how far it is open, in
    metres; most_m: how far it can be. body: points along the middle of forearm and hand, from the
    elbow to where the fingers begin, always as many; () where nobody knows."""

    position: Vec3
    opening_m: float
    most_m: float
    body: tuple[Vec3, ...] = ()


@dataclass(frozen=True)
class CameraFrame:
    """One aligned colour and depth picture.

    rgb: uint8 [H, W, 3]; depth: float32 [H, W], metres along the optical axis, 0 or NaN where
    unknown; intrinsics: float64 [3, 3] (pixels, OpenCV: x right, y down, z forward);
    base_from_camera: float64 [4, 4]; stamp_s: seconds on the driver's clock.
    """

    camera: str
    rgb: NDArray[np.uint8]
    depth: NDArray[np.float32]
    intrinsics: NDArray[np.float64]
    base_from_camera: NDArray[np.float64]
    stamp_s: float


@dataclass(frozen=True)
class RobotState:
    """What the joints say. positions, velocities: one a joint, rad and rad/s (shoulder to
    wrist).

    gripper_width_m: distance between the finger tips; gripper_effort_n: grip force if known.
    external_nm: torques from outside, one a joint, N m: what is measured less what gravity and the
    arm's own motion take; () where the driver can't tell.
    """

    positions: tuple[float, ...]
    velocities: tuple[float, ...]
    gripper_width_m: float
    stamp_s: float
    gripper_effort_n: float = 0.0
    external_nm: tuple[float, ...] = ()


@dataclass(frozen=True)
class Observation:
    """What comes in at one moment: pictures, joints, what was said ("" for nothing), and where a base
    that drives believes to stand (None for what stands fast)."""

    frames: tuple[CameraFrame, ...] = ()
    robot: RobotState | None = None
    command: str = ""
    base: MapPose | None = None


@dataclass(frozen=True)
class SceneObject:
    """An object as perception reports it.

    size_m: edge length (block) or outer diameter; height_m: extent along z above its own base;
    position: centre of the object's *base-to-top* box, base frame; yaw: radians, in (-pi/4, pi/4]
    for blocks (four-fold symmetric), 0 for round things, in (-pi/2, pi/2] for what is longer than
    wide: its long side's direction.
    extents_m: measured length (along yaw), width and height, for what no kind's table describes (a
    "thing"); None for known kinds. outline_m: what was seen of its outline from above, corners one
    after another in its own frame (from `position`, x along yaw), metres; it may be notched; () is
    the rectangle of its extents.
    support: id of the object it stands on or in, or "table"; inside: whether that is "in".
    held: it is in the gripper. last_seen_s: stamp of the last frame that showed it. name: what a
    person who showed it calls it ("drill"); "" for what nobody has shown.
    """

    id: str
    kind: str
    color: str
    size_m: float
    height_m: float
    position: Vec3
    yaw: float = 0.0
    support: str = "table"
    inside: bool = False
    held: bool = False
    confidence: float = 1.0
    last_seen_s: float = 0.0
    extents_m: Vec3 | None = None
    outline_m: tuple[tuple[float, float], ...] = ()
    name: str = ""

    @property
    def label(self) -> str:
        """Words for people: "red block", or the name that it was shown by."""
        return self.name or f"{self.color} {self.kind}".strip()

    @property
    def top_z(self) -> float:
        """Height of its top, base frame, metres."""
        return self.position[2] + self.height_m / 2

    @property
    def bottom_z(self) -> float:
        """Height of its base, base frame, metres; 0 on the table."""
        return self.position[2] - self.height_m / 2

    def times(self, factor: float) -> SceneObject:
        """The same with all lengths times a factor, about the base frame's origin."""
        if factor == 1.0:
            return self
        x, y, z = self.position
        return replace(
            self.resized(factor),
            height_m=factor * self.height_m,
            position=(factor * x, factor * y, factor * z),
        )

    def resized(self, factor: float) -> SceneObject:
        """The same, standing where it stands, with its size and what was measured of it times a
        factor; its height stays."""
        extents = self.extents_m
        return replace(
            self,
            size_m=factor * self.size_m,
            extents_m=extents and (factor * extents[0], factor * extents[1], factor * extents[2]),
            outline_m=tuple((factor * x, factor * y) for x, y in self.outline_m),
        )


@dataclass(frozen=True)
class Scene:
    """What is where, at one moment, as far as the robot knows.

    left_out: so many parts of the picture were not looked at, since it showed more than one look has
    time for; 0 where all was. base: where the robot has driven to, None for one that stands fast.
    """

    objects: tuple[SceneObject, ...] = ()
    stamp_s: float = 0.0
    workspace: Workspace = field(default_factory=Workspace)
    left_out: int = 0
    base: BaseState | None = None

    def get(self, object_id: str) -> SceneObject | None:
        """The object of that id, or None."""
        return next((o for o in self.objects if o.id == object_id), None)

    @property
    def held(self) -> SceneObject | None:
        """What is in the gripper, or None."""
        return next((o for o in self.objects if o.held), None)

    def on_top_of(self, object_id: str) -> tuple[SceneObject, ...]:
        """Objects that stand directly on or in `object_id`."""
        return tuple(o for o in self.objects if o.support == object_id and not o.held)

    def full_size(self) -> Scene:
        """The same as if its things were as large as those of a table of scale 1."""
        if self.workspace.scale == 1.0:
            return self
        factor = 1 / self.workspace.scale
        objects = tuple(o.times(factor) for o in self.objects)
        return replace(self, objects=objects, workspace=self.workspace.times(factor))


@dataclass(frozen=True)
class Action:
    """One grounded skill call: a skill's name and concrete numbers, nothing left to interpret.

    pick:   object_id
    place:  object_id (what is held), pose (centre of the object's base, and its yaw),
            support ("table" or an id), inside (it may be let go above: into bowls)
    push:   object_id, pose (where the object's centre shall end; yaw ignored)
    rotate: object_id, angle_rad (counter-clockwise positive)
    point:  pose.position          wait: duration_s          look, home, open_gripper: nothing
    reach:  pose.position of the finger tips   grip: width_m between them
    drive_to: goal (map frame)   drive_by: ahead_m (backwards where negative), then angle_rad
    follow_wall: angle_rad (where the wall is: pi/2 left, -pi/2 right, 0 the nearer one)
    name_place: text (the name)
    others: what their declaration takes (llmagentos.skills.catalog)
    speed: of any of them, as a share of the usual one; clear_of: ids that nothing must come near.
    skip: so many of the best grasps are left out, since a rehearsal has seen them fail.
    instead_of: the action that a person asked for, where this is another way to what it is for
    ("push" for a pick and a place); strict: no other action instead of it, and none on its way.
    why: words for people; no skill reads them.
    """

    name: str
    object_id: str = ""
    pose: Pose | None = None
    support: str = "table"
    inside: bool = False
    angle_rad: float = 0.0
    duration_s: float = 0.0
    width_m: float = 0.0
    goal: MapPose | None = None
    ahead_m: float = 0.0
    text: str = ""
    speed: float = 1.0
    clear_of: tuple[str, ...] = ()
    why: str = ""
    skip: int = 0
    instead_of: str = ""
    strict: bool = False


Status = Literal["succeeded", "failed", "refused", "cannot", "question", "answered"]
