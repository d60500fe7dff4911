"""Which sentences say a keyword, and which only sound like it: one row a keyword.

Knows: words. Does not know: voices, sound, networks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """ends: sentences with the keyword at their end; follows: what is said behind it; alone: the
    keyword as it is said before something else; close: words, and phrases, that sound like it;
    says: finds it in any other text."""

    ends: tuple[str, ...]
    alone: tuple[str, ...]
    follows: tuple[str, ...]
    close_words: tuple[str, ...]
    close_phrases: tuple[str, ...]
    says: re.Pattern[str]
    #: How often something follows.
    followed: float


_STOP = Phrases(
    ends=("stop", "stop!", "Stop.", "robot stop", "please stop", "no stop", "hey stop", "okay stop",
          "wait stop", "oh no stop", "I said stop", "just stop", "stop stop", "stop stop stop",
          "you must stop", "don't stop", "emergency stop", "no no stop", "can you stop"),
    alone=("stop",),
    follows=("it", "now", "moving", "that", "the robot", "right there", "right now", "please",
             "the arm", "everything", "what you are doing", "at once", "you are crushing it"),
    close_words=tuple("""top on top tops topple step steps stop-gap's stack stacked stock stuck
        stamp stomp stalk stoop stoat stab stub stout start state stay store story strip strap
        stripe stroke spot spots spa shop shops chop shot shock shut hop pop mop drop drops crop
        prop slop sob sop soap sup sop soup cup scoop scope sock socks sort salt song sauce stone
        still stick sticks star steak east top last top rest on top must top best top first top
        this top its top stoplight's astound pots tops swap swab swamp desktop laptop tabletop
        rooftop robot robotic adopt atop opposite option start it starboard toss task tusk dot got
        top it put the lot stem stool stand stand up set it up sit up step up""".split()),
    close_phrases=("on top of", "the top one", "at the top", "one step", "step by step", "stack it",
        "stack them", "the last top", "put it on top", "the spot", "the shop", "it dropped",
        "drop it", "start it", "start up", "take the stamp", "the first drop", "a nice top",
        "yes top left", "the box top", "let's hop", "this spot", "its top", "the stock",
        "place this on the top", "what's up", "mop up", "just drop it", "best top shelf"),
    says=re.compile(r"\bstop|nonstop|stopp", re.I),
    followed=0.25,
)  # fmt: skip

_HEY_ROBOT = Phrases(
    ends=("hey robot", "Hey, robot!", "hey robot.", "Hey robot?", "well hey robot", "okay, hey robot",
          "so hey robot", "oh hey robot", "now, hey robot", "right. hey robot"),
    alone=("hey robot", "hey robot,", "Hey, robot,", "hey robot:", "hey robot."),
    follows=("put the red block in the bowl", "where is the cup", "stack the cubes", "go home",
             "undo that", "what is on the table", "pick up the can", "push it to the left",
             "move the ball", "tidy up", "bring me the duck", "how many blocks are there", "stop",
             "can you hear me", "take the green one", "is there a plate", "turn the tray", "again",
             "reset", "open your hand", "everything into the box", "listen", "please clear the table"),
    close_words=tuple("""hey hay they say day way play may pay gray grey stay today okay eh a the
        robot robots robotic rowboat robe rob robin rubber rabbit ribbon robber rope root rebut
        rubbed robust rotate row rose roll road roadblock reboot rowdy rope's what hat head hair
        here hear high hi hate hail rock rocket rod red round remote promote report about abbot
        carrot parrot turbot bot boat bought pot spot not lot roti Robert Rhoda Roberta Robbie
        Rabat""".split()),
    close_phrases=("the robot", "a robot", "this robot", "every robot", "my robot", "that robot moved",
        "they robbed", "they rob it", "hey Robert", "hey Rob", "hey Robin", "hey you", "hey there",
        "hey what", "hey rabbit", "hay rowboat", "say robust", "gray robe", "gray rock", "play rock",
        "day robe", "may report", "today a report", "hey remote", "hey reboot", "hey", "hey hey",
        "robot", "robot stop", "our robot", "the other robot", "where is the robot", "hey bot",
        "hey hear about it", "they wrote about it", "hey row it", "stay row boat", "away robot's arm",
        "hey Roger", "hey rock it", "a rowboat", "he robbed it", "her robot", "two robots",
        "say what", "hey look", "hey wait", "hey stop", "the gray robot", "turn the robot off"),
    says=re.compile(r"\bhey,? robot", re.I),
    followed=0.5,
)  # fmt: skip

PHRASES = {"stop": _STOP, "hey robot": _HEY_ROBOT}
