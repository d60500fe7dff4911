"""Determiners, quantifiers, pronouns and references to the past of the dialogue.

Knows: how many, which of the known ones. Does not know: adjectives, clauses.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.phrases.nouns import MOVABLE, NP, kind_noun
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx

_PLURAL_QUANTS = {"all": 60.0, "both": 5, "the_n": 7, "count": 12, "at_most": 1, "half": 2,
                  "every_other": 1.5, "rest": 5, "a_few": 1.5}


def determiner(ctx: Ctx, plural: bool, definite: bool) -> tuple[str, int | None, str, bool]:
    """(quant, count, words, whether the noun is plural in form)."""
    if not plural:
        if definite or ctx.chance(0.8):
            return "the", None, "the", False
        roll = ctx.rng.random()
        if roll < 0.55:
            return "a", None, "a", False
        if roll < 0.75:
            return "a", None, ctx.one(["any", "some", "one", "another", "any old", "a single", "just one", "just any", "a random", "some random", "an arbitrary", "whichever", "whatever", "any random", "any single", "some or other", "any given", "any one"][:-3]), False
        return "a", None, ctx.one(["one of the", "any of the", "any one of the", "either of the", "one out of the", "a random one of the", "just one of the", "only one of the", "some one of the", "any single one of the", "one among the", "whichever of the", "one of all the", "one of those", "one of these"]), True
    quant = ctx.weighted(_PLURAL_QUANTS)
    if definite:
        quant = ctx.weighted({"all": 6, "the_n": 1, "both": 1})
    n = ctx.weighted({2: 6, 3: 5, 4: 3, 5: 2, 6: 1, 7: 0.4, 8: 0.4, 10: 0.3})
    digits = lx.NUMBER_WORDS[n] if ctx.chance(0.7) else str(n)
    if quant == "all":
        if definite or ctx.chance(0.45):
            return "all", None, "the", True
        if ctx.chance(0.2):
            return "all", None, ctx.one(["every", "each", "every single", "each and every", "every last", "each single", "every individual", "any and every", "each individual"]), False
        return "all", None, ctx.word(["all the", "all", "", "all of the", "each of the",
                                      "every one of the", "the whole bunch of", "any and all", "each and every one of the", "every last one of the",
                                      "the entire set of", "the whole set of", "the full set of", "the complete set of", "all available", "all of those",
                                      "all of these", "all these", "all those", "every single one of the", "the entire collection of", "the lot of",
                                      "all existing", "all visible", "these", "those", "the whole lot of"]), True
    if quant == "both":
        return "both", None, ctx.one(["both", "both of the", "both the", "both of those", "both of these", "both these", "both those", "each of the two", "the pair of"]), True
    if quant == "the_n":
        return "the", n, ctx.one([f"the {digits}", f"those {digits}", f"all {digits}", f"all {digits} of the", f"the group of {digits}", f"these {digits}", f"all of the {digits}", f"each of the {digits}", f"the set of {digits}", f"the {digits} different"]), True
    if quant == "count":
        if n == 2 and ctx.chance(0.3):
            return "count", 2, ctx.one(["a couple of", "a pair of", "two of the", "some"]), True
        return "count", n, ctx.say(["{n}", "any {n}", "exactly {n}", "{n} of the", "{n} different",
                                    "just {n}", "only {n}", "{n} random", "any {n} of the", "precisely {n}", "a total of {n}", "some {n}", "{n} arbitrary", "{n} of those",
                                    "{n} of these", "{n} out of the", "a group of {n}", "a set of {n}", "exactly {n} of the", "just {n} of the", "only {n} of the",
                                    "{n} of all the", "{n} single", "whichever {n}", "{n} among the", "no more and no less than {n}"], n=digits), True
    if quant == "at_most":
        return "at_most", n, ctx.say(["at most {n}", "no more than {n}", "up to {n}",
                                      "not more than {n}", "a maximum of {n}", "at the most {n}", "{n} or fewer", "not over {n}", "max {n}", "maximally {n}",
                                      "up to {n} of the", "at most {n} of the", "no more than {n} of the", "{n} at most of the", "{n} or less", "a maximum of {n} of the", "anything up to {n}"], n=digits), True
    if quant == "half":
        return "half", None, ctx.one(["half of the", "half the", "one half of the", "50% of the", "fifty percent of the", "half of all the", "half of all", "half of those", "50 percent of the", "a half of the", "one half of all", "half of these", "half of your", "exactly half of the", "one in two of the", "just half of the"]), True
    if quant == "every_other":
        return "every_other", None, ctx.one(["every other", "every second", "every 2nd", "each second", "every alternate", "only every other", "only every second", "each alternate", "each 2nd"]), False
    if quant == "a_few":
        return "count", 3, ctx.one(["a few", "several", "a few of the", "several of the", "some few", "a few random", "a trio of", "several different", "just a few"]), True
    return "rest", None, ctx.one(["the other", "the rest of the", "the remaining", "all the other",
                                  "all other", "whatever other", "all remaining", "the leftover", "all the remaining", "all of the other", "all of the remaining",
                                  "the remainder of the", "what is left of the", "all leftover", "any other", "any remaining", "all the rest of the",
                                  "the left over", "whatever is left of the", "what remains of the", "all these other", "those other"]), True


def moved_in_turn(ctx: Ctx, plural: bool) -> NP:
    """ "the second thing you moved", "the block you moved before that"; "the last three you moved"."""
    kind: Any = "object" if ctx.chance(0.5) else ctx.weighted(MOVABLE)
    noun = kind_noun(ctx, kind, plural)
    verb = ctx.one(["moved", "moved", "moved", "picked up", "handled", "touched", "placed", "put down"])
    if plural:
        n = ctx.weighted({2: 4, 3: 4, 4: 1.5, 5: 0.7})
        number = lx.number_words(n) if ctx.chance(0.7) else str(n)
        ref: Any = ctx.weighted({"last_moved": 3, "first_moved": 1.5})
        way = ref.split("_")[0]
        several = ["the {w} {n} {m} you {v}", "the {w} {n} {m} you {v}", "the {w} {n} {m} that you {v}", "the {n} {m} you {v} {w}", "the {w} {n} {m} that were moved", "the {n} {m} that you {v} {w}", "the {w} {n} {m} you have {v}"]
        if kind == "object":
            several += ["the {w} {n} you {v}", "the {w} {n} that you {v}", "the {w} {n} you {v}"]
        return NP(ctx.say(several, w=way, n=number, m=noun, v=verb), p.Obj(quant="count", count=n, ref=ref, kind=kind), True)
    one = "one" if kind == "object" and ctx.chance(0.5) else noun
    rank = ctx.weighted({2: 6, 3: 3, 4: 1})
    nth = {2: "second", 3: "third", 4: "fourth"}[rank]
    if ctx.chance(0.55):
        text = ctx.say(["the {r} {n} you {v}", "the {r} {n} you {v}", "the {n} you {v} {r}", "the {n} [that] you {v} {r}", "the {r} {n} that you {v}", "the {r} {n} that was moved", "the {r} {n} you have {v}"], r=nth, n=one, v=verb)
        return NP(text, p.Obj(ref="first_moved", rank=rank, kind=kind))
    before = ["the {n} you {v} before that", "the {n} you {v} before that", "the {n} that you {v} before that", "the {n} you {v} before the last one", "the {n} you {v} before that one", "the last but one {n} you {v}", "the next to last {n} you {v}"]
    words = ["the {r} to last {n} you {v}", "the {r} to last {n} that you {v}", "the {r} last {n} you {v}"]
    text = ctx.say(words + before if rank == 2 else words, r=nth, n=one, v=verb)
    return NP(text, p.Obj(ref="last_moved", rank=rank, kind=kind))


def reference(ctx: Ctx, plural: bool = False) -> NP:
    """Pronouns and references to the past of the dialogue."""
    if ctx.chance(0.35 if plural else 0.14):
        return moved_in_turn(ctx, plural)
    if plural:
        ref: Any = ctx.weighted({"them": 8, "pattern": 1.2, "answer": 1, "rest": 2})
        words = {
            "them": ["them", "these", "those", "those ones", "these things", "all of them",
                     "them all", "the same ones", "these objects"],
            "pattern": ["the pattern", "the line", "the row", "the circle", "the whole shape",
                        "the arrangement", "the pattern you made", "the formation", "the shape"],
            "answer": ["the ones you just named", "the ones you mentioned", "those you listed",
                       "the objects you just counted", "the ones in your answer"],
            "rest": ["the others", "the rest", "the remaining ones", "the other ones",
                     "everything else", "all the others", "the rest of them", "what's left",
                     "whatever is left", "the other objects"],
        }[ref]
        if ref == "rest":
            return NP(ctx.word(words), p.Obj(quant="rest"), True)
        return NP(ctx.word(words), p.Obj(quant="all", ref=ref), True)
    ref = ctx.weighted({"it": 12, "other": 5, "last_moved": 3, "first_moved": 1, "kind_it": 3,
                        "kind_other": 3, "both": 1})
    if ref == "both":
        return NP(ctx.word(["both", "both of them", "the two of them"]), p.Obj(quant="both", ref="them"), True)
    kind: Any = ctx.weighted(MOVABLE)
    if ref == "kind_it":
        word = ctx.one(["that", "this", "that same", "the same", "this very", "the said"])
        return NP(f"{word} {kind_noun(ctx, kind, False)}", p.Obj(ref="it", kind=kind))
    if ref == "kind_other":
        return NP(f"the other {kind_noun(ctx, kind, False)}", p.Obj(ref="other", kind=kind))
    kind = "object"
    if ref == "it":
        return NP(ctx.word(["it", "that", "that one", "this", "this one", "the thing",
                            "that thing", "the same one", "the one I mentioned", "the one from before"]),
                  p.Obj(ref="it"))
    if ref == "other":
        return NP(ctx.word(["the other one", "the other", "the other thing", "the second one of them"]), p.Obj(ref="other"))
    if ctx.chance(0.6):
        kind = ctx.weighted(MOVABLE)
    noun = "one" if kind == "object" and ctx.chance(0.5) else kind_noun(ctx, kind, False)
    verb = ctx.one(["moved", "picked up", "touched", "handled", "put down", "placed", "grabbed"])
    if ref == "last_moved":
        text = ctx.say(["the {n} you just {v}", "the {n} you {v} last", "the last {n} you {v}",
                        "the {n} [that] you [have] (just|last) {v}", "the last {n} [that] you {v}",
                        "the {n} you {v} [just] a moment ago", "the {n} you've just {v}",
                        "the most recently {v} {n}"], n=noun, v=verb)
        return NP(text, p.Obj(ref="last_moved", kind=kind))
    text = ctx.say(["the first {n} you {v}", "the {n} you {v} first", "the {n} that you {v} first",
                    "the very first {n} you {v}"], n=noun, v=verb)
    return NP(text, p.Obj(ref="first_moved", kind=kind))
