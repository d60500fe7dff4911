"""The command line as a person and as a program uses it: real process, real model, real physics."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from llmagentos import from_config
from llmagentos.cli.settings import effective
from llmagentos.recorder import topics
from llmagentos.recorder.reading import read

CONTRACT = {
    "command", "status", "reply", "plan", "steps", "initial_objects", "objects", "held",
    "timings", "engine",
}  # fmt: skip
OBJECT = {"id", "kind", "color", "size", "position", "yaw"}
SCENE = """\
robot: panda
objects:
  - {kind: block, color: red, position: [0.45, 0.10]}
  - {kind: bowl, color: blue, position: [0.55, -0.15], id: home}
"""


def run(*arguments: str, timeout_s: float = 280) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "llmagentos", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenes") / "scene.yaml"
    path.write_text(SCENE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def two(scene: Path) -> tuple[int, list[dict[str, Any]]]:
    done = run(
        "run", "--scene", str(scene), "--json", "put the red block in the blue bowl",
        "how many blocks are there?",
    )  # fmt: skip
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def test_json_prints_one_object_per_command_and_nothing_else(
    two: tuple[int, list[dict[str, Any]]],
) -> None:
    code, results = two
    assert code == 0
    assert [r["status"] for r in results] == ["succeeded", "answered"]
    for result in results:
        assert set(result) >= CONTRACT
        assert all(set(o) >= OBJECT for o in result["objects"])
        assert result["engine"]["backend"] == "onnxruntime-cpu"
        assert result["timings"]["tokens"] > 0


def test_the_world_is_as_asked(two: tuple[int, list[dict[str, Any]]]) -> None:
    _, (moved, asked) = two
    block, bowl = (next(o for o in moved["objects"] if o["kind"] == k) for k in ("block", "bowl"))
    assert bowl["id"] == "home"
    assert block["position"][:2] == pytest.approx(bowl["position"][:2], abs=0.04)
    assert asked["reply"] == "There is one block."


def rehearsals(folder: Path) -> tuple[int, bool]:
    """How many a flight tells of, and whether its beginning says that there are any."""
    (path,) = folder.glob("flight-*.mcap")
    flight = read(path)
    told = [n for n in flight.on(topics.EVENT) if n.value["event"] == "rehearsed"]
    return len(told), flight.header["rehearsal"]


@pytest.mark.parametrize(("options", "on"), [((), True), (("--no-rehearsal",), False)])
def test_plans_are_rehearsed_unless_somebody_says_otherwise(
    options: tuple[str, ...], on: bool, scene: Path, tmp_path: Path
) -> None:
    said = "--scene", str(scene), "--flight", str(tmp_path), "pick up the red block"
    done = run("run", *options, *said, timeout_s=600)
    assert done.returncode == 0, done.stderr
    assert rehearsals(tmp_path) == (int(on), on)


def test_chat_takes_the_same_option(scene: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "llmagentos", "chat", "--scene", str(scene), "--no-rehearsal",
         "--flight", str(tmp_path)],
        input="pick up the red block\nquit\n", capture_output=True, text=True, timeout=600,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert rehearsals(tmp_path) == (0, False)


@pytest.mark.parametrize(
    ("written", "option", "on"),
    [
        ("{}", None, True),
        ("rehearsal: false", None, False),
        ("rehearsal: false", True, True),
        ("rehearsal: true", False, False),
    ],
)
def test_the_option_is_over_the_file(
    written: str, option: bool | None, on: bool, tmp_path: Path
) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(written, encoding="utf-8")
    chosen = effective(file, rehearsal=option)
    assert from_config.rehearsal(chosen, simulated=True) is on


def test_a_command_that_fails_exits_with_1_and_names_what_is_missing(scene: Path) -> None:
    done = run("run", "--scene", str(scene), "--json", "pick up the purple cup")
    result = json.loads(done.stdout)
    assert done.returncode == 1
    assert result["status"] == "question" and "can't see a purple cup" in result["reply"]
    assert result["timings"]["first_motion_s"] is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run",), "got neither"),
        (("run", "--scene", "nowhere.yaml", "home"), "expected a scene file"),
        (("run", "--model", "nothing", "home"), "ModelNotFoundError"),
        (("run", "--colour", "home"), "No such option"),
        (("scene", "show", "atlantis"), "expected a scene file"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_why(arguments: tuple[str, ...], words: str) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.split())


def test_a_scene_that_cannot_exist_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text("objects:\n  - {kind: blok, color: red, position: [0.5, 0]}\n")
    done = run("run", "--scene", str(path), "home")
    assert done.returncode == 2
    assert "blok" in done.stderr and "block" in done.stderr


def test_recording_keeps_video_pictures_plan_and_trace(scene: Path, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    done = run("run", "--scene", str(scene), "--record", str(folder), "pick up the red block")
    assert done.returncode == 0, done.stdout + done.stderr
    kept = {p.name for p in folder.iterdir()}
    assert kept >= {
        "session.mp4", "session.gif", "00_before.png", "00_after.png", "00_result.json",
        "events.jsonl",
    }  # fmt: skip
    assert json.loads((folder / "00_result.json").read_text())["held"] == "red_block"
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert {"command", "plan", "step_started", "step_done", "result"} <= {
        e["event"] for e in events
    }


def test_scenes_are_listed_shown_and_made(tmp_path: Path) -> None:
    assert "demo" in run("scene", "list").stdout
    shown = run("scene", "show", "demo")
    assert shown.returncode == 0 and "red_block" in shown.stdout
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    for path in (first, second):
        assert run("scene", "make", str(path), "--seed", "7", "--objects", "5").returncode == 0
    assert first.read_text() == second.read_text()


def test_plan_shows_words_and_moves_nothing(scene: Path) -> None:
    done = run("plan", "--scene", str(scene), "--json", "put the red block in the blue bowl")
    assert done.returncode == 0
    assert json.loads(done.stdout)["steps"][0]["op"] == "put"


@pytest.mark.parametrize("command", ["run", "plan"])
def test_an_engine_that_is_not_there_is_named_and_exits_with_2(scene: Path, command: str) -> None:
    done = run(command, "go home", "--scene", str(scene), "--engine", "npu")
    assert done.returncode == 2
    assert "expected an engine of auto, tensorrt, cuda, onnx-cpu" in done.stderr


def test_auto_says_which_engines_are_not_used(scene: Path) -> None:
    from llm_edge.engines import select

    missing = {e: select.why_not(e) for e in ("tensorrt", "cuda")}
    done = run("plan", "go home", "--scene", str(scene))
    assert done.returncode == 0
    for engine, reason in missing.items():
        # the terminal's width breaks lines
        assert not reason or f"{engine}: {reason}" in " ".join(done.stdout.split())
        if reason:
            named = run("plan", "go home", "--scene", str(scene), "--engine", engine)
            assert named.returncode == 2
            assert f"expected engine {engine}, got none" in " ".join(named.stderr.split())
