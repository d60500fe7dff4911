"""How well things are known again that were shown: `python -m benchmarks.shown [--noise typical]`.

Knows: things that are none of our kinds, shown alone from a few sides and then put among others.
Does not know: how looks are compared. The weights of likeness were set with the first eleven models
of sim/models.py; the others are held out (`--dev` measures on those eleven).

By the camera; `--truth` takes where things are from the simulator, and only what they look like from
the picture.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

from llmagentos.errors import SceneError
from llmagentos.inference import OnnxEmbedder
from llmagentos.objects.colors import COLORS
from llmagentos.perception import TabletopPerception
from llmagentos.perception.shown import ShownThings
from llmagentos.types import CameraFrame, Observation, SceneObject
from sim.models import MODELS
from sim.noise import severity
from sim.random_scenes import random_scene
from sim.scene import SceneSpec
from sim.tables import RANDOM
from sim.truth_look import oracle_scene
from sim.world import SimWorld

#: So many models were there to set weights by.
DEV = 11
#: A thing is the one that stands so near to its true place, metres.
_NEAR_M = 0.03
_DRAWS = 50

#: What a picture shows: the scene's things by some way of looking.
Look = Callable[[], list[SceneObject]]


@dataclass(frozen=True)
class Case:
    """A model in one colour."""

    model: str
    color: str


@dataclass
class Tally:
    """shown things that had their name, another's, or none; strangers that had a name."""

    right: int = 0
    wrong: int = 0
    unnamed: int = 0
    not_seen: int = 0
    strangers: int = 0
    strangers_named: int = 0

    @property
    def share(self) -> float:
        """Of shown things that had their name."""
        every = self.right + self.wrong + self.unnamed + self.not_seen
        return self.right / every if every else math.nan


class Bench:
    """One perception with what it was shown. noise: a severity; embedder: a network's card."""

    def __init__(self, noise: str, table: str, truth: bool, embedder: Path | None) -> None:
        network = None if embedder is None else OnnxEmbedder(embedder)
        self.perception = TabletopPerception(shown=ShownThings(), embedder=network)
        self.world = SimWorld(noise=severity(noise), vary_light=True)
        self._truth, self._table = truth, table

    def close(self) -> None:
        """End the simulation."""
        self.world.close()

    def show(self, case: Case, name: str, views: int, seed: int) -> None:
        """The thing alone on the table, each time elsewhere and turned."""
        namer = self.perception.namer
        assert namer is not None
        for view in range(views):
            items = self._look(self._alone(case, seed + view), seed + view)
            if not items:
                continue
            item = max(items, key=lambda o: o.size_m * o.height_m)
            namer.show(item.id, name)

    def _alone(self, case: Case, seed: int) -> SceneSpec:
        spec = random_scene(seed, 0, things=1, models=[case.model])
        return _as_it_is(spec, {case.model: case.color})

    def judge(
        self, cases: Sequence[Case], strangers: Sequence[Case], seed: int, out: Tally
    ) -> None:
        """One scene with some of the shown things and some that nobody has shown."""
        colors = {case.model: case.color for case in (*cases, *strangers)}
        spec = _among_others(seed, colors)
        items = self._look(spec, seed)
        names = {case.model: case.model for case in cases}
        for thing in self.world.objects():
            model = thing.get("model")
            if model is None:
                continue
            x, y, _ = thing["position"]
            near = [o for o in items if math.dist(o.position[:2], (x, y)) < _NEAR_M]
            found = min(near, key=lambda o: math.dist(o.position[:2], (x, y)), default=None)
            if model in names:
                if found is None:
                    out.not_seen += 1
                elif not found.name:
                    out.unnamed += 1
                elif found.name == names[model].replace("_", " "):
                    out.right += 1
                else:
                    out.wrong += 1
            else:
                out.strangers += 1
                out.strangers_named += bool(found is not None and found.name)

    def _look(self, spec: SceneSpec, seed: int) -> list[SceneObject]:
        self.world.reset(spec.with_table(self._table, seed), seed=seed)
        frame: CameraFrame = self.world.overhead.capture()
        self.perception.reset()
        if not self._truth:
            observation = Observation((frame,), self.world.state())
            return list(self.perception.perceive(observation).objects)
        namer = self.perception.namer
        assert namer is not None
        seen = [replace(o, last_seen_s=frame.stamp_s) for o in oracle_scene(self.world).objects]
        return namer.named(seen, frame)


def _among_others(seed: int, colors: dict[str, str]) -> SceneSpec:
    """The models with two things of our kinds, drawn until they have room."""
    for draw in range(_DRAWS):
        spec = random_scene(seed + 100_000 * draw, 2, things=len(colors), models=list(colors))
        try:
            return _as_it_is(spec, colors)
        except (SceneError, ValueError):
            continue
    raise SceneError(f"expected room for {', '.join(colors)}, got none in {_DRAWS} draws")


def _as_it_is(spec: SceneSpec, colors: dict[str, str]) -> SceneSpec:
    """The scene with its models in their colours and of their usual size: a thing has but one."""
    rows = spec.model_dump(exclude_none=True)
    for row in rows["objects"]:
        if row.get("model") in colors:
            row["color"] = colors[row["model"]]
            row.pop("size", None)
    return SceneSpec.from_dict(rows)


def main() -> None:
    """Entry point: show, look again, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--scenes", type=int, default=40)
    parser.add_argument("--views", type=int, default=3)
    parser.add_argument("--seed", type=int, default=730_000)
    parser.add_argument("--noise", default="typical")
    parser.add_argument("--table", default=RANDOM, help="see sim.tables")
    parser.add_argument("--dev", action="store_true", help="the models that weights were set by")
    parser.add_argument("--truth", action="store_true", help="places from the simulator")
    parser.add_argument("--embedder", type=Path, help="a network's card")
    parser.add_argument("--json", type=Path, help="write the figures here as well")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    rng = np.random.default_rng([args.seed, 0x5403])
    models = list(MODELS)
    chosen, rest = (models[:DEV], models[DEV:]) if args.dev else (models[DEV:], models[:DEV])
    cases = [Case(model, str(rng.choice(COLORS))) for model in chosen]
    strangers = [Case(model, str(rng.choice(COLORS))) for model in rest]
    bench, tally = Bench(args.noise, args.table, args.truth, args.embedder), Tally()
    for number, case in enumerate(cases):
        bench.show(case, case.model.replace("_", " "), args.views, args.seed + 10 * number)
    for scene in range(args.scenes):
        some = [cases[i] for i in rng.choice(len(cases), 3, replace=False)]
        odd = [strangers[i] for i in rng.choice(len(strangers), 1)]
        bench.judge(some, odd, args.seed + 5000 + scene, tally)
    bench.close()
    table = Table(
        "things",
        "views",
        "scenes",
        "right",
        "of",
        "wrong",
        "no name",
        "not seen",
        "strangers named",
    )
    every = tally.right + tally.wrong + tally.unnamed + tally.not_seen
    table.add_row(
        f"{len(cases)}", f"{args.views}", f"{args.scenes}", f"{tally.share:.1%}", f"{every}",
        f"{tally.wrong}", f"{tally.unnamed}", f"{tally.not_seen}",
        f"{tally.strangers_named} of {tally.strangers}",
    )  # fmt: skip
    Console().print(table)
    if args.json:
        args.json.write_text(json.dumps({**vars(tally), "share": tally.share}), "utf-8")


if __name__ == "__main__":
    main()
