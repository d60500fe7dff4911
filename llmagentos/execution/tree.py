"""From a plan to a py_trees behaviour tree.

Knows: sequences, for-each, if, repeat, until, manners, and how deep each may go. Does not know: what a
step does (leaf.py) nor how its outcome is told (executor.py).

Control behaviours grow their children when they are entered, since what they contain depends on
the world at that moment: a for-each grounds its objects, an if looks at its condition.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick
from py_trees.composites import Composite
from py_trees.composites import Sequence as AllOf

from llmagentos.dialogue.session import Session, StepRecord
from llmagentos.events import Grounded, StepDone
from llmagentos.execution.leaf import StepLeaf
from llmagentos.execution.records import open_record
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.placement import resolve_marks
from llmagentos.grounding.placement.marks import depends_on_item
from llmagentos.lang.plan import Place, Wait
from llmagentos.lang.words import PACES
from llmagentos.memory.record import Manner
from llmagentos.ports.failures import Failure
from llmagentos.tasks import Scope, StepProblem
from llmagentos.tasks.mentions import note_subjects
from llmagentos.types import Scene

#: Passes of an until, and steps of a whole plan, before the robot gives up.
MAX_PASSES = 20
MAX_RECORDS = 400
#: How long a round of a patrol waits where there was nothing to do, seconds.
IDLE_S = 1.0
#: How fast each pace is, as a share of the usual speed (the arm's profile is not exceeded).
SPEEDS = {"slow": 0.4, "normal": 1.0, "fast": 1.6}


def build(
    steps: Sequence[Any],
    session: Session,
    prefix: str = "",
    this: str | None = None,
    offset: int = 0,
) -> Behaviour:
    """A behaviour for the steps, in order; it fails with the first that fails.

    prefix and offset give the paths: "0.", 2 → the first step's path is "0.2".
    """
    children = [
        _behaviour(step, f"{prefix}{offset + index}", session, this)
        for index, step in enumerate(steps)
    ]
    return AllOf(name=prefix or "plan", memory=True, children=children)


def _behaviour(step: Any, path: str, session: Session, this: str | None) -> Behaviour:
    control = _CONTROL.get(step.op)
    return (control or StepLeaf)(step, path, session, this)


class Control(Composite):
    """A step that contains steps: passes over subtrees that `next_pass` gives, until None.

    Every pass is a child, added when its turn comes and kept when it has ended, so that py_trees'
    own tools (display, tip, iterate) see what was done, what is under way, and nothing else.
    """

    def __init__(self, step: Any, path: str, session: Session, this: str | None = None):
        super().__init__(name=f"{path} {step.op}")
        self.step, self.path, self.session, self.this = step, path, session, this
        self._record: StepRecord | None = None

    @property
    def passes(self) -> int:
        """How many subtrees were entered."""
        return len(self.children)

    def initialise(self) -> None:
        """Before the first tick: open the step's record, tell that it begins, make its scope."""
        self._record = open_record(self.step, self.path, self.session)
        self.scope = Scope(
            self.session.scene,
            self.session.memory,
            self.this,
            self._record.words,
            self._grounded,
            self.session.skills.hand,
        )

    def next_pass(self) -> Behaviour | None:
        """The subtree of the next pass, or None when it is done. May raise StepProblem."""
        raise NotImplementedError

    def tick(self) -> Iterator[Behaviour]:
        """One tick of the pass under way, entering the next ones as they come."""
        if self.status != Tick.RUNNING:
            self.remove_all_children()
            self.initialise()
        while (child := self._entered()) is not None:
            yield from child.tick()
            if child.status == Tick.RUNNING:
                self.status = Tick.RUNNING
                yield self
                return
            if child.status == Tick.FAILURE:
                break
        problem = self.session.problem
        failed = child is not None or problem is not None
        self._end("failed" if failed else "succeeded", problem.words if problem else "")
        self.stop(Tick.FAILURE if failed else Tick.SUCCESS)
        yield self

    def _entered(self) -> Behaviour | None:
        """The pass under way, or the next one; None when there is none, or why in the session."""
        if self.current_child is not None and self.current_child.status != Tick.SUCCESS:
            return self.current_child
        try:
            following = self.next_pass()
        except StepProblem as problem:
            self.session.problem = problem
            return None
        if following is not None:
            self.add_child(following)
            self.current_child = following
        return following

    def terminate(self, new_status: Tick) -> None:
        """Stopped from outside: the record says so."""
        if new_status == Tick.INVALID and self._record and self._record.status == "running":
            self._end("failed", Failure.STOPPED.value)

    def body(self, steps: Sequence[Any], this: str | None = None, offset: int = 0) -> Behaviour:
        """A subtree below this step. Raises StepProblem when the plan grows without end."""
        if len(self.session.records) > MAX_RECORDS:
            raise StepProblem(Failure.TOO_LONG, "That would take too many steps.")
        return build(steps, self.session, f"{self.path}.", this or self.this, offset)

    def holds(self, condition: Any) -> bool:
        """Whether the condition holds in the newest scene; told to whoever watches."""
        value, words = holds(condition, self.scope.context())
        self._grounded(words, "condition", ())
        note_subjects(condition, self.scope.context(), self.session.memory)
        return value

    def _grounded(self, words: str, description: str, ids: tuple[str, ...]) -> None:
        assert self._record is not None
        self._record.grounded.append({"description": description, "ids": list(ids), "words": words})
        self.session.emit(Grounded(self.path, words, ids))

    def _end(self, status: str, reason: str = "") -> None:
        assert self._record is not None
        self._record.status, self._record.reason = status, reason
        self.session.emit(StepDone(self.path, status, reason))


class ForEachStep(Control):
    """The body once for each object that was meant when the loop began."""

    def initialise(self) -> None:
        """As `Control.initialise`; what to go through is looked up at the first pass."""
        super().initialise()
        self._items: list[str] | None = None

    def next_pass(self) -> Behaviour | None:
        """The body for the next object that is still there, which is "it" in the body; None at the
        end."""
        if self._items is None:
            self._items = self._without_places(list(self.scope.ground(self.step.obj)))
            self.session.memory.note_mention(self._items)
        while self._items:
            item = self._items.pop(0)
            if self.session.scene().get(item) is not None:
                self.session.memory.note_mention((item,))
                return self.body(self.step.body, item)
        return None

    def _without_places(self, items: list[str]) -> list[str]:
        """Of several things, not those that the body puts them in or on: "everything in the box"."""
        places = {
            mark
            for step in self.step.body
            if step.op == "put" and step.place.rel in ("in", "on")
            for mark in self._fixed_marks(step.place)
        }
        rest = [item for item in items if item not in places]
        return rest if rest and len(items) > 1 else items

    def _fixed_marks(self, place: Place) -> tuple[str, ...]:
        """What a place is at where it is the same for each item; () otherwise."""
        if place.obj is None or depends_on_item(place):
            return ()
        marks = resolve_marks(place, self.scope.context())
        return marks.ids if marks.problem is None else ()


class IfStep(Control):
    """One of two branches, chosen when the step begins."""

    def next_pass(self) -> Behaviour | None:
        """One branch, chosen now by the condition; then None. Says so when there is none to take."""
        if self.passes:
            return None
        if self.holds(self.step.condition):
            return self.body(self.step.then)
        if self.step.otherwise:
            return self.body(self.step.otherwise, offset=len(self.step.then))
        self.session.answered = True
        _, words = holds(self.step.condition, self.scope.context())
        self.session.say(f"There was nothing to do: {words}.")
        return None


class RepeatStep(Control):
    """The body n times."""

    def next_pass(self) -> Behaviour | None:
        """The body, so many times; then None."""
        return self.body(self.step.body) if self.passes < self.step.n else None


class UntilStep(Control):
    """The body until the condition holds; gives up when nothing changes any more."""

    def initialise(self) -> None:
        """As `Control.initialise`; nothing has been seen before the first pass."""
        super().initialise()
        self._before: Scene | None = None

    def next_pass(self) -> Behaviour | None:
        """The body until the condition holds. Raises StepProblem when a pass changed nothing or
        there were too many."""
        if self.holds(self.step.condition):
            return None
        scene = self.session.scene()
        if self._before is not None and not changed(self._before, scene):
            raise StepProblem(Failure.NO_CHANGE, "I stopped, because nothing changes any more.")
        if self.passes >= MAX_PASSES:
            raise StepProblem(Failure.TOO_LONG, f"I stopped after {MAX_PASSES} rounds.")
        self._before = scene
        return self.body(self.step.body)


class PatrolStep(Control):
    """The body again and again until the person says stop; or as often as the session lets it."""

    _rounds, _begun = 0, 0

    def next_pass(self) -> Behaviour | None:
        """The body once more. What earlier rounds did is told no more, so that they may be many."""
        if self._rounds == self.session.patrol_rounds:
            self.session.say(f"I stopped after {self._rounds} rounds.")
            return None
        if self._rounds:
            inside = f"{self.path}."
            records = self.session.records
            records[:] = [r for r in records if not r.path.startswith(inside)]
            self.remove_all_children()
        idle = self._rounds and self.session.begun == self._begun
        self._rounds, self._begun = self._rounds + 1, self.session.begun
        # what needs no action takes no time, and others want to be heard
        return self.body((*self.step.body, Wait(seconds=IDLE_S)) if idle else self.step.body)

    def initialise(self) -> None:
        """As `Control.initialise`; no round was made yet."""
        super().initialise()
        self._rounds, self._begun = 0, 0


def changed(before: Scene, after: Scene) -> bool:
    """Whether anything moved by more than 5 mm, was gripped, or let go."""
    if {o.id for o in before.objects} != {o.id for o in after.objects}:
        return True
    for o in after.objects:
        was = before.get(o.id)
        if was is None or was.held != o.held or abs(was.yaw - o.yaw) > 0.05:
            return True
        if math.dist(was.position, o.position) > 0.005:
            return True
    return False


class MannerStep(Control):
    """The body once, in another manner: slowly, or keeping clear of some things."""

    _before = Manner()

    def next_pass(self) -> Behaviour | None:
        """The body in its manner; then the manner from before, and None."""
        if self.passes:
            self.session.manner = self._before
            return None
        self._before = self.session.manner
        if self.step.op == "pace":
            speed = SPEEDS[self.step.pace]
            if not self.step.body:
                self.session.memory.speed = speed
                self.session.manner = replace(self._before, speed=speed)
                self.session.answered = True
                self.session.say(f"I'll do everything {PACES[self.step.pace].phrase} from now on.")
                return None
            self.session.manner = replace(self._before, speed=speed)
        else:
            ids = self.scope.ground(self.step.obj)
            clear_of = tuple(dict.fromkeys((*self._before.clear_of, *ids)))
            self.session.manner = replace(self._before, clear_of=clear_of)
        return self.body(self.step.body)


_CONTROL: dict[str, Callable[..., Behaviour]] = {
    "for_each": ForEachStep,
    "if": IfStep,
    "repeat": RepeatStep,
    "until": UntilStep,
    "patrol": PatrolStep,
    "pace": MannerStep,
    "avoid": MannerStep,
}
