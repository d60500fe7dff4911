"""What a planner is told of its situation, in a few words.

Knows: what is worth saying (held, the last turns with what came of them, which things are there) and
how it is written; training writes it with the same functions. Does not know: the network, and where
things are: references stay late-bound, grounding finds them.

    held red block . before put the red block up , done ; higher , done . here 2 blue bowl , red block

The question that waits for an answer is an input of its own (tokenization.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from llmagentos.ports.modules import PlanRequest
from llmagentos.types import SceneObject

#: Turns, words of a turn, and groups of like things that are told; the newest turn comes first.
MAX_TURNS = 2
MAX_TURN_WORDS = 14
MAX_GROUPS = 10
#: What came of a command, by its status.
ENDS = {
    "succeeded": "done",
    "answered": "answered",
    "failed": "failed",
    "refused": "refused",
    "cannot": "cannot",
    "question": "asked",
}


def of_request(request: PlanRequest) -> str:
    """The situation that a request tells of."""
    objects = request.scene.objects
    held = next((called(o) for o in objects if o.held), "")
    ends: list[str] = list(request.outcomes)
    # as many of the newest as there are outcomes; of the others it is not known what came
    ends = [""] * (len(request.history) - len(ends)) + ends[-len(request.history) :]
    turns = list(zip(request.history, ends, strict=True))
    return text(held, turns, (called(o) for o in objects if not o.held))


def called(thing: SceneObject) -> str:
    """A thing's colour and kind, "red block"; only its kind where the colour isn't known."""
    return f"{thing.color} {thing.kind}".strip()


def text(held: str, turns: Sequence[tuple[str, str]], here: Iterable[str]) -> str:
    """held: what is in the hand, or "". turns: commands with their status (or ""), oldest first.
    here: what each thing on the table is called. "" when there is nothing to tell."""
    parts = []
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
