"""Taught words at work: what a person may teach, and what is done with sentences about words.

Knows: that a definition's body is for the planner to understand, and which words nobody may give
another meaning. Does not know: how plans are written, nor robots.

No taught word gets past a safety rule. Words of safety and of dangers, and all words that the robot
has already, keep their meaning. A body that the planner refuses is not kept; and a command with
taught words is judged by what they stand for and as it was said (see `Teacher.safest`).
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection

from llmagentos.errors import CommandError, FileError, ModelError, PlanError
from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.wording import describe_obj, describe_plan, refusal_words
from llmagentos.learning import word_acts
from llmagentos.learning.word_acts import Act, Ask, Forget, Teach
from llmagentos.learning.words import Expansion, Lexicon, Taught, listed, plain, singular
from llmagentos.objects import kinds
from llmagentos.ports.modules import Outcome, PlanResult
from llmagentos.ports.understanding import Trust
from llmagentos.tasks.validation import walk
from llmagentos.types import Scene

#: Writes the plan for a sentence, in the scene as it is now. Raises PlanError, ModelError.
Understand = Callable[[str], PlanResult]

#: Words that stop, forbid, agree or take back: with another meaning nobody could.
_SAFETY = frozenset(
    """stop halt freeze abort cancel quit exit wait hold pause emergency danger dangerous careful
    carefully slow slowly safe safety no not nope never don't dont do yes yeah undo back enough
    off without unless except avoid let go release drop help hot sharp""".split()
)
#: What hurts, and whom: a hazard must be called by its name.
_HAZARDS = frozenset(
    """knife knive dagger machete sword scissor shear blade razor scalpel cutter cleaver axe hatchet saw
    drill needle syringe nail thumbtack glass shard gun pistol rifle weapon bullet bomb explosive
    grenade firework fire flame lighter match candle torch gas petrol gasoline fuel alcohol acid bleach
    poison ammonia chemical drug pill medicine battery socket outlet plug wire cable electricity
    current heater stove oven iron microwave laser hammer chainsaw mercury lava
    person people human man men woman women child children kid boy girl baby toddler mother father
    mum mom dad grandma grandpa friend neighbour neighbor guest patient user operator me you us
    head face eye ear nose mouth throat neck hair arm hand finger foot leg skin body
    animal pet dog puppy cat kitten bird hamster rabbit mouse fish
    throw stab hit hurt kill cut burn smash crush break""".split()
)
#: Where an answer is awaited or the arm moves only as far as it is told.
_ALREADY_MEANT = p.Stop | p.No | p.Yes | p.Undo | p.Refuse
#: Steps with which nothing is done that could be kept.
_NOTHING = p.Ask | p.Unclear | p.Cannot | p.Choose | p.Correct | p.Yes | p.No | p.Stop | p.Answer
_CARRIER = "pick up the {}"
#: A planner as sure as this of a name's kind knows the word.
_KNOWN_FROM = 0.9


class Teacher:
    """Hears sentences about words, and writes commands out. lexicon: what was taught."""

    def __init__(self, lexicon: Lexicon):
        self.lexicon = lexicon

    def act(self, text: str) -> Act | None:
        """What a command says about words, where it is for the teacher to answer."""
        act = word_acts.find(text)
        if isinstance(act, Ask | Forget) and act.name and self.lexicon.find(act.name) is None:
            return act if isinstance(act, Forget) and act.firm else None
        return act

    def hear(self, act: Act, said: str, understand: Understand, scene: Scene) -> Outcome | None:
        """What is said to that, and done to the lexicon; None where the sentence turns out to be no
        definition ("a minute is a long time")."""
        try:
            if isinstance(act, Teach):
                return self._teach(act, said, understand, scene)
            return self._tell(act) if isinstance(act, Ask) else self._forget(act)
        except (CommandError, FileError) as exc:
            return Outcome("failed", f"I can't keep that: {exc}")

    def safest(
        self, meant: PlanResult, words: Expansion, understand: Understand, trust: Trust
    ) -> PlanResult:
        """The plan for a command with taught words: of what they stand for, unless the command as
        it was said, or any form on the way, is refused. A refusal that is no understanding at all
        (as for the executor: less sure than `Trust.reason_from`) does not count."""
        if _refusal(meant):
            return meant
        for stage in words.stages:
            literal = _understood(understand, stage)
            refused = literal is not None and bool(_refusal(literal))
            if refused and literal is not None and literal.confidence >= trust.reason_from:
                return literal
        return meant

    # --- teaching ---------------------------------------------------------------------------

    def _teach(self, act: Teach, said: str, understand: Understand, scene: Scene) -> Outcome | None:
        written = self.lexicon.expanded(act.meaning)
        meaning = written.text
        if re.search(rf"(?<!\w){re.escape(act.name)}(?!\w)", act.meaning, re.I):
            return _no(f'"{act.name}" can\'t be told by itself. Say it in other words.')
        is_noun = not act.sort and re.match(r"(?:an?|the|any|every)\s", act.meaning, re.I)
        body = None if act.sort == "thing" or is_noun else _understood(understand, meaning)
        if body is not None:
            body = self.safest(body, written, understand, Trust())
        if body is not None and _does_something(body):
            return self._teach_phrase(act, said, body, understand)
        if act.sort == "phrase":
            return _told_of(body, act) if act.firm or body is not None else None
        return self._teach_thing(act, said, meaning, understand, scene)

    def _teach_phrase(
        self, act: Teach, said: str, body: PlanResult, understand: Understand
    ) -> Outcome | None:
        if refused := _refusal(body):
            return Outcome("refused", f"I won't learn that: {refused}.")
        if protected := _protected(act.name, only_safety=True):
            return _no(_keeps(protected))
        before = _understood(understand, act.name)
        if before is not None and any(isinstance(s, _ALREADY_MEANT) for s in before.plan.steps):
            return _no(_keeps(act.name))
        if body.confidence < Trust.act_from:
            return _no(f'I am not sure enough what "{act.meaning}" means to keep it.')
        taught = Taught(act.name, act.meaning, "phrase", said, _today())
        self.lexicon.teach(taught)
        does = " ".join(describe_plan(body.plan))
        return Outcome("answered", f'When you say "{act.name}": {_lower(does)} I\'ll remember it.')

    def _teach_thing(
        self, act: Teach, said: str, meaning: str, understand: Understand, scene: Scene
    ) -> Outcome | None:
        described = plain_description(meaning)
        plan = _understood(understand, _CARRIER.format(described))
        obj = _described(plan)
        seen = words_seen(scene)
        if obj is None or not _can_be_here(obj, seen):
            if not act.firm:
                return None
            return _no(f'I did not understand "{act.meaning}" as a thing that I know.')
        name = act.name
        if len(name.split()) > word_acts.MAX_NAME:
            return _no("A name for a thing has one word or two.")
        if protected := _protected(name) or next((x for x in name.split() if x in seen), ""):
            return _no(_keeps(protected))
        if not _is_new(_understood(understand, _CARRIER.format(name)), name):
            return _no(_keeps(name)) if act.firm else None
        taught = Taught(name, plain_description(act.meaning), "thing", said, _today())
        self.lexicon.teach(taught)
        to_me = "" if _is_said(obj, described) else f" ({describe_obj(obj)}, as I understand it)"
        return Outcome("answered", f"{_upper(taught.told)}{to_me}: I'll remember it.")

    # --- asking and forgetting --------------------------------------------------------------

    def _tell(self, act: Ask) -> Outcome:
        if act.name:
            found = self.lexicon.find(act.name)
            return Outcome("answered", f"{_upper(found.told)}." if found else "I don't know.")
        if not len(self.lexicon):
            return Outcome(
                "answered",
                'You taught me no words yet. Say for instance "a zorp is a red block", or "when I '
                'say tidy up, put everything in the tray".',
            )
        return Outcome("answered", f"You taught me: {'; '.join(t.told for t in self.lexicon)}.")

    def _forget(self, act: Forget) -> Outcome:
        if not act.name:
            count = self.lexicon.forget_all()
            words = f"{count} word{'s' * (count != 1)}" if count else "There was nothing"
            return Outcome("answered", f"{words} forgotten." if count else f"{words} to forget.")
        gone = self.lexicon.forget(act.name)
        if gone is None:
            known = listed([f'"{t.name}"' for t in self.lexicon]) if len(self.lexicon) else "none"
            return _no(f'You did not teach me "{act.name}"; you taught me {known}.')
        return Outcome("answered", f"I forgot that {gone.told}.".replace('that "', '"'))


def words_seen(scene: Scene) -> frozenset[str]:
    """The kinds of the things in a scene."""
    return frozenset(str(o.kind).replace("_", " ") for o in scene.objects)


def plain_description(meaning: str) -> str:
    """Without article, in the singular: "the red blocks" → "red block"."""
    words = re.sub(r"^(?:an?|the|any|all|every|my|some)\s+", "", meaning.strip(), flags=re.I)
    parts = words.split()
    known = [i for i, x in enumerate(parts) if kinds.named(x.lower()) is None]
    for i in known:
        if kinds.named(singular(parts[i].lower())) is not None and i == len(parts) - 1:
            parts[i] = singular(parts[i])
    return " ".join(parts)


def _understood(understand: Understand, text: str) -> PlanResult | None:
    try:
        return understand(text)
    except (PlanError, ModelError):
        return None


def _does_something(planned: PlanResult) -> bool:
    """Whether it is a command: steps that are done, or one that is refused."""
    return not any(isinstance(s, _NOTHING) for s in planned.plan.steps)


def _refusal(planned: PlanResult) -> str:
    reasons = [s.reason for _, s in walk(planned.plan) if isinstance(s, p.Refuse)]
    return refusal_words(reasons[0]) if reasons else ""


def _told_of(body: PlanResult | None, act: Teach) -> Outcome:
    """Why a phrase can't stand for this body."""
    if body is None:
        return _no(f'I did not understand "{act.meaning}".')
    does = " ".join(describe_plan(body.plan))
    return _no(f'"{act.meaning}" is nothing that I could do: {_lower(does)} Say it more exactly.')


def _described(planned: PlanResult | None) -> p.Obj | None:
    """What the carrier sentence is about, where the planner understood it as that sentence."""
    if planned is None or len(planned.plan.steps) != 1:
        return None
    step = planned.plan.steps[0]
    sure = planned.confidence >= Trust.act_from
    return step.obj if isinstance(step, p.Pick) and sure else None


def _can_be_here(obj: p.Obj, seen: Collection[str]) -> bool:
    """Whether a description is of things on a table: of a kind or another trait that we know, or
    called as something is that lies here."""
    if obj.quant not in ("the", "a"):
        return False
    if obj.noun:
        return singular(plain(obj.noun)) in seen or bool(obj.colors or obj.material)
    known = obj.kind != "object" or obj.colors or obj.size or obj.material or obj.order or obj.where
    return bool(known) and obj.name is None and obj.ref is None


def _is_said(obj: p.Obj, words: str) -> bool:
    """Whether the words name the colours and the kind that the planner wrote."""
    said = {x for word in plain(words).split() for x in (word, singular(word))}
    kinds_said = {kinds.named(x) for x in said}
    return set(obj.colors) <= said and (obj.kind in ("object", *kinds_said) or bool(obj.noun))


def _is_new(planned: PlanResult | None, name: str) -> bool:
    """Whether the name means nothing yet: the planner only points at the word, takes it for just
    anything, or is not sure. A definition weighs more than a guess."""
    obj = _described(planned)
    if obj is None or planned is None or planned.confidence < _KNOWN_FROM:
        return True
    if obj.kind == "object" and not obj.colors and not obj.noun and not obj.name:
        return True
    pointed = {singular(x) for x in plain(f"{obj.noun or ''} {obj.name or ''}").split()}
    return bool(pointed & {singular(x) for x in name.split()})


def _protected(name: str, only_safety: bool = False) -> str:
    """The first of its words that keeps its meaning; "" where there is none. only_safety: for a
    phrase, which may have ordinary words."""
    for word in name.replace("’", "'").split():
        forms = {word, singular(word)}
        if forms & _SAFETY - ({"go", "let", "up", "off", "back"} if only_safety else set()):
            return word
        if forms & _HAZARDS - ({"me", "you", "us"} if only_safety else set()):
            return word
        if not only_safety and any(_is_known(x) for x in forms):
            return word
    return "" if " ".join(name.split()) not in ("go", "let go", "back off", "go back") else name


def _is_known(word: str) -> bool:
    roles = (w.COLORS, w.SIZES, w.MATERIALS, w.ORDERS, w.QUANTIFIERS, w.DIRECTIONS, w.REGIONS)
    return kinds.named(word) is not None or any(word in role for role in roles)


def _keeps(word: str) -> str:
    return (
        f'"{word}" keeps its meaning: I know it already, or safety hangs on it. Take another word.'
    )


def _no(words: str) -> Outcome:
    return Outcome("cannot", words)


def _today() -> str:
    return time.strftime("%Y-%m-%d")


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
