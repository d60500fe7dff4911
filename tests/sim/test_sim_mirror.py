"""A process that draws a simulated world for who watches: the same pictures, nothing comes back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("pybullet")

from sim.mirror import Mirror
from sim.scene import ObjectSpec, SceneSpec
from sim.world import SimWorld

SCENE = SceneSpec.from_dict(
    {
        "table": "wood",
        "objects": [
            {"kind": "block", "color": "red", "position": [0.45, 0.10]},
            {"kind": "thing", "model": "hammer", "position": [0.40, -0.15], "yaw": 1.0},
            {"kind": "bowl", "color": "blue", "position": [0.58, -0.10]},
        ],
    }
)
OTHER = SceneSpec.from_dict(
    {"robot": "ur5e", "objects": [{"kind": "cup", "color": "green", "position": [0.5, 0.0]}]}
)


@pytest.fixture(scope="module")
def world() -> Iterator[SimWorld]:
    made = SimWorld(SCENE, renderer="tiny")
    yield made
    made.close()


@pytest.fixture
def mirror(world: SimWorld) -> Iterator[Mirror]:
    made = Mirror(world)
    yield made
    made.close()


def drawn(mirror: Mirror, wait_s: float = 120.0) -> np.ndarray:
    """A picture, RGB, once there is a process that draws."""
    ends = time.monotonic() + wait_s
    while (jpeg := mirror.draw(mirror.now(), 160, 120)) is None:
        assert time.monotonic() < ends
        time.sleep(0.05)
    return cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1].astype(int)


def own(world: SimWorld) -> np.ndarray:
    """What the world's own camera sees, as small."""
    spec = world.overhead.spec
    small = replace(spec, width=160, height=120, focal_px=spec.focal_px * 160 / spec.width)
    return world.render(small, small.pose)[0].astype(int)


def test_it_draws_what_the_camera_sees_whatever_becomes_of_the_world(
    world: SimWorld, mirror: Mirror
) -> None:
    shown = [own(world)]
    assert np.abs(drawn(mirror) - shown[0]).mean() < 4  # what a JPEG loses
    world.send_joint_positions([v + 0.3 for v in world.state().positions])
    world.send_gripper(0.03)
    for _ in range(30):
        world.advance()
    world.teleport_object("red_block", (0.62, 0.20))
    shown.append(own(world))
    assert np.abs(drawn(mirror) - shown[1]).mean() < 4
    world.spawn(ObjectSpec(kind="ball", color="orange", position=(0.62, 0.05)))
    world.remove("blue_bowl")
    shown.append(own(world))
    assert np.abs(drawn(mirror) - shown[2]).mean() < 4
    world.reset(OTHER)
    shown.append(own(world))
    assert np.abs(drawn(mirror) - shown[3]).mean() < 4
    world.reset(SCENE)
    assert np.abs(drawn(mirror) - shown[0]).mean() < 4
    for one, two in pairwise(shown):
        assert np.abs(one - two).max() > 40  # these are other pictures


def test_to_be_looked_at_changes_nothing_and_says_its_noise(world: SimWorld) -> None:
    mirror, states, pictures = Mirror(world), [], []
    noisy = SceneSpec.from_dict({**SCENE.model_dump(), "camera": {"noise": "bad"}})
    for watched in (False, True):
        world.reset(noisy, seed=3)
        for _ in range(20):
            world.send_joint_positions([v + 0.01 for v in world.state().positions])
            world.advance()
            if watched:
                mirror.draw(mirror.now(), 160, 120)
        states.append(world.state_bytes())
        pictures.append(world.overhead.capture().rgb)
    shown = drawn(mirror)
    mirror.close()
    assert states[0] == states[1]
    assert np.array_equal(*pictures)
    assert np.abs(shown - own(world)).mean() > 4  # more than what a JPEG loses
    world.reset(SCENE)


def test_a_process_that_is_killed_is_begun_again_and_ends_with_its_mirror(
    world: SimWorld, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.mirror._AGAIN_S", 0.0)
    drawn(mirror)
    first = children()
    assert len(first) == 1
    os.kill(first[0], signal.SIGKILL)
    assert mirror.draw(mirror.now(), 160, 120) is None
    drawn(mirror)
    assert children() and children() != first
    mirror.close()
    assert not children()


def children() -> list[int]:
    """Who draws for this process."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == os.getpid() and "sim.mirror" in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except (OSError, ValueError, IndexError):
            continue
    return found
