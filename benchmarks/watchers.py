"""What people who watch cost a robot, how much later a command over HTTP begins, how soon it stops.

    python -m benchmarks.watchers --watchers 50 --pairs 8 --commands 100

Knows: a real daemon, gateway and simulated robot. Does not know: how pictures are taken. Commands with
and without watchers of the camera's stream are done in turn, in one run, so that the load of others falls
on both; what is compared is the time of a command on the wall and the processor time of the robot's own
process. A command begins when the agent's process takes it up, by the clock of this machine.
"""

from __future__ import annotations

import argparse
import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from rich.console import Console

from sim.faults.door import AGENT, Door

_BACK = ("put the red block in the blue bowl", "undo that")
#: Until all watchers are there, and what draws their pictures, seconds.
_SETTLES_S = 4.0
_TICKS = os.sysconf("SC_CLK_TCK")


class _Watchers:
    """So many who watch the stream. came_s: when each of them got pictures."""

    def __init__(self, door: Door, count: int) -> None:
        self._ends = threading.Event()
        self.came_s: list[list[float]] = []
        self._threads = [threading.Thread(target=self._watch, args=(door,)) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def _watch(self, door: Door) -> None:
        link = http.client.HTTPConnection(*door.address, timeout=60.0)
        token = door.tokens["viewer"]
        link.request(
            "GET", f"/v1/agents/{AGENT}/stream", headers={"Authorization": f"Bearer {token}"}
        )
        answer = link.getresponse()
        mine: list[float] = []
        self.came_s.append(mine)
        while not self._ends.is_set() and answer.status == 200:
            came = answer.read1(1 << 16).count(b"content-type: image/jpeg")
            mine += [time.monotonic()] * came
        link.close()

    def close(self) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def watched(door: Door, count: int, seen: list[float]) -> Iterator[None]:
    """Inside, so many watch; seen gets the seconds between one picture and the next of each. (A scene
    that stands still has none, while a plan is being made for example.)"""
    watchers = _Watchers(door, count)
    try:
        time.sleep(_SETTLES_S)
        began_s = time.monotonic()
        yield
        for came_s in watchers.came_s:
            seen.extend(np.diff([at for at in came_s if at >= began_s]).tolist())
    finally:
        watchers.close()


def _used_s(pid: int) -> float:
    row = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return (int(row[11]) + int(row[12])) / _TICKS


def _there_and_back(door: Door) -> tuple[float, float]:
    """Seconds on the wall and of the robot's process."""
    pid = int(door.daemon.agent(AGENT).show()["pid"])
    began_s, used_s = time.monotonic(), _used_s(pid)
    for text in _BACK:
        result = door.daemon.agent(AGENT).command(text)
        if result["status"] != "succeeded":
            raise RuntimeError(f"expected it to succeed, got {result['reply']}")
    return time.monotonic() - began_s, _used_s(pid) - used_s


def _begun_after_ms(door: Door, count: int) -> tuple[list[float], list[float]]:
    """From asking until the agent takes it up, by the daemon's client and over HTTP, in turn."""
    direct, over_http = list[float](), list[float]()
    agent = door.daemon.agent(AGENT)
    for _ in range(count):
        for out, submit in (
            (direct, lambda: agent.submit("command", {"text": "how many blocks are there?"})),
            (over_http, lambda: door.say("how many blocks are there?").json()["number"]),
        ):
            asked_at = time.time()
            number = submit()
            agent.result(number)
            call = door.daemon.ask("result", number=number, wait=False)
            out.append(1000 * (call["began_at"] - asked_at))
    return direct, over_http


@contextmanager
def flooded(door: Door, count: int) -> Iterator[list[int]]:
    """Inside, so many ask without a pause; how many answers came."""
    ends, answered = threading.Event(), [0] * count

    def ask(index: int) -> None:
        while not ends.is_set():
            answered[index] += door.ask("GET", "/v1/agents", who="viewer").status == 200

    threads = [threading.Thread(target=ask, args=(index,)) for index in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield answered
    finally:
        ends.set()
        for thread in threads:
            thread.join()


def _stops_ms(door: Door, count: int) -> list[float]:
    """From asking for a stop in mid-motion until the answer, which says that the arm rests."""
    out = []
    for _ in range(count):
        door.ready()
        door.move()
        asked_s = time.monotonic()
        told = door.ask("POST", f"/v1/agents/{AGENT}/stop", who="viewer").json()["agents"][AGENT]
        out.append(1000 * (time.monotonic() - asked_s) if told.get("at_rest") else float("inf"))
    door.ready()
    return out


def _watching(door: Door, watchers: int, pairs: int, say: Callable[[str], None]) -> None:
    """What so many watchers see, and cost."""
    seen = list[float]()
    _there_and_back(door)
    rows = []
    for _ in range(pairs):
        without = _there_and_back(door)
        with watched(door, watchers, seen):
            rows.append((without, _there_and_back(door)))
    gap, late = np.percentile(seen, (50, 95))
    say(
        f"{watchers} watchers: a new picture after {1000 * gap:.0f} ms, {1 / gap:.1f} a second "
        f"(95 of 100 within {1000 * late:.0f} ms)"
    )
    wall, used = (np.array([w[i] / a[i] for a, w in rows]) for i in (0, 1))
    say(
        f"beside them a command takes {np.median(wall):.2f} of its time ({wall.min():.2f} to "
        f"{wall.max():.2f}), the robot's process {np.median(used):.2f} of its processor time "
        f"({used.min():.2f} to {used.max():.2f}), medians of {pairs} pairs"
    )


def _stopping(door: Door, stops: int, say: Callable[[str], None]) -> None:
    """How soon it stops, alone and beside a flood."""
    alone = _stops_ms(door, stops)
    began_s = time.monotonic()
    with flooded(door, 16) as answered:
        beside = _stops_ms(door, stops)
    rate = sum(answered) / (time.monotonic() - began_s)
    for name, ms in (("alone", alone), (f"beside {rate:.0f} requests a second", beside)):
        p50, p99 = np.percentile(ms, (50, 99), method="higher")
        say(
            f"a stop in mid-motion, {name}: at rest, and told, {p50:.0f} ms after it was asked for, "
            f"p99 {p99:.0f} ms, of {len(ms)}"
        )


def main() -> None:
    """Measure and print; 0 of something leaves it out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--watchers", type=int, default=50)
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--commands", type=int, default=100)
    parser.add_argument("--stops", type=int, default=20, help="stops in mid-motion, beside a flood")
    options = parser.parse_args()
    say = Console().print
    door = Door({"scene": "demo"}, ("--rate", "100000"))
    try:
        if options.pairs:
            _watching(door, options.watchers, options.pairs, say)
        if options.stops:
            _stopping(door, options.stops, say)
        if options.commands:
            for name, ms in zip(
                ("the daemon's client", "HTTP"),
                _begun_after_ms(door, options.commands),
                strict=True,
            ):
                p50, p99 = np.percentile(ms, (50, 99))
                say(f"{name}: begun after {p50:.0f} ms, p99 {p99:.0f} ms, of {len(ms)}")
    finally:
        door.close()


if __name__ == "__main__":
    main()
