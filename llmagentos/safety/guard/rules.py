"""The rules of the plan guard: one row a rule, each a pure function of one action in its scene.

Knows: what is hazardous about things, ways and speeds. Does not know: the plan's words, the
person's words, or the language model; nothing here reads a sentence.

A rule yields what it finds, as a clause that goes on from "this ...": "puts the red mug over the
laptop". What becomes of it is the row's verdict: the action is refused, done only after a person's
yes, or done more slowly.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from llmagentos.objects.kinds import traits
from llmagentos.safety.guard.stride import Stride, only_leaves
from llmagentos.types import SceneObject

_log = logging.getLogger(__name__)

#: What becomes of an action that a rule finds something in.
Decision = Literal["refuse", "confirm", "slow"]

#: Room to hot things and to electronics, and from where a fall does harm, metres.
HEAT_M, SPLASH_M, DROP_M = 0.03, 0.10, 0.05
#: How far outside of the work area, and how high above the table, any motion may go; at scale 1.
BEYOND_M, LOW_M, HIGH_M = 0.10, -0.03, 0.60
#: What a finding about forearm and hand is about.
ARM = "my arm"
_BURNS = frozenset({"paper", "cloth", "foam", "wood"})
_HEATPROOF = frozenset({"ceramic", "metal"})


@dataclass(frozen=True)
class Finding:
    """words: the clause. about: ids of what it is about. speed: for what is only slowed.
    broke: the rule itself failed."""

    words: str
    about: tuple[str, ...] = ()
    speed: float | None = None
    broke: bool = False


@dataclass(frozen=True)
class Rule:
    """One row. says: the rule in a sentence, for people and docs/safety.md. free: whether the
    owner's rules file may choose between refuse and confirm. on_the_way: whether it is also asked
    about the hand while an action runs. leaving: whether what it finds where an action begins is
    let be, since taking things away from there is no harm."""

    name: str
    verdict: Decision
    says: str
    find: Callable[[Stride], Iterable[Finding]]
    free: bool = False
    on_the_way: bool = False
    leaving: bool = False


@dataclass(frozen=True)
class Verdict:
    """What one rule says to one action."""

    rule: str
    decision: Decision
    words: str
    about: tuple[str, ...] = ()
    speed: float | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """What a person's yes is for: this rule about these things, and nothing else."""
        return (self.rule, *self.about)


# --- people and places ------------------------------------------------------------------------------


def _person(s: Stride) -> Iterator[Finding]:
    if s.people.unknown:
        yield Finding(f"moves my arm, and {s.people.unknown}")
    near = s.rules.clearance_m
    for x, y in s.people.at:
        if any(math.dist(p[:2], (x, y)) < near for p in s.way):
            yield Finding(f"moves my hand within {100 * near:.0f} cm of a person")
            return
        if any(math.dist(p[:2], (x, y)) < near + s.thick_m for p in s.body):
            yield Finding(f"moves my arm within {100 * near:.0f} cm of a person", (ARM,))
            return


def _people_hazard(s: Stride) -> Iterator[Finding]:
    risky = [o for o in s.load if s.attributes(o) & {"sharp", "hot"}]
    if not risky:
        return
    near = s.rules.clearance_m
    for zone in s.rules.people:
        inside = [zone.has(point, near / 3) for point in s.carried]
        if any(inside) and not only_leaves(inside):
            yield Finding(f"brings {s.named(risky[0])} to people, at {zone.name}", (risky[0].id,))
    if any(math.dist(p[:2], at) < 2 * near for at in s.people.at for p in s.carried):
        yield Finding(f"brings {s.named(risky[0])} towards a person", (risky[0].id,))


def _above_people(s: Stride) -> Iterator[Finding]:
    if s.moved is None or s.scene.held is None:
        return
    for zone in s.rules.people:
        inside = [zone.has(point) for point in s.carried]
        ends_there = s.puts_down and s.goal is not None and zone.has(s.goal)
        if any(inside) and not ends_there and not only_leaves(inside):
            yield Finding(f"carries {s.named(s.moved)} above people, at {zone.name}", (s.moved.id,))


def _keep_out(s: Stride) -> Iterator[Finding]:
    own = s.radius(s.load[0]) if s.load else 0.0
    for zone in s.rules.keep_out:
        tips = any(zone.has(p) for p in s.way)
        if tips or any(zone.has(p, own) for p in s.carried):
            yield Finding(f"moves into {zone.name}, where I keep out")
        elif any(zone.has(p, s.thick_m) for p in s.arm):
            yield Finding(f"moves my arm into {zone.name}, where I keep out", (ARM, zone.name))


# --- hazardous things -------------------------------------------------------------------------------


def _blade(s: Stride) -> Iterator[Finding]:
    for item in s.load if s.takes_hold else ():
        if s.is_a("sharp", item):
            yield Finding(f"moves {s.named(item)}, which is sharp", (item.id,))


def _hot_grasp(s: Stride) -> Iterator[Finding]:
    for item in s.load if s.takes_hold else ():
        if s.is_a("hot", item):
            yield Finding(f"moves {s.named(item)}, which is hot", (item.id,))


def _heat(s: Stride) -> Iterator[Finding]:
    if s.lands is None:
        return
    below = s.lands_on
    hot = [o for o in s.load if s.is_a("hot", o)]
    for item in hot[:1]:
        if below is not None and not _heatproof(below):
            words = f"puts {s.named(item)}, which is hot, on {s.named(below)}"
            yield Finding(words, (item.id, below.id))
        others = [o for o in s.scene.objects if o not in s.load and o is not below and _burns(o)]
        for other in s.lands_near(HEAT_M, others):
            words = f"puts {s.named(item)}, which is hot, next to {s.named(other)}"
            yield Finding(words, (item.id, other.id))
    if hot:
        return
    for other in s.lands_near(HEAT_M, s.those("hot")):
        onto = below is not None and below.id == other.id
        if _burns(s.load[0]) or (onto and not _heatproof(s.load[0])):
            where = "on" if onto else "next to"
            words = f"puts {s.named(s.load[0])} {where} {s.named(other)}, which is hot"
            yield Finding(words, (s.load[0].id, other.id))


def _liquid(s: Stride) -> Iterator[Finding]:
    wet = [o for o in s.load if s.is_a("liquid", o)]
    dry = s.those("electronic")
    if wet:
        over = s.passes_over(dry)
        near = s.lands_near(SPLASH_M, dry)
        for item in dry:
            if item in over or (s.lands_on is not None and s.lands_on.id == item.id):
                verb = "puts" if item in near else "carries"
                words = f"{verb} {s.named(wet[0])} over {s.named(item)}"
            elif item in near:
                words = f"puts {s.named(wet[0])} next to {s.named(item)}"
            else:
                continue
            yield Finding(words, (wet[0].id, item.id))
    for item in [o for o in s.load if s.is_a("electronic", o)]:
        for other in s.lands_near(SPLASH_M, s.those("liquid")):
            words = f"puts {s.named(item)} next to {s.named(other)}"
            yield Finding(words, (item.id, other.id))


def _fragile(s: Stride) -> Iterator[Finding]:
    below = s.lands_on
    if below is not None and s.is_a("fragile", below) and s.mass_kg > s.rules.heavy_kg:
        words = f"puts {s.mass_kg:.1f} kg on {s.named(below)}, which breaks easily"
        yield Finding(words, (s.load[0].id, below.id))


def _drop(s: Stride) -> Iterator[Finding]:
    held = s.scene.held
    if s.action.name != "open_gripper" or held is None or s.drop_m() <= DROP_M:
        return
    if s.attributes(*s.load) & {"sharp", "hot", "liquid", "fragile"}:
        words = f"drops {s.named(held)} from {100 * s.drop_m():.0f} cm"
        yield Finding(words, (held.id,))


def _burns(item: SceneObject) -> bool:
    materials = set(traits(item.kind).materials)
    return bool(materials & _BURNS) and not materials & _HEATPROOF


def _heatproof(item: SceneObject) -> bool:
    return traits(item.kind).is_flat or bool(set(traits(item.kind).materials) & _HEATPROOF)


# --- limits -----------------------------------------------------------------------------------------


def _held_mass(s: Stride) -> Iterator[Finding]:
    if "pick" in s.names and s.moved is not None and s.mass_kg > s.rules.held_mass_kg:
        most = s.rules.held_mass_kg
        words = f"lifts {s.mass_kg:.2f} kg with {s.named(s.moved)}, and I lift {most:g} kg at most"
        yield Finding(words, (s.moved.id,))


def _reach(s: Stride) -> Iterator[Finding]:
    if s.action.pose is None:
        return
    area, (x, y, z) = s.scene.workspace, s.action.pose.position
    if s.goal is None:
        yield Finding("goes to a place that is none")
    elif not (
        area.contains(x, y, -BEYOND_M * area.scale)
        and LOW_M * area.scale <= z - area.table_z <= HIGH_M * area.scale
    ):
        yield Finding(f"goes to ({x:.2f}, {y:.2f}, {z:.2f}) m, which is outside my work area")


def _pace(s: Stride) -> Iterator[Finding]:
    speed = s.action.speed
    if not (math.isfinite(speed) and 0 < speed <= s.rules.speed):
        yield Finding(f"goes at {speed:g} times the usual speed, and I go at {s.rules.speed:g}")


def _slow(s: Stride) -> Iterator[Finding]:
    found = s.attributes(*s.load)
    if found & {"sharp", "hot"}:
        yield Finding("is done slowly", speed=s.rules.hazard_speed)
    elif found & {"liquid", "fragile"}:
        yield Finding("is not done faster than usual", speed=1.0)


def _steps(s: Stride) -> Iterator[Finding]:
    if s.count >= s.rules.actions:
        yield Finding(f"takes more than {s.rules.actions} actions")


def _asked(s: Stride) -> Iterator[Finding]:
    thing = f" {s.named(s.moved)}" if s.moved is not None else ""
    verb = {"pick": "picks up", "push": "pushes", "place": "puts down", "rotate": "turns"}
    for name in s.names:
        if name in s.rules.confirm:
            words = verb.get(name, f"does '{name}' with" if thing else "")
            yield Finding(f"{words}{thing}" if words else f"does '{name}'", (name,))
    meant = s.action.instead_of
    if meant in s.rules.confirm and meant not in s.names:
        yield Finding(f"carries{thing or ' something'} instead of a {meant}", (meant,))


#: Every rule, in the order in which they speak.
RULES: tuple[Rule, ...] = (
    Rule("steps", "refuse", "A command has at most `actions` actions.", _steps),
    Rule("reach", "refuse",
         "No motion has its goal more than 10 cm outside the work area, or over 60 cm high.", _reach),
    Rule("pace", "refuse", "Nothing is done faster than `speed` times the usual.", _pace),
    Rule("person", "refuse",
         "Hand and forearm stay `clearance_m` from everybody whom a detector reports; while nobody "
         "knows, they do not move.", _person, on_the_way=True),
    Rule("people_hazard", "refuse",
         "What is sharp or hot goes to no place of people, and keeps twice the clearance.",
         _people_hazard, on_the_way=True, leaving=True),
    Rule("above_people", "refuse", "Nothing is carried or held above a place of people.",
         _above_people, on_the_way=True, leaving=True),
    Rule("keep_out", "refuse",
         "Neither the finger tips nor what they hold nor hand and forearm go into a keep-out box.",
         _keep_out, on_the_way=True),
    Rule("held_mass", "refuse", "Nothing heavier than `held_mass_kg` is lifted, contents included.",
         _held_mass),
    Rule("heat", "refuse",
         "What is hot is put on nothing that is not metal or ceramic, nor next to what burns; and "
         "neither is put on or next to what is hot.", _heat, free=True),
    Rule("drop", "refuse", "What is sharp, hot, fragile or may spill is not dropped from over 5 cm.",
         _drop),
    Rule("fragile", "refuse", "Nothing heavier than `heavy_kg` is put on something fragile.", _fragile,
         free=True),
    Rule("liquid", "confirm",
         "What may spill is carried over electronics, or put down within 10 cm of them, only after a "
         "yes.", _liquid, free=True, on_the_way=True, leaving=True),
    Rule("blade", "confirm", "What is sharp is moved only after a yes.", _blade, free=True),
    Rule("hot_grasp", "confirm", "What is hot is moved only after a yes.", _hot_grasp, free=True),
    Rule("asked", "confirm", "Actions under `confirm` are done only after a yes.", _asked),
    Rule("slow", "slow",
         "What is sharp or hot is moved at `hazard_speed` at most, what is fragile or may spill at the "
         "usual speed at most.", _slow),
)  # fmt: skip
BY_NAME = {rule.name: rule for rule in RULES}


def _decision(rule: Rule, found: Finding, stride: Stride) -> Decision:
    if found.broke:
        return "refuse"
    return stride.rules.verdicts.get(rule.name, rule.verdict)


def _found(rule: Rule, stride: Stride) -> list[Finding]:
    """What a rule finds. One that breaks off forbids: nobody knows what it would have found."""
    try:
        return list(rule.find(stride))
    except Exception as error:
        _log.exception("rule %s broke off", rule.name)
        words = f"makes my rule '{rule.name}' break off ({type(error).__name__})"
        return [Finding(words, broke=True)]


def judge(stride: Stride) -> list[Verdict]:
    """What the rules say to one action, the refusals first; empty where it may be done."""
    out = [
        Verdict(rule.name, _decision(rule, f, stride), f.words, f.about, f.speed)
        for rule in RULES
        if stride.points is None or rule.on_the_way
        for f in _found(rule, stride)
    ]
    return sorted(out, key=lambda v: v.decision != "refuse")
