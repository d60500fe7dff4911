"""What a person types, checked, and what came of it.

Knows: which texts are a command at all, which two say the same but for manners, and the JSON
contract of a result.
Does not know: what the words mean, nor how odd letters are read (legible.py).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from llmagentos.errors import CommandError, NotEnglishError
from llmagentos.legible import INVISIBLE, foreign, hidden, in_plain_letters
from llmagentos.types import Status

MAX_COMMAND_CHARS = 1000

#: What people add around a command without changing it, after punctuation is gone.
_POLITE_START = re.compile(
    r"^(?:please|pls|plz|kindly|hey|hi|hello|robot|ok|okay|now|so|well|just|"
    r"(?:can|could|would|will) (?:you|u)|i want you to|i d like you to|i would like you to|"
    r"i need you to)(?: |$)"
)
_POLITE_END = re.compile(
    r"(?:^| )(?:please|pls|plz|thanks|thank you|thx|for me|now|robot|if you can|will you|would you)$"
)


def check_command(text: str) -> str:
    """The command in plain letters, white space folded. Raises CommandError naming what is wrong
    with it, NotEnglishError where it is in another language.

    Full width and emoji that stand for a word are read. What lets a sentence look different from
    what it says is refused: characters without a shape, letters that only look Latin, control and
    bidirectional characters, lone surrogates.
    """
    if not isinstance(text, str):
        raise CommandError(f"expected a command as text, got {type(text).__name__}")
    if len(text) > MAX_COMMAND_CHARS:
        raise CommandError(
            f"expected at most {MAX_COMMAND_CHARS} characters, got {len(text)}: "
            "say it in several commands"
        )
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        if category in ("Cs", "Co", "Cn") or (category == "Cc" and char not in "\t\n\r"):
            raise CommandError(f"expected readable text, got U+{ord(char):04X} at {index + 1}")
        if category == "Cf" and char not in INVISIBLE:
            raise CommandError(f"expected visible text, got invisible U+{ord(char):04X}")
    folded = " ".join(in_plain_letters(text).split())
    if not any(c.isalnum() for c in folded):
        raise CommandError("expected a command in words, got nothing that can be read")
    if language := foreign(folded):
        raise NotEnglishError(f"I understand English only, and that looks like {language}.")
    if trick := hidden(text):
        raise CommandError(f"{trick}: type it again")
    return folded


def plain_command(text: str) -> str:
    """Lower case, without punctuation and politeness, single spaces: commands that differ only so
    say the same. What is nothing but politeness ("thank you") stays as it is."""
    words = " ".join(re.sub(r"[^a-z0-9 ]", " ", text.lower()).split())
    while True:
        less = _POLITE_END.sub("", _POLITE_START.sub("", words))
        if less == words or not less:
            return words
        words = less


def command_hash(text: str) -> int:
    """64 bits of BLAKE2b of the plain command, to know a sentence again without keeping it."""
    digest = hashlib.blake2b(plain_command(text).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


@dataclass(frozen=True)
class Timings:
    """Seconds and tokens of one command. first_motion_s: from the text's arrival to the first
    joint command, over ROS to the first joint state that shows motion (None when nothing moved);
    sim_s: on the driver's clock; wall_s: on the wall's."""

    plan_s: float = 0.0
    first_motion_s: float | None = None
    sim_s: float = 0.0
    wall_s: float = 0.0
    prompt_tokens: int = 0
    tokens: int = 0

    def to_json(self) -> dict[str, Any]:
        """Rounded for the result's JSON object, with tokens a second worked out."""
        rate = self.tokens / self.plan_s if self.plan_s > 0 and self.tokens else 0.0
        return {
            "plan_s": round(self.plan_s, 4),
            "first_motion_s": None
            if self.first_motion_s is None
            else round(self.first_motion_s, 4),
            "sim_s": round(self.sim_s, 3),
            "wall_s": round(self.wall_s, 3),
            "prompt_tokens": self.prompt_tokens,
            "tokens": self.tokens,
            "tokens_per_s": round(rate, 1),
        }


@dataclass(frozen=True)
class CommandResult:
    """Everything about one command; `to_json()` is the command line's contract.

    plan: the plan as data; plan_text: as the model wrote it; confidence: the share of plans as sure
    as this one that are right, None where no plan was made. initial_objects and objects: before
    and after, by simulator truth where there is a simulator, otherwise as perceived. heard: of a
    spoken command, what may have been said, the likeliest first: text, confidence and the words that
    were taken for others. base: of a robot that drives, where it then stands: pose and, simulated,
    true_pose (x, y, yaw; metres, radians, the map's frame), room; objects are in that frame, too.
    """

    command: str
    status: Status
    reply: str
    plan: Mapping[str, Any] | None = None
    plan_text: str = ""
    steps: tuple[Mapping[str, Any], ...] = ()
    initial_objects: tuple[Mapping[str, Any], ...] = ()
    objects: tuple[Mapping[str, Any], ...] = ()
    held: str | None = None
    timings: Timings = field(default_factory=Timings)
    engine: Mapping[str, str] = field(default_factory=dict)
    confidence: float | None = None
    heard: tuple[Mapping[str, Any], ...] = ()
    base: Mapping[str, Any] | None = None

    @property
    def ok(self) -> bool:
        """Whether it counts as done: succeeded or answered. Exit code 0 hangs on it."""
        return self.status in ("succeeded", "answered")

    def to_json(self) -> dict[str, Any]:
        """The JSON object of `llmagentos run --json` (the contract: keys are only ever added)."""
        return {
            "command": self.command,
            "status": self.status,
            "reply": self.reply,
            "plan": self.plan,
            "plan_text": self.plan_text,
            "steps": list(self.steps),
            "initial_objects": list(self.initial_objects),
            "objects": list(self.objects),
            "held": self.held,
            "timings": self.timings.to_json(),
            "engine": dict(self.engine),
            "confidence": None if self.confidence is None else round(self.confidence, 3),
            **({"heard": list(self.heard)} if self.heard else {}),
            **({"base": dict(self.base)} if self.base is not None else {}),
        }
