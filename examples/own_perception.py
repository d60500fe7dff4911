"""The robot's agent with perception of one's own: something tells what each pixel shows, and geometry
makes things of that.

Here a rule of hue and height tells; `views` gives pictures with their truth to train a network on,
that takes the rule's place through `llmagentos.inference.OnnxNetwork`.
"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np

from llmagentos import Agent, PerceptionModule
from llmagentos.errors import PerceptionError
from llmagentos.objects.colors import TABLE
from llmagentos.objects.geometry import object_geometry
from llmagentos.perception.relations import with_supports
from llmagentos.types import CameraFrame, Observation, Scene, SceneObject
from sim.cameras import SimCamera, overhead_spec
from sim.rendering import Lighting
from sim.scene import ObjectSpec, SceneSpec
from sim.truth_look import oracle_scene
from sim.world import SimWorld

SIZES_M = {"block": 0.04, "plate": 0.14}
COLORS = ("red", "green", "blue")
#: What a pixel may show; its number less one, 0 is anything else.
CLASSES = [(color, kind) for kind in SIZES_M for color in COLORS]
#: Every fourth pixel along each side is enough: a cell is 6 mm of the table.
STRIDE = 4
#: Fewer cells are no thing; what is higher is in the hand; a block's top is level within this, m.
LEAST, HIGHEST_M, LEVEL_M = 12, 0.15, 0.006
HELD_OUT = range(2_000_000, 2_000_020)
SCENE = {
    "objects": [
        {"kind": "block", "color": "red", "size": 0.04, "position": [0.45, 0.15]},
        {"kind": "block", "color": "blue", "size": 0.04, "position": [0.40, 0.00], "yaw": 0.4},
        {"kind": "plate", "color": "green", "size": 0.14, "position": [0.52, -0.15]},
    ]
}
#: Pictures float32 [4, rows, columns] to classes [rows, columns].
Labels = Callable[[np.ndarray], np.ndarray]


def picture_of(frame: CameraFrame) -> tuple[np.ndarray, np.ndarray]:
    """What the network sees, float32 [4, rows, columns]: red, green and blue from 0 to 1, height over
    the table in decimetres; and where each of its pixels is, metres, base frame [rows, columns, 3]."""
    depth = np.nan_to_num(frame.depth[::STRIDE, ::STRIDE])
    rows, columns = STRIDE * np.indices(depth.shape)
    (focal, _, middle_x), (_, _, middle_y), _ = frame.intrinsics
    rays = [(columns - middle_x) / focal, (rows - middle_y) / focal, np.ones(depth.shape)]
    turn, place = frame.base_from_camera[:3, :3], frame.base_from_camera[:3, 3]
    points = (np.stack(rays, axis=-1) * depth[..., None]) @ turn.T + place
    height = np.where(depth > 0, 10 * points[..., 2], 0.0)
    picture = np.concatenate([frame.rgb[::STRIDE, ::STRIDE].transpose(2, 0, 1) / 255, height[None]])
    return picture.astype(np.float32), points


class LabelledPerception(PerceptionModule):
    """At most one thing a class: its largest patch. labels: what the pixels show.

    It remembers nothing: what is covered is not there.
    """

    def __init__(self, labels: Labels) -> None:
        self._labels = labels

    def perceive(self, observation: Observation) -> Scene:
        frames = [frame for frame in observation.frames if frame.camera == "overhead"]
        if not frames:
            raise PerceptionError("expected a frame of the overhead camera, got none")
        picture, points = picture_of(frames[0])
        shown = self._labels(picture)
        seen = [thing(number, shown == number + 1, points) for number in range(len(CLASSES))]
        return Scene(tuple(with_supports([item for item in seen if item])), frames[0].stamp_s)


def thing(number: int, mask: np.ndarray, points: np.ndarray) -> SceneObject | None:
    """What a class's largest patch of pixels is; None for too small a patch, or one in the hand."""
    _, patches, about, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if len(about) < 2:
        return None
    there = points[patches == 1 + about[1:, cv2.CC_STAT_AREA].argmax()]
    top_m = float(np.percentile(there[:, 2], 80))
    if len(there) < LEAST or top_m > HIGHEST_M:
        return None
    color, kind = CLASSES[number]
    size_m, yaw = SIZES_M[kind], 0.0
    height_m = object_geometry(kind, size_m).height_m
    if kind == "block":
        level = there[np.abs(there[:, 2] - top_m) < LEVEL_M, :2].astype(np.float32)
        (x, y), _, angle = cv2.minAreaRect(level)
        yaw = (np.deg2rad(angle) + np.pi / 4) % (np.pi / 2) - np.pi / 4
        bottom_m = max(top_m - height_m, 0.0)
    else:  # something may stand on it
        (x, y), _ = cv2.minEnclosingCircle(there[:, :2].astype(np.float32))
        bottom_m = 0.0
    place = (float(x), float(y), bottom_m + height_m / 2)
    return SceneObject(f"{color}_{kind}", kind, color, size_m, height_m, place, float(yaw))


def by_rule(picture: np.ndarray) -> np.ndarray:
    """The nearest colour, where there is any; a block where it is high, a plate where it is low."""
    rgb, height = picture[:3], picture[3]
    colors = np.array([TABLE[color].paint for color in COLORS])
    hue = rgb - rgb.mean(axis=0)
    far = [((hue - (c - c.mean())[:, None, None]) ** 2).sum(axis=0) for c in colors]
    kind = np.where(height > 0.27, 0, len(COLORS))
    vivid = rgb.max(axis=0) - rgb.min(axis=0) > 0.25
    return np.where(vivid & (height > 0.03), 1 + np.argmin(far, axis=0) + kind, 0)


def views(seeds: range) -> Iterator[tuple[CameraFrame, np.ndarray, Scene]]:
    """Of random tables, each in other light: the frame; the true class of each pixel that a network
    sees, int64 [rows, columns]; and what is there."""
    world = SimWorld(renderer="tiny")
    camera = SimCamera(world, overhead_spec())
    for seed in seeds:
        rng = np.random.default_rng(seed)
        world.reset(SceneSpec(objects=drawn(rng)))
        world.lighting = Lighting.random(rng)
        frame, (bodies, names) = camera.capture(), camera.capture_segmentation()
        scene = oracle_scene(world)
        number = {item.id: 1 + CLASSES.index((item.color, item.kind)) for item in scene.objects}
        shown = np.zeros(bodies.max() + 2, np.int64)  # the last one is for nothing, -1
        for body, name in names.items():
            shown[body] = number.get(name, 0)
        yield frame, shown[bodies[::STRIDE, ::STRIDE]], scene
    world.close()


def drawn(rng: np.random.Generator) -> list[ObjectSpec]:
    """Four of the six things: apart from each other, and half of the time a block on a plate."""
    things: list[ObjectSpec] = []
    for number in sorted(rng.permutation(len(CLASSES))[:4], reverse=True):  # plates first
        color, kind = CLASSES[number]
        size, yaw = SIZES_M[kind], float(rng.uniform(-0.7, 0.7))
        low = things[-1] if things and kind == "block" and rng.random() < 0.5 else None
        if low is not None and low.kind == "plate":
            (x, y), z = low.position[:2] + rng.uniform(-0.02, 0.02, 2), low.geometry.floor_m
            place = (float(x), float(y), z + size / 2)
        else:
            place = apart(rng, size, things)
        things.append(ObjectSpec(kind=kind, color=color, size=size, position=place, yaw=yaw))
    return things


def apart(rng: np.random.Generator, size: float, things: list[ObjectSpec]) -> tuple[float, float]:
    """A free place on the table."""
    while True:
        x, y = (float(v) for v in rng.uniform((0.34, -0.25), (0.56, 0.25)))
        if all(np.hypot(x - o.position[0], y - o.position[1]) > (size + o.size) / 2 + 0.02
               for o in things):  # fmt: skip
            return x, y


def judge(labels: Labels) -> str:
    """What is found of twenty tables that no network has been shown, in words."""
    perception, found, off_mm, there, invented = LabelledPerception(labels), 0, [], 0, 0
    for frame, _, truth in views(HELD_OUT):
        seen = {(o.color, o.kind): o for o in perception.perceive(Observation((frame,))).objects}
        there += len(truth.objects)
        for item in truth.objects:
            if (mine := seen.pop((item.color, item.kind), None)) is not None:
                found += 1
                off_mm.append(1000 * np.hypot(*np.subtract(mine.position, item.position)[:2]))
        invented += len(seen)
    return f"{found} of {there} things found, {np.mean(off_mm):.1f} mm off, {invented} that are not there"


def carry_out(labels: Labels) -> None:
    """Commands, seen through it alone."""
    with Agent.in_simulation(SCENE, perception=LabelledPerception(labels)) as agent:
        for words in ("put the red block on the green plate", "where is the red block"):
            result = agent.command(words)
            print(f"{words}: {result.status} - {result.reply}")


if __name__ == "__main__":
    print(f"by a rule: {judge(by_rule)}")
    carry_out(by_rule)
