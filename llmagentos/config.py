"""What an agent is made of, as data: typed, checked, read from YAML and written to it.

Knows: every setting with its default and what it may be. Does not know: what is built from it
(builder.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import ConfigError
from llmagentos.files import read_yaml
from llmagentos.ports.understanding import Trust

C = TypeVar("C", bound="AgentConfig")
#: What pydantic names a field's alternatives by, in the place of an error.
_OPTIONS = ("str", "Mapping[str, Any]", "NoiseConfig")


class Part(BaseModel):
    """Fields of a configuration: nothing unknown, nothing changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


class ModuleConfig(Part):
    """One of the four modules. In YAML its name alone may stand for it."""

    use: str = Field(
        "builtin",
        min_length=1,
        description="builtin, the name of an installed one, or package.module:Class",
    )
    options: Mapping[str, Any] = Field({}, description="keyword arguments of that class")

    @model_validator(mode="before")
    @classmethod
    def _by_name(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value


class AgentModuleConfig(ModuleConfig):
    """One of the four modules, and where it runs (docs/runtime.md)."""

    runs: Literal["here", "service"] | Mapping[str, str] = Field(
        "here",
        description="here, in this process; service, in one of its own that this agent keeps; "
        "{service: NAME}, one that is there already and that several agents share",
    )
    fallback: ModuleConfig | None = Field(
        None, description="what stands in, in this process, while the service fails; none: nothing"
    )
    answers_within_s: float | None = Field(
        None,
        gt=0.0,
        le=3600.0,
        description="a service that takes longer has failed; none: 5 for perception and learning, "
        "20 for a slice of execution, 60 for planning",
    )
    priority: int = Field(
        0, ge=-100, le=100, description="of this agent's calls at a service that several share"
    )
    cache: int = Field(
        0,
        ge=0,
        le=100_000,
        description="so many answers are kept, for the same picture or command; only for modules "
        "that remember nothing themselves, as our planner",
    )

    @model_validator(mode="after")
    def _one_service(self) -> AgentModuleConfig:
        if not isinstance(self.runs, str) and list(self.runs) != ["service"]:
            raise ValueError(f"expected runs: here, service or {{service: NAME}}, got {self.runs}")
        if self.fallback is not None and self.runs == "here":
            raise ValueError(
                "expected a fallback for a service, got one for a module that runs here"
            )
        return self

    @property
    def is_service(self) -> bool:
        """Whether it runs elsewhere."""
        return self.runs != "here"


class NoiseConfig(Part):
    """Noise of the simulated cameras."""

    rgb_std: float = Field(
        0.0, ge=0.0, le=50.0, description="standard deviation of colour values, of 255"
    )
    depth_std_m: float = Field(
        0.0, ge=0.0, le=0.1, description="standard deviation of depth at 1 m, metres"
    )


class TimeoutsConfig(Part):
    """How long the agent waits for others."""

    server_s: float = Field(
        60.0, gt=0.0, le=3600.0, description="a language model server's answer, seconds"
    )


class TrustConfig(Part):
    """How sure a plan must be: 0.7 means that seven of ten plans as sure as that are right."""

    act_from: float = Field(
        Trust.act_from, ge=0.0, le=1.0, description="a plan at least this sure is carried out"
    )
    ask_from: float = Field(
        Trust.ask_from,
        ge=0.0,
        le=1.0,
        description="below this it counts as not understood; between the two the person is asked",
    )

    @model_validator(mode="after")
    def _in_order(self) -> TrustConfig:
        Trust(self.act_from, self.ask_from)
        return self


class RecorderConfig(Part):
    """The flight recorder (docs/safety.md)."""

    keeps: Literal["commands", "faults", "none"] = Field(
        "commands",
        description="commands: a file for each; faults: only the last minute before one; none",
    )
    folder: str = Field(
        "", description="where; empty: llmagentos/flights in the user's state folder"
    )
    limit_mb: float | None = Field(
        None,
        gt=0.0,
        description="the oldest files go when there is more; none: 500 in the state folder, no "
        "limit in a folder that was named",
    )
    pictures_hz: float = Field(
        5.0, ge=0.0, le=60.0, description="pictures a second while the arm moves, at most"
    )
    joints_hz: float = Field(25.0, gt=0.0, le=1000.0, description="joint states a second")
    share: float = Field(
        0.01,
        ge=0.0,
        le=1.0,
        description="in simulation: pictures while the arm moves may take this share of the time; "
        "1: at pictures_hz whatever they take",
    )


class TaughtConfig(Part):
    """What is learnt from people (docs/learning.md)."""

    words: bool = Field(
        True, description='keep words that people teach ("a zorp is a red block") and use them'
    )
    shown: bool = Field(
        True, description='keep what things look like that people show ("this is my drill")'
    )
    episodes: bool | None = Field(
        None,
        description="keep what was said and done in a file, for `llmagentos learn`; none: in `chat`",
    )
    model: bool = Field(
        True, description="use the model that `llmagentos learn` installed, where none is named"
    )
    folder: str = Field(
        "",
        description="where all that is kept; empty: llmagentos/learning in the user's data folder",
    )


class MemoryConfig(Part):
    """What is remembered over restarts (docs/runtime.md)."""

    keep: bool | None = Field(
        None, description="remember what was said, done and seen; none: in `chat`"
    )
    folder: str = Field("", description="where; empty: llmagentos/memory in the user's data folder")


class AuditConfig(Part):
    """The record of what was asked, allowed and done (docs/safety.md)."""

    keep: bool = Field(True, description="keep the record")
    folder: str = Field("", description="where; empty: llmagentos/audit in the user's state folder")
    needed: bool | None = Field(
        None,
        description="nothing moves while the record can't be kept; none: on hardware, and in "
        "simulation a warning",
    )


class SafetyConfig(Part):
    """What guards the arm."""

    supervisor: Literal["thread", "process"] | None = Field(
        None,
        description="where the supervisor runs: thread (of this program) or process (of its own); "
        "none: thread in simulation, process on hardware",
    )


class AgentConfig(Part):
    """One agent: robot, world, model and modules. `AgentConfig.load(file)`, `config.to_yaml()`."""

    #: What such a file and such data are called in errors.
    _file: ClassVar[str] = "a configuration file"
    _called: ClassVar[str] = "configuration"

    robot: str = Field(
        "", description="the arm's name or folder; empty: the scene's, and the Panda on hardware"
    )
    scene: str | Mapping[str, Any] | None = Field(
        None,
        description="simulated scene: YAML file, shipped name, random, or the scene itself; "
        "none: the demo scene",
    )
    graph: str | None = Field(
        None, description="namespace of a ROS graph that has the robot, instead of a simulation"
    )
    seed: int = Field(0, ge=0, description="seeds noise, light and random scenes")
    model: str = Field(
        DEFAULT_MODEL,
        min_length=1,
        description="language model: shipped name, folder, GGUF file, smollm2, or a server's http address",
    )
    engine: str = Field(
        "auto",
        min_length=1,
        description="what runs the model: auto, a name of `llmagentos model engines`, or a "
        "server's address",
    )
    voice: str = Field(
        "",
        description="language model for small talk in `chat` (smollm2, a folder, a GGUF file, a "
        "server's address), which only talks; empty: none",
    )
    profile: str | None = Field(
        None,
        description="speed profile of the arm: careful, sim (what the hardware takes) or one of its own; "
        "none: sim in simulation, careful on hardware",
    )
    skills: str = Field(
        "learned",
        min_length=1,
        description="learned (corrected by the policies that come with the arm), scripted, "
        "or a folder with policies of one's own",
    )
    perception: AgentModuleConfig = Field(AgentModuleConfig(), description="pictures to a scene")
    planning: AgentModuleConfig = Field(
        AgentModuleConfig(),
        description="a sentence to a plan; called with model=, engine= and options",
    )
    execution: AgentModuleConfig = Field(
        AgentModuleConfig(),
        description="a plan to motion; called with skills=, events= and options",
    )
    learning: AgentModuleConfig = Field(AgentModuleConfig(), description="what becomes of results")
    taught: TaughtConfig = Field(TaughtConfig(), description="what is learnt from people")
    memory: MemoryConfig = Field(MemoryConfig(), description="what is remembered over restarts")
    audit: AuditConfig = Field(
        AuditConfig(), description="the record of what was asked, allowed and done"
    )
    rehearses: bool = Field(True, description="go through each plan in memory before moving")
    rehearsal: bool | None = Field(
        None,
        description="try each plan out in simulated copies of what was seen before moving; none: "
        "where the robot is simulated",
    )
    trust: TrustConfig = Field(
        TrustConfig(), description="how sure a plan must be (act_from, ask_from)"
    )
    rules: str | Mapping[str, Any] | None = Field(
        None,
        description="the plan guard's settings: a YAML file, or the settings themselves; none: its "
        "defaults (docs/safety.md)",
    )
    safety: SafetyConfig = Field(SafetyConfig(), description="what guards the arm (supervisor)")
    driver: ModuleConfig | None = Field(
        None, description="package.module:Class of a real robot's driver, instead of a simulation"
    )
    cameras: tuple[ModuleConfig, ...] = Field(
        (), description="package.module:Class of each of its cameras; the first is 'overhead'"
    )
    gripper_latency_s: float = Field(
        0.0, ge=0.0, le=2.0, description="on hardware: the fingers may start to move this late"
    )
    noise: NoiseConfig | str | None = Field(
        None,
        description="of the simulated cameras: mild, typical, bad (or such-tof), or its figures; "
        "none: the scene's",
    )
    table: str | None = Field(
        None,
        description="what the simulated table looks like: mat, wood, black, white, green, cloth (or "
        "such:seed), random; none: the scene's",
    )
    view: bool = Field(False, description="open the simulator's window")
    recording: str | None = Field(
        None, description="folder for video, pictures, plans and traces; none: no recording"
    )
    recorder: RecorderConfig = Field(
        RecorderConfig(), description="what is kept of every command, to be replayed"
    )
    timeouts: TimeoutsConfig = Field(TimeoutsConfig(), description="how long others may take")

    @model_validator(mode="after")
    def _one_world(self) -> AgentConfig:
        given = [n for n in ("scene", "graph", "driver") if getattr(self, n) is not None]
        if len(given) > 1:
            raise ValueError(f"expected one of scene, graph and driver, got {' and '.join(given)}")
        return self

    @model_validator(mode="after")
    def _beside_the_robot(self) -> AgentConfig:
        if not isinstance(self.execution.runs, str):
            raise ValueError(
                "execution: expected runs: here or service, got one that several share"
            )
        return self

    @classmethod
    def load(cls: type[C], path: str | Path) -> C:
        """Read a YAML file. Raises FileError, or ConfigError that names the file and the field."""
        data = read_yaml(path, cls._file)
        if data is None:
            data = {}
        if not isinstance(data, dict):
            raise ConfigError(f"{path}: expected fields with values, got {type(data).__name__}")
        return cls.of(data, str(path))

    @classmethod
    def of(cls: type[C], data: Mapping[str, Any], where: str = "") -> C:
        """From plain data. where: what an error names; "" for what this is. Raises ConfigError."""
        try:
            return cls.model_validate(dict(data))
        except ValidationError as exc:
            raise ConfigError(f"{where or cls._called}: {first_problem(exc, cls)}") from exc

    def with_(self, **changes: Any) -> AgentConfig:
        """A copy with other values; None changes nothing. Raises ConfigError."""
        given = {key: value for key, value in changes.items() if value is not None}
        return AgentConfig.of({**self.model_dump(exclude_unset=True), **given}, "option")

    def to_yaml(self, comments: bool = False) -> str:
        """As YAML that `load` reads again. comments: what each field means, above it."""
        data = self.model_dump(mode="json")
        lines = []
        for name, field in type(self).model_fields.items():
            if comments:
                lines.append(f"# {field.description}\n")
            lines.append(yaml.safe_dump({name: _short(data[name])}, sort_keys=False))
        return "".join(lines)


def _short(value: Any) -> Any:
    """A module by what it has of its own; by its name alone where that is all."""
    if not (isinstance(value, dict) and {"use", "options"} <= set(value)):
        return value
    usual = AgentModuleConfig().model_dump(mode="json")
    own = {key: item for key, item in value.items() if key == "use" or item != usual[key]}
    return own["use"] if len(own) == 1 else own


def first_problem(error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem in one sentence: field, what was expected, what came. model: whose fields
    there are."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"] if part not in _OPTIONS)
    if first["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields)
        return f"expected a field of {known}, got '{field}'"
    message = str(first["msg"]).removeprefix("Value error, ")
    if not field:
        return message
    wanted = message.removeprefix("Input should be ")
    return f"{field}: expected {wanted}, got {first['input']!r}"
