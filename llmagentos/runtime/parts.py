"""Which optional parts of this package are here, and whether the simulator draws.

Knows: the extras as pyproject.toml names them, PyBullet by a process of its own (a renderer that
crashes takes nobody with it). Does not know: models, the machine (machine.py).
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import PackageNotFoundError, requires, version

from llmagentos.runtime.machine import Check, Finding

_DRAWS = """
import pybullet
client = pybullet.connect(pybullet.DIRECT)
_, _, rgb, depth, _ = pybullet.getCameraImage(16, 12, physicsClientId=client)
print("drawn", len(depth), pybullet.getAPIVersion())
"""
#: Nobody needs all of them; those for developers are left out.
_NOT_TOLD = ("dev", "bench", "compare", "ros")
_NAME = re.compile(r"^\s*([A-Za-z0-9._-]+)")


def _installed(package: str) -> bool:
    try:
        version(package)
    except PackageNotFoundError:
        return False
    return True


def extras(
    needs: Iterable[str] | None = None, installed: Callable[[str], bool] = _installed
) -> Check:
    """Which are whole, and what those lack that are not. needs: the package's requirements."""
    if needs is None:
        try:
            needs = requires("llmagentos") or []
        except PackageNotFoundError:
            yield "extras: unknown, since the package is not installed (pip install -e .)"
            return
    missing: dict[str, list[str]] = {}
    for need in needs:
        extra = re.search(r"extra\s*==\s*['\"]([\w-]+)['\"]", need)
        name = _NAME.match(need)
        if extra is None or name is None or extra[1] in _NOT_TOLD or not _is_for_us(need):
            continue
        lacks = missing.setdefault(extra[1], [])
        if not installed(name[1]):
            lacks.append(name[1])
    whole = [name for name, lacks in missing.items() if not lacks]
    yield f"extras: {', '.join(whole) or 'none'}"
    rest = [f"{name} (needs {', '.join(lacks)})" for name, lacks in missing.items() if lacks]
    if rest:
        yield f"extras that are not here, none needed: {', '.join(rest)}; pip install 'llmagentos[NAME]'"


def _is_for_us(need: str) -> bool:
    """A bound on Python's version leaves some packages out here."""
    bound = re.search(r"python_version\s*<\s*['\"](\d+)\.(\d+)['\"]", need)
    return bound is None or sys.version_info[:2] < (int(bound[1]), int(bound[2]))


def renderer(program: str = _DRAWS, timeout_s: float = 60.0) -> Check:
    """Whether the simulator is here and draws."""
    if not _installed("pybullet"):
        yield "simulator: none (pip install 'llmagentos[sim]'), which a robot does without"
        return
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=timeout_s,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        yield Finding("simulator", f"PyBullet draws no picture within {timeout_s:.0f} s",
                      "see whether the machine is busy; else pip install --force-reinstall pybullet")  # fmt: skip
        return
    if done.returncode == 0 and "drawn" in done.stdout:
        yield "simulator: PyBullet draws"
        return
    last = (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]
    yield Finding("simulator", f"PyBullet does not draw: {last}",
                  "pip install --force-reinstall 'llmagentos[sim]'")  # fmt: skip
