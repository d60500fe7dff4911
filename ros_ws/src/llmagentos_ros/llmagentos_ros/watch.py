# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Looks at a running graph for whoever asks by lines: its scene, a picture, its question, a plan.

Knows: the topics and the planner's service. Does not know: who asks (llmagentos.daemon.graph_eyes
writes the lines), commands, motion. A line is {"id": 1, "what": "scene"}, its answer
{"id": 1, "ok": {...}} or {"id": 1, "error": "..."}. Pictures are heard only while somebody asks
for some: they are most of what a graph says. The end of the input, or SIGTERM, ends it.
"""

from __future__ import annotations

import argparse
import base64
from collections.abc import Callable, Mapping
import json
import queue
import signal
import sys
import threading
import time
from typing import Any

import cv2
from llmagentos.errors import LLMAgentOSError
from llmagentos.local_robot import scene_rows
from llmagentos.runtime.params import namespace_of
from llmagentos_msgs import msg as m
from llmagentos_msgs.srv import PlanCommand
from llmagentos_ros import interface as table
from llmagentos_ros.convert import scene_from_msg
from llmagentos_ros.images import color_from_msg
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions
from sensor_msgs.msg import Image

#: So long a first message, and a plan, are waited for; then what is asked for is not there.
_FIRST_S, _PLAN_S = 5.0, 30.0
#: For a picture longer: the camera has to be found first, and of 0.9 MB without acknowledgement
#: a busy machine loses some.
_PICTURE_S = 20.0
#: Pictures are heard for so long after the last one was asked for; an older one is not shown.
_HEARD_S, _OLD_S = 5.0, 3.0
_QUALITY = 80


class Watch:
    """One node that looks. Its answers are printed."""

    def __init__(self, namespace: str) -> None:
        rclpy.init(args=[], signal_handler_options=SignalHandlerOptions.NO)
        self._node = rclpy.create_node('llmagentos_watch', namespace=namespace)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self._node)
        self._scene: tuple[m.Scene, float] | None = None
        self._state: m.AgentState | None = None
        self._picture: tuple[Image, float] | None = None
        self._pictures: Any = None
        self._asked_s = 0.0
        for topic, heard in (
            (table.SCENE, self._on_scene),
            (table.AGENT_STATE, self._on_state),
        ):
            self._node.create_subscription(topic.kind, topic.name, heard, topic.qos)
        self._plans = self._node.create_client(table.PLAN_COMMAND.kind, table.PLAN_COMMAND.name)

    def _on_scene(self, msg: m.Scene) -> None:
        self._scene = msg, time.time()

    def _on_state(self, msg: m.AgentState) -> None:
        self._state = msg

    def _on_picture(self, msg: Image) -> None:
        self._picture = msg, time.time()

    def spin(self, asked: queue.Queue[str | None]) -> None:
        """Answer until there is nobody any more who could ask."""
        while True:
            self._executor.spin_once(timeout_sec=0.02)
            if self._pictures is not None and time.monotonic() - self._asked_s > _HEARD_S:
                self._node.destroy_subscription(self._pictures)
                self._pictures = self._picture = None
            try:
                line = asked.get_nowait()
            except queue.Empty:
                continue
            if line is None:
                return
            said = json.loads(line)
            answer: dict[str, Any] = {'id': said['id']}
            try:
                answer['ok'] = self._answer(said)
            except LLMAgentOSError as exc:
                answer['error'] = str(exc)
            print(json.dumps(answer), flush=True)

    def _answer(self, said: Mapping[str, Any]) -> Mapping[str, Any]:
        what = said['what']
        if what == 'scene':
            return self._see()
        if what == 'picture':
            return self._look()
        if what == 'plan':
            return self._plan(str(said['text']))
        return {'question': '' if self._state is None else self._state.question}

    def _see(self) -> Mapping[str, Any]:
        self._until(lambda: self._scene is not None, 'a scene')
        assert self._scene is not None
        scene, at_s = scene_from_msg(self._scene[0]), self._scene[1]
        held = next((o.id for o in scene.objects if o.held), None)
        return {'objects': scene_rows(scene), 'held': held, 'at_s': at_s}

    def _look(self) -> Mapping[str, Any]:
        self._asked_s = time.monotonic()
        if self._pictures is None:
            topic = table.COLOR
            self._pictures = self._node.create_subscription(
                topic.kind, topic.name, self._on_picture, topic.qos
            )
        self._until(
            lambda: self._picture is not None and time.time() - self._picture[1] < _OLD_S,
            'a picture',
            _PICTURE_S,
        )
        assert self._picture is not None
        msg, at_s = self._picture
        bgr = color_from_msg(msg)[:, :, ::-1]
        done, data = cv2.imencode('.jpg', bgr, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not done:
            raise LLMAgentOSError('expected a picture that can be encoded, got another')
        jpeg = base64.b64encode(data.tobytes()).decode()
        return {'jpeg': jpeg, 'camera': msg.header.frame_id, 'at_s': at_s}

    def _plan(self, text: str) -> Mapping[str, Any]:
        self._until(self._plans.service_is_ready, 'the planner node')
        began_s = time.monotonic()
        answer = self._plans.call_async(PlanCommand.Request(command=text))
        self._until(answer.done, 'a plan', _PLAN_S)
        told = answer.result()
        if not told.success:
            raise LLMAgentOSError(f'{told.error}: {told.message}')
        plan_s = time.monotonic() - began_s
        return {'plan': json.loads(told.plan.json), 'text': told.plan.text, 'plan_s': plan_s}

    def _until(self, there: Callable[[], bool], what: str, wait_s: float = _FIRST_S) -> None:
        ends_s = time.monotonic() + wait_s
        while not there():
            if time.monotonic() > ends_s:
                raise LLMAgentOSError(f'expected {what} of the graph, got none in {wait_s:g} s')
            self._executor.spin_once(timeout_sec=0.02)

    def close(self) -> None:
        """Give everything back."""
        self._executor.shutdown(timeout_sec=0.5)
        self._node.destroy_node()
        rclpy.try_shutdown()


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros watch`."""
    parser = argparse.ArgumentParser(description='Look at a running graph for who asks by lines.')
    parser.add_argument('--namespace', default='/')
    options = parser.parse_args(args)
    asked: queue.Queue[str | None] = queue.Queue()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.put(None))

    def read() -> None:
        for line in sys.stdin:
            asked.put(line)
        asked.put(None)

    watch = Watch(namespace_of(options.namespace) or '/')
    threading.Thread(target=read, daemon=True).start()
    try:
        watch.spin(asked)
    finally:
        watch.close()
    return 0


if __name__ == '__main__':
    sys.exit(main())
