"""A graph that remembers over restarts: what was done, what was told, and what is forgotten."""

from __future__ import annotations

from pathlib import Path

import pytest
from harness import SUCCEEDED, Client, Graph

from llmagentos.memory.long_term import LongTermMemory

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_two_graphs_one_after_another(tmp_path: Path) -> None:
    kept = {"memory": True, "memory_folder": str(tmp_path / "memory")}
    extra = {"agent": kept, "executor": kept}
    with Graph(tmp_path, extra=extra) as graph, Client(graph.domain) as person:
        status, result = person.say("remember that the key is in the tray")
        assert result.reply == "I'll remember that the key is in the tray."
        status, result = person.say("put the red block in the blue bowl")
        assert (status, result.status) == (SUCCEEDED, "succeeded"), result.reply
    (file,) = (tmp_path / "memory").glob("*.sqlite")
    with Graph(tmp_path, extra=extra) as graph, Client(graph.domain) as person:
        _, result = person.say("what did you do?")
        assert "In the session before this one" in result.reply and "red block" in result.reply
        _, result = person.say("what did you do today?")
        assert result.reply.startswith("Today: I put the red block in the blue bowl."), result.reply
        _, result = person.say("what do you remember about the key?")
        assert result.reply.endswith("that the key is in the tray.")
        person.say("forget what I said about the red block")
        _, result = person.say("what did you do today?")
        assert "red block" not in result.reply
    assert [d.text for d in LongTermMemory(file).facts()] == ["the key is in the tray"]
