"""The reference runs of docs/learning.md: every row trained over seeds, then judged.

    python -m benchmarks.reference [--rows push stack] [--seeds 5] [--minutes 60]

Knows: which environment is learnt by which command. Does not know: how anything is learnt or judged;
each run is `llmagentos train`, each table `llmagentos evaluate`. The first seed of all rows comes before
the second of any. A run that is whole is not done again, and one that was stopped goes on, so the same
command ends what a stopped one began.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from llmagentos.files import make_folder
from sim.rl.runs import read_progress, read_run

_DAGGER = "--algo bc --episodes 20 --set dagger=0.6"
#: Words of `llmagentos train` by row.
ROWS = {
    "put-in": f"put-in {_DAGGER} --steps 12000 --every 3000 --set updates=4000",
    "stack": "stack --algo bc --episodes 20 --set dagger=0.4 --steps 30000 --every 10000 --set updates=8000",
    "sort": "sort --algo bc --episodes 10 --set dagger=0.3 --steps 40000 --every 10000 --set updates=8000",
    "push": f"push {_DAGGER} --steps 9000 --every 3000 --set updates=4000",
    "pick-and-place": f"pick-and-place {_DAGGER} --steps 9000 --every 3000 --set updates=4000",
    "slide": f"slide {_DAGGER} --steps 9000 --every 3000 --set updates=4000",
    "reach": "reach --algo bc --steps 2000 --every 500",
    "reach-ppo": "reach --algo ppo --reward shaped --steps 40000 --every 5000",
    "push-residual": "push --algo residual --steps 3000 --every 500 --prefill 1000",
    "table-dqn-alone": "table --algo dqn --reward shaped --steps 40000 --every 5000 --episodes 50",
    "reach-pixels": "reach --algo ppo --obs pixels --reward shaped --steps 10000 --every 2500 --episodes 10",
}


def is_whole(folder: Path) -> bool:
    """Whether the run there has done all of its steps."""
    rows = read_progress(folder)
    return bool(rows) and rows[-1]["steps"] >= read_run(folder)["plan"]["steps"]


def train(row: str, seed: int, folder: Path) -> None:
    """One run, or the rest of it. CalledProcessError where `llmagentos train` fails."""
    if (folder / "run.json").exists():
        words = [*ROWS[row].split()[:3], "--resume", "--out", str(folder)]
    else:
        words = [*ROWS[row].split(), "--seed", str(seed), "--out", str(folder)]
    _llmagentos("train", *words)


def _llmagentos(*words: str) -> None:
    subprocess.run([sys.executable, "-m", "llmagentos", *words], check=True)


def main() -> None:
    """Train what is missing, then print each row's table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", nargs="+", choices=ROWS, default=list(ROWS), metavar="ROW")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no run begins later")
    parser.add_argument("--out", type=Path, default=Path("runs/reference"))
    options = parser.parse_args()
    ends = time.monotonic() + 60 * options.minutes
    done: dict[str, list[str]] = {}
    for seed in range(options.seeds):
        for row in options.rows:
            folder = make_folder(options.out, "a folder for the runs") / f"{row}-{seed}"
            if not is_whole(folder) and time.monotonic() < ends:
                train(row, seed, folder)
            if is_whole(folder):
                done.setdefault(row, []).append(str(folder))
    for row, folders in done.items():
        picture = options.out / f"{row}.png"
        _llmagentos("evaluate", *folders, "--baselines", "--plot", str(picture))


if __name__ == "__main__":
    main()
