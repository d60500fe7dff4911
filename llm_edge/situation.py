"""What a planner is told of its situation, in a few words.

Knows: what is worth saying (held, the last turns with what came of them, which things are there) and
how it is written; training writes it with the same functions. Does not know: the network, and where
things are: references stay late-bound, grounding finds them.

    held red block . before put the red block up , done ; higher , done . here 2 blue bowl , red block
    base in kitchen , knows hall , dock . here red cup

The question that waits for an answer is an input of its own (tokenization.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from llmagentos.ports.modules import PlanRequest
from llmagentos.types import BaseState, SceneObject

#: Turns, words of a turn, and groups of like things that are told; the newest turn comes first.
MAX_TURNS = 2
MAX_TURN_WORDS = 14
MAX_GROUPS = 10
#: Places of a base that are told, those of the most different names first.
MAX_PLACES = 8
#: What came of a command, by its status.
ENDS = {
    "succeeded": "done",
    "answered": "answered",
    "failed": "failed",
    "refused": "refused",
    "cannot": "cannot",
    "question": "asked",
}


def of_request(request: PlanRequest, drives: bool = True) -> str:
    """The situation that a request tells of. drives: whether the planner has learnt of bases."""
    objects = request.scene.objects
    held = next((called(o) for o in objects if o.held), "")
    ends: list[str] = list(request.outcomes)
    # as many of the newest as there are outcomes; of the others it is not known what came
    ends = [""] * (len(request.history) - len(ends)) + ends[-len(request.history) :]
    turns = list(zip(request.history, ends, strict=True))
    return text(
        held,
        turns,
        (called(o) for o in objects if not o.held),
        base_words(request.scene.base) if drives else "",
    )


def base_words(base: BaseState | None) -> str:
    """A base and the places that it knows; "" for a robot that stands fast."""
    if base is None:
        return ""
    return base_text(base.room, [place.name for place in base.places])


def tells_base(situation: str) -> bool:
    """Whether a situation is that of a robot with a base."""
    return situation.startswith("base")


def base_text(room: str, places: Sequence[str]) -> str:
    """room: where the base is, or "". places: the names of those that it knows."""
    names = list(dict.fromkeys(places))[:MAX_PLACES]
    where = f" in {room}" if room else ""
    return f"base{where}" + (f" , knows {' , '.join(names)}" if names else "")


def called(thing: SceneObject) -> str:
    """A thing's colour and kind, "red block"; only its kind where the colour isn't known."""
    return f"{thing.color} {thing.kind}".strip()


def text(held: str, turns: Sequence[tuple[str, str]], here: Iterable[str], base: str = "") -> str:
    """held: what is in the hand, or "". turns: commands with their status (or ""), oldest first.
    here: what each thing on the table is called. base: by `base_words`. "" when there is nothing to
    tell."""
    parts = [base] if base else []
    if held:
        parts.append(f"held {held}")
    said = [
        " ".join(command.split()[:MAX_TURN_WORDS])
        + (f" , {ENDS.get(status, status)}" if status else "")
        for command, status in reversed(turns[-MAX_TURNS:])
    ]
    if said:
        parts.append("before " + " ; ".join(said))
    groups = Counter(here)
    if groups:
        some = sorted(groups, key=lambda name: (name.split()[-1], name))[:MAX_GROUPS]
        parts.append(
            "here " + " , ".join(n if groups[n] == 1 else f"{groups[n]} {n}" for n in some)
        )
    return " . ".join(parts)
