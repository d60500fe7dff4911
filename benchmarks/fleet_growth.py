"""What a fleet costs as it grows: messages, bytes, and the time to divide two tasks for each robot.

    python -m benchmarks.fleet_growth                    # 2, 5, 20 robots in processes, 100 in this one
    python -m benchmarks.fleet_growth --processes 5

Knows: robots that bid by tours and hold what they are given, all that goes over the coordinator's link.
Does not know: how tasks are divided.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from llmagentos.fleet import FleetTask, Member
from llmagentos.fleet.coordinator import Coordinator
from llmagentos.fleet.robot import FleetRobot
from llmagentos.fleet.work import Rest, Turn, Work
from llmagentos.messaging import Bus, LocalNet, open_bus
from llmagentos.messaging.link import End, Link, NameSink, Sink
from llmagentos.messaging.zenoh_link import ZenohLink

_REST_S = 5.0


class Counted(Link):
    """A link that counts what goes and comes."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.messages = self.bytes = 0

    def _count(self, message: bytes) -> None:
        self.messages += 1
        self.bytes += len(message)

    def put(self, key: str, message: bytes, waits: bool = False) -> None:
        """See Link."""
        self._count(message)
        self._link.put(key, message, waits)

    def listen(self, key: str, sink: Sink, quick: bool = False) -> End:
        """See Link."""

        def told(message: bytes) -> None:
            self._count(message)
            sink(message)

        return self._link.listen(key, told, quick)

    def announce(self, name: str) -> End:
        """See Link."""
        return self._link.announce(name)

    def watch(self, sink: NameSink) -> None:
        """See Link."""
        self._link.watch(sink)

    def close(self) -> None:
        """See Link."""
        self._link.close()


class Holds(Work):
    """Works on what it was given until that is taken back."""

    def do(self, turn: Turn) -> str:
        """See Work."""
        while True:
            turn.go_on()
            time.sleep(0.2)

    def stop(self) -> Rest:
        """See Work."""
        return Rest(True, "nothing moves here")


@dataclass(frozen=True)
class Row:
    """One size and policy. where: processes or threads; divide_*: from handing in two tasks a robot until
    all are given, divide_cpu_s: seconds of a core in this process for it; rest_*: a second afterwards; core:
    share of a core that the coordinator's process takes then."""

    robots: int
    where: str
    policy: str
    divide_s: float
    divide_cpu_s: float
    divide_messages: int
    divide_bytes: int
    rest_messages: float
    rest_bytes: float
    core: float


def member(number: int) -> Member:
    """At a random place of a hall of 50 m."""
    rng = random.Random(number)
    return Member(f"r{number}", ("carry",), "", (rng.uniform(0, 50), rng.uniform(0, 50)), 1.0)


def robot(number: int, folder: Path) -> None:
    """What a robot's process runs."""
    with FleetRobot(open_bus(f"r{number}", folder=folder), member(number), Holds()):
        while os.getppid() > 1:
            time.sleep(0.5)


def measured(robots: int, policy: str, processes: bool) -> Row:
    """Start them, hand tasks in, and count."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["llmagentos.fleet.robot", "llmagentos.messaging.zenoh_link"])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        net = LocalNet()
        if processes:
            link = Counted(ZenohLink(folder))
        else:
            link = Counted(net.link())
        bus = stack.enter_context(Bus(link, "desk"))
        fleet = stack.enter_context(Coordinator(bus, policy, lease_s=1.0))
        for number in range(robots):
            if processes:
                process = context.Process(target=robot, args=(number, folder), daemon=True)
                process.start()
                stack.callback(process.join)
                stack.callback(process.kill)
            else:
                own = stack.enter_context(Bus(net.link(), f"r{number}"))
                stack.enter_context(FleetRobot(own, member(number), Holds()))
        _until(lambda: sum(r["heard"] for r in fleet.robots()) == robots)
        time.sleep(1.0)
        rng = random.Random(7)
        tasks = [
            FleetTask(f"t{n}", "", ("carry",), (rng.uniform(0, 50), rng.uniform(0, 50)))
            for n in range(2 * robots)
        ]
        before, began = (link.messages, link.bytes), time.monotonic()
        used = time.process_time()
        fleet.submit(*tasks)
        _until(lambda: all(row["state"] == "given" for row in fleet.tasks()))
        divide_s, divide_cpu_s = time.monotonic() - began, time.process_time() - used
        divided = link.messages - before[0], link.bytes - before[1]
        time.sleep(1.0)
        at_rest, used = (link.messages, link.bytes), time.process_time()
        time.sleep(_REST_S)
        rest = link.messages - at_rest[0], link.bytes - at_rest[1]
        core = (time.process_time() - used) / _REST_S
    where = "processes" if processes else "threads"
    return Row(
        robots, where, policy, divide_s, divide_cpu_s, *divided,
        rest[0] / _REST_S, rest[1] / _REST_S, core,
    )  # fmt: skip


def _until(true: Callable[[], bool], seconds: float = 240) -> None:
    give_up = time.monotonic() + seconds
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError(f"expected it within {seconds:g} s")
        time.sleep(0.01)


def table(rows: list[Row]) -> str:
    """Markdown."""
    lines = [
        "| robots | in | policy | two tasks each divided in (of a core) | messages, kB for it | messages, kB a second "
        "at rest | core of the coordinator's process at rest |",
        "|" + "---|" * 7,
    ]
    for r in rows:
        lines.append(
            f"| {r.robots} | {r.where} | {r.policy} | {r.divide_s:.2f} s ({r.divide_cpu_s:.2f} s) | "
            f"{r.divide_messages}, {r.divide_bytes / 1000:.0f} | {r.rest_messages:.0f}, {r.rest_bytes / 1000:.1f} | "
            f"{100 * r.core:.1f} % |"
        )
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--processes", type=int, default=20, help="at most so many are processes")
    parser.add_argument("--sizes", type=int, nargs="+", default=[2, 5, 20, 100])
    parser.add_argument("--policies", nargs="+", default=["best-response", "sequential", "vcg"])
    args = parser.parse_args()
    rows = []
    for policy in args.policies:
        for size in args.sizes:
            rows.append(measured(size, policy, size <= args.processes))
            print(table(rows[-1:]).split("\n")[-1], flush=True)
    print("\n" + table(rows))


if __name__ == "__main__":
    main()
