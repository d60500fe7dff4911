"""`llmagentos calibrate --ros FOLDER`: a calibration's pictures from a running camera driver.

Knows: what a person is asked for, the process that takes the views. Does not know: ROS
(llmagentos_ros.calibration), how a pose follows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer

from llmagentos.errors import PerceptionError
from llmagentos.perception.calibration_files import SESSION
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.ros_env import find_ros


def taken(
    folder: Path, robot: str, board: dict[str, Any], in_hand: bool, namespace: str, rectified: bool
) -> Path:
    """Take views until the person ends; the session's file. Raises MissingDependencyError without
    ROS 2, PerceptionError where no view came."""
    ros = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
    argv = [ros.python, "-m", "llmagentos_ros.calibration", str(folder), "--robot", robot]
    argv += ["--namespace", namespace, "--board", json.dumps(board)]
    child = subprocess.Popen(
        [*argv, *(["--rectified"] if rectified else [])],
        env=graph_env(ros.env),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None and child.stdout is not None
    count = 0
    try:
        while (asked := _asked(in_hand)) is not None:
            child.stdin.write(json.dumps(asked) + "\n")
            child.stdin.flush()
            line = child.stdout.readline()
            if not line:
                raise PerceptionError("expected an answer of what takes the views, got its end")
            told = json.loads(line)
            count += "picture" in told
            typer.echo(told.get("error") or f"view {count}: {folder / told['picture']}", err=True)
    finally:
        child.stdin.close()
        child.wait(timeout=20)
    if not count:
        raise PerceptionError("expected views of the board, got none")
    return folder / SESSION


def _asked(in_hand: bool) -> dict[str, Any] | None:
    """What the person wants next; None for the end."""
    text = (
        "Enter takes a view, `end` ends: "
        if in_hand
        else "Where the board's middle is: x y [yaw], metres and rad; Enter ends: "
    )
    while True:
        typer.echo(text, nl=False, err=True)
        line = sys.stdin.readline()
        said = line.strip()
        if in_hand:
            return None if not line or said else {"joints": True}
        if not said:
            return None
        try:
            place = [float(word) for word in said.replace(",", " ").split()]
        except ValueError:
            place = []
        if len(place) in (2, 3):
            return {"board": place}
        typer.echo(f"expected two or three numbers, got {said!r}", err=True)
