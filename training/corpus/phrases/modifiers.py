"""The parts of one noun phrase: adjectives, ordinals, relative clauses, groups, exclusions.

Knows: how each part is said, and what it adds to a description. Does not know: which parts a phrase
has, nor its determiner (descriptions.py).
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any, Protocol

from llmagentos.lang import plan as p
from training.corpus.phrases.nouns import (
    LANDMARKS,
    NP,
    color_word,
    kind_noun,
    lx_thing,
    pick_color,
    unknown_noun,
)
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import nouns


class Inner(Protocol):
    """What makes the descriptions and relations inside a description: descriptions.py itself."""

    noun_phrase: Any
    relation_phrase: Any


class Modifiers:
    """Collects the parts of one noun phrase. inner: makes the descriptions inside it."""

    def __init__(self, ctx: Ctx, plural: bool, kinds: dict[str, float], depth: int, inner: Inner):
        self.inner = inner
        self.ctx, self.plural, self.depth = ctx, plural, depth
        self.kind: str = ctx.weighted(kinds)
        self.fields: dict[str, Any] = {}
        self.pre: list[str] = []
        self.color: list[str] = []
        self.noun = ""
        self.post: list[str] = []

    # --- parts ------------------------------------------------------------------------------

    def add_color(self) -> None:
        """A colour, or several of a plural: "red", "the colour of grass"."""
        ctx = self.ctx
        color = pick_color(ctx)
        if self.plural and ctx.chance(0.12):
            return self._add_colors()
        self.fields["colors"] = (color,)
        if ctx.chance(0.05):
            thing = lx_thing(ctx, color, bare=False)
            tail = ctx.say(
                ["the (color|colour) of {t}", "that (is|are) the (color|colour) of {t}",
                 "with the (color|colour) of {t}", "that look[s] like {t}",
                 "as {a} as {t}", "having the same (color|colour) as {t}",
                 "in the (color|colour) of {t}", "that (has|have) the (color|colour) of {t}",
                 "whose (color|colour) is that of {t}", "whose (color|colour) is like {t}",
                 "(colored|coloured) like {t}", "which (is|are) (colored|coloured) like {t}",
                 "with a (color|colour) like {t}", "with the same (color|colour) as {t}",
                 "that share[s] its (color|colour) with {t}", "whose (color|colour) reminds [me] of {t}",
                 "of the same (color|colour) as {t}", "that (is|are) the same (color|colour) as {t}",
                 "which (has|have) the (color|colour) of {t}", "in the same (color|colour) as {t}",
                 "that could be {t} by (color|colour)", "(colored|coloured) the same as {t}",
                 "whose (color|colour) is the one of {t}", "of {t} (color|colour)",
                 "that (has|have) the same (color|colour) as {t}", "with the (color|colour) {t} (has|have)",
                 "in the shade of {t}", "whose shade is that of {t}", "in (color|colour) like {t}"],
                t=thing, a=lx.COLOR_WORDS[color][0],
            )
            return self.post.append(tail)
        if ctx.chance(0.05):
            self.post.append(ctx.say(["that (is|are) {c}", "which (is|are) {c}",
                                      "of {c} (color|colour)", "in {c}", "painted {c}",
                                      "(colored|coloured) {c}", "whose (color|colour) is {c}", "with {c} (color|colour)",
                                      "that (is|are) {c} in (color|colour)", "which (is|are) (colored|coloured) {c}",
                                      "that (is|are) painted {c}", "having {c} as its (color|colour)",
                                      "with a {c} (color|colour)", "that look[s] {c}", "in a {c} shade", "that (is|are) (all|completely) {c}",
                                      "of a {c} (color|colour|shade)", "[the] {c} in (color|colour)", "tinted {c}", "the (color|colour) of which is {c}"],
                                     c=ctx.word(lx.COLOR_WORDS[color])))
            return None
        self.color.append(color_word(ctx, color))
        return None

    def _add_colors(self) -> None:
        ctx = self.ctx
        colors = ctx.rng.sample(list(lx.COLOR_WORDS), ctx.weighted({2: 3, 3: 1}))
        self.fields["colors"] = tuple(colors)
        words = [ctx.word(lx.COLOR_WORDS[c]) for c in colors]
        sep = ctx.one([" and ", " and ", " or ", ", and "])
        self.color.append(", ".join(words[:-1]) + sep + words[-1])

    def add_size(self) -> None:
        """ "small", "large" or "medium", as an adjective."""
        size: Any = self.ctx.weighted({"small": 4, "large": 4, "medium": 1})
        self.fields["size"] = size
        word = self.ctx.word(lx.SIZE_WORDS[size])
        if self.plural and self.ctx.chance(0.12) and size != "medium":
            word = self.ctx.one(["smaller"] if size == "small" else ["bigger", "larger"])
        self.pre.append(word)

    def add_material(self) -> None:
        """ "wooden" and the like, beside the colour."""
        material: Any = self.ctx.one(list(lx.MATERIAL_WORDS))
        self.fields["material"] = material
        self.color.append(self.ctx.word(lx.MATERIAL_WORDS[material]))

    def add_state(self) -> None:
        """Empty, full, held, stacked or clear; the first two change the kind to a container."""
        ctx = self.ctx
        state: Any = ctx.weighted({"empty": 3, "full": 2, "held": 1, "stacked": 1, "clear": 1})
        if state in ("empty", "full") and self.kind not in ("bowl", "box", "cup", "plate", "tray",
                                                            "mug", "container", "can"):
            self.kind = ctx.one(["bowl", "box", "cup", "plate", "tray", "container"])
        self.fields["state"] = state
        if state in ("empty", "full"):
            words = {"empty": ["empty", "vacant", "unfilled", "unoccupied", "unused", "bare", "emptied", "completely empty",
                               "totally empty", "hollow and empty", "uninhabited", "free"],
                     "full": ["full", "filled", "occupied", "non-empty", "filled-up", "loaded", "filled up", "stuffed", "crowded", "not empty", "packed", "used"]}[state]
            if ctx.chance(0.75):
                return self.pre.append(ctx.word(words))
            tail = {"empty": ["that (is|are) empty", "with nothing in (it|them)",
                              "without anything inside", "that (has|have) nothing in (it|them)",
                              "that contain[s] nothing", "that hold[s] nothing", "with no (objects|things|stuff) in (it|them)",
                              "with nothing inside", "that (has|have) no contents", "which (is|are) empty", "that (is|are) unfilled",
                              "that (is|are) vacant", "that (is|are) unoccupied", "where nothing is inside", "without contents",
                              "that (isn't|aren't) holding anything", "not containing anything"],
                    "full": ["that (is|are) full", "with something in (it|them)",
                             "that (has|have) something inside", "that contain[s] something",
                             "that hold[s] something", "that (isn't|aren't) empty", "which (is|are) not empty", "containing something",
                             "with contents", "that (has|have) stuff in (it|them)", "that (is|are) filled", "that (is|are) occupied",
                             "with (things|objects|stuff) inside", "holding something"]}[state]
            return self.post.append(ctx.say(tail))
        tails = {"held": ["you are holding", "you're holding", "in your (hand|gripper)",
                          "that you hold", "in the gripper", "you have in your hand", "that you are gripping",
                          "you've got", "between your fingers", "you are carrying", "in your grip", "you picked up and still hold",
                          "your hand is holding", "that is in your (hand|gripper)", "you have grabbed"],
                 "stacked": ["that (is|are) stacked", "in a stack",
                             "that (is|are) part of a (stack|tower)", "belonging to a (stack|tower|pile)", "within a (stack|tower|pile)",
                             "that (is|are) in a (pile|stack|tower)", "that (is|are) piled up", "which (is|are) stacked up", "in a (tower|pile)"],
                 "clear": ["with nothing on (top of it|it|top)", "that (has|have) nothing on top",
                           "without anything on (it|top)", "that (has|have) nothing on (it|them)", "with a free top",
                          "that nothing (is|stands|lies) on", "with nothing (standing|lying|sitting) on (it|top)", "with its top free",
                          "not covered by anything", "whose top is free", "that carr(y|ies) nothing", "with nothing stacked on (it|top)"]}[state]
        return self.post.append(ctx.say(tails))

    def add_order(self) -> None:
        """A superlative or ordinal. Singular: one; plural keeps to superlatives of n."""
        ctx = self.ctx
        roll = ctx.rng.random()
        if roll < 0.44:
            self.superlative()
        elif roll < 0.68:
            self._nth_from()
        else:
            self.near_far()

    def superlative(self) -> None:
        """First in an order: "leftmost", "with the most things in it"; may change the kind."""
        ctx = self.ctx
        key: Any = ctx.weighted({"left": 5, "right": 5, "front": 2, "back": 3, "middle": 2,
                                 "largest": 4, "smallest": 4, "tallest": 1.5, "shortest": 1,
                                 "darkest": 1, "lightest": 1, "fullest": 0.5, "emptiest": 0.5,
                                 "top": 1, "bottom": 0.7})
        if key in ("fullest", "emptiest"):
            self.kind = ctx.one(["bowl", "box", "cup", "container"])
            if ctx.chance(0.5):
                things = ctx.one(["things", "objects", "blocks", "stuff", "items"])
                words = [f"with the most {things} in it", f"that has the most {things} in it", f"which holds the most {things}", f"containing the most {things}"]
                if key == "emptiest":
                    words = [f"with the fewest {things} in it", f"with the least {things} in it", f"that holds the fewest {things}", "with the least in it"]
                self.post.append(ctx.word(words))
                self.fields["order"] = p.Order(key=key)
                return
        if key == "tallest" and ctx.chance(0.3):
            self.kind = "stack"
        n = 1
        if key in ("top", "bottom"):
            if ctx.chance(0.5):
                self.pre.append({"top": "top", "bottom": "bottom"}[key])
            else:
                self.post.append(ctx.say({
                    "top": ["on top", "at the top of the (stack|pile|tower)", "that is on top",
                            "on the top of the stack"],
                    "bottom": ["at the bottom of the (stack|pile|tower)",
                               "that is lowest in the stack", "under the others",
                               "at the very bottom of the pile", "that is at the bottom", "lying undermost",
                               "that lies at the very bottom", "which is (undermost|bottommost) in the (stack|pile|tower)"]}[key]))
        elif key in ("left", "right", "front", "back") and ctx.chance(0.25):
            side = {"left": "left", "right": "right", "front": "front", "back": "back"}[key]
            self.post.append(ctx.say(["on the far {s}", "that is furthest to the {s}",
                                      "furthest to the {s}", "at the very {s}", "all the way to the {s}",
                                      "most to the {s}", "at the {s} end", "that is the furthest to the {s}", "farthest to the {s}", "that (lies|sits|stands) furthest {s}",
                                      "at the extreme {s}", "which is all the way to the {s}", "that is on the very {s}", "on the extreme {s}",
                                      "at the {s} extreme", "that is the most to the {s}"], s=side))
        elif key == "middle" and ctx.chance(0.3):
            self.post.append(ctx.say(["in the middle", "in the (center|centre)"]))
            if ctx.chance(0.5):
                self.post[-1] = ctx.say(["between the others", "that is in between the others"])
        else:
            word = ctx.word(lx.ORDER_WORDS[key])
            if key not in ("middle",) and ctx.chance(0.2):
                n = ctx.weighted({2: 6, 3: 3, 4: 1})
                word = f"{lx.ordinal(n, ctx.chance(0.2))} {word}"
            elif key in ("largest", "smallest", "tallest", "shortest", "darkest", "lightest") and ctx.chance(0.2) and not self.plural:
                word = ctx.one({"largest": ["bigger", "larger"], "smallest": ["smaller"], "tallest": ["taller", "higher"], "shortest": ["shorter", "lower"], "darkest": ["darker"], "lightest": ["lighter", "paler"]}[key])
            self.pre.append(word)
        self.fields["order"] = p.Order(key=key, n=n)

    def _nth_from(self) -> None:
        ctx = self.ctx
        key: Any = ctx.weighted({"left": 4, "right": 4, "back": 2, "front": 2})
        n = ctx.weighted({1: 3, 2: 4, 3: 3, 4: 2, 5: 1, 6: 0.5})
        side = ctx.word({"left": ["left", "left side", "left-hand side", "left edge"],
                         "right": ["right", "right side", "right-hand side", "right edge"],
                         "back": ["top", "back", "far side", "rear", "back side", "top side"],
                         "front": ["bottom", "front", "near side", "bottom side", "front side"],
                         }[key])
        word = lx.ordinal(n, ctx.chance(0.25))
        if n == 2 and key in ("left", "right") and not self.plural and ctx.chance(0.2):
            most = ctx.word(lx.ORDER_WORDS[key])
            self.post.append(ctx.say(
                ["that is the {m} but one", "next to last on the {k}", "one before the last on the {k}",
                 "one in from the {k}", "last but one on the {k}", "second to last on the {k}",
                 "which is one before the {m}", "that comes right after the {m} one"], m=most, k=key))
        elif ctx.chance(0.85):
            self.pre.append(word)
            self.post.append(ctx.say(["from the {s}", "counting from the {s}", "from {s}",
                                      "starting (from|at) the {s}", "as counted from the {s}",
                                      "when counting from the {s}", "if you count from the {s}",
                                      "beginning (at|from) the {s}", "when you start at the {s}",
                                      "going from the {s}", "seen from the {s}", "from the {s} on",
                                      "if you start (at|from) the {s}", "counted from the {s}"],
                                     s=side))
        else:
            self.pre.append(f"{word} from the {side}")
        self.fields["order"] = p.Order(key=key, n=n)

    def near_far(self) -> None:
        """Nearest to or farthest from a thing or the robot: "closest to the bowl"."""
        ctx = self.ctx
        near = ctx.chance(0.65)
        n = 1 if ctx.chance(0.9) else 2
        key: Any = "nearest" if near else "farthest"
        rel = ctx.word(lx.NEAR if near else lx.FAR)
        if ctx.chance(0.06):
            word = ctx.one(["closest", "nearest"] if near else ["farthest", "furthest"])
            number = "" if n == 1 else f"{lx.ordinal(n)} "
            whom = ctx.one(["you", "the robot", "your base", "yourself"])
            self.post.append(f"{ctx.one(['that is ', 'which is ', ''])}{number}{word} {'to' if near else 'from'} {whom}")
            self.fields["order"] = p.Order(key=key, n=n)
            return
        if ctx.chance(0.10):
            adjective = ctx.one(["closest", "nearest"] if near else ["farthest", "furthest", "most distant"])
            self.pre.append(adjective if n == 1 else f"{lx.ordinal(n)} {adjective}")
            if ctx.chance(0.5):
                self.post.append(ctx.one(["to you", "to the robot", "to your base"] if near else
                                         ["from you", "from the robot", "from your base"]))
            self.fields["order"] = p.Order(key=key, n=n)
            return
        if n == 2:
            rel = ("second " if ctx.chance(0.5) else "2nd ") + ctx.one(
                ["closest to", "nearest to"] if near else ["farthest from", "furthest from"])
        if ctx.chance(0.22):
            words, region = region_phrase(ctx)
            order = p.Order(key=key, n=n, region=region)
            self.post.append(f"{rel} {words}")
        else:
            mark = self.inner.noun_phrase(ctx, plural=False, kinds=LANDMARKS, depth=self.depth + 1, rich=0.5)
            order = p.Order(key=key, n=n, of=mark.obj)
            self.post.append(f"{rel} {mark.text}")
        self.fields["order"] = order

    def add_where(self) -> None:
        """A relation to other things or a region: "in the bowl", "on the left"."""
        ctx = self.ctx
        text, relation = self.inner.relation_phrase(ctx, self.depth + 1)
        sides: Any = relation.region
        if relation.rel == "at" and not self.plural and sides in ("left", "right", "front", "back", "middle"):
            # "the block on the left": the one farthest that way, wherever it stands
            self.fields["order"] = p.Order(key=sides)
            self.post.append(text)
            return
        if ctx.chance(0.3) and not text.startswith(("that", "which", "whose")):
            relation, text = self._clause(relation, text)
        self.fields["where"] = (*self.fields.get("where", ()), relation)
        self.post.append(text)

    def _clause(self, relation: p.Relation, text: str) -> tuple[p.Relation, str]:
        """A relative clause around a relation: "that is lying left of the bowl", "which isn't in it"."""
        ctx = self.ctx
        is_, s = ("are", "") if self.plural else ("is", "s")
        if ctx.chance(0.3) and not relation.negate:
            frames = ["that {i} not {t}", "which {i} not {t}", "that {i}n't {t}", "which {i}n't {t}", "not {t}",
                      "that {i} definitely not {t}", "but only if not {t}", "that currently {i}n't {t}", "which {i} anything but {t}"]
            return relation.model_copy(update={"negate": True}), ctx.say(frames, i=is_, t=text)
        frames = ["that {i} {t}", "which {i} {t}"]
        if relation.rel in ("same_color", "different_color") or text.startswith(("of", "with", "like", "shaped", "match", "in the col", "in a")):
            return relation, text
        if relation.rel not in ("same_size", "same_kind", "bigger_than", "smaller_than", "taller_than", "shorter_than",
                                "darker_than", "lighter_than"):
            frames += ["lying {t}", "sitting {t}", "located {t}", "standing {t}", "that you see {t}", "positioned {t}",
                       "that sit{s} {t}", "that stand{s} {t}", "which stand{s} {t}", "resting {t}", "placed {t}", "which sit{s} {t}",
                       "found {t}", "that you find {t}", "which you find {t}", "situated {t}", "that {i} lying {t}",
                       "that {i} sitting {t}", "that {i} standing {t}", "that {i} located {t}", "that I see {t}", "there {t}",
                       "that {i} right now {t}", "that happen{s} to be {t}", "you can see {t}", "that can be seen {t}",
                       "currently {t}", "that {i} currently {t}", "which {i} located {t}", "that {i} placed {t}", "that rest{s} {t}",
                       "which {i} lying {t}", "that I put {t}", "which you can see {t}", "that {i} to be found {t}", "which {i} positioned {t}"]
        else:
            frames += ["that look{s} {t}", "which look{s} {t}", "that seem{s} {t}", "that {i} visibly {t}", "that {i} clearly {t}", "that happen{s} to be {t}"]
        return relation, ctx.say(frames, i=is_, t=text, s=s)

    def add_group(self) -> None:
        """By how many share a property: "whose colour occurs an odd number of times"."""
        ctx = self.ctx
        by: Any = ctx.weighted({"color": 5, "size": 1, "kind": 1})
        test: Any = ctx.one(["odd", "even", "most", "fewest", "unique", "repeated"])
        word = {"color": ctx.one(["color", "colour"]), "size": "size", "kind": ctx.one(["kind", "type", "shape"])}[by]
        tail = ctx.say({
            "odd": ["of a {w} that occurs in odd numbers", "whose {w} appears an odd number of times",
                    "of {w}s with an odd count", "that come in odd numbers by {w}", "of a {w} that occur in odd numbers", "whose {w} count is odd", "of every {w} with an odd number of members",
                    "of the {w}s there is an odd number of", "of the {w}s with an odd number of (objects|things|members|pieces)",
                    "from the {w} groups with an odd number of members", "that belong to {w} groups of odd size",
                    "in {w} groups with an odd count", "whose {w} shows up an odd number of times", "whose {w} occurs an odd number of times",
                    "of a {w} with an odd count", "whose {w} group has an odd number of (members|things)",
                    "of which there is an odd number per {w}", "whose {w} group is odd in number", "with an odd number of its {w}"],
            "even": ["of a {w} that occurs in even numbers", "whose {w} appears an even number of times",
                     "of {w}s with an even count", "that come in even numbers by {w}", "of a {w} that occur in even numbers", "whose {w} count is even", "of every {w} with an even number of members",
                     "of the {w}s there is an even number of", "of the {w}s with an even number of (objects|things|members|pieces)",
                     "from the {w} groups with an even number of members", "that belong to {w} groups of even size",
                     "in {w} groups with an even count", "whose {w} shows up an even number of times", "whose {w} occurs an even number of times",
                     "of a {w} with an even count", "whose {w} group has an even number of (members|things)",
                     "of which there is an even number per {w}", "whose {w} group is even in number", "with an even number of its {w}"],
            "most": ["of the most common {w}", "of the {w} there (is|are) (most|the most) of",
                     "of the most frequent {w}", "whose {w} is the most common", "of the majority {w}", "of the commonest {w}",
                     "whose {w} occurs most often", "of the {w} that occurs most", "of the {w} that appears most often", "in the largest {w} group",
                     "of the most numerous {w}", "with the most popular {w}", "of the {w} you see most", "of the prevailing {w}", "whose {w} shows up the most"],
            "fewest": ["of the least common {w}", "of the {w} there (is|are) (fewest|the fewest) of",
                       "of the rarest {w}", "whose {w} is least common", "of the scarcest {w}", "whose {w} occurs least often",
                       "of the {w} that occurs least", "of the {w} that appears least often", "in the smallest {w} group", "with the rarest {w}",
                       "of the least frequent {w}", "of the least numerous {w}", "of the {w} you see least", "whose {w} shows up the least"],
            "unique": ["whose {w} is unique", "with a {w} that no other (object|one) has",
                       "of a {w} that occurs only once", "that have a unique {w}", "of {w}s that appear only once", "of {w}s that occur just once",
                       "whose {w} appears only once", "whose {w} occurs exactly once", "of a {w} nothing else has", "whose {w} nothing else shares",
                       "with a {w} of their own", "that are the only ones of their {w}", "that don't share their {w} with any other",
                       "with a one-of-a-kind {w}", "with a {w} all to themselves", "whose {w} is one of a kind", "whose {w} you see only once", "that are alone in their {w}"],
            "repeated": ["whose {w} occurs more than once", "that share their {w} with another (one|object)",
                         "of a {w} that appears several times", "with a {w} that others have too", "that share a {w}", "that have the same {w} as another one",
                         "of {w}s that occur more than once", "of {w}s that appear repeatedly", "whose {w} is not unique", "whose {w} isn't unique",
                         "whose {w} appears at least twice", "whose {w} shows up more than once", "that have a {w} in common with another",
                         "with a {w} shared by others", "that are not the only ones of their {w}", "of a repeated {w}", "whose {w} is repeated",
                         "of {w}s seen at least twice"],
        }[test], w=word)
        self.fields["group"] = p.Group(by=by, test=test)
        self.post.append(tail)

    def add_exclude(self) -> None:
        """All but some: "except the red one"."""
        ctx = self.ctx
        word = ctx.word(["except", "except for", "but not", "apart from", "other than", "but",
                         "excluding", "besides", "without", "save for", "aside from", "minus", "save", "barring", "with the exception of",
                         "not including", "leaving out", "omitting", "not counting", "disregarding", "skipping", "bar", "ignoring",
                         "just not", "only not", "but leave out", "but skip", "but without", "with the sole exception of", "all except"][:-1])
        if ctx.chance(0.2) and self.kind != "object":
            return self._not_colored()
        many = ctx.chance(0.35)
        ante = self.noun_for_one() if ctx.chance(0.5) else None
        other = self.inner.noun_phrase(ctx, plural=many, depth=self.depth + 2, rich=0.4, need=True,
                            one=ante, definite=True)
        self.fields["exclude"] = other.obj
        if ctx.chance(0.25) and not many:
            bare = other.text.removeprefix("the ")
            is_ = "are" if self.plural else "is"
            other = NP(f"{lx.article(unmarked(bare))} {bare}", other.obj)
            self.fields["exclude"] = other.obj.model_copy(update={"quant": "all"})
            word = ctx.one([f"that {is_} not", f"that {is_}n't", f"which {is_} not", "that's not" if not self.plural else "that are not"])
        self.post.append(f"{word} {other.text}")
        return None

    def _not_colored(self) -> None:
        """ "that are not red": everything of the kind but the red ones."""
        ctx = self.ctx
        color = pick_color(ctx)
        self.fields["exclude"] = p.Obj(quant="all", colors=(color,), kind=self.kind)
        self.post.append(ctx.say(
            ["that {i} not {c}", "that {i}n't {c}", "which {i} not {c}", "which {i}n't {c}", "not {c} in (color|colour)",
             "of any (color|colour) (but|except|other than) {c}", "in any (color|colour) (but|except|other than) {c}",
             "that {h} a (color|colour) other than {c}", "with a (color|colour) other than {c}", "whose (color|colour) is not {c}",
             "whose (color|colour) isn't {c}", "of another (color|colour) than {c}", "that {i} anything but {c}",
             "(colored|coloured) anything but {c}", "that {i} some (color|colour) other than {c}", "in a (color|colour) different from {c}"],
            i="are" if self.plural else "is", h="have" if self.plural else "has", c=ctx.word(lx.COLOR_WORDS[color])))

    def noun_for_one(self) -> tuple[str, str]:
        """Kind and noun that a later "one" stands for."""
        return (self.kind, self.noun)

    def add_noun(self) -> None:
        """In the place of the kind a noun that the robot has no kind for, as a span."""
        word = unknown_noun(self.ctx, self.plural)
        marked, placeholder = self.ctx.span(word)
        self.kind = "object"
        self.fields["noun"] = placeholder
        self.noun = marked

    def add_name(self) -> None:
        """A name of two words that sounds like a description, as a span: "the lucky block"."""
        word = kind_noun(self.ctx, self.kind, False)
        full = f"{self.ctx.word(nouns.NAME_MODIFIERS)} {word}"
        self.noun, self.fields["name"] = self.ctx.span(full)

    def build(self, quant: str, count: int | None, determiner: str, one: bool = False) -> NP:
        """The phrase with its determiner (a or an as the next word asks) and the object it means."""
        body = [*self.pre, *self.color]
        # "the old red one" reads right, "the pretty" does not
        if self.ctx.chance(0.03) and self.noun:
            body.insert(0, self.ctx.one(nouns_adjectives()))
        text = " ".join([determiner, *body, self.noun, *self.post]).strip()
        for art in ("a", "an"):
            if determiner == art or determiner.endswith(f" {art}"):
                rest = text[len(determiner) + 1 :].lstrip()
                right = determiner[: -len(art)] + lx.article(unmarked(rest))
                text = f"{right} {rest}"
        quantifier: Any = quant
        obj = p.Obj(quant=quantifier, count=count, kind=self.kind, **self.fields)
        return NP(" ".join(text.split()), obj, self.plural, self.noun)


def nouns_adjectives() -> list[str]:
    """Adjectives that say nothing of use for finding a thing."""
    return lx.EMPTY_ADJECTIVES


def unmarked(text: str) -> str:
    """The text without the mark it may begin with."""
    return text[1:] if text and ord(text[0]) >= 0xE000 else text


def region_phrase(ctx: Ctx) -> tuple[str, Any]:
    """ "the bottom right corner", "the left edge", "the middle"."""
    roll = ctx.rng.random()
    if roll < 0.5:
        region: Any = ctx.one(list(lx.CORNER_WORDS))
        return f"the {ctx.word(lx.CORNER_WORDS[region])}{ctx.one([' corner', ' corner', ' corner', ''])}", region
    if roll < 0.88:
        region = ctx.one(list(lx.REGION_WORDS))
        return f"the {ctx.word(lx.REGION_WORDS[region])}", region
    if roll < 0.94:
        return ctx.one(["a corner", "the corners", "any corner"]), "corner"
    return ctx.one(["an edge", "the edge", "the edge of the table", "the side of the table"]), "side"
