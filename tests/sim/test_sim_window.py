"""The stop key of PyBullet's window, on a real client whose keys a test presses."""

from __future__ import annotations

from collections.abc import Iterator

import pybullet
import pytest
from pybullet_utils.bullet_client import BulletClient

from sim.window import STOP_KEY, StopKey


class Pressing:
    """A client whose keyboard a test is."""

    def __init__(self, client: BulletClient) -> None:
        self.client, self.keys = client, dict[int, int]()

    def __getattr__(self, name: str) -> object:
        return getattr(self.client, name)

    def getKeyboardEvents(self) -> dict[int, int]:  # noqa: N802
        assert self.client.getKeyboardEvents() == {}  # the call is there; nobody presses in CI
        return self.keys


@pytest.fixture
def window() -> Iterator[Pressing]:
    client = BulletClient(pybullet.DIRECT)
    yield Pressing(client)
    client.disconnect()


def test_only_the_key_that_was_just_pressed_stops(window: Pressing) -> None:
    stops: list[str] = []
    key = StopKey(window, lambda: stops.append("stop"))
    key()
    for code, state, many in (
        (ord(STOP_KEY), pybullet.KEY_WAS_TRIGGERED | pybullet.KEY_IS_DOWN, 1),
        (ord(STOP_KEY), pybullet.KEY_IS_DOWN, 1),
        (ord(STOP_KEY), pybullet.KEY_WAS_RELEASED, 1),
        (ord("g"), pybullet.KEY_WAS_TRIGGERED, 1),
        (ord(STOP_KEY), pybullet.KEY_WAS_TRIGGERED, 2),
    ):
        window.keys = {code: state}
        key()
        assert len(stops) == many
