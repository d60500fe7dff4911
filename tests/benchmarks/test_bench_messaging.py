"""The benchmark of messages measures and prints; how fast they are is nobody's test."""

from __future__ import annotations

from benchmarks.messaging import in_process, measured, table


def test_a_way_is_measured_and_printed() -> None:
    with in_process() as way:
        rows = list(measured("in-process", way, 0.02))
    assert [row.size for row in rows] == ["100 B", "10 kB", "640x480 picture"]
    assert all(0 < row.median_us <= row.p99_us for row in rows)
    assert "| in-process | 10 kB |" in table(rows)
