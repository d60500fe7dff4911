"""`llmagentos robot`: what it prints, and its exit codes."""

from __future__ import annotations

import io
import json
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from lab.arms import FakeArm
from robot_setup import urdfs

from llmagentos.cli.main import main
from llmagentos.robots import ArmSpec, folders, loading


class Turned(FakeArm):
    """Stands a turn off its home: beyond its range, as an arm that nobody has calibrated."""

    def __init__(self, spec: ArmSpec, home_deg: float = 0.0) -> None:
        super().__init__(spec)
        self.positions = tuple(q + home_deg for q in self.positions)


def _run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["robot", *words])
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out, err


def test_list_tells_joints_gripper_reach_and_where_from(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = Path(loading.__file__).parent / "ur5e"
    offered = [
        EntryPoint("crane", f"crane:{shipped}", loading.ARMS.group),
        EntryPoint("twin", "lab.arms:UR5E_FOLDER", loading.ARMS.group),
    ]
    monkeypatch.setattr(
        folders, "entry_points", lambda group: EntryPoints(offered).select(group=group)
    )
    code, out, _ = _run(capsys, "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0 and {"panda", "ur5e", "crane", "twin"} <= set(rows)
    assert len(rows["panda"]["joints"]) == 7 and rows["panda"]["from"] == "shipped"
    assert rows["panda"]["opening_m"] == 0.08 and 1.0 < rows["panda"]["reach_m"] < 1.2
    assert "cannot load the arm of entry point 'crane'" in rows["crane"]["problem"]
    code, out, _ = _run(capsys, "list")
    assert code == 0 and "ur5e" in out and "opens 85 mm" in out


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (
            ["--still"],
            0,
            "not asked what it returns is what it sends, and there it goes: it would send",
        ),
        (["--yes"], 0, "not asked beyond a joint's range"),
        (
            ["--still"],
            0,
            "not asked what is no command is refused and moves nothing: it would send",
        ),
        (["--yes", "--whole-range"], 0, "kept      beyond a joint's range"),
        (["--yes", "--whole-range"], 0, "kept      what is no command"),
        (["--yes", "--option", "home_deg=40"], 1, "BROKEN"),
        (
            ["--yes", "--option", "home_deg=40"],
            1,
            "not asked it holds where no command comes: it has",
        ),
    ],
)
def test_conformance(
    capsys: pytest.CaptureFixture[str], words: list[str], code: int, said: str
) -> None:
    got, out, _ = _run(capsys, "conformance", f"{__name__}:Turned", "--robot", "ur5e", *words)
    assert (got, said in out) == (code, True), out


def test_conformance_asks_before_it_moves(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody answers here, and that is a no."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    code, out, err = _run(capsys, "conformance", "lab.arms:FakeArm", "--robot", "ur5e")
    assert code == 1 and not out.strip() and "shoulder_pan_joint will turn by 0.09 rad" in err
    words = ["conformance", "lab.arms:FakeArm", "--yes"]
    _, _, err = _run(capsys, *words, "--whole-range")
    assert (
        "arm: panda; --robot names another one" in err
        and "panda_joint7 will be sent beyond its range" in err
    )
    assert "NaN, infinity" in err and "panda_joint1 to the ends of [" in err
    code, _, err = _run(capsys, *words, "--whole-range", "--still")
    assert code == 2 and "expected --still or --whole-range, got both" in err


@pytest.mark.parametrize(
    "words", [["nothing:Here"], ["lab.arms:FakeArm", "--option", "port"], ["lab.arms:FakeArm", "--option", "port=1"],
    ["lab.arms:FakeArm", "--option", "spec=1"]]
)  # fmt: skip
def test_a_driver_that_cannot_be_made_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    code, _, err = _run(capsys, "conformance", *words, "--yes")
    assert code == 2 and err.startswith("ConfigError") and len(err.strip().splitlines()) == 1


class Unplugged(FakeArm):
    def connect(self) -> None:
        raise FileNotFoundError(2, "No such file or directory", "/dev/ttyUSB0")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("collections:OrderedDict", "expected a RobotDriver, got OrderedDict without connect,"),
        (f"{__name__}:Unplugged", "got FileNotFoundError: [Errno 2] No such file"),
    ],
)
def test_what_is_no_driver_or_cannot_connect_is_told_in_a_sentence(
    capsys: pytest.CaptureFixture[str], name: str, said: str
) -> None:
    code, out, _ = _run(capsys, "conformance", name, "--robot", "ur5e", "--still")
    assert code == 1 and out.startswith("BROKEN") and said in out
    code, out, _ = _run(capsys, "check", "ur5e", "--no-pick", "--driver", name)
    assert code == 1 and "FAILED   driver: " in out and said in out


def test_a_name_without_a_module_is_told_what_a_name_is(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = _run(capsys, "conformance", "MyDriver", "--yes")
    assert code == 2 and "driver: expected package.module:Class, got 'MyDriver'" in err


def test_new_tells_mount_and_a_name_that_is_taken_and_writes_anew_by_force(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    arm = urdfs.written(tmp_path, urdfs.robot(urdfs.arm()), "arm.urdf")
    hand = urdfs.fingers().replace('<parent link="flange"/>', '<parent link="plate"/>')
    hand = urdfs.robot(hand, root='<link name="plate"/>')
    gripper = urdfs.written(tmp_path, hand, "gripper.urdf")
    words = ["new", "--urdf", str(arm), "--gripper", str(gripper), "--name", "panda"]
    code, out, _ = _run(capsys, *words)
    assert code == 0 and "mount: on flange, the outermost link" in out
    assert "use --robot ./panda" in out and "llmagentos robot check ./panda" in out
    code, _, err = _run(capsys, *words)
    assert code == 2 and "--force" in err
    assert _run(capsys, *words, "--force")[0] == 0


def test_check_tells_where_its_figure_went_or_why_not(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    there, away = tmp_path / "reach.png", tmp_path / "away" / "reach.png"
    code, out, _ = _run(capsys, "check", "panda", "--no-pick", "--figure", str(there))
    assert code == 0 and f"written  {there}" in out
    assert there.read_bytes().startswith(b"\x89PNG")
    code, _, err = _run(capsys, "check", "panda", "--no-pick", "--figure", str(away))
    assert code == 2 and "no such file or folder" in " ".join(err.split())
