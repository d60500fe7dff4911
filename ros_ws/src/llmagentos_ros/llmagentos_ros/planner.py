# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
The planner as a node: a sentence and a scene in, a plan out; nothing moves.

Knows: the service around a PlanningModule. Does not know: the language model.
"""

from __future__ import annotations

from typing import Any, get_args

from llmagentos.class_lookup import load_named
from llmagentos.command import check_command
from llmagentos.errors import CommandError, LLMAgentOSError, ModelError, PerceptionError, PlanError
from llmagentos.ports.modules import PlanningModule, PlanRequest
from llmagentos.safety.ages import AgeTimer
from llmagentos.safety.watchdogs import limit_s
from llmagentos.types import Scene, Status
from llmagentos_msgs.srv import PlanCommand
from llmagentos_ros import interface as table
from llmagentos_ros.base import ModuleNode
from llmagentos_ros.convert import plan_to_msg, scene_from_msg
from llmagentos_ros.parameters import Parameter
from llmagentos_ros.process import run
from llmagentos_ros.scene_feed import SceneFeed
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup


def _outcomes(request: PlanCommand.Request) -> tuple[Status, ...]:
    """Give the commands' ends; none where a caller has words of its own for them."""
    known = get_args(Status)
    return tuple(request.outcomes) if all(o in known for o in request.outcomes) else ()


class PlannerNode(ModuleNode):
    """Owns a PlanningModule."""

    PARAMETERS = (
        Parameter(
            'module',
            'llmagentos.composition:load_planner',
            'Called with (model=..., engine=...), gives a PlanningModule: module:name',
        ),
        Parameter(
            'engine',
            'auto',
            'What runs the model: auto (the best there is), a name of `llmagentos model engines`, '
            "or a server's http address",
        ),
        Parameter('model', '', "Shipped model's name, a folder, or a server's address"),
    )

    def __init__(self) -> None:
        super().__init__('planner')
        self.module: PlanningModule | None = None
        self._plans = self._failures = 0
        self._last_s = 0.0

    def build(self) -> None:
        """Load the language model; LLMAgentOSError where it cannot be. Create the service."""
        make = load_named(self.value('module'))
        self.module = make(model=self.value('model') or None, engine=self.value('engine'))
        self._scenes = SceneFeed(lambda: self.now_s, AgeTimer('scene', limit_s('scene')))
        self._plan_out = self.publisher(table.PLAN)
        # A request brings its scene with it; this one is for those that do not.
        self.subscription(table.SCENE, self._scenes.on_scene, self.group, needed=lambda: False)
        self.subscription(
            table.CANCEL_PLAN, lambda _: self._cancel(), MutuallyExclusiveCallbackGroup()
        )
        self.serve(table.PLAN_COMMAND, self._on_plan, MutuallyExclusiveCallbackGroup())

    def release(self) -> None:
        """Cancel the plan that is being written and forget the model."""
        self._cancel()
        self.module = None

    def _cancel(self) -> None:
        if self.module is not None:
            self.module.cancel()

    def health(self) -> tuple[bytes, str, dict[str, Any]]:
        """Say how many plans were written, and how they went."""
        level, words, _ = super().health()
        return (
            level,
            words,
            {
                'plans': self._plans,
                'failures': self._failures,
                'last_plan_s': f'{self._last_s:.3f}',
                **getattr(self.module, 'engine', {}),
            },
        )

    def _on_plan(
        self, request: PlanCommand.Request, answer: PlanCommand.Response
    ) -> PlanCommand.Response:
        try:
            if not self.is_active or self.module is None:
                raise ModelError('expected an active planner, got one that is not')
            command = check_text(request.command)
            result = self.module.plan(
                PlanRequest(
                    command,
                    self._scene(request),
                    tuple(request.history),
                    request.pending,
                    outcomes=_outcomes(request),
                )
            )
        except (LLMAgentOSError, ValueError) as exc:
            self._failures += 1
            answer.success, answer.error, answer.message = False, type(exc).__name__, str(exc)
            return answer
        self._plans += 1
        self._last_s = result.plan_s
        answer.success, answer.plan = True, plan_to_msg(result, command, self.now_s)
        self._plan_out.publish(answer.plan)
        return answer

    def _scene(self, request: PlanCommand.Request) -> Scene:
        stamp = request.scene.header.stamp
        if request.scene.objects or stamp.sec or stamp.nanosec:
            return scene_from_msg(request.scene)
        if self._scenes.latest is None:
            raise PerceptionError('expected a scene with the request or on the topic, got none')
        return scene_from_msg(self._scenes.latest)


def check_text(text: str) -> str:
    """As llmagentos.command.check_command; also refuses what was no UTF-8 on the wire."""
    if '\ufffd' in text:
        raise CommandError('expected UTF-8 text, got bytes that are none')
    return check_command(text)


__all__ = ['PlanError', 'PlannerNode', 'check_text']


def main(args: list[str] | None = None) -> int:
    """Entry point of `ros2 run llmagentos_ros planner`."""
    return run(PlannerNode, 'planner', args, threads=3)


if __name__ == '__main__':
    raise SystemExit(main())
