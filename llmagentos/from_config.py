"""From a configuration to what the builder is called with.

Knows: which field becomes which argument, and the names of the modules that come with this package.
Does not know: how an agent is wired (builder.py).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from llmagentos import composition
from llmagentos.audit import AuditLog
from llmagentos.audit.trail import AuditTrail, Untraced
from llmagentos.class_lookup import find, made_by
from llmagentos.config import AgentConfig, AgentModuleConfig, ModuleConfig
from llmagentos.default_model import DRIVING_MODEL
from llmagentos.errors import ConfigError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.learning import places
from llmagentos.learning.champion import Champions
from llmagentos.learning.episodes import EpisodeLog
from llmagentos.learning.words import Lexicon
from llmagentos.memory.long_term import LongTermMemory, memory_file, opened
from llmagentos.module_services import AgentServices
from llmagentos.perception import TabletopPerception
from llmagentos.perception.from_base import BasePerception
from llmagentos.perception.shown import ShownThings
from llmagentos.ports.understanding import Trust
from llmagentos.recorder import FlightRecorder, Settings
from llmagentos.robots import DEFAULT_ROBOT, ArmSpec, load
from llmagentos.robots.bases import load_base
from llmagentos.safety.guard import GuardRules
from llmagentos.services import Client
from llmagentos.skills.learned import policies_for

_log = logging.getLogger(__name__)

#: In the place of a class: the builder's own default.
_DEFAULT = object()


def modules(config: AgentConfig, arm: ArmSpec) -> dict[str, Any]:
    """perception, planning, execution and learning as the builder takes them, None for its own;
    and the language model for its own planner. arm: what our perception knows the robot's own
    body by. Raises ConfigError, ModelError, SkillError, FileError."""
    policies_for(arm.name, config.skills)  # refused before a file of episodes is begun
    services = AgentServices(config, arm.name)
    planning = _where_it_runs("planning", config, arm, services)
    return {
        "perception": _where_it_runs("perception", config, arm, services),
        "planning": planning,
        "llm": _llm(config) if planning is None else None,
        "execution": _execution(config, services),
        "learning": _where_it_runs("learning", config, arm, services),
    }


def exchanged(concept: str, config: AgentConfig, arm: ArmSpec) -> Any:
    """One module for an agent that lives (`Agent.replace`), here or as a service, as the configuration
    says. concept: perception, planning or learning. Raises ConfigError, ModelError, FileError."""
    made = _where_it_runs(concept, config, arm, AgentServices(config, arm.name))
    return module(concept, config, arm) if made is None else made


def give_back(made: dict[str, Any]) -> None:
    """End the services among arguments of which no agent was made after all."""
    for concept in ("perception", "planning", "learning"):
        close = getattr(made.get(concept), "close", None)
        if callable(close):
            close()
    client = next(iter(getattr(made.get("execution"), "args", ())), None)
    if isinstance(client, Client):
        client.close()


def _where_it_runs(concept: str, config: AgentConfig, arm: ArmSpec, services: AgentServices) -> Any:
    """The module of this process, or what asks its service; None for the builder's own."""
    wanted: AgentModuleConfig = getattr(config, concept)
    if not wanted.is_service:
        if wanted.cache:
            return services.cached(concept, module(concept, config, arm), wanted.cache)
        return _here(concept, config, wanted, arm)
    stand_in = None
    if wanted.fallback is not None:
        other = config.with_(**{concept: wanted.fallback.model_dump()})
        stand_in = partial(module, concept, other, arm)
    return services.module(concept, stand_in)


def _execution(config: AgentConfig, services: AgentServices) -> Any:
    """What makes the execution module; None for the builder's own."""
    wanted = config.execution
    if not wanted.is_service:
        return _made("execution", wanted, PlanExecutor, deferred=True)
    if wanted.fallback is None:
        return services.execution(None)
    return services.execution(partial(execution, config, wanted.fallback))


def execution(config: AgentConfig, wanted: ModuleConfig, skills: Any, sink: Any) -> Any:
    """The execution module of this process, without rehearsal in copies. Raises ConfigError."""
    make = _made("execution", wanted, PlanExecutor, deferred=True)
    if make is not None:
        return make(skills=skills, sink=sink)
    trust = Trust(**config.trust.model_dump())
    return PlanExecutor(skills, None, sink, config.rehearses, trust=trust)


def module(concept: str, config: AgentConfig, arm: ArmSpec) -> Any:
    """One module, made in this process wherever the configuration has it run. concept: perception,
    planning or learning. Raises ConfigError, ModelError, FileError."""
    found = _here(concept, config, getattr(config, concept), arm)
    if found is not None:
        return found
    if concept == "perception":
        return TabletopPerception(arm=arm, shown=shown(config, arm.name))
    return composition.load_planner(_llm(config)) if concept == "planning" else EpisodeLog()


def _here(concept: str, config: AgentConfig, wanted: ModuleConfig, arm: ArmSpec) -> Any:
    """In this process; None for the builder's own."""
    if concept == "perception":
        ours = partial(TabletopPerception, arm=arm, shown=shown(config, arm.name))
        return _made(concept, wanted, ours) or ours()
    if concept == "planning":
        given: dict[str, Any] = {"model": config.model, "engine": config.engine}
        return _made(concept, wanted, composition.load_planner, **given)
    return _learning(config)


def simulation(config: AgentConfig, origin: str = "python") -> dict[str, Any]:
    """The arguments of `Agent.in_simulation`. Raises ConfigError, SceneError, RobotError,
    ModelError."""
    place = composition.load_place(config.scene, config.seed, config.robot)
    if composition.is_flat(place):
        return _flat(config, place, origin)
    scene, noise = table_and_noise(config)
    given = {
        "scene": scene,
        "robot": config.robot,
        "seed": config.seed,
        "view": config.view,
        "noise": noise,
        "skills": config.skills,
        "rehearses": config.rehearses,
        "rehearsal": rehearsal(config, simulated=True),
        "trust": Trust(**config.trust.model_dump()),
        "rules": guard_rules(config),
        **({} if config.profile is None else {"profile": config.profile}),
        **_supervisor(config),
        "words": words(config, load(scene.robot).name),
        "audit": audit(config, origin, needed=False),
    }
    made = modules(config, load(scene.robot))  # files are begun once nothing is refused
    wanted = config.perception
    if len(scene.robots) > 1 and wanted.use == "builtin" and not wanted.is_service:
        made["perception"] = None  # several arms have eyes of their own
    last = {
        "past": past(config, load(scene.robot).name),
        "flight": recorder(config, load(scene.robot), scene),
    }
    return given | made | last


def _flat(config: AgentConfig, flat: Any, origin: str) -> dict[str, Any]:
    """The same for a base in a flat. Raises ConfigError."""
    _only_of_tables(config)
    if "model" not in config.model_fields_set:
        config = config.with_(model=DRIVING_MODEL)
    base = load_base(flat.base)
    arm = load(base.arm or DEFAULT_ROBOT)
    given = {
        "scene": flat,
        "seed": config.seed,
        "view": config.view,
        "noise": _noise(config),
        "skills": config.skills,
        "rehearses": config.rehearses,
        "trust": Trust(**config.trust.model_dump()),
        "rules": guard_rules(config),
        **({} if config.profile is None else {"profile": config.profile}),
        **_supervisor(config),
        "words": words(config, base.name),
        "audit": audit(config, origin, needed=False),
    }
    made = modules(config, arm)  # files are begun once nothing is refused
    if config.perception.use == "builtin" and not config.perception.options:
        on_it = arm if base.arm else None
        made["perception"] = BasePerception(on_it, base.mount_m, shown=shown(config, base.name))
    last = {"past": past(config, base.name), "flight": recorder(config, arm, flat)}
    return given | made | last


def _only_of_tables(config: AgentConfig) -> None:
    """ConfigError for what a base in a flat has not: nothing that was asked for is left out unsaid."""
    if config.table is not None:
        raise ConfigError("table: expected a scene with a table for that, got a flat")
    if config.rehearsal:
        raise ConfigError("rehearsal: expected a scene with a table for that, got a flat")
    if config.perception.is_service or config.perception.cache:
        raise ConfigError("perception: expected runs: here and no cache in a flat, got them")


def table_and_noise(config: AgentConfig) -> tuple[Any, Any]:
    """The scene on the table that is wanted, and the cameras' noise; None: as the scene has it.

    Raises ConfigError, SceneError, RobotError.
    """
    scene = composition.load_scene(config.scene, config.seed, config.robot)
    if config.table is not None:
        scene = scene.with_table(config.table, config.seed)
    return scene, _noise(config)


def _noise(config: AgentConfig) -> Any:
    """Of the simulated cameras; None: the scene's."""
    if config.noise is None:
        return None
    if isinstance(config.noise, str):
        return composition.named_noise(config.noise, config.seed)
    return composition.sensor_noise(config.seed, **config.noise.model_dump())


def hardware(config: AgentConfig, origin: str = "python") -> dict[str, Any]:
    """The arguments of `Agent.on_robot`. Raises ConfigError, ModelError, RobotError."""
    if config.driver is None or not config.cameras:
        raise ConfigError("expected a driver and its cameras for a real robot, got not both")
    chosen = {"robot": config.robot or None, "profile": config.profile}
    arm = load(config.robot or DEFAULT_ROBOT)
    return {
        "driver": _made("driver", config.driver),
        "cameras": [_made("camera", camera) for camera in config.cameras],
        "gripper_latency_s": config.gripper_latency_s,
        "skills": config.skills,
        "rehearses": config.rehearses,
        "rehearsal": rehearsal(config, simulated=False),
        "trust": Trust(**config.trust.model_dump()),
        "rules": guard_rules(config),
        **{name: value for name, value in chosen.items() if value is not None},
        **_supervisor(config),
        "words": words(config, arm.name),
        "audit": audit(config, origin, needed=True),
        **modules(config, arm),
        "past": past(config, arm.name),
        "flight": recorder(config, arm),
    }


def rehearsal(config: AgentConfig, simulated: bool) -> bool:
    """Whether plans are tried out in copies of what was seen."""
    return simulated if config.rehearsal is None else config.rehearsal


def guard_rules(config: AgentConfig) -> GuardRules | None:
    """The plan guard's settings; None for its defaults. Raises FileError, ConfigError."""
    if config.rules is None:
        return None
    if isinstance(config.rules, str):
        return GuardRules.load(config.rules)
    return GuardRules.of(config.rules)


def audit(config: AgentConfig, origin: str, needed: bool) -> Untraced:
    """What records commands. needed: whether motion needs it, where the configuration doesn't
    say."""
    chosen = config.audit
    if not chosen.keep:
        return Untraced()
    needed = needed if chosen.needed is None else chosen.needed
    return AuditTrail(AuditLog(chosen.folder, needed), origin)


def _supervisor(config: AgentConfig) -> dict[str, Any]:
    """Where it runs, if the configuration says so."""
    chosen = config.safety.supervisor
    return {} if chosen is None else {"supervisor": chosen}


def recorder(config: AgentConfig, arm: ArmSpec, scene: Any = None) -> FlightRecorder | None:
    """The flight recorder that the configuration wants. scene: the simulated one, kept with each
    flight. Raises FileError for a folder that cannot be written."""
    wanted, rules = config.recorder, guard_rules(config)
    if wanted.keeps == "none":
        return None
    about = {
        "model": model_of(config),
        "config": config.model_dump(mode="json", exclude_unset=True),
        "trust": config.trust.model_dump(), "rehearses": config.rehearses,
        "rehearsal": rehearsal(config, simulated=scene is not None),
        "rules": None if rules is None else rules.model_dump(mode="json"),
        "scene": None if scene is None else scene.model_dump(mode="json"),
        "things": [
            {"kind": o.kind, "color": o.color, "attributes": list(o.attributes)}
            for o in (() if scene is None else scene.objects)
            if o.attributes
        ],
    }  # fmt: skip
    return FlightRecorder(Settings(**wanted.model_dump(), about=about), arm)


def past(config: AgentConfig, robot: str) -> LongTermMemory | None:
    """What this robot remembers over restarts; None where the configuration wants nothing kept."""
    if not config.memory.keep:
        return None
    return opened(memory_file(robot, config.memory.folder), composition.word_meaning())


def _learning(config: AgentConfig) -> Any:
    """Ours keeps its episodes in a file where that is wanted."""
    if config.taught.episodes and config.learning.use == "builtin" and not config.learning.options:
        return EpisodeLog(places.folder(config.taught.folder) / places.EPISODES)
    return _made("learning", config.learning, EpisodeLog)


def words(config: AgentConfig, robot: str) -> Lexicon | bool:
    """The words that were taught to this robot, kept; False where the configuration wants none.
    Raises FileError for a file that cannot be read."""
    if not config.taught.words:
        return False
    return Lexicon(places.words(robot, config.taught.folder))


def shown(config: AgentConfig, robot: str) -> ShownThings | None:
    """What people have shown to this robot by name, kept; None where the configuration wants none.
    Raises FileError for a file that cannot be read."""
    if not config.taught.shown:
        return None
    return ShownThings(places.shown(robot, config.taught.folder))


def model_of(config: AgentConfig) -> str:
    """The model's name: the configuration's, or the one that `llmagentos learn` installed where it
    names none. A learnt model that is gone is told in a warning, and the shipped one used."""
    if "model" in config.model_fields_set or not config.taught.model:
        return config.model
    path = places.folder(config.taught.folder) / places.MODEL
    name = Champions(path, config.model).current
    if name != config.model and not composition.has_model(name):
        _log.warning("the learnt model %s is not there any more: using %s", name, config.model)
        return config.model
    return name


def _llm(config: AgentConfig) -> Any:
    if composition.is_address(config.model) or composition.is_address(config.engine):
        return composition.load_llm(config.model, config.engine, timeout_s=config.timeouts.server_s)
    return composition.load_llm(model_of(config), config.engine)


def _made(
    concept: str, wanted: ModuleConfig, ours: Any = _DEFAULT, deferred: bool = False, **given: Any
) -> Any:
    """The module; None for the builder's own. deferred: what makes it, for who knows the rest."""
    builtin = {} if ours is _DEFAULT else {"builtin": ours}
    if wanted.use in builtin and not wanted.options:
        return None
    make = find(concept, wanted.use, builtin)
    if deferred:
        return partial(make, **wanted.options)
    return made_by(make, concept, wanted.use, wanted.options, given)
