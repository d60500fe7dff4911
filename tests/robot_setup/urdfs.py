"""URDFs as strangers write them, for tests: small, and each with what breaks a reader."""

from __future__ import annotations

from pathlib import Path

_MASS = (
    '<inertial><mass value="1"/><inertia ixx="0.01" iyy="0.01" izz="0.01" ixy="0" ixz="0" iyz="0"/>'
    "</inertial>"
)
_LIMIT = '<limit lower="-2.9" upper="2.9" velocity="2" effort="50"/>'


def link(name: str, box: str = "", at: str = "0 0 0", more: str = _MASS) -> str:
    shape = f'<collision><origin xyz="{at}"/><geometry><box size="{box}"/></geometry></collision>'
    return f'<link name="{name}">{more}{shape if box else ""}</link>'


def joint(
    name: str,
    parent: str,
    child: str,
    at: str = "0 0 0",
    axis: str = "0 0 1",
    kind: str = "revolute",
    limit: str = _LIMIT,
    more: str = "",
) -> str:
    return (
        f'<joint name="{name}" type="{kind}"><parent link="{parent}"/><child link="{child}"/>'
        f'<origin xyz="{at}"/><axis xyz="{axis}"/>{limit}{more}</joint>'
    )


#: name, parent, child, origin, axis: six joints with a spherical wrist.
_ARM = (
    ("turn", "base", "shoulder", "0 0 0.3", "0 0 1"),
    ("lift", "shoulder", "upper", "0 0 0", "0 1 0"),
    ("elbow", "upper", "fore", "0 0 0.35", "0 1 0"),
    ("bend", "fore", "wrist", "0 0 0.35", "0 1 0"),
    ("roll", "wrist", "roller", "0 0 0.05", "1 0 0"),
    ("spin", "roller", "flange", "0 0 0.05", "0 0 1"),
)
_BOXES = {
    "shoulder": ("0.1 0.1 0.1", "0 0 0"),
    "upper": ("0.08 0.08 0.35", "0 0 0.175"),
    "fore": ("0.07 0.07 0.35", "0 0 0.175"),
    "wrist": ("0.06 0.06 0.05", "0 0 0.02"),
    "roller": ("0.06 0.06 0.05", "0 0 0.02"),
    "flange": ("0.06 0.06 0.02", "0 0 0.01"),
}


def arm(prefix: str = "", base: str = "base", at: str = "0 0 0.3", limit: str = _LIMIT) -> str:
    """An arm from `base` to `<prefix>flange`."""
    parts = []
    for i, (name, parent, child, origin, axis) in enumerate(_ARM):
        box, where = _BOXES[child]
        parts.append(link(prefix + child, box, where))
        above = base if i == 0 else prefix + parent
        parts.append(joint(prefix + name, above, prefix + child, at if i == 0 else origin, axis,
                           limit=limit))  # fmt: skip
    return "".join(parts)


def fingers(prefix: str = "", boxes: bool = True, effort: str = "30") -> str:
    """A palm on the flange and two sliding fingers, the second of which mimics the first."""
    limit = f'<limit lower="0" upper="0.04" velocity="0.2" effort="{effort}"/>'
    mimic = f'<mimic joint="{prefix}left_slide" multiplier="1"/>'
    box = "0.02 0.01 0.05" if boxes else ""
    return "".join(
        (
            link(f"{prefix}palm", "0.06 0.14 0.05", "0 0 0.025"),
            joint(f"{prefix}mount", f"{prefix}flange", f"{prefix}palm", "0 0 0.02", "0 0 0", "fixed",
                  limit=""),
            link(f"{prefix}left", box, "0 0.005 0.025"),
            link(f"{prefix}right", box, "0 -0.005 0.025"),
            joint(f"{prefix}left_slide", f"{prefix}palm", f"{prefix}left", "0 0 0.05", "0 1 0",
                  "prismatic", limit),
            joint(f"{prefix}right_slide", f"{prefix}palm", f"{prefix}right", "0 0 0.05", "0 -1 0",
                  "prismatic", limit, mimic),
        )
    )  # fmt: skip


def jaw() -> str:
    """A hand with one jaw that turns against a finger of its own; joint and link share a name."""
    hand = (
        f'<link name="hand">{_MASS}'
        '<collision><origin xyz="0 0 0.02"/><geometry><box size="0.06 0.08 0.04"/></geometry></collision>'
        '<collision><origin xyz="0 -0.01 0.09"/><geometry><box size="0.02 0.01 0.06"/></geometry></collision>'
        "</link>"
    )
    limit = '<limit lower="-0.1" upper="1.2" velocity="2" effort="1"/>'
    return "".join(
        (
            hand,
            joint("hand_mount", "flange", "hand", "0 0 0.02", "0 0 0", "fixed", limit=""),
            link("jaw", "0.02 0.01 0.08", "0 0 0.04"),
            joint("jaw", "hand", "jaw", "0 0.006 0.04", "-1 0 0", limit=limit),
        )
    )


def robot(*parts: str, root: str = '<link name="base"/>') -> str:
    return f'<robot name="stranger">{root}{"".join(parts)}</robot>'


def written(folder: Path, text: str, name: str = "stranger.urdf") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def five(
    roll_axis: str = "0.00001 1 0.00001", roll_at: str = "0 -0.06 0", radps: float = 1.5
) -> str:
    """A small arm of five joints and a jaw that faces -y at rest, its angles rounded as in many
    files, the place where its jaw closes 1 cm beside the roll's axis. radps: of its joints."""
    limit = f'<limit lower="-1.7" upper="1.7" velocity="{radps}" effort="3"/>'
    bent = "1 0.00001 0"
    light = (
        '<inertial><mass value="0.1"/><inertia ixx="0.0001" iyy="0.0001" izz="0.0001" ixy="0" ixz="0" '
        'iyz="0"/></inertial>'
    )
    hand = (
        f'<link name="hand">{light}'
        '<collision><origin xyz="0 -0.02 0"/><geometry><box size="0.05 0.04 0.04"/></geometry></collision>'
        '<collision><origin xyz="0.015 -0.075 0"/><geometry><box size="0.01 0.07 0.02"/></geometry></collision>'
        "</link>"
    )
    return "".join(
        (
            link("shoulder", "0.05 0.05 0.06", "0 0 0.02", light),
            joint("pan", "base", "shoulder", "0 -0.04 0.05", "0 0 1",
                  limit=f'<limit lower="-2" upper="2" velocity="{radps}" effort="3"/>'),
            link("upper", "0.03 0.03 0.1", "0 0 0.055", light),
            joint("lift", "shoulder", "upper", "0 -0.03 0.06", "1 0 0", limit=limit),
            link("fore", "0.03 0.12 0.03", "0 -0.065 0", light),
            joint("elbow", "upper", "fore", "0 -0.028 0.112", bent, limit=limit),
            link("wrist", "0.03 0.05 0.03", "0 -0.03 0", light),
            joint("flex", "fore", "wrist", "0 -0.135 0", "1 0 0", limit=limit),
            hand,
            joint("roll", "wrist", "hand", roll_at, roll_axis,
                  limit=f'<limit lower="-2.8" upper="2.8" velocity="{radps}" effort="3"/>'),
            link("jaw", "0.01 0.07 0.02", "0.004 -0.045 0", light),
            joint("jaw", "hand", "jaw", "0 -0.03 0", "0 0 -1",
                  limit='<limit lower="-0.1" upper="1.2" velocity="4" effort="0.5"/>'),
        )
    )  # fmt: skip
