"""What a person says of the command that has just ended: thumbs, praise, blame.

Knows: the few whole sentences that say nothing else. Does not know: what is done with it; "thank
you", "no" and whatever asks for something are commands for the language model.
"""

from __future__ import annotations

from llmagentos.command import plain_command

GOOD = frozenset(
    (
        "good", "thumbs up", "well done", "good job", "nice job", "good robot", "great job", "perfect",
        "that was right", "that is right", "that s right", "that was good", "exactly right",
    )
)  # fmt: skip
BAD = frozenset(
    (
        "bad", "thumbs down", "bad robot", "that was wrong", "that is wrong", "that s wrong",
        "that was bad", "not what i meant", "that s not what i meant", "that is not what i meant",
        "that was not what i meant", "that s not what i wanted", "that is not what i wanted",
    )
)  # fmt: skip
HEARD_GOOD = "Thank you, I'll keep in mind that this was right."
HEARD_BAD = (
    'I\'ll keep in mind that this was wrong. Say it in other words, or "undo" to take it back.'
)


def find(text: str) -> float:
    """1 for praise, -1 for blame, 0 for any other sentence: "👍", "well done!", "/bad"."""
    said = text.strip()
    if said.startswith("👍"):
        return 1.0
    if said.startswith("👎"):
        return -1.0
    plain = plain_command(said)
    return 1.0 if plain in GOOD else -1.0 if plain in BAD else 0.0
