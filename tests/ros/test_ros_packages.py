"""Packages and launch files as ROS reviewers look at them; needs no ROS."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WS = ROOT / "ros_ws/src"
PACKAGES = {
    "llmagentos_msgs": WS / "llmagentos_msgs",
    "llmagentos_ros": WS / "llmagentos_ros",
    "llmagentos_bringup": ROOT / "launch",
}
#: Of one robot; fleet.launch.py starts some of them.
LAUNCH_FILES = [ROOT / f"launch/{name}.launch.py" for name in ("robot", "sim")]
EXPECTED = {
    "namespace", "use_sim_time", "params_file", "autostart", "log_level", "engine", "model",
    "scene", "record", "robot",
}  # fmt: skip


@pytest.mark.parametrize("name", PACKAGES)
def test_package_xml(name: str) -> None:
    path = PACKAGES[name] / "package.xml"
    root = ET.parse(path).getroot()
    assert root.tag == "package" and root.get("format") == "3"
    assert root.findtext("name") == name and re.fullmatch(r"[a-z][a-z0-9_]*", name)
    assert root.findtext("version") == "0.1.0" and root.findtext("license") == "Apache-2.0"
    assert root.find("maintainer") is not None and root.findtext("description")
    if importlib.util.find_spec("catkin_pkg"):  # make ros brings what colcon reads them with
        from catkin_pkg.package import parse_package

        parse_package(str(path), warnings=(warnings := []))
        assert warnings == []
    xmllint = shutil.which("xmllint")
    if xmllint:
        subprocess.run([xmllint, "--noout", "--nonet", str(path)], check=True)


def test_every_interface_is_built_and_commented() -> None:
    folder = PACKAGES["llmagentos_msgs"]
    built = set(
        re.findall(r'"((?:msg|srv|action)/\w+\.\w+)"', (folder / "CMakeLists.txt").read_text())
    )
    files = {
        str(p.relative_to(folder))
        for kind in ("msg", "srv", "action")
        for p in folder.glob(f"{kind}/*")
    }
    assert built == files
    for name in files:
        text = (folder / name).read_text()
        assert text.startswith("# "), f"{name} expected to begin with what it is"
        for line in text.splitlines():
            if re.match(r"\w+ [A-Z_]+=", line):
                assert "#" in line, f"{name}: {line} has no meaning"


def test_no_package_takes_a_name_of_ros() -> None:
    taken = {"launch", "launch_ros", "tf2_ros", "cv_bridge", "control_msgs", "vision_msgs"}
    for folder in WS.iterdir():
        names = {p.name for p in folder.resolve().iterdir() if p.is_dir()}
        assert not names & taken
    assert not list((ROOT / "launch").rglob("__init__.py")), "would shadow ROS's own launch"


@pytest.mark.parametrize("path", LAUNCH_FILES, ids=lambda p: p.name)
def test_launch_files(path: Path) -> None:
    tree = ast.parse(path.read_text(), str(path))
    tables = {
        t.id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for t in node.targets
        if isinstance(t, ast.Name) and t.id == "NODES"
    }
    arguments = next(
        node.value for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "ARGUMENTS"
    )  # fmt: skip
    assert isinstance(arguments, ast.Tuple)
    rows = [row.elts for row in arguments.elts if isinstance(row, ast.Tuple)]
    names = {ast.literal_eval(row[0]) for row in rows}
    assert names >= EXPECTED
    assert all(len(row) == 3 and len(ast.literal_eval(row[2])) > 10 for row in rows)
    functions = [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    helpers = ["give_up", "profile", "chosen_robot", "node", "graph"]
    assert functions == [*helpers, "generate_launch_description"]
    nodes = WS / "llmagentos_ros/llmagentos_ros"
    assert all((nodes / f"{name}.py").exists() for name in tables["NODES"])


def test_both_launch_files_know_the_same_nodes_as_the_process_table() -> None:
    from llmagentos.runtime.graph import AGENT_NODES

    for path in LAUNCH_FILES:
        found = re.search(r"^NODES = (\[.*\])$", path.read_text(), re.M)
        assert found is not None
        nodes = [n for n in ast.literal_eval(found.group(1)) if n != "robot_sim"]
        assert tuple(nodes) == AGENT_NODES
        config = yaml.safe_load(
            (ROOT / f"launch/config/{path.name.split('.')[0]}.yaml").read_text()
        )
        brought_up = config["/**/bringup"]["ros__parameters"]["nodes"]
        assert [n for n in brought_up if n != "robot_sim"] == nodes


def test_copyright_lines() -> None:
    folders = (WS / "llmagentos_ros", ROOT / "launch")
    for path in [p for folder in folders for p in folder.rglob("*.py")]:
        first, second = path.read_text().splitlines()[:2]
        assert re.match(r"# Copyright \d{4} \S+", first), path
        assert second == "# SPDX-License-Identifier: Apache-2.0", path


def test_ament_flake8_and_pep257() -> None:
    """What ROS reviewers run, where it is installed (make ros brings it)."""
    pytest.importorskip("flake8")
    folders = [str(WS / "llmagentos_ros"), str(ROOT / "launch")]
    config = str(ROOT / "ros_ws/ament_flake8.ini")
    flake8 = [sys.executable, "-m", "flake8", "--config", config, *folders]
    done = subprocess.run(flake8, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    ignored = "D100,D101,D102,D103,D104,D105,D106,D107,D203,D212,D404"
    pep257 = [
        sys.executable,
        "-m",
        "pydocstyle",
        f"--ignore={ignored}",
        r"--match=.*\.py",
        *folders,
    ]
    done = subprocess.run(pep257, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
