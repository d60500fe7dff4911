"""What strangers said to other robots, judged by what a sensible robot would do (strangers.txt).

Knows: scenes and right plans by the sentences' ids; the sentences are read at run time from a
folder. Does not know: physics. Things without a kind of ours ("a cat bed") can't be simulated, so
these cases are carried out by symbolic skills in every mode.

A turn is right when it ends as one of the right plans does in the same scene: the same class of
reply, everything within 4 cm of where that plan puts it, the same thing in the hand, the hand over
the same spot. An answer must say the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.suites.cases import Row, Turn
from benchmarks.suites.judge import Check, Seen
from benchmarks.suites.others.files import load
from benchmarks.suites.stage import ToldStage, truth_of_scene
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import codec as compact
from llmagentos.memory.session import SessionMemory
from llmagentos.ports.modules import Outcome
from llmagentos.skills.symbolic import SymbolicSkills
from llmagentos.types import Scene
from training.corpus.free_blocks import thing
from training.corpus.free_lines import scene as scene_of

WHAT = Path(__file__).with_name("strangers.txt")
NEAR_M = 0.04
_STATUS = "status "
#: Replies of a robot that looked for something that nobody spoke of.
_BESIDE = re.compile(r"I can't see (?!that)|I don't know anything called|I can see only")
#: Ticks after which a plan that waits for something is taken as waiting.
_PATIENCE = 300


@dataclass(frozen=True)
class Wanted:
    """One sentence's scene, the plans that are right in it, and statuses that are right as such."""

    scene: Scene
    plans: tuple[str, ...]
    statuses: tuple[str, ...]


def wanted(path: Path = WHAT) -> dict[str, Wanted]:
    """By id. ValueError naming the line that is wrong."""
    out: dict[str, Wanted] = {}
    things: list[Mapping[str, Any]] = []
    held, ident = None, ""
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        try:
            if line.startswith("scene:"):
                things, held = [thing(t) for t in line[6:].split("|")], None
            elif line.startswith("held:"):
                held = line[5:].strip()
            elif not line.startswith("="):
                if line in out:
                    raise ValueError(f"expected every id once, got {line} again")
                ident = line
                out[ident] = Wanted(scene_of(things, held), (), ())
            else:
                out[ident] = _with(out[ident], line[1:].strip())
        except Exception as exc:
            raise ValueError(f"{path.name}, line {number}: {exc} | {line}") from exc
    return out


def _with(one: Wanted, right: str) -> Wanted:
    if right.startswith(_STATUS):
        return Wanted(one.scene, one.plans, (*one.statuses, right.removeprefix(_STATUS)))
    compact.parse(right)
    return Wanted(one.scene, (*one.plans, right), one.statuses)


def rows(folder: Path) -> dict[str, list[Row]]:
    """Suite strangers: every sentence of strangers_dev that has an expectation."""
    every = wanted()
    found = [
        _row(item["sentence"], every[item["id"]])
        for item in load(folder, "strangers_dev")
        if item["id"] in every
    ]
    return {"strangers": found}


def _row(sentence: str, one: Wanted) -> Row:
    # the oracle is only for runs that check the suite itself
    oracle = one.plans[0] if one.plans else _SAYING.get(one.statuses[0], "home")
    turn = Turn(sentence, oracle, ends_like(one), "*", "any")
    return Row(ToldStage(one.scene), (turn,))


_SAYING = {"cannot": "cannot other", "refused": "refuse damage", "question": "ask what",
           "answered": "answer abilities"}  # fmt: skip


@dataclass(frozen=True)
class End:
    """How a plan ends: positions by id, what is held, where the hand points, status and words."""

    scene: Scene
    hand: tuple[float, ...] | None
    outcome: Outcome


@cache
def end_of(scene: Scene, plan: str) -> End:
    """A plan carried out by symbolic skills."""
    skills = SymbolicSkills(scene)
    executor = PlanExecutor(skills, SessionMemory())
    executor.start(compact.parse(plan), "")
    outcome = None
    for _ in range(_PATIENCE):
        outcome = executor.tick()
        if outcome is not None:
            break
    outcome = outcome or executor.stop()
    at = skills.pointed_at
    return End(skills.scene(), None if at is None else tuple(at[:2]), outcome)


def ends_like(one: Wanted) -> Check:
    """Right when the turn ended as one of the right plans does, or in one of the statuses."""

    def check(s: Seen) -> bool:
        if s.status in one.statuses and not _BESIDE.match(s.reply):
            return True
        return any(_alike(s, end_of(one.scene, plan)) for plan in one.plans)

    return check


def _alike(s: Seen, end: End) -> bool:
    if s.status != end.outcome.status:
        return False
    if s.status != "succeeded":
        return s.reply == end.outcome.reply
    after = truth_of_scene(end.scene)
    held = end.scene.held
    return (
        s.held == (None if held is None else held.id)
        and set(after) == set(s.after)
        and all(_there(s.after[i], after[i]) for i in after if i != s.held)
        and _same_spot(s.hand, end.hand)
    )


def _there(a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    p, q = a["position"], b["position"]
    turned = math.cos(2 * (a["yaw"] - b["yaw"]))
    return math.dist(p, q) < NEAR_M and turned > math.cos(2 * math.radians(20))


def _same_spot(a: Sequence[float] | None, b: Sequence[float] | None) -> bool:
    if a is None or b is None:
        return a is b
    return math.dist(a[:2], b[:2]) < NEAR_M


def missing(folder: Path) -> Iterator[str]:
    """Ids of sentences that have no expectation."""
    every = wanted()
    return (i["id"] for i in load(folder, "strangers_dev") if i["id"] not in every)
