"""What tests of driving bases stand on: a simulated base as a process, and nodes that reach it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import rclpy
from harness import PATIENCE_S, ROOT, next_domain, test_env
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from llmagentos_msgs.srv import Reset
from llmagentos_ros.base_topics import PARAMETERS as TOPICS
from llmagentos_ros.driving_node import DrivingNode
from rclpy.executors import MultiThreadedExecutor
from rclpy.signals import SignalHandlerOptions

FAKES = ROOT / "tests/ros/fakes"
#: A server has answered by then, or is asked again, seconds: a transition may load a model.
_ANSWER_S = 30.0


class Processes:
    """Processes in one ROS domain, ended with it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.domain = folder, next_domain()
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str, *argv: str, namespace: str = "/", **parameters: Any) -> None:
        """A node; parameters as YAML has them."""
        told = [w for k, v in parameters.items() for w in ("-p", f"{k}:={_yaml(v)}")]
        command = [*argv, "--ros-args", "-r", f"__ns:={namespace}", *told]
        if namespace != "/":
            command += ["-r", "/clock:=clock"]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *command], env=test_env(self.domain), stdout=log, stderr=log
            )

    def kill(self, name: str) -> None:
        """With -9."""
        process = self.running.pop(name)
        process.kill()
        process.wait(10)

    def freeze(self, name: str, still: bool = True) -> None:
        """Let a process stand, or go on."""
        os.kill(self.running[name].pid, signal.SIGSTOP if still else signal.SIGCONT)

    def close(self) -> None:
        for process in self.running.values():
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)

    def said(self) -> str:
        """The ends of all logs, for a failed test."""
        return "\n".join(f"{p.name}: {p.read_text()[-800:]}" for p in self.folder.glob("*.log"))


def _yaml(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


class AtBase(DrivingNode):
    """A node in the test's own process."""

    PARAMETERS = TOPICS

    def __init__(self) -> None:
        super().__init__("at_base")


class Reach:
    """A node of the test's own in a domain, spun by threads of its own."""

    def __init__(self, domain: int, namespace: str = "/", **parameters: Any) -> None:
        told = {"use_sim_time": True, **parameters}
        args = ["-r", f"__ns:={namespace}"]
        args += ["-r", "/clock:=clock"] if namespace != "/" else []
        args += [word for k, v in told.items() for word in ("-p", f"{k}:={_yaml(v)}")]
        off = SignalHandlerOptions.NO
        rclpy.init(domain_id=domain, args=["--ros-args", *args], signal_handler_options=off)
        self.node = AtBase()
        self.executor = MultiThreadedExecutor(num_threads=4)
        self.executor.add_node(self.node)
        self.thread = threading.Thread(target=self._spin, daemon=True)
        self.thread.start()

    def _spin(self) -> None:
        with contextlib.suppress(Exception):  # the context ends under it, which is how it ends
            self.executor.spin()

    def close(self) -> None:
        self.node.close()
        self.executor.shutdown(timeout_sec=5.0)
        self.thread.join(5.0)
        self.node.destroy_node()
        rclpy.try_shutdown()

    def wait(self, done: Callable[[], Any], timeout_s: float = PATIENCE_S) -> None:
        give_up = time.monotonic() + timeout_s
        while not done():
            assert time.monotonic() < give_up, f"waited {timeout_s:.0f} s in vain"
            time.sleep(0.02)

    def call(self, kind: Any, name: str, request: Any) -> Any:
        """Ask until there is an answer: a server that was killed is found for a while, and takes
        requests that nobody answers."""
        client = self.node.create_client(kind, name, callback_group=self.node.group)
        try:
            give_up = time.monotonic() + PATIENCE_S
            while time.monotonic() < give_up:
                self.wait(client.service_is_ready)
                future = client.call_async(request)
                until = time.monotonic() + _ANSWER_S
                while not future.done() and time.monotonic() < until:
                    time.sleep(0.02)
                if future.done():
                    return future.result()
            raise AssertionError(f"{name} gave no answer in {PATIENCE_S:.0f} s")
        finally:
            self.node.destroy_client(client)

    def activate(self, name: str) -> None:
        """Bring a lifecycle node to active."""
        for step in (Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE):
            request = ChangeState.Request(transition=Transition(id=step))
            assert self.call(ChangeState, f"{name}/change_state", request).success, name

    def put_back(self) -> None:
        """The simulated base to its start."""
        answer = self.call(Reset, "base_sim/reset", Reset.Request(seed=0))
        assert answer.success, answer.message


@contextmanager
def simulated_base(folder: Path, **parameters: Any) -> Iterator[tuple[Processes, Reach]]:
    """A simulated base as a process that is active, and a node that reaches it."""
    with ExitStack() as stack:
        processes = Processes(folder)
        stack.callback(processes.close)
        processes.start("base_sim", "-m", "llmagentos_ros.base_sim", profile="sim", **parameters)
        reach = Reach(processes.domain)
        stack.callback(reach.close)
        reach.activate("base_sim")
        yield processes, reach
