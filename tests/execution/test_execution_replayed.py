"""A record in which a plan was stopped since it turned out to go wrong while it moved."""

from __future__ import annotations

from typing import Any

from llmagentos.recorder.replayed import ReplayedSkills


def told(kind: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, **more}


def kinds(*record: dict[str, Any]) -> list[str]:
    skills = ReplayedSkills()
    skills.load(record)
    return [one["kind"] for one in skills._record]


def test_what_a_rehearsal_has_stopped_is_left_out_of_the_record() -> None:
    wrong = told("foretold", change={"wrong": "it would fall"})
    record = (told("begin"), told("start"), told("believed"), wrong, told("stop"), told("believed"))
    assert kinds(*record) == ["begin", "believed", "believed"]
    other = told("foretold", change={"plan": "pick [ the red block ]"})
    again = (told("start"), told("end"))
    assert kinds(told("begin"), told("start"), other, told("stop"), *again) == [
        "begin", "start", "end",
    ]  # fmt: skip


def test_what_was_known_before_it_moved_leaves_the_record_as_it_is() -> None:
    after = (told("start"), told("end"), told("stop"))
    for change in ({}, {"plan": "x"}, {"skips": {"red_block": 1}}):
        assert kinds(told("begin"), told("foretold", change=change), *after) == [
            "begin", "start", "end", "stop",
        ]  # fmt: skip
    fine = told("foretold", change={"skips": {"red_block": 1}})
    assert kinds(told("begin"), told("start"), fine, told("end")) == ["begin", "start", "end"]
