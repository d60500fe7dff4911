"""Silence by message age: limits, effects, words; and the table in the document."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from llmagentos.safety.ages import not_of_now
from llmagentos.safety.signals import Fresh, Stale
from llmagentos.safety.watchdogs import TABLE, Effect, Silence, Watchdogs, events

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "safety.md"


class Clock:
    now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


def all_heard(clock: Clock) -> Watchdogs:
    dogs = Watchdogs(clock=clock)
    for row in TABLE:
        dogs.beat(row.source)
    return dogs


def test_the_documents_table_is_the_codes() -> None:
    text = DOCUMENT.read_text("utf-8")
    part = text[text.index("\n## Watchdogs") : text.index("\n## Stop")]
    rows = re.findall(r"^\| ([a-z ]+) \| ([\d.]+) s \| ([a-z ]+) \| (.+) \|$", part, re.M)
    assert rows == [(r.source, f"{r.limit_s:g}", r.effect.value, r.words) for r in TABLE]


def test_what_was_never_seen_is_stale() -> None:
    assert set(Watchdogs().silent()) == {row.source for row in TABLE}
    assert Watchdogs(["clock"]).silent() == {"clock": "clock never seen"}
    with pytest.raises(KeyError):
        Watchdogs(["coffee"])


@pytest.mark.parametrize("row", TABLE, ids=lambda r: r.source)
def test_each_source_has_its_limit_and_effect(row) -> None:  # type: ignore[no-untyped-def]
    clock = Clock()
    dogs = all_heard(clock)
    assert dogs.silent() == {} and dogs.no_grasp() == ""
    clock.now_s += row.limit_s
    assert row.source not in dogs.silent()
    clock.now_s += 1e-3
    for other in TABLE:
        if other is not row:
            dogs.beat(other.source)
    why = f"{row.source} silent for {row.limit_s + 1e-3:.2f} s (allowed: {row.limit_s:.2f} s)"
    assert dogs.silent() == dogs.silent(row.effect) == {row.source: why}
    assert (dogs.no_grasp() == why) is (row.effect is not Effect.TELL)
    (fell,) = dogs.changes()
    assert fell.watchdog is row and fell.words == f"{row.words} ({why})"
    assert dogs.changes() == []
    dogs.beat(row.source)
    (back,) = dogs.changes()
    assert back.why == "" and row.source in back.words and "came back" in back.words
    told = [Stale(row.source, why), Fresh(row.source)] if row.effect is Effect.STOP else []
    assert events([fell, back]) == told


def test_a_robots_own_limit() -> None:
    clock = Clock()
    dogs = Watchdogs(["clock"], {"clock": 5.0}, clock)
    dogs.beat("clock")
    clock.now_s += 4.0
    assert not dogs.silent()


def test_what_cannot_be_used_is_silence_at_once_until_something_can() -> None:
    dogs = all_heard(Clock())
    dogs.refuse("pictures", "expected pictures that change, got a stuck one")
    assert dogs.no_grasp() == "expected pictures that change, got a stuck one"
    assert dogs.silent(Effect.STOP) == {}
    dogs.beat("pictures")
    assert dogs.no_grasp() == ""
    assert Silence.of("pictures", "x").watchdog.effect is Effect.NO_NEW_GRASP


def test_setting_the_wall_clock_changes_no_age(monkeypatch: pytest.MonkeyPatch) -> None:
    dogs = Watchdogs(["executor"])
    dogs.beat("executor")
    for jump_s in (3600.0, -3600.0):
        monkeypatch.setattr("time.time", lambda jump_s=jump_s: 1e9 + jump_s)
        assert dogs.silent() == {}


@pytest.mark.parametrize("off_s, problem", [
    (0.0, ""), (-0.5, ""), (0.5, ""), (-1.0, "one 1.0 s old"), (1.0, "one 1.0 s ahead of the clock"),
    (-3600.0, "3600.0 s old"), (3600.0, "3600.0 s ahead"),
])  # fmt: skip
def test_old_and_future_stamps(off_s: float, problem: str) -> None:
    found = not_of_now("a picture", 100.0 + off_s, 100.0, 0.5)
    assert problem in found and bool(found) is bool(problem)
