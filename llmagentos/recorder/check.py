"""A recorded flight as a test: does today's code see, plan and do the same?

Knows: how to give perception the recorded pictures, the planner the recorded requests and the
executor the recorded plan and the world's recorded answers; how far two scenes may be apart. Does
not know: files, where modules come from.

Each stage gets its own recorded input, so that one that differs does not hide the others; of each,
the first difference is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from llmagentos.errors import FileError, LLMAgentOSError, PerceptionError, PlanError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.ports.modules import Outcome, PerceptionModule, PlanningModule
from llmagentos.ports.understanding import Trust
from llmagentos.recorder import messages, topics, values
from llmagentos.recorder.reading import Flight, Note
from llmagentos.recorder.replayed import SAME_M, DivergedError, ReplayedSkills
from llmagentos.safety.guard import GuardedSkills, GuardRules, PlanGuard, Thing
from llmagentos.types import CameraFrame, Observation, RobotState, Scene, SceneObject

#: Sizes that are nearer than this are the same; a thing of another kind this near is misread.
_SAME_SIZE_M, _SAME_SPOT_M = 0.004, 0.02


#: What a flight of several arms says of itself.
SEVERAL = "several"
#: And of a base that drives.
ROVING = "roving"
#: What a flight says of itself whose skills, cameras and gate are in other processes.
ELSEWHERE: Mapping[str, Any] = {"skills": "elsewhere"}


@dataclass(frozen=True)
class Stage:
    """What came of one stage. checked: how much of it, in words. difference: the first one, ""
    where there is none. note: what could not be checked, and why."""

    name: str
    checked: str
    difference: str = ""
    note: str = ""

    @property
    def same(self) -> bool:
        """Whether today's code decides as it did."""
        return not self.difference


def check(flight: Flight, perception: PerceptionModule, planner: PlanningModule) -> list[Stage]:
    """All three stages. perception: a new module for the flight's arm. Raises FileError for a
    flight whose beginning is lost."""
    if not flight.header:
        raise FileError(f"expected a flight with its beginning in {flight.path}, got none")
    return [
        _perception(flight, perception),
        _planning(flight, planner),
        _execution(flight),
    ]


def _reply(flight: Flight) -> str:
    ends = [n.value["reply"] for n in flight.on(topics.EVENT) if n.value["event"] == "result"]
    return ends[-1] if ends else ""


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


# --- perception ---------------------------------------------------------------------------------


def observation_of(flight: Flight, look: Mapping[str, Any]) -> Observation:
    """A look's pictures and joints again. Raises FileError where a picture is missing."""
    frames = tuple(_frame(flight, told) for told in look["frames"])
    robot = None if look["robot"] is None else values.value(RobotState, look["robot"])
    return Observation(frames, robot, look["command"])


def _frame(flight: Flight, told: Mapping[str, Any]) -> CameraFrame:
    camera, number = told["camera"], told["picture"]
    color, depth = (
        flight.pictures.get((topics.of_camera(camera, what), number)) for what in ("image", "depth")
    )
    if color is None or depth is None:
        raise FileError(f"expected picture {number} of {camera} in {flight.path}, got none")
    return CameraFrame(
        camera,
        messages.pixels_of(color.value),
        messages.depth_of(depth.value),
        np.array(told["intrinsics"]),
        np.array(told["base_from_camera"]),
        told["stamp_s"],
    )


def _perception(flight: Flight, module: PerceptionModule) -> Stage:
    if flight.header.get("skills") == ROVING:
        told = "a base sees by where it stands, which is not done again from a file"
        return Stage("perception", "nothing", note=told)
    if flight.header["known"] is not None:
        module.recall(values.value(Scene, flight.header["known"]))
    done, missing, largest_m = 0, 0, 0.0
    names: dict[str, str] = {}
    for note in flight.on(topics.LOOK):
        look = note.value
        if not look["frames"] and flight.header.get("skills") in (ELSEWHERE["skills"], SEVERAL):
            missing += 1
            continue
        try:
            observation = observation_of(flight, look)
        except FileError:
            missing += 1
            continue
        seen, error = _seen(module, observation)
        done += 1
        if look["scene"] is None or seen is None:
            if bool(look["error"]) != bool(error):
                was, now = look["error"] or "a scene", error or "a scene"
                why = f"look {done} at {note.robot_s:.1f} s: expected {was}, got {now}"
                return Stage("perception", _counted(done, "look"), why)
            continue
        found = scene_difference(values.value(Scene, look["scene"]), seen, names)
        if found.words:
            why = f"look {done} at {note.robot_s:.1f} s: {found.words}"
            return Stage("perception", _counted(done, "look"), why)
        largest_m = max(largest_m, found.largest_m)
    left = f"pictures of {_counted(missing, 'look')} are not in the file" if missing else ""
    told = f"{_counted(done, 'look')}, at most {1000 * largest_m:.1f} mm off"
    return Stage("perception", told if done else "no look", note=left)


def _seen(module: PerceptionModule, observation: Observation) -> tuple[Scene | None, str]:
    try:
        return module.perceive(observation), ""
    except PerceptionError as error:
        return None, str(error)


@dataclass(frozen=True)
class SceneDifference:
    """words: the first thing that differs, "" for none. largest_m: how far a thing was off."""

    words: str
    largest_m: float = 0.0


def scene_difference(was: Scene, now: Scene, names: dict[str, str]) -> SceneDifference:
    """Things are told by kind, colour and place. names: ids then to ids now, over all looks of a
    flight: a thing must keep its id, whichever it is."""
    pairs, lost, new = _paired(was.objects, now.objects)
    for then in lost:
        other = next((o for o in new if _apart(then, o) < _SAME_SPOT_M), None)
        got = f"a {other.label}" if other is not None else "nothing there"
        return SceneDifference(f"expected the {then.label} at {_at(then)}, got {got}")
    for o in new:
        return SceneDifference(f"expected nothing more, got a {o.label} at {_at(o)}")
    largest = 0.0
    for then, today in pairs:
        largest = max(largest, _apart(then, today))
        words = _thing_difference(then, today)
        if names.setdefault(then.id, today.id) != today.id:
            words = f"its id {names[then.id]}, got {today.id}"
        if words:
            return SceneDifference(f"the {then.label} at {_at(then)}: expected {words}")
    return SceneDifference("", largest)


def _paired(
    was: Sequence[SceneObject], now: Sequence[SceneObject]
) -> tuple[list[tuple[SceneObject, SceneObject]], list[SceneObject], list[SceneObject]]:
    """Nearest of like kind and colour first; what stays over on both sides."""
    near = sorted(
        (_apart(a, b), i, j)
        for i, a in enumerate(was)
        for j, b in enumerate(now)
        if (a.kind, a.color) == (b.kind, b.color)
    )
    mine: dict[int, int] = {}
    for _, i, j in near:
        if i not in mine and j not in mine.values():
            mine[i] = j
    pairs = [(was[i], now[j]) for i, j in sorted(mine.items())]
    lost = [a for i, a in enumerate(was) if i not in mine]
    return pairs, lost, [b for j, b in enumerate(now) if j not in mine.values()]


def _thing_difference(then: SceneObject, today: SceneObject) -> str:
    off = _apart(then, today)
    if off > SAME_M:
        return f"it there, got it {1000 * off:.0f} mm off at {_at(today)}"
    if abs(then.size_m - today.size_m) > _SAME_SIZE_M:
        return f"a size of {then.size_m:.3f} m, got {today.size_m:.3f} m"
    for name in ("held", "inside"):
        if getattr(then, name) != getattr(today, name):
            return f"{name} {getattr(then, name)}, got {getattr(today, name)}"
    if (then.support == "table") != (today.support == "table"):
        return f"it on {then.support}, got it on {today.support}"
    return ""


def _apart(a: SceneObject, b: SceneObject) -> float:
    return math.dist(a.position, b.position)


def _at(o: SceneObject) -> str:
    return f"({o.position[0]:.3f}, {o.position[1]:.3f})"


# --- planning -----------------------------------------------------------------------------------


def _planning(flight: Flight, planner: PlanningModule) -> Stage:
    done = 0
    for note in flight.on(topics.PLANNING):
        told, done = note.value, done + 1
        was = told["error"] or told["result"]["plan"]
        try:
            now: Any = planner.plan(values.request_of(told["request"])).plan
        except PlanError as error:
            now = f"{type(error).__name__}: {error}"
        if told["error"]:
            same, got = (
                isinstance(now, str),
                now if isinstance(now, str) else values.plan_words(now),
            )
        else:
            expected = _plan_or_words(was)
            same, got = now == expected, now if isinstance(now, str) else values.plan_words(now)
            was = values.plan_words(expected)
        if not same:
            why = f"'{told['request']['command']}': expected {was}, got {got}"
            return Stage("planning", _counted(done, "plan"), why)
    return Stage("planning", _counted(done, "plan"))


def _plan_or_words(data: Any) -> Any:
    try:
        return values.plan_of(data)
    except FileError as error:
        return f"a plan that today's plan language does not have ({error})"


# --- execution ----------------------------------------------------------------------------------


def _execution(flight: Flight) -> Stage:
    skills = ReplayedSkills()
    header = flight.header
    if header.get("skills") == ELSEWHERE["skills"]:
        told = "the skills ran in another process, and the world's answers are not in the file"
        return Stage("execution", "nothing", note=told)
    if header.get("skills") == SEVERAL:
        told = "several arms did jobs side by side, which are not done again from a file"
        return Stage("execution", "nothing", note=told)
    if header.get("skills") == ROVING:
        told = "a base drove, which is not done again from a file"
        return Stage("execution", "nothing", note=told)
    trust = Trust(**header["trust"]) if "trust" in header else None
    guarded = GuardedSkills(skills, _guard(header))
    executor = PlanExecutor(
        guarded, rehearses=header.get("rehearses", True), trust=trust, rehearsal=skills.foretold
    )
    if header["left_out"]:
        return Stage("execution", "nothing", note="the session before it was too long to be kept")
    for number, one in enumerate(header["earlier"], 1):
        try:
            _carry_out(executor, skills, one["trace"])
        except LLMAgentOSError as why:
            told = f"command {number} of the session ('{one['command']}')"
            return Stage("execution", "nothing", f"{told}: {why}")
    trace = [*header["before"], *(note.value for note in flight.on(topics.SKILL))]
    if not any(told["kind"] == "begin" for told in trace):
        return Stage("execution", "nothing: no plan was begun")
    try:
        outcome = _carry_out(executor, skills, trace)
    except LLMAgentOSError as why:
        return Stage("execution", _counted(skills.actions, "action"), str(why))
    checked = _counted(skills.actions, "action")
    if outcome is None:
        return Stage("execution", checked, note="the file ends before the command did")
    if skills.stopped and "stopped" not in outcome.reply + _reply(flight):
        return Stage("execution", checked, note="the plan guard stopped it on its way")
    return _ending(flight, outcome, checked)


def _guard(header: Mapping[str, Any]) -> PlanGuard:
    """The plan guard with the rules that stood before the skills; nobody else is in the record."""
    rules = header.get("rules")
    things = [values.value(Thing, one) for one in header.get("things", ())]
    return PlanGuard(None if rules is None else GuardRules.of(rules), told=lambda: things)


def _ending(flight: Flight, outcome: Outcome, checked: str) -> Stage:
    ends = [n.value for n in flight.on(topics.EVENT) if n.value["event"] == "result"]
    if not ends:
        return Stage("execution", checked, note="the file ends before the reply")
    status, reply = ends[-1]["status"], ends[-1]["reply"]
    if status != outcome.status:
        why = f"expected '{status}: {reply}', got '{outcome.status}: {outcome.reply}'"
    elif not reply.endswith(outcome.reply):
        why = f"expected the reply '{reply}', got '{outcome.reply}'"
    else:
        return Stage("execution", f"{checked} and the reply")
    return Stage("execution", checked, why)


def _carry_out(
    executor: PlanExecutor, skills: ReplayedSkills, trace: Sequence[Mapping[str, Any]]
) -> Outcome | None:
    """One command against the world's recorded answers; None where they end before it does.
    Raises DivergedError at the first action that differs."""
    skills.load(trace)
    if skills.forgets:
        executor.reset()
    begun = skills.before_plan()
    if begun is None:
        return None
    executor.awaited(begun["command"])
    executor.start(values.result_of(begun["result"]), begun["meant"])
    return next(_ticked(executor, skills))


def _ticked(executor: PlanExecutor, skills: ReplayedSkills) -> Iterator[Outcome | None]:
    while not skills.over:
        if skills.stopped:
            yield executor.stop()
            return
        outcome = executor.tick()
        if outcome is not None:
            yield outcome
            return
    yield None


__all__ = ["DivergedError", "Note", "Stage", "check", "observation_of", "scene_difference"]
