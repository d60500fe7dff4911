"""What a skill is: one declaration from which everything else about it follows.

Knows: the fields of a declaration, which fields of an `Action` a skill may take and what they may
hold, and the checks that both executors make before a skill begins. Does not know: any one skill.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

from llmagentos.errors import SkillError
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, Ways, failed
from llmagentos.skills.residual import Residual
from llmagentos.types import Action, Pose, Scene

if TYPE_CHECKING:
    from llmagentos.skills.context import Context

_log = logging.getLogger(__name__)

NO_WAYS = Ways()
#: What a skill needs for itself while it runs.
Resource = Literal["arm", "gripper", "camera", "base"]
#: What the hand must be when a skill begins.
Hand = Literal["any", "empty", "holding"]
#: A skill under way: one control period per `yield`, a report at the end.
SkillRun = Generator[None, None, SkillReport]

#: Failures that any skill may end with: wrong calls, a stop, a motion that broke off.
COMMON_FAILURES: frozenset[Failure] = frozenset(
    {
        Failure.UNKNOWN_SKILL,
        Failure.INVALID_ACTION,
        Failure.STOPPED,
        Failure.UNREACHABLE,
        Failure.IN_THE_WAY,
        Failure.GATE_REJECTED,
        Failure.BLOCKED,
        Failure.NO_MOTION,
        Failure.NO_PICTURE,
        Failure.NO_ANSWER,
        Failure.SKILL_BROKE,
    }
)


@dataclass(frozen=True)
class Parameter:
    """A field of `Action` that a skill reads. expected: words for what it may hold; valid: whether
    a value is that."""

    name: str
    expected: str
    valid: Callable[[Any], bool]


def _is_pose(value: Any) -> bool:
    return isinstance(value, Pose) and all(map(math.isfinite, (*value.position, value.yaw)))


OBJECT = Parameter("object_id", "the id of an object", lambda v: isinstance(v, str) and v != "")
#: For skills that may leave it out: what is held, nothing.
OBJECT_OR_NOTHING = Parameter("object_id", "an id or nothing", lambda v: isinstance(v, str))
POSE = Parameter("pose", "a pose of finite numbers", _is_pose)
SUPPORT = Parameter("support", 'an id or "table"', lambda v: isinstance(v, str) and v != "")
INSIDE = Parameter("inside", "true or false", lambda v: isinstance(v, bool))
WIDTH = Parameter("width_m", "metres", lambda v: math.isfinite(v) and v >= 0)
DURATION = Parameter("duration_s", "seconds", lambda v: math.isfinite(v) and v >= 0)


def angle(most_rad: float) -> Parameter:
    """An angle of at most so much to either side."""
    return Parameter(
        "angle_rad",
        f"an angle of at most {most_rad:.1f} rad",
        lambda v: math.isfinite(v) and abs(v) <= most_rad,
    )


def _nothing_against(scene: Scene, action: Action) -> SkillReport | None:
    return None


@dataclass(frozen=True)
class Skill:
    """One thing that the robot can do.

    name: of the actions that ask for it. parameters: the fields of `Action` that it reads. uses:
    resources it needs for itself. hand: what the hand must be when it begins. looks: whether it
    begins with a look, the arm out of the picture. doing: words while it runs, with {object} for
    the name of the object. failures: those it may end with besides COMMON_FAILURES. residual: what a
    trained policy may see of it and change, None where it asks none. ways: which other actions it may
    come to, for the plan guard.

    check(scene, action): what stands against it in the scene as believed, or None; asked by both
    executors, after the look where there is one. preview(scene, action): the scene that it would
    leave behind if all went well, or why it would fail. run(context, action): the motion.

    Raises SkillError for a field that holds what it can't.
    """

    name: str
    doing: str
    run: Callable[[Context, Action], SkillRun]
    preview: Callable[[Scene, Action], Scene | SkillReport]
    check: Callable[[Scene, Action], SkillReport | None] = _nothing_against
    parameters: tuple[Parameter, ...] = ()
    uses: tuple[Resource, ...] = ("arm",)
    hand: Hand = "any"
    looks: bool = False
    failures: tuple[Failure, ...] = ()
    residual: Residual | None = None
    ways: Ways = NO_WAYS

    def __post_init__(self) -> None:
        for field in ("name", "doing"):
            value = getattr(self, field)
            if not isinstance(value, str) or not value:
                raise self._wrong(field, "a word or more", value)
        for field in ("run", "preview", "check"):
            if not callable(getattr(self, field)):
                raise self._wrong(field, "a function", getattr(self, field))
        lists: tuple[tuple[str, type, str], ...] = (
            ("parameters", Parameter, "Parameters"),
            ("failures", Failure, "Failures"),
        )
        for field, kind, words in lists:
            value = getattr(self, field)
            if not isinstance(value, tuple) or not all(isinstance(v, kind) for v in value):
                raise self._wrong(field, f"a tuple of {words}", value)
        if not isinstance(self.ways, Ways):
            raise self._wrong("ways", "Ways", self.ways)
        if not isinstance(self.uses, tuple) or not set(self.uses) <= set(get_args(Resource)):
            raise self._wrong("uses", f"a tuple of {', '.join(get_args(Resource))}", self.uses)
        if not isinstance(self.residual, Residual | None):
            raise self._wrong("residual", "a Residual or None", self.residual)
        if self.hand not in get_args(Hand):
            raise self._wrong("hand", f"one of {', '.join(get_args(Hand))}", self.hand)

    def _wrong(self, field: str, expected: str, got: object) -> SkillError:
        return SkillError(f"expected {field} of skill {self.name!r} to be {expected}, got {got!r}")

    def takes(self, name: str) -> bool:
        """Whether it reads that field of `Action`."""
        return any(p.name == name for p in self.parameters)


def invalid(skill: Skill, action: Action) -> SkillReport | None:
    """A report where a field of the action does not hold what the skill takes; else None."""
    for parameter in skill.parameters:
        value = getattr(action, parameter.name)
        if not parameter.valid(value):
            words = f"expected {parameter.expected} to {skill.name}, got {value!r}"
            return failed(Failure.INVALID_ACTION, words, 0)
    return None


def hand_problem(skill: Skill, scene: Scene) -> SkillReport | None:
    """A report where the hand is not as the skill needs it; else None."""
    held = scene.held
    if skill.hand == "empty" and held is not None:
        return failed(Failure.HAND_FULL, f"I am holding the {held.label}", 0)
    if skill.hand == "holding" and held is None:
        return failed(Failure.NOT_HOLDING, "I am holding nothing", 0)
    return None


def broken(name: str, why: Exception | str) -> SkillReport:
    """The report on a skill that raised what no skill should, or ended without a report; logged,
    with the traceback of an exception."""
    raised = why if isinstance(why, Exception) else None
    words = why if isinstance(why, str) else f"{type(why).__name__}: {why}"
    _log.error("skill %s broke: %s", name, words, exc_info=raised)
    return failed(Failure.SKILL_BROKE, f"my skill {name} broke: {words}")


def unknown(name: str) -> SkillReport:
    """The report on an action that no skill carries out."""
    return failed(Failure.UNKNOWN_SKILL, f"expected a known skill, got {name!r}", 0)
