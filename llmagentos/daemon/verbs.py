"""What can be asked of the daemon, and what it answers.

Knows: verbs, their arguments, and who waits for what. Does not know: connections, who may (access.py).
"""

from __future__ import annotations

import collections
import itertools
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from llmagentos.daemon import store as st
from llmagentos.daemon.access import Caller, Identity, Role, new_token
from llmagentos.daemon.hosts import NO_PERSON
from llmagentos.daemon.kept import Kept
from llmagentos.daemon.phases import Phase
from llmagentos.daemon.wire import error_of
from llmagentos.errors import (
    ConfigError,
    DaemonError,
    LifecycleError,
    LLMAgentOSError,
    NoSuchCallError,
    PersonNeededError,
    QueueFullError,
)
from llmagentos.scheduling.task import Priority

if TYPE_CHECKING:
    from llmagentos.daemon.server import Daemon, _Peer

#: Phases in which nothing more comes of a call of the life cycle.
_SETTLED = {
    "start": {Phase.RUNNING, Phase.PAUSED, Phase.ENDED, Phase.FAILED, Phase.STOPPED},
    "pause": {Phase.PAUSED, Phase.RUNNING, Phase.ENDED, Phase.FAILED, Phase.STOPPED},
    "stop": {Phase.STOPPED, Phase.FAILED, Phase.ENDED},
}
#: Log lines at most; looks at one agent under way.
_LINES, _PEEKS = 10_000, 64
#: In these phases a look at an agent may still be answered.
_WITH_PROCESS = {
    None, *(p.value for p in (Phase.STARTING, Phase.RUNNING, Phase.PAUSING, Phase.PAUSED, Phase.STOPPING))
}  # fmt: skip


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
        self._attended: dict[int, _Peer] = {}
        self._peeks: dict[int, tuple[str, Asked]] = {}
        self._numbers = itertools.count(1)

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
        if kind == "call" and what.get("state") not in st.OPEN:
            self._attended.pop(int(what["number"]), None)
        elif kind == "agent" and what.get("phase") not in _WITH_PROCESS:
            for number, (name, asked) in list(self._peeks.items()):
                if name == what["name"]:
                    del self._peeks[number]
                    self._wrong(asked, LifecycleError(f"agent {name} has no process any more"))

    def hung_up(self, peer: _Peer) -> None:
        """Somebody is gone: what nobody watches over any more ends at its next safe point."""
        for number in [n for n, theirs in self._attended.items() if theirs is peer]:
            del self._attended[number]
            self._keeper.cancel(
                number, "who asked for it was lost: nobody watched over it any more"
            )

    # --- looking ----------------------------------------------------------------------------

    def do_whoami(self, asked: Asked) -> Any:
        """Who asks, as the daemon knows it."""
        who = asked.caller
        return {
            "name": who.name,
            "role": who.role.name.lower(),
            "person": who.person,
            "expires_at": who.expires_at,
        }

    def do_peek(self, asked: Asked, name: str, what: str) -> Any:
        """What an agent shows now, past its line of calls, kept nowhere."""
        kept = self._keeper[name]
        if kept.say is None:
            raise LifecycleError(f"expected agent {name} to have a process, got {kept.row.phase}")
        if sum(n == name for n, _ in self._peeks.values()) >= _PEEKS:
            raise QueueFullError(f"agent {name}: expected fewer than {_PEEKS} looks under way")
        number = next(self._numbers)
        self._peeks[number] = (name, asked)
        kept.say({"peek": number, "what": str(what)})
        return None

    def peeked(self, said: Mapping[str, Any]) -> None:
        """A process shows what it was asked for."""
        _, asked = self._peeks.pop(int(said["peeked"]), ("", None))
        if asked is None:
            return
        if "ok" in said:
            self._ok(asked, said["ok"])
        else:
            self._daemon.say(asked.peer, {"id": asked.number, "error": said["error"]})

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
            "http": None if self._daemon.front is None else self._daemon.front.about(),
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

    def do_watch(self, asked: Asked, since: str | None = None) -> Any:
        """Everything that happens from now on, until the client hangs up. since: with a mark each
        (`at`), and first what is kept since that one ("" for all of it)."""
        daemon, marked = self._daemon, since is not None

        def told(more: Mapping[str, Any]) -> None:
            daemon.say(asked.peer, {"id": asked.number, "more": more})

        def listener(kind: str, what: Mapping[str, Any]) -> None:
            told({"kind": kind, **what, **({"at": daemon.news.newest} if marked else {})})

        missed, kept = daemon.news.since(since) if marked else (False, [])
        first = {"at": daemon.news.newest, "missed": missed} if marked else {}
        told({"kind": "watching", **first})
        for each in kept:
            told(each)
        daemon.listeners.add(listener)
        asked.peer.farewell.append(lambda: daemon.listeners.discard(listener))

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
        wait: bool = True, attended: bool = False, program: bool = False,
    ) -> Any:  # fmt: skip
        """Put a call in line; told its number as soon as it is kept, and its end where that is waited
        for. attended: it ends, at its next safe point, where the asker's connection is lost.
        program: a program asks for whoever's token it has (a model's client): no person's yes."""
        person = asked.caller.person and not program
        if verb == "confirm" and not person:
            raise PersonNeededError(NO_PERSON)
        if not 0 <= int(priority) <= 100:
            raise DaemonError(f"expected a priority from 0 to 100, got {priority!r}")
        if deadline_s is not None and not float(deadline_s) > 0:
            raise DaemonError(f"expected deadline_s above 0, got {deadline_s!r}")
        call = self._keeper.call(
            name, verb, args or {}, asked.caller.name, int(priority),
            None if deadline_s is None else float(deadline_s), key, person, bool(attended),
        )  # fmt: skip
        if call.attended and call.state in st.OPEN:
            self._attended[call.number] = asked.peer
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
            raise NoSuchCallError(f"expected the number of a call, got {number!r}")
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

        def halted(name: str, told: Any) -> None:
            out[name] = told
            missing.discard(name)
            if not missing:
                self._ok(asked, out)

        for kept in there:
            number = self._once_halted(kept.name, partial(halted, kept.name))
            assert kept.say is not None
            kept.say({"halt": asked.caller.name, "number": number})
        return None

    def do_reset(self, asked: Asked, name: str) -> Any:
        """After a stop: it may take commands again. Nothing that was stopped goes on."""
        kept = self._keeper[name]
        if kept.say is None:
            raise DaemonError(f"expected agent {name} to have a process, got {kept.row.phase}")
        number = self._once_halted(name, partial(self._ok, asked))
        kept.say({"reset": asked.caller.name, "number": number})
        return None

    def _once_halted(self, name: str, then: Callable[[Any], None]) -> int:
        """The number to ask with, and what is done with the answer to that: a stop that took long, and
        that nobody waits for any more, is no answer to the reset after it."""
        number = next(self._numbers)

        def heard(what: Mapping[str, Any]) -> bool:
            if what.get("number") not in (None, number):  # None: its process has ended
                return False
            then(what["halted"])
            return True

        self._waiting["halted", name].append(heard)
        return number

    def halted(self, name: str, said: Mapping[str, Any]) -> None:
        """A process tells what a halt or reset came to."""
        self.heard("halted", {"name": name, **said})

    # --- who may come in ----------------------------------------------------------------------

    def do_grant(
        self, asked: Asked, name: str, role: str, expires_s: float | None = None,
        program: bool = False,
    ) -> Any:  # fmt: skip
        """Somebody may come in; the token is told this once. expires_s: for so long. program: no
        person stands behind it, so that it can't say yes to what needs one."""
        if expires_s is not None and not 0 < float(expires_s) < 1e10:
            raise ConfigError(f"expected expires_s above 0, got {expires_s!r}")
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
        expires_at = None if expires_s is None else time.time() + float(expires_s)
        self._daemon.store.grant(Identity(name, role, kept, expires_at, bool(program)))
        return {"name": name, "role": role, "token": token, "expires_at": expires_at}

    def do_revoke(self, asked: Asked, name: str) -> Any:
        """Not any more."""
        if not self._daemon.store.revoke(name):
            raise DaemonError(f"expected somebody who was let in, got {name!r}")
        return {"name": name}

    def do_identities(self, asked: Asked) -> Any:
        """Everybody who was let in."""
        return [
            {"name": i.name, "role": i.role, "expires_at": i.expires_at, "program": i.program}
            for i in self._daemon.store.identities()
        ]

    def do_shutdown(self, asked: Asked) -> Any:
        """The daemon ends; its agents come back with the next one."""
        self._daemon.end()
        return {}

    def _ok(self, asked: Asked, answer: Any) -> None:
        self._daemon.say(asked.peer, {"id": asked.number, "ok": answer})

    def _wrong(self, asked: Asked, exc: LLMAgentOSError) -> None:
        self._daemon.say(asked.peer, {"id": asked.number, "error": error_of(exc)})


def _number(args: Mapping[str, Any]) -> int:
    try:
        return int(args["number"])
    except (KeyError, TypeError, ValueError) as exc:
        raise DaemonError(f"expected the number of a call, got {args.get('number')!r}") from exc
