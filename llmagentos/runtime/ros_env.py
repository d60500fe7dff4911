"""Where ROS 2 is on this machine, and the environment its processes need.

Knows: a sourced ROS installation, and the virtual environments that `make ros` fills from wheels.
Does not know: rclpy; nothing of ROS is imported here.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from llmagentos.errors import MissingDependencyError

#: Distributions that `make ros` knows, the preferred one first.
DISTRIBUTIONS = ("jazzy", "kilted")
#: Fast DDS 2 (Humble, Jazzy) reads the first name; Fast DDS 3 the second, and warns of the first.
PROFILE_NAMES = ("FASTRTPS_DEFAULT_PROFILES_FILE", "FASTDDS_DEFAULT_PROFILES_FILE")
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class RosEnvironment:
    """python: the interpreter for nodes; env: their environment; source: where both came from."""

    python: str
    env: Mapping[str, str] = field(repr=False)
    source: str = ""


def find_ros(
    root: Path = _ROOT, distribution: str = "", base: Mapping[str, str] | None = None
) -> RosEnvironment:
    """A sourced ROS with our workspace, or the wheels under `root`.

    distribution: of the wheels; "" takes the first that is built. base: os.environ by default.
    Raises MissingDependencyError, saying what to do.
    """
    env = dict(os.environ if base is None else base)
    if not distribution and _sourced():
        return RosEnvironment(sys.executable, env, "sourced")
    for name in [distribution] if distribution else DISTRIBUTIONS:
        venv, overlay = root / f".venv-ros-{name}", root / "ros_ws/.wheels" / name / "install"
        if (venv / "bin/python").exists() and (overlay / "share/llmagentos_ros").exists():
            return RosEnvironment(
                str(venv / "bin/python"), wheel_env(venv, overlay, env, name), f"wheels ({name})"
            )
    raise MissingDependencyError(
        "expected ROS 2 with llmagentos_ros, got none: source your ROS workspace, "
        "or run `make ros` to build one on wheels"
    )


def _sourced() -> bool:
    return all(importlib.util.find_spec(m) is not None for m in ("rclpy", "llmagentos_ros"))


def wheel_env(
    venv: Path, overlay: Path, base: Mapping[str, str], distribution: str
) -> dict[str, str]:
    """The environment of nodes on wheels: what sourcing the overlay over the venv gives.

    LD_LIBRARY_PATH is set here so that the wheels' bootstrapper need not start Python twice.
    """
    site = next((venv / "lib").glob("python3.*/site-packages"), venv / "lib")
    ours = next((overlay / "lib").glob("python3.*/site-packages"), overlay / "lib")
    libraries = [overlay / "lib", venv / "lib", *sorted(site.glob("ros_*.libs"))]
    env = {k: v for k, v in base.items() if k not in ("PYTHONHOME", "VIRTUAL_ENV")}
    env["PATH"] = os.pathsep.join([str(venv / "bin"), env.get("PATH", os.defpath)])
    env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ours), env.get("PYTHONPATH", "")]))
    env["AMENT_PREFIX_PATH"] = os.pathsep.join([str(overlay), str(venv)])
    env["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, libraries))
    env["_ROS_WHEELS_BOOTSTRAP_COMPLETE"] = "1"
    env["ROS_DISTRO"] = distribution
    env.setdefault("RMW_IMPLEMENTATION", "rmw_fastrtps_cpp")
    return env


def private_network(env: Mapping[str, str], profile: Path | None = None) -> dict[str, str]:
    """The environment with topics kept on this machine, where the caller has not said otherwise.

    Discovery is limited to this machine (Jazzy and later; Humble knows ROS_LOCALHOST_ONLY). That
    keeps neighbours' robots apart; it is no security boundary. profile: as `with_profile` takes it.
    """
    out = dict(env)
    if not any(k in out for k in ("ROS_AUTOMATIC_DISCOVERY_RANGE", "ROS_LOCALHOST_ONLY")):
        if out.get("ROS_DISTRO") == "humble":
            out["ROS_LOCALHOST_ONLY"] = "1"
        else:
            out["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    return out if profile is None else with_profile(out, profile)


def with_profile(env: Mapping[str, str], profile: Path) -> dict[str, str]:
    """The environment with Fast DDS settings, for pictures through shared memory, where it names
    none yet; ignored by other middleware."""
    old = env.get("ROS_DISTRO") in ("humble", "jazzy")
    name = PROFILE_NAMES[0 if old else 1]
    return dict(env) if any(n in env for n in PROFILE_NAMES) else {**env, name: str(profile)}
