"""Whether PyBullet's EGL renderer works on this machine, found out without risk.

Knows: how to load the plugin, and that a broken driver may crash the process that tries.
Does not know: worlds, cameras, scenes.

`python -m sim.egl` tries it and exits with 0 when a picture came out right; `--two` tells whether
a second client spoils the first one's pictures.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

_CHECK_TIMEOUT_S = 20.0


def plugin_path() -> str | None:
    """The plugin that comes with PyBullet's wheel, or None where the wheel lacks it."""
    spec = importlib.util.find_spec("eglRenderer")
    return spec.origin if spec else None


def load_plugin(client: Any) -> bool:
    """Give `client` the EGL renderer; whether that worked. Load it before any body."""
    path = plugin_path()
    if path is None:
        return False
    with quiet_output():
        return bool(client.loadPlugin(path, "_eglRendererPlugin") >= 0)


@functools.cache
def egl_works() -> bool:
    """Try EGL once per process, in a process of its own: a crash there costs nothing here."""
    if plugin_path() is None:
        return False
    try:
        done = subprocess.run(
            [sys.executable, "-m", "sim.egl"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_CHECK_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@contextlib.contextmanager
def quiet_output() -> Iterator[None]:
    """Keep what PyBullet's C++ code prints away: both streams belong to the program.

    Errors still arrive as exceptions; only prints of the library itself are dropped.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    _flush_c()
    kept: dict[int, int] = {}
    sink = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (1, 2):
            with contextlib.suppress(OSError):  # that stream is closed: nothing to protect
                kept[stream] = os.dup(stream)
                os.dup2(sink, stream)
        yield
    finally:
        _flush_c()  # Into the sink, or it would come out later.
        for stream, saved in kept.items():
            os.dup2(saved, stream)
            os.close(saved)
        os.close(sink)


def _flush_c() -> None:
    ctypes.CDLL(None).fflush(None)


def _red_cube_seen(client: int) -> bool:
    """Whether a picture of a red cube has red pixels and depth in its middle."""
    import numpy as np
    import pybullet

    view = pybullet.computeViewMatrix([0.2, 0, 0.2], [0, 0, 0], [0, 0, 1])
    projection = pybullet.computeProjectionMatrixFOV(40, 1, 0.05, 1)
    for _ in range(2):
        _, _, rgba, depth, _ = pybullet.getCameraImage(
            64,
            64,
            view,
            projection,
            renderer=pybullet.ER_BULLET_HARDWARE_OPENGL,
            physicsClientId=client,
        )
    rgb = np.asarray(rgba, dtype=np.int32).reshape(64, 64, 4)
    middle = rgb[28:36, 28:36]
    deep = np.asarray(depth, dtype=np.float32).reshape(64, 64)[32, 32]
    return bool((middle[..., 0] > middle[..., 1] + 40).all() and 0 < deep < 1)


def _try(two: bool = False) -> bool:
    """Draw a red cube and look at it; with `two`, look again after another client was opened."""
    import pybullet
    import pybullet_data

    path = plugin_path()
    client = pybullet.connect(pybullet.DIRECT)
    if path is None or pybullet.loadPlugin(path, "_eglRendererPlugin", physicsClientId=client) < 0:
        return False
    pybullet.setAdditionalSearchPath(pybullet_data.getDataPath(), physicsClientId=client)
    body = pybullet.loadURDF("cube_small.urdf", physicsClientId=client)
    pybullet.changeVisualShape(body, -1, rgbaColor=[1, 0, 0, 1], physicsClientId=client)
    seen = _red_cube_seen(client)
    if two:
        other = pybullet.connect(pybullet.DIRECT)
        pybullet.loadPlugin(path, "_eglRendererPlugin", physicsClientId=other)
        after = _red_cube_seen(client)
        print(f"red cube seen: alone {seen}, with a second client {after}")
        return seen and after
    pybullet.disconnect(client)
    return seen


if __name__ == "__main__":
    sys.exit(0 if _try("--two" in sys.argv) else 1)
