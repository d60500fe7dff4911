# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Hearing and speaking as a node: sound in, commands to the agent; its replies out as sound.

Knows: topics, the Command action, the stop.
Does not know: how speech is heard, understood or made (llmagentos.speech), nor what commands do.

Needs the extra `speech`; without it the node says so and stays unconfigured, and the rest of the
graph works.
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from llmagentos.errors import ConfigError, LLMAgentOSError, SpeechError
from llmagentos.ports.audio import AudioSource
from llmagentos.ports.modules import PlanRequest
from llmagentos.safety.ages import AgeTimer
from llmagentos.safety.watchdogs import limit_s
from llmagentos.speech.attention import OpenEar, WakeWord
from llmagentos.speech.expected import Expected, expected
from llmagentos.speech.hearing import Hearing
from llmagentos.speech.interpreter import Interpreter
from llmagentos.speech.keywords import WAKE_WORDS
from llmagentos.speech.lines import SpokenLines
from llmagentos.speech.microphone import Loudspeaker, Microphone
from llmagentos.speech.recogniser import Heard
from llmagentos.speech.speaking import aloud, Speaker
from llmagentos.speech.understanding import Plans, Understood
from llmagentos_msgs import msg as m
from llmagentos_ros import interface as table
from llmagentos_ros.actions import SafeActionClient
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.convert import scene_from_msg, to_time
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run
from llmagentos_ros.remote import RemotePlanning, wait_for
from llmagentos_ros.scene_feed import SceneFeed
from llmagentos_ros.sound import TopicSink, TopicSource
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from std_msgs.msg import String

#: So long the agent, or a service, is waited for before it counts as not there, seconds.
_THERE_S = 5.0
#: An opinion on what was heard may take so long, seconds.
_PLAN_S = 10.0
#: Without any sound for so long diagnostics warn, seconds.
_SILENT_S = 3.0
#: After a stop these let new commands through; else they are commands as any.
_RESET = ('reset', 'reset the stop', 'reset safety')


class SpeechNode(ModuleNode):
    """Owns llmagentos.speech.lines.SpokenLines, whose commands go to the agent node."""

    PARAMETERS = (
        Parameter('source', 'topic', 'Where sound comes from: topic (`audio`), or microphone'),
        Parameter('microphone', '', 'Which one, as the system names it; empty: the default'),
        Parameter(
            'wake', '', f'Only what this begins is meant: {", ".join(WAKE_WORDS)}; or empty'
        ),
        Parameter('mute', False, 'Replies are published in words (`spoken`), and not said'),
        Parameter('sink', 'topic', 'Where replies go: topic (`spoken_audio`), or loudspeaker'),
        Parameter('command_timeout_s', 600.0, 'A command may take this long', 1.0, 86400.0, False),
    )

    def __init__(self) -> None:
        super().__init__('speech')
        self._lines: SpokenLines | None = None
        self._speaker: Speaker | None = None
        self._thread: threading.Thread | None = None
        self._topic: TopicSource | None = None
        self._ended = threading.Event()
        self._commands = self._stops = 0
        self._latched = False

    def build(self) -> None:
        """Load what hears and speaks, and connect to agent, planner and executor."""
        self._ended.clear()
        own = MutuallyExclusiveCallbackGroup
        attention = self._attention()
        self._heard_out = self.publisher(table.HEARD)
        self._spoken_out = self.publisher(table.SPOKEN)
        self._scenes = SceneFeed(lambda: self.now_s, AgeTimer('scene', limit_s('scene')))
        self.subscription(table.SCENE, self._scenes.on_scene, own(), needed=lambda: False)
        self.subscription(table.SAFETY_STATE, self._on_safety, own(), needed=lambda: False)
        self._stop_out = self.publisher(table.STOP_NOW)
        self._stop_call, self._reset_call = (
            self.client(table.STOP),
            self.client(table.RESET_SAFETY),
        )
        self._planning = RemotePlanning(
            self.client(table.PLAN_COMMAND), lambda: str, self._ended.is_set, _PLAN_S,
            self.base_frame, _THERE_S,
        )  # fmt: skip
        action = table.COMMAND_ACTION
        self._action = SafeActionClient(
            self, action.kind, action.name, callback_group=self.group,
            feedback_sub_qos_profile=table.FEEDBACK,
        )  # fmt: skip
        self.keep(self._action, lambda c: c.destroy())
        hearing = Hearing(self._words)
        self._speaker = self._new_speaker()
        interprets = _Interprets(self, Interpreter(self._words, self._plans()))
        self._lines = SpokenLines(
            self._source(own()), hearing, interprets, self._on_stop, self._tell, self._speaker,
            attention=attention,
        )  # fmt: skip
        self._thread = threading.Thread(target=self._work, name='spoken commands', daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Hear and say no more."""
        self._ended.set()
        if self._lines is not None:
            self._lines.close()
        if self._thread is not None:
            self._thread.join(_THERE_S)
        if self._speaker is not None:
            self._speaker.close()
        self._lines = self._thread = self._speaker = self._topic = None

    def stopped(self) -> None:
        """Be silent."""
        if self._speaker is not None:
            self._speaker.hush()

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Warn where no sound comes."""
        level, words, _ = super().health()
        if self.is_active and self._topic is not None:
            silent_s = time.monotonic() - self._topic.came_s
            if silent_s > _SILENT_S:
                level = DiagnosticStatus.WARN
                words = f'expected sound on {self._topic.name}, got none for {_SILENT_S:.0f} s'
        return level, words, {'commands': self._commands, 'stops': self._stops}

    # --- what it is made of ------------------------------------------------------------------

    def _attention(self) -> OpenEar:
        wake = self.value('wake')
        if wake and wake not in WAKE_WORDS:
            raise ConfigError(f'expected wake to be {" or ".join(WAKE_WORDS)}, got {wake!r}')
        return WakeWord(wake) if wake else OpenEar()

    def _source(self, group: Any) -> AudioSource:
        if self._choice('source', 'microphone') == 'microphone':
            return Microphone(self.value('microphone'))
        name = self.resolve_topic_name(table.AUDIO.name)
        self._topic = TopicSource(name, lambda problem: self.fault('sound', problem))
        self.subscription(table.AUDIO, self._topic.take, group, needed=lambda: False)
        return self._topic

    def _new_speaker(self) -> Speaker | None:
        if self.value('mute'):
            return None
        loud = self._choice('sink', 'loudspeaker') == 'loudspeaker'
        try:
            out = None if loud else self.publisher(table.SPOKEN_AUDIO)
            return Speaker(
                Loudspeaker() if out is None else TopicSink(out.publish), None, self._tell
            )
        except SpeechError as exc:
            self._tell(str(exc))
            return None

    def _choice(self, name: str, other: str) -> str:
        value = self.value(name)
        if value not in ('topic', other):
            raise ConfigError(f'expected {name} to be topic or {other}, got {value!r}')
        return value

    def _words(self) -> Expected:
        latest = self._scenes.latest
        return expected(None if latest is None else scene_from_msg(latest))

    def _plans(self) -> Plans:
        def plan(text: str) -> tuple[Any, float]:
            latest = self._scenes.latest
            if latest is None:
                return None, 0.0
            try:
                found = self._planning.plan(PlanRequest(text, scene_from_msg(latest)))
            except LLMAgentOSError:
                return None, 0.0
            return found.plan.to_json(), found.confidence

        return plan

    # --- what is heard -----------------------------------------------------------------------

    def heard(self, heard: Heard, found: Understood) -> None:
        """Publish what was made of an utterance."""
        readings = found.candidates or heard.readings
        shares = [float(getattr(r, 'weight', getattr(r, 'confidence', 0.0))) for r in readings]
        self._heard_out.publish(
            m.Heard(
                stamp=to_time(self.now_s), text=found.text, question=found.asks, note=found.note,
                readings=[r.text for r in readings], confidences=shares,
            )
        )  # fmt: skip

    def _work(self) -> None:
        """Carry out one line after the other; the thread of the node's commands."""
        lines = self._lines
        assert lines is not None
        while (line := lines.next_line()) is not None and not self._ended.is_set():
            if not self.is_active:
                continue
            try:
                with lines.working():
                    reply = self._carry_out(line)
            except LLMAgentOSError as exc:
                reply = str(exc)
            for given_up in lines.take_given_up():
                self.get_logger().info(f'not begun, since a stop came after it: {given_up}')
            self._say(reply)

    def _carry_out(self, line: str) -> str:
        if self._latched and line.lower().strip(' .!') in _RESET:
            return self._answer_of(self._reset_call, table.RESET_SAFETY)
        self._commands += 1
        if not self._action.wait_for_server(timeout_sec=_THERE_S):
            raise SpeechError('I heard you, but the agent is not there.')
        sent = self._action.send_goal_async(table.COMMAND_ACTION.kind.Goal(text=line))
        self._await(sent, _THERE_S)
        handle = sent.result()
        if not handle.accepted:
            raise SpeechError('I heard you, but the agent does not take commands now.')
        result = handle.get_result_async()
        try:
            self._await(result, self.value('command_timeout_s'))
        except SpeechError:
            handle.cancel_goal_async()
            raise
        return result.result().result.reply

    def _await(self, future: Any, timeout_s: float) -> None:
        why = wait_for(future, timeout_s, str, self._ended.is_set)
        if why:
            raise SpeechError(f'I heard you, but got no answer: {why}.')

    def _answer_of(self, client: Any, endpoint: table.Endpoint) -> str:
        if not client.wait_for_service(timeout_sec=_THERE_S):
            raise SpeechError(f'I heard you, but nobody answers at {endpoint.name}.')
        future = client.call_async(endpoint.kind.Request())
        self._await(future, _THERE_S)
        return future.result().message

    def _on_stop(self, text: str) -> None:
        """From the stop word's process, or the recogniser: at once, whatever else goes on."""
        self._stops += 1
        if self._stop_call.service_is_ready():
            told = self._stop_call.call_async(table.STOP.kind.Request())
            told.add_done_callback(lambda f: self.get_logger().info(f'stop: {f.result().message}'))
        else:
            self._stop_out.publish(table.STOP_NOW.kind())
        stamp = to_time(self.now_s)
        self._heard_out.publish(
            m.Heard(stamp=stamp, stop=True, readings=[text], confidences=[1.0])
        )

    def _on_safety(self, msg: m.SafetyState) -> None:
        self._latched = msg.state == m.SafetyState.HOLDING

    # --- what is said ------------------------------------------------------------------------

    def _say(self, reply: str) -> None:
        lines = self._lines
        if lines is None or not reply:
            return
        if reply.rstrip().endswith('?'):
            lines.expect_answer()
        self._spoken_out.publish(String(data=aloud(reply)))
        if self._speaker is not None:
            self._speaker.say(reply)

    def _tell(self, sentence: str) -> None:
        """Tell what a person would be told on a screen; a question is said by whoever asks it."""
        with contextlib.suppress(Exception):  # from threads that may outlive the node
            self.get_logger().info(sentence)
            self._spoken_out.publish(String(data=aloud(sentence)))


class _Interprets:
    """What utterances mean, published as they are understood."""

    def __init__(self, node: SpeechNode, interpreter: Interpreter) -> None:
        self._node, self._interpreter = node, interpreter

    def look(self) -> None:
        """Do nothing: scenes come by topic."""

    def understood(self, heard: Heard) -> Understood:
        """See Interpreter."""
        found = self._interpreter.understood(heard)
        self._node.heard(heard, found)
        return found


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros speech`."""
    return run(SpeechNode, 'speech', args, threads=4)


if __name__ == '__main__':
    raise SystemExit(main())
