"""What can be asked of the daemon, and what it answers.

Knows: verbs, their arguments, and who waits for what. Does not know: connections, who may (access.py).
"""

from __future__ import annotations

import collections
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from llmagentos.daemon import store as st
from llmagentos.daemon.access import Caller, Role, new_token
from llmagentos.daemon.kept import Kept
from llmagentos.daemon.phases import Phase
from llmagentos.errors import ConfigError, DaemonError
from llmagentos.scheduling.task import Priority

if TYPE_CHECKING:
    from llmagentos.daemon.server import Daemon, _Peer

#: Phases in which nothing more comes of a call of the life cycle.
_SETTLED = {
    "start": {Phase.RUNNING, Phase.PAUSED, Phase.ENDED, Phase.FAILED, Phase.STOPPED},
    "pause": {Phase.PAUSED, Phase.RUNNING, Phase.ENDED, Phase.FAILED, Phase.STOPPED},
    "stop": {Phase.STOPPED, Phase.FAILED, Phase.ENDED},
}
#: Log lines at most.
_LINES = 10_000


@dataclass
class Asked:
    """One request: of whom, its number there, what."""

    peer: _Peer
    number: int
    verb: str
    args: Mapping[str, Any]
    caller: Caller


class Verbs:
    """One method a verb, `do_<verb>`; what it returns is the answer, None where that comes later."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._keeper = daemon.keeper
        self._waiting: dict[tuple[str, Any], list[Callable[[Mapping[str, Any]], bool]]] = (
            collections.defaultdict(list)
        )

    def about(self, verb: str, args: Mapping[str, Any]) -> str:
        """The agent that is asked about, "" for none."""
        if verb in ("result", "cancel"):
            call = self._daemon.store.call(_number(args))
            return "" if call is None else call.agent
        return str(args.get("name") or "") if verb not in ("grant", "revoke") else ""

    def do(self, asked: Asked) -> None:
        """Do it, and answer now or later. Raises LLMAgentOSError, TypeError, ValueError."""
        answer = getattr(self, f"do_{asked.verb}")(asked, **asked.args)
        if answer is not None:
            self._ok(asked, answer)

    def heard(self, kind: str, what: Mapping[str, Any]) -> None:
        """Something happened: tell those who wait for it."""
        key = ("call", what.get("number")) if kind == "call" else (kind, what.get("name"))
        waiting = self._waiting.pop(key, None)
        if waiting is not None:
            left = [each for each in waiting if not each(what)]
            if left:
                self._waiting[key] = left

    # --- looking ----------------------------------------------------------------------------

    def do_status(self, asked: Asked) -> Any:
        """The daemon itself."""
        keeper = self._keeper
        used: dict[str, float] = collections.defaultdict(float)
        for kept in keeper.agents.values():
            if kept.live:
                for resource, amount in kept.needs().items():
                    used[resource] += amount
        return {
            "pid": os.getpid(),
            "up_s": round(time.time() - self._daemon.began_at, 1),
            "folder": str(self._daemon.place.folder),
            "agents": len(keeper.agents),
            "live": sum(kept.live for kept in keeper.agents.values()),
            "there": {r: round(v, 3) for r, v in keeper.there.items()},
            "used": {r: round(v, 3) for r, v in used.items()},
        }

    def do_list(self, asked: Asked) -> Any:
        """All agents; an agent sees those that it may call."""
        caller = asked.caller
        return [
            kept.to_json()
            for name, kept in sorted(self._keeper.agents.items())
            if caller.role is not Role.AGENT
            or name == caller.agent
            or "*" in caller.may_call
            or name in caller.may_call
        ]

    def do_show(self, asked: Asked, name: str) -> Any:
        """One agent, its specification and its newest calls."""
        kept = self._keeper[name]
        calls = [call.to_json() for call in self._daemon.store.calls(name, 10)]
        return {**kept.to_json(), "spec": kept.row.spec, "calls": calls}

    def do_logs(self, asked: Asked, name: str, lines: int = 100) -> Any:
        """What it printed last."""
        kept, out = self._keeper[name], []
        for path in (kept.place.log.with_suffix(".1"), kept.place.log):
            try:
                out += path.read_bytes().decode("utf-8", "replace").splitlines()
            except OSError:
                continue
        return {"lines": out[-min(int(lines), _LINES) :], "file": str(kept.place.log)}

    def do_calls(self, asked: Asked, name: str = "", last: int = 20) -> Any:
        """The newest calls, oldest first."""
        if name:
            self._keeper[name]
        return [call.to_json() for call in self._daemon.store.calls(name, min(int(last), 1000))]

    def do_watch(self, asked: Asked) -> Any:
        """Everything that happens from now on, until the client hangs up."""
        daemon = self._daemon

        def listener(kind: str, what: Mapping[str, Any]) -> None:
            daemon.say(asked.peer, {"id": asked.number, "more": {"kind": kind, **what}})

        daemon.listeners.add(listener)
        asked.peer.farewell.append(lambda: daemon.listeners.discard(listener))
        daemon.say(asked.peer, {"id": asked.number, "more": {"kind": "watching"}})

    # --- the life of agents -----------------------------------------------------------------------

    def do_create(self, asked: Asked, name: str, spec: Mapping[str, Any]) -> Any:
        """A new agent; nothing runs yet."""
        return self._keeper.create(name, spec, asked.caller.name).to_json()

    def do_start(self, asked: Asked, name: str, wait: bool = True) -> Any:
        """Answered when it is ready, or will not be; wait=False: at once."""
        return self._settled(asked, self._keeper.start(name), "start", wait)

    def do_pause(self, asked: Asked, name: str, wait: bool = True) -> Any:
        """Answered when it holds."""
        kept = self._keeper[name]
        kept.pause()
        return self._settled(asked, kept, "pause", wait)

    def do_resume(self, asked: Asked, name: str) -> Any:
        """It goes on."""
        kept = self._keeper[name]
        kept.resume()
        return kept.to_json()

    def do_stop(self, asked: Asked, name: str, wait: bool = True) -> Any:
        """Answered when its process is gone."""
        kept = self._keeper[name]
        kept.stop(f"{asked.caller.name} stopped it")
        return self._settled(asked, kept, "stop", wait)

    def do_destroy(self, asked: Asked, name: str, force: bool = False) -> Any:
        """Answered when nothing is left of it."""
        if self._keeper.destroy(name, force) is None:
            return {"name": name, "phase": Phase.DESTROYED.value}

        def gone(what: Mapping[str, Any]) -> bool:
            if what.get("phase") != Phase.DESTROYED.value:
                return False
            self._ok(asked, {"name": name, "phase": Phase.DESTROYED.value})
            return True

        self._waiting["agent", name].append(gone)
        return None

    def _settled(self, asked: Asked, kept: Kept, verb: str, wait: bool) -> Any:
        if not wait or kept.phase in _SETTLED[verb]:
            return kept.to_json()

        def changed(what: Mapping[str, Any]) -> bool:
            if kept.phase not in _SETTLED[verb]:
                return False
            self._ok(asked, kept.to_json())
            return True

        self._waiting["agent", kept.name].append(changed)
        return None

    # --- calls ------------------------------------------------------------------------------

    def do_call(
        self, asked: Asked, name: str, verb: str = "command", args: Mapping[str, Any] | None = None,
        priority: int = Priority.NORMAL, deadline_s: float | None = None, key: str | None = None,
        wait: bool = True,
    ) -> Any:  # fmt: skip
        """Put a call in line; told its number as soon as it is kept, and its end where that is waited
        for."""
        if not 0 <= int(priority) <= 100:
            raise DaemonError(f"expected a priority from 0 to 100, got {priority!r}")
        if deadline_s is not None and not float(deadline_s) > 0:
            raise DaemonError(f"expected deadline_s above 0, got {deadline_s!r}")
        call = self._keeper.call(
            name, verb, args or {}, asked.caller.name, int(priority),
            None if deadline_s is None else float(deadline_s), key,
        )  # fmt: skip
        if not wait:
            self._give(name)
            return call.to_json()
        self._daemon.say(asked.peer, {"id": asked.number, "more": {"accepted": call.number}})
        self._when_over(asked, call)
        self._give(name)
        return None

    def do_result(self, asked: Asked, number: int, wait: bool = True) -> Any:
        """What came of a call."""
        call = self._daemon.store.call(_number(asked.args))
        if call is None:
            raise DaemonError(f"expected the number of a call, got {number!r}")
        if not wait:
            return call.to_json()
        self._when_over(asked, call)
        return None

    def do_cancel(self, asked: Asked, number: int) -> Any:
        """Not wanted any more."""
        return self._keeper.cancel(
            _number(asked.args), f"{asked.caller.name} cancelled it"
        ).to_json()

    def _give(self, name: str) -> None:
        self._keeper[name].give()

    def _when_over(self, asked: Asked, call: st.CallRow) -> None:
        def over(what: Mapping[str, Any]) -> bool:
            if what.get("state") in st.OPEN:
                return False
            found = self._daemon.store.call(call.number)
            self._ok(asked, (found or call).to_json())
            return True

        if call.state in st.OPEN:
            self._waiting["call", call.number].append(over)
        else:
            over({"state": call.state})

    # --- stopping arms ------------------------------------------------------------------------

    def do_halt(self, asked: Asked, name: str = "") -> Any:
        """Stop the arm of an agent, or of all, now; calls that run end. Answered with what each
        measured."""
        asked_of = [self._keeper[name]] if name else list(self._keeper.agents.values())
        there = [kept for kept in asked_of if kept.say is not None]
        out: dict[str, Any] = {
            kept.name: {"words": "no process answers"}
            for kept in asked_of
            if kept.live and kept.say is None
        }
        missing = {kept.name for kept in there}
        if not missing:
            return out
        for kept in there:

            def halted(what: Mapping[str, Any]) -> bool:
                out[str(what["name"])] = what["halted"]
                missing.discard(str(what["name"]))
                if not missing:
                    self._ok(asked, out)
                return True

            self._waiting["halted", kept.name].append(halted)
            assert kept.say is not None
            kept.say({"halt": asked.caller.name})
        return None

    def do_reset(self, asked: Asked, name: str) -> Any:
        """After a stop: it may take commands again. Nothing that was stopped goes on."""
        kept = self._keeper[name]
        if kept.say is None:
            raise DaemonError(f"expected agent {name} to have a process, got {kept.row.phase}")

        def done(what: Mapping[str, Any]) -> bool:
            self._ok(asked, what["halted"])
            return True

        self._waiting["halted", name].append(done)
        kept.say({"reset": asked.caller.name})
        return None

    def halted(self, name: str, said: Mapping[str, Any]) -> None:
        """A process tells what a halt or reset came to."""
        self.heard("halted", {"name": name, **said})

    # --- who may come in ----------------------------------------------------------------------

    def do_grant(self, asked: Asked, name: str, role: str) -> Any:
        """Somebody may come in; the token is told this once."""
        if role not in ("viewer", "operator", "admin"):
            raise ConfigError(f"expected viewer, operator or admin, got {role!r}")
        if (
            not isinstance(name, str)
            or not name.strip()
            or len(name) > 64
            or not name.isprintable()
        ):
            raise ConfigError(f"expected a name of 1 to 64 letters that can be read, got {name!r}")
        token, kept = new_token()
        self._daemon.store.grant(name, role, kept)
        return {"name": name, "role": role, "token": token}

    def do_revoke(self, asked: Asked, name: str) -> Any:
        """Not any more."""
        if not self._daemon.store.revoke(name):
            raise DaemonError(f"expected somebody who was let in, got {name!r}")
        return {"name": name}

    def do_identities(self, asked: Asked) -> Any:
        """Everybody who was let in."""
        return [{"name": n, "role": r} for n, r, _ in self._daemon.store.identities()]

    def do_shutdown(self, asked: Asked) -> Any:
        """The daemon ends; its agents come back with the next one."""
        self._daemon.end()
        return {}

    def _ok(self, asked: Asked, answer: Any) -> None:
        self._daemon.say(asked.peer, {"id": asked.number, "ok": answer})


def _number(args: Mapping[str, Any]) -> int:
    try:
        return int(args["number"])
    except (KeyError, TypeError, ValueError) as exc:
        raise DaemonError(f"expected the number of a call, got {args.get('number')!r}") from exc
