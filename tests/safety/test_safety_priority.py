"""Urgency of threads: raised where the system lets it, put back, and never an error."""

from __future__ import annotations

import os
import sys
import threading

import pytest

from llmagentos.safety.priority import URGENT, Urgent


def nice() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux's threads")
def test_a_thread_is_urgent_until_that_ends_or_stays_as_it_was() -> None:
    urgent, before = Urgent(), nice()
    let = urgent.begin()
    assert nice() == (min(before, URGENT) if let else before)
    urgent.begin()  # again: what is put back is still what was there
    urgent.end()
    assert nice() == before
    urgent.end()
    assert nice() == before


def test_without_the_right_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "setpriority", refuses, raising=False)
    urgent = Urgent()
    assert not urgent.begin()
    urgent.end()


def test_a_thread_that_has_ended_is_left_alone() -> None:
    urgent = Urgent()
    thread = threading.Thread(target=urgent.begin)
    thread.start()
    thread.join()
    urgent.end()
