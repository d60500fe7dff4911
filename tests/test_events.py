"""Events as docs/events.md lists them, there and back as JSON, and a bus that no listener breaks."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import fields
from pathlib import Path

import pytest
from lab.session import Table

from llmagentos import events as e
from llmagentos.lang import codec as compact
from llmagentos.lang.wording import outline

DOCS = Path(__file__).parents[1] / "docs/events.md"
ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| ([^|]+) \| ([^|]+) \|$", re.M)


def test_the_document_lists_every_event_with_its_fields() -> None:
    told = {
        name: (kind, tuple(f.strip() for f in listed.split(",")))
        for name, kind, listed, _ in ROW.findall(DOCS.read_text(encoding="utf-8"))
    }
    assert told == {
        name: (kind.__name__, tuple(f.name for f in fields(kind)))
        for name, kind in e.EVENTS.items()
    }


def test_events_of_a_real_plan_come_back_from_their_json() -> None:
    table = Table()
    table.do("for_each [ all block ] { put [ the this object ] in [ the red bowl ] }")
    assert {type(event) for event in table.events} >= {e.StepStarted, e.Grounded, e.ActionDone}
    for event in table.events:
        told = json.loads(json.dumps(event.to_json()))
        assert told["event"] == event.name
        assert e.from_json(told) == event


def test_a_plan_is_told_as_data() -> None:
    plan = compact.parse("home")
    assert e.PlanWritten(plan, 0.5).to_json() == {
        "event": "plan",
        "plan": plan.to_json(),
        "plan_s": 0.5,
        "outline": [],
    }


def test_an_outline_has_the_paths_that_steps_have_when_they_are_carried_out() -> None:
    table = Table()
    said = "if exists [ a green cup ] { home } else { put [ the red block ] in [ the blue bowl ] } ; home"
    rows = {row["path"]: row for row in outline(compact.parse(said))}
    assert list(rows) == ["0", "0.0", "0.1", "1"]
    assert rows["0.1"]["branch"] == "otherwise"
    table.do(said)
    begun = [event for event in table.events if isinstance(event, e.StepStarted)]
    assert [event.path for event in begun] == ["0", "0.1", "1"]
    assert all(rows[event.path]["words"] == event.words for event in begun)


def test_what_is_no_event_is_refused_and_newer_fields_are_left_out() -> None:
    with pytest.raises(ValueError, match=r"expected an event of command, .* got 'dance'"):
        e.from_json({"event": "dance"})
    with pytest.raises(ValueError, match="expected all fields of event 'scene'"):
        e.from_json({"event": "scene"})
    assert e.from_json({"event": "scene", "objects": 3, "mood": "good"}) == e.SceneSeen(3)


def test_a_listener_that_fails_harms_nobody(caplog: pytest.LogCaptureFixture) -> None:
    bus, heard = e.EventBus(), []

    def clumsy(event: e.Event) -> None:
        raise OSError("disk full")

    bus.subscribe(clumsy)
    leave = bus.subscribe(heard.append)
    with caplog.at_level(logging.ERROR):
        bus.emit(e.ReplyKnown("done"))
        assert heard == [e.ReplyKnown("done")]
        bus.emit(e.ReplyKnown("more"))
    assert heard.pop() == e.ReplyKnown("more")
    (line,) = (record.getMessage() for record in caplog.records)
    assert line.endswith("clumsy failed at 'reply': OSError: disk full")
    assert caplog.records[0].exc_info is None
    leave()
    bus.emit(e.ReplyKnown("again"))
    assert len(heard) == 1
