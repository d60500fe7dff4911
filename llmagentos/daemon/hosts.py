"""What an agent's process carries calls out with: what every host is, a shared module, a program of its
own. (robot_host.py and graph_host.py have the others.)

Knows: how each is made from a specification, and what it does with a call, a pause, a stop. Does not
know: the daemon, connections, in which order calls come (worker.py).
"""

from __future__ import annotations

import inspect
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from llmagentos.class_lookup import load_named
from llmagentos.daemon.place import AgentPlace
from llmagentos.daemon.spec import AgentSpec
from llmagentos.errors import CallError, ConfigError
from llmagentos.files import write_text
from llmagentos.runtime.processes import NO_RESTART
from llmagentos.scheduling import Turn

#: What is told while it runs; events as plain data.
Tell = Callable[[Mapping[str, Any]], None]
#: A call without a lease sign for so long is lost: a library hangs.
LEASE_S = 120.0


class Who(str):
    """Who asks, by name. person: whether a person may stand behind it: a yes of others is none."""

    person: bool = True


class Host(Protocol):
    """Carries out calls. needs: what a call takes of `capacity`, so that no more run at once.
    any_time: verbs that need nothing of it, also while it is paused."""

    capacity: Mapping[str, float]
    needs: Mapping[str, float]
    any_time: frozenset[str]

    def about(self) -> Mapping[str, Any]:
        """What is told of it once it is ready."""
        ...

    def do(self, verb: str, args: Mapping[str, Any], who: str, turn: Turn) -> Any:
        """Carry a call out: plain data. Raises CallError for one that can't be."""
        ...

    def peek(self, what: str) -> Mapping[str, Any]:
        """What can be seen now: plain data. From any thread, while calls run. Raises CallError for
        what there is not."""
        ...

    def lost(self) -> None:
        """A call gave no sign in time: take from it what it uses."""
        ...

    def pause(self) -> None:
        """The action under way, then nothing."""
        ...

    def resume(self) -> None:
        """Go on."""
        ...

    @property
    def holds(self) -> bool:
        """Whether nothing is under way any more once it is paused."""
        ...

    @property
    def ended(self) -> Mapping[str, Any] | None:
        """Why it has come to its end by itself: {"ended": words} or {"failed": words}."""
        ...

    def halt(self, by: str) -> Mapping[str, Any]:
        """Stop whatever moves, now; what was measured."""
        ...

    def reset(self, by: str) -> Mapping[str, Any]:
        """After a stop: commands are taken again."""
        ...

    def close(self) -> None:
        """End well."""
        ...


#: Said to a program that says yes to what needs a person.
NO_PERSON = "expected a person to say yes to that, got a program: people confirm at the gateway"


def not_shown(what: str) -> Mapping[str, Any]:
    """Raises CallError, where an agent has nothing of that to show."""
    raise CallError(f"expected something that this agent shows, got {what!r}")


class ModuleHost:
    """A module that several agents share: the process of `python -m llmagentos.service_host`, which
    agents ask over the bus by this agent's name (docs/runtime.md#modules-as-services)."""

    capacity: Mapping[str, float] = {"calls": 1.0}
    needs: Mapping[str, float] = {"calls": 1.0}
    any_time: frozenset[str] = frozenset()
    holds = True

    def __init__(self, spec: AgentSpec, place: AgentPlace, name: str) -> None:
        assert spec.serves is not None
        self._concept, self._name = spec.serves, name
        wanted = place.folder / "module.yaml"
        write_text(wanted, spec.config.to_yaml(), "a module's configuration")
        argv = [sys.executable, "-m", "llmagentos.service_host", name, self._concept, str(wanted)]
        self._child = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        assert self._child.stdout is not None
        line = self._child.stdout.readline()  # it says so when it serves
        if not line:
            code = self._child.wait()
            words = f"expected {self._concept} to be served, got exit code {code}: see logs"
            if code == NO_RESTART:  # it said why it can't be
                raise CallError(words)
            raise RuntimeError(words)  # it died: the next one may live
        print(line, end="", flush=True)
        threading.Thread(target=self._prints, name="prints", daemon=True).start()

    def _prints(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            print(line, end="", flush=True)

    def about(self) -> Mapping[str, Any]:
        """See Host."""
        return {"kind": "module", "serves": self._concept}

    def do(self, verb: str, args: Mapping[str, Any], who: str, turn: Turn) -> Any:
        """See Host: it is asked over the bus alone."""
        raise CallError(f"expected agents to ask {self._name} over the bus, got {verb!r}")

    def peek(self, what: str) -> Mapping[str, Any]:
        """See Host."""
        return not_shown(what)

    def lost(self) -> None:
        """See Host."""

    def pause(self) -> None:
        """See Host: what it serves goes on."""

    def resume(self) -> None:
        """See Host."""

    @property
    def ended(self) -> Mapping[str, Any] | None:
        """See Host."""
        code = self._child.poll()
        return None if code is None else {"failed": f"the module's process ended with {code}"}

    def halt(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        return {"words": "a module moves nothing"}

    def reset(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        return {"reset": True, "words": "a module moves nothing"}

    def close(self) -> None:
        """See Host."""
        self._child.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(5.0)


def _wants_something(run: Callable[..., Any]) -> bool:
    """Whether it can't be called with nothing: run(task) is asked for each task, run() goes on by
    itself."""
    try:
        parameters = inspect.signature(run).parameters.values()
    except (TypeError, ValueError):  # built in, without a signature
        return False
    named = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return any(p.default is p.empty and p.kind not in named for p in parameters)


class ProgramHost:
    """Any class with a run() of its own, one of ours or a stranger's.

    What it may have beside: stop(), pause(), resume(), and whatever public method is called by name
    (one that takes `turn` gets it: see scheduling). `command(text)` is what commands go to; where it has
    none and its run wants a task, run(task) is.
    """

    needs: Mapping[str, float] = {"calls": 1.0}
    any_time: frozenset[str] = frozenset()

    def __init__(self, spec: AgentSpec) -> None:
        assert spec.program is not None
        here = str(Path.cwd())
        if here not in sys.path:
            sys.path.append(here)
        made = load_named(spec.program)
        try:
            self.program = made(**spec.options)
        except TypeError as exc:
            raise ConfigError(
                f"program: expected options that {spec.program} takes, got: {exc}"
            ) from exc
        self.capacity: Mapping[str, float] = {"calls": float(spec.at_once)}
        self._spec = spec
        self._busy = 0
        self.ended: Mapping[str, Any] | None = None
        run = getattr(self.program, "run", None)
        own = run is not None and not self._is_ours_empty() and not _wants_something(run)
        self._thread: threading.Thread | None = None
        if own:
            self._thread = threading.Thread(target=self._main, args=(run,), name="run", daemon=True)
            self._thread.start()

    def _is_ours_empty(self) -> bool:
        """A subclass of ours without a run() of its own."""
        from llmagentos.lifecycle import LifeCycle

        return isinstance(self.program, LifeCycle) and type(self.program).run is LifeCycle.run

    def _main(self, run: Callable[[], Any]) -> None:
        try:
            run()
        except BaseException as exc:
            traceback.print_exc()
            self.ended = {"failed": f"run() raised {type(exc).__name__}: {exc}"}
        else:
            self.ended = {"ended": "run() has come to its end"}

    def about(self) -> Mapping[str, Any]:
        """See Host."""
        return {"kind": "program", "program": self._spec.program}

    def do(self, verb: str, args: Mapping[str, Any], who: str, turn: Turn) -> Any:
        """See Host; verbs: the program's public methods."""
        method = None if verb.startswith("_") else getattr(self.program, verb, None)
        given = dict(args)
        asked_by_run = self._thread is None and callable(getattr(self.program, "run", None))
        if (
            verb == "command" and method is None and asked_by_run
        ):  # run(task), as others' agents have
            method, given = partial(self.program.run, str(args.get("text", ""))), {}
        closed = ("stop", "destroy") if asked_by_run else ("run", "stop", "destroy")
        if not callable(method) or verb in closed:
            names = [
                n for n, _ in inspect.getmembers(self.program, callable) if not n.startswith("_")
            ]
            raise CallError(f"expected one of {', '.join(names)}, got {verb!r}")
        if "turn" in inspect.signature(method).parameters:
            given["turn"] = turn
        self._busy += 1
        try:
            result = method(**given)
        finally:
            self._busy -= 1
        return result.to_json() if hasattr(result, "to_json") else result

    def peek(self, what: str) -> Mapping[str, Any]:
        """See Host: what its own `peek(what)` shows, where it has one; who watches on sees its pictures."""
        own = getattr(self.program, "peek", None)
        return not_shown(what) if own is None else own("picture" if what == "frame" else what)

    def lost(self) -> None:
        """See Host."""
        self.halt("a lost call")

    def pause(self) -> None:
        """See Host: calls wait; run() is told where the program has a pause()."""
        self._tell("pause")

    def resume(self) -> None:
        """See Host."""
        self._tell("resume")

    @property
    def holds(self) -> bool:
        """See Host."""
        return not self._busy

    def halt(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        for name in ("halt", "stop"):
            if callable(getattr(self.program, name, None)):
                getattr(self.program, name)()
                return {"words": f"{name}() was called"}
        return {"words": "it has nothing that moves: no halt() and no stop()"}

    def reset(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        return {"reset": True, "words": "ready for a new command"}

    def close(self) -> None:
        """See Host."""
        for name in ("destroy", "stop", "close"):
            if callable(getattr(self.program, name, None)):
                getattr(self.program, name)()
                break
        if self._thread is not None:
            self._thread.join(5.0)

    def _tell(self, name: str) -> None:
        if callable(getattr(self.program, name, None)):
            getattr(self.program, name)()
