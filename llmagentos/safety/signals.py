"""What the supervisor is told (events) and what it says (actions), one class each.

Knows: the words between the supervisor and everybody else. Does not know: what follows from them
(supervisor.py), or how they travel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

# --- events -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Arm:
    """A person lets the robot take goals. by: who, a name that is not empty."""

    by: str


@dataclass(frozen=True)
class Acquire:
    """`holder` asks for the lease, to carry out `goal` (an id that was never used before)."""

    holder: str
    goal: str


@dataclass(frozen=True)
class Renew:
    """The lease of this number lives on; every RENEW_S."""

    holder: str
    number: int


@dataclass(frozen=True)
class Release:
    """The lease of this number goes back: the goal is done, or (pauses) it looks or thinks while
    the arm rests, and takes a lease up again unless something was stopped meanwhile."""

    holder: str
    number: int
    pauses: bool = False


@dataclass(frozen=True)
class Stop:
    """Come to rest now. asker: who gets the answer; source: where it came from ("chat", "signal",
    "ros" ...); why: in words."""

    asker: str
    source: str
    why: str = ""


@dataclass(frozen=True)
class Reset:
    """A person has looked, and lets the robot take goals again. by: who, not empty."""

    by: str


@dataclass(frozen=True)
class Measured:
    """The joints as measured (rad/s, one per joint), and what the gripper holds ("": nothing)."""

    velocities_radps: tuple[float, ...]
    holding: str = ""


@dataclass(frozen=True)
class Stale:
    """A source whose silence stops motion is silent. why: in words. awaited: a goal that pauses to
    look waits for it; silence of any other one ends a goal that pauses, too."""

    source: str
    why: str
    awaited: bool = False


@dataclass(frozen=True)
class Fresh:
    """That source is heard again."""

    source: str


@dataclass(frozen=True)
class DriverFault:
    """The driver cannot do what it was told, or measures what cannot be. why: in words."""

    why: str


@dataclass(frozen=True)
class Tick:
    """Only time has passed."""


Event: TypeAlias = (
    Arm | Acquire | Renew | Release | Stop | Reset | Measured | Stale | Fresh | DriverFault | Tick
)

# --- actions ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Granted:
    """The only action that lets anything move: the lease of this number holds until `until_s`."""

    holder: str
    number: int
    until_s: float


@dataclass(frozen=True)
class Refused:
    """`to` does not get what it asked for. what: the event's name; why: in one sentence."""

    to: str
    what: str
    why: str


@dataclass(frozen=True)
class Ramp:
    """The driver comes to rest by itself, and its gripper keeps holding. why: in words."""

    why: str


@dataclass(frozen=True)
class Answer:
    """What a stop came to, to the one who asked for it: measured, not sent.

    at_rest: every joint was measured at rest; ms: from the question to the first measurement of
    that rest, None where there was none; holding: what the gripper holds, "" for nothing; why: why
    the robot stands (the first cause), or why no rest was measured.
    """

    asker: str
    at_rest: bool
    ms: float | None
    holding: str
    why: str


@dataclass(frozen=True)
class Changed:
    """The mode is another one. by: the person or source, where there is one; why: in words."""

    before: str
    after: str
    by: str
    why: str


Action: TypeAlias = Granted | Refused | Ramp | Answer | Changed
