"""Home and work area of a draft: filled in where they were found, else asked.

Knows: the words. Does not know: how a place is found (place), files.
"""

from __future__ import annotations

from dataclasses import replace

from llmagentos.errors import RobotError
from llmagentos.robot_setup.check import area_map, home_finding
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.place import Place, find_place, table_heights
from llmagentos.robot_setup.posture import Chain, Posture
from llmagentos.robot_setup.provisional import spec_of
from llmagentos.robot_setup.reach import heights_m
from llmagentos.robot_setup.resting import at_rest
from llmagentos.robots.folders import FILE
from llmagentos.robots.specs import ArmSpec
from llmagentos.types import Workspace

#: An arm whose shoulder is this much of its length up does not stand on the table.
_HIGH = 0.8
_LEAN_RAD = 0.7
_HOME = "Joints at rest, hand straight down, out of the picture"
_AREA = "The table's part that it works on, {x_m: [..], y_m: [..]}"
_AGAIN = "`robot new --again FOLDER` looks for it once the gripper and tip_link are written"


def ask_for_gripper_first(made: Draft) -> None:
    """Without a gripper nobody knows where the hand is."""
    made.ask("home_rad", f"{_HOME}. {_AGAIN}.")
    made.ask("work_area", f"{_AREA}. {_AGAIN}.")


def add_place(made: Draft, chain: Chain, table_z_m: float | None, carried: bool) -> None:
    """Home, work area and what else follows from where the arm works.

    carried: whether joints below the arm stand still: it is on a torso or a column.
    """
    high = carried or chain.shoulder[2] > _HIGH * chain.length_m()
    joints = made.values["joints"]
    assert isinstance(joints, list)
    if len(joints) == 5 and "lean_rad" not in made.values and not (high and table_z_m is None):
        made.fill("lean_rad", _LEAN_RAD, "five joints: farther out the hand leans")
    table = table_z_m or 0.0
    base, postures = _begun(made, chain, table)
    if table_z_m is None and high:
        words, candidates = _heights(made, base, chain)
        made.ask("work_area", f"How high is the table over {made.values['base_link']}? {words} `robot new` "
                 "again with --force --table-z METRES.", candidates)  # fmt: skip
        made.ask("home_rad", f"{_HOME}; found with the work area.")
    elif base is not None:
        _tell(made, find_place(base, chain, postures, table), chain, high)


def _begun(made: Draft, chain: Chain, table: float) -> tuple[ArmSpec | None, list[Posture]]:
    """A spec to look for places with, and resting postures; None and questions where there is none."""
    postures = [p for p in chain.postures() if p.height_m > 0] or chain.postures()
    if not postures:
        made.ask(
            "home_rad", "Joints at rest, hand straight down: none were found within the limits."
        )
        made.ask("work_area", f"{_AREA}.")
        return None, []
    try:
        return spec_of(made.name, made.urdf, made.values, postures[0].joints, table), postures
    except RobotError as exc:
        why = str(exc).partition(f"{FILE}: ")[2] or str(exc)
        made.ask("work_area", f"{_AREA}. It could not be looked for: {why}.")
        made.ask("home_rad", f"{_HOME}.", [str(list(p.joints)) for p in postures[:3]])
        return None, []


def _heights(made: Draft, base: ArmSpec | None, chain: Chain) -> tuple[str, tuple[str, ...]]:
    """Which tables the arm can work on, in words and as options."""
    words = f"The shoulder is {chain.shoulder[2]:.2f} m above it."
    found = [] if base is None else [z for z in table_heights(base, chain) if z >= 0]
    if not found:
        return f"{words} With the hand straight down no height of it was found.", ()
    words += f" Hand down the arm works on tables from {found[0]:.2f} to {found[-1]:.2f} m"
    picked = dict.fromkeys((found[0], found[len(found) // 2], found[-1]))
    return f"{words}.", tuple(f"--table-z {z:.2f}" for z in picked)


def _which_way(base: ArmSpec, chain: Chain) -> str:
    """For a table that was named and does not do: higher or lower, and which would."""
    found, table = table_heights(base, chain), base.workspace.table_z
    if not found:
        return ""
    way = "lower" if table > found[-1] else "higher" if table < found[0] else "other"
    return f" Hand down the arm works on tables from {found[0]:.2f} to {found[-1]:.2f} m over " \
           f"{base.base_link} (this one is at {table:.2f} m): --table-z with a {way} one."  # fmt: skip


def add_home(made: Draft, chain: Chain, area: Workspace) -> None:
    """Home alone, for a work area that a person has decided."""
    base, postures = _begun(made, chain, area.table_z)
    made.questions = [q for q in made.questions if q.field != "work_area"]
    if base is None:
        return
    spec = replace(base, workspace=area)
    homes = tuple(p.joints for p in postures)
    hidden, aside, found = at_rest(spec, homes, chain.turns_upright, fixed=True)
    made.notes["work_area"] = (
        f"as written; reached hand down: {area_map(found).share(area):.0%} of it"
    )
    _tell_home(made, Place(found, True, bool(home_finding(found).well), hidden, aside, homes))


def _tell(made: Draft, found: Place, chain: Chain, high: bool) -> None:
    which = _which_way(found.spec, chain) if not found.area or (high and not found.home) else ""
    if not found.area:
        made.ask(
            "work_area",
            f"{_AREA}: with the hand straight down no rectangle of it was found.{which}",
        )
        made.ask("home_rad", f"{_HOME}.", [str(list(q)) for q in found.homes[:3]])
        return
    area = found.spec.workspace
    small = {} if area.scale == 1 else {"scale": area.scale}
    things = "" if area.scale == 1 else f", for things of {area.scale:g} times the usual size"
    made.fill("work_area", {
        "x_m": [round(area.x_min, 3), round(area.x_max, 3)],
        "y_m": [round(area.y_min, 3), round(area.y_max, 3)],
        "table_z_m": area.table_z,
        **small,
    }, f"reached hand down, up to {heights_m(area.scale)[1]:.2f} m over it{things}; the table at "
       f"{area.table_z:.2f} m")  # fmt: skip
    if found.narrowed:
        spec = found.spec
        ranges = {
            name: [spec.lower_rad[i], spec.upper_rad[i]]
            for i, name in enumerate(spec.joint_names)
            if name in found.narrowed
        }
        made.fill("range_rad", ranges, "what the work area takes and a little more, so that every pose "
                  "has one posture")  # fmt: skip
    _tell_home(made, found, which)
    made.said += [f"NOT WELL {f.about}: {f.words}" for f in found.failed if f.about != "home"]


def _tell_home(made: Draft, found: Place, which: str = "") -> None:
    if found.home:
        aside = f", turned aside by {found.aside_rad:.1f} rad" if found.aside_rad else ""
        made.fill("home_rad", [round(v, 6) for v in found.spec.home_rad],
                  f"hand straight down, out of the picture{aside}")  # fmt: skip
        return
    best = [str(list(q)) for q in (found.spec.home_rad, *found.homes)[:1]]
    made.ask("home_rad", f"{_HOME}. The best that was found hides {found.hidden:.0%} of the work area "
             "from a camera above it, which `robot check` will not pass: a work_area that is smaller or "
             f"farther out may help.{which}", best)  # fmt: skip
