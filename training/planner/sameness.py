"""Whether a written plan means what the wanted one means.

Knows: a free sentence's scene and earlier turns, in which both plans are carried out on symbolic
skills; what has to be alike afterwards. Does not know: models.

Plans that are written alike are the same. Others are the same in a scene when they end alike:
every thing in the same place (within 2 cm and 0.15 rad), on the same support, in the same hand;
where nothing moves, with the same reply. A refusal is a refusal and an "I can't" an "I can't",
whatever the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

from llmagentos.errors import LLMAgentOSError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import SceneObject
from training.corpus.free_check import run
from training.corpus.free_lines import Sentence

NEAR_M = 0.02
NEAR_RAD = 0.15
#: Ends whose words may differ.
_DECLINED = ("refused", "cannot")


@dataclass(frozen=True)
class End:
    """How a plan ended in a sentence's scene."""

    status: str
    reply: str
    moved: bool
    objects: tuple[SceneObject, ...]


def end_of(s: Sentence, plan: p.Plan) -> End:
    """The end of a plan after the sentence's earlier turns."""
    skills = SymbolicSkills(s.scene)
    executor = PlanExecutor(skills)
    for turn in s.turns:
        run(executor, turn.plan, turn.command)
    before = len(skills.actions)
    done = run(executor, plan, s.command)
    status, reply = (done.status, done.reply) if done is not None else ("", "")
    return End(status, reply, len(skills.actions) > before, skills.scene().objects)


def alike(a: End, b: End) -> bool:
    """Whether two ends are the same for the person."""
    if (a.status, a.moved) != (b.status, b.moved):
        return False
    if a.moved:
        return len(a.objects) == len(b.objects) and all(
            _at_the_same(x, y) for x, y in zip(a.objects, b.objects, strict=True)
        )
    return a.status in _DECLINED or a.reply == b.reply


def _at_the_same(a: SceneObject, b: SceneObject) -> bool:
    where = max(abs(u - v) for u, v in zip(a.position, b.position, strict=True))
    same = (a.id, a.support, a.inside, a.held) == (b.id, b.support, b.inside, b.held)
    return same and where <= NEAR_M and abs(a.yaw - b.yaw) <= NEAR_RAD


class Meant:
    """What a free sentence means; its own plan is carried out once, when it is needed."""

    def __init__(self, sentence: Sentence):
        self.sentence = sentence
        self._end: End | None = None

    def same(self, plan: p.Plan) -> bool:
        """Whether a plan does what the sentence's own does; with a sentence that has none,
        whether it keeps still."""
        wanted = self.sentence.plan
        if wanted is None:
            return all(
                step.op in ("cannot", "unclear", "ask", "refuse", "say") for step in plan.steps
            )
        if written_alike(plan, wanted):
            return True
        try:
            if self._end is None:
                self._end = end_of(self.sentence, wanted)
            return alike(end_of(self.sentence, plan), self._end)
        except LLMAgentOSError:
            return False


def written_alike(a: p.Plan, b: p.Plan) -> bool:
    """Whether the notation of both is the same but for capitals in texts."""
    return compact.write(a).lower() == compact.write(b).lower()
