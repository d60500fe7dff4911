"""`llmagentos doctor` where there is no ROS; beside a graph: tests/ros/test_ros_doctor.py."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from llm_edge import folder
from llmagentos.cli.main import main
from llmagentos.default_model import DEFAULT_MODEL


def run(*argv: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(["doctor", *argv])
    return int(ended.value.code or 0)


def test_it_says_what_this_machine_has(capsys: pytest.CaptureFixture[str]) -> None:
    assert run() == 0
    said = capsys.readouterr().out
    assert "Python 3" in said and "model: " in said and "well" in said
    for line in (
        "memory: ",
        "disk: ",
        "clock: set",
        "engines: onnx-cpu",
        "simulator: ",
        "extras: ",
    ):
        assert line in said


def test_a_model_whose_file_was_changed_is_wrong(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    copy = tmp_path / "llmagentos" / "models" / "mine"
    shutil.copytree(folder.find(DEFAULT_MODEL), copy)
    with (copy / "decoder.onnx").open("r+b") as file:
        file.write(b"other")
    assert run() == 1
    said = " ".join(capsys.readouterr().out.split())
    assert "wrong model mine: " in said and "llmagentos model add" in said
    assert run("--json") == 1
    report = json.loads(capsys.readouterr().out)
    assert [f["where"] for f in report["findings"]] == ["model mine"] and "hints" in report


def test_no_ros_is_a_finding_with_a_remedy(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LLMAGENTOS_ROS_DISTRO", "none-of-this-name")
    assert run("--ros") == 1
    said = capsys.readouterr().out
    assert "wrong ROS 2" in said and "make ros" in said
    assert run("--ros", "--json") == 1
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is False and found["findings"][0]["where"] == "ROS 2"


@pytest.mark.parametrize(
    "wrong",
    [["--namespace", "two words"], ["--namespace", "/1st"], ["--seconds", "0"], ["--seconds", "-3"],
     ["--sconds", "3"]],
    ids=" ".join,
)  # fmt: skip
def test_wrong_usage_is_told_apart_from_a_broken_graph(wrong: list[str]) -> None:
    assert run("--ros", *wrong) == 2
