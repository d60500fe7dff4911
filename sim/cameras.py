"""Simulated calibrated cameras.

Knows: OpenCV intrinsics, how to turn them into OpenGL matrices and the z-buffer into metres.
Does not know: what is in the scene, or what anyone does with a picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from llmagentos.types import EYE_M, CameraFrame, Workspace
from sim.noise import SensorNoise

#: This much of the picture's width and height is filled with what people are to see.
_FILLED = 0.96
#: A glance has so many points a side.
_GLANCE_PX = 24
#: OpenCV looks along +z with y down; OpenGL along -z with y up.
_GL_FROM_CV = np.diag([1.0, -1.0, -1.0, 1.0])


@dataclass(frozen=True)
class CameraSpec:
    """A pinhole camera. focal_px: same in x and y; near_m, far_m bound what is rendered.

    mount: "base" (pose is base_from_camera) or "hand" (pose is hand_from_camera).
    """

    name: str
    width: int
    height: int
    focal_px: float
    near_m: float
    far_m: float
    pose: NDArray[np.float64]
    mount: str = "base"

    @property
    def intrinsics(self) -> NDArray[np.float64]:
        """3x3 matrix in pixels; a point on the axis falls on the centre of the picture."""
        cx, cy = (self.width - 1) / 2, (self.height - 1) / 2
        return np.array([[self.focal_px, 0, cx], [0, self.focal_px, cy], [0, 0, 1]])

    @property
    def projection(self) -> list[float]:
        """OpenGL projection matrix, column-major."""
        w, h, n, f = self.width, self.height, self.near_m, self.far_m
        matrix = np.zeros((4, 4))
        matrix[0, 0] = 2 * self.focal_px / w
        matrix[1, 1] = 2 * self.focal_px / h
        matrix[2, 2] = -(f + n) / (f - n)
        matrix[2, 3] = -2 * f * n / (f - n)
        matrix[3, 2] = -1
        return [float(x) for x in matrix.T.ravel()]


def looking_at(
    eye: tuple[float, float, float],
    target: tuple[float, float, float],
    up: tuple[float, float, float],
) -> NDArray[np.float64]:
    """base_from_camera of a camera at `eye` with `target` in the middle and `up` upwards."""
    z = np.subtract(target, eye)
    z = z / np.linalg.norm(z)
    x = np.cross(z, up)
    x = x / np.linalg.norm(x)
    pose = np.eye(4)
    pose[:3, 0], pose[:3, 1], pose[:3, 2], pose[:3, 3] = x, np.cross(z, x), z, eye
    return pose


def overhead_spec(
    width: int = 640, height: int = 480, workspace: Workspace | None = None
) -> CameraSpec:
    """Straight down over the workspace's middle, from `Workspace.eye`; the picture's up is forward
    (+x)."""
    w = workspace or Workspace()
    (x, y), s = w.middle, w.scale
    pose = looking_at((x, y, EYE_M * s), (x, y, 0.0), (1.0, 0.0, 0.0))
    focal = height / 0.68 * EYE_M
    return CameraSpec("overhead", width, height, focal, 0.4 * s, 1.6 * s, pose)


def wrist_spec(width: int = 640, height: int = 480) -> CameraSpec:
    """On the hand, beside the fingers, looking along them."""
    pose = looking_at((0.07, 0.0, 0.02), (0.015, 0.0, 0.2), (1.0, 0.0, 0.0))
    focal = width / 2 / math.tan(math.radians(69) / 2)
    return CameraSpec("wrist", width, height, focal, 0.02, 2.0, pose, mount="hand")


#: From where arms in a row are looked at: along x from their side, along y from before them; metres from the
#: middle of the work area.
_ACROSS = ((-0.25, -1.0, 1.3), (0.9, -0.5, 1.1))


def observer_spec(
    width: int = 960,
    height: int = 720,
    workspace: Workspace | None = None,
    points: NDArray[np.float64] | None = None,
    row: int | None = None,
) -> CameraSpec:
    """For people: over the robot's right shoulder, so that left and far are where they say.

    row: several arms stand in a row along x (0) or y (1); they are looked at across it, so that none hides what
    another one does. points: [N, 3], base frame, m: what the picture must show beside the work area (`sim.framing`),
    as large as that allows.
    """
    w = workspace or Workspace()
    (x, y), s = w.middle, w.scale

    def seen(dx: float, dy: float, z: float) -> tuple[float, float, float]:
        return x + s * dx, y + s * dy, s * z

    eye, at = (
        ((-0.56, -1.0, 0.95), (-0.07, -0.02, 0.16)) if row is None else (_ACROSS[row], (0, 0, 0.1))
    )
    pose = looking_at(seen(*eye), seen(*at), (0.0, 0.0, 1.0))
    focal = height / 2 / math.tan(math.radians(44) / 2)
    if points is not None:
        ends = [(a, b, s * z) for a in (w.x_min, w.x_max) for b in (w.y_min, w.y_max)
                for z in (0.0, 0.1)]  # fmt: skip
        shares = (_FILLED * width / 2 / focal, _FILLED * height / 2 / focal)
        pose[:3, 3] = _eye(pose[:3, :3], np.vstack([ends, points]), shares)
    return CameraSpec("observer", width, height, focal, 0.05 * s, 6.0, pose)


def _eye(
    axes: NDArray[np.float64], points: NDArray[np.float64], shares: tuple[float, float]
) -> NDArray[np.float64]:
    """The nearest place from which a camera with these axes (columns: right, down, ahead) has all
    points in the picture. shares: half its width and half its height at distance 1.

    A point (u, v, w) is within the width where |u - eye_u| <= share * (w - eye_w): the two
    outermost points of each way give eye_u and the most that eye_w may be.
    """
    across, ahead = (points @ axes)[:, :2], (points @ axes)[:, 2:]
    share = np.array(shares)
    most, least = np.max(across - share * ahead, axis=0), np.max(-across - share * ahead, axis=0)
    middle, back = (most - least) / 2, np.min(-(most + least) / (2 * share))
    eye: NDArray[np.float64] = axes @ np.array([*middle, back])
    return eye


class CameraWorld(Protocol):
    """What a camera asks of the world it stands in; `sim.world.SimWorld` answers."""

    noise: SensorNoise

    @property
    def now_s(self) -> float:
        """Simulated seconds since the last reset: the picture's stamp."""

    def hand_pose_matrix(self) -> NDArray[np.float64]:
        """base_from_hand, 4x4, metres: where a camera on the hand is carried."""

    def render(
        self, spec: CameraSpec, base_from_camera: NDArray[np.float64], shadow: bool = False
    ) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.int32]]:
        """Colour [H, W, 3], depth [H, W] in metres and body numbers [H, W], without noise."""

    def segmentation_names(self) -> dict[int, str]:
        """Object id by body number."""


class SimCamera:
    """A `llmagentos.ports.hardware.Camera` in a simulated world."""

    def __init__(self, world: CameraWorld, spec: CameraSpec) -> None:
        self._world = world
        self.spec = spec

    @property
    def name(self) -> str:
        """The name that frames carry: "overhead", "wrist" or "observer"."""
        return self.spec.name

    def base_from_camera(self) -> NDArray[np.float64]:
        """Where the camera is now, 4x4."""
        if self.spec.mount == "hand":
            return self._world.hand_pose_matrix() @ self.spec.pose
        return self.spec.pose

    def capture(self) -> CameraFrame:
        """Colour and depth as they are now (with the world's noise, if it has any)."""
        pose = self.base_from_camera()
        rgb, depth, _ = self._world.render(self.spec, pose)
        rgb, depth = self._world.noise.apply(rgb, depth, self.spec.focal_px)
        return CameraFrame(
            camera=self.name,
            rgb=rgb,
            depth=depth,
            intrinsics=self.spec.intrinsics,
            base_from_camera=pose.copy(),
            stamp_s=self._world.now_s,
        )

    @property
    def is_fixed(self) -> bool:
        """Whether it stands still while the arm moves."""
        return self.spec.mount == "base"

    def glance(self, point: tuple[float, float, float], half_m: float) -> NDArray[np.float32]:
        """See Glancing; [24, 24], seen from where the camera is. Its noise is drawn apart, so that
        whole pictures stay what they were."""
        pose = self.base_from_camera()
        eye = pose[:3, 3]
        up, to = -pose[:3, 1], np.subtract(point, eye)
        focal = _GLANCE_PX / 2 * float(np.linalg.norm(to)) / half_m
        spec = replace(self.spec, width=_GLANCE_PX, height=_GLANCE_PX, focal_px=focal)
        rgb, depth, _ = self._world.render(spec, looking_at(tuple(eye), point, tuple(up)))
        noise = self._world.noise.of_glance(1 + round(1000 * self._world.now_s))
        seen = noise.apply(rgb, depth)[1]
        beyond = seen - np.float32(np.linalg.norm(to))  # the point lies on the optical axis
        return np.where(seen > 0, beyond, np.nan).astype(np.float32)

    def capture_segmentation(self) -> tuple[NDArray[np.int32], dict[int, str]]:
        """For tests only: body number per pixel [H, W] (-1: nothing), object id by number."""
        _, _, segments = self._world.render(self.spec, self.base_from_camera())
        return segments, self._world.segmentation_names()


def depth_from_buffer(
    buffer: NDArray[np.float32], near_m: float, far_m: float
) -> NDArray[np.float32]:
    """Metres along the optical axis from an OpenGL z-buffer; 0 where nothing was hit."""
    depth = far_m * near_m / (far_m - (far_m - near_m) * buffer)
    return np.where(buffer >= 1.0, 0.0, depth).astype(np.float32)


def view_matrix(base_from_camera: NDArray[np.float64]) -> list[float]:
    """OpenGL view matrix, column-major."""
    view = _GL_FROM_CV @ np.linalg.inv(base_from_camera)
    return [float(x) for x in view.T.ravel()]
