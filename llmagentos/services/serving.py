"""A module of an agent, served over a bus.

Knows: the calls of the ports. Does not know: processes, or who calls.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from llmagentos.errors import MessagingError
from llmagentos.messaging import Bus, Call
from llmagentos.messaging.serving import Served
from llmagentos.ports.modules import PlanRequest
from llmagentos.services.values import register_all

#: What can be asked of a module of each kind.
CALLS: dict[str, tuple[str, ...]] = {
    "perception": ("perceive", "recall", "reset"),
    "planning": ("plan", "engine", "reset"),
    "learning": ("learn", "observe", "feedback", "episodes", "reset"),
}
#: Beside a service: says that its process can still do something.
PING = "ping"


def serve_module(bus: Bus, name: str, concept: str, module: Any, limit: int = 64) -> list[Served]:
    """Serve a module as `name`, and beside it `name/ping`. One call at a time: modules keep state.

    concept: "perception", "planning" or "learning". Raises MessagingError for another one.
    """
    if concept not in CALLS:
        raise MessagingError(f"expected a concept of {', '.join(CALLS)}, got '{concept}'")
    register_all()
    able = {method: getattr(module, method, None) for method in CALLS[concept]}

    def handle(call: Call) -> Any:
        method, *given = call.value
        if method not in able:
            raise MessagingError(f"expected a call of {', '.join(able)}, got {method!r}")
        if method == "plan":
            return _plan(module, call, given[0])
        found = able[method]
        if method == "engine":
            return dict(found or {})
        answer = found(*given) if callable(found) else None
        return list(answer or ()) if method == "episodes" else answer

    ping = bus.serve(f"{name}/{PING}", lambda call: True)
    return [bus.serve(name, handle, limit=limit), ping]


def _plan(module: Any, call: Call, request: Any) -> Any:
    """A plan, whose caller can take it back: the request says so, and the module's `cancel` is called."""
    if isinstance(request, PlanRequest):
        request = replace(request, cancelled=call.cancelled)
    ended = threading.Event()
    cancel = getattr(module, "cancel", None)
    if callable(cancel):
        threading.Thread(target=_watch, args=(call, ended, cancel), daemon=True).start()
    try:
        return module.plan(request)
    finally:
        ended.set()


def _watch(call: Call, ended: threading.Event, cancel: Callable[[], None]) -> None:
    while not ended.is_set():
        if call.cancelled.wait(0.05):
            if not ended.is_set():
                cancel()
            return
