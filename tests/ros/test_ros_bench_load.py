"""What the bench says of a loaded graph."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from llmagentos_ros.bench_load import busy_cores, grown_ms, show


def children() -> set[str]:
    """Processes of this one that only count."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            parent = entry.joinpath("stat").read_text().rsplit(")", 1)[1].split()[1]
            if (
                int(parent) == os.getpid()
                and b"while True" in entry.joinpath("cmdline").read_bytes()
            ):
                found.add(entry.name)
        except OSError:
            continue
    return found


def test_cores_are_busy_as_long_as_it_is_asked_for() -> None:
    with pytest.raises(ValueError, match="inside"), busy_cores(2):
        assert len(children()) == 2
        raise ValueError("inside")
    assert children() == set()


def test_a_queue_that_grows_shows_in_the_second_half() -> None:
    assert grown_ms([0.05] * 10) == pytest.approx(0.0)
    assert grown_ms([0.02 * k for k in range(10)]) == pytest.approx(100.0)
    assert grown_ms([0.5]) == 0.0


def test_ratio_drops_and_growth_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    quiet = {
        "first_motion": [0.2, 0.2], "latency": [0.05] * 8, "pictures": 8, "scenes": 8, "rate": 15.0,
        "statuses": [],
    }  # fmt: skip
    busy = {**quiet, "first_motion": [0.5, 0.5], "latency": [0.1] * 6, "scenes": 6, "rate": 9.0}
    show(quiet, busy)
    said = capsys.readouterr().out
    assert "200.0       500.0    2.50 (goal: at most 3)" in said
    assert "busy: pictures 8 (9.0 a second), scenes 6, dropped 2" in said and "+0.0 ms" in said
    show(quiet, {**busy, "first_motion": [], "statuses": ["failed"]})
    assert "not measured (['failed'])" in capsys.readouterr().out
