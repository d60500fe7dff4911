"""Learning curves as pictures.

Knows: matplotlib (extra `rl`; without it nothing is drawn). Does not know: how figures came about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from llmagentos.files import written
from sim.rl.choice import short_name
from sim.rl.runs import RunPlan

Rows = Sequence[Mapping[str, float]]
_COLORS = ("#1f77b4", "#d95f02", "#1b9e77", "#7570b3", "#e7298a", "#666666")


def _figure(**size: Any) -> Any:
    """A figure and its axes without a window; None without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        return None
    return Figure(layout="constrained", **size)


def draw_run(folder: Path, plan: RunPlan, rows: Rows) -> bool:
    """curve.png: success and reward of one run over its steps. False without matplotlib."""
    figure = _figure(figsize=(7, 3.2), dpi=90)
    if figure is None:
        return False
    left, right = figure.subplots(1, 2)
    steps = [r["steps"] for r in rows]
    left.plot(steps, [100 * r["success"] for r in rows], marker=".", color=_COLORS[0])
    left.set(xlabel="environment steps", ylabel="success, %", ylim=(-3, 103))
    right.plot(steps, [r["reward"] for r in rows], marker=".", color=_COLORS[1])
    right.set(xlabel="environment steps", ylabel="reward of an episode")
    for axes in (left, right):
        axes.grid(alpha=0.3)
        axes.set_xlim(left=0)
    episodes = f"{plan.episodes} episodes an evaluation"
    figure.suptitle(f"{short_name(plan.env.id)}, {plan.algo}, seed {plan.seed}; {episodes}")
    _save(figure, folder / "curve.png")
    return True


def draw_groups(path: Path, groups: Mapping[tuple[str, str], Sequence[Rows]]) -> bool:
    """Success over steps, a panel an environment: per group the mean of its runs, and the range
    of their 95 % t interval.

    groups: environment and name to runs, each as the rows of its progress. Runs of a group are
    compared at evaluations of the same number. False without matplotlib.
    """
    envs = list(dict.fromkeys(env for env, _ in groups))
    figure = _figure(figsize=(max(5.5, 4.2 * len(envs)), 3.4), dpi=90)
    if figure is None or not envs:
        return False
    panels = figure.subplots(1, len(envs), squeeze=False, sharey=True)[0]
    for axes, env in zip(panels, envs, strict=True):
        here = [(name, runs) for (e, name), runs in groups.items() if e == env]
        for color, (name, runs) in zip(_COLORS * 9, here, strict=False):
            _band(axes, color, name, runs)
        axes.set(title=env, xlabel="environment steps", ylim=(-3, 103))
        axes.set_xlim(left=0)
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right", fontsize="small")
    panels[0].set_ylabel("success, %")
    _save(figure, path)
    return True


def _band(axes: Any, color: str, name: str, runs: Sequence[Rows]) -> None:
    count = min(len(rows) for rows in runs)
    steps = np.array([[r["steps"] for r in rows[:count]] for rows in runs]).mean(axis=0)
    values = 100 * np.array([[r["success"] for r in rows[:count]] for rows in runs])
    middle = values.mean(axis=0)
    label = f"{name} ({len(runs)} seed{'s' if len(runs) > 1 else ''})"
    axes.plot(steps, middle, marker=".", color=color, label=label)
    if len(runs) > 1:
        half = t_half(values)
        low, high = np.clip(middle - half, 0, 100), np.clip(middle + half, 0, 100)
        axes.fill_between(steps, low, high, color=color, alpha=0.15, linewidth=0)


def _save(figure: Any, path: Path) -> None:
    with written(path, "a picture that can be written") as part:
        figure.savefig(part)


#: Two-sided 95 % quantiles of Student's t by degrees of freedom; 1.96 above 30.
_T95 = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160),
    *(2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056),
    *(2.052, 2.048, 2.045, 2.042),
)


def t_half(values: Any) -> Any:
    """Half the width of the 95 % t interval of the mean over the first axis (at least 2 rows)."""
    count = len(values)
    t = _T95[count - 2] if count - 2 < len(_T95) else 1.96
    return t * np.std(values, axis=0, ddof=1) / np.sqrt(count)
