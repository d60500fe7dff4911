"""The flight recorder: what an agent sees, plans and does, kept in one file a command.

Knows: where in an agent it listens (events, perception, planner, skills, driver), what belongs to a
file, what counts as a fault. Does not know: how files are written (scribe.py), nor any module.

Nothing here waits: what is told is put into a bounded inbox, and what does not fit is counted.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from llmagentos.errors import LLMAgentOSError
from llmagentos.events import (
    CommandEnded,
    CommandRead,
    CommandSetAside,
    CommandTakenUp,
    Event,
    PlanWritten,
    Rehearsed,
)
from llmagentos.motion.kinematics import Kinematics
from llmagentos.ports.failures import Failure
from llmagentos.ports.hardware import Camera, RobotDriver
from llmagentos.ports.modules import PerceptionModule, PlanningModule, PlanRequest, PlanResult
from llmagentos.ports.skills import SkillExecutor
from llmagentos.recorder import code_version, messages, places, scribe, telling, topics, values
from llmagentos.recorder.cameras import Onlooker
from llmagentos.recorder.check import ROVING, SEVERAL
from llmagentos.recorder.harmless import harmless
from llmagentos.recorder.inbox import Inbox, Item
from llmagentos.recorder.pace import Pace
from llmagentos.recorder.scribe import Begun, Made, Scribe
from llmagentos.recorder.settings import Settings
from llmagentos.recorder.watched import WatchedPerception, WatchedPlanner, WatchedSkills
from llmagentos.robots import ArmSpec
from llmagentos.safety.gate import MotionGate
from llmagentos.safety.signals import Action as SafetyAction
from llmagentos.types import CameraFrame, MapPose, Observation, RobotState, Scene

_log = logging.getLogger(__name__)

#: Failures of an action after which the last minute is kept.
_FAULTS = (Failure.GATE_REJECTED, Failure.NO_ANSWER, Failure.NO_PICTURE, Failure.STOPPED)
#: So many earlier commands of a session go into each flight, with what the skills said of them; of
#: each command at most so much. A flight after more can't be carried out again, which is said.
_MAX_EARLIER, _MAX_TRACE = 50, 3000


class Refusing(Protocol):
    """A gate, or those of several arms: what they refused, by the reason."""

    @property
    def rejections(self) -> Mapping[str, int]:
        """How often, by the reason."""
        ...


class Measuring(Protocol):
    """What has a clock and joints: a driver."""

    @property
    def now_s(self) -> float:
        """Seconds, monotonic."""
        ...

    def state(self) -> RobotState:
        """As measured; of several arms the first one's."""
        ...


class Several(Refusing, Measuring, Protocol):
    """Several arms that move at once."""

    def joints(self) -> Mapping[str, tuple[ArmSpec, RobotState]]:
        """Every arm's, as measured, by its name."""
        ...


class Roving(Refusing, Protocol):
    """A base that drives, with or without an arm."""

    @property
    def now_s(self) -> float:
        """Seconds, monotonic."""
        ...

    def pose(self) -> MapPose:
        """Where it believes to stand, the map's frame."""
        ...


class FlightRecorder:
    """Records one agent. `perception`, `planner`, `skills`, `cameras` give what the agent works
    with instead of its own; `watch` begins; `close` ends the last file.

    FileError at once for a folder that cannot be written. What cannot be written later is told in
    a warning, and no command ends for it.
    """

    def __init__(
        self,
        settings: Settings,
        arm: ArmSpec,
        tell: Callable[[str], None] = _log.warning,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.settings, self._arm, self._clock = settings, arm, clock
        limit = settings.limit_mb
        if limit is None and not settings.folder:
            limit = places.LIMIT_MB
        self.folder = places.opened(settings.folder)
        self._inbox = Inbox()
        writes = settings.keeps == "commands"
        self._scribe = Scribe(self.folder, self._inbox, writes, limit, tell=tell)
        self._wall0, self._mono0 = time.time_ns(), time.monotonic_ns()
        self._begun_ns, self._begun_robot_s = self._wall0, 0.0
        self.session, self._number = places.new_session(), 0
        self._pictures, self._faults = itertools.count(1), 0
        self._pace = Pace(settings.pictures_hz, settings.share, clock)
        self._next_joints_s, self._turn, self._rejected = 0.0, 0, 0
        #: By camera: the picture that was taken last, and when on the monotonic clock.
        self.newest: dict[str, tuple[float, CameraFrame]] = {}
        #: Nothing is recorded while this is set.
        self.muted = False
        self._known: Scene | None = None
        self._earlier: list[dict[str, Any]] = []
        self._trace: list[dict[str, Any]] = []
        self._left_out, self._command, self._under_way = 0, "", False
        self._asked: list[tuple[PlanRequest, PlanResult]] = []
        self._driver: Measuring | None = None
        self._cameras: tuple[Camera, ...] = ()
        self._gate: Refusing | None = None
        self._several: Several | None = None
        self._roving: Roving | None = None
        self._name = arm.name
        self._onlooker: Onlooker | None = None
        self._kinematics: Kinematics | None = None  # the scribe's own

    @property
    def files(self) -> list[Path]:
        """Files that were begun, the newest last."""
        return self._scribe.files

    # --- what the agent works with ----------------------------------------------------------

    def perception(self, module: PerceptionModule) -> PerceptionModule:
        """The module, watched."""
        return WatchedPerception(module, self)

    def planner(self, module: PlanningModule) -> PlanningModule:
        """The module, watched."""
        return WatchedPlanner(module, self)

    def skills(self, skills: SkillExecutor) -> WatchedSkills:
        """The skills, watched."""
        return WatchedSkills(skills, self)

    def watch(
        self,
        driver: RobotDriver,
        cameras: Sequence[Camera],
        gate: MotionGate | None,
        simulated: bool,
    ) -> None:
        """Record this robot from now on. gate: None where it is another process's. simulated:
        pictures are rendered in the control thread."""
        self._driver, self._cameras, self._gate = driver, tuple(cameras), gate
        if not simulated and self._cameras and self.settings.pictures_hz > 0:
            self._onlooker = Onlooker(self._cameras, self.settings.pictures_hz, self._picture)

    def watch_several(self, crew: Several, cameras: Sequence[Camera]) -> None:
        """Record several simulated arms from now on, as one flight. cameras: that see all of them."""
        self._several, self._driver, self._gate = crew, crew, crew
        self._cameras = tuple(cameras)

    def watch_base(self, base: Roving, name: str, cameras: Sequence[Camera]) -> None:
        """Record a simulated base from now on, in the place of an arm alone: poses instead of joints,
        `joints_hz` of them a second. name: the base's."""
        self._roving, self._gate, self._name = base, base, name
        self._cameras = tuple(cameras)

    def close(self) -> None:
        """End the last file; waits for what is still to be written, at most some seconds."""
        if self._onlooker is not None:
            self._onlooker.close()
        self._scribe.close()

    # --- what is told -----------------------------------------------------------------------

    @harmless
    def on_event(self, event: Event) -> None:
        """An event of a command: some begin and end a flight."""
        if isinstance(event, CommandRead | CommandTakenUp):
            self._begin(event.command)
        if isinstance(event, PlanWritten):
            self._will_do(event.plan)
        told = event.to_json()
        if isinstance(event, Rehearsed):
            self.skill("foretold", change=told["change"])
        self._note(topics.EVENT, lambda: [(topics.EVENT, told, 0)])
        if isinstance(event, CommandEnded):
            self._ended(event.status, event.reply)
        if isinstance(event, CommandSetAside):
            self._left_out += 1  # in two files: neither can be carried out again alone
            self._ended("aside", "Others come first: I'll go on with this afterwards.")

    @harmless
    def looked(self, observation: Observation, scene: Scene | None, error: str) -> None:
        """A look, with the pictures as perception had them."""
        frames = tuple(telling.kept(frame) for frame in observation.frames)
        self.newest |= {frame.camera: (time.monotonic(), frame) for frame in frames}
        numbers = tuple(itertools.islice(self._pictures, len(frames)))
        now = self._now_ns()
        weight = sum(f.rgb.nbytes + f.depth.nbytes for f in frames)
        self._note(
            topics.LOOK,
            lambda: telling.look(frames, numbers, observation, scene, error, now),
            weight + 5000,
        )
        if scene is not None:
            self._known = scene
        if error:
            self.fault(f"perception: {error}")

    @harmless
    def planned(self, request: PlanRequest, result: PlanResult | None, error: str) -> None:
        """A plan, or why there is none."""
        if result is not None:
            self._asked.append((request, result))

        def made() -> Made:
            told = {
                "request": values.request_data(request),
                "result": None if result is None else values.result_data(result),
                "error": error,
            }
            yield topics.PLANNING, told, 0

        self._note(topics.PLANNING, made, 5000)

    @harmless
    def skill(self, kind: str, **what: Any) -> None:
        """What went through the skills."""
        told = {"kind": kind, **what}
        if len(self._trace) < _MAX_TRACE:
            self._trace.append(told)
        self._note(topics.SKILL, lambda: [(topics.SKILL, telling.skill_data(told), 0)], 3000)
        if kind == "broke":
            self.fault(what["error"])
        report = what.get("report")
        if report is not None and report.failure in _FAULTS:
            self.fault(f"{report.failure.value}: {report.words}")
        self._look_at_gate()

    def forgotten(self) -> None:
        """A new session."""
        self._earlier, self._trace, self._asked, self._known = [], [], [], None
        self._left_out = 0

    @harmless
    def safety(self, state: str, words: str, fault: bool = False) -> None:
        """The supervisor's state changed, or it or the gate refused something."""
        told = {"state": state, "words": words}
        self._note(topics.SAFETY, lambda: [(topics.SAFETY, told, 0)])
        if fault:
            self.fault(f"{state}: {words}")

    @harmless
    def on_safety(self, action: SafetyAction) -> None:
        """What the supervisor says, from any thread."""
        found = telling.safety(action)
        if found is not None:
            self.safety(*found)

    def fault(self, words: str) -> None:
        """Keep the last minute, in a file of its own."""
        self._faults += 1
        name = places.file_name("fault", self.session, self._faults, words)
        self._note(scribe.FAULT, lambda: (name, words), must=True)

    @harmless
    def on_advance(self) -> None:
        """After each control period: joints and pictures where they are due."""
        driver = self._roving or self._driver
        if driver is None:
            return
        now_s = driver.now_s
        if now_s >= self._next_joints_s or now_s < self._next_joints_s - 1.0:
            self._next_joints_s = now_s + 1 / self.settings.joints_hz
            if self._roving is not None:
                self._stands(self._roving.pose())
            elif self._driver is not None:
                self._joints(self._driver.state())
        if self._under_way and self._onlooker is None and self._cameras and self._pace.due(now_s):
            self._render()

    # --- inside -----------------------------------------------------------------------------

    def _now_ns(self) -> int:
        """The wall's time, which goes evenly even where somebody sets the clock."""
        return self._wall0 + time.monotonic_ns() - self._mono0

    def _robot_ns(self, now_ns: int) -> int:
        driver = self._roving or self._driver
        if driver is None:
            return now_ns
        return self._begun_ns + round((driver.now_s - self._begun_robot_s) * 1e9)

    def _note(
        self, topic: str, make: Callable[[], Any], weight: int = 1000, must: bool = False
    ) -> None:
        now = self._now_ns()
        robot = max(self._robot_ns(now), 0)
        self._inbox.put(Item(topic, now, robot, make, weight, must))

    def _begin(self, command: str) -> None:
        self._number += 1
        self._command, self._asked = command, []
        self._begun_ns = self._now_ns()
        driver = self._roving or self._driver
        self._begun_robot_s = 0.0 if driver is None else driver.now_s
        before, self._trace = self._trace, []
        earlier, known, left_out = tuple(self._earlier), self._known, self._left_out
        name = places.file_name("flight", self.session, self._number, command)
        about = {
            "command": command, "robot": self._name, "session": self.session,
            "number": str(self._number),
        }  # fmt: skip
        more = dict(self.settings.about)
        arms: dict[str, Any] = {"joints": list(self._arm.joint_names)}
        if self._several is not None:
            named = self._several.joints().items()
            arms["joints"] = [
                f"{name}/{joint}" for name, (arm, _) in named for joint in arm.joint_names
            ]
            arms["skills"] = SEVERAL
        if self._roving is not None:
            arms = {"joints": [], "skills": ROVING}

        def made() -> Begun:
            about["llmagentos"] = code_version.version()
            header = {
                **about, **more, **arms,
                "known": None if known is None else asdict(known),
                "earlier": [telling.earlier_data(one) for one in earlier],
                "left_out": left_out,
                "before": [telling.skill_data(one) for one in before],
            }  # fmt: skip
            return Begun(name, about, header)

        self._note(scribe.BEGIN, made, must=True)
        self._note(topics.LOG, self._said(command, "person"))
        self._pace.begin()
        self._under_way = True
        if self._onlooker is not None:
            self._onlooker.wanted.set()

    def _will_do(self, plan: Any) -> None:
        """Just before execution gets it: where a replay begins."""
        meant = self._asked[0][0].command if self._asked else self._command
        result = next((r for _, r in reversed(self._asked) if r.plan == plan), PlanResult(plan))
        self.skill("begin", result=result, meant=meant, command=self._command)

    def _ended(self, status: str, reply: str) -> None:
        self._under_way = False
        self._pace.end()
        if self._onlooker is not None:
            self._onlooker.wanted.clear()
        self._look_at_gate()
        said = self._said(reply, "robot")
        self._note(scribe.END, said, must=True)
        self._left_out += len(self._trace) >= _MAX_TRACE or len(self._earlier) >= _MAX_EARLIER
        one = {"command": self._command, "status": status, "trace": self._trace}
        self._earlier = [*self._earlier, one][-_MAX_EARLIER:]
        self._trace, self._command = [], ""

    def _said(self, words: str, who: str) -> Callable[[], Made]:
        now = self._now_ns()
        return lambda: [(topics.LOG, messages.log(words, who, now), 0)]

    def _look_at_gate(self) -> None:
        if self._gate is None:
            return
        refused = self._gate.rejections
        count = sum(refused.values())
        if count != self._rejected:
            self._rejected = count
            told = ", ".join(f"{reason} ({n} times)" for reason, n in refused.items())
            self.safety("gate", f"the motion gate has refused: {told}", fault=True)

    def _joints(self, state: RobotState) -> None:
        now = self._now_ns()
        several = None if self._several is None else self._several.joints()

        def made() -> Made:
            if several is not None:
                yield topics.JOINTS, messages.joint_states_of(several, now), 0
                return
            yield topics.JOINTS, messages.joint_states(state, self._arm, now), 0
            yield topics.TF, {"transforms": [self._tool(state, now)]}, 0

        self._note(topics.JOINTS, made, 400)
        self._look_at_gate()

    def _stands(self, pose: MapPose) -> None:
        now = self._now_ns()
        self._note(
            topics.TF, lambda: [(topics.TF, {"transforms": [messages.on_map(pose, now)]}, 0)], 300
        )
        self._look_at_gate()

    def _tool(self, state: RobotState, now: int) -> Any:
        if self._kinematics is None:
            self._kinematics = Kinematics(self._arm)
        placement = self._kinematics.tip_placement(state.positions).homogeneous
        return messages.transform(messages.TOOL, np.asarray(placement), now)

    def _render(self) -> None:
        """One camera after the other, a picture each turn."""
        began = self._clock()
        camera = self._cameras[self._turn % len(self._cameras)]
        self._turn += 1
        try:
            self._picture(camera.capture())
        except LLMAgentOSError as error:  # perception says so to the person
            _log.debug("flight: no picture of %s: %s", camera.name, error)
        self._pace.took(self._clock() - began)

    def _picture(self, frame: CameraFrame) -> None:
        number, now, frame = next(self._pictures), self._now_ns(), telling.kept(frame, depth=False)
        self.newest[frame.camera] = (time.monotonic(), frame)
        topic = topics.of_camera(frame.camera, "image")

        def made() -> Made:
            yield topic, messages.color_image(frame, now, exact=False), number
            yield topics.TF, telling.stands(frame, now), 0

        self._note(topic, made, frame.rgb.nbytes)
