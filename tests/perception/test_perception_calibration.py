"""Calibration: boards found in rendered pictures, poses against the simulator's, files, refusals."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from llmagentos.cli.main import main
from llmagentos.errors import ConfigError, FileError, PerceptionError
from llmagentos.perception.board import Board, Marker, lying
from llmagentos.perception.calibration import MIN_HAND_VIEWS, calibrated
from llmagentos.perception.calibration_files import pose_lines, read_session, store
from llmagentos.robots import load
from sim.boards import Rehearsed, rehearsed


@pytest.fixture(scope="module")
def on_table() -> Rehearsed:
    return rehearsed("panda", Board())


@pytest.fixture(scope="module")
def in_hand() -> Rehearsed:
    return rehearsed("panda", Board(), in_hand=True, seed=1)


def worst_mm(true: Rehearsed, pose: np.ndarray) -> float:
    ends = [(x, y) for x in (0.3, 0.7) for y in (-0.35, 0.35)]
    return 1000 * max(true.error_m(pose, x, y) for x, y in ends)


@pytest.mark.parametrize("name", ["on_table", "in_hand"])
def test_the_camera_is_found(name: str, request: pytest.FixtureRequest) -> None:
    true: Rehearsed = request.getfixturevalue(name)
    found = calibrated(true.views, true.intrinsics)
    assert worst_mm(true, found.base_from_camera) < 1
    assert found.error_px < 0.3 and 1000 * found.worst_m < 1


def test_typical_noise_costs_a_millimetre() -> None:
    true = rehearsed("panda", Board(), noise="typical", seed=2)
    found = calibrated(true.views, true.intrinsics)
    assert worst_mm(true, found.base_from_camera) < 3  # colour is up to 1.4 pixels beside itself


def test_a_small_arm_s_table() -> None:
    true = rehearsed("so101", Board(square_m=0.02, marker_m=0.015))
    area = load("so101").workspace
    found = calibrated(true.views, true.intrinsics, area)
    assert max(true.error_m(found.base_from_camera, x, y) for x, y, _ in found.corners) < 0.001


@pytest.mark.parametrize("in_hand", [False, True])
def test_a_single_marker_does(in_hand: bool) -> None:
    true = rehearsed("panda", Marker(0.08, 3), noise="typical", in_hand=in_hand, seed=1)
    found = calibrated(true.views, true.intrinsics)
    assert worst_mm(true, found.base_from_camera) < 3 and found.error_px < 1
    assert 1000 * found.worst_m < 5  # four corners a picture tell less surely than a board's 24


def test_markers_that_cannot_be_or_are_not_seen() -> None:
    with pytest.raises(PerceptionError, match=r"0 to 49 in 4X4_50, got 0\.1 m and 50"):
        Marker(0.1, 50)
    with pytest.raises(PerceptionError, match="wider than 0 m"):
        Marker(0.0)
    picture = np.repeat(Marker(number=4).drawn(80)[:, :, None], 3, axis=2)
    with pytest.raises(PerceptionError, match=r"one marker number 3 of 4X4_50 in here, got \[4\]"):
        Marker(number=3).find(picture, "here")
    with pytest.raises(PerceptionError, match=r"got \[4, 4\]"):
        Marker(number=4).find(np.concatenate([picture, picture]))
    far = cv2.resize(picture, (16, 16), interpolation=cv2.INTER_AREA)
    with pytest.raises(PerceptionError, match="expected a marker 12 pixels wide or more"):
        Marker(number=4).find(np.pad(far, ((40, 40), (40, 40), (0, 0)), constant_values=255))


def test_what_is_no_calibration_is_refused(on_table: Rehearsed, in_hand: Rehearsed) -> None:
    with pytest.raises(PerceptionError, match="got 0, 0 of them"):
        calibrated([], on_table.intrinsics)
    with pytest.raises(PerceptionError, match="got 4, 1 of them in the hand"):
        calibrated([*on_table.views, in_hand.views[0]], on_table.intrinsics)
    with pytest.raises(PerceptionError, match=r"3 or more views .* on the table, .* got 2"):
        calibrated(on_table.views[:2], on_table.intrinsics)
    with pytest.raises(PerceptionError, match=f"{MIN_HAND_VIEWS} or more views"):
        calibrated(in_hand.views[:3], in_hand.intrinsics)
    still = [replace(v, base_from_hand=in_hand.views[0].base_from_hand) for v in in_hand.views]
    with pytest.raises(PerceptionError, match="turned about none"):
        calibrated(still, in_hand.intrinsics)
    misplaced = replace(on_table.views[0], base_from_board=lying(0.5, 0.0, 1.0))
    with pytest.raises(PerceptionError, match=r"expected corners within 1\.5 pixels"):
        calibrated([misplaced, *on_table.views[1:]], on_table.intrinsics)
    with pytest.raises(PerceptionError, match="got 0: is all of it in the light"):
        Board().find(np.zeros((480, 640, 3), np.uint8))
    with pytest.raises(PerceptionError, match="markers smaller than squares"):
        Board(marker_m=0.05)
    with pytest.raises(PerceptionError, match="a dictionary of OpenCV"):
        Board(dictionary="9X9")


def write_session(folder: Path, true: Rehearsed) -> Path:
    views = []
    for number, (frame, view) in enumerate(zip(true.frames, true.views, strict=True)):
        cv2.imwrite(str(folder / f"{number}.png"), frame.rgb[:, :, ::-1])
        pose = view.base_from_board
        assert pose is not None
        yaw = float(np.arctan2(pose[0, 0], -pose[1, 0]))
        views.append({"picture": f"{number}.png", "board": [*pose[:2, 3].tolist(), yaw]})
    height, width = true.frames[0].depth.shape
    matrix = true.intrinsics.ravel().tolist()
    data = {"camera": {"width": width, "height": height, "matrix": matrix},
            "board": {"height_m": 0.001}, "views": views}  # fmt: skip
    path = folder / "session.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


def test_from_pictures_to_the_robot_s_parameters(
    tmp_path: Path, on_table: Rehearsed, capsys: pytest.CaptureFixture[str]
) -> None:
    session, out = write_session(tmp_path, on_table), tmp_path / "camera.yaml"
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", str(session), "--out", str(out), "--json"])
    told = json.loads(capsys.readouterr().out)
    assert ended.value.code == 0 and told["good"] and told["views"] == 3
    assert [set(end) for end in told["corners"]] == [{"x_m", "y_m", "error_mm"}] * 4
    stored = yaml.safe_load(out.read_text())["/**/perception"]["ros__parameters"]
    assert stored["camera_position"] == pytest.approx(on_table.true[:3, 3].tolist(), abs=0.005)
    x, y, z, w = stored["camera_quaternion"]
    turn = np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])  # fmt: skip
    assert np.allclose(turn, on_table.true[:3, :3], atol=0.005)


def test_a_parameter_file_keeps_what_else_is_in_it(tmp_path: Path, on_table: Rehearsed) -> None:
    shipped = Path(__file__).parents[2] / "launch/config/robot.yaml"
    mine = tmp_path / "robot.yaml"
    mine.write_text(shipped.read_text())
    store(mine, on_table.true)
    before, after = (yaml.safe_load(p.read_text()) for p in (shipped, mine))
    assert after["/**/perception"]["ros__parameters"] == {
        **before["/**/perception"]["ros__parameters"], **pose_lines(on_table.true)
    }  # fmt: skip
    assert after["/**/executor"] == before["/**/executor"]
    assert mine.read_text().count("#") == shipped.read_text().count("#")
    mine.write_text("a: 1\n")
    with pytest.raises(FileError, match=r"expected one line 'camera_position: \[...\]'"):
        store(mine, on_table.true)


def test_sessions_that_cannot_be(tmp_path: Path, on_table: Rehearsed) -> None:
    path, arm = write_session(tmp_path, on_table), load("panda")
    good = yaml.safe_load(path.read_text())

    def refused(error: type[Exception], reason: str, **changes: object) -> None:
        path.write_text(yaml.safe_dump({**good, **changes}))
        with pytest.raises(error, match=reason):
            read_session(path, arm)

    view = good["views"][0]
    refused(ConfigError, "session.yaml: views: ", views=[])
    refused(ConfigError, "expected one of board and joints, got none", views=[{"picture": "0.png"}])
    refused(ConfigError, "board.kind: input should be 'board' or 'marker'", board={"kind": "grid"})
    refused(PerceptionError, "one marker number 49 of 4X4_50 in 0.png",
            board={"kind": "marker", "number": 49})  # fmt: skip
    refused(ConfigError, "got both", views=[{**view, "joints": [0.0] * 7}])
    refused(FileError, "expected a picture at .*9.png", views=[{**view, "picture": "9.png"}])
    refused(FileError, "got something else", views=[{**view, "picture": "session.yaml"}])
    refused(FileError, "expected a picture of 320x240", camera={
        "width": 320, "height": 240, "matrix": [300, 0, 160, 0, 300, 120, 0, 0, 1]})  # fmt: skip
    wrong = [{"picture": "0.png", "joints": [0.0] * 3}]
    refused(PerceptionError, "expected 7 finite joint positions", views=wrong)


def test_the_printed_board_is_found(tmp_path: Path) -> None:
    path = tmp_path / "board.png"
    main_exit = pytest.raises(SystemExit)
    with main_exit as ended:
        main(["calibrate", "--print-board", str(path), "--board", "6x4:0.03:0.02"])
    assert ended.value.code == 0
    picture = cv2.resize(cv2.imread(str(path)), None, fx=0.2, fy=0.2, interpolation=cv2.INTER_AREA)
    corners, _ = Board(6, 4, 0.03, 0.02).find(picture)
    assert len(corners) == 15


def test_a_printed_marker_is_found(tmp_path: Path) -> None:
    path = tmp_path / "marker.png"
    with pytest.raises(SystemExit) as ended:
        main(["calibrate", "--print-board", str(path), "--board", "marker:0.08:7"])
    assert ended.value.code == 0
    picture = cv2.imread(str(path))
    corners, pixels = Marker(0.08, 7).find(picture)
    width_px = pixels[1, 0] - pixels[0, 0]
    assert corners[0].tolist() == [-0.04, 0.04, 0] and pixels[0].max() < pixels[2].min()
    assert picture.shape[1] / width_px == pytest.approx(2, abs=0.01)  # printed 160 mm wide
