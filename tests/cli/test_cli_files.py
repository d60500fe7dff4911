"""Every file or folder that a command takes, when it is not what it should be: one sentence, exit
code 2, no traceback. The table below is checked against the commands' own options."""

from __future__ import annotations

import errno
import io
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import typer

from llmagentos import robots
from llmagentos.cli.main import app, main
from llmagentos.composition import model_manager
from llmagentos.default_model import DEFAULT_MODEL

#: What stands before an argument under test; "{}" is the bad path. By command and parameter.
#: reads: a file that is read. folder: one that is read. writes, makes: a file or folder to come.
READS, FOLDER, WRITES, MAKES = "reads", "folder", "writes", "makes"
TABLE: dict[tuple[str, str], tuple[str, list[str]]] = {
    ("run", "scene"): (READS, ["home", "--scene", "{}"]),
    ("run", "record"): (MAKES, ["home", "--record", "{}"]),
    ("run", "flight"): (MAKES, ["home", "--flight", "{}"]),
    ("chat", "flight"): (MAKES, ["--flight", "{}"]),
    ("chat", "audio"): (READS, ["--audio", "{}"]),
    ("listen", "audio"): (READS, ["--audio", "{}"]),
    ("listen", "scene"): (READS, ["--scene", "{}"]),
    ("show", "scene"): (READS, ["mug", "--scene", "{}"]),
    ("show", "robot"): (FOLDER, ["mug", "--robot", "{}"]),
    ("show", "config"): (READS, ["mug", "--config", "{}"]),
    ("replay", "to_video"): (WRITES, ["flight.mcap", "--video", "{}.mp4"]),
    ("replay", "kept"): (MAKES, ["flight.mcap", "--keep", "{}"]),
    ("run", "model"): (FOLDER, ["home", "--model", "{}"]),
    ("run", "config"): (READS, ["home", "--config", "{}"]),
    ("run", "rules"): (READS, ["home", "--rules", "{}"]),
    ("chat", "rules"): (READS, ["--rules", "{}"]),
    ("chat", "scene"): (READS, ["--scene", "{}"]),
    ("chat", "record"): (MAKES, ["--record", "{}"]),
    ("chat", "model"): (FOLDER, ["--model", "{}"]),
    ("chat", "config"): (READS, ["--config", "{}"]),
    ("chat", "voice"): (FOLDER, ["--voice", "{}"]),
    ("plan", "scene"): (READS, ["home", "--scene", "{}"]),
    ("plan", "model"): (FOLDER, ["home", "--model", "{}"]),
    ("plan", "config"): (READS, ["home", "--config", "{}"]),
    ("bench", "model"): (FOLDER, ["places", "--planner-only", "--model", "{}"]),
    ("bench", "commands"): (FOLDER, ["places", "--oracle", "--planner-only", "--commands", "{}"]),
    ("bench", "out"): (MAKES, ["places", "--oracle", "--planner-only", "--out", "{}"]),
    ("bench", "aios"): (FOLDER, ["runtime", "--aios", "{}"]),
    ("fleet coordinate", "journal"): (MAKES, ["--journal", "{}/journal"]),
    ("serve", "folder"): (MAKES, ["--folder", "{}"]),
    ("serve", "socket"): (MAKES, ["--folder", "state", "--socket", "{}/door"]),
    ("serve", "tls_cert"): (READS, ["--http", "--tls-cert", "{}", "--tls-key", "folder"]),
    ("serve", "tls_key"): (READS, ["--http", "--tls-cert", "raw", "--tls-key", "{}"]),
    ("mcp", "tls_cert"): (READS, ["--http", "--tls-cert", "{}", "--tls-key", "folder"]),
    ("mcp", "tls_key"): (READS, ["--http", "--tls-cert", "raw", "--tls-key", "{}"]),
    ("command", "token_file"): (
        READS,
        ["home", "--to", "http://127.0.0.1:9", "--token-file", "{}"],
    ),
    ("command", "ca"): (READS, ["home", "--to", "http://127.0.0.1:9", "--ca", "{}"]),
    ("agent create", "spec"): (READS, ["a", "--spec", "{}"]),
    ("agent create", "scene"): (READS, ["a", "--scene", "{}"]),
    ("calibrate", "session"): (READS, ["{}"]),
    ("calibrate", "out"): (WRITES, ["--sim", "--out", "{}"]),
    ("calibrate", "print_board"): (WRITES, ["--print-board", "{}.png"]),
    ("calibrate", "robot"): (FOLDER, ["--sim", "--robot", "{}"]),
    ("up", "scene"): (READS, ["--sim", "--scene", "{}"]),
    ("up", "model"): (FOLDER, ["--model", "{}"]),
    ("up", "params_file"): (READS, ["--params-file", "{}"]),
    ("up", "record"): (MAKES, ["--record", "{}/bag"]),
    ("up", "log_dir"): (MAKES, ["--log-dir", "{}"]),
    ("run", "robot"): (FOLDER, ["home", "--robot", "{}"]),
    ("run", "skills"): (FOLDER, ["home", "--skills", "{}"]),
    ("chat", "skills"): (FOLDER, ["--skills", "{}"]),
    ("bench", "skills"): (FOLDER, ["places", "--oracle", "--skills", "{}"]),
    ("chat", "robot"): (FOLDER, ["--robot", "{}"]),
    ("plan", "robot"): (FOLDER, ["home", "--robot", "{}"]),
    ("bench", "robot"): (FOLDER, ["places", "--oracle", "--robot", "{}"]),
    ("up", "robot"): (FOLDER, ["--sim", "--robot", "{}"]),
    ("scene show", "robot"): (FOLDER, ["demo", "--robot", "{}"]),
    ("scene make", "robot"): (FOLDER, ["made.yaml", "--robot", "{}"]),
    ("record", "out"): (MAKES, ["--command", "home", "--out", "{}"]),
    ("record", "scene"): (READS, ["--command", "home", "--out", "set", "--scene", "{}"]),
    ("record", "robot"): (FOLDER, ["--command", "home", "--out", "set", "--robot", "{}"]),
    ("record", "model"): (FOLDER, ["--command", "home", "--out", "set", "--model", "{}"]),
    ("dataset info", "folder"): (FOLDER, ["{}"]),
    ("dataset check", "folder"): (FOLDER, ["{}"]),
    ("config show", "config"): (READS, ["--config", "{}"]),
    ("scene show", "scene"): (READS, ["{}"]),
    ("scene show", "picture"): (WRITES, ["demo", "--picture", "{}.png"]),
    ("scene make", "file"): (WRITES, ["{}"]),
    ("robot new", "urdf"): (READS, ["--urdf", "{}"]),
    ("robot new", "gripper"): (READS, ["--urdf", "arm.urdf", "--gripper", "{}"]),
    ("robot new", "again"): (FOLDER, ["--again", "{}"]),
    ("robot new", "out"): (MAKES, ["--urdf", "arm.urdf", "--out", "{}/arm"]),
    ("robot check", "robot"): (FOLDER, ["{}"]),
    ("robot check", "figure"): (WRITES, ["ur5e", "--no-pick", "--figure", "{}.png"]),
    ("robot conformance", "robot"): (FOLDER, ["lab.arms:FakeArm", "--still", "--robot", "{}"]),
    ("audit show", "file"): (FOLDER, ["{}"]),
    ("audit verify", "file"): (FOLDER, ["{}"]),
    ("audit accept", "folder"): (FOLDER, ["{}"]),
    ("faults", "write"): (READS, ["--row", "5", "--write", "{}"]),
    ("model info", "name"): (FOLDER, ["{}"]),
    ("model build", "name"): (FOLDER, ["{}"]),
    ("model verify", "name"): (FOLDER, ["{}"]),
    ("model bench", "name"): (FOLDER, ["{}"]),
    ("model add", "source"): (FOLDER, ["{}"]),
    ("memory export", "file"): (WRITES, ["{}"]),
    **{
        (f"memory {name}", "folder"): (FOLDER, [*words, "--folder", "{}"])
        for name, words in (
            ("show", []),
            ("search", ["cup"]),
            ("forget", ["cup"]),
            ("export", ["all.jsonl"]),
        )
    },
    **{
        (f"learn {name}", "folder"): (FOLDER, ["--folder", "{}"])
        for name in ("show", "approve", "reject", "train", "status", "back", "history")
    },
}
#: Options with words that are no paths.
NO_PATH = {
    "commands", "command", "engine", "suites", "case", "which", "namespace", "log_level", "text",
    "quantize", "driver", "option", "mount", "hand", "tip", "env", "algo", "obs", "reward",
    "since", "expect", "size", "task", "repo_id", "teleop", "ray_address",
    "host", "key_env", "noise", "table", "squares", "microphone", "wake",
}  # fmt: skip
#: Of commands that need PyTorch first; tests/train has them.
WITH_TORCH = {("train", "robot"), ("train", "out"), ("train", "data"), ("evaluate", "plot"), ("export", "run"),
              ("export", "file")}  # fmt: skip
#: A folder of commands has no file that must be there.
MAY_BE_EMPTY = {("bench", "commands"), *(key for key in TABLE if key[0].startswith("learn "))}

#: A recorded flight.
FLIGHT = sorted((Path(__file__).parents[1] / "recordings").glob("*.mcap"))[0]


def _callbacks(tree: typer.Typer, prefix: str = "") -> Iterator[tuple[str, Callable[..., None]]]:
    for command in tree.registered_commands:
        assert command.callback is not None
        yield prefix + (command.name or command.callback.__name__), command.callback
    for group in tree.registered_groups:
        assert group.typer_instance is not None
        yield from _callbacks(group.typer_instance, f"{prefix}{group.name} ")


def test_every_option_with_a_path_is_in_the_table() -> None:
    wanted = set()
    for name, callback in _callbacks(app):
        for parameter, kind in get_type_hints(callback).items():
            is_path = kind in (Path, Path | None)
            if is_path or (kind in (str, str | None) and parameter not in NO_PATH):
                wanted.add((name, parameter))
    # A new name and a model on a server are words; neither is read as a path.
    words = {("model add", "name"), ("model add", "model"), ("robot new", "name")}
    words |= {("show", "name"), ("show", "what")}
    words |= {("calibrate", "ros")}  # made by a process of ROS: tests/ros/test_ros_calibrate.py
    words |= {
        (f"agent {name}", "name") for name in ("create", "show", "logs", "calls", "halt", "reset")
    }
    words |= {
        ("agent command", "name"),
        ("agent command", "priority"),
        ("agent call", "name"),
        ("agent call", "verb"),
        ("agent call", "priority"),
    }
    words |= {("agent module", name) for name in ("name", "concept", "use", "runs")}
    words |= {
        ("serve", "address"),
        ("mcp", "address"),
        ("mcp", "agent"),
        ("command", "to"),
        ("command", "agent"),
    }
    words |= {("access grant", "name"), ("access grant", "role"), ("access revoke", "name")}
    words |= {(f"fleet {n}", "fleet") for n in ("coordinate", "join", "add", "tasks", "robots", "cancel",
                                                "decide", "stop", "go-on")}  # fmt: skip
    words |= {("fleet coordinate", "policy"), ("fleet join", "role"), ("fleet add", "what")}
    words |= {(f"fleet {name}", "task") for name in ("add", "cancel", "decide")}
    words |= {(f"memory {name}", "robot") for name in ("show", "search", "forget", "export")}
    assert wanted - words - WITH_TORCH == set(TABLE)


@pytest.fixture
def bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with things that are not what they should be; also what is added is kept there."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    monkeypatch.setattr("llmagentos.cli.waiting._SOON_S", 600.0)  # a busy machine is said to work
    shutil.copy(FLIGHT, tmp_path / "flight.mcap")
    (tmp_path / "raw").write_bytes(b"\xff\xfe\x00 no text")
    (tmp_path / "folder").mkdir()
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "arm.urdf").write_text(robots.load("ur5e").urdf)
    broken = tmp_path / "broken"
    broken.mkdir()
    for name in ("config.json", "manifest.json", "tokenizer.json", "plan_vocabulary.json"):
        (broken / name).write_bytes(b"\xff\xfe\x00 no text")
    return tmp_path


def _run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must exit with 2; returns its one sentence."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    said = capsys.readouterr().err.strip()
    assert ended.value.code == 2, said
    assert len(said.splitlines()) == 1, said
    error, _, sentence = said.partition(": ")
    assert error in (
        "AuditError",
        "FileError",
        "SceneError",
        "RobotError",
        "DatasetError",
        "SkillError",
        *MODEL_ERRORS,
    ), said
    assert re.match("expected .*got[: ]", sentence), said
    return sentence


MODEL_ERRORS = ("ModelError", "ModelNotFoundError", "ModelIntegrityError")
#: Bad paths by what is done with them. All of them fail for a superuser too.
BAD = {
    READS: ["missing", "folder", "raw", "raw/inside", "loop", "x" * 300, "~nobody/x"],
    FOLDER: ["missing", "folder", "raw", "raw/inside", "loop", "x" * 300, "~nobody/x", "broken"],
    WRITES: ["raw/inside", "missing/inside", "x" * 300, "/proc/inside", "/sys/inside"],
    MAKES: ["raw", "raw/inside", "x" * 300, "/proc/inside", "/sys/inside"],
}
CASES = [
    (*key, path)
    for key, (use, _) in TABLE.items()
    for path in BAD[use]
    if not (key in MAY_BE_EMPTY and path in ("folder", "broken"))
]


@pytest.mark.parametrize(("command", "parameter", "path"), CASES)
def test_a_bad_path_is_one_sentence(
    bad: Path, capsys: pytest.CaptureFixture[str], command: str, parameter: str, path: str
) -> None:
    before = sorted(p.name for p in bad.rglob("*"))
    arguments = [a.replace("{}", path) for a in TABLE[command, parameter][1]]
    _run([*command.split(), *arguments], capsys)
    after = sorted(p.name for p in bad.rglob("*") if p.name not in ("data", "llmagentos", "models"))
    assert after == before


@pytest.mark.parametrize(
    ("command", "parameter"), [k for k, (use, _) in TABLE.items() if use == READS]
)
def test_a_file_without_permission(
    bad: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    command: str,
    parameter: str,
) -> None:
    real = Path.open

    def opened(path: Path, *args: Any, **more: Any) -> Any:
        if path.name == "locked":  # the tests' user may read everything
            raise PermissionError(errno.EACCES, "Permission denied", str(path))
        return real(path, *args, **more)

    (bad / "locked").write_text("objects: []\n")
    monkeypatch.setattr(Path, "open", opened)
    arguments = [a.replace("{}", "locked") for a in TABLE[command, parameter][1]]
    assert "got no permission" in _run([*command.split(), *arguments], capsys)


def test_a_picture_needs_an_ending_that_says_its_format(
    bad: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "got .docx" in _run(["scene", "show", "demo", "--picture", "a.docx"], capsys)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_scene_on_a_full_disk(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "got a full disk" in _run(["scene", "make", "/dev/full"], capsys)


@pytest.mark.parametrize("text", ["[]", "a: [", "/**: 3", "planner: {ros__parameters: [1]}"])
def test_parameters_that_are_none(bad: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    (bad / "params.yaml").write_text(text)
    _run(["up", "--params-file", "params.yaml"], capsys)


def test_commands_that_are_no_json(bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (bad / "folder" / "knowno.jsonl").write_text('{"instruction": \n')
    said = _run(["bench", "--oracle", "--planner-only", "--commands", "folder", "knowno"], capsys)
    assert "knowno.jsonl, line 1" in said


@pytest.mark.parametrize(
    "file", ["config.json", "manifest.json", "tokenizer.json", "plan_vocabulary.json"]
)
@pytest.mark.parametrize("content", [b"[]", b"3", b'{"files": 3}', b"\xff", b"[" * 100_000])
def test_a_model_with_a_broken_file(
    bad: Path, capsys: pytest.CaptureFixture[str], file: str, content: bytes
) -> None:
    from llm_edge import folder

    model = bad / "model"
    shutil.copytree(folder.SHIPPED / DEFAULT_MODEL, model)
    (model / file).write_bytes(content)
    if file != "manifest.json":  # its own digest is right: the content is what is wrong
        folder.write_manifest(model, {"name": "model"})
    for command in (["plan", "home", "--model"], ["model", "build"]):
        _run([*command, "model"], capsys)


@pytest.mark.parametrize("source", ["http://127.0.0.1:1/v1", "shipped"])
def test_a_model_that_finds_no_room_leaves_nothing(
    bad: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    from llm_edge import folder

    def full(*args: Any, **more: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(shutil, "copy2", full)
    monkeypatch.setattr(Path, "replace", full)
    shipped = str(folder.SHIPPED / DEFAULT_MODEL)
    before = [m["name"] for m in model_manager().models()]
    said = _run(
        ["model", "add", shipped if source == "shipped" else source, "--name", "mine"], capsys
    )
    assert said.endswith("got a full disk")
    assert list(folder.user_models().iterdir()) == []
    assert [m["name"] for m in model_manager().models()] == before


def test_a_model_in_a_data_folder_that_is_a_file(
    bad: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(bad / "raw"))
    _run(["model", "add", "http://127.0.0.1:1/v1", "--name", "mine"], capsys)


def test_a_disk_that_fills_during_a_recording_costs_no_result(
    bad: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from sim.recording import Recorder

    def full(recorder: Recorder, frame: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Recorder, "_mux", full)
    command = "how many blocks are there?"
    with pytest.raises(SystemExit) as ended:
        main(["run", command, "go to the home position", "--json", "--record", "kept"])
    out, said = capsys.readouterr()
    assert ended.value.code == 2
    assert [json.loads(line)["status"] for line in out.splitlines()] == ["answered", "succeeded"]
    assert said.strip().endswith("at kept, got a full disk")
    assert not (bad / "kept" / "session.mp4").exists()


def test_results_that_find_no_room_are_still_printed(
    bad: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.replace

    def full(path: Path, target: Path) -> Any:
        if Path(target).name == "report.json":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(path, target)

    monkeypatch.setattr(Path, "replace", full)
    arguments = "bench places --oracle --planner-only --per-suite 1 --jobs 1 --seed 1 --out out"
    with pytest.raises(SystemExit) as ended:
        main(arguments.split())
    out, said = capsys.readouterr()
    assert ended.value.code == 2 and "got a full disk" in said
    assert "places" in out and "success" in out
    assert list((bad / "out").iterdir()) == []
