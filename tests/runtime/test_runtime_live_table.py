"""What `llmagentos up` shows: plain lines into a pipe, a live table on a terminal.

The processes are small stand-ins; no ROS is needed. The graph's own are in tests/ros/test_ros_cli.
"""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from fcntl import ioctl
from pathlib import Path

import pytest

PATIENCE_S = 120.0
#: Two nodes and a bring-up that says how they rise, then that one of them falls.
SCRIPT = """
import os, sys
from pathlib import Path
from rich.console import Console
from llmagentos.cli.up import _watch
from llmagentos.runtime.processes import ProcessSpec

waits = (sys.executable, "-c", "import threading; threading.Event().wait()")
says = '''
import json, threading
for node, state in (("camera", "inactive"), ("agent", "active"), ("camera", "active")):
    print(json.dumps({"node": node, "state": state}), flush=True)
threading.Event().wait()
'''
table = [
    ProcessSpec("camera", waits),
    ProcessSpec("agent", waits),
    ProcessSpec("bringup", (sys.executable, "-c", says), stdout="lines"),
]
folder = Path(sys.argv[1])
sys.exit(0 if _watch(table, folder, dict(os.environ), Console(), 0.0) else 1)
"""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Shown:
    """The script in a process of its own, its output in a pipe or on a terminal."""

    def __init__(self, folder: Path, terminal: bool) -> None:
        env = dict(os.environ, TERM="xterm", COLUMNS="100", LINES="30")
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
            env.pop(name, None)
        if terminal:
            self._out, inside = pty.openpty()
            ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        else:
            self._out, inside = os.pipe()
        script = folder / "show.py"
        script.write_text(SCRIPT)
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(folder / "logs")],
            env=env, stdin=inside if terminal else subprocess.DEVNULL, stdout=inside,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        os.close(inside)
        self.text = ""

    def read(self) -> bool:
        """Take in what there is; False at the end."""
        if not select.select([self._out], [], [], 0.2)[0]:
            return True
        try:
            block = os.read(self._out, 65536)
        except OSError:  # a terminal whose other side is closed
            return False
        self.text += block.decode()
        return bool(block)

    def wait_for(self, pattern: str) -> None:
        """Until the output has it."""
        give_up = time.monotonic() + PATIENCE_S
        while not re.search(pattern, self.plain):
            assert time.monotonic() < give_up and self.read(), self.text

    def end(self) -> int:
        """Ctrl-C, and all that is printed then; the exit code."""
        self.process.send_signal(signal.SIGINT)
        give_up = time.monotonic() + PATIENCE_S
        while self.read():
            assert time.monotonic() < give_up, self.text
        return self.process.wait(PATIENCE_S)

    @property
    def plain(self) -> str:
        """The output without colours and cursor movements."""
        return CONTROL.sub("", self.text)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._out)


@pytest.fixture
def shown(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shown]:
    made = Shown(tmp_path, request.param)
    yield made
    made.close()


@pytest.mark.parametrize("shown", [False], indirect=True, ids=["pipe"])
def test_a_pipe_gets_plain_lines_and_no_table(shown: Shown) -> None:
    shown.wait_for("the graph is active")
    assert shown.end() == 0
    assert "\x1b" not in shown.text and "\r" not in shown.text
    assert "restarts" not in shown.text
    lines = shown.text.splitlines()
    assert lines[0].startswith("the graph is active") and lines[-2:] == ["stopping", "stopped"]


@pytest.mark.parametrize("shown", [True], indirect=True, ids=["terminal"])
def test_a_terminal_gets_a_table_that_lives(shown: Shown) -> None:
    shown.wait_for(r"process\s+state\s+node\s+pid\s+restarts")
    rows = {
        name: rf"{name}\s+running\s+{state}\s+\d+\s+0"
        for name, state in (("camera", "active"), ("agent", "active"))
    }
    for pattern in rows.values():
        shown.wait_for(pattern)
    shown.wait_for(r"bringup\s+running\s+\d+\s+0")
    # A node that dies is shown so, comes back with a new pid, and is counted.
    pid = re.findall(r"camera\s+running\s+active\s+(\d+)\s+0", shown.plain)[-1]
    os.kill(int(pid), signal.SIGKILL)
    shown.wait_for(r"camera restarting \(exit code -9\)")
    shown.wait_for(r"camera\s+running\s+active\s+(?!" + pid + r"\b)\d+\s+1")
    before = len(shown.text)
    assert shown.end() == 0
    after = shown.text[before:]
    # The table is gone, the cursor is back, and the last words stay.
    assert CONTROL.sub("", after).split()[-2:] == ["stopping", "stopped"]
    assert shown.text.rfind("\x1b[?25h") > shown.text.rfind("\x1b[?25l") >= 0
