"""The process table: order, restarts, bounded stops, and nobody left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from llmagentos.runtime import processes
from llmagentos.runtime.processes import (
    MAX_RESTARTS,
    NO_RESTART,
    RESTARTED,
    Process,
    ProcessManager,
    ProcessSpec,
)

WAIT = "import time; time.sleep(60)"
STUBBORN = (
    "import signal, time; signal.signal(2, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
)


def row(name: str, code: str = WAIT, **options: object) -> ProcessSpec:
    return ProcessSpec(name, (sys.executable, "-c", code), **options)  # type: ignore[arg-type]


def until(done: Callable[[], bool], manager: ProcessManager | None = None) -> None:
    give_up = time.monotonic() + 30
    while not done():
        assert time.monotonic() < give_up
        if manager is not None:
            manager.poll()
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_rows_without_their_condition_are_left_out(tmp_path: Path) -> None:
    manager = ProcessManager([row("a"), row("b", when=False)], tmp_path)
    assert [p.spec.name for p in manager.processes] == ["a"]


def test_starts_in_order_and_stops_in_reverse(tmp_path: Path) -> None:
    note = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def end(*_):\n open({file!r}, 'a').write('{name}'); sys.exit()\n"
        "signal.signal(2, end)\nprint('up', flush=True)\ntime.sleep(60)"
    )
    rows = [row(n, code.format(file=str(note), name=n), stdout="lines") for n in "abc"]
    with ProcessManager(rows, tmp_path) as manager:
        pids = [p.pid for p in manager.processes]
        for name in "abc":
            until(lambda name=name: manager.lines(name) == ["up"])  # type: ignore[misc]
    assert note.read_text() == "cba"
    assert not any(alive(pid) for pid in pids if pid)


def test_the_dead_are_restarted_and_their_children_end(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {WAIT!r}])\n"
        "print(child.pid, flush=True)\ntime.sleep(60)"
    )
    with ProcessManager([row("a", code, stdout="lines")], tmp_path) as manager:
        process = manager.get("a")
        lines: list[str] = []
        until(lambda: bool(lines.extend(manager.lines("a")) or lines))
        first = process.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        until(lambda: process.state == "running" and process.pid != first, manager)
        assert process.restarts == 1
        until(lambda: not alive(int(lines[0])))


def test_never_means_never(tmp_path: Path) -> None:
    with ProcessManager([row("a", "raise SystemExit(3)", restart="never")], tmp_path) as manager:
        process = manager.get("a")
        until(lambda: process.state == "ended", manager)
        assert process.exit_code == 3 and process.restarts == 0


def test_a_crash_loop_is_given_up(tmp_path: Path) -> None:
    now = [0.0]
    with ProcessManager([row("a", "raise SystemExit(1)")], tmp_path, clock=lambda: now[0]) as s:
        process = s.get("a")

        def advanced() -> bool:
            # time stands still while the child runs: how long that takes is the machine's affair
            if process.state == "restarting":
                now[0] += 0.5
            return process.state == "given up"

        until(advanced, s)
        assert process.restarts == MAX_RESTARTS


def test_who_says_why_it_must_not_run_is_not_started_again(tmp_path: Path) -> None:
    code = f"import sys; print('the name is taken', file=sys.stderr); sys.exit({NO_RESTART})"
    with ProcessManager([row("a", code)], tmp_path) as manager:
        process = manager.get("a")
        until(lambda: process.state == "given up", manager)
        assert process.restarts == 0 and process.exit_code == NO_RESTART
        assert manager.last_words("a") == "the name is taken" and manager.last_words("b") == ""


def test_children_hear_sigint_where_this_program_ignores_it(tmp_path: Path) -> None:
    """As one that a shell started in the background does."""
    told = "import signal\nprint(signal.getsignal(signal.SIGINT) is signal.default_int_handler, flush=True)"
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with ProcessManager([row("a", told, stdout="lines", restart="never")], tmp_path) as manager:
            lines: list[str] = []
            until(lambda: bool(lines.extend(manager.lines("a")) or lines))
    finally:
        signal.signal(signal.SIGINT, before)
    assert lines == ["True"]


def test_a_stubborn_and_a_frozen_process_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = tuple((number, 1.0) for number, _ in processes._STOP_STEPS)
    monkeypatch.setattr(processes, "_STOP_STEPS", steps)
    rows = [row("stubborn", STUBBORN, stdout="lines"), row("frozen")]
    with ProcessManager(rows, tmp_path) as manager:
        until(lambda: manager.lines("stubborn") == ["up"])
        pids = [p.pid for p in manager.processes]
        assert all(pids)
        os.kill(pids[1] or 0, signal.SIGSTOP)
    assert not any(alive(pid) for pid in pids if pid)


def test_children_die_with_a_manager_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\n"
        "from llmagentos.runtime.processes import ProcessSpec, ProcessManager\n"
        f"s = ProcessManager([ProcessSpec('a', (sys.executable, '-c', {WAIT!r}))], "
        f"Path({str(tmp_path)!r}))\n"
        "s.start()\nprint(s.get('a').pid, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    until(lambda: not alive(child))


def test_a_failing_start_leaves_nobody(tmp_path: Path) -> None:
    rows = [row("a"), ProcessSpec("b", ("/nonexistent/program",))]
    manager = ProcessManager(rows, tmp_path)
    first: Process = manager.get("a")
    try:
        manager.start()
    except FileNotFoundError:
        pass
    else:
        raise AssertionError("expected FileNotFoundError")
    assert first.popen is not None and not alive(first.popen.pid)


def test_one_that_is_started_again_knows_that_it_is(tmp_path: Path) -> None:
    code = (
        f"import os; print(os.environ.get({RESTARTED!r}, 'first'), os.environ['OURS'], flush=True)"
    )
    said: list[str] = []
    with ProcessManager(
        [row("a", code, stdout="lines")], tmp_path, {**os.environ, "OURS": "x"}
    ) as manager:

        def twice() -> bool:
            said.extend(manager.lines("a"))
            return len(said) > 1

        until(twice, manager)
    assert said[:2] == ["first x", "1 x"]
