"""How well a command was understood: confidence, the doubtful part, other plans that are likely.

Knows: evidence and calibration of one model, and which words of the command a doubtful plan word
stands for. Does not know: how plans are written, sessions, what is done with doubt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from llm_edge.calibration import Calibration
from llm_edge.decoding import Generation
from llm_edge.evidence import Evidence, evidence
from llm_edge.wording import FORM, Account, Wording, bare_words
from llmagentos.errors import PlanError
from llmagentos.lang.plan import Plan
from llmagentos.objects.colors import COLORS
from llmagentos.objects.kinds import KINDS
from llmagentos.ports.understanding import Option, Understanding
from llmagentos.types import SceneObject

#: A word that nothing stands for is named from this weight on; unknown words weigh so much.
_NAMED = 0.25
_UNKNOWN = 0.4
#: A plan word is doubtful below this confidence.
_DOUBTFUL = 0.85
#: At most so sure is a plan with a colour that nobody spoke of ("tidy up" is not about the blue
#: ones), or with a kind of thing; few right plans have one (training/planner/unspoken.py).
_UNSPOKEN = {"colours": 0.4, "kinds": 0.4}
#: Words that may lie between two that belong together, and the longest part that is named.
_GAP = 2
_LONGEST = 9
_EDGES = "\"'.,;:!?()[]“”‘’…"
_SMALL = frozenset("a an the and then to of please so but with it is".split())

#: A plan's words and how they were written.
Written = tuple[list[str], Generation]


@dataclass(frozen=True)
class Judged:
    """A plan with its evidence, its confidence, and what of it is doubtful."""

    evidence: Evidence
    confidence: float
    words: tuple[tuple[str, float], ...]
    part: str
    left_over: tuple[str, ...]


class Judge:
    """Of one model: its calibration and its table of wordings, or the defaults."""

    def __init__(self, folder: Path):
        self.calibration = Calibration.load(folder)
        self.wording = Wording.load(folder) or Wording({})

    def evidence(self, command: str, question: str, written: Written) -> Evidence:
        """The figures of a plan for a command."""
        words, out = written
        return evidence(command, question, words, out, self.wording)

    def judged(
        self,
        command: str,
        question: str,
        written: Written,
        earlier: Sequence[str] = (),
        seen: Sequence[SceneObject] = (),
    ) -> Judged:
        """A plan weighed. question: the robot's that the command may answer, or ""; earlier: what
        was said before in the dialogue; seen: the things in the scene, where they are known."""
        words, out = written
        found = self.evidence(command, question, written)
        sure_of_it = self.calibration.confidence(found)
        before = " ".join((question, *earlier))
        for what in _UNSPOKEN:
            if self.unspoken(what, command, before, words, seen):
                sure_of_it = min(sure_of_it, _UNSPOKEN[what])
        sure = [*out.probabilities, *(1.0 for _ in words[len(out.probabilities) :])]
        each = tuple((w, self.calibration.word(p)) for w, p in zip(words, sure, strict=False))
        return Judged(
            found,
            sure_of_it,
            each,
            doubtful_part(command, each, found.account),
            tuple(p for _, p in left_over(command, found.account)),
        )

    def unspoken(
        self,
        what: str,
        command: str,
        before: str,
        words: Sequence[str],
        seen: Sequence[SceneObject] = (),
    ) -> bool:
        """Whether the plan has one of the colours, or of the kinds, that no word asked for.

        A colour: every word being known. A kind: where something of another kind has the
        description's colours, too ("the pallet" as the tray; not "both greens" as the green
        blocks, where nothing else is green). before: what was said before, by either.
        """
        if what == "colours":
            account = self.wording.account(command, words, before)
            return not account.unknown and any(words[i] in COLORS for i in account.unsaid)
        spoken = bare_words(f"{before} {command}")
        return bool(self.wording.table) and any(
            kind in KINDS
            and not any(self.wording.names(word, kind) for word in spoken)
            and _fits_others(words, i, seen)
            for i, kind in enumerate(words)
        )

    def understanding(
        self,
        command: str,
        question: str,
        first: Judged,
        others: Sequence[tuple[Written, float]],
        parse: Callable[[str], Plan],
        plan: tuple[Plan, str],
    ) -> Understanding:
        """With the other plans that the model nearly wrote, each with its probability relative
        to the first one's. plan: the first one, and its text."""
        made: list[tuple[Plan, str, Evidence, float]] = []
        for (words, out), relative in others:
            text = " ".join(words)
            try:
                other = parse(text)
            except PlanError:
                continue
            if other != plan[0] and other not in [m[0] for m in made]:
                weighed = self.evidence(command, question, (words, out))
                made.append((other, text, weighed, relative))
        likely = self.calibration.options(first.evidence, [(m[2], m[3]) for m in made])
        inside, rest = self.calibration.plausible(likely)
        every = [plan, *((m[0], m[1]) for m in made)]
        options = sorted((Option(*every[i], likely[i]) for i in inside), key=_likely)
        return Understanding(
            first.confidence, first.words, first.part, first.left_over, tuple(options), rest
        )


def _likely(option: Option) -> float:
    return -option.probability


# --- which words ------------------------------------------------------------------------------


def left_over(command: str, account: Account) -> list[tuple[float, str]]:
    """Parts of the command that nothing in the plan stands for, with how telling that is: words
    that lie close together are one part."""
    weights = {i: w for i, w in account.missing.items() if w >= _NAMED}
    for index in account.unknown:
        weights[index] = max(weights.get(index, 0.0), _UNKNOWN)
    said, parts = command.split(), list[list[int]]()
    for index in sorted(weights):
        between = range(parts[-1][-1] + 1, index) if parts else range(0)
        near = parts and len(between) <= _GAP and not any(account.said.get(i) for i in between)
        if near and index - parts[-1][0] < _LONGEST:
            parts[-1].append(index)
        else:
            parts.append([index])
    return [(sum(weights[i] for i in p), _quoted(said, p[0], p[-1])) for p in parts]


def doubtful_part(command: str, words: Sequence[tuple[str, float]], account: Account) -> str:
    """The words of the command that are least understood; "" where none stand out."""
    lost = max(left_over(command, account), default=(0.0, ""))
    spoken = _spoken_for(command, words, account)
    # what was dropped is worse than what was wavered about: its words are in no way in the plan
    return lost[1] if lost[0] >= 2 * _NAMED or not spoken else spoken


def _spoken_for(command: str, words: Sequence[tuple[str, float]], account: Account) -> str:
    """The words that the least sure plan word and its neighbours in one description stand for."""
    sure = np.asarray([c for _, c in words])
    if not len(sure) or sure.min() >= _DOUBTFUL:
        return ""
    plan = [w for w, _ in words]
    start, end = _description(plan, int(sure.argmin()))
    inside = {w for w in plan[start:end] if w not in FORM}
    pointers = sorted(int(w[1:]) for w in inside if w.startswith("@"))
    said = command.split()
    at = [i for i, w in enumerate(said) if inside & (account.said.get(i, frozenset()) | _bare(w))]
    if pointers:
        at = sorted({*at, *range(pointers[0], min(pointers[-1] + 1, len(said)))})
    if not at or at[-1] - at[0] >= _LONGEST:
        return ""
    return _quoted(said, at[0], at[-1])


def _bare(word: str) -> frozenset[str]:
    return frozenset(bare_words(word))


def _description(plan: Sequence[str], at: int) -> tuple[int, int]:
    """The innermost brackets around a plan word; the word alone where there are none."""
    depth, start = 0, at
    if plan[at] not in "[]":
        while start > 0:
            start -= 1
            depth += (plan[start] == "]") - (plan[start] == "[")
            if depth < 0:
                end = next((i for i in range(at, len(plan)) if plan[i] in "[]"), len(plan))
                return start, end
    return at, at + 1


def _fits_others(plan: Sequence[str], at: int, seen: Sequence[SceneObject]) -> bool:
    """Whether the colours of the description around a kind fit things of another kind."""
    first, last = _description(plan, at)
    colors = {word for word in plan[first : last + 1] if word in COLORS}
    return any(o.kind != plan[at] and (not colors or o.color in colors) for o in seen)


def _quoted(said: Sequence[str], first: int, last: int) -> str:
    """These words without punctuation and small words around them."""
    words = list(said[first : last + 1])
    while len(words) > 1 and words[0].lower() in _SMALL:
        words.pop(0)
    while len(words) > 1 and words[-1].lower() in _SMALL:
        words.pop()
    return " ".join(words).strip(_EDGES)
