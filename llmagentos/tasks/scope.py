"""What a step works with while it is carried out, and the problems that end it.

Knows: the newest scene, the session's memory, and how to report what references resolved to.
Does not know: skills; a step is a generator that yields actions and is sent reports.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from llmagentos.grounding import ground
from llmagentos.grounding.context import Context, Grounding, Placement
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_obj
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Ending, Failure
from llmagentos.types import Action, Hand, Scene, SceneObject


class Report(Protocol):
    """How an action ended (llmagentos.ports.skills.SkillReport)."""

    @property
    def status(self) -> Any:
        """Running, succeeded or failed: a SkillStatus."""
        ...

    @property
    def failure(self) -> Failure | None:
        """Why it failed; None while it runs or when it succeeded."""
        ...

    @property
    def words(self) -> str:
        """What happened, for people."""
        ...

    @property
    def details(self) -> Mapping[str, Any]:
        """Numbers to the words, for the trace."""
        ...


#: A step under way: yields actions one by one, is sent how each ended.
Moves = Generator[Action, Report, None]
#: The same, returning whether it did what was wanted (or had anything to do).
Tries = Generator[Action, Report, bool]


class StepProblem(Exception):  # noqa: N818 - an outcome of a step, told to the person
    """Ends a step: a question to the person, something impossible, or a failure.

    words: a sentence for the person. obj: the description that could not be resolved; candidates:
    ids to choose from.
    """

    def __init__(
        self,
        failure: Failure,
        words: str,
        obj: p.Obj | None = None,
        candidates: Iterable[str] = (),
    ):
        super().__init__(words)
        self.failure, self.words, self.obj = failure, words, obj
        self.candidates = tuple(candidates)

    @property
    def kind(self) -> Ending:
        """How the command ends with it."""
        return self.failure.ending


def succeeded(report: Report) -> bool:
    """Whether an action reached its end well."""
    return bool(report.status.value == "succeeded")


@dataclass(frozen=True)
class Lessons:
    """What a rehearsal has seen fail in every copy before it went well. skips: by an object's id,
    how many of its best grasps; spots: an object's id and where (x, y) it did not stay."""

    skips: Mapping[str, int] = field(default_factory=dict)
    spots: tuple[tuple[str, tuple[float, float]], ...] = ()


@dataclass
class Scope:
    """One step's view of the world.

    scene: gives the newest belief. this: id of the loop's item. on_grounded(words, description,
    ids): told what every reference resolved to. hand: where the robot's hand is. notes: sentences
    for the reply. words: the step in words, for the history.
    """

    scene: Callable[[], Scene]
    memory: SessionMemory
    this: str | None = None
    words: str = ""
    on_grounded: Callable[[str, str, tuple[str, ...]], None] = lambda words, what, ids: None
    hand: Callable[[], Hand | None] = lambda: None
    notes: list[str] = field(default_factory=list)
    #: The step in words as it came out, "" where that is as it was asked for.
    came_out: str = ""
    #: ids that this step has put somewhere already.
    done: list[str] = field(default_factory=list)
    #: ids of what was moved out of the way of a grasp.
    aside: list[str] = field(default_factory=list)
    #: Circles (x, y, radius) of the table where putting something down has failed.
    avoid: list[tuple[float, float, float]] = field(default_factory=list)

    def context(self, moving: str | None = None, this: str | None = None) -> Context:
        """Everything a description may refer to now."""
        return self.memory.context(self.scene(), this=self.this or this, moving=moving)

    def ground(
        self, obj: p.Obj, without: Collection[str] = (), moving: str | None = None
    ) -> tuple[str, ...]:
        """Ids of what is meant. Raises StepProblem where the description does not resolve."""
        found = ground(obj, self.context(moving), without)
        if not found.ok:
            raise problem_of(found, obj)
        self.tell(obj, found)
        return found.ids

    def tell(self, obj: p.Obj, found: Grounding) -> None:
        """Report a grounding to whoever watches."""
        self.on_grounded(found.words, describe_obj(obj), found.ids)

    def get(self, object_id: str) -> SceneObject:
        """The object as seen now. Raises StepProblem when it is not seen any more."""
        found = self.scene().get(object_id)
        if found is None:
            name = re.sub(r"_\d+$", "", object_id).replace("_", " ")
            raise StepProblem(Failure.NOT_SEEN, f"I can't see the {name} any more.")
        return found

    def note(self, sentence: str) -> None:
        """A sentence for the reply, once."""
        if sentence and sentence not in self.notes:
            self.notes.append(sentence)


def problem_of(found: Grounding | Placement, obj: p.Obj | None = None) -> StepProblem:
    """The problem of a grounding or a placement as an exception."""
    words = found.question or found.words
    return StepProblem(found.problem or Failure.NONE_FITS, words, obj, found.candidates)


def ended_badly(what: str, report: Report) -> StepProblem:
    """The problem of an action that failed and is not tried again: what could not be done, why."""
    failure = report.failure or Failure.TRIED_IN_VAIN
    return StepProblem(failure, f"{what}: {(report.words or failure.words).rstrip('.')}.")
