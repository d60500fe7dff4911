"""Opening and closing PyBullet clients.

Knows: headless and windowed clients, which renderer a client gets, and how to keep PyBullet's
C++ prints off standard output. Does not know: what is in a world.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from llmagentos.errors import DriverError
from sim.egl import egl_works, load_plugin, quiet_output

with quiet_output():  # PyBullet announces its build time when it is imported
    import pybullet
    from pybullet_utils.bullet_client import BulletClient

RENDERERS = ("auto", "egl", "tiny")
RENDERER_VARIABLE = "LLMAGENTOS_RENDERER"


def connect(view: bool, renderer: str) -> tuple[Any, str]:
    """A fresh client and the renderer it has: "egl" (the GPU's or Mesa's OpenGL) or "tiny".

    DriverError for a window without a display, or "egl" where it does not work.
    """
    if renderer == "auto":
        renderer = os.environ.get(RENDERER_VARIABLE, "auto")
    if renderer not in RENDERERS:
        raise DriverError(f"expected a renderer of {RENDERERS}, got {renderer!r}")
    if view:
        return _connect_window(), "egl"
    with quiet_output():
        client = BulletClient(pybullet.DIRECT)
    wanted = renderer == "egl" or (renderer == "auto" and egl_works())
    if wanted and load_plugin(client):
        return client, "egl"
    if renderer == "egl":
        raise DriverError("expected a working EGL renderer, but its plugin did not load")
    return client, "tiny"


def _connect_window() -> Any:
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise DriverError("expected a display for the window (DISPLAY is not set); run headless")
    client = BulletClient(pybullet.GUI)
    client.configureDebugVisualizer(pybullet.COV_ENABLE_GUI, 0)
    client.resetDebugVisualizerCamera(1.35, 52, -32, [0.4, 0.0, 0.1])
    return client


def disconnect(client: Any) -> None:
    """Close a client; closing it again does nothing."""
    if client.isConnected():
        with quiet_output():
            client.disconnect()
