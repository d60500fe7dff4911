"""The plan guard: typed rules between a plan and the skills, before it begins and on the way.

settings.py  what an owner sets, in YAML      people.py   who is near, from any detector
stride.py    one action as geometry           rules.py    one row a rule
guard.py     asks the rules of a plan         guarded.py  skills behind the guard
"""

from llmagentos.safety.guard.guard import SAY_YES, PlanGuard, Planned
from llmagentos.safety.guard.guarded import GuardedSkills
from llmagentos.safety.guard.people import People, PeopleInput
from llmagentos.safety.guard.rules import RULES, Verdict, judge
from llmagentos.safety.guard.settings import GuardRules, Thing, Zone
from llmagentos.safety.guard.stride import Stride

__all__ = [
    "RULES",
    "SAY_YES",
    "GuardRules",
    "GuardedSkills",
    "People",
    "PeopleInput",
    "PlanGuard",
    "Planned",
    "Stride",
    "Thing",
    "Verdict",
    "Zone",
    "judge",
]
