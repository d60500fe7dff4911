"""Files of flights, with what goes wrong injected for real: a kill, a full disk, a slow writer."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from recorder import flying

from llmagentos.errors import FileError
from llmagentos.recorder import messages, places, topics
from llmagentos.recorder.file import FlightFile
from llmagentos.recorder.inbox import Inbox, Item
from llmagentos.recorder.reading import read

_WRITER = """
import os, sys, time
from pathlib import Path
sys.path.insert(0, "tests")
from recorder import flying
from llmagentos.events import CommandRead, ReplyKnown
from llmagentos.types import Observation
folder, children = Path(sys.argv[1]), []
for index in range(int(sys.argv[2])):
    pid = os.fork()
    if pid == 0:
        flight = flying.recorder(folder / str(index))
        flight.on_event(CommandRead("count"))
        for k in range(100_000):
            flight.on_event(ReplyKnown(str(k)))
            if k % 25 == 0:
                flight.looked(Observation((flying.frame(k, (120, 160)),), None, ""), flying.SCENE, "")
            os.write(1, f"{index} {k} {time.monotonic()}\\n".encode())
            time.sleep(0.01)
    print("child", index, pid, flush=True)
os.wait()
"""


def test_what_was_told_a_second_before_a_kill_is_in_the_file(tmp_path: Path) -> None:
    count, rng = 4, random.Random(20261130)
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(tmp_path), str(count)],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."},
    )  # fmt: skip
    assert writer.stdout is not None
    pids: dict[int, int] = {}
    started: dict[int, float] = {}
    told: dict[int, list[tuple[int, float]]] = {k: [] for k in range(count)}
    killed: dict[int, float] = {}
    after = {k: rng.uniform(1.2, 2.5) for k in range(count)}
    for line in writer.stdout:
        words = line.split()
        if words[0] == "child":
            pids[int(words[1])] = int(words[2])
            continue
        index, number, at = int(words[0]), int(words[1]), float(words[2])
        told[index].append((number, at))
        started.setdefault(index, at)
        now = time.monotonic()
        for k, began in started.items():
            if k in pids and k not in killed and now - began > after[k]:
                os.kill(pids[k], signal.SIGKILL)
                killed[k] = time.monotonic()
        if len(killed) == count:
            break
    writer.stdout.close()
    writer.kill()
    writer.wait()
    for k in range(count):
        (path,) = (tmp_path / str(k)).glob("flight-*.mcap")
        flight = read(path)
        kept = {
            int(n.value["words"]) for n in flight.on(topics.EVENT) if n.value["event"] == "reply"
        }
        due = {number for number, at in told[k] if at < killed[k] - 1.0}
        assert not flight.whole and due and due <= kept
        assert flight.header["command"] == "count"
        assert messages.pixels_of(flight.on("/camera/overhead/image")[0].value).shape == (
            120,
            160,
            3,
        )


@pytest.mark.parametrize("limit", [2_000, 60_000, 150_000])
def test_a_full_disk_ends_the_recording_in_a_sentence_and_nothing_else(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, limit: int
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    flight = flying.recorder(tmp_path)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        flying.fly(flight, looks=30)
        flight.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    said = [r.getMessage() for r in caplog.records]
    assert len(said) == 1 and said[0].startswith(
        "the flight recording ends here: expected a flight"
    )
    (path,) = tmp_path.glob("*.mcap")
    assert path.stat().st_size <= limit
    if limit > 2_000:  # a chunk fits
        kept = read(path)
        assert not kept.whole and kept.header["command"] == "go home"


def test_a_file_cut_anywhere_is_read_up_to_there(tmp_path: Path) -> None:
    flight = flying.recorder(tmp_path)
    flying.fly(flight, looks=3)
    flight.close()
    (path,) = flight.files
    whole, data = read(path), path.read_bytes()
    assert whole.whole
    cut, rng = tmp_path / "cut.mcap", random.Random(7)
    seen = set()
    for _ in range(40):
        cut.write_bytes(data[: rng.randrange(400, len(data) - 1)])
        part = read(cut)
        assert not part.whole
        assert [n.data for n in part.notes] == [n.data for n in whole.notes[: len(part.notes)]]
        seen.add(len(part.notes))
    assert len(seen) > 1
    spoilt = bytearray(data)
    spoilt[len(data) // 3] ^= 0xFF
    cut.write_bytes(spoilt)
    assert not read(cut).whole
    cut.write_bytes(b"no flight at all")
    with pytest.raises(FileError, match=r"expected a flight recording \(MCAP\) of this program"):
        read(cut)


def test_what_does_not_fit_is_counted_and_never_waited_for(tmp_path: Path) -> None:
    inbox = Inbox(most=3, most_bytes=10_000)
    assert [inbox.put(Item("/a", 1, 1, list)) for _ in range(5)] == [True] * 3 + [False] * 2
    assert inbox.put(Item("end", 1, 1, list, must=True))
    assert not inbox.put(Item("/b", 1, 1, list, weight=20_000))
    assert inbox.dropped == {"/a": 2, "/b": 1}
    while inbox.get() is not None:
        pass
    assert inbox.put(Item("/b", 1, 1, list, weight=9_000)) and len(inbox) == 1


def test_drops_stand_in_the_file(tmp_path: Path) -> None:
    flight = flying.recorder(tmp_path)
    flight._inbox._most_bytes = 40_000  # pictures of 34 kB: one at a time
    flying.fly(flight, looks=40)
    flight.close()
    kept = read(flight.files[0])
    dropped = kept.on(topics.STATUS)[-1].value["dropped"]
    assert dropped[topics.LOOK] == 40 - len(kept.on(topics.LOOK)) > 0
    assert kept.whole and len(kept.on(topics.EVENT)) == 5


def test_a_flight_that_cannot_be_begun_names_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileError, match="expected a folder for flight recordings"):
        flying.recorder(tmp_path / "file")
    there = tmp_path / "there.mcap"
    there.write_text("mine")
    with pytest.raises(FileError, match="got a file"):
        FlightFile(there, {})
    assert there.read_text() == "mine"


def test_only_its_owner_reads_a_flight_and_the_oldest_go_first(tmp_path: Path) -> None:
    flight = flying.recorder(tmp_path)
    flying.fly(flight)
    flight.close()
    assert flight.files[0].stat().st_mode & 0o777 == 0o600
    mine = tmp_path / "mine.mcap"
    mine.write_bytes(bytes(2_000_000))
    old = [tmp_path / places.file_name("flight", places.new_session(), k, "a b") for k in range(5)]
    for k, path in enumerate(old):
        path.write_bytes(bytes(1_000_000))
        os.utime(path, (1000 + k, 1000 + k))
    assert places.keep_within(tmp_path, 2.5) == 3
    assert [p for p in old if p.exists()] == old[3:]
    assert mine.exists() and places.newest(tmp_path) == flight.files[0]
    with pytest.raises(FileError, match="expected a flight recording in"):
        places.newest(tmp_path / "none")


def test_the_last_minute_is_kept_at_a_fault_where_no_flight_is(tmp_path: Path) -> None:
    flight = flying.recorder(tmp_path, keeps="faults")
    flying.fly(flight, "first")
    flight.on_event(flying.CommandRead("second"))
    flight.fault("gate_rejected: too fast")
    flight.fault("gate_rejected: again")  # within the same seconds: one fault
    flight.on_event(flying.ReplyKnown("after it"))
    flight.on_event(flying.CommandEnded("failed", "I stopped."))
    flight.close()
    (path,) = tmp_path.glob("*.mcap")
    kept = read(path)
    assert path.name.startswith("fault-") and kept.whole
    words = [n.value["message"] for n in kept.on(topics.LOG)]
    assert words == ["first", "I am home.", "second", "gate_rejected: too fast", "gate_rejected: again", "I stopped."]  # fmt: skip
    assert (
        kept.on("/camera/overhead/depth") and kept.on(topics.EVENT)[-2].value["words"] == "after it"
    )


def test_depth_and_colour_come_back_as_they_were(tmp_path: Path) -> None:
    flight = flying.recorder(tmp_path)
    flying.fly(flight)
    flight.close()
    kept, was = read(flight.files[0]), flying.frame(0)
    color = messages.pixels_of(kept.on("/camera/overhead/image")[0].value)
    depth = messages.depth_of(kept.on("/camera/overhead/depth")[0].value)
    assert np.array_equal(color, was.rgb)
    assert not depth[0, :3].any()
    assert np.abs(depth[1:] - was.depth[1:]).max() <= 0.00005 + 1e-6
