"""The execution module: a plan becomes motion, and motion becomes an outcome in words.

Knows: the life of one plan: checks, dialogue, the behaviour tree, the reply. Does not know: the
language model, cameras, or how skills move the arm.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.dialogue import doubts, reply, waiting_for_word
from llmagentos.dialogue import turns as dialogue
from llmagentos.dialogue.session import Session
from llmagentos.errors import LifecycleError
from llmagentos.events import Event, EventSink
from llmagentos.execution import tree
from llmagentos.execution.rehearsal import copied, foreseen, rehearse
from llmagentos.grounding import ground
from llmagentos.lang import plan as p
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.failures import Failure
from llmagentos.ports.modules import ExecutionModule, Outcome, PlanResult
from llmagentos.ports.skills import SkillExecutor, SkillStatus
from llmagentos.ports.understanding import Trust
from llmagentos.tasks import StepProblem
from llmagentos.tasks.validation import Issue, validate
from llmagentos.types import Action, Observation, Scene, Status


def _nobody(event: Event) -> None:
    """An event sink for when nobody watches."""


class PlanExecutor(ExecutionModule):
    """Carries out plans with a `SkillExecutor`, one command after another in one session.

    memory: the session's memory (a new one by default). sink: gets every event.
    rehearses: go through each plan in memory first, so that nothing moves when a later step
    would end in a question or can't be done. observe: what the cameras show, for `execute`.
    trust: how sure a plan must be.
    """

    def __init__(
        self,
        skills: SkillExecutor,
        memory: SessionMemory | None = None,
        sink: EventSink | None = None,
        rehearses: bool = True,
        observe: Callable[[], Observation] | None = None,
        trust: Trust | None = None,
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

    @property
    def tree(self) -> Behaviour | None:
        """The behaviour tree of the plan under way, for py_trees' own tools; None when idle."""
        return self._root

    def reset(self) -> None:
        """A new session: nothing under way, nothing remembered, nothing believed."""
        self.abandon()
        self.memory.reset()
        self.skills.reset()

    def abandon(self) -> None:
        """Drop the plan under way without a word; the session goes on."""
        self._root, self._session, self._early, self._pending = None, None, None, None
        self._armed, self._later = None, None
        self._action = None

    def see(self, scene: Scene) -> Scene:
        """Believe what was seen; returns it with what lies hidden and what is held."""
        return self.skills.see(scene)

    def observe(self) -> Observation | None:
        """What the cameras show after an action, where there are any."""
        return None if self._observe is None else self._observe()

    def start(self, plan: p.Plan | PlanResult | Action, command: str = "") -> None:
        """Begin a plan, or a single action; nothing moves before the first tick."""
        self._action = plan if isinstance(plan, Action) else None
        if isinstance(plan, Action):
            self.skills.start(plan)
            return
        written: p.Plan = plan.plan if isinstance(plan, PlanResult) else plan
        scene = self.skills.scene()
        promised = self._at_their_word(written, command)
        written = promised or written
        waiting, self._pending, self._early = self._pending, None, None
        if dialogue.answers(written, waiting):  # "both of them" are those that were asked about
            assert waiting is not None
            self.memory.note_mention(waiting.candidates, handles=False)
        meant = dialogue.resolve(written, self.memory, self.memory.context(scene), waiting, command)
        self.memory.begin_command(command, scene, meant.repeatable, continues=meant.continues)
        steps, self._later = waiting_for_word.parted(meant.plan.steps)
        meant = replace(meant, plan=p.Plan(steps=steps))
        self._session = Session(self.skills, self.memory, self._sink, meant.plan.steps)
        self._plan = meant.plan
        # whoever takes one of the plans that were asked about has said enough
        settled = promised or (waiting is not None and waiting.options and meant.continues)
        doubts_of = [] if settled else self._doubts(plan, written, command, scene, waiting)
        if doubt := next(iter(doubts_of), None):
            self._early = self._doubted(doubt, waiting)
            return
        if meant.reply:
            self._early = self._end("answered", meant.reply)
            return
        issue = meant.issue or next(iter(validate(meant.plan, self.memory.context(scene))), None)
        if issue is not None:
            asked_again = meant.issue is not None and issue.kind == "question"
            if asked_again or issue.failure is Failure.NOT_UNDERSTOOD:
                self._pending = waiting
            self._early = self._give_up(issue)
            return
        if self._rehearses:
            found = rehearse(meant.plan, scene, self.memory, self.skills.hand())
            if found is not None:
                self._early = self._foreseen(*found)
                return
        self._root = tree.build(meant.plan.steps, self._session)

    def awaited(self, command: str) -> p.Plan | None:
        """What was to be done once the person says this."""
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
            return None
        return self._finish()

    def stop(self) -> Outcome:
        """Ramp down, keep holding, and say where the arm is."""
        report = self.skills.stop()
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
        status: Status = "failed" if report.failure is not None else "succeeded"
        return Outcome(status, report.words or action.name)

    def run(self, plan: p.Plan | PlanResult, command: str = "") -> Outcome:
        """Start the plan and tick until it ends."""
        self.start(plan, command)
        outcome = self.tick()
        while outcome is None:
            outcome = self.tick()
        return outcome

    # --- ends ---------------------------------------------------------------------------

    def _doubts(
        self,
        plan: p.Plan | PlanResult,
        written: p.Plan,
        command: str,
        scene: Scene,
        waiting: dialogue.Pending | None,
    ) -> list[doubts.Doubt]:
        """Why the plan may not be what the words meant."""
        confidence = plan.confidence if isinstance(plan, PlanResult) else 1.0
        question = waiting.question if waiting is not None else ""
        earlier = ". ".join(r.text for r in self.memory.records[-4:-1])
        understanding = plan.understanding if isinstance(plan, PlanResult) else None

        def options() -> tuple[doubts.Foreseen, ...]:
            # in an answer to a question the other plans would each note another choice
            others = understanding.options if understanding and waiting is None else ()
            every = {o.plan: o.probability for o in others}
            if not every and self._plan is not None:
                every[self._plan] = confidence
            own = (written, self._plan)
            found = (self._foreseen_end(x, sure, scene, x in own) for x, sure in every.items())
            return tuple(
                x
                for x in found
                if x is not None
                # the planner's first has its own turn with the other checks
                and (
                    x.own
                    or not doubts.find(doubts.Asked(command, x.plan, scene, question, earlier))
                )
            )

        asked = doubts.Asked(
            command, written, scene, question, earlier, confidence, understanding, self.trust,
            options,
        )  # fmt: skip
        return doubts.find(asked)

    def _foreseen_end(
        self, plan: p.Plan, sure: float, scene: Scene, own: bool
    ) -> doubts.Foreseen | None:
        """The plan without dialogue steps and what the scene would be after it; None where it can't
        be carried out here."""
        meant = dialogue.resolve(plan, copied(self.memory), self.memory.context(scene), None)
        if meant.issue is not None or meant.reply:
            return None
        if validate(meant.plan, self.memory.context(scene)):
            return None
        end = foreseen(meant.plan, scene, self.memory, self.skills.hand())
        return None if end is None else doubts.Foreseen(meant.plan, sure, end, own)

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
        if (question or unknown) and self._pending is None:
            self._pending = self._pending_after(session, words)
        if self._later is not None and status in ("succeeded", "answered"):
            self._armed = self._later
        self._later = None
        self._keep_undoable()
        self.memory.end_command(
            status,
            words,
            [r.fact() for r in session.records],
            self.skills.scene(),
            question=question,
        )
        self._mention_problem(session)
        self._root, self._session = None, None
        return Outcome(status, words, tuple(r.to_json() for r in session.records), question)

    def _pending_after(self, session: Session, question: str) -> dialogue.Pending | None:
        """What the person's answer will continue: the steps from the one that asked."""
        if self._plan is None:
            return None
        failed = [r for r in session.records if r.status == "failed"]
        at = int(failed[0].path.split(".")[0]) if failed else 0
        ask = next((s for s in self._plan.steps if isinstance(s, p.Ask)), None)
        problem = session.problem
        return dialogue.Pending(
            p.Plan(steps=self._plan.steps[at:]),
            question,
            problem.obj if problem else None,
            problem.candidates if problem else (),
            ask,
        )

    def _keep_undoable(self) -> None:
        """A command that undoes and then does something new can itself be undone."""
        steps = self._plan.steps if self._plan is not None else ()
        records = self.memory.records
        if records and records[-1].is_undo and any(s.op != "undo" for s in steps):
            records[-1] = replace(records[-1], is_undo=False)

    def _mention_problem(self, session: Session) -> None:
        """What a question is about has been spoken of: "it" in the answer."""
        problem = session.problem
        if problem is None or problem.obj is None or problem.kind != "question":
            return
        found = ground(problem.obj, self.memory.context(self.skills.scene()))
        if found.ok:
            self.memory.note_mention(found.ids)
