"""Whether an arm's folder speaks of the arm that is there.

Knows: a folder's spec; what a running driver tells: joint names, positions, a URDF. Does not know:
where those come from.

Every function returns sentences, none where nothing speaks against it.
"""

from __future__ import annotations

from collections.abc import Sequence

from llmagentos.errors import RobotError
from llmagentos.robots.specs import ArmSpec
from llmagentos.robots.urdf import joints_of, parse

#: A measured joint may be so far outside its range, rad.
_SLACK_RAD = 0.1
#: After so many messages a joint that was not heard of is not there.
_MANY = 10
#: Ranges (rad) and rates (rad/s) of two descriptions of one arm differ by less.
_SAME_RAD, _SAME_RADPS = 0.02, 0.02


def names_mismatch(
    spec: ArmSpec, told: Sequence[str], joint_names: Sequence[str] = (), fingers: Sequence[str] = ()
) -> list[str]:
    """told: names that a driver's joint states carry, none where it tells none; joint_names,
    fingers: what the spec's are called there, where that differs."""
    arm = tuple(joint_names or spec.joint_names)
    if len(arm) != len(spec.joint_names):
        return [f"expected {len(spec.joint_names)} joint names for {spec.name}, got {len(arm)}"]
    twice = sorted({n for n in arm if arm.count(n) > 1})
    if twice:
        return [f"expected every joint name once, got {', '.join(twice)} twice"]
    missing = [n for n in arm if n not in told]
    if missing and told:
        own = {*arm, *(fingers or spec.finger_joint_names)}
        others = ", ".join(n for n in told if n not in own) or "no others"
        return [
            f"expected joints {', '.join(missing)} of {spec.name} in the joint states, got {others}"
        ]
    return []


def positions_mismatch(spec: ArmSpec, positions: Sequence[float]) -> list[str]:
    """positions: measured, in the spec's order, rad; judged by the URDF's ranges, since an arm may be
    parked outside of narrower ones."""
    if len(positions) != len(spec.joint_names):
        return [
            f"expected {len(spec.joint_names)} joint positions of {spec.name}, got {len(positions)}"
        ]
    joints = joints_of(parse(spec.urdf, spec.name), spec.name)
    ranges = [(joints[n].lower, joints[n].upper) for n in spec.joint_names]
    rows = zip(spec.joint_names, positions, ranges, strict=True)
    return [
        f"expected {name} within [{low:.2f}, {high:.2f}] rad as {spec.name} has it, got {q:.2f}"
        for name, q, (low, high) in rows
        if not low - _SLACK_RAD <= q <= high + _SLACK_RAD
    ]


def urdf_mismatch(spec: ArmSpec, urdf: str, joint_names: Sequence[str] = ()) -> list[str]:
    """urdf: what the robot publishes of itself; narrower limits in the folder are no mismatch."""
    where = "robot_description"
    try:
        theirs = joints_of(parse(urdf, where), where)
    except RobotError as exc:
        return [str(exc)]
    found = []
    for i, name in enumerate(joint_names or spec.joint_names):
        joint = theirs.get(name)
        if joint is None:
            found.append(f"expected joint {name} of {spec.name} in {where}, got none")
            continue
        low, high = spec.lower_rad[i], spec.upper_rad[i]
        if low < joint.lower - _SAME_RAD or high > joint.upper + _SAME_RAD:
            found.append(
                f"expected {name} to turn within [{joint.lower:.2f}, {joint.upper:.2f}] rad as "
                f"{where} has it, got [{low:.2f}, {high:.2f}] for {spec.name}"
            )
        rate = spec.max_velocity_radps[i]
        if 0 < joint.velocity < rate - _SAME_RADPS:
            found.append(
                f"expected at most {joint.velocity:.2f} rad/s for {name} as {where} has it, got "
                f"{rate:.2f} for {spec.name}"
            )
    return found


class Heard:
    """What joint states have told so far: names and last positions, of several broadcasters too.

    Fills from one thread and may be asked from another.
    """

    def __init__(self) -> None:
        self._positions: dict[str, float] = {}
        self._messages = 0
        self._fits = False

    def take(self, names: Sequence[str], positions: Sequence[float]) -> None:
        """One message."""
        self._positions.update(zip(names, positions, strict=False))
        self._messages += 1

    @property
    def names(self) -> tuple[str, ...]:
        """All joints that were heard of."""
        return tuple(self._positions)

    def mismatch(
        self, spec: ArmSpec, joint_names: Sequence[str] = (), fingers: Sequence[str] = ()
    ) -> list[str]:
        """Why these are another arm's joints; nothing while too little was heard.

        joint_names, fingers: what the spec's are called there, where that differs. One broadcaster
        may be of a hand or of wheels alone, so a joint counts as missing after many messages only.
        """
        heard, arm = dict(self._positions), tuple(joint_names or spec.joint_names)
        own = {*arm, *(fingers or spec.finger_joint_names)}
        if set(arm) <= set(heard):
            wrong = positions_mismatch(spec, [heard[n] for n in arm])
            self._fits = not wrong
            return wrong
        foreign = [n for n in heard if n not in own]
        if self._messages < _MANY or not foreign:
            return []
        return names_mismatch(spec, tuple(heard), joint_names, fingers)
