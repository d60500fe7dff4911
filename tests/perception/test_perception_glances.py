"""Pieces of pictures: where they are cut out, and from which pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from llmagentos.errors import DriverError
from llmagentos.perception.glances import AtOnce, Onlooking, glances_of, piece_of
from llmagentos.ports.hardware import Camera
from llmagentos.types import CameraFrame


def frame(stamp_s: float = 0.0, shift_m: float = 0.0) -> CameraFrame:
    """From 1 m above (0.5, 0), looking down; each pixel's depth is 1 + its column / 1000."""
    pose = np.eye(4)
    pose[:3, :3] = np.array([[0.0, -1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, -1.0]])
    pose[:3, 3] = (0.5 + shift_m, 0.0, 1.0)
    depth = np.tile(1 + np.arange(160, dtype=np.float32) / 1000, (120, 1))
    lens = np.array([[100.0, 0, 80], [0, 100.0, 60], [0, 0, 1]])
    return CameraFrame(
        "top", np.zeros((120, 160, 3), np.uint8), depth, lens, pose, stamp_s
    )  # fmt: skip


class Pictures(Camera):
    """A camera of pictures that a test gives."""

    name = "top"

    def __init__(self) -> None:
        self.next, self.fails = frame(), False

    def capture(self) -> CameraFrame:
        if self.fails:
            raise DriverError("expected a picture, got none")
        return self.next


def test_a_piece_lies_around_its_point() -> None:
    middle = piece_of(frame(), (0.5, 0.0, 0.0), 0.05)
    assert middle is not None and middle.shape == (11, 11)
    assert middle[5, 5] == pytest.approx(0.080, abs=1e-6)
    assert middle[5, 0] == pytest.approx(0.075, abs=1e-6)  # the point itself lies at 1 m
    aside = piece_of(frame(), (0.5, -0.2, 0.0), 0.02)  # y to the left, columns to the right
    assert aside is not None and aside[0, aside.shape[1] // 2] == pytest.approx(0.100, abs=1e-6)


@pytest.mark.parametrize("point", [(0.5, 0.9, 0.0), (1.2, 0.0, 0.0), (0.5, 0.0, 1.5)])
def test_no_piece_beyond_the_picture(point: tuple[float, float, float]) -> None:
    assert piece_of(frame(), point, 0.05) is None


def test_glances_are_of_a_picture_of_now() -> None:
    camera, now = Pictures(), [0.0]
    eyes = Onlooking([camera], lambda: now[0])
    eyes.take()
    now[0] = 0.4
    assert eyes.glance((0.5, 0.0, 0.0), 0.05) is not None
    now[0], camera.fails = 0.6, True
    eyes.take()
    assert eyes.glance((0.5, 0.0, 0.0), 0.05) is None  # the last picture is old
    eyes.close()


def test_a_camera_that_is_carried_around_is_left_out() -> None:
    camera = Pictures()
    eyes = Onlooking([camera], lambda: 0.0)
    eyes.take()
    camera.next = frame(shift_m=0.05)
    eyes.take()
    assert eyes.glance((0.5, 0.0, 0.0), 0.05) is None
    eyes.close()


def test_the_thread_takes_pictures_once_somebody_asks() -> None:
    camera = Pictures()
    eyes = Onlooking([camera], lambda: 0.0)
    while eyes.glance((0.5, 0.0, 0.0), 0.05) is None:  # the test's own time limit ends a failure
        pass
    eyes.close()
    camera.next = replace(frame(), depth=np.zeros((120, 160), np.float32))
    piece = eyes.glance((0.5, 0.0, 0.0), 0.05)
    assert piece is not None and piece.any()  # closed: nothing new is taken


def test_a_camera_that_glances_by_itself_needs_no_thread() -> None:
    class Quick(Pictures):
        is_fixed = True

        def glance(self, point: object, half_m: float) -> np.ndarray:
            if self.fails:
                raise DriverError("expected a picture, got none")
            return np.ones((24, 24), np.float32)

    camera = Quick()
    eyes = glances_of([camera], lambda: 0.0)
    assert isinstance(eyes, AtOnce) and eyes.glance((0.5, 0.0, 0.0), 0.05) is not None
    camera.fails = True
    assert eyes.glance((0.5, 0.0, 0.0), 0.05) is None
    camera.is_fixed = False
    assert isinstance(glances_of([camera], lambda: 0.0), Onlooking)
