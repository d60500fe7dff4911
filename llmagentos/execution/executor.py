"""The execution module: a plan becomes motion, and motion becomes an outcome in words.

Knows: the life of one plan: checks, dialogue, the behaviour tree, the reply. Does not know: the
language model, cameras, or how skills move the arm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.dialogue import doubts, reply, waiting_for_word
from llmagentos.dialogue import turns as dialogue
from llmagentos.dialogue.answers import YES_OR_NO, Answer, answers_to
from llmagentos.dialogue.questions.past import remembered_instead
from llmagentos.dialogue.session import PATROL_ROUNDS, Session
from llmagentos.errors import LifecycleError
from llmagentos.events import Event, EventSink
from llmagentos.execution import tree
from llmagentos.execution.afterwards import keep_undoable, mention_problem, pending_after
from llmagentos.execution.aside import Parking
from llmagentos.execution.behind import Behind
from llmagentos.execution.doubting import Said, doubts_about
from llmagentos.execution.guarding import Guarding, action_of, rest_of
from llmagentos.execution.rehearsal import certain_problem, gone_through
from llmagentos.execution.rehearsing import Rehearsing
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import ExecutionModule, Outcome, PlanResult
from llmagentos.ports.rehearsal import Rehearsal
from llmagentos.ports.skills import SkillExecutor, SkillStatus
from llmagentos.ports.understanding import Trust
from llmagentos.tasks import StepProblem
from llmagentos.tasks.validation import Issue, validate
from llmagentos.types import Action, Observation, Scene, Status


def _nobody(event: Event) -> None:
    """An event sink for when nobody watches."""


class PlanExecutor(Parking, Behind, ExecutionModule):
    """Carries out plans with a `SkillExecutor`, one command after another in one session.

    memory: the session's memory (a new one by default). sink: gets every event.
    rehearses: go through each plan in memory first, so that nothing moves when a later step
    would end in a question or can't be done. observe: what the cameras show, for `execute`.
    trust: how sure a plan must be. rehearsal: tries each plan out in copies of what was seen, or
    says what came of that.
    """

    def __init__(
        self,
        skills: SkillExecutor,
        memory: SessionMemory | None = None,
        sink: EventSink | None = None,
        rehearses: bool = True,
        observe: Callable[[], Observation] | None = None,
        trust: Trust | None = None,
        rehearsal: Rehearsal | Rehearsing | None = None,
    ):
        self.skills = skills
        self.memory = memory or SessionMemory()
        self._sink = sink or _nobody
        self.trust = trust or Trust()
        self._root: Behaviour | None = None
        self._session: Session | None = None
        self._early: Outcome | None = None
        self._rehearses, self._observe = rehearses, observe
        self._action: Action | None = None
        self._plan: p.Plan | None = None
        self._pending: dialogue.Pending | None = None
        self._armed: waiting_for_word.Armed | None = None
        self._later: waiting_for_word.Armed | None = None
        self._guarding, self._rehearsing = Guarding(skills), Rehearsing.of(rehearsal, self._sink)
        self._found, self._ticks = None, 0
        #: A patrol that nobody ends ends after so many rounds.
        self.patrol_rounds = PATROL_ROUNDS

    @property
    def tree(self) -> Behaviour | None:
        """The behaviour tree of the plan under way, for py_trees' own tools; None when idle."""
        return self._root

    def reset(self) -> None:
        """A new session: nothing under way, nothing remembered, nothing believed."""
        self.abandon()
        self.memory.reset()
        self.skills.reset()
        self._rehearsing.reset()

    def abandon(self) -> None:
        """Drop the plan under way without a word; the session goes on."""
        self._root, self._session, self._early, self._pending = None, None, None, None
        self._armed, self._later = None, None
        self._action, self._found = None, None
        self._guarding.forget()
        self._rehearsing.drop()

    def see(self, scene: Scene) -> Scene:
        """Believe what was seen; returns it with what lies hidden and what is held."""
        believed = self.skills.see(scene)
        self._rehearsing.seen(believed)
        return believed

    def observe(self) -> Observation | None:
        """What the cameras show after an action, where there are any."""
        return None if self._observe is None else self._observe()

    def start(self, plan: p.Plan | PlanResult | Action, command: str = "") -> None:
        """Begin a plan, or a single action; nothing moves before the first tick. What a person was
        asked to say yes to is done instead where `command` is a literal yes."""
        taken = self._guarding.taken(command)
        self._action = action_of(taken, plan)
        if self._action is not None:
            self.skills.start(self._action)
            return
        given = p.Plan(steps=(p.Yes(),)) if isinstance(plan, Action) else plan
        self._begin(given, command, taken if isinstance(taken, dialogue.Resolved) else None)

    def _begin(
        self, given: p.Plan | PlanResult, command: str, agreed: dialogue.Resolved | None
    ) -> None:
        """Begin a plan, or `agreed`, what the person said yes to."""
        written: p.Plan = given.plan if isinstance(given, PlanResult) else given
        scene = self.skills.scene()
        promised = None if agreed else self._at_their_word(written, command)
        written = promised or written
        waiting, self._pending, self._early = self._pending, None, None
        # "both of them" are those that were asked about
        if waiting is not None and not agreed and dialogue.answers(written, waiting):
            self.memory.note_mention(waiting.candidates, handles=False)
        context = self.memory.context(scene)
        meant = agreed or dialogue.resolve(written, self.memory, context, waiting, command)
        self.memory.begin_command(command, scene, meant.repeatable, continues=meant.continues)
        steps, self._later = waiting_for_word.parted(meant.plan.steps)
        self._plan = p.Plan(steps=steps)
        self._session = Session(self.skills, self.memory, self._sink, steps)
        self._session.patrol_rounds = self.patrol_rounds
        # whoever takes one of the plans that were asked about has said enough
        chosen = waiting is not None and waiting.options and meant.continues
        settled = bool(agreed or promised or chosen)
        if not settled:
            said = Said(command, given, written, self._plan, waiting)
            found = doubts_about(said, scene, self.memory, self.skills.hand(), self.trust)
            if found:
                self._early = self._doubted(found[0], waiting)
                return
        if meant.reply:
            self._early = self._end("answered", meant.reply)
        elif not (
            self._has_issue(meant, scene, waiting)
            or self._stands_against(meant, scene)
            or (not settled and self._goes_wrong(scene))
        ):
            self._root = self._rooted(self._plan.steps)

    def _rooted(self, steps: tuple[Any, ...]) -> Behaviour:
        """What carries out the steps of the plan that begins."""
        assert self._session is not None
        return tree.build(steps, self._session)

    def _has_issue(
        self, meant: dialogue.Resolved, scene: Scene, waiting: dialogue.Pending | None
    ) -> bool:
        """Whether the plan itself says why it is not carried out; that is how it ends."""
        assert self._plan is not None
        issue = meant.issue or next(iter(validate(self._plan, self.memory.context(scene))), None)
        if issue is None:
            return False
        if told := remembered_instead(self._plan, self.memory.facts()):
            self._early = self._end("answered", told)
            return True
        if issue.failure is Failure.UNCLEAR and self.memory.asks_instead:
            issue = replace(issue, words=self.memory.asks_instead)
        asked_again = meant.issue is not None and issue.kind == "question"
        if asked_again or issue.failure is Failure.NOT_UNDERSTOOD:
            self._pending = waiting
        self._early = self._give_up(issue)
        return True

    def _stands_against(self, whole: dialogue.Resolved, scene: Scene) -> bool:
        """Go through the plan in memory: whether the guard refuses it, a step would fail, or a
        person has to say yes first; then that is how the command ends."""
        assert self._plan is not None
        if not (self._rehearses or self._guarding.is_there):
            return False
        gone = gone_through(self._plan, scene, self.memory, self.skills.hand())
        found = certain_problem(gone) if self._rehearses else None
        issue = self._guarding.issue(gone, whole, asks=found is None)
        if issue is not None:
            self._early = self._give_up(issue)
        elif found is not None:
            self._early = self._foreseen(*found)
        return self._early is not None

    @property
    def needs_yes(self) -> bool:
        """Whether something waits for a person's yes."""
        return self._guarding.waits

    def answers(self) -> tuple[Answer, ...]:
        """Answers that the question that waits can be given with a button; () for any words."""
        if self.needs_yes:
            return YES_OR_NO
        return () if self._pending is None else answers_to(self._pending, self.skills.scene())

    def withdraw(self) -> None:
        """Nothing waits for a yes any more."""
        self._guarding.forget()

    def awaited(self, command: str) -> p.Plan | None:
        """What was to be done once the person says this; a bare yes where the guard has asked."""
        if self._guarding.hears(command):
            return p.Plan(steps=(p.Yes(),))
        armed = self._armed
        return p.Plan(steps=armed.steps) if armed is not None and armed.is_said(command) else None

    def _at_their_word(self, written: p.Plan, command: str) -> p.Plan | None:
        """What waits for the person's word, where this is it."""
        armed = self._armed
        if armed is None:
            return None
        if armed.is_given(command, written):
            self._armed = None
            return p.Plan(steps=armed.steps)
        if armed.is_taken_back(written):
            self._armed = None
        return None

    def carried_out(self) -> p.Plan | None:
        """What "again" would do: the last command's plan, dialogue steps replaced."""
        return self.memory.records[-1].plan if self.memory.records else None

    def tick(self) -> Outcome | None:
        """A short slice of work; the outcome when the plan has ended."""
        if self._early is not None:
            early, self._early = self._early, None
            return early
        if self._action is not None:
            return self._tick_action(self._action)
        if self._root is None or self._session is None:
            raise LifecycleError("expected a plan under way, got none: call start() first")
        self._root.tick_once()
        if self._root.status == Tick.RUNNING:
            return self._try_on()
        self._rehearsing.settle()
        return self._finish()

    def stop(self) -> Outcome:
        """Ramp down, keep holding, and say where the arm is."""
        report = self.skills.stop()
        self._guarding.forget()
        self._rehearsing.drop()
        if self._action is not None:
            self._action = None
            return Outcome("failed", f"I stopped. {report.words}".strip())
        if self._root is not None and self._root.status == Tick.RUNNING:
            self._root.stop(Tick.INVALID)
        words = f"I stopped. {report.words}".strip()
        return self._end("failed", words)

    def _tick_action(self, action: Action) -> Outcome | None:
        report = self.skills.tick()
        if report.status is SkillStatus.RUNNING:
            return None
        self._action = None
        failure = report.failure
        if failure is Failure.UNCONFIRMED:
            self._guarding.wait_for(action)
            return Outcome("question", report.words, question=report.words)
        status: Status = "succeeded" if failure is None else "failed"
        return Outcome(
            "refused" if failure is Failure.REFUSED else status, report.words or action.name
        )

    def run(self, plan: p.Plan | PlanResult, command: str = "") -> Outcome:
        """Start the plan and tick until it ends."""
        self.start(plan, command)
        outcome = self.tick()
        while outcome is None:
            outcome = self.tick()
        return outcome

    # --- ends ---------------------------------------------------------------------------

    def _doubted(self, doubt: doubts.Doubt, waiting: dialogue.Pending | None) -> Outcome:
        """Nothing is carried out, since the plan may not be what was meant. A question that waited
        for an answer goes on waiting."""
        self._pending = waiting
        if doubt.told == "answered":
            return self._end("answered", doubt.reply)
        asks = doubt.told == "question"
        if doubt.options:
            self._pending = dialogue.Pending(doubt.options[0], doubt.reply, options=doubt.options)
        failure = Failure.UNCLEAR if asks else Failure.NOT_UNDERSTOOD
        return self._give_up(Issue(failure, doubt.reply))

    def _give_up(self, issue: Issue) -> Outcome:
        """Nothing is carried out, for a reason that the plan itself has."""
        assert self._session is not None
        problem = StepProblem(issue.failure, issue.words, issue.obj, issue.candidates)
        self._session.problem = problem
        return self._finish()

    def _foreseen(self, problem: StepProblem, rehearsed: Session) -> Outcome:
        """Nothing is carried out, since a step would fail; the records show which."""
        assert self._session is not None
        self._session.problem = problem
        for record in rehearsed.records:
            record.actions = []
            if record.status == "succeeded":
                record.status = "skipped"
        self._session.records = rehearsed.records
        return self._finish()

    def _finish(self) -> Outcome:
        assert self._session is not None
        problem = self._session.problem
        unconfirmed = problem is not None and problem.failure is Failure.UNCONFIRMED
        if unconfirmed and self._root is not None and self._plan is not None:
            rest = rest_of(self._plan, self._session)
            self._guarding.wait_for(dialogue.Resolved(rest, self.carried_out() or rest))
        status, words = reply.outcome_of(self._session)
        return self._end(status, words)

    def _end(self, status: Status, words: str) -> Outcome:
        session = self._session
        assert session is not None
        failure = session.problem.failure if session.problem is not None else None
        question = words if status == "question" else ""
        if failure is Failure.NOT_UNDERSTOOD:  # to be said again: the answer goes on with nothing
            question = self._pending.question if self._pending is not None else ""
        unknown = failure is Failure.UNKNOWN_KIND
        if (question or unknown) and self._pending is None and failure is not Failure.UNCONFIRMED:
            self._pending = pending_after(self._plan, session, words)
        if self._later is not None and status in ("succeeded", "answered"):
            self._armed = self._later
        self._later = None
        keep_undoable(self.memory, self._plan)
        self.memory.end_command(
            status,
            words,
            [r.fact() for r in session.records],
            self.skills.scene(),
            question=question,
        )
        mention_problem(self.memory, session, self.skills.scene())
        self._root, self._session, self._found = None, None, None
        self._rehearsing.drop()
        return Outcome(status, words, tuple(r.to_json() for r in session.records), question)
