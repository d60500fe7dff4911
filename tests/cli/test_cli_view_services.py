"""A module that fails while it runs elsewhere is told to the person."""

from __future__ import annotations

import io

from rich.console import Console

from llmagentos.cli.view import View
from llmagentos.events import Degraded


def test_a_failing_service_is_said_once() -> None:
    out = io.StringIO()
    view = View(Console(file=out, width=100))
    view.event(Degraded("planning", "fallback", "What understands commands for me has failed."))
    view.event(Degraded("pictures", "no new grasp", "I can't see."))  # the reply says that
    assert out.getvalue().split() == [
        "What",
        "understands",
        "commands",
        "for",
        "me",
        "has",
        "failed.",
    ]
