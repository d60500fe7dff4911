"""Data sets: what is written is read again, is what the format says, and outlives a kill."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from llmagentos.errors import DatasetError
from sim.data import schema, stats
from sim.data.check import check
from sim.data.reader import Dataset
from sim.data.writer import DatasetWriter

FPS, SIZE = 20, (64, 48)
JOINTS = schema.vector(["a.pos", "b.pos", "gripper.pos"])
FEATURES: schema.Features = {
    schema.STATE: JOINTS,
    schema.ACTION: JOINTS,
    **schema.OUTCOME,
    **{schema.PICTURE + name: schema.video(*SIZE, FPS) for name in schema.CAMERAS},
}


def picture(number: int) -> np.ndarray:
    """A smooth picture that tells its number by its colours."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    red = 40 + 2 * x
    return np.stack([red, 30 + 3 * y, np.full_like(x, 10 + 8 * number)], -1).astype(np.uint8)


def frame(number: int) -> dict[str, Any]:
    values = np.array([number, number / 7, -number], np.float32)
    pictures = {schema.PICTURE + name: picture(number) for name in schema.CAMERAS}
    outcome = {schema.DONE: False, schema.SUCCESS: False}
    return {schema.STATE: values, schema.ACTION: values + 1, **outcome, **pictures}


def write(root: Path, *lengths: int, task: str = "stack them") -> None:
    with DatasetWriter(root, FPS, FEATURES, "panda") as writer:
        for length in lengths:
            for number in range(length):
                writer.add(frame(number))
            writer.save(f"{task}, {length}", {schema.DONE: True, schema.SUCCESS: True})


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three episodes, the last one by a second recording."""
    root = tmp_path_factory.mktemp("data") / "set"
    write(root, 6, 9)
    write(root, 6)
    return root


@pytest.fixture
def root(shared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(shared, tmp_path / "set"))


def test_what_was_written_is_read_again(shared: Path) -> None:
    data = Dataset(shared)
    assert [len(episode) for episode in data] == [6, 9, 6]
    assert data.tasks == ["stack them, 6", "stack them, 9"]
    for number, length in enumerate((6, 9, 6)):
        episode = data.episode(number, ["overhead", "wrist"])
        assert episode.task == f"stack them, {length}"
        wanted = [frame(i) for i in range(length)]
        for key in (schema.STATE, schema.ACTION):
            assert np.array_equal(episode.values[key], [w[key] for w in wanted])
        assert episode.values[schema.SUCCESS].tolist() == [False] * (length - 1) + [True]
        assert np.allclose(episode.values["timestamp"], np.arange(length) / FPS, atol=1e-6)
        for seen in episode.pictures.values():
            assert seen.shape == (length, SIZE[1], SIZE[0], 3)
            away = np.abs(seen.astype(float) - [picture(i) for i in range(length)])
            # A neighbouring frame would be off by 8/3 on its own: each is the right one.
            assert away.mean() < 2.0 and away[..., 2].mean(axis=(1, 2)).max() < 4.0


def test_it_is_what_the_format_says(shared: Path) -> None:
    assert check(shared) == []
    info = json.loads((shared / "meta/info.json").read_text())
    assert info["codebase_version"] == "v3.0" and info["fps"] == FPS
    assert (info["total_episodes"], info["total_frames"], info["total_tasks"]) == (3, 21, 2)
    assert info["splits"] == {"train": "0:3"}
    for name in ("stats.json", "tasks.parquet", "episodes/chunk-000/file-000.parquet"):
        assert (shared / "meta" / name).is_file()
    assert (shared / "videos/observation.images.wrist/chunk-000/file-001.mp4").is_file()
    assert not (shared / ".part").exists()


def test_statistics_are_those_of_all_frames(shared: Path) -> None:
    data = Dataset(shared)
    told = json.loads((shared / schema.STATS).read_text())
    states = np.concatenate([e.values[schema.STATE] for e in data]).astype(float)
    assert np.allclose(told[schema.STATE]["mean"], states.mean(axis=0))
    assert np.allclose(told[schema.STATE]["std"], states.std(axis=0))
    assert told[schema.STATE]["min"] == states.min(axis=0).tolist()
    assert told[schema.STATE]["count"] == [21]
    seen = np.concatenate([[picture(i) for i in range(n)] for n in (6, 9, 6)]) / 255
    wrist = told[schema.PICTURE + "wrist"]
    assert np.allclose(np.ravel(wrist["mean"]), seen.mean(axis=(0, 1, 2)))
    assert np.allclose(np.ravel(wrist["std"]), seen.std(axis=(0, 1, 2)))
    assert np.shape(wrist["max"]) == (3, 1, 1) and wrist["max"] == wrist["max"]


def test_quantiles_of_pictures_are_those_of_their_pixels() -> None:
    rng, counts = np.random.default_rng(0), stats.PixelCounts()
    pictures = rng.integers(0, 256, (4, 20, 30, 3), dtype=np.uint8)
    for one in pictures:
        counts.add(one)
    found = counts.stats()
    for name, share in schema.QUANTILES.items():
        wanted = np.quantile(pictures, share, axis=(0, 1, 2)) / 255
        assert np.allclose(found[name].ravel(), wanted, atol=1.01 / 255), name
    assert found["count"].tolist() == [4]


KILLED = """
import os, signal, sys
from pathlib import Path
from sim.data import writer
from tests.sim.data.test_data_sets import FEATURES, FPS, frame

def die(*args):
    os.kill(os.getpid(), signal.SIGKILL)

def record(root, where):
    made = writer.DatasetWriter(root, FPS, FEATURES, "panda")
    for number in range(5):
        made.add(frame(number))
    made.save("whole")
    for number in range(7):
        made.add(frame(number))
    owner, name = {
        "videos": (writer, "join"),
        "row": (writer.DatasetWriter, "_keep_row"),
        "totals": (writer.DatasetWriter, "_tell"),
    }[where]
    setattr(owner, name, die)
    made.save("never whole")

for where in ("videos", "row", "totals"):
    child = os.fork()
    if not child:
        record(Path(sys.argv[1]) / where, where)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
"""


def test_a_killed_recording_leaves_its_finished_episodes(tmp_path: Path) -> None:
    """Killed while it writes the second one: before its pictures, before its row, after it."""
    subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], check=True, timeout=280,
        cwd=Path(__file__).parents[3], env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip
    for where, left in (("videos", [5]), ("row", [5]), ("totals", [5, 7])):
        root = tmp_path / where
        data = Dataset(root)
        assert [len(e) for e in data] == left
        assert len(data.episode(0, ["wrist"]).pictures[schema.PICTURE + "wrist"]) == 5
        if where != "totals":  # the text of a task may be there already
            assert all("total_tasks" in line for line in check(root))
        write(root, 6)  # the next recording takes away what was left unfinished, and goes on
        assert check(root) == []
        assert [len(e) for e in Dataset(root)] == [*left, 6]


def test_a_discarded_episode_leaves_nothing(root: Path) -> None:
    with DatasetWriter(root, FPS, FEATURES, "panda") as writer:
        writer.add(frame(0))
        writer.discard()
        assert writer.frames == 0 and writer.episodes == 3
        with pytest.raises(DatasetError, match="expected frames"):
            writer.save("nothing")
    assert check(root) == [] and len(Dataset(root)) == 3


def test_files_that_are_full_get_no_more_episodes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "DATA_MB", 0)
    monkeypatch.setattr(schema, "VIDEO_MB", 0)
    monkeypatch.setattr(schema, "FILES_PER_CHUNK", 2)
    write(tmp_path / "set", 3, 4, 5)
    assert check(tmp_path / "set") == []
    assert (tmp_path / "set/data/chunk-001/file-000.parquet").is_file()
    assert (tmp_path / "set/videos/observation.images.wrist/chunk-001/file-000.mp4").is_file()


def test_two_recordings_do_not_write_to_one_folder(root: Path) -> None:
    with DatasetWriter(root, FPS, FEATURES, "panda"), pytest.raises(DatasetError, match="another"):
        DatasetWriter(root, FPS, FEATURES, "panda")


def test_other_features_are_refused(root: Path) -> None:
    before = (root / schema.INFO).read_bytes()
    for fps, features, robot in (
        (10, FEATURES, "panda"),
        (FPS, FEATURES, "so101"),
        (FPS, {**FEATURES, schema.ACTION: schema.vector(["dx"])}, "panda"),
    ):
        with pytest.raises(DatasetError, match="record into another folder"):
            DatasetWriter(root, fps, features, robot)
    assert (root / schema.INFO).read_bytes() == before
    write(root, 4)  # a refused one holds nothing


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        (schema.STATE, np.zeros(2, np.float32), "shape"),
        (schema.STATE, np.array([0, np.nan, 0], np.float32), "finite"),
        (schema.PICTURE + "wrist", np.zeros((48, 64, 3), np.float32), "uint8"),
        (schema.PICTURE + "wrist", np.zeros((64, 48, 3), np.uint8), "shape"),
        (schema.DONE, 1, "bool"),
    ],
)
def test_a_frame_that_does_not_fit_is_refused_by_name(
    tmp_path: Path, key: str, value: Any, words: str
) -> None:
    with DatasetWriter(tmp_path / "set", FPS, FEATURES, "panda") as writer:
        with pytest.raises(DatasetError, match=words):
            writer.add({**frame(0), key: value})
        with pytest.raises(DatasetError, match="exactly"):
            writer.add({k: v for k, v in frame(0).items() if k != key})
        assert writer.frames == 0


def edit_json(root: Path, name: str, change: Any) -> None:
    path = root / name
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


def edit_rows(root: Path, pattern: str, column: str, change: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = sorted(root.glob(pattern))[0]
    table = parquet.read_table(path)
    at = table.column_names.index(column)
    values = change(table.column(column).to_pylist())
    parquet.write_table(
        table.set_column(at, table.field(at), pa.array(values, table.field(at).type)), path
    )


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda r: edit_json(r, schema.INFO, lambda i: i.pop("fps")), "expected .*fps"),
        (lambda r: edit_json(r, schema.INFO, lambda i: i.update(total_frames=9)), "total_frames 21"),
        (
            lambda r: edit_json(
                r, schema.INFO, lambda i: i["features"][schema.STATE]["names"].pop()
            ),
            "3 names",
        ),
        (
            lambda r: edit_json(r, schema.STATS, lambda s: s[schema.STATE].update(mean=[0, 0, 0])),
            "mean of observation.state",
        ),
        (
            lambda r: edit_rows(r, "data/*/*", "timestamp", lambda v: [t + 0.01 for t in v]),
            "timestamps",
        ),
        (lambda r: edit_rows(r, "data/*/*", "index", lambda v: v[::-1]), "index from"),
        (
            lambda r: edit_rows(
                r, "meta/episodes/*/*", "videos/observation.images.wrist/from_timestamp",
                lambda v: [t + 0.02 for t in v],
            ),
            "wrist: expected",
        ),
        (lambda r: next(r.glob("videos/*wrist/*/*")).write_bytes(b"no video"), "expected a video"),
        (lambda r: next(r.glob("data/*/*")).unlink(), "no such file"),
        (lambda r: (r / schema.STATS).unlink(), "stats.json"),
    ],
)  # fmt: skip
def test_check_finds_what_is_wrong(root: Path, spoil: Any, words: str) -> None:
    spoil(root)
    try:
        found = check(root)
    except DatasetError as exc:
        found = [str(exc)]
    assert any(re.search(words, line) for line in found), found


def test_what_is_no_data_set_gets_a_sentence(tmp_path: Path, root: Path) -> None:
    with pytest.raises(DatasetError, match=r"LeRobot's format v3\.0"):
        Dataset(tmp_path)
    edit_json(root, schema.INFO, lambda i: i.update(codebase_version="v2.1"))
    with pytest.raises(DatasetError, match=r"v2\.1"):
        Dataset(root)


def test_a_camera_that_is_not_there_is_named(shared: Path) -> None:
    with pytest.raises(DatasetError, match="wrist; got 'side'"):
        Dataset(shared).episode(0, ["side"])
