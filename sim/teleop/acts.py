"""What a person does with an arm by hand, as lines of text and as keys; and who says so.

Knows: the words. Does not know: arms, terminals, sockets.

A line is one of: `move DX DY DZ [TURN]` (metres along the base's axes, rad about the vertical),
`open`, `close`, `toggle`, `grip WIDTH` (distance between the finger tips, metres), `end` (keep this
episode), `discard` (forget it and start over), `quit`, `stop` (come to rest, and stay so) and `reset`
(take acts again).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Protocol, runtime_checkable

from llmagentos.errors import TeleopError

#: One press of a key moves the tip by this, metres, and turns the hand by this, rad.
STEP_M, STEP_RAD = 0.01, 0.1
#: The farthest that one line may ask for.
_MOST_M, _MOST_RAD = 1.0, math.pi


@dataclass(frozen=True)
class Move:
    """A displacement of the tip: metres along the base's axes, rad about the vertical."""

    dx: float
    dy: float
    dz: float
    turn: float = 0.0


@dataclass(frozen=True)
class Grip:
    """The fingers to this distance, metres; None: the other way than now, inf: open."""

    width_m: float | None


class Mark(Enum):
    """What becomes of the episode."""

    END = "end"
    DISCARD = "discard"
    QUIT = "quit"


class Safety(Enum):
    """A stop, and a person's reset after one."""

    STOP = "stop"
    RESET = "reset"


Act = Move | Grip | Mark | Safety


@runtime_checkable
class TeleopSource(Protocol):
    """Where a person's acts come from. `close` gives back what it took; again: nothing."""

    def poll(self) -> list[Act]:
        """What has come since the last call, in order; never waits. TeleopError when it is gone."""
        ...

    def close(self) -> None:
        """Send nothing more."""
        ...


def parse(line: str) -> Act:
    """The act that a line asks for. TeleopError for a line that asks for none."""
    word, *numbers = line.split() or [""]
    try:
        values = [float(text) for text in numbers]
    except ValueError:
        values = [math.nan]
    fits = all(map(math.isfinite, values))
    if word == "move" and fits and len(values) in (3, 4):
        if max(map(abs, values[:3])) > _MOST_M or any(abs(v) > _MOST_RAD for v in values[3:]):
            raise TeleopError(f"expected a move of at most {_MOST_M} m and pi rad, got {line!r}")
        return Move(*values)
    if word == "grip" and fits and len(values) == 1 and values[0] >= 0:
        return Grip(values[0])
    if not numbers and word in _WORDS:
        return _WORDS[word]
    raise TeleopError(
        "expected 'move DX DY DZ [TURN]', 'grip WIDTH', open, close, toggle, end, discard, quit, stop or "
        f"reset; got {line[:60]!r}"
    )


_WORDS: dict[str, Act] = {
    "open": Grip(math.inf),
    "close": Grip(0.0),
    "toggle": Grip(None),
    "end": Mark.END,
    "discard": Mark.DISCARD,
    "quit": Mark.QUIT,
    "stop": Safety.STOP,
    "reset": Safety.RESET,
}

#: What a key does: w is away from the base, a is left.
KEYS: dict[str, Act] = {
    "w": Move(STEP_M, 0, 0),
    "s": Move(-STEP_M, 0, 0),
    "a": Move(0, STEP_M, 0),
    "d": Move(0, -STEP_M, 0),
    "r": Move(0, 0, STEP_M),
    "f": Move(0, 0, -STEP_M),
    "q": Move(0, 0, 0, STEP_RAD),
    "e": Move(0, 0, 0, -STEP_RAD),
    " ": Grip(None),
    "\r": Mark.END,
    "\n": Mark.END,
    "\x7f": Mark.DISCARD,
    "\b": Mark.DISCARD,
    "k": Safety.STOP,
    "u": Safety.RESET,
    "x": Mark.QUIT,
    "\x04": Mark.QUIT,
}
HELP = (
    "w/s away, back; a/d left, right; r/f up, down; q/e turn; space fingers; "
    "Enter keeps the episode, Backspace forgets it, x ends; k stops, u takes keys again"
)
