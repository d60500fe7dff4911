"""`llmagentos train`, `evaluate` and `export`: their options.

Knows: words and options. Does not know: how anything is done (train.py).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from llmagentos.cli.options import RayAddressOption, RayOption, cluster


def train(
    env: Annotated[
        str, typer.Argument(metavar="ENV", help="reach, push, pick-and-place, table, ...")
    ],
    algo: Annotated[str, typer.Option("--algo", help="q, dqn, ppo, sac-her, bc or residual.")],
    steps: Annotated[
        int | None, typer.Option("--steps", min=1, help="Environment steps in all.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0)] = 0,
    seeds: Annotated[
        int, typer.Option("--seeds", help="So many runs, with --seed and the seeds after it.")
    ] = 1,
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, help="Steps between evaluations; a 20th of --steps."),
    ] = None,
    episodes: Annotated[
        int, typer.Option("--episodes", min=1, help="Episodes of an evaluation.")
    ] = 20,
    prefill: Annotated[
        int,
        typer.Option(
            "--prefill", min=0, help="So many steps of the oracle into the replay buffer first."
        ),
    ] = 0,
    robot: Annotated[str, typer.Option("--robot", metavar="NAME", help="The arm.")] = "",
    obs: Annotated[str, typer.Option("--obs", help="state or pixels.")] = "",
    reward: Annotated[str, typer.Option("--reward", help="sparse or shaped.")] = "",
    randomize: Annotated[
        bool, typer.Option("--randomize", help="Draw looks, sizes and physics at each reset.")
    ] = False,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="NAME=VALUE", help="A parameter of the algorithm, as learning_rate."
        ),
    ] = None,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            metavar="DIR",
            help="bc: a recorded data set instead of the oracle's episodes.",
        ),
    ] = None,
    workers: Annotated[
        int, typer.Option("--workers", min=1, help="Processes; the result does not change.")
    ] = 1,
    ray: RayOption = False,
    ray_address: RayAddressOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="The run's folder; in runs/ else.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that is there.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Train a policy in a simulated environment; keeps figures, curve and checkpoints in runs/."""
    from llmagentos.cli.train import train as run_training

    given = [*(settings or ()), *([] if data is None else [f"data={data.resolve()}"])]
    run_training(
        env, algo, steps, seed, seeds, every, episodes, prefill, robot, obs, reward, randomize,
        given, workers, cluster(ray, ray_address), out, resume, as_json,
    )  # fmt: skip


def evaluate(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN...", help="Folders of runs.")],
    episodes: Annotated[
        int, typer.Option("--episodes", min=1, help="Held-out episodes of each run.")
    ] = 100,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes.")] = 1,
    ray: RayOption = False,
    ray_address: RayAddressOption = None,
    best: Annotated[
        bool, typer.Option("--best", help="The best evaluation's policy, not the last.")
    ] = False,
    baselines: Annotated[
        bool, typer.Option("--baselines", help="Also the oracle and random actions.")
    ] = False,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="PNG", help="The curves; evaluation.png beside the runs."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The table as JSON.")] = False,
) -> None:
    """Completion rate, reward and learning speed of trained policies, with intervals over seeds."""
    from llmagentos.cli.train import evaluate as run_evaluation

    run_evaluation(
        runs, episodes, workers, cluster(ray, ray_address), best, baselines, plot, as_json
    )


def export(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run.")],
    file: Annotated[Path, typer.Argument(metavar="ONNX", help="The file to write.")],
    best: Annotated[
        bool, typer.Option("--best", help="The best evaluation's policy, not the last.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="What was written, as JSON.")] = False,
) -> None:
    """Write a trained policy as an ONNX file, compared with the trained one."""
    from llmagentos.cli.train import export as run_export

    run_export(run, file, best, as_json)
