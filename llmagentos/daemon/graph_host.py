"""A running ROS graph as an agent: its commands, its stop, what it sees.

Knows: the processes that speak to the graph (llmagentos_ros.command, llmagentos_ros.watch), and the session
of the graph's executor on this machine, past ROS. Does not know: ROS, the daemon.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Any

from llmagentos.command import check_command
from llmagentos.daemon.graph_eyes import GraphEyes
from llmagentos.daemon.hosts import NO_PERSON, not_shown
from llmagentos.daemon.spec import AgentSpec
from llmagentos.errors import CallError, DriverError, TaskEndedError
from llmagentos.lang.plan import Plan
from llmagentos.runtime.graph import graph_env
from llmagentos.runtime.params import namespace_of
from llmagentos.runtime.ros_env import find_ros
from llmagentos.runtime.sessions import ask_one
from llmagentos.safety.guard import SAY_YES
from llmagentos.scheduling import Turn


def _yes_or_no(args: Mapping[str, Any]) -> str:
    return "yes" if args.get("yes") is True else "no"


class GraphHost:
    """A ROS graph's agent: commands go to its action, by a client that is a process of its own; it is
    looked at by another one.

    Which of its questions needs a person's yes is known by their words alone: no program may say yes at
    all.
    """

    capacity: Mapping[str, float] = {"arm": 1.0}
    needs: Mapping[str, float] = {"arm": 1.0}
    any_time: frozenset[str] = frozenset()
    ended: Mapping[str, Any] | None = None

    def __init__(self, spec: AgentSpec) -> None:
        ros = find_ros(distribution=os.environ.get("LLMAGENTOS_ROS_DISTRO", ""))
        self._python, self._env = ros.python, graph_env(ros.env, False)
        self._namespace = namespace_of(spec.graph or "/") or "/"
        self._child: subprocess.Popen[str] | None = None
        looks = [ros.python, "-m", "llmagentos_ros.watch", "--namespace", self._namespace]
        self._eyes = GraphEyes(looks, self._env)

    def about(self) -> Mapping[str, Any]:
        """See Host."""
        return {"kind": "graph", "namespace": self._namespace}

    def do(self, verb: str, args: Mapping[str, Any], who: str, turn: Turn) -> Any:
        """See Host; verbs: command, ask, confirm, plan."""
        if verb == "plan":
            return self._eyes.ask("plan", text=check_command(str(args.get("text", ""))))
        if verb not in ("command", "ask", "confirm"):
            raise CallError(f"expected command, ask, confirm or plan for a ROS graph, got {verb!r}")
        if verb == "ask":
            self._only_talks(check_command(str(args.get("text", ""))))
        elif verb == "confirm" and args.get("question") != self._question().get("id"):
            raise CallError("expected the question that waits for a yes: that one waits no more")
        said = str(args.get("text", "")) if verb != "confirm" else _yes_or_no(args)
        text = check_command(said)
        if not getattr(who, "person", True) and text.strip(" .!").lower() == "yes":
            raise CallError(NO_PERSON)
        argv = [self._python, "-m", "llmagentos_ros.command", text, "--namespace", self._namespace]
        self._child = subprocess.Popen(
            argv, env=self._env, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )
        result: Any = None
        threading.Thread(target=self._ends, args=(turn, self._child), daemon=True).start()
        assert self._child.stdout is not None
        for line in self._child.stdout:
            turn.sign()
            try:
                said = json.loads(line)
            except ValueError:
                continue
            result = said.get("result", result)
        code = self._child.wait()
        self._child = None
        if turn.ends:
            raise TaskEndedError(turn.ends)
        if result is None:
            raise DriverError(f"expected a result of the graph, got none (exit code {code})")
        return result

    @staticmethod
    def _ends(turn: Turn, child: subprocess.Popen[str]) -> None:
        while child.poll() is None:
            if turn.ends:
                child.send_signal(signal.SIGINT)
                return
            time.sleep(0.05)

    def peek(self, what: str) -> Mapping[str, Any]:
        """See Host: scene, picture, state (of its session on this machine)."""
        if what == "scene":
            return self._eyes.ask("scene")
        if what in ("picture", "frame"):
            return self._eyes.ask("picture")
        if what != "state":
            return not_shown(what)
        return {**self._ask("state", "gateway"), "question": self._question() or None}

    def _question(self) -> dict[str, Any]:
        """What the graph's agent asks; nothing where it asks nothing, or can't be seen."""
        try:
            words = str(self._eyes.ask("state")["question"])
        except CallError:
            return {}
        if not words:
            return {}
        name = hashlib.sha256(words.encode()).hexdigest()[:12]
        return {"id": name, "words": words, "needs_yes": words.endswith(SAY_YES)}

    def _only_talks(self, text: str) -> None:
        """Raises CallError where a sentence would do something."""
        plan = Plan.model_validate(self._eyes.ask("plan", text=text)["plan"])
        if not plan.only_talks:
            doing = ", ".join(dict.fromkeys(step.op for step in plan.walk()))
            raise CallError(f"expected a question, got a sentence that does something: {doing}")

    def lost(self) -> None:
        """See Host."""
        self.halt("a lost call")

    def pause(self) -> None:
        """See Host: a graph's own command comes to its end; the next one waits."""

    def resume(self) -> None:
        """See Host."""

    @property
    def holds(self) -> bool:
        """See Host."""
        return self._child is None

    def halt(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        told = self._ask("stop", by)
        child = self._child
        if child is not None:
            child.send_signal(signal.SIGINT)
        return told or {"words": f"no graph of {self._namespace} answers on this machine"}

    def reset(self, by: str) -> Mapping[str, Any]:
        """See Host."""
        return self._ask("reset", by) or {"reset": False, "words": "no graph answers here"}

    def _ask(self, what: str, by: str) -> Mapping[str, Any]:
        """The graph's own session, past ROS."""
        heard = ask_one(f"ROS graph {self._namespace}", {"do": what, "source": by, "by": by})
        if heard is not None and heard.error:  # it is there, and too busy to say in time
            return {"words": f"the graph: {heard.error}", "at_rest": False, "reset": False}
        return {} if heard is None else dict(heard.told)

    def close(self) -> None:
        """See Host."""
        if self._child is not None:
            self._child.send_signal(signal.SIGINT)
        self._eyes.close()
