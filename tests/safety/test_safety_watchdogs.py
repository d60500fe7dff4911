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
    begun_s = clock.now_s
    while clock.now_s < begun_s + row.limit_s:
        assert row.source not in dogs.silent()
        clock.now_s = min(clock.now_s + 0.1, begun_s + row.limit_s)
        for other in TABLE:
            if other is not row:
                dogs.beat(other.source)
    assert dogs.silent() == {}
    clock.now_s += 1e-3
    why = f"{row.source} silent for {row.limit_s + 1e-3:.2f} s (allowed: {row.limit_s:.2f} s)"
    assert dogs.silent() == dogs.silent(row.effect) == {row.source: why}
    assert (dogs.no_grasp() == why) is (row.effect is not Effect.TELL)
    (fell,) = dogs.changes()
    assert fell.watchdog is row and fell.words == f"{row.words} ({why})"
    assert dogs.changes() == []
    dogs.beat(row.source)
    (back,) = dogs.changes()
    assert back.why == "" and row.source in back.words and "came back" in back.words
    stale = Stale(row.source, why, awaited=row.source == "scene")
    told = [stale, Fresh(row.source)] if row.effect is Effect.STOP else []
    assert events([fell, back]) == told


def test_silence_that_nobody_looked_at_is_told_all_the_same() -> None:
    """As after this process was frozen: what comes first makes the source fresh again."""
    clock = Clock()
    dogs = all_heard(clock)
    assert dogs.changes() == []
    clock.now_s += 1.5
    for row in TABLE:
        dogs.beat(row.source)
    assert dogs.silent() == {}
    changes = dogs.changes()
    missed = ["joint states", "scene", "clock", "pictures"]
    assert [c.watchdog.source for c in changes] == missed * 2
    assert all("silent for 1.50 s" in c.why for c in changes[:4])
    assert not any(c.why for c in changes[4:])
    assert dogs.changes() == []
    assert [type(e) for e in events(changes)] == [Stale] * 3 + [Fresh] * 3


def test_silence_that_was_told_is_not_told_again_when_it_ends() -> None:
    clock = Clock()
    dogs = all_heard(clock)
    clock.now_s += 0.3
    assert [c.watchdog.source for c in dogs.changes()] == ["joint states"]
    dogs.beat("joint states")
    assert [(c.watchdog.source, c.why) for c in dogs.changes()] == [("joint states", "")]
    assert dogs.words(Effect.STOP) == ""
    clock.now_s += 0.3
    assert dogs.words(Effect.STOP).startswith("I can't feel where my arm is, so I stopped. (joint")


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
