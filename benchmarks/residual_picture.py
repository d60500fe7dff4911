"""What came of trials of corrected skills, as a picture.

Knows: panels and dots. Does not know: how trials are carried out (benchmarks.residual).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.skill_trials import PUSHED_M, Outcome

#: By skill: what its panels show, and how far they reach, cm.
_PANELS = {
    "push": ("beside the goal, cm", "short of / beyond the goal, cm", 10.0),
    "pick": ("camera off along x, cm", "camera off along y, cm", 4.0),
}
_RIGHT, _WRONG = "#2a7f62", "#c8553d"


def picture(results: Mapping[tuple[str, str], Mapping[str, Any]], path: Path) -> None:
    """One row a skill and suite, one panel a policy, one dot a trial: pushes where they ended about
    their goal, pushed upwards; picks by how far off the camera was. PNG.

    results: by skill and suite, by policy, by seed: an outcome, and what is not looked at here."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    wide = max(len(by_policy) for by_policy in results.values())
    figure, panels = plt.subplots(
        len(results), wide, figsize=(4.2 * wide, 4.5 * len(results)), dpi=100, squeeze=False
    )
    for row, ((skill, _), by_policy) in zip(panels, results.items(), strict=True):
        x_label, y_label, reach = _PANELS[skill]
        for panel, (which, found) in zip(row, by_policy.items(), strict=False):
            outcomes = [o for o, _ in found.values()]
            spots = 100 * np.array([_spot(o) for o in outcomes])
            right = np.array([o.success for o in outcomes])
            for some, color in ((right, _RIGHT), (~right, _WRONG)):
                inside = np.clip(spots[some], -0.96 * reach, 0.96 * reach)
                panel.scatter(*inside.T, s=18, c=color, alpha=0.7, linewidths=0)
            if skill == "push":
                panel.add_patch(plt.Circle((0, 0), 100 * PUSHED_M, fill=False, color="#444444"))
            panel.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal", xlabel=x_label)
            done = "within 2 cm" if skill == "push" else "held"
            panel.set_title(f"{skill}, {which}: {right.sum()} of {len(right)} {done}", fontsize=10)
        row[0].set_ylabel(y_label)
        for panel in row[len(by_policy) :]:
            panel.axis("off")
    suites = " and ".join(dict.fromkeys(suite for _, suite in results))
    figure.suptitle(f"The same held-out trials, {suites} physics and looks", fontsize=12)
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _spot(o: Outcome) -> tuple[float, float]:
    return _about_goal(o) if o.skill == "push" else o.astray_m


def _about_goal(o: Outcome) -> tuple[float, float]:
    """Where it ended about its goal, m: to the right of its way, and along it."""
    ux, uy = np.array(o.goal) - np.array(o.start)
    ux, uy = np.array([ux, uy]) / max(float(np.hypot(ux, uy)), 1e-9)
    dx, dy = np.array(o.end) - np.array(o.goal)
    return float(dx * uy - dy * ux), float(dx * ux + dy * uy)
