"""Builds the modules of a robot's agent and wires them together: one way for all.

Knows: which implementation stands behind each port, and what is given to which; in simulation, on
hardware in this process, and (by `skills_for`) in a ROS executor. Does not know: the agent's loop,
PyBullet or language models (composition).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from llmagentos import composition, from_config
from llmagentos.audit import AuditLog
from llmagentos.audit.supervised import supervised
from llmagentos.audit.trail import AuditTrail, Untraced
from llmagentos.config import AgentConfig
from llmagentos.default_model import DEFAULT_MODEL, DRIVING_MODEL
from llmagentos.errors import ConfigError, PerceptionError
from llmagentos.events import EventBus, EventSink
from llmagentos.execution.executor import PlanExecutor
from llmagentos.execution.rehearsing import Rehearsing
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.learning.words import Lexicon
from llmagentos.local_robot import LocalRobot, observe
from llmagentos.memory.long_term import LongTermMemory
from llmagentos.memory.session import SessionMemory
from llmagentos.perception import TabletopPerception
from llmagentos.perception.glances import glances_of
from llmagentos.perception.shown import ShownThings
from llmagentos.ports.audit import Audit
from llmagentos.ports.hardware import Camera, RobotDriver
from llmagentos.ports.modules import (
    ExecutionModule,
    LanguageModel,
    LearningModule,
    PerceptionModule,
    PlanningModule,
)
from llmagentos.ports.robot import Simulation
from llmagentos.ports.understanding import Trust
from llmagentos.recorder import FlightRecorder
from llmagentos.recorder.cameras import shared
from llmagentos.robot_skills import Modules, rehearsal_for, skills_for
from llmagentos.robots import DEFAULT_ROBOT, ArmSpec, load
from llmagentos.robots.specs import DEFAULT_PROFILE, SIM_PROFILE
from llmagentos.roving import modules_in_flat
from llmagentos.safety.guard import GuardedSkills, GuardRules, PeopleInput, PlanGuard
from llmagentos.safety.runner import SupervisorPort
from llmagentos.safety.signals import Stop
from llmagentos.safety.supervising import PROCESS, THREAD, supervisor_for
from llmagentos.skills.learned import LEARNED
from llmagentos.team.building import team_of
from llmagentos.types import Scene

#: Nobody stands beside a simulated arm: it may use all of its rates.
SIMULATED_PROFILE = SIM_PROFILE
#: What `Agent.in_simulation` takes as a scene: see composition.load_scene.
SceneLike = Any
A = TypeVar("A", bound="Built")


def modules_for(
    driver: RobotDriver,
    cameras: Sequence[Camera],
    arm: ArmSpec,
    profile: str,
    *,
    simulation: Simulation | None = None,
    gripper_latency_s: float = 0.0,
    skills: str | Path = LEARNED,
    rehearses: bool = True,
    rehearsal: bool = False,
    trust: Trust | None = None,
    rules: GuardRules | None = None,
    people: PeopleInput | None = None,
    perception: PerceptionModule | None = None,
    execution: ExecutionModule | Callable[..., ExecutionModule] | None = None,
    learning: LearningModule | None = None,
    supervisor: SupervisorPort | None = None,
    audit: Audit | None = None,
    flight: FlightRecorder | None = None,
) -> Modules:
    """All around one driver and its cameras; own modules instead of ours where they are given.

    supervisor: see skills_for; its goals are the agent's commands. audit: what guard, gate and
    supervisor write.
    flight: listens to all of them.
    rules, people: of the plan guard that stands before the skills. execution: a module, or what
    makes one of `skills=` (guarded) and `sink=` (told every event). Raises ConfigError for rules
    that cannot be.
    """
    events = EventBus()
    cameras = cameras if simulation is not None else shared(cameras)  # threads ask them, too
    eyes = glances_of(cameras, lambda: driver.now_s)
    seeing = perception or TabletopPerception(arm=arm, shown=ShownThings())
    if flight is not None:
        seeing = flight.perception(seeing)

    def look() -> Scene:
        if able.permit is not None:
            able.permit.pause()
        eye = robot.seeing
        if eye is None:
            raise PerceptionError("expected a module that sees, got none: it was taken out")
        scene: Scene = eye.perceive(observe(driver, cameras))
        return scene

    able = skills_for(
        driver,
        look,
        arm,
        profile,
        gripper_latency_s,
        skills=skills,
        supervisor=supervisor,
        audit=audit,
        sight=eyes.glance,
    )
    if supervisor is not None and audit is not None:
        supervisor.subscribe(supervised(audit))
    told = tuple if simulation is None else simulation.things
    acting = able.skills if flight is None else flight.skills(able.skills)
    guarded = GuardedSkills(acting, PlanGuard(rules, people, audit, told=told))
    robot = LocalRobot(able.driver, cameras, guarded, simulation, able.permit, able.keeper, eyes)
    robot.seeing = seeing
    if execution is None:
        tried = None
        if rehearsal:
            # A supervisor that goes by the machine's clock lets nobody hang for 0.1 s in mid-motion.
            stands = simulation is not None and (supervisor is None or not supervisor.by_the_wall)
            made = rehearsal_for(able, arm, profile, skills)
            tried = Rehearsing(made, events.emit, behind=stands)
        execution = PlanExecutor(guarded, None, events.emit, rehearses, robot.observe, trust, tried)
    elif callable(execution):
        execution = execution(skills=guarded, sink=events.emit)
    if flight is not None:
        others = () if simulation is None else simulation.other_cameras
        flight.watch(able.driver, (*cameras, *others), able.gate, simulation is not None)
        able.driver.observers.append(flight.on_advance)
        events.subscribe(flight.on_event)
        if supervisor is not None:
            supervisor.subscribe(flight.on_safety)
    return Modules(robot, seeing, execution, learning or EpisodeLog(), events, flight)


def _stop_by_key(robot: Any) -> None:
    """The window's stop key stops a simulated robot."""
    supervisor: SupervisorPort | None = robot.supervisor
    if supervisor is not None:
        post = supervisor.post
        key = robot.simulation.stop_key(lambda: post(Stop("the window", "the window")))
        robot.driver.observers.append(key)


class Built:
    """The ways to build a robot's agent; `Agent` has them as class methods."""

    @classmethod
    def in_simulation(
        cls: type[A],
        scene: SceneLike = None,
        *,
        robot: str | Path = "",
        seed: int = 0,
        llm: Any = None,
        engine: str = "auto",
        profile: str = SIMULATED_PROFILE,
        view: bool = False,
        noise: Any = None,
        skills: str | Path = LEARNED,
        rehearses: bool = True,
        rehearsal: bool = False,
        trust: Trust | None = None,
        rules: GuardRules | None = None,
        people: PeopleInput | None = None,
        perception: PerceptionModule | None = None,
        planning: PlanningModule | None = None,
        execution: ExecutionModule | Callable[..., ExecutionModule] | None = None,
        learning: LearningModule | None = None,
        words: Lexicon | bool = True,
        past: LongTermMemory | None = None,
        flight: FlightRecorder | None = None,
        audit: Untraced | None = None,
        supervisor: str | SupervisorPort = THREAD,
        on_event: EventSink | None = None,
    ) -> A:
        """An agent with a simulated robot: an arm at a table, a base in a flat (docs/navigation.md), or all arms
        of a scene that has several (`robots:`, llmagentos.team); those know no rehearsal in copies, and no
        perception or execution of one's own.

        scene: a SceneSpec or FlatSpec, a mapping, a YAML file's path, "random", a shipped scene's or
        flat's name, or None for the demo scene. robot: the name or folder of the arm, in a flat of the
        base, instead of the scene's. seed: noise, light, random scenes. llm: a name, folder, address or LLM
        object, None for the shipped one of such a robot; engine: what runs it (composition.load_llm).
        profile: one of the arm's speed profiles. view: PyBullet's window, in which `k` stops. noise: a
        sim.noise.SensorNoise. skills: "learned", "scripted" or a folder with policies (see skills_for).
        rehearses: go through each plan in memory first. rehearsal: try each plan out in copies of what
        was seen, too. trust: how sure a plan must be. rules: the plan guard's settings
        (docs/safety.md); people: what detectors report people to. perception, planning,
        execution, learning: own modules instead of ours. words: what people taught, as
        `Lexicon(path)`; True: until the agent ends, False: it takes none. past: what is
        remembered over restarts (llmagentos.memory.long_term). audit: where it is recorded
        what was asked and done; None: nowhere. supervisor: "thread", or "process" for one
        of its own (llmagentos.safety.supervising). on_event: told every event. Raises
        SceneError, RobotError, ModelError, MissingDependencyError.
        """
        place = composition.load_place(scene, seed, robot)
        in_flat = composition.is_flat(place)
        named = llm or (DRIVING_MODEL if in_flat else DEFAULT_MODEL)
        planner = planning or composition.load_planner(named, engine)
        if in_flat:
            made = modules_in_flat(
                place, profile, lambda now_s: supervisor_for(supervisor, now_s), seed=seed,
                view=view, noise=noise, skills=skills, rehearses=rehearses, trust=trust, rules=rules,
                people=people, perception=perception, execution=execution, learning=learning,
                audit=audit, flight=flight,
            )  # fmt: skip
            if view:
                _stop_by_key(made.robot)
            return cls._of(made, planner, on_event, words, audit, past)
        world = composition.Simulated(place, seed, view, noise, robot)
        if world.has_several:
            own = {"perception": perception, "execution": execution}
            crew = world.crew(profile)
            team = team_of(
                world, crew, planner, rehearses, trust, rules, people, own, audit=audit, flight=flight,
                cameras=(world.onlooker,), supervisor=supervisor_for(supervisor, lambda: crew.now_s),
            )  # fmt: skip
            several = Modules(
                team.robot, team.perception, team.execution, learning or EpisodeLog(), team.events
            )
            if view:
                _stop_by_key(team.robot)
            made_agent = cls._of(several, team.planning, on_event, words, audit, past)
            made_agent.flight = flight  # type: ignore[attr-defined]
            return made_agent
        made = modules_for(
            world.driver,
            world.cameras,
            world.arm,
            profile,
            simulation=world,
            skills=skills,
            rehearses=rehearses,
            rehearsal=rehearsal,
            trust=trust,
            rules=rules,
            people=people,
            perception=perception,
            execution=execution,
            learning=learning,
            flight=flight,
            supervisor=supervisor_for(supervisor, lambda: world.driver.now_s),
            audit=audit,
        )
        if view:
            _stop_by_key(made.robot)
        return cls._of(made, planner, on_event, words, audit, past)

    @classmethod
    def on_robot(
        cls: type[A],
        driver: RobotDriver,
        cameras: Sequence[Camera],
        *,
        robot: str | Path = DEFAULT_ROBOT,
        profile: str = DEFAULT_PROFILE,
        gripper_latency_s: float = 0.0,
        llm: Any = None,
        engine: str = "auto",
        skills: str | Path = LEARNED,
        rehearses: bool = True,
        rehearsal: bool = False,
        trust: Trust | None = None,
        rules: GuardRules | None = None,
        people: PeopleInput | None = None,
        perception: PerceptionModule | None = None,
        planning: PlanningModule | None = None,
        execution: ExecutionModule | Callable[..., ExecutionModule] | None = None,
        learning: LearningModule | None = None,
        words: Lexicon | bool = True,
        past: LongTermMemory | None = None,
        flight: FlightRecorder | None = None,
        audit: Untraced | bool = True,
        supervisor: str | SupervisorPort = PROCESS,
        on_event: EventSink | None = None,
    ) -> A:
        """An agent with a real robot in this process, behind the safety gate.

        driver, cameras: see llmagentos.ports.hardware; the driver is connected here and
        disconnected by `destroy()`. robot: the arm's name or folder. gripper_latency_s: how late
        the fingers may begin to move. audit: True: in the user's state folder, and nothing moves
        where it can't be kept; False: nowhere. The others as for `in_simulation`. Raises
        DriverError, ModelError, RobotError.
        """
        planner = planning or composition.load_planner(llm, engine)
        if isinstance(audit, bool):
            audit = AuditTrail(AuditLog(needed=True)) if audit else Untraced()
        arm = load(robot)
        driver.connect()
        made = modules_for(
            driver,
            cameras,
            arm,
            profile,
            gripper_latency_s=gripper_latency_s,
            skills=skills,
            rehearses=rehearses,
            rehearsal=rehearsal,
            trust=trust,
            rules=rules,
            people=people,
            perception=perception,
            execution=execution,
            learning=learning,
            flight=flight,
            supervisor=supervisor_for(supervisor),
            audit=audit,
        )
        return cls._of(made, planner, on_event, words, audit, past)

    @classmethod
    def from_config(
        cls: type[A],
        config: AgentConfig,
        on_event: EventSink | None = None,
        origin: str = "python",
    ) -> A:
        """The agent that a configuration describes (llmagentos.config), simulated or on a robot.

        origin: where its commands come from, for the audit record: cli, chat, python, ros.
        Raises ConfigError, SceneError, RobotError, ModelError, DriverError,
        MissingDependencyError.
        """
        if config.driver is not None:
            return cls._all_or_nothing(cls.on_robot, from_config.hardware(config, origin), on_event)
        if config.graph is not None:
            raise ConfigError(
                f"expected a robot for this process, got the ROS graph '{config.graph}': "
                "its agent takes commands by llmagentos command"
            )
        made = from_config.simulation(config, origin)
        return cls._all_or_nothing(cls.in_simulation, made, on_event)

    @staticmethod
    def _all_or_nothing(make: Callable[..., A], made: dict[str, Any], on_event: Any) -> A:
        """The agent; what was started for one that can't be is ended."""
        try:
            return make(**made, on_event=on_event)
        except BaseException:
            from_config.give_back(made)
            raise

    @classmethod
    def _of(
        cls: type[A],
        made: Modules,
        planner: PlanningModule,
        on_event: EventSink | None,
        words: Lexicon | bool,
        audit: Untraced | None,
        past: LongTermMemory | None,
    ) -> A:
        llm: LanguageModel | None = getattr(planner, "llm", None)
        if made.flight is not None:
            planner = made.flight.planner(planner)
        make: Any = cls
        guard = getattr(getattr(made.execution, "skills", None), "guard", None)
        if isinstance(guard, PlanGuard) and isinstance(audit, AuditTrail):
            guard.audit = audit.log
        memory = getattr(made.execution, "memory", None)
        if isinstance(memory, SessionMemory):
            memory.past = past
        taught = words if isinstance(words, Lexicon) else Lexicon() if words else None
        agent: A = make(
            **vars(made),
            planning=planner,
            llm=llm,
            on_event=on_event,
            words=taught,
            audit=audit,
            past=past,
        )
        return agent
