"""The composition root: builds the parts of an agent and wires them together.

Knows: which implementation stands behind each port, in simulation. The only place of the core
that names sim and llm_edge, and only inside functions: a robot without PyBullet imports this.
Does not know: the agent's loop.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

from llmagentos.errors import FileError, MissingDependencyError, SceneError
from llmagentos.events import EventBus
from llmagentos.execution.executor import PlanExecutor
from llmagentos.files import is_there, shown, written
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.memory.session import SessionMemory
from llmagentos.motion.kinematics import Kinematics
from llmagentos.perception import TabletopPerception
from llmagentos.ports.modules import (
    ExecutionModule,
    LearningModule,
    PerceptionModule,
    PlanningModule,
)
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.robots import load
from llmagentos.safety.gate import GatedDriver, MotionGate
from llmagentos.safety.observed import ObservedDriver
from llmagentos.shipped import DEFAULT_MODEL
from llmagentos.skills import MotionSkills
from llmagentos.types import Action, Scene


@dataclass
class Parts:
    """What an agent is made of. Build it with `simulated_parts`, or by hand for a real robot.

    look: perceives now. truth, held: objects and what is held, for results (a simulator's truth,
    or what is perceived). recreate: a new session in a scene. engine: which model plans.
    """

    driver: ObservedDriver
    look: Callable[[], Scene]
    perception: PerceptionModule
    planning: PlanningModule
    execution: ExecutionModule
    learning: LearningModule
    skills: Any
    truth: Callable[[], Sequence[Mapping[str, Any]]]
    held: Callable[[], str | None]
    recreate: Callable[[Any, int | None], None]
    close: Callable[[], None]
    engine: Mapping[str, str] = field(default_factory=dict)
    world: Any = None
    events: EventBus = field(default_factory=EventBus)

    def act(self, action: Action, stopped: Event) -> SkillReport:
        """Carry out one action to its end, or until it is stopped."""
        self.skills.start(action)
        report: SkillReport = self.skills.tick()
        while report.status is SkillStatus.RUNNING:
            report = self.skills.stop() if stopped.is_set() else self.skills.tick()
        return report

    def reset(self, scene: Any = None, seed: int | None = None) -> Scene:
        """A new session; returns what is seen."""
        self.recreate(scene, seed)
        self.perception.reset()
        return self.look()


def _optional(module: str, extra: str) -> Any:
    """Import an optional part, or say which extra brings it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as exc:
        raise MissingDependencyError(
            f"expected package '{exc.name}' for {module}, got none: "
            f"pip install 'llmagentos[{extra}]'"
        ) from exc


def load_scene(scene: Any, seed: int = 0) -> Any:
    """A SceneSpec from a spec, a mapping, a file, a shipped scene's name, "random" or None."""
    spec = _optional("sim.scene", "sim").SceneSpec
    if isinstance(scene, spec):
        return scene
    if isinstance(scene, Mapping):
        return spec.from_dict(dict(scene))
    if scene == "random":
        return random_scene(seed)
    path = Path("demo" if scene is None else scene)
    shipped = _scene_folder() / f"{path.name}.yaml"
    if not is_there(path) and path.suffix == "" and is_there(shipped):
        path = shipped
    if not is_there(path):
        names = ", ".join(name for name, _, _ in list_scenes())
        raise SceneError(f"expected a scene file or one of {names}, random; got '{shown(path)}'")
    return spec.from_yaml(path)


def random_scene(seed: int, n_objects: int | None = None) -> Any:
    """A random SceneSpec that can exist."""
    return _optional("sim.random_scenes", "sim").random_scene(seed, n_objects)


def _scene_folder() -> Path:
    return Path(_optional("sim.scene", "sim").__file__).parent / "scenes"


def list_scenes() -> list[tuple[str, int, str]]:
    """Shipped scenes: name, number of objects, the file's first comment line."""
    spec = _optional("sim.scene", "sim").SceneSpec
    out = []
    for path in sorted(_scene_folder().glob("*.yaml")):
        first = path.read_text(encoding="utf-8").splitlines()[0].lstrip("# ")
        out.append((path.stem, len(spec.from_yaml(path).objects), first))
    return out


def render_scene(spec: Any, path: Path) -> None:
    """A picture of a scene, for people. FileError for a path that no picture can be written to."""
    from PIL import Image

    if path.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        got = path.suffix or "no ending"
        raise FileError(f"expected a picture ending in .png or .jpg at {shown(path)}, got {got}")
    with written(path, "a picture that can be written") as part:
        part.touch()  # a path that cannot be written is said before the world is built
        world = _optional("sim.world", "sim").SimWorld(spec)
        try:
            Image.fromarray(world.render_rgb(960, 720)).save(part)
        finally:
            world.close()


def llm_class() -> Any:
    """The class `LLM` of llm_edge."""
    return _optional("llm_edge.llm", "sim").LLM


def load_llm(name: str | None = None, engine: str = "auto") -> Any:
    """The language model of that name, folder or address, on an engine: "auto" (the best that is
    there), "onnx-cpu", "cuda", "tensorrt", or a server's http address.

    Raises MissingDependencyError where a named engine is not there, else ModelError.
    """
    return llm_class()(name or DEFAULT_MODEL, engine=engine or "auto")


def model_manager() -> Any:
    """The module that lists, describes, builds, checks, measures and adds language models."""
    return _optional("llm_edge.manage", "sim")


def load_planner(model: Any = None, engine: str = "auto") -> PlanningModule:
    """The planner on board, around an LLM object (then `engine` is not looked at), or a name,
    folder or address on an engine (see load_llm)."""
    planner: PlanningModule = _optional("llm_edge.planner", "sim").LLMPlanner(
        model if hasattr(model, "plan") else load_llm(model, engine)
    )
    return planner


def simulated_parts(
    scene: Any = None,
    *,
    seed: int = 0,
    llm: Any = None,
    view: bool = False,
    noise: Any = None,
    perception: PerceptionModule | None = None,
    planning: PlanningModule | None = None,
    execution: ExecutionModule | None = None,
    learning: LearningModule | None = None,
) -> Parts:
    """An agent's parts around a simulated arm, the scene's.

    scene: see `load_scene`. seed: noise, light, random scenes. llm: a name, folder, address or
    LLM object. view: PyBullet's window. noise: sim.noise.SensorNoise. perception, planning,
    execution, learning: own modules instead of ours.
    """
    world_module = _optional("sim.world", "sim")
    options = {} if noise is None else {"noise": noise}
    world = world_module.SimWorld(load_scene(scene, seed), seed=seed, view=view, **options)
    robot = load(world.scene.robot)
    kinematics = Kinematics(robot)
    # Nobody stands beside a simulated arm: it may use all of its rates.
    profile = "full"
    driver = ObservedDriver(
        GatedDriver(world, MotionGate.of(robot, profile, kinematics.tip_position))
    )
    eyes = perception or TabletopPerception(arm=robot)

    def look() -> Scene:
        return eyes.perceive((world.overhead.capture(),), world.state())

    memory = SessionMemory()
    skills = MotionSkills(driver, look, kinematics, profile=profile)
    planner = planning or load_planner(llm)
    events = EventBus()

    def recreate(new_scene: Any, new_seed: int | None) -> None:
        spec = None if new_scene is None else load_scene(new_scene, new_seed or seed)
        if spec is not None and load(spec.robot) is not robot:
            raise SceneError(
                f"expected a scene with this agent's robot {robot.name!r}, got {spec.robot!r}"
            )
        world.reset(spec, new_seed)
        skills.reset()
        memory.reset()
        doer.reset()

    doer: Any = execution or PlanExecutor(skills, memory, events.emit)
    return Parts(
        driver=driver,
        look=skills.see,
        perception=eyes,
        planning=planner,
        execution=doer,
        learning=learning or EpisodeLog(),
        skills=skills,
        truth=world.objects,
        held=world.held_truth,
        recreate=recreate,
        close=world.close,
        engine=getattr(planner, "engine", {}),
        world=world,
        events=events,
    )


def start_recording(parts: Parts, folder: Path) -> Any:
    """Record a simulated session into `folder`; see sim.recording.Recorder."""
    recorder = _optional("sim.recording", "sim").Recorder(
        folder, parts.world.render_rgb, lambda: parts.driver.now_s
    )
    parts.driver.observers.append(recorder.on_advance)
    parts.events.subscribe(recorder.on_event)
    return recorder
