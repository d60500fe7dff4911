"""What the daemon and its agents cost: `llmagentos bench runtime`, or `python -m benchmarks.runtime`.

Knows: a real daemon, real agents' processes, real kills. Does not know: robots; the agents here answer
at once, so that nothing but the runtime is measured.

One run prints: lives of agents a second, calls a second and their latencies with 1, 10 and 100 agents,
the time until an urgent call begins while ten others run, what the daemon costs at rest, and what is
lost when daemon and agents are killed at random moments; beside it AIOS's kernel, where a checkout of
it is named.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from llmagentos.daemon.client import DaemonClient
from llmagentos.daemon.place import SOCKET_VARIABLE
from llmagentos.errors import DaemonError

ROOT = Path(__file__).resolve().parents[1]
AGENTS = (1, 10, 100)
_SPEC = {"program": "benchmarks.runtime:Answering"}
_TICKS = os.sysconf("SC_CLK_TCK")


class Answering:
    """An agent that answers at once. log: a file to which each call that was carried out is
    written."""

    def __init__(self, log: str = "") -> None:
        self._log, self._end = log, threading.Event()

    def run(self) -> None:
        """Until stopped."""
        self._end.wait()

    def stop(self) -> None:
        """Let run() end."""
        self._end.set()

    def echo(self, text: str = "", slow_s: float = 0.0) -> str:
        """Answer; a mark in the log first."""
        if self._log:
            with Path(self._log).open("a", encoding="utf-8") as file:
                file.write(f"{text}\n")
        time.sleep(slow_s)
        return text

    def steps(self, turn: Any, seconds: float = 60.0) -> None:
        """Long work with a safe point each hundredth of a second, as a robot's."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.01)
            turn.safe_point()


class Diary:
    """A learning module that others share as a service; what it is told is not looked at."""

    def __init__(self, **options: Any) -> None:
        """Whatever a learning module is made with."""

    def observe(self, episode: Mapping[str, Any]) -> None:
        """After each command."""

    def reset(self) -> None:
        """A new session begins."""


class Served:
    """A daemon of this benchmark's own, in a folder that is gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket = folder, folder / "door"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> DaemonClient:
        """Begin it; somebody who asks."""
        argv = [sys.executable, "-m", "llmagentos", "serve", "--folder", str(self.folder / "state")]
        argv += ["--socket", str(self.socket)]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(argv, env=env, cwd=ROOT, stdout=log, stderr=log)
        return self.client()

    def client(self) -> DaemonClient:
        """Another one. Raises DaemonError after half a minute."""
        give_up_s = time.monotonic() + 30.0
        while True:
            try:
                return DaemonClient(self.socket)
            except DaemonError:
                if time.monotonic() > give_up_s:
                    raise
                time.sleep(0.02)

    def kill(self) -> None:
        """As by kill -9."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def workers(self) -> list[int]:
        """Agents' processes of this daemon that live: those that print into its agents' logs."""
        out = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                for output in ("fd/1", "fd/2"):
                    with contextlib.suppress(OSError):
                        target = str((entry / output).readlink())
                        if target.startswith(f"{self.folder}/state/agents/"):
                            out.append(int(entry.name))
                            break
        return out


@contextmanager
def served() -> Iterator[Served]:
    """A daemon that runs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = Served(Path(folder))
        os.environ[SOCKET_VARIABLE] = str(made.socket)
        made.start()
        try:
            yield made
        finally:
            assert made.process is not None
            made.process.send_signal(signal.SIGINT)
            made.process.wait(60)
            for pid in made.workers():
                os.kill(pid, signal.SIGKILL)


def lives(daemon: DaemonClient, made: int, started: int) -> dict[str, float]:
    """Agents made and destroyed a second; made, started, stopped and destroyed a second."""
    began = time.perf_counter()
    for i in range(made):
        daemon.create(f"n{i}", _SPEC).destroy()
    without = made / (time.perf_counter() - began)
    began = time.perf_counter()
    for i in range(started):
        agent = daemon.create(f"s{i}", _SPEC)
        agent.start()
        agent.stop()
        agent.destroy()
    return {"created": without, "started": started / (time.perf_counter() - began)}


def throughput(made: Served, agents: int, seconds: float) -> dict[str, float]:
    """Calls a second and latencies, each agent asked by one caller, at most sixteen at a time."""
    daemon = made.client()
    names = [f"t{i}" for i in range(agents)]
    for name in names:
        daemon.create(name, _SPEC).start(wait=False)
    for name in names:
        while daemon.agent(name).show()["phase"] != "running":
            time.sleep(0.05)
    taken: list[float] = []
    end = time.perf_counter() + seconds
    callers = min(agents, 16)

    def work(caller: int) -> None:
        own = made.client()
        mine = [own.agent(name) for name in names[caller::callers]]
        turn = 0
        while time.perf_counter() < end:
            began = time.perf_counter()
            mine[turn % len(mine)].call("echo", {"text": "x"})
            taken.append(time.perf_counter() - began)
            turn += 1
        own.close()

    threads = [threading.Thread(target=work, args=(i,)) for i in range(callers)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = len(taken) / (time.perf_counter() - began)
    memory = sum(a["memory_mb"] for a in daemon.list())
    for name in names:
        daemon.agent(name).destroy(force=True)
    daemon.close()
    p50, p99 = (float(np.percentile(taken, p)) * 1e3 for p in (50, 99))
    return {"per_s": rate, "p50_ms": p50, "p99_ms": p99, "memory_mb": memory}


def preemption(daemon: DaemonClient, count: int) -> dict[str, float]:
    """From an urgent call to its begin and its end, while ten others of low priority are there."""
    agent = daemon.create("p", _SPEC)
    agent.start()
    low = [agent.submit("steps", {"seconds": 600.0}, priority=10) for _ in range(10)]
    while daemon.ask("result", number=low[0], wait=False)["state"] != "begun":
        time.sleep(0.02)
    begun, ended = [], []
    for _ in range(count):
        at, began = time.time(), time.perf_counter()
        number = agent.submit("echo", {"text": "urgent"}, priority=100)
        agent.result(number)
        ended.append(time.perf_counter() - began)
        begun.append(daemon.ask("result", number=number, wait=False)["began_at"] - at)
        time.sleep(random.uniform(0.0, 0.05))
    agent.destroy(force=True)
    return {
        "begun_p50_ms": float(np.percentile(begun, 50)) * 1e3,
        "begun_p99_ms": float(np.percentile(begun, 99)) * 1e3,
        "ended_p50_ms": float(np.percentile(ended, 50)) * 1e3,
    }


def at_rest(made: Served, agents: int, seconds: float) -> dict[str, float]:
    """Processor time and memory of the daemon with agents that have nothing to do."""
    daemon = made.client()
    for i in range(agents):
        daemon.create(f"r{i}", _SPEC).start()
    assert made.process is not None
    before = _cpu_s(made.process.pid)
    time.sleep(seconds)
    cores = (_cpu_s(made.process.pid) - before) / seconds
    status = Path(f"/proc/{made.process.pid}/status").read_text()
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]
    for i in range(agents):
        daemon.agent(f"r{i}").destroy(force=True)
    return {"cores": cores, "memory_mb": int(resident) / 1000}


def _cpu_s(pid: int) -> float:
    row = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    return (int(row[11]) + int(row[12])) / _TICKS


def kills(made: Served, count: int, seed: int, tick: Any = lambda: None) -> dict[str, int]:
    """Kill the daemon, agents and a service at random moments while calls are made.

    Counts: kills of either, calls that were accepted, those that were done, those whose agent died in
    the middle and that say so (lost); what must be 0: accepted calls without an end, calls that were
    carried out twice or said to be done and were not, agents that are not back, processes left.
    """
    rng = random.Random(seed)
    daemon = made.client()
    names = ["k0", "k1", "k2"]
    logs = {name: made.folder / f"{name}.log" for name in names}
    for name in names:
        spec = {**_SPEC, "options": {"log": str(logs[name])}, "restart": {"most": 1000}}
        daemon.create(name, spec).start()
    service = {
        "serves": "learning", "learning": "benchmarks.runtime:Diary", "restart": {"most": 1000},
    }  # fmt: skip
    daemon.create("service", service).start()
    accepted: list[tuple[int, str, str]] = []
    ends, lock = threading.Event(), threading.Lock()

    def ask(caller: int) -> None:
        own = made.client()
        mark = 0
        while not ends.is_set():
            name, text = rng.choice(names), f"{caller}-{mark}"
            mark += 1
            try:
                number = own.agent(name).submit("echo", {"text": text, "slow_s": 0.002}, key=text)
            except DaemonError:  # killed as it was asked: whether it was kept the key will say
                time.sleep(0.01)
                continue
            with lock:
                accepted.append((number, name, text))

    callers = [threading.Thread(target=ask, args=(i,)) for i in range(3)]
    for caller in callers:
        caller.start()
    killed = {"daemon": 0, "agent": 0}
    for _ in range(count):
        time.sleep(rng.uniform(0.02, 0.4))
        if rng.random() < 0.4:
            made.kill()
            made.start().close()
            killed["daemon"] += 1
        else:
            workers = made.workers()
            if workers:
                os.kill(rng.choice(workers), signal.SIGKILL)
            killed["agent"] += 1
        tick()
    ends.set()
    for caller in callers:
        caller.join()
    daemon = made.client()
    give_up_s = time.monotonic() + 120.0
    while time.monotonic() < give_up_s:
        if all(a["phase"] == "running" and not a["in_line"] for a in daemon.list()):
            break
        time.sleep(0.1)
    back = sum(a["phase"] == "running" for a in daemon.list())
    done = lost = without = 0
    told_done: dict[str, str] = {}
    for number, name, text in accepted:
        call = daemon.ask("result", number=number, wait=False)
        done += call["state"] == "done"
        lost += call["state"] == "lost"
        without += call["state"] not in ("done", "lost")
        if call["state"] == "done":
            told_done[text] = name
    marks = {name: log.read_text().split() for name, log in logs.items()}
    twice = sum(len(m) - len(set(m)) for m in marks.values())
    untrue = sum(text not in set(marks[name]) for text, name in told_done.items())
    for name in (*names, "service"):
        daemon.agent(name).destroy(force=True)
    give_up_s = time.monotonic() + 10.0
    while (left := len(made.workers())) and time.monotonic() < give_up_s:
        time.sleep(0.05)
    return {
        "kills_daemon": killed["daemon"], "kills_agent": killed["agent"], "accepted": len(accepted),
        "done": done, "lost_and_said": lost, "without_end": without, "twice": twice,
        "said_done_and_not": untrue, "not_back": len(names) + 1 - back, "left_over": left,
    }  # fmt: skip


def aios(folder: Path, agents: int, seconds: float) -> Mapping[str, Any]:
    """AIOS's kernel in a process of its own; its figures, or why there are none."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.aios", str(folder), str(agents), str(seconds)],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    try:
        found: Mapping[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return {"error": (done.stderr.strip().splitlines() or ["no output"])[-1]}
    return found


def run(quick: bool = False, aios_folder: Path | None = None, kill: int = 200) -> dict[str, Any]:
    """All of it. quick: small numbers, to see that it works."""
    seconds = 1.0 if quick else 5.0
    counts: Sequence[int] = (1, 4) if quick else AGENTS
    out: dict[str, Any] = {"calls": {}, "aios": {}}
    with served() as made, Progress(console=Console(stderr=True)) as progress:
        task = progress.add_task("lives of agents", total=3 + len(counts) + kill)
        daemon = made.client()
        out["lives"] = lives(daemon, 50 if quick else 1000, 3 if quick else 20)
        progress.advance(task)
        for agents in counts:
            progress.update(task, description=f"calls, {agents} agents")
            out["calls"][agents] = throughput(made, agents, seconds)
            if aios_folder is not None:
                out["aios"][agents] = aios(aios_folder, agents, seconds)
            progress.advance(task)
        progress.update(task, description="preemption")
        out["preemption"] = preemption(daemon, 5 if quick else 100)
        progress.advance(task)
        progress.update(task, description="at rest")
        out["rest"] = at_rest(made, 2 if quick else 10, 2.0 if quick else 10.0)
        progress.advance(task)
        daemon.close()
        progress.update(task, description="kills")
        out["kills"] = kills(made, kill, 15, lambda: progress.advance(task))
    return out


def show(found: Mapping[str, Any], console: Console) -> None:
    """As tables."""
    life, rest, pre = found["lives"], found["rest"], found["preemption"]
    table = Table("calls with", "a second", "p50 ms", "p99 ms", "memory MB", "AIOS tool calls a second",
                  "p50 ms", "p99 ms", "AIOS model calls a second", "p50 ms", box=None)  # fmt: skip
    for agents, row in found["calls"].items():
        other = found["aios"].get(agents, {})
        cells = [f"{agents} agents", f"{row['per_s']:.0f}", f"{row['p50_ms']:.2f}", f"{row['p99_ms']:.2f}",
                 f"{row['memory_mb']:.0f}"]  # fmt: skip
        if "tool" in other:
            tool, model = other["tool"], other["model"]
            ratio = row["per_s"] / model["per_s"]
            cells += [f"{tool['per_s']:.0f}", f"{tool['p50_ms']:.2f}", f"{tool['p99_ms']:.2f}",
                      f"{model['per_s']:.1f} (ours {ratio:.1f} x)", f"{model['p50_ms']:.0f}"]  # fmt: skip
        table.add_row(*cells)
    console.print(table)
    console.print(
        f"created and destroyed: {life['created']:.0f} a second; with start and stop: "
        f"{life['started']:.2f} a second"
    )
    console.print(
        f"an urgent call beside ten low ones begins after {pre['begun_p50_ms']:.1f} ms (p99 "
        f"{pre['begun_p99_ms']:.1f}), is answered after {pre['ended_p50_ms']:.1f} ms"
    )
    console.print(
        f"the daemon at rest: {rest['cores'] * 100:.2f} % of a core, {rest['memory_mb']:.0f} MB"
    )
    for other in found["aios"].values():
        if "rest_cores" in other:
            console.print(
                f"AIOS's kernel at rest: {other['rest_cores'] * 100:.1f} % of a core; the caller of a "
                f"call that raises {other['a_call_that_raises']}"
            )
        elif "error" in other:
            console.print(f"AIOS's kernel could not be run: {other['error']}")
        break
    console.print("kills: " + ", ".join(f"{k} {v}" for k, v in found["kills"].items()))


def main(argv: Sequence[str] | None = None) -> int:
    """The command line of this module; exit code 1 where something was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small numbers")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--aios", type=Path, help="a checkout of github.com/agiresearch/AIOS")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(argv)
    found = run(given.quick, given.aios, given.kills)
    if given.json:
        print(json.dumps(found))
    else:
        show(found, Console(width=160))
    return lost(found)


def lost(found: Mapping[str, Any]) -> int:
    """1 where kills lost something, else 0."""
    bad = ("without_end", "twice", "said_done_and_not", "not_back", "left_over")
    return int(any(found["kills"][key] for key in bad))


if __name__ == "__main__":
    sys.exit(main())
