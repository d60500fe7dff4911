"""One line of a freely written file: a whole sentence of a certain person in a certain situation.

Knows: the files in free/ (one JSON object a line), what each line must hold, and the scene, the
earlier turns and the plan it tells of. Does not know: whether a plan fits its words and its scene
(free_check.py carries it out), nor how the lines are mixed into the training data.

A line: `id`, `person` (who says it), `scene` (objects as in scene files: kind, color, size,
position [x, y] in metres; `in` or `on` with the id of what it is in or on), `held` (an id),
`turns` (earlier turns of the session: command, plan, outcome), `asked` (the robot's question that
waits for its answer), `base` (for a robot that drives: the `room` it is in and the `places` that it
knows), `command` (the words), `plan` (compact notation; null where today's language
can't say what is wanted, then `wants` says it), `twin` (id of a sentence that differs in a word or
clause and means something else) and `ends`, where the plan is right and still doesn't succeed:
"question" (several fit) or "cannot" (none is there, or there is no room).
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmagentos.command import check_command
from llmagentos.errors import LLMAgentOSError
from llmagentos.lang import codec as compact
from llmagentos.lang import plan as p
from llmagentos.objects.geometry import object_geometry
from llmagentos.types import BaseState, MapPose, NamedPlace, Scene, SceneObject

FOLDER = Path(__file__).with_name("free")
ENDS = ("question", "cannot")
_FIELDS = frozenset("id person scene held turns asked base command plan wants twin ends".split())
_OBJECT_FIELDS = frozenset("id kind color size position yaw in on".split())
#: Size of a thing that is none of the known kinds, and its height for its size.
NOUN_SIZE_M = 0.05
NOUN_HEIGHT = 0.6
#: One group in so many is kept from training, for calibration and for reporting.
HELD_OUT_ONE_IN = 10
HELD_AT = (0.45, 0.0)
HELD_Z_M = 0.25


@dataclass(frozen=True)
class Turn:
    """An earlier command of the session, its plan and the robot's words at its end."""

    command: str
    plan: p.Plan
    outcome: str = ""


@dataclass(frozen=True)
class Sentence:
    """One line. where: "long.jsonl:12". plan: None where today's language can't say it."""

    where: str
    id: str
    person: str
    scene: Scene
    command: str
    plan: p.Plan | None
    plan_text: str = ""
    turns: tuple[Turn, ...] = ()
    asked: str = ""
    wants: str = ""
    twin: str = ""
    ends: str = ""

    @property
    def file(self) -> str:
        """The theme's file name."""
        return self.where.partition(":")[0]


def sentences(folder: Path = FOLDER) -> Iterator[Sentence]:
    """Every line of every file. ValueError naming file and line for one that is not valid."""
    ids: dict[str, str] = {}
    twins: list[tuple[str, str]] = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            where = f"{path.name}:{number}"
            try:
                found = read(json.loads(line), where)
            except (ValueError, KeyError, TypeError, LLMAgentOSError) as exc:
                raise ValueError(f"{where}: {type(exc).__name__}: {exc}") from exc
            if found.id in ids:
                raise ValueError(
                    f"{where}: expected an id of its own, {found.id} is {ids[found.id]}'s"
                )
            ids[found.id] = where
            twins.append((where, found.twin))
            yield found
    for where, twin in twins:
        if twin and twin not in ids:
            raise ValueError(f"{where}: expected the id of a twin, got {twin!r}, which no line has")


def pairs(folder: Path = FOLDER) -> Iterator[Sentence]:
    """The sentences that have a plan."""
    return (s for s in sentences(folder) if s.plan is not None)


def held_out(sentence: Sentence) -> bool:
    """Whether a sentence is kept from training, the same in every run: about one in ten.

    Decided by the checksum of theme and person, so that twins, the turns of one dialogue and what
    one person says in one scene stay together.
    """
    theme = sentence.id.rpartition("-")[0]
    return zlib.crc32(f"{theme}:{sentence.person}".encode()) % HELD_OUT_ONE_IN == 0


def read(data: Mapping[str, Any], where: str = "") -> Sentence:
    """One line's data, validated. ValueError, KeyError or PlanError for what is wrong with it."""
    unknown = set(data) - _FIELDS
    if unknown:
        raise ValueError(f"expected fields {sorted(_FIELDS)}, got {sorted(unknown)} as well")
    if not data["person"]:
        raise ValueError("expected a person, got none")
    text = data["plan"]
    if text is not None:  # what no plan says may be in another language
        check_command(data["command"])
    if text is None and not data.get("wants"):
        raise ValueError("expected what is wanted where there is no plan, got nothing")
    if data.get("ends", ENDS[0]) not in ENDS:
        raise ValueError(f"expected an end of {ENDS}, got {data['ends']!r}")
    plan = None if text is None else compact.parse(text)
    if plan is not None and compact.write(plan) != text:
        raise ValueError(
            f"expected the plan as it is written, {compact.write(plan)!r}, got {text!r}"
        )
    turns = tuple(
        Turn(t["command"], compact.parse(t["plan"]), t.get("outcome", ""))
        for t in data.get("turns", ())
    )
    return Sentence(
        where, data["id"], data["person"],
        scene(data["scene"], data.get("held"), base(data.get("base"))), data["command"],
        plan, text or "", turns, data.get("asked", ""), data.get("wants", ""),
        data.get("twin", ""), data.get("ends", ""),
    )  # fmt: skip


def base(data: Mapping[str, Any] | None) -> BaseState | None:
    """The base of a line, its places two metres from each other; None where it tells of none."""
    if data is None:
        return None
    places = [
        NamedPlace(name, MapPose(2.0 * k, 1.0), "spot") for k, name in enumerate(data["places"], 1)
    ]
    return BaseState(MapPose(0.0, 0.0), tuple(places), data["room"])


def scene(
    objects: list[Mapping[str, Any]], held: str | None = None, base: BaseState | None = None
) -> Scene:
    """The scene of a line; ids are "red_block", "red_block_2" where none is given."""
    out: dict[str, SceneObject] = {}
    for data in objects:
        unknown = set(data) - _OBJECT_FIELDS
        if unknown:
            raise ValueError(
                f"expected object fields {sorted(_OBJECT_FIELDS)}, got {sorted(unknown)}"
            )
        one = _thing(data, out, held)
        if one.id in out:
            raise ValueError(f"expected every object to have an id of its own, got {one.id} twice")
        out[one.id] = one
    if held is not None and held not in out:
        raise ValueError(f"expected the held thing's id in the scene, got {held!r}")
    return Scene(tuple(out.values()), base=base)


def _thing(
    data: Mapping[str, Any], before: Mapping[str, SceneObject], held: str | None
) -> SceneObject:
    kind, color = data["kind"], data.get("color", "")
    base = f"{color}_{kind}".strip("_").replace(" ", "_")
    same = sum(o.id == base or o.id.startswith(f"{base}_") for o in before.values())
    object_id = data.get("id") or (base if not same else f"{base}_{same + 1}")
    size, height, _ = _measures(kind, data.get("size"))
    below = data.get("in") or data.get("on")
    if object_id == held:
        return SceneObject(
            object_id, kind, color, size, height, (*HELD_AT, HELD_Z_M + height / 2), held=True
        )
    if below is None:
        x, y = data["position"]
        return SceneObject(
            object_id, kind, color, size, height, (x, y, height / 2), data.get("yaw", 0.0)
        )
    support = before.get(below)
    if support is None:
        raise ValueError(f"expected {below!r}, which {object_id} is in or on, before it, got none")
    inside = "in" in data
    _, _, inner = _measures(support.kind, support.size_m)
    z = (support.bottom_z + inner if inside else support.top_z) + height / 2
    x, y = data.get("position", support.position[:2])
    return SceneObject(
        object_id, kind, color, size, height, (x, y, z), support=support.id, inside=inside
    )


def _measures(kind: str, size: float | None) -> tuple[float, float, float]:
    """Size, height, and the inner floor's height above the base, metres."""
    try:
        g = object_geometry(kind, size)
    except KeyError:
        size = size or NOUN_SIZE_M
        return size, NOUN_HEIGHT * size, 0.005
    return g.size_m, g.height_m, g.floor_m
