"""Opening and closing PyBullet clients.

Knows: headless and windowed clients, which renderer a client gets, and how to keep PyBullet's
C++ prints off standard output. Does not know: what is in a world.

One EGL client a process: the plugin never makes its own OpenGL context current again, so a second
one's scene (or, once that is closed, nothing) shows up in the first one's pictures, and now and
then the process crashes. `python -m sim.egl --two` shows it.
"""

from __future__ import annotations

import gc
import os
import sys
import weakref
from typing import Any

from llmagentos.errors import DriverError
from sim.egl import egl_works, load_plugin, quiet_output

with quiet_output():  # PyBullet announces its build time when it is imported
    import pybullet
    from pybullet_utils.bullet_client import BulletClient

RENDERERS = ("auto", "egl", "tiny")
RENDERER_VARIABLE = "LLMAGENTOS_RENDERER"

#: The client that draws by EGL, while it is connected.
_egl_client: weakref.ref[Any] | None = None


def connect(view: bool, renderer: str) -> tuple[Any, str]:
    """A fresh client and the renderer it has: "egl" (the GPU's or Mesa's OpenGL) or "tiny".

    "auto" is EGL where it works and no other world of this process has it. DriverError for a window
    without a display, or "egl" where it does not work or is taken.
    """
    if renderer == "auto":
        renderer = os.environ.get(RENDERER_VARIABLE, "auto")
    if renderer not in RENDERERS:
        raise DriverError(f"expected a renderer of {RENDERERS}, got {renderer!r}")
    if view:
        return _connect_window(), "egl"
    taken = renderer != "tiny" and _egl_is_taken()
    if taken and renderer == "egl":
        raise DriverError(
            "expected no other world of this process to draw by EGL, got one: close it first, "
            "or use renderer 'tiny'"
        )
    with quiet_output():
        client = BulletClient(pybullet.DIRECT)
    wanted = renderer == "egl" or (renderer == "auto" and not taken and egl_works())
    if wanted and load_plugin(client):
        global _egl_client
        _egl_client = weakref.ref(client)
        return client, "egl"
    if renderer == "egl":
        raise DriverError("expected a working EGL renderer, but its plugin did not load")
    return client, "tiny"


def _egl_is_taken() -> bool:
    def alive() -> bool:
        client = _egl_client() if _egl_client is not None else None
        return client is not None and bool(client.isConnected())

    if alive():
        gc.collect()  # A world that nobody holds any more may not have been closed yet.
    return alive()


def _connect_window() -> Any:
    if sys.platform.startswith("linux") and not os.environ.get("DISPLAY"):
        raise DriverError("expected a display for the window (DISPLAY is not set); run headless")
    with quiet_output():
        client = BulletClient(pybullet.GUI)
    client.configureDebugVisualizer(pybullet.COV_ENABLE_GUI, 0)
    client.resetDebugVisualizerCamera(1.35, 52, -32, [0.4, 0.0, 0.1])
    return client


def disconnect(client: Any) -> None:
    """Close a client; closing it again does nothing."""
    if client.isConnected():
        with quiet_output():
            client.disconnect()
