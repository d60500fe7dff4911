"""Questions and conditions.

Knows: how people ask about what is there and what was done, and how conditions are put in words.
Does not know: the answers.
"""

# Templates and word lists read best on one line each.
# fmt: off

from __future__ import annotations

from typing import Any

from llmagentos.lang import plan as p
from training.corpus.acts.steps import Clause
from training.corpus.phrases.descriptions import (
    HOLDERS,
    LANDMARKS,
    MOVABLE,
    NP,
    noun_phrase,
    relation_phrase,
)
from training.corpus.phrases.places import place
from training.corpus.sampler import Ctx
from training.corpus.words import lexicon as lx
from training.corpus.words import questions as qw


def _bare(ctx: Ctx, plural: bool = True, rich: float = 0.6, kinds: dict[str, float] | None = None) -> NP:
    """A plural without determiner: "red blocks left of the bowl"."""
    for _ in range(30):
        np = noun_phrase(ctx, plural, kinds, 1, rich, definite=True)
        words = np.text.split()
        if words[0] == "the" and np.obj.count is None and np.obj.quant in ("all", "the") and not np.obj.order and not np.obj.exclude and not np.obj.name:
            return NP(" ".join(words[1:]), np.obj, np.plural, np.kind_word)
    return NP("blocks" if plural else "block", p.Obj(quant="all" if plural else "the", kind="block"), plural, "block")


def _some(np: NP) -> p.Obj:
    return np.obj.model_copy(update={"quant": "a", "count": None})


# --- conditions -----------------------------------------------------------------------------


def condition(ctx: Ctx, depth: int = 0) -> tuple[str, str, Any]:
    """(statement, question form, condition): "there is a red block", "is there a red block"."""
    if depth == 0 and ctx.chance(0.05):
        a, b = condition(ctx, 1), condition(ctx, 1)
        model = ctx.one([p.And, p.Or])
        word = "and" if model is p.And else "or"
        return f"{a[0]} {word} {b[0]}", f"{a[1]} {word} {b[0]}", model(left=a[2], right=b[2])
    roll = ctx.rng.random()
    if roll < 0.28:
        return _exists(ctx)
    if roll < 0.5:
        return _count(ctx)
    if roll < 0.62:
        return _fits(ctx)
    return _is(ctx)


def _exists(ctx: Ctx) -> tuple[str, str, Any]:
    plural = ctx.chance(0.35)
    np = _bare(ctx, plural)
    cond: Any = p.Exists(obj=_some(np))
    art = lx.article(np.text.lstrip("".join(chr(c) for c in range(0xE000, 0xE040))))
    if plural:
        text, ask = f"there are {ctx.one(['any', 'some', ''])} {np.text}", f"are there {ctx.one(['any', 'some', ''])} {np.text}"
    else:
        text = ctx.say(["there is {a} {n}", "there's {a} {n}", "you see {a} {n}", "you can see {a} {n}", "{a} {n} is (on the table|there)",
                        "you (find|spot) {a} {n}", "{a} {n} exists"], a=art, n=np.text)
        ask = ctx.say(["is there {a} {n} [on the table|here|anywhere]", "is there {a} {n}", "do you see {a} {n}", "can you see {a} {n}",
                       "have we got {a} {n}", "do you have {a} {n} [there]", "does {a} {n} exist", "can you find {a} {n}",
                       "is {a} {n} on the table"], a=art, n=np.text)
    if ctx.chance(0.2):
        if plural:
            return f"there are no {np.text}", f"are there no {np.text}", p.Not(inner=cond)
        return ctx.one([f"there is no {np.text}", f"there isn't {art} {np.text}", f"no {np.text} is there",
                        f"you don't see {art} {np.text}"]), f"is there no {np.text}", p.Not(inner=cond)
    return " ".join(text.split()), " ".join(ask.split()), cond


_COMPARE = {
    "eq": ["exactly {n}", "{n}", "just {n}"],
    "gt": ["more than {n}", "over {n}", "greater than {n}"],
    "lt": ["fewer than {n}", "less than {n}", "under {n}"],
    "ge": ["at least {n}", "{n} or more", "no fewer than {n}"],
    "le": ["at most {n}", "{n} or fewer", "no more than {n}"],
    "ne": ["not exactly {n}", "any number but {n}"],
}


def _count(ctx: Ctx) -> tuple[str, str, Any]:
    a = _bare(ctx)
    compare: Any = ctx.weighted({"eq": 4, "gt": 5, "lt": 3, "ge": 3, "le": 2, "ne": 1.0})
    if ctx.chance(0.4):
        b = _bare(ctx)
        compare = ctx.weighted({"gt": 5, "lt": 3, "eq": 3})
        words = {"gt": "more {a} than {b}", "lt": ctx.one(["fewer {a} than {b}", "less {a} than {b}"]), "eq": "as many {a} as {b}"}[compare]
        text = words.format(a=a.text, b=b.text)
        return f"there are {text}", f"are there {text}", p.CountIs(obj=a.obj, compare=compare, other=b.obj)
    n = ctx.rng.randint(1, 6)
    number = ctx.one([str(n), lx.number_words(n)])
    words = ctx.one(_COMPARE[compare]).format(n=number)
    if n == 1 and compare in ("eq", "gt", "ge", "lt"):
        n, number = 2, ctx.one(["2", "two"])
        words = ctx.one(_COMPARE[compare]).format(n=number)
    return f"there are {words} {a.text}", f"are there {words} {a.text}", p.CountIs(obj=a.obj, compare=compare, n=n)


def _fits(ctx: Ctx) -> tuple[str, str, Any]:
    o = noun_phrase(ctx, ctx.chance(0.25), LANDMARKS, 1, 1.2, definite=True)
    is_ = "are" if o.plural else "is"
    color: Any = ctx.one(list(lx.COLOR_WORDS))
    roll = ctx.rng.random()
    if roll < 0.6:
        words, fits = ctx.word(lx.COLOR_WORDS[color]), p.Obj(quant="a", colors=(color,))
    elif roll < 0.75:
        size: Any = ctx.one(["small", "large"])
        words, fits = ctx.word(lx.SIZE_WORDS[size]), p.Obj(quant="a", size=size)
    elif roll < 0.9:
        state: Any = ctx.one(["empty", "full"])
        o = noun_phrase(ctx, False, {"bowl": 3.0, "box": 2, "cup": 1, "plate": 1, "tray": 1}, 1, 0.6, definite=True)
        is_ = "is"
        words, fits = state, p.Obj(quant="a", state=state)
    else:
        kind: Any = ctx.one(["block", "bowl", "cup", "ball", "plate"])
        noun = ctx.word(lx.KIND_WORDS[kind])
        words, fits = f"{lx.article(noun)} {noun}" if not o.plural else lx.plural(noun), p.Obj(quant="a", kind=kind)
    cond: Any = p.Is(obj=o.obj, fits=fits)
    if ctx.chance(0.15):
        return f"{o.text} {is_} not {words}", f"{is_}n't {o.text} {words}", p.Not(inner=cond)
    return f"{o.text} {is_} {words}", f"{is_} {o.text} {words}", cond


def _is(ctx: Ctx) -> tuple[str, str, Any]:
    o = noun_phrase(ctx, ctx.chance(0.3), MOVABLE, 1, 0.5, definite=True)
    for _ in range(20):
        text, rel = relation_phrase(ctx, 2)
        if rel.rel not in ("same_kind",) and not text.startswith(("that", "whose", "lying", "sitting", "standing")):
            break
    is_ = "are" if o.plural else "is"
    cond: Any = p.Is(obj=o.obj, relation=rel)
    if ctx.chance(0.2):
        return f"{o.text} {is_}{ctx.one([' not', 'nt', chr(39).join(['n', 't'])])} {text}", f"{is_}n't {o.text} {text}", p.Not(inner=cond)
    return f"{o.text} {is_} {text}", f"{is_} {o.text} {text}", cond


# --- questions ------------------------------------------------------------------------------


def question(ctx: Ctx, refs: float = 0.05) -> Clause:
    """A question of one of Q's ten sorts."""
    name = ctx.weighted({"count": 7, "holds": 9, "where": 4, "which": 6, "color": 4, "size": 1.5, "kind": 1.5, "distance": 1.5,
                         "relation": 1.2, "fixed": 8})
    text, query = getattr(Q, name)(ctx, refs)
    return text, [p.Answer(query=query)]


class Q:
    """One function per family of questions: (words, query)."""

    @staticmethod
    def count(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """ "how many blocks are there", some inside or on a holder."""
        np = _bare(ctx, rich=1.0)
        text = ctx.say(["how many {n} are there", "how many {n} are there [on the table|in total|here]", "count the {n}",
                        "how many {n} do you see", "how many {n} can you see", "what is the number of {n}", "tell me how many {n} there are",
                        "how many {n} have we got", "can you count the {n}", "the number of {n}", "give me the number of {n}",
                        "how many {n} do we have", "what's the (count|total) of {n}", "I want to know how many {n} there are",
                        "how many {n}", *qw.MORE["count"]], n=np.text)
        if ctx.chance(0.15):
            mark = noun_phrase(ctx, False, HOLDERS, 1, 0.5, definite=True)
            inside: Any = ctx.one(["in", "on"])
            obj = p.Obj(quant="all", kind=np.obj.kind if not np.obj.noun else "object", where=(p.Relation(rel=inside, obj=mark.obj),))
            noun = lx.plural(lx.KIND_WORDS[obj.kind][0])
            return ctx.say([f"how many {noun} are {inside} {{m}}", f"how many {noun} does {{m}} (hold|contain)" if inside == "in" else f"how many {noun} stand on {{m}}"],
                           m=mark.text), p.Query(query="count", obj=obj)
        return text, p.Query(query="count", obj=np.obj)

    @staticmethod
    def holds(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """Whether a condition holds: "is the cup empty"; of mere existence as `exists`."""
        statement, ask, cond = condition(ctx, 0)
        if ctx.chance(0.25):
            ask = ctx.say(["is it true that {s}", "can you (tell me|check|see) (if|whether) {s}", "tell me (if|whether) {s}", "{s}, right",
                           "I want to know if {s}", "would you say {s}", *qw.MORE["holds"]], s=statement)
        if isinstance(cond, p.Exists):
            return ask, p.Query(query="exists", obj=cond.obj)
        return ask, p.Query(query="holds", condition=cond)

    @staticmethod
    def where(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """ "where is the red cup", as a command too: "locate the red cup"."""
        o = noun_phrase(ctx, ctx.chance(0.15), LANDMARKS, 1, 0.9, definite=True, refs=refs)
        is_ = "are" if o.plural else "is"
        text = ctx.say(["where {i} {o}", "where {i} {o}", "tell me where {o} {i}", "can you tell me where {o} {i}", "in which place {i} {o}",
                        "what is the (position|location) of {o}", "where can I find {o}", "do you know where {o} {i}", "where do you see {o}",
                        "locate {o}", "where did {o} go", "where on the table {i} {o}", "find {o}", "look for {o}", *qw.MORE["where"]], o=o.text, i=is_)
        return text, p.Query(query="where", obj=o.obj)

    @staticmethod
    def which(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """All that a description fits, for a list: "which blocks are in the bowl"."""
        roll = ctx.rng.random()
        if roll < 0.45:
            kind: Any = ctx.weighted({"block": 5, "object": 4, "bowl": 2, "ball": 1, "cup": 1, "plate": 1, "round": 0.3})
            rel_text, rel = relation_phrase(ctx, 1)
            if rel_text.startswith(("that", "whose")) or rel.rel == "same_kind":
                return Q.where(ctx, refs)
            noun = ctx.word(lx.KIND_WORDS[kind])
            obj = p.Obj(quant="all", kind=kind, where=(rel,))
            text = ctx.say(["which {m} are {r}", "what {m} are {r}", "what are the {m} {r}", "which {m} do you see {r}", "name the {m} {r}",
                            "list the {m} {r}", "what {m} can you see {r}", "tell me the {m} {r}", "which of the {m} are {r}", *qw.MORE["which_kind"]],
                           m=lx.plural(noun), r=rel_text)
            if kind == "object" and ctx.chance(0.7):
                text = ctx.say(["what is {r}", "what's {r}", "what do you see {r}", "what is there {r}", "what lies {r}", "is there anything {r}"
                                if ctx.chance(0.0) else "what can you see {r}", "what things are {r}", *qw.MORE["which"]], r=rel_text)
            elif ctx.chance(0.35):
                obj = obj.model_copy(update={"quant": "the"})
                text = ctx.say(["which {n} is {r}", "what {n} is {r}", "which one of the {m} is {r}"], n=noun, m=lx.plural(noun), r=rel_text)
            return text, p.Query(query="which", obj=obj)
        for _ in range(30):
            o = noun_phrase(ctx, False, {"block": 5.0, "object": 2, "bowl": 3, "cup": 1, "plate": 1, "ball": 1}, 0, 2.0, definite=True)
            if o.obj.order and not o.obj.colors and not o.obj.size and not o.obj.material and o.obj.kind != "stack":
                break
        else:
            return Q.where(ctx, refs)
        words = o.text.split(" ", 1)[1]
        text = ctx.say(["which is {o}", "what is {o}", "which (one|object) is {o}", "what's {o}", "tell me which is {o}", "name {o}",
                        "can you tell me which (one|thing) is {o}", *qw.MORE["which_order"]], o=f"the {words}")
        if o.kind_word and ctx.chance(0.3) and not o.obj.order.of and words.endswith(o.kind_word) and o.obj.order.key not in ("top", "bottom"):
            text = ctx.say(["which {k} is {w}", "what {k} is {w}", "which of the {m} is {w}"], k=o.kind_word, m=lx.plural(o.kind_word),
                           w=f"the {words[: -len(o.kind_word)].strip()}")
        return text, p.Query(query="which", obj=o.obj)

    @staticmethod
    def color(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """The colour of a thing, or the commonest one: "what colour are most of the blocks"."""
        if ctx.chance(0.18):
            kind: Any = ctx.weighted({"block": 3, "object": 4, "bowl": 2})
            noun = lx.plural(ctx.word(lx.KIND_WORDS[kind]))
            return ctx.say(["what is the most common (color|colour) [of the {m}]", "which (color|colour) (occurs|appears) most [often] among the {m}",
                            "what (color|colour) are most of the {m}", "which (color|colour) do most {m} have"], m=noun), p.Query(
                query="common", obj=p.Obj(quant="all", kind=kind) if True else None)
        o = noun_phrase(ctx, ctx.chance(0.2), LANDMARKS, 1, 1.3, definite=True, refs=refs)
        if o.obj.colors:
            o = noun_phrase(ctx, False, LANDMARKS, 0, 2.2, definite=True)
        is_ = "are" if o.plural else "is"
        text = ctx.say(["what (color|colour) {i} {o}", "which (color|colour) {i} {o}", "what is the (color|colour) of {o}",
                        "tell me the (color|colour) of {o}", "what (color|colour) (does|has) {o} [have|got]", "of what (color|colour) {i} {o}",
                        "what's {o}'s (color|colour)" if not o.obj.where and not o.obj.order else "what's the colour of {o}",
                        "what (color|colour) would you say {o} {i}", "which (color|colour) does {o} have", *qw.MORE["color"]], o=o.text, i=is_)
        return text, p.Query(query="color", obj=o.obj)

    @staticmethod
    def size(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """ "how big is the box", also its height or width."""
        o = noun_phrase(ctx, False, LANDMARKS, 1, 0.8, definite=True, refs=refs)
        text = ctx.say(["how big is {o}", "how large is {o}", "what size is {o}", "what is the size of {o}", "how wide is {o}", "how tall is {o}",
                        "what are the dimensions of {o}", "how high is {o}", "what is the width of {o}", "how small is {o}",
                        "tell me how big {o} is", *qw.MORE["size"]], o=o.text)
        return text, p.Query(query="size", obj=o.obj)

    @staticmethod
    def kind(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """ "what kind of thing is that"; of one in an order ("what is leftmost") as `which`."""
        o = noun_phrase(ctx, False, {"object": 1.0}, 0, 1.6, definite=True, refs=refs + 0.2)
        text = ctx.say(["what kind of (thing|object) is {o}", "what is {o}", "what sort of (thing|object) is {o}", "what type of object is {o}",
                        "what shape (is|has) {o}", "tell me what {o} is", "do you know what {o} is", "what would you call {o}", *qw.MORE["kind"]], o=o.text)
        if o.obj.order and text.startswith("what is"):
            return text, p.Query(query="which", obj=o.obj)
        return text, p.Query(query="kind", obj=o.obj)

    @staticmethod
    def distance(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """ "how far is the cup from the bowl"."""
        a = noun_phrase(ctx, False, LANDMARKS, 1, 0.5, definite=True)
        b = noun_phrase(ctx, False, LANDMARKS, 1, 0.5, definite=True)
        text = ctx.say(["how far is {a} from {b}", "how far apart are {a} and {b}", "what is the distance between {a} and {b}",
                        "what is the distance from {a} to {b}", "how far is it from {a} to {b}", "how close is {a} to {b}",
                        "how much space is [there] between {a} and {b}", "how many centimeters are between {a} and {b}", *qw.MORE["distance"]], a=a.text, b=b.text)
        return text, p.Query(query="distance", obj=a.obj, obj2=b.obj)

    @staticmethod
    def relation(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """ "on which side of the bowl is the cup"."""
        a = noun_phrase(ctx, False, LANDMARKS, 1, 0.5, definite=True)
        b = noun_phrase(ctx, False, LANDMARKS, 1, 0.5, definite=True)
        text = ctx.say(["where is {a} relative to {b}", "where is {a} in relation to {b}", "how is {a} positioned relative to {b}",
                        "on which side of {b} is {a}", "what is the spatial relation between {a} and {b}", "which side of {b} is {a} on",
                        "where is {a} with respect to {b}", "where is {a} compared to {b}", *qw.MORE["relation"]], a=a.text, b=b.text)
        return text, p.Query(query="relation", obj=a.obj, obj2=b.obj)

    @staticmethod
    def fixed(ctx: Ctx, refs: float) -> tuple[str, p.Query]:
        """The robot's own doings and the scene as a whole: "what did you move last"."""
        name: Any = ctx.one(list(FIXED))
        kind: Any = ctx.weighted({"block": 4, "object": 3, "bowl": 1, "ball": 1, "round": 0.2})
        noun = ctx.word(lx.KIND_WORDS[kind])
        obj = None
        if name == "moved":
            ref: Any = ctx.weighted({"last": 3, "all": 3, "first": 1})
            if ref == "last":
                text = ctx.say(["which {n} did you [just] move [last]", "what {n} did you [just] move", "which {n} have you just moved",
                                "which {n} was the last (one|) you moved", "what did you move last"], n=noun)
                if text == "what did you move last":
                    kind = "object"
                return text, p.Query(query="moved", obj=p.Obj(ref="last_moved", kind=kind))
            if ref == "first":
                text = ctx.say(["which {n} did you move first", "what {n} was the first (one|) you moved", "which was the first {n} you moved"], n=noun)
                return text, p.Query(query="moved", obj=p.Obj(ref="first_moved", kind=kind))
            text = ctx.say(["which {m} did you move", "what {m} have you moved [so far]", "which {m} have been moved",
                            "list the {m} [that] you moved", "how many {m} did you move" if ctx.chance(0) else "name the {m} you have moved"],
                           m=lx.plural(noun))
            return text, p.Query(query="moved", obj=p.Obj(quant="all", kind=kind))
        if name in qw.DEEDS and ctx.chance(0.35):
            return Q.deed(ctx, name)
        if name == "abilities" and ctx.chance(0.2):
            verb, gerund = ctx.one(qw.SKILLS)
            return ctx.say(qw.SKILL_FRAMES, v=verb, g=gerund), p.Query(query=name)
        return ctx.word([*FIXED[name], *qw.MORE_FIXED.get(name, ())]), p.Query(query=name, obj=obj)

    @staticmethod
    def deed(ctx: Ctx, name: Any) -> tuple[str, p.Query]:
        """Why this, what was done with it, what will be: about the robot's deeds, true or not."""
        o = noun_phrase(ctx, ctx.chance(0.15), MOVABLE, 1, 0.4, definite=True)
        where = place(ctx, rich=0.2)
        return ctx.say(qw.DEEDS[name], o=o.text, i="are" if o.plural else "is", p=where.text), p.Query(query=name)


FIXED: dict[str, list[str]] = {
    "scene": ["what do you see", "what is on the table", "what can you see", "describe the scene", "what's there", "what objects are there",
              "what is in front of you", "describe what you see", "list all objects", "tell me what you see", "which objects are on the table",
              "what have we got here", "describe the table", "name everything on the table", "what are the objects", "give me an overview",
              "what things are on the table", "what's on the desk", "what do we have here", "show me the scene", "what objects do you see"],
    "held": ["what are you holding", "what is in your hand", "what do you have in your gripper", "are you holding anything",
             "what is in the gripper", "is there something in your hand", "what have you got in your hand", "do you hold something",
             "what object do you hold", "is your hand empty", "is your gripper empty", "what are you carrying"],
    "did": ["what did you do", "what have you done", "what did you just do", "tell me what you did", "what was the last thing you did",
            "what happened", "what have you done so far", "summarize what you did", "recap please", "what did you do before that",
            "what was your last action", "list your actions", "describe what you did"],
    "moved": [],
    "why": ["why", "why did you do that", "what was the reason", "why did you move that one", "why that one", "how come", "what for",
            "explain yourself", "why did you pick that one", "why did you stop", "what made you do that", "why did you choose it",
            "explain your decision", "why not", "why did it fail", "what went wrong", "for what reason", "why didn't you do it"],
    "next": ["what will you do next", "what are you going to do", "what's next", "what is your plan", "what are you about to do",
             "what comes next", "what is the next step", "what do you intend to do", "what's the plan", "tell me your plan"],
    "abilities": ["what can you do", "what are you able to do", "help", "what are your skills", "what are you capable of",
                  "how can you help me", "what do you know how to do", "list your abilities", "what kind of commands do you understand",
                  "what things can you do", "what should I say", "what are your abilities", "tell me what you can do", "what are you good at",
                  "what commands are there", "how does this work", "what can I ask you"],
    "identity": ["who are you", "what are you", "what is your name", "what's your name", "are you a robot", "tell me about yourself",
                 "introduce yourself", "what kind of robot are you", "who made you", "are you human", "do you have a name", "who am i talking to",
                 "are you an ai"],
    "greet": ["hello", "hi", "hey", "good morning", "hello robot", "hi there", "hey there", "good evening", "good afternoon", "hello there",
              "howdy", "greetings", "hey robot", "nice to meet you", "how are you", "how are you doing", "what's up", "good day", "hiya",
              "how do you do"],
    "bye": ["bye", "goodbye", "see you", "good night", "see you later", "bye bye", "goodbye robot", "bye for now", "see you tomorrow",
            "that's all for today, bye", "until next time", "farewell", "have a nice evening", "bye then", "I'm leaving, bye"],
    "thanks": ["thanks", "thank you", "thank you very much", "thanks a lot", "great job", "well done", "good job", "nice work", "perfect",
               "very good", "cheers", "awesome", "good work", "excellent", "thx", "many thanks", "that's great", "nice", "good robot",
               "much appreciated", "brilliant", "that was great", "fantastic", "cool", "wonderful", "you did well", "lovely"],
    "status": ["are you ready", "are you done", "are you ok", "what is your status", "is everything alright", "are you busy", "did it work",
               "did you finish", "are you finished", "what are you doing", "are you still working", "how is it going", "is it done",
               "did you succeed", "status report", "status", "how far are you", "what are you doing right now", "have you finished",
               "is everything working"],
}
