"""Errands to arms: by a policy among those that reach, handed on where no one arm does.

Knows: seats, errands, the fleet's policies. Does not know: how an arm carries out anything.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from llmagentos.fleet import FleetTask, Member, Policy, divide
from llmagentos.fleet.policies import DEFAULT
from llmagentos.fleet.table.errands import Errand, in_order
from llmagentos.fleet.table.handing import Taken, spot_between, ways
from llmagentos.fleet.table.seats import Seat
from llmagentos.types import Action, Pose, Scene

#: What an arm bids: seconds for each errand, and the speed of its hand between them.
_ERRAND_S, _HAND_MPS = 6.0, 0.1


@dataclass(frozen=True)
class Job:
    """One arm's part of an errand. actions: in the arm's own frame. after: ids of jobs that come first. thing,
    called, step: see Errand. hands_to: who takes it on from there, "" for nobody."""

    id: str
    robot: str
    actions: tuple[Action, ...]
    thing: str
    called: str = ""
    after: tuple[str, ...] = ()
    step: int = 0
    hands_to: str = ""


@dataclass(frozen=True)
class Shared:
    """What came of it. jobs: in the order of the errands; why: who bid what, by errand; left: in words, by
    errand, why it is nobody's."""

    jobs: tuple[Job, ...]
    why: Mapping[str, str]
    left: Mapping[str, str]


def share(
    errands: Sequence[Errand],
    seats: Sequence[Seat],
    scene: Scene,
    holds: Mapping[str, str] | None = None,
    policy: str | Policy = DEFAULT,
) -> Shared:
    """Divide errands. scene: before all of them, shared frame; holds: who holds which thing, by its id."""
    ordered, held = in_order(errands), dict(holds or {})
    taken = _taken(scene, ordered)
    lines: dict[str, tuple[Seat, ...]] = {}
    spots: dict[str, list[tuple[float, float]]] = {}
    able: dict[str, list[str]] = {}
    left: dict[str, str] = {}
    for errand in ordered:
        direct = _direct(errand, seats, held)
        if errand.to_m is None and errand.from_m is not None and direct:
            direct = [_nearest(direct, seats, errand.from_m)]  # who holds it goes on with it
            held[errand.thing] = direct[0]
        elif errand.to_m is not None:
            held.pop(errand.thing, None)
        if direct:
            able[errand.id] = direct
            continue
        found = None if errand.own_side else _handed(errand, seats, held, taken)
        if found is None:
            left[errand.id] = _why_not(errand, seats, held)
            continue
        lines[errand.id], spots[errand.id] = found
        taken += [(*spot, errand.size_m / 2) for spot in found[1]]
        if errand.to_m is None:
            held[errand.thing] = found[0][-1].name
    chosen, why = _auction([e for e in ordered if e.id in able], able, seats, policy)
    jobs: list[Job] = []
    last: dict[str, str] = {}  # the last job of each errand
    by_name = {seat.name: seat for seat in seats}
    for errand in ordered:
        if errand.id in left:
            continue
        line = lines.get(errand.id) or (by_name[chosen[errand.id]],)
        before = tuple(last[e] for e in errand.after if e in last)
        made = _jobs(errand, line, spots.get(errand.id, []), before)
        jobs += made
        last[errand.id] = made[-1].id
    return Shared(tuple(jobs), why, left)


def _direct(errand: Errand, seats: Sequence[Seat], held: Mapping[str, str]) -> list[str]:
    """Who can do it alone."""
    names = []
    for seat in seats:
        if errand.only and seat.name not in errand.only:
            continue
        holder = held.get(errand.thing)
        if errand.from_m is None or holder is not None:
            begins = holder == seat.name
        else:
            begins = seat.reaches(errand.from_m)
        if begins and (errand.to_m is None or seat.reaches(errand.to_m)):
            names.append(seat.name)
    return names


def _nearest(names: Sequence[str], seats: Sequence[Seat], point: tuple[float, float]) -> str:
    own = [seat for seat in seats if seat.name in names]
    return min(own, key=lambda seat: math.dist(seat.hand_m, point)).name


def _handed(
    errand: Errand, seats: Sequence[Seat], held: Mapping[str, str], taken: Sequence[Taken]
) -> tuple[tuple[Seat, ...], list[tuple[float, float]]] | None:
    """Who hands it on to whom, and where; the last one does what is left to do."""
    if not {a.name for a in errand.actions} <= {"pick", "place"} or errand.from_m is None:
        return None
    for line in ways(seats, errand.from_m, errand.to_m, errand.only):
        if len(line) == 1:
            continue
        spots: list[tuple[float, float]] = []
        for giver, taker in pairwise(line):
            goal = errand.to_m or errand.from_m
            near = ((errand.from_m[0] + goal[0]) / 2, (errand.from_m[1] + goal[1]) / 2)
            own = [*taken, *((*s, errand.size_m / 2) for s in spots)]
            spot = spot_between(giver, taker, errand.size_m, own, near)
            if spot is None:
                break
            spots.append(spot)
        else:
            return line, spots
    return None


def _jobs(
    errand: Errand,
    line: Sequence[Seat],
    spots: Sequence[tuple[float, float]],
    before: tuple[str, ...],
) -> list[Job]:
    """An errand as one job, or as one for each that has it on its way."""
    out: list[Job] = []
    for number, seat in enumerate(line):
        is_last = number == len(line) - 1
        actions = errand.actions
        if len(line) > 1:
            pick = replace(actions[0], pose=None)
            end = actions[1:] if is_last else (_set_down(pick, spots[number]),)
            actions = (pick, *end)
        after = (*before, *([out[-1].id] if out else []))
        out.append(
            Job(
                errand.id if len(line) == 1 else f"{errand.id}.{number}",
                seat.name, tuple(map(seat.action, actions)), errand.thing, errand.called, after,
                errand.step, "" if is_last else line[number + 1].name,
            )
        )  # fmt: skip
    return out


def _set_down(pick: Action, spot: tuple[float, float]) -> Action:
    return Action("place", pick.object_id, Pose((*spot, 0.0)), speed=pick.speed, why=pick.why)


def _auction(
    errands: Sequence[Errand],
    able: Mapping[str, Sequence[str]],
    seats: Sequence[Seat],
    policy: str | Policy,
) -> tuple[dict[str, str], dict[str, str]]:
    """Whose each is, by bids: the way of the hand, and some seconds for each errand."""
    tasks = [
        FleetTask(
            e.id, e.called, (e.id,), e.from_m or e.to_m,
            _ERRAND_S + _way_m(e) / _HAND_MPS,
        )
        for e in errands
    ]  # fmt: skip
    members = [
        Member(
            _told(seat.name, number), tuple(e.id for e in errands if seat.name in able[e.id]),
            at_m=seat.hand_m, speed_mps=_HAND_MPS,
        )
        for number, seat in enumerate(seats)
    ]  # fmt: skip
    names = {_told(seat.name, number): seat.name for number, seat in enumerate(seats)}
    found = divide(tasks, members, policy)
    chosen = {task: names[name] for name, given in found.given.items() for task in given}
    return chosen, dict(found.why)


def _told(name: str, number: int) -> str:
    """A fleet's names are of letters and digits; a scene's are free."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "_.-") else "_" for c in name)
    return f"{plain}-{number}"


def _way_m(errand: Errand) -> float:
    if errand.from_m is None or errand.to_m is None:
        return 0.0
    return math.dist(errand.from_m, errand.to_m)


def _taken(scene: Scene, errands: Sequence[Errand]) -> list[Taken]:
    """Where things stand now, and will."""
    now = [(*o.position[:2], o.size_m / 2) for o in scene.objects if not o.held]
    return now + [(*e.to_m, e.size_m / 2) for e in errands if e.to_m is not None]


def _why_not(errand: Errand, seats: Sequence[Seat], held: Mapping[str, str]) -> str:
    """In words."""
    from_m, thing = errand.from_m, f"the {errand.called}"
    holder = held.get(errand.thing)
    if from_m is not None and not any(s.reaches(from_m) for s in seats):
        return f"nobody reaches {thing}"
    if errand.to_m is not None and not any(s.reaches(errand.to_m) for s in seats):
        return f"nobody reaches where {thing} shall go"
    if errand.only:
        who = " or ".join(errand.only)
        if holder is not None and holder not in errand.only:
            return f"{holder} holds {thing}, not {who}"
        return f"{who} can't get {thing} there, also not with the help of the others"
    if errand.own_side:
        return f"{thing} would have to go to another one's side"
    return f"{thing} can't be handed on: there is no free spot that two of us reach"
