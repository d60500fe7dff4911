"""What episodes teach: sentences with the plan that would have been right, for a person to approve.

Knows: how a correction, an undo with other words, an answer and a thumb follow a command, and which
of them say what a sentence meant. Does not know: how anything is trained from it (optimizer.py).

Proposed is little: only what the sentence itself says. "Put the block in the bowl", corrected with
"no, the blue one", taught nothing about those words, for they did not say blue. And a refusal is
never unlearnt: no lesson has a plan that refuses as its wrong one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from llmagentos.errors import FileError, PlanError
from llmagentos.files import is_there, make_folder, read_json, write_text
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.learning.words import json_text, singular
from llmagentos.objects import kinds
from llmagentos.objects.colors import COLORS
from llmagentos.tasks.validation import walk

State = Literal["open", "approved", "rejected"]
VERSION = 1
_OK = ("succeeded", "answered")
#: Steps about other commands: they say nothing of what a sentence means by itself.
_DIALOGUE = p.Choose | p.Correct | p.Again | p.Yes | p.No | p.Undo | p.Restore | p.Stop
_NOT_UNDERSTOOD = p.Unclear | p.Cannot


@dataclass(frozen=True)
class Lesson:
    """A sentence and its right plan; with `wrong` a preference, too.

    said: the sentence, taught words written out. right, wrong: plans in notation; wrong "" for a
    sentence that was understood. pending: the question that it answered. scene: the things that
    were seen, as episodes hold them. history: (command, status) before it. why: what taught it.
    """

    said: str
    right: str
    wrong: str = ""
    pending: str = ""
    scene: tuple[Mapping[str, Any], ...] = ()
    history: tuple[tuple[str, str], ...] = ()
    why: str = ""

    @property
    def id(self) -> str:
        """The same for the same sentence and plans, however often it happened."""
        text = "\n".join((self.said.lower(), self.pending, self.right, self.wrong))
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """As plain data, with its id."""
        return {"id": self.id, **asdict(self)}

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Lesson:
        """From `to_json`'s data. TypeError for other fields."""
        fields = {k: v for k, v in data.items() if k != "id"}
        fields["scene"] = tuple(fields.get("scene", ()))
        fields["history"] = tuple((str(a), str(b)) for a, b in fields.get("history", ()))
        return cls(**fields)


def lessons(episodes: Sequence[Mapping[str, Any]]) -> list[Lesson]:
    """What the episodes (oldest first) teach, each once."""
    found: dict[str, Lesson] = {}
    sessions: dict[str, list[Mapping[str, Any]]] = {}
    for episode in episodes:
        sessions.setdefault(str(episode["id"]).rpartition("-")[0], []).append(episode)
    for session in sessions.values():
        for i in range(len(session)):
            lesson = _taught(session[i], session[i + 1 :])
            if lesson is not None:
                found[lesson.id] = lesson
    return list(found.values())


def _taught(episode: Mapping[str, Any], after: Sequence[Mapping[str, Any]]) -> Lesson | None:
    """What one episode teaches, by what came after it."""
    plan = _plan(str(episode.get("carried_out", "")))
    written = _steps(episode)
    if written is None or any(isinstance(s, _DIALOGUE) for s in written):
        return None
    blamed = float(episode.get("feedback", 0.0))
    right, why = _corrected(episode, after)
    if right is None:
        if blamed > 0 and episode.get("status") in _OK and plan is not None:
            return _lesson(episode, plan, "", "found right")
        return None
    if any(isinstance(s, p.Refuse) for s in written):
        return None
    wrong = codec.write(plan) if plan is not None else ""
    if codec.write(right) == wrong or unsaid(right, str(episode["meant"]), plan):
        return None
    return _lesson(episode, right, wrong, why)


def _corrected(
    episode: Mapping[str, Any], after: Sequence[Mapping[str, Any]]
) -> tuple[p.Plan | None, str]:
    """The plan that the next turns put in the place of this one, and how."""
    right: p.Plan | None = None
    why, undone = "", False
    for turn in after:
        steps = _steps(turn) or ()
        answers = any(isinstance(s, p.Correct | p.Choose | p.Yes) for s in steps)
        asked = episode.get("status") == "question"
        if not answers and right is None and not undone and _is_undo(steps):
            undone = True
            continue
        fits = answers or (right is None and (undone or _is_other_words(episode, turn, steps)))
        if not fits or (
            answers and any(isinstance(s, p.Choose | p.Yes) for s in steps) and not asked
        ):
            break
        plan = _plan(str(turn.get("carried_out", "")))
        if plan is None or turn.get("status") not in _OK or float(turn.get("feedback", 0.0)) < 0:
            if answers:
                continue
            break
        if any(isinstance(s, _DIALOGUE) for s in plan.steps):
            break
        right = plan
        how = "undone, and said" if undone else "corrected by" if answers else "said again as"
        why = f'{how} "{turn["command"]}"'
    return right, why


def unsaid(plan: p.Plan, said: str, before: p.Plan | None) -> str:
    """The first colour or kind of the plan that the sentence does not say; "" where it says all. A
    kind counts as said where the sentence had a word that the plan before knew nothing of."""
    words = {x for w in re.findall(r"[a-z]+", said.lower()) for x in (w, singular(w))}
    tokens = {t for t in codec.tokens(codec.write(plan)) if not t.startswith('"')}
    for color in COLORS:
        if color in tokens and color not in words:
            return color
    steps = () if before is None else [s for _, s in walk(before)]
    text = "" if before is None else codec.write(before)
    open_word = " noun " in text or any(isinstance(s, _NOT_UNDERSTOOD) for s in steps)
    named = {kinds.named(x) for x in words} | {"object"}
    for token in sorted(tokens):
        is_kind = token in kinds.KINDS or token in kinds.CATEGORIES
        if is_kind and token not in named and not open_word:
            return token
    return ""


class Notebook:
    """Which lessons a person approved or rejected, and which were trained. path: kept there.

    FileError for a file that cannot be read or written.
    """

    def __init__(self, path: Path):
        self._path = path
        data: Any = read_json(path, "a file of lessons") if is_there(path) else {}
        if not isinstance(data, dict) or data.get("version", VERSION) != VERSION:
            raise FileError(
                f"expected a file of lessons of version {VERSION} at {path}, got another"
            )
        self._states: dict[str, State] = dict(data.get("decisions", {}))
        self.trained: list[str] = list(data.get("trained", []))

    def state(self, lesson: Lesson) -> State:
        """What was decided about it."""
        return self._states.get(lesson.id, "open")

    def decide(self, chosen: Iterable[Lesson], state: State) -> None:
        """Approve or reject these; kept at once."""
        self._states.update({lesson.id: state for lesson in chosen})
        self._keep()

    def note_trained(self, chosen: Iterable[Lesson]) -> None:
        """These are in the model now."""
        self.trained = sorted({*self.trained, *(lesson.id for lesson in chosen)})
        self._keep()

    def _keep(self) -> None:
        make_folder(self._path.parent, "a folder for lessons")
        data = {"version": VERSION, "decisions": self._states, "trained": self.trained}
        write_text(self._path, json_text(data))


def _lesson(episode: Mapping[str, Any], right: p.Plan, wrong: str, why: str) -> Lesson:
    return Lesson(
        str(episode["meant"]), codec.write(right), wrong, str(episode.get("pending", "")),
        tuple(episode.get("scene", ())),
        tuple((str(a), str(b)) for a, b in episode.get("history", ())), why,
    )  # fmt: skip


def _plan(text: str) -> p.Plan | None:
    try:
        return codec.parse(text) if text else None
    except PlanError:
        return None


def _steps(episode: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The steps as the planner wrote them, dialogue steps included."""
    try:
        return p.Plan.model_validate(episode["plan"]).steps
    except (ValueError, KeyError, TypeError):
        return None


def _is_undo(steps: Sequence[Any]) -> bool:
    return len(steps) == 1 and isinstance(steps[0], p.Undo)


def _is_other_words(
    episode: Mapping[str, Any], turn: Mapping[str, Any], steps: Sequence[Any]
) -> bool:
    """Whether a turn says again what was not understood: of the same things, in other words."""
    lost = any(isinstance(s, _NOT_UNDERSTOOD) for s in _steps(episode) or ())
    blamed = float(episode.get("feedback", 0.0)) < 0
    if not (lost or blamed) or not steps or any(isinstance(s, _DIALOGUE) for s in steps):
        return False
    return bool(_things(str(episode["meant"])) & _things(str(turn.get("meant", ""))))


def _things(text: str) -> set[str]:
    """The kinds and colours that a sentence says."""
    words = re.findall(r"[a-z]+", text.lower())
    named = {k for w in words if (k := kinds.named(singular(w)) or kinds.named(w)) is not None}
    return named | {w for w in words if w in COLORS}
