"""Why an action, a step or a command came to nothing: one list for the whole house.

Knows: every reason with words for people, how a command ends with it, and whether another try may
go better. Does not know: who found it, nor the object it is about (a report's own words say that;
a skill's own sentence stands in skills/builtin).
"""

from __future__ import annotations

from enum import Enum
from typing import Literal

#: How a command ends: tried in vain, the person is asked, not possible, declined.
Ending = Literal["failed", "question", "cannot", "refused"]


class Failure(str, Enum):
    """A reason by name; its value stands in the command line's JSON.

    words: a clause for people ("I could not ...: <words>"), where nobody knows better ones.
    ending: how a command ends with it. again: whether the same action may succeed at another try,
    after a new look; without it the reason stays and trying is idle.
    """

    words: str
    ending: Ending
    again: bool

    def __new__(
        cls, value: str, words: str, ending: Ending = "failed", again: bool = False
    ) -> Failure:
        member = str.__new__(cls, value)
        member._value_ = value
        member.words, member.ending, member.again = words, ending, again
        return member

    def __str__(self) -> str:
        return str(self.value)

    # --- the call itself ----------------------------------------------------------------
    UNKNOWN_SKILL = "unknown_skill", "I have no such skill"
    INVALID_ACTION = "invalid_action", "I was not told clearly enough what to do"
    STOPPED = "stopped", "I was stopped"

    # --- what stands against an action before it begins -----------------------------------
    NOT_SEEN = "not_seen", "I can't see it any more", "failed", True
    HAND_FULL = "hand_full", "I am holding something already", "failed", True
    NOT_HOLDING = "not_holding", "I am not holding it", "cannot", True
    UNMOVABLE = "unmovable", "it is a flat area of the table", "cannot"
    TOO_WIDE = "too_wide", "it is too wide for my gripper", "cannot"
    COVERED = "covered", "something stands on it", "failed", True
    NOT_ON_TABLE = "not_on_table", "it does not stand on the table"
    NO_SUPPORT = "no_support", "what should carry it is gone", "failed", True
    UNSTABLE = "unstable", "it would not stay up there"
    UNREACHABLE = "unreachable", "my arm can't get there", "failed", True

    # --- what went wrong on the way ---------------------------------------------------------
    NO_GRASP = "no_grasp", "there is no room for my fingers", "failed", True
    GRASP_FAILED = "grasp_failed", "the grasp did not hold", "failed", True
    SLIPPED = "slipped", "it slipped out of my hand", "failed", True
    MOVED = "moved", "it was moved meanwhile", "failed", True
    IN_THE_WAY = "in_the_way", "there is no room for my hand", "failed", True
    MISPLACED = "misplaced", "it did not come to rest there", "failed", True
    HIDDEN = "hidden", "it is out of sight in there", "failed", True
    BLOCKED = "blocked", "something blocked my arm", "failed", True
    TOUCHED = "touched", "something pushed against my arm"
    GATE_REJECTED = "gate_rejected", "my safety check stopped the motion", "failed", True
    NO_MOTION = "no_motion", "I found no safe motion", "failed", True
    NO_PICTURE = "no_picture", "my camera gave no picture that I can use", "failed", True
    NO_ANSWER = "no_answer", "my arm did not answer", "failed", True
    SKILL_BROKE = "skill_broke", "one of my skills broke off with an error"

    # --- what went wrong while driving --------------------------------------------------------
    NO_BASE = "no_base", "I can't drive around", "cannot"
    NO_WAY = "no_way", "I found no way there", "failed", True
    WAY_BLOCKED = "way_blocked", "something stands in my way", "failed", True
    LOST = "lost", "I don't know where I am", "failed", True
    NO_WALL = "no_wall", "I see no wall to follow", "failed"

    # --- a description that does not resolve --------------------------------------------------
    NONE_FITS = "none", "there is none", "question"
    AMBIGUOUS = "ambiguous", "there is more than one", "question"
    TOO_FEW = "too_few", "there are too few", "question"
    NO_REFERENT = "no_referent", "I don't know which one is meant", "question"
    UNSURE = "guess", "I am not sure which one is meant", "question"
    UNCLEAR = "unclear", "I don't know what exactly is meant", "question"
    NOT_UNDERSTOOD = "not_understood", "I did not understand that", "question"
    FORETOLD = "foretold", "it would go wrong", "question"
    UNKNOWN_KIND = "unknown_kind", "I don't know that kind of thing", "cannot"

    # --- a step that can't be done --------------------------------------------------------------
    IMPOSSIBLE = "impossible", "that is not possible", "cannot"
    OFF_TABLE = "off_table", "that is outside of my workspace", "cannot"
    NOTHING_THERE = "nothing", "there is nothing to bring back", "cannot"
    TOO_LONG = "too_long", "that would take too many steps"
    NO_ROOM = "no_room", "there is no free room"
    NO_ORDER = "no_order", "I found no order of moves for that"
    NO_CHANGE = "no_change", "nothing changes any more"
    TIMEOUT = "timeout", "it took too long"
    TRIED_IN_VAIN = "tried_in_vain", "I tried in vain"
    CANNOT = "cannot", "that is nothing I can do", "cannot"
    REFUSED = "refused", "I won't do that", "refused"
    UNCONFIRMED = "unconfirmed", "I do that only after a yes", "question"
