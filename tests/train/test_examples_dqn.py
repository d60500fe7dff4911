"""The two deep Q-networks of examples/, where their framework is installed."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "packages"),
    [("dqn_torch", ("torch", "onnxscript")), ("dqn_tensorflow", ("tensorflow", "tf2onnx"))],
)
def test_it_learns_and_acts_the_same_through_onnx(name: str, packages: tuple[str, ...]) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"needs {package}")
    done = subprocess.run(
        [sys.executable, f"examples/{name}.py"], cwd=ROOT, timeout=280,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    here, there = (float(share) for share in re.findall(r"success ([\d.]+)%", done.stdout))
    assert here == there >= 50, done.stdout  # at random it is below 30
    assert "the same actions: True" in done.stdout
