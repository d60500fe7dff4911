"""What stands around a command: politeness, filler, an address.

Knows: no meaning; what is said here changes none.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from training.corpus.sampler import Ctx
from training.corpus.sentences.acts import FIRST_VERBS

_PREFIX = ["please", "can you", "could you", "could you please", "would you", "would you please", "now", "ok", "okay", "robot,", "hey robot,", "I want you to", "I'd like you to", "I need you to", "please could you",
           "alright,", "so", "well,", "can you please", "kindly", "ok now", "hey,", "your task:", "let's", "next", "will you", "be so kind and", "um", "uh", "so um", "listen,", "just", "would you mind if you", "I would like you to",
           "hi,", "hello robot,", "good robot,", "dear robot,", "hey there", "and now", "right,", "can u", "pls", "plz", "go ahead and", "may I ask you to", "it would be great if you could", "I was wondering if you could", "computer,",
           "I think you should", "try to", "carefully", "gently", "um can you", "yo", "now please", "for me please", "be careful not to break anything and", "without hurting anyone,", "don't break anything, just", "carefully, so that nothing falls,", "never mind that,", "forget that,", "instead,", "on second thought,", "actually, forget it and", "no, instead", "watch out for my hand and", "nothing dangerous, just", "shoot,", "hit it,", "cut the chatter and", "cut to the chase and", "take a stab at this:", "give it a shot and", "attack the mess:", "no harm in trying:", "don't kill me but", "knock yourself out and", "I would kill for this:", "break a leg and"]
_SUFFIX = ["please", "for me", "thanks", "thank you", "now", "ok", "if you can", "when you're ready", "carefully", "please and thank you", "will you", "would you", "if possible", "right away", "pls", "plz", "gently",
           "if you don't mind", "my friend", "buddy", "robot", "for once", "immediately", "thx", "right now", "mate", "without hurting anyone", "without breaking anything", "and don't drop it", "without knocking anything over",
           "and be careful not to hit anything", "but don't throw it", "and watch my fingers", "so that nobody gets hurt", "without damaging it", "it is not dangerous", "if you would", "asap"]


#: What can stand before anything.
_ADDRESS = ["robot,", "Panda,", "hey robot,", "hey Panda,", "ok,", "so,", "listen,", "hey,", "um,", "alright,", "right,", "well,", "hello,", "hi there,", "Franka,", "ok robot,", "ok so", "um so", "look,", "excuse me,", "mister robot,", "say,",
            "dear Panda,", "my friend,", "yo robot,", "hm,", "good,", "great,", "thanks,", "very good.", "nice.", "perfect,", "fine,", "next,", "attention,", "hello Panda,", "assistant,", "oh,", "you know what,", "one more thing:", "here's the thing:"]


def wrap(ctx: Ctx, text: str, imperative: bool) -> str:
    """Politeness and filler around a command."""
    if imperative and ctx.chance(0.33):
        first = text.split()[0]
        if first in FIRST_VERBS or ctx.chance(0.3):
            text = f"{ctx.word(_PREFIX)} {text}"
    if ctx.chance(0.04):
        text = f"{ctx.word(_ADDRESS)} {text}"
    if ctx.chance(0.1):
        text = f"{text}{ctx.one([' ', ', '])}{ctx.word(_SUFFIX)}"
    return text
