"""The composition root: the only place of the core that names sim and llm_edge.

Knows: how to get a simulated world, its scenes and recordings, and a language model; each only
inside functions, so that a robot without PyBullet imports this. Does not know: the agent, nor how
modules are wired (builder.py).
"""

from __future__ import annotations

import importlib
import logging
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import FileError, MissingDependencyError, ModelError, SceneError
from llmagentos.events import EventBus
from llmagentos.files import is_there, read_yaml, shown, written
from llmagentos.ports.hardware import Camera, RobotDriver
from llmagentos.ports.meaning import WordMeaning
from llmagentos.ports.modules import PlanningModule
from llmagentos.robots import DEFAULT_ROBOT, ArmSpec, load
from llmagentos.safety.guard import Thing

_log = logging.getLogger(__name__)
#: What only the extra `rl` brings.
_OF_RL = ("torch", "stable_baselines3", "tensorboard")


def _optional(module: str, extra: str) -> Any:
    """Import an optional part, or say which extra brings it."""
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as exc:
        if (exc.name or "").split(".")[0] in _OF_RL:
            extra = "rl"
        raise MissingDependencyError(
            f"expected package '{exc.name}' for {module}, got none: "
            f"pip install 'llmagentos[{extra}]'"
        ) from exc


def load_scene(scene: Any, seed: int = 0, robot: str | Path = "") -> Any:
    """A SceneSpec from a spec, a mapping, a file, a shipped scene's name, "random" or None.

    robot: the arm's name or folder, instead of the scene's. Positions stay where they fit its work
    area, else things are moved into it (`SceneSpec.with_robot`), which is logged as a warning.
    Raises SceneError, RobotError.
    """
    if scene == "random":
        return random_scene(seed, robot=str(robot) or DEFAULT_ROBOT)
    if "rooms" in (_rows_of(scene) or ()):
        raise SceneError(
            f"{shown(scene) if isinstance(scene, str | Path) else 'scene'}: expected a table with "
            "objects, got a flat with rooms, which run, chat and plan take"
        )
    if robot:
        load(robot)
        given = load_scene(scene, seed)
        spec = given.with_robot(str(robot))
        if [o.position for o in spec.objects] != [o.position for o in given.objects]:
            _log.warning(
                "%s: positions do not fit the work area of %s; things were moved into it",
                "demo" if scene is None else scene if isinstance(scene, str | Path) else "scene",
                robot,
            )
        return spec
    spec = _optional("sim.scene", "sim").SceneSpec
    if isinstance(scene, spec):
        return scene
    if isinstance(scene, Mapping):
        return spec.from_dict(dict(scene))
    path = Path("demo" if scene is None else scene)
    shipped = _scene_folder() / f"{path.name}.yaml"
    if not is_there(path) and path.suffix == "" and is_there(shipped):
        path = shipped
    if not is_there(path):
        names = ", ".join(name for name, _, _ in list_scenes())
        raise SceneError(f"expected a scene file or one of {names}, random; got '{shown(path)}'")
    return spec.from_yaml(path)


def load_place(scene: Any, seed: int = 0, robot: str | Path = "") -> Any:
    """What `Agent.in_simulation` takes: a flat (FlatSpec) where `rooms` say that it is one, else a table
    (SceneSpec, see load_scene). A shipped flat has a name, too. robot: of a flat, its base.

    Raises SceneError, also for what is neither, and RobotError.
    """
    flats = _optional("sim.flats.spec", "sim").FlatSpec
    found = scene
    if not isinstance(scene, flats):
        data = _rows_of(scene)
        if data is None or "rooms" not in data:
            known = set(_optional("sim.scene", "sim").SceneSpec.model_fields)
            if data and not known & set(data):
                raise SceneError(
                    f"{shown(scene) if isinstance(scene, str | Path) else 'scene'}: expected a table "
                    f"(objects) or a flat (rooms), got {', '.join(map(str, data))}"
                )
            return load_scene(scene, seed, robot)
        found = (
            flats.from_dict(data) if isinstance(scene, Mapping) else flats.from_yaml(_file(scene))
        )
    return found.with_base(str(robot)) if robot else found


def _file(scene: str | Path) -> Path:
    """The path, or the shipped flat's of that name."""
    path = Path(scene)
    shipped = _scene_folder().parent / "flats" / f"{path.name}.yaml"
    return shipped if path.suffix == "" and not is_there(path) and is_there(shipped) else path


def _rows_of(scene: Any) -> Mapping[str, Any] | None:
    """The fields of what may be a flat; None for what is none, or can't be read."""
    if isinstance(scene, Mapping):
        return scene
    if not isinstance(scene, str | Path) or not is_there(_file(scene)):
        return None
    try:
        data = read_yaml(_file(scene), "a scene file")
    except FileError:  # whoever reads it next says what is wrong with it
        return None
    return data if isinstance(data, dict) else None


def is_flat(place: Any) -> bool:
    """Whether a place of `load_place` is a flat that a base drives in."""
    return isinstance(place, _optional("sim.flats.spec", "sim").FlatSpec)


def simulated_flat(flat: Any, **options: Any) -> Any:
    """A flat's world with its base: see sim.flats.flat.SimulatedFlat."""
    return _optional("sim.flats.flat", "sim").SimulatedFlat(flat, **options)


def random_scene(
    seed: int, n_objects: int | None = None, robot: str = DEFAULT_ROBOT, things: int = 0
) -> Any:
    """A random SceneSpec that can exist, where an arm (by name or folder) works; things: so many
    more that are none of our kinds."""
    module = _optional("sim.random_scenes", "sim")
    return module.random_scene(seed, n_objects, robot=robot, things=things)


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


def load_llm(name: str | None = None, engine: str = "auto", **server: Any) -> Any:
    """The language model of that name, folder or address, on an engine: "auto" (the best that is
    there), a name of `llm_edge.engines.table`, or a server's http address. server: `timeout_s`,
    `retries` and the like, for servers alone.

    Raises MissingDependencyError where a named engine is not there, else ModelError.
    """
    return llm_class()(name or DEFAULT_MODEL, engine=engine or "auto", **server)


def has_model(name: str) -> bool:
    """Whether a model of this name or at this path is on this machine."""
    return any(row["name"] == name for row in model_manager().models()) or is_there(name)


def is_address(name: str) -> bool:
    """Whether a model or engine is a server's address."""
    return name.startswith(("http://", "https://"))


def sensor_noise(seed: int, **figures: float) -> Any:
    """A sim.noise.SensorNoise."""
    return _optional("sim.noise", "sim").SensorNoise(seed=seed, **figures)


def named_noise(name: str, seed: int) -> Any:
    """A sim.noise.SensorNoise by its severity's name. Raises ConfigError."""
    return _optional("sim.noise", "sim").severity(name, seed)


def model_manager() -> Any:
    """The module that lists, describes, builds, checks, measures and adds language models."""
    return _optional("llm_edge.manage", "sim")


def serve_models(names: Sequence[str], **options: Any) -> None:
    """Serve models on board to other programs until this one is stopped; see llm_edge.serving.run."""
    _optional("llm_edge.serving.run", "serve").serve(names, **options)


def load_planner(model: Any = None, engine: str = "auto") -> PlanningModule:
    """The planner on board, around an LLM object (then `engine` is not looked at), or a name,
    folder or address on an engine (see load_llm)."""
    planner: PlanningModule = _optional("llm_edge.planner", "sim").LLMPlanner(
        model if hasattr(model, "plan") else load_llm(model, engine)
    )
    return planner


def word_meaning() -> WordMeaning | None:
    """What words mean, by the shipped planner's encoder; None where it is not there. Nothing is
    loaded before the first word is looked up."""
    try:
        made: WordMeaning = _optional("llm_edge.meaning", "sim").EncoderWords()
    except (MissingDependencyError, ModelError) as exc:
        _log.warning("what was said is found by its words alone: %s", exc)
        return None
    return made


def reinforcement(part: str) -> Any:
    """A module of sim.rl, which trains and judges policies: "choice", "runs", "evaluate" ..."""
    return _optional(f"sim.rl.{part}", "sim")


def data_sets(part: str) -> Any:
    """A module of sim.data, which writes and reads data sets: "reader", "check", "oracle" ..."""
    return _optional(f"sim.data.{part}", "sim,data")


def faults() -> Any:
    """The package sim.faults: faults that are injected into simulated sessions."""
    return _optional("sim.faults", "sim")


def rehearsed_calibration(robot: str, board: Any, **options: Any) -> Any:
    """Pictures of a calibration board from a simulated camera; see sim.boards.rehearsed."""
    return _optional("sim.boards", "sim").rehearsed(robot, board, **options)


class Simulated:
    """A simulated world as the builder and the benchmarks take it: driver, cameras, truth.

    scene, robot: see `load_scene`. seed: noise, light, random scenes. view: PyBullet's window.
    noise: a sim.noise.SensorNoise. world: the sim.world.SimWorld, for what only a simulation can
    do.
    """

    def __init__(
        self,
        scene: Any = None,
        seed: int = 0,
        view: bool = False,
        noise: Any = None,
        robot: str | Path = "",
    ) -> None:
        spec = load_scene(scene, seed, robot)
        # Torques are of the first arm alone; a team does without.
        options = {"senses_torques": len(spec.robots) < 2}
        options |= {} if noise is None else {"noise": noise}
        make = _optional("sim.world", "sim").SimWorld
        self.world = make(spec, seed=seed, view=view, **options)
        self.arm: ArmSpec = load(self.world.scene.robot)
        self.driver: RobotDriver = self.world
        self.cameras: tuple[Camera, ...] = (self.world.overhead,)
        #: Cameras that no module looks through.
        self.other_cameras: tuple[Camera, ...] = (self.world.wrist,)
        self._seed, self._robot = seed, robot

    @property
    def has_several(self) -> bool:
        """Whether there is more than one arm at the table."""
        return len(self.world.scene.robots) > 1

    def crew(self, profile: str) -> Any:
        """All arms as a team: a sim.crew.SimCrew. profile: of each arm's speeds."""
        return _optional("sim.crew", "sim").SimCrew(self.world, profile)

    @property
    def onlooker(self) -> Camera:
        """A camera for people, from which all arms are seen."""
        found: Camera = self.world.observer
        return found

    def objects(self) -> Sequence[Mapping[str, Any]]:
        """Every object as it really is, as rows of a result."""
        rows: list[dict[str, Any]] = self.world.objects()
        return rows

    def held(self) -> str | None:
        """Id of what the fingers really hold."""
        held: str | None = self.world.held_truth()
        return held

    def turn_by_hand(self, near: Sequence[float], by_rad: float) -> None:
        """Turn the object that is nearest to a place (metres, base frame), as a person would."""
        rows = self.objects()
        if rows:
            nearest = min(rows, key=lambda row: math.dist(row["position"][:2], near[:2]))
            self.world.turn_by_hand(nearest["id"], by_rad)

    def things(self) -> Sequence[Thing]:
        """The scene's things that are more than their kinds, as their kind and colour, which is
        what a camera tells; for the plan guard."""
        return tuple(
            Thing(kind=o.kind, color=o.color, attributes=o.attributes)
            for o in self.world.scene.objects
            if o.attributes
        )

    def reset(self, scene: Any = None, seed: int | None = None) -> None:
        """Start over, in a new scene where one is given.

        A scene that names no arm is for this one, and is brought to its table where it does not fit
        there, as any is after a `robot` that stands instead of the scenes'. SceneError for another
        robot's.
        """
        spec = None if scene is None else self._for_this_arm(scene, seed)
        if spec is not None and load(spec.robot) is not self.arm:
            raise SceneError(
                f"expected a scene with this agent's robot {self.arm.name!r}, got {spec.robot!r}"
            )
        self.world.reset(spec, seed)

    def _for_this_arm(self, scene: Any, seed: int | None) -> Any:
        """A SceneSpec of what was given; one that names no arm with this one. Raises SceneError."""
        seed, robot = self._seed if seed is None else seed, self.world.scene.robot
        if scene == "random":
            return load_scene(scene, seed, robot)
        if isinstance(scene, Mapping) and "robot" not in scene:
            try:  # in the places and sizes of this arm's table
                return load_scene({**scene, "robot": robot}, seed)
            except SceneError as error:
                try:
                    return load_scene(scene, seed, robot)
                except SceneError:
                    raise error from None
        spec = load_scene(scene, seed, self._robot)
        return spec if "robot" in spec.model_fields_set else spec.with_robot(robot)

    def stop_key(self, stop: Callable[[], None]) -> Callable[[], None]:
        """What calls `stop` where the window's stop key was pressed; to be called each period."""
        key: Callable[[], None] = _optional("sim.window", "sim").StopKey(self.world.client, stop)
        return key

    def picture(self, width: int = 640, height: int = 480) -> Any:
        """The world for people: RGB uint8 [height, width, 3]."""
        return self.world.render_rgb(width, height)

    def mirror(self) -> Any:
        """What draws its camera's pictures in another process: a sim.mirror.Mirror."""
        return _optional("sim.mirror", "sim").Mirror(self.world)

    def close(self) -> None:
        """Give the physics back; the world is of no use afterwards."""
        self.world.close()


def need_rehearsal() -> None:
    """Raises MissingDependencyError where there is no simulator to try plans out in."""
    _optional("sim.rehearsal", "sim")


def rehearsal(arm: ArmSpec, state: Any, profile: str, policies: Any, kinematics: Any) -> Any:
    """What tries plans out in copies of what was seen; see sim.rehearsal.SimRehearsal. Raises
    MissingDependencyError without a simulator."""
    make = _optional("sim.rehearsal", "sim").SimRehearsal
    return make(arm, state, profile, policies, kinematics=kinematics)


def start_recording(robot: Any, events: EventBus, folder: Path) -> Any:
    """Record a simulated session into `folder`; see sim.recording.Recorder."""
    recorder = _optional("sim.recording", "sim").Recorder(
        folder, robot.simulation.picture, lambda: robot.now_s
    )
    robot.driver.observers.append(recorder.on_advance)
    events.subscribe(recorder.on_event)
    return recorder


def video(path: Path, width: int, height: int, fps: int) -> Any:
    """A video that takes pictures one by one; see sim.data.video.EpisodeVideo."""
    return _optional("sim.data.video", "sim").EpisodeVideo(path, width, height, fps)


def start_dataset(robot: Any, folder: Path, **options: Any) -> Any:
    """Record a simulated session's commands as a data set; see sim.data.session.SessionData."""
    recording = data_sets("session").SessionData(folder, robot.simulation.world, **options)
    robot.driver.observers.append(recording.on_advance)
    return recording
