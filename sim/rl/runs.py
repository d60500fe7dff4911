"""The folder of one training run: what was run, by which code, and what came of it.

    run.json       environment, algorithm, seed, parameters, code version, figures
    progress.csv   one row an evaluation: steps, success, reward, seconds, the learner's figures
    curve.png      success and reward over steps (needs matplotlib)
    tensorboard/   the same figures for TensorBoard
    checkpoints/   policies by their steps
    state/         what only a resumed run needs: the newest, as the replay buffer

Knows: files. Does not know: how anything is learnt or drawn.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import shutil
import subprocess
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from llmagentos.errors import FileError, TrainingError
from llmagentos.files import make_folder, need_folder, read_json, read_text, shown, write_text
from sim.rl.choice import EnvChoice

_STATE = "state"
#: Columns of progress.csv before the learner's own.
COLUMNS = ("steps", "success", "reward", "episode_steps", "seconds")


@dataclass(frozen=True)
class RunPlan:
    """What to run. every: environment steps between evaluations (and checkpoints); episodes: of
    each. prefill: environment steps that the oracle shows first."""

    env: EnvChoice
    algo: str
    steps: int
    seed: int
    every: int
    episodes: int = 20
    prefill: int = 0
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("steps", "every", "episodes"):
            if getattr(self, name) < 1:
                raise TrainingError(f"expected --{name} of at least 1, got {getattr(self, name)}")
        if self.prefill < 0 or self.seed < 0:
            raise TrainingError(
                f"expected --prefill and --seed of at least 0, got {self.prefill} and {self.seed}"
            )

    def to_json(self) -> dict[str, Any]:
        """As plain values; `from_json` reads them."""
        return {**asdict(self), "env": self.env.to_json()}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> RunPlan:
        """What `to_json` wrote."""
        return cls(**{**row, "env": EnvChoice.from_json(row["env"])})


def code_version() -> dict[str, Any]:
    """Package version, and the git commit with whether files differ from it (None: no git)."""
    try:
        package = version("llmagentos")
    except PackageNotFoundError:
        package = "unknown"
    commit = _git("rev-parse", "HEAD")
    changed = None if commit is None else bool(_git("status", "--porcelain", "-uno"))
    out: dict[str, Any] = {"package": package, "commit": commit, "changed": changed}
    for name in ("gymnasium", "stable_baselines3", "torch", "pybullet"):
        with contextlib.suppress(PackageNotFoundError):
            out[name] = version(name)
    return out


def _git(*words: str) -> str | None:
    here = Path(__file__).resolve().parent
    try:
        done = subprocess.run(["git", "-C", str(here), *words], capture_output=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode().strip() if done.returncode == 0 else None


class Run:
    """One run's folder, open for writing; make it by `create` or `open`."""

    def __init__(self, folder: Path, plan: RunPlan, told: dict[str, Any]) -> None:
        self.folder, self.plan, self._told = folder, plan, told
        self.rows = read_progress(folder)
        self._board: Any = None

    @classmethod
    def create(cls, folder: Path, plan: RunPlan) -> Run:
        """A new folder. Raises TrainingError where a run is there already, FileError."""
        if (folder / "run.json").exists():
            raise TrainingError(
                f"expected a new folder, got the run {shown(folder)}: --resume goes on with it, "
                "--out names another"
            )
        make_folder(folder, "a folder for the run")
        told = {"code": code_version(), "started": time.strftime("%Y-%m-%dT%H:%M:%S%z")}
        run = cls(folder, plan, told)
        run._write()
        return run

    def forget(self) -> None:
        """Take back a run that could not begin; a folder that holds nothing else goes as well."""
        self.close()
        (self.folder / "run.json").unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.folder.rmdir()

    @classmethod
    def open(cls, folder: Path, steps: int | None = None) -> Run:
        """A run that is there, to go on to `steps` (its own goal without)."""
        row = read_run(folder)
        plan = RunPlan.from_json({**row.pop("plan"), **({"steps": steps} if steps else {})})
        run = cls(folder, plan, row)
        last = run.done_steps()
        run.rows = [r for r in run.rows if r["steps"] <= last]
        now = code_version()
        if now["commit"] != row["code"].get("commit"):
            row.setdefault("resumed_by", []).append(now)
        return run

    def done_steps(self) -> int:
        """Steps of the newest whole state; 0 without one."""
        path = self.folder / _STATE / "steps.json"
        return int(read_json(path, "a run's state")["steps"]) if path.exists() else 0

    def state(self) -> Path | None:
        """The folder to resume from; None where nothing was kept yet."""
        return self.folder / _STATE if self.done_steps() else None

    def checkpoint(self, learner: Any) -> None:
        """Keep the policy under its steps, and all that a resumed run needs in place of the last.

        A kill in the middle leaves the former state whole.
        """
        kept = make_folder(self.folder / "checkpoints" / f"{learner.steps:09d}")
        learner.save(kept)
        part, state = self.folder / f".{_STATE}-part", self.folder / _STATE
        old = self.folder / f".{_STATE}-old"
        for folder in (part, old):
            shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(kept, part)
        learner.save_memory(part)
        write_text(part / "steps.json", json.dumps({"steps": learner.steps}))
        if state.exists():
            state.rename(old)
        part.rename(state)
        shutil.rmtree(old, ignore_errors=True)

    def add(self, row: dict[str, float]) -> None:
        """One evaluation: into progress.csv, run.json and TensorBoard."""
        self.rows.append(row)
        names = list(COLUMNS)
        names += [k for r in self.rows for k in r if k not in names]
        names = list(dict.fromkeys(names))
        text = io.StringIO()
        out = csv.DictWriter(text, names, restval="", lineterminator="\n")
        out.writeheader()
        out.writerows(self.rows)
        write_text(self.folder / "progress.csv", text.getvalue(), "a run's progress")
        self._tensorboard(row)
        self._told["figures"] = figures(self.rows)
        self._write()

    def _write(self) -> None:
        row = {"plan": self.plan.to_json(), **self._told}
        write_text(self.folder / "run.json", json.dumps(row, indent=1) + "\n")

    @property
    def figures(self) -> dict[str, Any]:
        """What run.json says of the evaluations so far; see `figures` below."""
        return dict(self._told.get("figures", {}))

    def note(self, **facts: Any) -> None:
        """Write further facts into run.json, as the learner's settings."""
        self._told.update(facts)
        self._write()

    def _tensorboard(self, row: dict[str, float]) -> None:
        try:
            from tensorboard.compat.proto.event_pb2 import Event
            from tensorboard.compat.proto.summary_pb2 import Summary
            from tensorboard.summary.writer.event_file_writer import EventFileWriter
        except ModuleNotFoundError:
            return
        if self._board is None:
            self._board = EventFileWriter(str(self.folder / "tensorboard"))
        values = [
            Summary.Value(tag=f"{'evaluation' if k in COLUMNS else 'training'}/{k}", simple_value=v)
            for k, v in row.items()
            if k != "steps"
        ]
        now, steps = time.time(), int(row["steps"])
        self._board.add_event(Event(wall_time=now, step=steps, summary=Summary(value=values)))
        self._board.flush()

    def close(self) -> None:
        """End TensorBoard's file."""
        if self._board is not None:
            self._board.close()
            self._board = None


def figures(rows: list[dict[str, float]]) -> dict[str, Any]:
    """The last evaluation, the best, and the steps to 80 % success (None: not reached)."""
    last = rows[-1]
    return {
        "steps": int(last["steps"]),
        "success": last["success"],
        "reward": last["reward"],
        "best_success": max(r["success"] for r in rows),
        "steps_to_80": steps_to(rows, 0.8),
        "seconds": last["seconds"],
    }


def steps_to(rows: list[dict[str, float]], success: float) -> int | None:
    """Steps at the first evaluation with at least that success; None where there is none."""
    return next((int(r["steps"]) for r in rows if r["success"] >= success), None)


def read_run(folder: Path) -> dict[str, Any]:
    """run.json. Raises FileError for a folder that holds no run."""
    need_folder(folder, "a run's folder")
    row: dict[str, Any] = read_json(folder / "run.json", "a run (run.json)")
    if not isinstance(row, dict) or "plan" not in row:
        raise FileError(f"expected a run in {shown(folder)}, got a run.json without a plan")
    return row


def read_progress(folder: Path) -> list[dict[str, float]]:
    """The rows of progress.csv; none where there is no file yet."""
    path = folder / "progress.csv"
    if not path.exists():
        return []
    lines = read_text(path, "a run's progress").splitlines()
    return [{k: float(v) for k, v in r.items() if v != ""} for r in csv.DictReader(lines)]


def newest_policy(folder: Path, best: bool = False) -> Path:
    """The checkpoint of the last evaluation, or of the best (the first of equals).

    Raises FileError where the run kept none yet.
    """
    rows = read_progress(folder)
    there = sorted((folder / "checkpoints").glob("*/")) if rows else []
    if not there:
        raise FileError(f"expected a checkpoint in {shown(folder)}, got none yet")
    if best:
        top = max(rows, key=lambda r: (r["success"], -r["steps"]))
        return folder / "checkpoints" / f"{int(top['steps']):09d}"
    return there[-1]
