# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The agent as a node: a sentence in, feedback and an answer out.

Knows: the Command action, one owner at a time, sessions. Does not know: how the agent works
(llmagentos.agent); perception, planner and executor are other nodes.
"""

from __future__ import annotations

from dataclasses import replace
import json
import threading
from typing import Any

from diagnostic_msgs.msg import DiagnosticStatus
from llmagentos.agent import Agent
from llmagentos.command import CommandResult
from llmagentos.errors import CommandError, LLMAgentOSError
from llmagentos.events import (
    CommandEnded,
    CommandRead,
    Degraded,
    Event,
    EventBus,
    PlanWritten,
    SceneSeen,
)
from llmagentos.lang.plan import Plan, Undo
from llmagentos.learning import places
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.learning.words import Lexicon
from llmagentos.ports.modules import Outcome, PerceptionModule, PlanningModule
from llmagentos.robots.bases import load_base
from llmagentos.safety.watchdogs import limit_s, Silence
from llmagentos.types import Scene
from llmagentos_msgs import msg as m
from llmagentos_msgs.action import Command
from llmagentos_msgs.srv import Reset
from llmagentos_msgs.srv import Undo as UndoService
from llmagentos_ros import interface as table
from llmagentos_ros.actions import await_listener, let_feedback_arrive, SafeActionClient
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.clock_watch import ClockWatch
from llmagentos_ros.convert import event_to_json, to_time
from llmagentos_ros.flight import flight_of
from llmagentos_ros.flight import PARAMETERS as FLIGHT
from llmagentos_ros.freshness import Heartbeats
from llmagentos_ros.memory import memory_of
from llmagentos_ros.memory import PARAMETERS as MEMORY
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.planner import check_text
from llmagentos_ros.process import run
from llmagentos_ros.progress import Progress
from llmagentos_ros.remote import (
    RemoteExecution,
    RemoteNamer,
    RemotePerception,
    RemotePlanning,
    RemoteRobot,
    wait_for,
)
from llmagentos_ros.scene_feed import SceneFeed
from llmagentos_ros.senses import Senses
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from std_msgs.msg import Empty

#: The executor may take this long to take a plan.
_EXECUTOR_S = 5.0
#: A node may take this long to reset, and is asked again so often.
_RESET_S, _RESET_TRIES = 10.0, 3
_STAGES: dict[type[Event], int] = {
    CommandRead: Command.Feedback.PERCEIVING,
    SceneSeen: Command.Feedback.PLANNING,
    PlanWritten: Command.Feedback.EXECUTING,
}
_BUSY_STATES = {
    Command.Feedback.PERCEIVING: m.AgentState.PERCEIVING,
    Command.Feedback.PLANNING: m.AgentState.PLANNING,
    Command.Feedback.EXECUTING: m.AgentState.EXECUTING,
    Command.Feedback.STOPPING: m.AgentState.STOPPING,
}


class AgentNode(ModuleNode):
    """Owns llmagentos.agent.Agent, whose modules are other nodes."""

    PARAMETERS = (
        Parameter('plan_timeout_s', 30.0, 'How long the planner may think', 0.5, 600.0, False),
        Parameter('look_timeout_s', 3.0, 'How long to wait for a new picture', 0.1, 30.0, False),
        Parameter('scene_max_age_s', 0.3, 'A scene may be this old for planning', 0.0, 5.0, False),
        Parameter(
            'node_timeout_s',
            limit_s('executor'),
            'A node that is silent this long is dead',
            0.3,
            60.0,
        ),
        Parameter('base', '', 'Base that drives, which files are named by; empty: the arm is'),
        Parameter('words', True, 'Keep words that people teach, over restarts, one file a robot'),
        Parameter('taught_folder', '', "Where; empty: learning in the user's data folder"),
        *MEMORY,
        *FLIGHT,
    )

    def __init__(self) -> None:
        super().__init__('agent')
        self._busy = threading.Lock()
        self._stop = threading.Event()
        self._goal: Any = None
        self._stage = 0
        self._text = self._question = ''
        self._done = 0
        self._progress = Progress(1)
        self._alive = Heartbeats({})
        self._senses = self._new_senses()

    def build(self) -> None:
        """Create the watch over the other nodes, clients and the action server."""
        limit = self.value('node_timeout_s')
        self._clock_watch = ClockWatch(lambda: self.now_s)
        self._went_back = self._clock_watch.watch()
        self._senses = self._new_senses()
        timer = self._senses.timer
        self._alive = Heartbeats({name: timer(name) for name in ('planner', 'executor')})
        self._scenes = SceneFeed(lambda: self.now_s, timer('scene'))
        planner = self.client(table.PLAN_COMMAND)
        executor = SafeActionClient(
            self,
            table.EXECUTE_PLAN.kind,
            table.EXECUTE_PLAN.name,
            callback_group=self.group,
            feedback_sub_qos_profile=table.FEEDBACK,
        )
        self.keep(executor, lambda c: c.destroy())
        self._resets = [
            self.client(e)
            for e in (table.RESET_ROBOT, table.RESET_PERCEPTION, table.RESET_EXECUTOR)
        ]
        events, stop_out = EventBus(), self.publisher(table.STOP_NOW)
        self._execution = RemoteExecution(
            executor,
            lambda: self._alive.watch('executor'),
            events.emit,
            max(_EXECUTOR_S, limit),
            tell_stop=lambda: stop_out.publish(Empty()),
        )
        cancel_out = self.publisher(table.CANCEL_PLAN)
        planning = RemotePlanning(
            planner,
            lambda: self._alive.watch('planner'),
            self._must_stop,
            self.value('plan_timeout_s'),
            self.base_frame,
            limit,
            lambda: cancel_out.publish(Empty()),
        )
        flight = flight_of(self, lambda: self._goal is not None)
        perception: PerceptionModule = RemotePerception(
            self._look, RemoteNamer(self.client(table.SHOW_THING), self._must_stop)
        )
        planner_port: PlanningModule = planning
        if flight is not None:
            perception, planner_port = flight.perception(perception), flight.planner(planning)
            events.subscribe(flight.on_event)
        self._agent = Agent(
            perception,
            planner_port,
            self._execution,
            EpisodeLog(),
            robot=RemoteRobot(lambda: self.now_s, self._execution, self._scenes),
            events=events,
            on_event=self._on_event,
            words=self._taught_words(),
            past=memory_of(self),
        )
        self._state_out = self.publisher(table.AGENT_STATE)
        own = MutuallyExclusiveCallbackGroup
        self.subscription(table.HEARTBEAT, self._on_heartbeat, own(), needed=lambda: False)
        self.subscription(table.SCENE, self._scenes.on_scene, own())
        self.timer(1.0 / table.AGENT_STATE.rate_hz, self._publish_state, own())
        self.serve(table.UNDO, self._on_undo)
        self.serve(table.RESET, self._on_reset)
        server = ActionServer(
            self,
            table.COMMAND_ACTION.kind,
            table.COMMAND_ACTION.name,
            execute_callback=self._execute,
            goal_callback=lambda _: GoalResponse.ACCEPT if self.is_active else GoalResponse.REJECT,
            cancel_callback=self._on_cancel,
            callback_group=self.group,
            feedback_pub_qos_profile=table.FEEDBACK,
        )
        self.keep(server, lambda s: s.destroy())
        self.keep(self._senses, lambda s: s.stop())
        self._senses.start()

    def stopped(self) -> None:
        """Stop the running command and wait, 6 s at most, until it has ended."""
        self._stop.set()
        if self._busy.acquire(timeout=6.0):
            self._busy.release()

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Warn of silent nodes; say how many commands have ended, and if one is running."""
        level, words, _ = super().health()
        missing = self._senses.silent()
        if self.is_active and missing:
            level, words = DiagnosticStatus.WARN, missing
        return level, words, {'commands_done': self._done, 'busy': self._busy.locked()}

    @property
    def robot_name(self) -> str:
        """See ModuleNode."""
        base = self.value('base')
        return load_base(base).name if base else self.robot.name

    # --- what the agent sees -----------------------------------------------------------------

    def _taught_words(self) -> Lexicon | None:
        if not self.value('words'):
            return None
        robot = f'{self.get_namespace()}-{self.robot_name}'
        words = Lexicon(places.words(robot, self.value('taught_folder')))
        if words.problem:
            self.get_logger().warning(words.problem)
        return words

    def _look(self) -> Scene:
        since = self.now_s - self.value('scene_max_age_s')
        return self._scenes.wait(since, self.value('look_timeout_s'), self._must_stop)

    def _must_stop(self) -> bool:
        return self._stop.is_set() or bool(self._went_back())

    def _new_senses(self) -> Senses:
        limit = self.value('node_timeout_s')
        limits_s = {'planner': limit, 'executor': limit, 'scene': max(limit, limit_s('scene'))}
        return Senses(limits_s, lambda: self.now_s, self._on_silence)

    def _on_silence(self, silence: Silence) -> None:
        """Tell of another node that fell silent, or is heard again."""
        row = silence.watchdog
        if not self.is_active or row.source not in self._alive.timers:
            return
        self.get_logger().warning(silence.words)
        if self._goal is None:
            return
        self._on_event(Degraded(row.source, row.effect.value, silence.words))

    def _on_heartbeat(self, msg: m.Heartbeat) -> None:
        self._alive.beat(msg.node, msg.instance)

    # --- the action --------------------------------------------------------------------------

    def _on_cancel(self, goal: Any) -> CancelResponse:
        if goal is not None and self._goal is not None and goal.goal_id == self._goal.goal_id:
            self._stop.set()
            self._agent.stop()
        return CancelResponse.ACCEPT

    def _execute(self, goal: Any) -> Command.Result:
        if not self._busy.acquire(blocking=False):
            goal.abort()
            busy = f'I am busy with this: {self._text}' if self._text else 'I am busy.'
            return Command.Result(status='refused', reply=busy)
        try:
            self._stop.clear()
            self._went_back = self._clock_watch.watch()
            self._goal, self._text = goal, goal.request.text
            self._progress = Progress(1)
            result = self._carry_out(goal.request.text)
        finally:
            self._goal, self._text, self._stage = None, '', 0
            self._busy.release()
        let_feedback_arrive()
        self._done += 1
        self._question = result.reply if result.status == 'question' else ''
        if goal.is_cancel_requested:
            goal.canceled()
        elif result.ok:
            goal.succeed()
        else:
            goal.abort()
        self._publish_state()
        return _answer(result, self.now_s)

    def _carry_out(self, text: str) -> CommandResult:
        try:
            if self._stop.is_set() or self._goal.is_cancel_requested:
                raise CommandError('it was taken back before I began')
            check_text(text)
            await_listener(self, table.COMMAND_ACTION.name)
            result = self._agent.begin(text)
            while result is None:
                if self._must_stop() or self._goal.is_cancel_requested:
                    self._enter(Command.Feedback.STOPPING, 'stopping')
                    self._agent.stop()
                result = self._agent.step()
        except CommandError as exc:
            return CommandResult(_shown(text), 'failed', f"I can't read that: {exc}")
        except LLMAgentOSError as exc:
            result = CommandResult(text, 'failed', f"I can't do it now: {exc}")
        return self._with_reason(result)

    def _with_reason(self, result: CommandResult) -> CommandResult:
        """Say of a failure that the clock is its cause, where nobody else has."""
        back = self._went_back()
        if not back or result.ok or back.split(' by ')[0] in result.reply:
            return result
        return replace(result, reply=f'I stopped because of this: {back}. {result.reply}')

    def _on_event(self, event: Event) -> None:
        goal = self._goal
        if goal is None:
            return
        if type(event) in _STAGES:
            self._stage = _STAGES[type(event)]
            self._publish_state()
        if isinstance(event, PlanWritten):
            self._progress = Progress(len(event.plan.steps))
        step = self._progress.take(event)
        goal.publish_feedback(
            Command.Feedback(
                stage=self._stage,
                step=step,
                progress=float(self._progress.share),
                words=_words(event),
                event=event_to_json(event),
            )
        )

    def _enter(self, stage: int, words: str) -> None:
        if self._stage != stage and self._goal is not None:
            self._stage = stage
            self._goal.publish_feedback(Command.Feedback(stage=stage, words=words))
            self._publish_state()

    def _publish_state(self) -> None:
        idle = m.AgentState.ASKING if self._question else m.AgentState.IDLE
        self._state_out.publish(
            m.AgentState(
                stamp=to_time(self.now_s),
                state=_BUSY_STATES.get(self._stage, idle),
                command=_shown(self._text),
                question=self._question,
                commands_done=self._done,
            )
        )

    # --- services ----------------------------------------------------------------------------

    def _on_undo(
        self, request: UndoService.Request, answer: UndoService.Response
    ) -> UndoService.Response:
        count = request.count or 1
        answer.success, answer.status = False, 'refused'
        if not 1 <= count <= 20:
            answer.reply = f'expected 1 to 20 commands, got {count}'
            return answer
        if not self.is_active or not self._busy.acquire(blocking=False):
            answer.reply = 'I am busy.'
            return answer
        try:
            self._stop.clear()
            self._went_back = self._clock_watch.watch()
            self._execution.start(Plan(steps=(Undo(n=count),)), 'undo')
            outcome: Outcome | None = None
            while outcome is None:
                outcome = self._execution.stop() if self._must_stop() else self._execution.tick()
        except LLMAgentOSError as exc:
            outcome = Outcome('failed', str(exc))
        finally:
            self._busy.release()
        answer.success = outcome.status == 'succeeded'
        answer.status, answer.reply = outcome.status, outcome.reply
        return answer

    def _on_reset(self, request: Reset.Request, answer: Reset.Response) -> Reset.Response:
        """Reset robot (if simulated), perception, executor, then our own session."""
        if not self._busy.acquire(blocking=False):
            answer.success, answer.message = False, 'expected an idle agent, got a busy one'
            return answer
        self._stop.clear()
        try:
            problem = self._reset_all(request)
            if not problem:
                self._scenes.forget()
                self._question = ''
                self._agent.reset()
        except LLMAgentOSError as exc:
            problem = str(exc)
        finally:
            self._busy.release()
        answer.success, answer.message = not problem, problem
        return answer

    def _reset_all(self, request: Reset.Request) -> str:
        for client in self._resets:
            if not client.service_is_ready():
                if client is self._resets[0]:
                    continue  # a real robot has nothing to reset
                return f'{client.srv_name} is not there'
            problem = self._reset_one(client, request)
            if problem:
                return f'{client.srv_name}: {problem}'
        return ''

    def _reset_one(self, client: Any, request: Reset.Request) -> str:
        """
        Ask one node; '' when done, else why not.

        Again where no answer comes: that of a node which has just come back may be lost, since it
        does not know of us yet, and a reset may be done twice.
        """
        problem = ''
        for _ in range(_RESET_TRIES):
            future = client.call_async(request)
            problem = wait_for(future, _RESET_S, lambda: '')
            if not problem:
                return '' if future.result().success else str(future.result().message)
            client.remove_pending_request(future)
        return problem


def _words(event: Event) -> str:
    match event:
        case CommandRead():
            return 'looking'
        case SceneSeen(objects):
            return f'sees {objects} objects; planning'
        case PlanWritten(plan_s=plan_s):
            return f'plan after {plan_s:.2f} s'
        case CommandEnded(reply=reply):
            return reply
    return str(getattr(event, 'words', ''))


def _shown(text: str) -> str:
    """Text that is safe to send back: short, and without what DDS strings cannot carry."""
    return text[:200].encode('utf-8', 'replace').decode('utf-8').replace('\0', ' ')


def _answer(result: CommandResult, now_s: float) -> Command.Result:
    data = result.to_json()
    data['command'] = _shown(data['command'])
    plan = m.Plan(command=data['command'], stamp=to_time(now_s), text=result.plan_text)
    if result.plan is not None:
        plan.json = json.dumps(result.plan)
    t = result.timings
    plan.plan_s, plan.prompt_tokens, plan.tokens = t.plan_s, t.prompt_tokens, t.tokens
    return Command.Result(
        status=result.status, reply=result.reply, plan=plan, trace=json.dumps(data)
    )


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros agent`."""
    return run(AgentNode, 'agent', args, threads=6)


if __name__ == '__main__':
    raise SystemExit(main())
