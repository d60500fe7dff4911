"""Every training pair is carried out in memory before it is used.

Knows: how a plan is cut into parts that can be judged alone, what an earlier turn must have been
for a part to make sense, and how a part ends on symbolic skills in a scene drawn for it
(scenes.py). Does not know: which words say what (wording.py compares them).

What is cached: the verdict on a part, by its words with colours renamed in order of appearance,
unknown nouns and names numbered, lengths rounded to one of eight and angles to a quarter turn.
The renamed part is what is carried out, so a verdict does not depend on what was drawn before.
Steps that refer to no other step ("it", "the rest", "there", what is held ...) are parts of their
own, and so are conditions, branches and loops' bodies that hold no such word. A body of until or
repeat is carried out once or twice, both branches of an if once each.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from llmagentos.errors import LLMAgentOSError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.grounding import matching
from llmagentos.grounding.conditions import holds
from llmagentos.grounding.context import Context
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.tasks.mentions import subjects
from training.corpus.checks import driving
from training.corpus.checks.layout import CannotBuildError
from training.corpus.checks.parts import canonical, contradiction, descriptions, parts
from training.corpus.checks.rehearsal import MAX_TICKS, executor_in, setting_for
from training.corpus.checks.wording import words_problem

#: How much is checked: "static" compares words and plan only.
Level = Literal["symbolic", "static"]
#: Scenes that are drawn for a part before it counts as wrong.
TRIES = 5
#: Large things are drawn smaller from try to try, so that many find room.
SCALES = (1.0, 0.85, 0.7, 0.55, 0.55)
#: Steps that end a plan with words; they need no scene.
_ENDS = ("refuse", "cannot", "unclear", "ask", "say", "stop", "yes", "no", "look", "home", "wait")
#: Queries that need not find anything.
_OPEN_QUERIES = (
    "count", "exists", "holds", "scene", "held", "did", "moved", "why", "next", "abilities",
    "identity", "greet", "thanks", "status", "common", "bye", "hand",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """How a part ended. kind: "ok", "impossible" (understood, but no robot could: it says so) or
    the class of what is wrong; words: the robot's."""

    kind: str = "ok"
    words: str = ""

    @property
    def fine(self) -> bool:
        """Whether the plan was carried out, or could not be for a reason that lies in the scene."""
        return self.kind in ("ok", "impossible")


@dataclass
class Checker:
    """Judges pairs and keeps count. level "static" leaves the carrying out away."""

    level: Level = "symbolic"
    seen: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    impossible: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def __call__(self, pair: Any) -> bool:
        """Whether the pair may be used."""
        self.seen += 1
        verdict = self.verdict(pair)
        if verdict.kind == "impossible":
            self.impossible[verdict.words] += 1
        if verdict.fine:
            return True
        self.rejected[verdict.kind] += 1
        some = self.examples.setdefault(verdict.kind, [])
        if len(some) < 12:
            some.append((pair.command, " ".join(pair.target), verdict.words))
        return False

    def verdict(self, pair: Any) -> Verdict:
        """The first thing that is wrong with a pair, or how its plan ends."""
        problem = words_problem(pair.command, pair.pending, pair.target)
        if problem:
            return Verdict(*problem)
        if self.level == "static":
            return Verdict()
        if driving.drives(pair.plan()):
            return _judge_drive(pair)
        worst = Verdict()
        for part in parts(canonical(pair.target, pair.command)):
            verdict = judge(part)
            if not verdict.fine:
                return verdict
            worst = verdict if verdict.kind != "ok" else worst
        return worst

    def table(self) -> str:
        """Class, count and an example of everything rejected, most frequent first."""
        total = sum(self.rejected.values())
        lines = [f"{self.seen} pairs, {total} rejected ({100 * total / max(1, self.seen):.2f} %)"]
        for kind, count in self.rejected.most_common():
            command, target, words = next(iter(self.examples.get(kind, ())), ("", "", ""))
            lines.append(
                f"{count:6}  {kind}\n          {command}\n          {target}\n          {words}"
            )
        lines.append(f"understood, but told impossible: {sum(self.impossible.values())}")
        lines += [f"{count:6}  {words}" for words, count in self.impossible.most_common(12)]
        return "\n".join(lines)


# --- carrying out ---------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def judge(part: str) -> Verdict:
    """How a part ends in the best of a few scenes drawn for it."""
    try:
        plan = compact.parse(part)
    except LLMAgentOSError as exc:
        return Verdict("invalid", str(exc))
    verdicts = [_judge_steps(part, steps) for steps in _straight(plan.steps)]
    wrong = [v for v in verdicts if not v.fine]
    return wrong[0] if wrong else max(verdicts, key=lambda v: v.kind != "ok", default=Verdict())


def _judge_drive(pair: Any) -> Verdict:
    """How a plan that drives ends in the best of a few houses drawn for it."""
    plan, verdict = pair.plan(), Verdict()
    if any(isinstance(s, p.Choose | p.Correct) for s in plan.walk()):
        return Verdict()  # what went before decides
    steps = tuple(s for s in plan.steps if s.op != "when_told") or plan.steps[0].body
    plan = p.Plan(steps=steps)
    for attempt in range(TRIES):
        rng = random.Random(zlib.crc32(pair.command.encode()) + attempt)
        try:
            verdict = _run(driving.executor_for(plan, rng, SCALES[attempt]), plan)
        except CannotBuildError as exc:
            verdict = Verdict("no scene", str(exc))
        except Exception as exc:  # as in `_judge_steps`
            verdict = Verdict("crash", f"{type(exc).__name__}: {exc}")
        if verdict.kind == "ok":
            return verdict
    return verdict


def _straight(steps: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The steps without branches and loops: one list, or one for each kind of branch."""
    branches = any(isinstance(s, p.If) and s.otherwise for s in p.Plan(steps=tuple(steps)).walk())
    out = [tuple(_flat(steps, True))]
    return [*out, tuple(_flat(steps, False))] if branches else out


def _flat(steps: Sequence[Any], first: bool) -> Iterator[Any]:
    for s in steps:
        if isinstance(s, p.If):
            yield p.If(condition=s.condition, then=(p.Look(),))
            yield from _flat(s.then if first or not s.otherwise else s.otherwise, first)
        elif isinstance(s, p.WaitFor):
            yield p.If(condition=s.condition, then=(p.Look(),))
        elif isinstance(s, p.Until):
            yield p.If(condition=s.condition, then=(p.Look(),))
            yield from _flat(s.body, first)
        elif isinstance(s, p.Repeat):
            rest = any(o.quant == "rest" for o in descriptions(s.body))
            for _ in range(1 if rest else min(2, s.n)):
                yield from _flat(s.body, first)
        elif isinstance(s, p.ForEach):
            body = tuple(x for x in _flat(s.body, first) if x.op not in _ENDS)
            yield s.model_copy(update={"body": (body or (p.Look(),))[:12]})
        elif isinstance(s, p.Pace | p.WhenTold) and s.body:
            yield from _flat(s.body, first)
        elif isinstance(s, p.Avoid):
            body = tuple(_flat(s.body, first))
            yield s.model_copy(update={"body": (body or (p.Look(),))[:12]})
        else:
            yield s


def _judge_steps(part: str, steps: Sequence[Any]) -> Verdict:
    wrong = contradiction(steps)
    if wrong:
        return Verdict("contradiction", wrong)
    todo = tuple(s for s in steps if s.op not in _ENDS)[:24]
    if not todo:
        return Verdict()
    verdict = Verdict()
    for attempt in range(TRIES):
        rng = random.Random(zlib.crc32(part.encode()) + attempt)
        try:
            verdict = _attempt(todo, rng, attempt % 2 == 1, SCALES[attempt])
        except CannotBuildError as exc:
            verdict = Verdict("no scene", str(exc))
        except Exception as exc:  # a bug is a class of its own in the table, not the end of a build
            verdict = Verdict("crash", f"{type(exc).__name__}: {exc}")
        if verdict.kind == "ok":
            return verdict
    return verdict


def _attempt(steps: tuple[Any, ...], rng: random.Random, reuse: bool, scale: float) -> Verdict:
    """Carry the steps out in one scene drawn for them."""
    executor = executor_in(setting_for(steps, rng, reuse, scale))
    lost = _lost(steps, executor.memory.context(executor.skills.scene()))
    if lost:
        return lost
    return _run(executor, p.Plan(steps=steps))


def _run(executor: PlanExecutor, plan: p.Plan) -> Verdict:
    """Carry one plan out and class its end."""
    problem = None
    executor.start(plan)
    session = executor._session
    outcome = None
    for _ in range(MAX_TICKS):
        outcome = executor.tick()
        if outcome is not None:
            break
    if outcome is None:
        executor.stop()
        return Verdict("endless", "not done after many actions")
    problem = session.problem if session is not None else None
    if outcome.status in ("succeeded", "answered"):
        return Verdict()
    code = problem.failure.value if problem is not None else ""
    words = problem.words if problem is not None else outcome.reply
    meant = problem.obj if problem is not None else None
    if code == "ambiguous" and meant is not None and meant.ref == "other" and len(plan.steps) > 1:
        return Verdict("impossible", "asks which is the other one")
    if code == "no_room" or (outcome.status == "cannot" and code != "unknown_kind"):
        return Verdict("impossible", words)
    return Verdict(f"{outcome.status} {code}".strip(), words)


def _lost(steps: Sequence[Any], ctx: Context) -> Verdict | None:
    """A question or a condition about something that nothing fits."""
    for step in steps:
        objs: list[p.Obj | None] = []
        if isinstance(step, p.Answer) and step.query.query not in _OPEN_QUERIES:
            objs = [step.query.obj, step.query.obj2]
        condition = getattr(step, "condition", None) or getattr(
            getattr(step, "query", None), "condition", None
        )
        if condition is not None:
            objs += subjects(condition)
            holds(condition, ctx)
        for obj in objs:
            if (
                obj is not None
                and obj.quant != "none"
                and obj.ref is None
                and not matching(obj, ctx)
            ):
                return Verdict("nothing fits", " ".join(compact.write_node(obj)))
    return None
