"""Home and work area of a draft: filled in where they were found, else asked.

Knows: the words. Does not know: how a place is found (place), files.
"""

from __future__ import annotations

from llmagentos.errors import RobotError
from llmagentos.robot_setup.drafts import Draft
from llmagentos.robot_setup.place import Place, find_place
from llmagentos.robot_setup.posture import Chain
from llmagentos.robot_setup.provisional import spec_of
from llmagentos.robot_setup.reach import heights_m
from llmagentos.robots.loading import FILE

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
    length = chain.length_m()
    if table_z_m is None and (carried or chain.shoulder[2] > _HIGH * length):
        made.ask("work_area", f"How high is the table over {made.values['base_link']}? The shoulder is "
                 f"{chain.shoulder[2]:.2f} m above it. `robot new` again with --force "
                 "--table-z METRES.",
                 ("--table-z 0.0", "--table-z 0.75"))  # fmt: skip
        made.ask("home_rad", f"{_HOME}; found with the work area.")
        return
    joints = made.values["joints"]
    assert isinstance(joints, list)
    if len(joints) == 5 and "lean_rad" not in made.values:
        made.fill("lean_rad", _LEAN_RAD, "five joints: farther out the hand leans")
    postures = [p for p in chain.postures() if p.height_m > 0] or chain.postures()
    if not postures:
        made.ask(
            "home_rad", "Joints at rest, hand straight down: none were found within the limits."
        )
        made.ask("work_area", f"{_AREA}.")
        return
    table = table_z_m or 0.0
    try:
        base = spec_of(made.name, made.urdf, made.values, postures[0].joints, table)
    except RobotError as exc:
        why = str(exc).partition(f"{FILE}: ")[2] or str(exc)
        made.ask("work_area", f"{_AREA}. It could not be looked for: {why}.")
        made.ask("home_rad", f"{_HOME}.", [str(list(p.joints)) for p in postures[:3]])
        return
    _tell(made, find_place(base, chain, postures, table))


def _tell(made: Draft, found: Place) -> None:
    if not found.area:
        made.ask("work_area", f"{_AREA}: with the hand straight down no rectangle of it was found.")
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
    if found.home:
        aside = f", turned aside by {found.aside_rad:.1f} rad" if found.aside_rad else ""
        made.fill("home_rad", [round(v, 6) for v in found.spec.home_rad],
                  f"hand straight down, out of the picture{aside}")  # fmt: skip
    else:
        made.ask("home_rad", f"{_HOME}. The best that was found hides {found.hidden:.0%} of the work area "
                 "from a camera above it, which `robot check` will not pass: a smaller work_area, or "
                 "another --table-z, may help.", [str(list(q)) for q in found.homes[:1]])  # fmt: skip
    made.said += [f"NOT WELL {f.about}: {f.words}" for f in found.failed if f.about != "home"]
