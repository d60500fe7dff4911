"""Jobs of several arms as one behaviour, and what is told of them.

Knows: jobs, the records of the steps they are for, events, who did what in words. Does not know: arms, or how
jobs were made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from py_trees.behaviour import Behaviour
from py_trees.common import Status as Tick

from llmagentos.dialogue.session import Session, StepRecord, action_json
from llmagentos.events import ActionDone, ActionStarted, Grounded, StepDone, StepStarted
from llmagentos.fleet.table import Job
from llmagentos.ports.failures import Failure
from llmagentos.ports.skills import SkillReport
from llmagentos.skills.catalog import doing_words
from llmagentos.tasks import StepProblem
from llmagentos.team.crew import Crew

#: What a job was, by its last action: in the past, and as what could not be done.
_VERBS = {
    "pick": ("picked up", "pick up"), "place": ("moved", "move"),
    "push": ("pushed", "push"), "rotate": ("turned", "turn"),
}  # fmt: skip


class Together(Behaviour):
    """Carries jobs out side by side. records: of the steps, by the numbers that jobs name; says: sentences for
    the reply beside who did what."""

    def __init__(
        self,
        jobs: Sequence[Job],
        records: Sequence[StepRecord],
        session: Session,
        crew: Crew,
        says: Sequence[str] = (),
    ) -> None:
        super().__init__(name="together")
        self._jobs, self._records = list(jobs), list(records)
        self._session, self._crew, self._says = session, crew, says
        self._ended: dict[str, SkillReport] = {}

    def initialise(self) -> None:
        """Before the first tick: jobs are begun, and the steps' records are open."""
        self._session.records = self._records
        for record in self._records:
            record.status, record.actions, record.attempts = "running", [], 0
            self._session.emit(StepStarted(record.path, record.words))
            for found in record.grounded:
                self._session.emit(Grounded(record.path, found["words"], tuple(found["ids"])))
        self._crew.begin(self._jobs)
        self._open = {
            number: sum(j.step == number for j in self._jobs)
            for number in range(len(self._records))
        }
        for number, count in self._open.items():
            if not count:
                self._step_done(number)

    def update(self) -> Tick:
        """One tick of all arms."""
        for news in self._crew.tick():
            job, record = news.job, self._records[news.job.step]
            if news.report is None:
                self._session.acted = True
                words = f"{job.robot}: {doing_words(job.actions[0].name, f'the {job.called}')}"
                self._session.emit(ActionStarted(record.path, words, _as_json(job, 0)))
                continue
            self._job_done(job, record, news.report)
        if self._crew.busy:
            return Tick.RUNNING
        for sentence in (*self._says, self._who_did(self._done())):
            self._session.say(sentence)
        failed = [
            (j, self._ended[j.id]) for j in self._jobs if self._ended[j.id].failure is not None
        ]
        if not failed:
            return Tick.SUCCESS
        # What only waited for another one says nothing of its own.
        job, report = next((row for row in failed if row[1].attempts), failed[0])
        assert report.failure is not None
        words = f"{job.robot} could not {_VERBS[job.actions[-1].name][1]} the {job.called}: {report.words}."
        self._session.problem = StepProblem(report.failure, words[:1].upper() + words[1:])
        return Tick.FAILURE

    def terminate(self, new_status: Tick) -> None:
        """Stopped from outside: records say so; the executor stops the arms."""
        if new_status != Tick.INVALID:
            return
        for record in self._records:
            if record.status == "running":
                record.status, record.reason = "failed", Failure.STOPPED.value
                self._session.emit(StepDone(record.path, "failed", "stopped"))

    def _job_done(self, job: Job, record: StepRecord, report: SkillReport) -> None:
        self._ended[job.id] = report
        reason = "" if report.failure is None else report.failure.value
        for number in range(len(job.actions)):
            entry = {
                **_as_json(job, number),
                "status": report.status.value,
                "attempts": report.attempts,
            }
            if reason:
                entry |= {"reason": reason, "words": report.words}
            record.actions.append(entry)
        record.attempts += report.attempts
        self._session.emit(ActionDone(record.path, report.status.value, reason, report.words))
        self._open[job.step] -= 1
        if not self._open[job.step]:
            self._step_done(job.step)

    def _step_done(self, number: int) -> None:
        record = self._records[number]
        own = [self._ended[j.id] for j in self._jobs if j.step == number]
        bad = next((r for r in own if r.failure is not None), None)
        record.status = "succeeded" if bad is None else "failed"
        record.reason = "" if bad is None else bad.words
        words = record.words if bad is None else bad.words
        self._session.emit(StepDone(record.path, record.status, words))

    def so_far(self) -> str:
        """What was done, and what is left of it, by whom: for who breaks it off."""
        done = self._done()
        left = [job for job in self._jobs if job not in done]
        not_done = self._who_did(left, tense=1)
        said = (self._who_did(done), f"Not done: {not_done}" if left else "")
        return " ".join(words for words in said if words)

    def _done(self) -> list[Job]:
        ended = ((job, self._ended.get(job.id)) for job in self._jobs)
        return [job for job, report in ended if report is not None and report.failure is None]

    def _who_did(self, jobs: Sequence[Job], tense: int = 0) -> str:
        """ "Left moved the red block and handed the cup to right; right moved the cup." tense: 0 for the past, 1
        for what was to be done: "left: move the red block"."""
        done: dict[str, dict[str, list[str]]] = {}
        for job in jobs:
            verb = (
                f"{('handed', 'hand')[tense]} {{}} to {job.hands_to}"
                if job.hands_to
                else f"{_VERBS[job.actions[-1].name][tense]} {{}}"
            )
            things = done.setdefault(job.robot, {}).setdefault(verb, [])
            if job.called not in things:
                things.append(job.called)
        told = []
        for robot, verbs in done.items():
            deeds = [
                verb.format(_listed([f"the {t}" for t in things])) for verb, things in verbs.items()
            ]
            told.append(f"{robot}{':' * tense} {_listed(deeds)}")
        words = "; ".join(told)
        if words and not tense:
            words = f"{words[:1].upper()}{words[1:]}"
        return f"{words}." if words else ""


def _as_json(job: Job, number: int) -> dict[str, Any]:
    """One action of a job, in the frame of its robot, which is named."""
    return {**action_json(job.actions[number]), "robot": job.robot}


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
