"""What is said to sentences about memory, and done to it.

Knows: facts that a person tells, asks for and has forgotten, and what they want where. Does not
know: which sentences are these (memory_acts.py), how plans are written, how rows are kept.

What is told is kept as words: nothing that a person says here changes what the robot may do.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from llmagentos.dialogue.memory_acts import Act, Forget, Recall, Tell, from_the_other_side
from llmagentos.dialogue.questions.past import told_words, when
from llmagentos.errors import ModelError, PlanError
from llmagentos.lang import plan as p
from llmagentos.lang.wording import describe_step
from llmagentos.memory.finding import words_of
from llmagentos.memory.habits import Placed, lasting, written
from llmagentos.memory.long_term import TOLD, Deed, LongTermMemory
from llmagentos.ports.modules import Outcome, PlanResult

#: Writes the plan for a sentence. Raises PlanError, ModelError.
Understand = Callable[[str], PlanResult]

#: "I want the cup on the left", "the cup belongs in the box": the thing, and where.
_WISHES = (
    re.compile(
        r"(?:I|we) (?:usually |always |normally )?(?:want|like|keep|put|have|prefer)(?: to have| to keep| to put)? "
        r"(?P<what>.+)",
        re.I,
    ),
    re.compile(r"(?P<thing>.+?) (?:always |usually )?(?:belongs?|goes|go)(?: always)? (?P<where>.+)", re.I),
)  # fmt: skip
#: What is told to the robot about itself is no rule.
_ORDER = re.compile(
    r"\byou (?:must|should|shall|may|can|have to|are to|need to|will)\b"
    r"|\b(?:never|always|don't|do not) \w",
    re.I,
)
_NO_RULE = "That is kept as words; it is no rule that I follow by myself."
_MOST = 4


class Remembering:
    """Hears sentences about one robot's memory. sure_from: a plan less sure is no wish."""

    def __init__(self, past: LongTermMemory, sure_from: float = 0.5) -> None:
        self._past, self._sure_from = past, sure_from

    def hear(self, act: Act, understand: Understand) -> Outcome | None:
        """The answer; None where the sentence turns out to be about something else."""
        if isinstance(act, Tell):
            return _said(self._keep(act, understand))
        words = self._recall(act) if isinstance(act, Recall) else self._forget(act)
        return _said(words) if words else None

    def _keep(self, act: Tell, understand: Understand) -> str:
        wish = self._wish(act.fact, understand) if act.asked else None
        if not self._past.told(act.fact, () if wish is None else wish[1]):
            return "I can't keep that now: my memory can't be written."
        told = f"I'll remember that {from_the_other_side(act.fact)}."
        if wish is not None:
            return f'{told} Say "put it where I usually want it", and I\'ll {wish[0]}.'
        return f"{told} {_NO_RULE}" if _ORDER.search(act.fact) else told

    def _recall(self, act: Recall) -> str:
        if not act.about:
            facts = self._past.facts(_MOST)
            return told_words(facts, self._past.now_s) or "You have told me nothing to remember."
        found = self._past.recall(act.about, _MOST)
        told = told_words([d for d in found if d.status == TOLD], self._past.now_s)
        done = next((d for d in found if d.status == "succeeded"), None)
        if done is not None and act.about != "my name":
            at = when(done.at, self._past.now_s)
            told = f'{told} You said {at}: "{done.text.strip()}". {done.reply}'.strip()
        return told or f"I remember nothing about {from_the_other_side(act.about)}."

    def _forget(self, act: Forget) -> str:
        if act.way == "all":
            return (
                "That would be everything that I remember: whoever looks after me can do that with "
                "`llmagentos memory forget --all`."
            )
        if act.way == "this":
            newest = self._past.newest()
            if newest is None:
                return "There is nothing to forget yet."
            self._past.forget_rows([newest.number])
            return _forgotten(newest)
        if act.way == "fact":
            about = set(words_of(act.about)) or {"name"}
            facts = [d for d in self._past.facts() if about <= set(words_of(d.text))]
            self._past.forget_rows([d.number for d in facts])
            return _forgotten(facts[0]) if facts else ""
        count = self._past.forget(" ".join(words_of(act.about)) or act.about)
        about_it = from_the_other_side(act.about)
        if not count:
            return f"I remember nothing about {about_it}."
        return f"I have forgotten what was said about {about_it}."

    def _wish(self, fact: str, understand: Understand) -> tuple[str, list[Placed]] | None:
        """Where the person wants a thing, by what the planner makes of "put THING WHERE"."""
        m = next((m for w in _WISHES if (m := w.fullmatch(fact.strip(" .!")))), None)
        if m is None:
            return None
        try:
            found = understand(f"put {' '.join(m.groups())}")
        except (ModelError, PlanError):
            return None
        step = found.plan.steps[0]
        if len(found.plan.steps) != 1 or not isinstance(step, p.Put):
            return None
        if found.confidence < self._sure_from or not lasting(step.place) or step.obj.ref:
            return None
        if step.obj.kind == "object":
            return None
        color = step.obj.colors[0] if step.obj.colors else ""
        return describe_step(step), [Placed("", step.obj.kind, color, written(step.place), True)]


def _forgotten(deed: Deed) -> str:
    if deed.status == TOLD:
        return f"I have forgotten that {from_the_other_side(deed.text)}."
    done = " What was done stays as it is." if deed.status == "succeeded" else ""
    return f'I have forgotten that you said "{deed.text.strip()}".{done}'


def _said(words: str) -> Outcome:
    return Outcome("answered", words)
