"""The leaf of the behaviour tree: one step, expanded when its turn comes.

Knows: how to run a step's generator against the skill executor, tick by tick, and what to
report on the way. Does not know: what the step does, nor the steps beside it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.dialogue import spoken_steps
from llmagentos.dialogue.session import Session, StepRecord, action_json
from llmagentos.events import ActionDone, ActionStarted, Grounded, StepDone
from llmagentos.execution.records import open_record
from llmagentos.lang.wording import describe_object
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport, SkillStatus
from llmagentos.skills.catalog import doing_words
from llmagentos.tasks import Moves, Scope, StepProblem, expand
from llmagentos.tasks.carry import AVOID_M
from llmagentos.types import Action

#: So much room is left beside what must not be touched, metres.
KEEP_OUT_M = 0.02
#: How a description of everything of a sort begins; of two people say "both".
_ALL = "all the "


class StepLeaf(Behaviour):
    """Carries out one step that is no control step."""

    def __init__(self, step: Any, path: str, session: Session, this: str | None = None):
        super().__init__(name=f"{path} {step.op}")
        self._step, self._path, self._session, self._this = step, path, session, this
        self._moves: Moves | None = None
        self._action: Action | None = None
        self._report: SkillReport | None = None
        self._record: StepRecord | None = None
        self._scope: Scope | None = None

    def initialise(self) -> None:
        """Before the first tick: open the step's record, tell that it begins, make its scope."""
        self._record = open_record(self._step, self._path, self._session)
        self._scope = self._new_scope()
        self._moves, self._action, self._report = None, None, None
        self._names: dict[str, str] = {}

    def _new_scope(self) -> Scope:
        assert self._record is not None
        scope = Scope(
            self._session.scene,
            self._session.memory,
            self._this,
            self._record.words,
            self._grounded,
            self._session.skills.hand,
        )
        scope.avoid += self._keep_out()
        scope.avoid += [(*spot, self._half_m(item)) for item, spot in self._session.lessons.spots]
        return scope

    def update(self) -> Tick:
        """One tick of the action under way, or the next action."""
        try:
            return self._advance()
        except StepProblem as problem:
            return self._fail(problem)

    def _advance(self) -> Tick:
        if self._action is not None:
            report = self._session.skills.tick()
            if report.status is SkillStatus.RUNNING:
                return Tick.RUNNING
            self._action_done(self._action, report)
            self._action = None
            if report.failure in (Failure.REFUSED, Failure.UNCONFIRMED):
                raise StepProblem(report.failure, report.words)  # no other try, no other way
            self._report = report
        waited = self._session.parked
        if self._session.waits():
            return Tick.RUNNING
        if self._moves is None:
            if waited:  # others have moved things in the meantime
                self._scope = self._new_scope()
            assert self._scope is not None
            if spoken_steps.handles(self._step) and self._step.op != "answer":
                spoken_steps.carry_out(self._step, self._session, self._scope)
                return self._succeed()
            self._moves = expand(self._step, self._scope)  # of an answer: to where it sees enough
        try:
            action = next(self._moves) if self._report is None else self._moves.send(self._report)
        except StopIteration:
            if self._step.op == "answer":
                assert self._scope is not None
                spoken_steps.carry_out(self._step, self._session, self._scope)
            return self._succeed()
        self._report = None
        self._begin(action)
        return Tick.RUNNING

    def terminate(self, new_status: Tick) -> None:
        """Stopped from outside: the record says so; the executor stops the arm."""
        if new_status == Tick.INVALID and self._record is not None:
            if self._record.status == "running":
                self._record.status, self._record.reason = "failed", Failure.STOPPED.value
                self._session.emit(StepDone(self._path, "failed", "stopped"))
            self._action = None

    def _half_m(self, object_id: str) -> float:
        """Less than half of what a spot that did not do must be left by."""
        item = self._session.scene().get(object_id)
        return AVOID_M - (0.0 if item is None else item.size_m / 2)

    def _keep_out(self) -> list[tuple[float, float, float]]:
        """Circles of the table around what must not be touched."""
        scene = self._session.scene()
        things = [scene.get(i) for i in self._session.manner.clear_of]
        return [
            (*o.position[:2], o.size_m / 2 + KEEP_OUT_M)
            for o in things
            if o is not None and not o.held
        ]

    # --- reporting ----------------------------------------------------------------------

    def _begin(self, action: Action) -> None:
        manner = self._session.manner
        if action.object_id in manner.clear_of:
            scene = self._session.scene()
            item = scene.get(action.object_id)
            name = describe_object(item, scene) if item is not None else "it"
            words = f"I can't do that without touching {name}."
            raise StepProblem(Failure.IMPOSSIBLE, words)
        skip = self._session.lessons.skips.get(action.object_id, 0) if action.name == "pick" else 0
        action = replace(action, speed=manner.speed, clear_of=manner.clear_of, skip=skip)
        self._action = action
        self._session.acted = True
        self._session.begun += 1
        words = action_words(action, self._session)
        self._session.emit(ActionStarted(self._path, words, action_json(action)))
        self._session.skills.start(action)

    def _action_done(self, action: Action, report: SkillReport) -> None:
        assert self._record is not None
        entry = {**action_json(action), "status": report.status.value, "attempts": report.attempts}
        if "policy" in report.details:
            entry["policy"] = report.details["policy"]
        reason = report.failure.value if report.failure is not None else ""
        if reason:
            entry |= {"reason": reason, "words": report.words}
        self._record.actions.append(entry)
        self._record.attempts += report.attempts
        self._session.emit(ActionDone(self._path, report.status.value, reason, report.words))

    def _grounded(self, words: str, description: str, ids: tuple[str, ...]) -> None:
        assert self._record is not None
        entry = {"description": description, "ids": list(ids), "words": words}
        if entry not in self._record.grounded:
            self._record.grounded.append(entry)
            self._name(description, ids)
            self._session.emit(Grounded(self._path, words, ids))

    def _name(self, description: str, ids: tuple[str, ...]) -> None:
        """Remember what a description is called, as long as it means one thing all along."""
        scene = self._session.scene()
        item = scene.get(ids[0]) if len(ids) == 1 else None
        # A stack is known by its top, but its name is not that of the top.
        if item is not None and not re.search(r'"|\b(stack|tower|pile)\b', description):
            name = describe_object(item, scene)
            known = self._names.setdefault(description, name)
            if known != name:
                self._names[description] = description
        elif len(ids) == 2 and description.startswith(_ALL) and " except " not in description:
            self._names.setdefault(description, "both " + description.removeprefix(_ALL))

    def _told(self, words: str) -> str:
        """Say "the red block" in the reply where the plan said "it" or "a block"."""
        for description in sorted(self._names, key=len, reverse=True):
            name = self._names[description]
            pattern = rf"\b{re.escape(description)}\b"
            words = re.sub(pattern, lambda _, name=name: name, words, count=1)  # type: ignore[misc]
        words = words.replace("of the same colour as it", "of the same colour")
        return words.replace("of another colour than it", "of another colour")

    def _succeed(self) -> Tick:
        assert self._record is not None and self._scope is not None
        for sentence in self._scope.notes:
            self._session.say(sentence)
        self._record.status = "succeeded"
        self._record.words = self._scope.came_out or self._record.words
        self._record.told = self._told(self._record.words)
        self._session.emit(StepDone(self._path, "succeeded", self._record.words))
        return Tick.SUCCESS

    def _fail(self, problem: StepProblem) -> Tick:
        assert self._record is not None and self._scope is not None
        for sentence in self._scope.notes:
            self._session.say(sentence)
        self._record.status, self._record.reason = "failed", problem.words
        self._session.problem = problem
        self._session.emit(StepDone(self._path, "failed", problem.words))
        return Tick.FAILURE


def action_words(action: Action, session: Session) -> str:
    """The action in a few words: "grasping the red block"."""
    scene = session.scene()
    item = scene.get(action.object_id)
    name = describe_object(item, scene) if item is not None else "it"
    return doing_words(action.name, name)
