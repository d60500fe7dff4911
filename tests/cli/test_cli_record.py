"""`llmagentos record` and `llmagentos dataset` as a person types them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from llmagentos.cli.main import main
from sim.data.reader import Dataset

SCENE = """\
robot: panda
objects:
  - {kind: block, color: red, position: [0.45, 0.10]}
"""


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def reach(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("data") / "reach"
    assert (
        run("record", "--env", "reach", "--episodes", "2", "--size", "16x16", "--out", str(out))
        == 0
    )
    return out


def test_what_is_in_a_data_set_and_whether_it_is_right(
    reach: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("dataset", "check", str(reach)) == 0
    assert run("dataset", "info", str(reach)) == 0
    told = capsys.readouterr().out
    assert "2 episodes" in told and "panda_joint1.pos" in told and "move the gripper" in told
    assert run("dataset", "info", str(reach), "--json") == 0
    rows = json.loads(capsys.readouterr().out)["episodes"]
    assert [row["success"] for row in rows] == [True, True]


def test_a_wrong_data_set_is_told_with_exit_code_1(
    reach: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    info = reach / "meta/info.json"
    before = info.read_text()
    info.write_text(before.replace('"total_episodes": 2', '"total_episodes": 3'))
    try:
        assert run("dataset", "check", str(reach)) == 1
    finally:
        info.write_text(before)
    assert "expected total_episodes 2, got 3" in capsys.readouterr().out


def test_commands_that_moved_the_arm_are_kept(tmp_path: Path) -> None:
    scene = tmp_path / "scene.yaml"
    scene.write_text(SCENE, encoding="utf-8")
    code = run(
        "record", "--scene", str(scene), "--command", "how many blocks are there?",
        "--command", "pick up the red block", "--fps", "2", "--size", "32x24",
        "--out", str(tmp_path / "set"),
    )  # fmt: skip
    assert code == 0
    assert run("dataset", "check", str(tmp_path / "set")) == 0
    (episode,) = Dataset(tmp_path / "set")
    assert episode.task == "pick up the red block" and len(episode) > 2


def test_a_conversation_without_motion_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("how many blocks are there?\nquit\n"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    assert run("record", "--chat", "--size", "16x16", "--out", str(tmp_path / "set")) == 0
    assert not (tmp_path / "set/data").exists() and not (tmp_path / "set/.part").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "expected one of --env, --command, --chat and --teleop"),
        (["--env", "reach", "--chat"], "expected one of"),
        (["--env", "juggling"], "expected an environment of reach"),
        (["--env", "reach", "--size", "big"], "expected WIDTHxHEIGHT"),
        (["--env", "reach", "--size", "15x16"], "even width"),
        (["--teleop", "keys"], "expected --task"),
        (["--teleop", "joystick", "--task", "go"], "expected keys or a port"),
    ],
)
def test_wrong_usage_gets_a_sentence(
    arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("record", *arguments, "--out", str(tmp_path / "set")) == 2
    assert words in " ".join(capsys.readouterr().err.split())
    assert run("dataset", "check", str(tmp_path)) == 2
