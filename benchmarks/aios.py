"""AIOS's kernel on the workload of `benchmarks.runtime`: `python -m benchmarks.aios DIR AGENTS SECONDS`.

Knows: a checkout of github.com/agiresearch/AIOS in DIR, whose scheduler, queues and system calls run as
they are; its models, memories, storage and tools are stubs that answer at once, and packages that only
those need are stood in for. Does not know: our runtime. Nothing of AIOS is part of this repository.

Prints one JSON object: calls a second and latencies of model calls and of tool calls, what becomes of
a caller whose call raises, and the processor time at rest.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import io
import json
import os
import resource
import sys
import threading
import time
import types
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

import numpy as np


class _Stub(types.ModuleType):
    """A package that is not here: each of its names is a class that takes anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        made = type(name, (), {"__init__": lambda self, *a, **k: self.__dict__.update(k)})
        setattr(self, name, made)
        return made


class _StandIn(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """For packages that AIOS's kernel names and only models, memories and tools use."""

    OURS = ("aios.scheduler", "aios.syscall", "aios.hooks", "aios.utils")

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        whose = name.split(".")[0]
        missing = whose in ("cerebrum", "litellm", "chromadb", "redis")
        heavy = name.startswith("aios.") and not name.startswith(self.OURS)
        if missing or heavy:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        return _Stub(spec.name)

    def exec_module(self, module: Any) -> None:
        module.__path__ = []


class _Model:
    """Answers at once, as AIOS's adapter marks its calls."""

    def execute_llm_syscalls(self, batch: Sequence[Any]) -> None:
        now = time.time()
        for call in batch:
            call.set_response("ok")
            call.set_end_time(now)
            call.set_status("done")
            call.event.set()


class _Tools:
    """Answers at once, or raises."""

    def address_request(self, call: Any) -> str:
        if getattr(call.query, "fails", False):
            raise ValueError("no such screw")
        return "ok"


def _figures(agents: int, seconds: float, call: Callable[[int], Any]) -> dict[str, float]:
    """So many agents, each in a thread, one call after another."""
    taken: list[float] = []
    end = time.perf_counter() + seconds

    def work(agent: int) -> None:
        while time.perf_counter() < end:
            began = time.perf_counter()
            call(agent)
            taken.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(agents)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {
        "per_s": len(taken) / (time.perf_counter() - began),
        "p50_ms": float(np.percentile(taken, 50)) * 1e3,
        "p99_ms": float(np.percentile(taken, 99)) * 1e3,
    }


def measure(folder: str, agents: int, seconds: float) -> dict[str, Any]:
    """See the module's docstring."""
    sys.path.insert(0, folder)
    sys.meta_path.insert(0, _StandIn())
    from aios.hooks.stores import _global as g  # type: ignore[import-not-found,unused-ignore]
    from aios.scheduler.fifo_scheduler import (  # type: ignore[import-not-found,unused-ignore]
        FIFOScheduler,
    )
    from aios.syscall.syscall import SyscallExecutor  # type: ignore[import-not-found,unused-ignore]
    from cerebrum.llm.apis import LLMQuery  # type: ignore[import-not-found,unused-ignore]
    from cerebrum.tool.apis import ToolQuery  # type: ignore[import-not-found,unused-ignore]

    out: dict[str, Any] = {}
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        scheduler = FIFOScheduler(
            _Model(), _Tools(), _Tools(), _Tools(), "console",
            g.global_llm_req_queue_get_message, g.global_memory_req_queue_get_message,
            g.global_storage_req_queue_get_message, g.global_tool_req_queue_get_message,
        )  # fmt: skip
        scheduler.start()
        executor = SyscallExecutor()
        before = resource.getrusage(resource.RUSAGE_SELF)
        time.sleep(3.0)
        after = resource.getrusage(resource.RUSAGE_SELF)
        used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        out["rest_cores"] = used / 3.0
        out["model"] = _figures(
            agents, seconds, lambda i: executor.execute_llm_syscall(f"a{i}", LLMQuery())
        )
        out["tool"] = _figures(
            agents, seconds, lambda i: executor.execute_tool_syscall(f"a{i}", ToolQuery())
        )
        failing = threading.Thread(
            target=executor.execute_tool_syscall, args=("bad", ToolQuery(fails=True)), daemon=True
        )
        failing.start()
        failing.join(5.0)
        out["a_call_that_raises"] = "still waits after 5 s" if failing.is_alive() else "is told"
    return out


def main() -> None:
    """Measure and print a line of JSON: DIR AGENTS SECONDS."""
    told = measure(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)  # its threads do not end


if __name__ == "__main__":
    main()
