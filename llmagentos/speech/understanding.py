"""Which of the readings of an utterance is meant, or that it must be asked.

Knows: readings with their shares, the words that can be meant here, what a planner thinks of each.
Does not know: sound, how a plan is made, who asks the question.

A candidate's weight is the recogniser's share, times PER_UNKNOWN for every word that names nothing
here, times how sure the planner is. A word that names nothing here, and sounds like one that does,
makes another candidate with that word instead. Candidates whose plans are the same are one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from llmagentos.lang import words as w
from llmagentos.speech.expected import Expected, words_of
from llmagentos.speech.recogniser import Heard, Reading
from llmagentos.speech.sounds_like import alike

#: A word that names nothing here costs so much of a candidate's weight.
PER_UNKNOWN = 0.15
#: A word is taken for another from so much likeness on; so much a repair weighs beside none.
ALIKE_FROM, REPAIRED = 0.75, 0.8
#: A longer reading may be that much less sure than the shorter one that it begins with.
LESS_SURE = 0.05
#: So many candidates are shown to a planner, none lighter than this share of the heaviest.
MOST, LIGHTEST = 3, 0.08
#: From this share on it is done; below it the person is asked.
SURE_FROM = 0.62
#: A reading whose tokens were this unlikely was guessed, not heard.
GUESSED_BELOW = 0.3
#: Steps that repeat words of the command, and what else they tell.
_REPEATS, _TELLS = ("cannot", "refuse", "unclear"), ("op", "reason")
#: Words behind which a thing is named.
_BEFORE_NAMES = frozenset(
    """the a an this that these those my your his her our their all every each both some any no other
    another next first second third last one two three four five six of in on by near onto into at
    with from behind under between beside""".split()
) | frozenset(word for role in (w.COLORS, w.SIZES, w.MATERIALS) for word in role)


@dataclass(frozen=True)
class Candidate:
    """One text that may have been meant. weight: among the others, all add up to 1. repairs: words
    as they were heard, and what they were taken for. plan: of the planner, as data, None where it
    was not asked or has none."""

    text: str
    weight: float
    repairs: tuple[tuple[str, str], ...] = ()
    plan: Mapping[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """For a result's `heard`."""
        out: dict[str, Any] = {"text": self.text, "confidence": round(self.weight, 3)}
        if self.repairs:
            out["taken_for"] = {heard: taken for heard, taken in self.repairs}
        return out


#: What a planner says to a text: its plan as data (None for none) and how sure it is, 0 to 1.
Plans = Callable[[str], tuple[Mapping[str, Any] | None, float]]


@dataclass(frozen=True)
class Understood:
    """What is to be done about an utterance. text: to be commanded, "" where `asks` is a question
    instead. candidates: the heaviest first."""

    text: str
    candidates: tuple[Candidate, ...]
    asks: str = ""

    @property
    def note(self) -> str:
        """What a person should know about how it was read; "" for nothing."""
        taken = self.candidates[0].repairs if self.text and self.candidates else ()
        return " ".join(f'I heard "{heard}" and took it for "{taken}".' for heard, taken in taken)


def understand(heard: Heard, expected: Expected, plans: Plans) -> Understood:
    """What was meant. plans: is asked only where the readings leave a doubt."""
    readings = whole([r for r in heard.readings if r.sure >= GUESSED_BELOW])
    if not readings:
        return Understood(
            "", (), "" if not heard.readings else "I did not catch that. Say it again?"
        )
    candidates = weighed(readings, expected)
    if len(candidates) > 1 and candidates[0].weight < 0.9:
        candidates = _agreed([_planned(c, plans) for c in candidates])
    best = candidates[0]
    if len(candidates) == 1 or best.weight >= SURE_FROM:
        return Understood(best.text, candidates)
    return Understood("", candidates, question(best.text, candidates[1].text))


def whole(readings: Sequence[Reading]) -> list[Reading]:
    """Without those that end before the sentence does: a reading that another one begins with, and
    that is no surer than it. Its share goes to the longer one; a recogniser's short readings are
    likelier only because they are short."""
    words = [words_of(r.text) for r in readings]
    shares = [r.confidence for r in readings]
    kept = list(range(len(readings)))
    for i, short in enumerate(words):
        longer = [
            j for j in kept
            if len(words[j]) > len(short) and words[j][: len(short)] == short
            and readings[j].sure >= readings[i].sure - LESS_SURE
        ]  # fmt: skip
        if short and longer:
            kept.remove(i)
            shares[max(longer, key=lambda j: shares[j])] += shares[i]
    out = [replace(readings[i], confidence=shares[i]) for i in kept]
    return sorted(out, key=lambda r: -r.confidence)


def weighed(readings: Sequence[Reading], expected: Expected) -> tuple[Candidate, ...]:
    """Candidates by what was heard and what can be named here, the heaviest first."""
    found: dict[str, Candidate] = {}
    for reading in readings:
        for candidate in (_as_heard(reading, expected), *_repaired(reading, expected)):
            key = " ".join(words_of(candidate.text))
            if key not in found or found[key].weight < candidate.weight:
                found[key] = candidate
    return _shares(list(found.values()))


def unknown(text: str, expected: Expected) -> list[str]:
    """Its words that name nothing here and belong to no command."""
    return [x for x in words_of(text) if x not in expected.known and not x.isdigit()]


def _as_heard(reading: Reading, expected: Expected) -> Candidate:
    cost = PER_UNKNOWN ** min(3, len(unknown(reading.text, expected)))
    return Candidate(reading.text, reading.confidence * cost)


def _repaired(reading: Reading, expected: Expected) -> list[Candidate]:
    """The reading with its one or two unknown words taken for what is here and sounds like them."""
    odd = unknown(reading.text, expected)
    if not 0 < len(odd) <= 2:
        return []
    if not all(_may_name(word, reading.text, expected) for word in odd):
        return []
    out = [Candidate(reading.text, reading.confidence * REPAIRED)]
    for word in odd:
        near = sorted(((alike(word, noun), noun) for noun in expected.nouns), reverse=True)[:2]
        out = [
            Candidate(
                re.sub(rf"\b{re.escape(word)}\b", noun, c.text, count=1, flags=re.I),
                c.weight * likeness**2, (*c.repairs, (word, noun)),
            )
            for c in out for likeness, noun in near if likeness >= ALIKE_FROM
        ]  # fmt: skip
    return out


def _may_name(word: str, text: str, expected: Expected) -> bool:
    """Whether a thing can be named where this word stands: behind "the", "two", "blue", "of"; not
    where a sentence begins, which is with what is to be done."""
    words = words_of(text)
    before = words[words.index(word) - 1] if word in words[1:] else ""
    return before in _BEFORE_NAMES or before in expected.nouns


def _shares(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    candidates = sorted(candidates, key=lambda c: -c.weight)[:MOST]
    kept = [c for c in candidates if c.weight >= LIGHTEST * candidates[0].weight]
    total = sum(c.weight for c in kept) or 1.0
    return tuple(replace(c, weight=c.weight / total) for c in kept)


def _planned(candidate: Candidate, plans: Plans) -> Candidate:
    plan, sure = plans(candidate.text)
    return replace(candidate, plan=plan, weight=candidate.weight * (0.05 + sure) ** 2)


def _agreed(candidates: list[Candidate]) -> tuple[Candidate, ...]:
    """Those of one plan are one: what is done is the same, whichever was said."""
    by_plan: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda c: -c.weight):
        same = [
            i for i, c in enumerate(by_plan)
            if c.plan is not None and _essence(c.plan) == _essence(candidate.plan)
        ]  # fmt: skip
        if same:
            first = by_plan[same[0]]
            by_plan[same[0]] = replace(first, weight=first.weight + candidate.weight)
        else:
            by_plan.append(candidate)
    return _shares(by_plan)


def _essence(plan: Any) -> Any:
    """A plan without the words that it only repeats: what can't be done is the same however it was
    heard."""
    if isinstance(plan, Mapping):
        kept = plan if plan.get("op") not in _REPEATS else {k: plan[k] for k in plan if k in _TELLS}
        return {k: _essence(v) for k, v in kept.items()}
    if isinstance(plan, Sequence) and not isinstance(plan, str):
        return [_essence(part) for part in plan]
    return plan


# --- the question and its answer ----------------------------------------------------------------


def question(one: str, other: str) -> str:
    """ "Did you say bowl or ball?", or with the whole sentences where more differs."""
    a, b = _difference(one, other)
    if a and b and len(a) <= 3 and len(b) <= 3:
        return f"Did you say {' '.join(a)} or {' '.join(b)}?"
    plain = [text.strip().rstrip(".!?") for text in (one, other)]
    return f'Did you say "{plain[0]}" or "{plain[1]}"?'


def answered(said: str, options: Sequence[str]) -> str | None:
    """Which of the options an answer names: by words that only one of them has, or "the first".
    "" for none of them; None where it is no answer but something new."""
    words = words_of(said)
    if not words or not options:
        return None
    telling = [
        x
        for x in words
        if x not in ("i", "said", "the", "a", "one", "yes", "please", "meant", "it")
    ]
    if telling in (["no"], ["neither"], ["none"], ["nope"]):
        return ""
    for at, names in enumerate((("first", "former"), ("second", "latter", "last"))):
        if len(telling) == 1 and telling[0] in names and at < len(options):
            return options[at]
    a, b = (
        (set(d) for d in _difference(options[0], options[1]))
        if len(options) > 1
        else (set(), set())
    )
    names_a, names_b = set(telling) <= a and bool(telling), set(telling) <= b and bool(telling)
    if names_a != names_b:
        return options[0] if names_a else options[1]
    whole = [o for o in options if words_of(o) == words]
    return whole[0] if len(whole) == 1 else None


def _difference(one: str, other: str) -> tuple[list[str], list[str]]:
    """The words from the first that differs to the last, of each."""
    a, b = words_of(one), words_of(other)
    blocks = [
        x
        for x in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()
        if x[0] != "equal"
    ]
    if not blocks:
        return [], []
    return a[blocks[0][1] : blocks[-1][2]], b[blocks[0][3] : blocks[-1][4]]
