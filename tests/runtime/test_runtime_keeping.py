"""What hangs is ended, to be started again; what only starts, or is slow to be heard, is not."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from llmagentos.runtime.keeping import HANGS_S, GraphKeeper
from llmagentos.runtime.processes import ProcessManager, ProcessSpec

#: Says what is written into a pipe, as bring-up says what it sees.
SAYS = "import sys\nfor line in open(sys.argv[1]): print(line, end='', flush=True)"


class Stage:
    """A node that does nothing, and a bring-up that says what it is told to; its own clock."""

    def __init__(self, folder: Path) -> None:
        pipe = folder / "said"
        os.mkfifo(pipe)
        self.now_s = 0.0
        rows = [
            ProcessSpec("planner", (sys.executable, "-c", "import time; time.sleep(600)")),
            ProcessSpec("bringup", (sys.executable, "-c", SAYS, str(pipe)), stdout="lines"),
        ]
        self.manager = ProcessManager(rows, folder / "logs")
        self.keeper = GraphKeeper(self.manager, lambda: self.now_s)
        self.manager.start()
        self._pipe = pipe.open("w", encoding="utf-8")

    def says(self, state: str) -> None:
        """Bring-up says it, and it is heard."""
        self._pipe.write(json.dumps({"node": "planner", "state": state}) + "\n")
        self._pipe.flush()
        self.until(lambda: self.keeper.graph.states.get("planner") == state)

    def until(self, done: Callable[[], bool]) -> None:
        give_up = time.monotonic() + 60
        while True:
            self.keeper.poll()
            if done():
                return
            assert time.monotonic() < give_up
            time.sleep(0.01)

    def passes(self, seconds: float) -> None:
        self.now_s += seconds
        self.keeper.poll()

    @property
    def pid(self) -> int | None:
        return self.manager.get("planner").pid

    def close(self) -> None:
        self._pipe.close()
        self.manager.stop()


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()


def test_a_node_that_was_heard_and_falls_silent_is_killed_and_started_again(stage: Stage) -> None:
    stage.says("active")
    first = stage.pid
    stage.says("missing")
    stage.passes(HANGS_S)
    assert stage.keeper.ended() == []
    stage.passes(0.1)
    ((name, words),) = stage.keeper.ended()
    assert name == "planner" and f"pid {first}" in words
    stage.until(lambda: stage.pid not in (None, first))
    # Bring-up still calls it missing: this one has not been heard yet, it starts.
    stage.passes(100.0)
    assert stage.keeper.ended() == []
    stage.says("active")
    stage.says("missing")
    stage.passes(HANGS_S + 0.1)
    assert len(stage.keeper.ended()) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="as the kernel tells it")
def test_one_that_a_signal_has_stopped_is_killed_as_soon_as_it_is_missed(stage: Stage) -> None:
    stage.says("active")
    first = stage.pid
    assert first is not None
    os.kill(first, signal.SIGSTOP)
    stage.passes(HANGS_S)
    assert stage.keeper.ended() == []  # it may go on before anybody misses it
    stage.says("missing")
    assert [name for name, _ in stage.keeper.ended()] == ["planner"]
    stage.until(lambda: stage.pid not in (None, first))


def test_one_that_is_heard_again_in_time_goes_on(stage: Stage) -> None:
    stage.says("active")
    first = stage.pid
    for _ in range(3):
        stage.says("missing")
        stage.passes(HANGS_S)
        stage.says("active")
        stage.passes(HANGS_S)
    assert stage.pid == first and stage.keeper.ended() == []


def test_one_that_died_is_not_taken_for_hanging_while_it_starts(stage: Stage) -> None:
    """Bring-up says for a while what it knew of the process before."""
    stage.says("active")
    first = stage.pid
    stage.manager.kill("planner")
    stage.until(lambda: stage.pid not in (None, first))
    second = stage.pid
    stage.passes(0.1)
    stage.says("missing")
    stage.passes(100.0)
    assert stage.pid == second and stage.keeper.ended() == []
