"""Words for steps and plans: what the robot understood, said back in plain sentences.

Knows: every step of the plan language. Does not know: the scene (scene.py) nor how objects, places
and conditions are said (objects.py, conditions.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from llmagentos.lang import plan as p
from llmagentos.lang import words as w
from llmagentos.lang.notation import Part, parts
from llmagentos.lang.wording.conditions import describe_cond
from llmagentos.lang.wording.objects import (
    by_words,
    describe_length,
    describe_obj,
    describe_place,
    is_plural,
    join_words,
    noun_phrase,
    number_word,
)


def refusal_words(reason: str) -> str:
    """Why the robot will not do it: "that could hurt someone"."""
    return w.REFUSALS[reason].phrase


def inability_words(reason: str) -> str:
    """What the robot can't do: "pour liquids"."""
    return w.INABILITIES[reason].phrase


#: The word that is waited for where none was said.
GO = "go"

# --- steps --------------------------------------------------------------------------------------


def describe_step(step: Any) -> str:
    """One step as an imperative: "put the red block in the bowl".

    Steps that hold others give only their heading ("for each red block"); see `describe_plan`.
    """
    writer = _WRITERS.get(step.op)
    if writer is not None:
        return writer(step)
    model: type[p.Node] = type(step)
    words = {part.name: _said(getattr(step, part.name), part) for part in parts(model)}
    return model.said.format(**words) or str(step.op)


def _said(value: Any, part: Part) -> str:
    """What a step's field is in words; "" for what is not there."""
    if value is None or value == ():
        return ""
    if part.holds == "word":
        return next((role[value].phrase for role in part.roles if value in role), str(value))
    if part.holds == "num":
        return f"{value:g}"
    if part.holds == "one_of":
        return describe_cond(value)
    if part.many:
        return join_words([describe_obj(one) for one in value])
    describe: dict[Any, Callable[[Any], str]] = {
        p.Obj: describe_obj, p.Place: describe_place, p.Length: describe_length, p.Spot: describe_spot,
    }  # fmt: skip
    return describe.get(type(value), str)(value)


def describe_plan(plan: p.Plan) -> list[str]:
    """The plan as sentences, one per top-level step: "For each red block: put it in the bowl."."""
    return [_sentence(_whole(step)) for step in plan.steps]


def _sentence(words: str) -> str:
    words = words[:1].upper() + words[1:]
    return words if words.endswith((".", "?", "!")) else words + "."


def _whole(step: Any) -> str:
    """A step with what is inside it."""
    inner = getattr(step, "then", ()) or getattr(step, "body", ())
    words = describe_step(step)
    if inner:
        words += f": {_chain(inner)}"
    if otherwise := getattr(step, "otherwise", ()):
        words += f"; otherwise {_chain(otherwise)}"
    return words


def _chain(steps: Sequence[Any]) -> str:
    return ", then ".join(_whole(s) for s in steps)


def _objs(objs: Sequence[p.Obj]) -> str:
    return join_words([describe_obj(o) for o in objs])


def describe_spot(spot: p.Spot) -> str:
    """A spot to drive to: "to the kitchen", "to you", "there"."""
    return w.SPOTS[spot.word].phrase if spot.word is not None else f"to {spot_name(spot)}"


def spot_name(spot: p.Spot) -> str:
    """A spot's name with its article: "the kitchen"; what it is called where it has none: "you"."""
    if spot.name is None:
        return w.SPOTS[spot.word or "there"].phrase.removeprefix("to ")
    name = spot.name.strip()
    first = name.split()[0].lower() if name else ""
    return name if first in _DETERMINERS or name[:1].isupper() else f"the {name}"


#: What a name may begin with that leaves no room for an article.
_DETERMINERS = frozenset(
    "the a an my your our his her their this that every each all both any some room".split()
)


def _goto(s: p.GoTo) -> str:
    return f"go {describe_spot(s.spot)}" if s.spot.word != "before" else "go back"


def _steer(s: p.Steer) -> str:
    if s.angle_deg is not None:
        way = "left" if s.angle_deg >= 0 else "right"
        return f"turn {abs(s.angle_deg):g}° to the {way}"
    far = f" {describe_length(s.distance)}" if s.distance is not None else ""
    return f"drive{far} {w.DIRECTIONS[s.direction or 'forward'].phrase}"


def _follow(s: p.Follow) -> str:
    side = f" on my {s.side}" if s.side is not None else ""
    return f"follow {w.GUIDES[s.guide].phrase}{side}"


def _find(s: p.Find) -> str:
    where = f" at {spot_name(s.spot)}" if s.spot is not None else ""
    return f"look for {describe_obj(s.obj)}{where}"


def _bring(s: p.Bring) -> str:
    source = f" from {spot_name(s.source)}" if s.source is not None else ""
    goal = describe_spot(s.goal) if s.goal is not None else w.SPOTS["here"].phrase
    return f"bring {describe_obj(s.obj)}{source} {goal}"


def _opt_place(place: p.Place | None) -> str:
    return f" {describe_place(place)}" if place is not None else ""


def _sort(sort: str | None) -> str:
    return f", {w.SORTS[sort].phrase}" if sort is not None else ""


def _move(s: p.Move) -> str:
    far = f" {describe_length(s.distance)}" if s.distance is not None else ""
    verb = "push" if s.by == "push" else "move"
    return f"{verb} {describe_obj(s.obj)}{far} {w.DIRECTIONS[s.direction].phrase}"


def _put(s: p.Put) -> str:
    marks = s.place.obj.where if s.place.obj is not None else ()
    own = any(r.region is None and (r.obj is None or r.obj.ref == "this") for r in marks)
    what = describe_obj(s.obj)
    if own and s.obj.quant == "all" and s.obj.count is None and s.obj.ref is None:
        what = "each " + noun_phrase(s.obj.model_copy(update={"quant": "the"}))
    where = describe_place(s.place)
    if s.place.rel == "origin" and s.place.obj is None and is_plural(s.obj):
        where = where.replace("it was", "they were")
    return f"put {what} {where}"


def _push(s: p.Push) -> str:
    where = describe_place(s.place)
    if s.place.rel == "at":
        where = "to " + where.removeprefix("at ").removeprefix("in ")
    elif s.place.rel == "origin":
        where = "to " + where
    return f"push {describe_obj(s.obj)} {where}"


def _rotate(s: p.Rotate) -> str:
    way = "counter-clockwise" if s.angle_deg >= 0 else "clockwise"
    return f"turn {describe_obj(s.obj)} {abs(s.angle_deg):g}° {way}"


def _arrange(s: p.Arrange) -> str:
    words = f"arrange {_objs(s.objs)} {w.SHAPES[s.shape].phrase}"
    if s.size is not None:
        words += f" of {describe_length(s.size)}"
    if s.rows is not None:
        words += f" with {number_word(s.rows)} row{'s' if s.rows != 1 else ''}"
    if s.spacing is not None:
        words += f", {describe_length(s.spacing)} apart"
    return words + _each_by(s.by) + _opt_place(s.place) + _sort(s.sort)


def _stack(s: p.Stack) -> str:
    return f"stack {_objs(s.objs)}{_each_by(s.by)}{_opt_place(s.place)}{_sort(s.sort)}"


def _each_by(by: str | None) -> str:
    return f", one for each {by_words(by)}" if by is not None else ""


def _reach(s: p.Reach) -> str:
    if s.place is not None:
        where = describe_place(s.place)
        return f"move my hand {'to ' * where.startswith('at ')}{where.removeprefix('at ')}"
    far = f" {describe_length(s.distance)}" if s.distance is not None else ""
    return f"move my hand{far} {w.DIRECTIONS[s.direction or 'up'].phrase}"


def _grip(s: p.Grip) -> str:
    if s.width is None:
        return w.GRIPS[s.action].phrase
    half = "half way" if s.width.unit == "half" else describe_length(s.width)
    return f"{s.action} the gripper {'to ' * (half != 'half way')}{half}"


def _when_told(s: p.WhenTold) -> str:
    return f'when you say "{s.word or GO}"'


def _reshape(s: p.Reshape) -> str:
    if s.action == "turn":
        angle = s.angle_deg if s.angle_deg is not None else 45.0
        return f"turn the arrangement by {abs(angle):g}° {'counter-' * (angle >= 0)}clockwise"
    if s.action == "move":
        way = w.DIRECTIONS[s.direction].phrase if s.direction is not None else ""
        far = describe_length(s.distance) if s.distance is not None else ""
        return " ".join(f"move the arrangement {far} {way}{_opt_place(s.place)}".split())
    times = f" {s.factor:g} times" if s.factor is not None else ""
    return f"make the arrangement{times} {s.action}"


def _clear(s: p.Clear) -> str:
    words = describe_place(s.place)
    for link in ("at ", "in ", "on "):
        words = words.removeprefix(link)
    return f"clear {words}"


def _ask(s: p.Ask) -> str:
    about = f" ({describe_obj(s.obj)})" if s.obj is not None else ""
    return f"ask {w.QUESTIONS[s.about].phrase}{about}"


def _again(s: p.Again) -> str:
    words = "do the last command again"
    if s.obj is not None:
        words += f" with {describe_obj(s.obj)}"
    times = f" {number_word(s.n)} times" if s.n != 1 else ""
    far = f" {describe_length(s.distance)}" if s.distance is not None else ""
    return words + far + _opt_place(s.place) + times


def _choice(s: Any, verb: str) -> str:
    parts = [describe_obj(s.obj)] if s.obj is not None else []
    parts += [describe_place(s.place)] if s.place is not None else []
    parts += [describe_spot(s.spot)] if s.spot is not None else []
    return f"{verb} {' '.join(parts)}".strip()


def _correct(s: p.Correct) -> str:
    named = s.obj or s.place or s.spot
    words = _choice(s, "do it instead with") if named else "do it instead"
    if s.reverse:
        words += " the other way round"
    far = describe_length(s.distance) if s.distance is not None else ""
    way = w.DIRECTIONS[s.direction].phrase if s.direction is not None else ""
    return " ".join(f"{words} {far} {way}".split())


def _remember(s: p.Remember) -> str:
    what = describe_obj(s.obj) if s.obj is not None else "this place"
    if s.place is not None:
        what = f"the place {describe_place(s.place)}"
    return f'call {what} "{s.name}"'


def _undo(s: p.Undo) -> str:
    return "undo the last command" if s.n == 1 else f"undo the last {number_word(s.n)} commands"


def _query(q: p.Query) -> str:
    about = f" ({describe_obj(q.obj)})" if q.obj is not None else ""
    if q.condition is not None:
        about = f" ({describe_cond(q.condition)})"
    return f"answer a question: {q.query}{about}"


def _for_each(s: p.ForEach) -> str:
    single = s.obj.model_copy(update={"quant": "the", "count": None})
    if s.obj.quant in ("all", "the", "a") and s.obj.count is None and s.obj.ref is None:
        return f"for each {noun_phrase(single)}"
    return f"for each of {describe_obj(s.obj)}"


def _repeat(s: p.Repeat) -> str:
    return {1: "once", 2: "twice"}.get(s.n, f"{number_word(s.n)} times")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "put": _put,
    "push": _push,
    "move": _move,
    "stack": _stack,
    "arrange": _arrange,
    "rotate": _rotate,
    "clear": _clear,
    "reshape": _reshape,
    "point": lambda s: f"point at {_pointed(s.place)}",
    "wait": lambda s: f"wait {s.seconds:g} second{'s' if s.seconds != 1 else ''}",
    "ask": _ask,
    "cannot": lambda s: (
        f"say that I can't {inability_words(s.reason)}" + (f': "{s.what}"' if s.what else "")
    ),
    "answer": lambda s: _query(s.query),
    "undo": _undo,
    "restore": lambda s: (
        f"put {describe_obj(s.obj) if s.obj else 'everything'} back as it was at first"
    ),
    "again": _again,
    "choose": lambda s: _choice(s, "take"),
    "correct": _correct,
    "remember": _remember,
    "for_each": _for_each,
    "repeat": _repeat,
    "reach": _reach,
    "grip": _grip,
    "unclear": lambda s: "say that I did not understand" + (f' "{s.what}"' if s.what else ""),
    "pace": lambda s: (
        w.PACES[s.pace].phrase if s.body else f"do everything {w.PACES[s.pace].phrase} from now on"
    ),
    "avoid": lambda s: f"without touching {describe_obj(s.obj)}",
    "when_told": _when_told,
    "goto": _goto,
    "steer": _steer,
    "follow": _follow,
    "find": _find,
    "bring": _bring,
}


def _pointed(place: p.Place) -> str:
    """ "the red block" for a place on it; else the place."""
    if place.rel in ("on", "above", "in") and place.obj is not None and place.part is None:
        return describe_obj(place.obj)
    return describe_place(place).removeprefix("at ").removeprefix("in ")


# --- tenses -------------------------------------------------------------------------------------

_PAST = {
    "put": "put", "set": "set", "say": "said", "go": "went", "stack": "stacked", "swap": "swapped",
    "wait": "waited", "point": "pointed", "do": "did", "take": "took", "make": "made",
    "turn": "turned", "undo": "undid", "open": "opened", "close": "closed",
    "pick": "picked", "look": "looked", "call": "called", "drive": "drove", "bring": "brought",
}  # fmt: skip


def past_tense(imperative: str) -> str:
    """ "put the red block there" → "put the red block there"; "stack ..." → "stacked ..."."""
    verb, _, rest = imperative.partition(" ")
    if verb in _PAST:
        done = _PAST[verb]
    else:
        done = verb + ("d" if verb.endswith("e") else "ed")
    return f"{done} {rest}".strip()
