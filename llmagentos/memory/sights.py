"""Where things were seen last: scenes as rows, kept while something was seen in them last.

Knows: the tables `scenes` and `seen`. Does not know: commands, files.
"""

from __future__ import annotations

import json
import math
import sqlite3
from dataclasses import asdict, dataclass
from typing import Any

from llmagentos.types import Scene, SceneObject, Workspace

#: A thing that stands nearer to where it stood has not moved, metres.
_SAME_PLACE_M = 0.01


@dataclass(frozen=True)
class Sight:
    """A thing as it was seen last. at: seconds since 1970; scene: everything that was seen then."""

    thing: SceneObject
    at: float
    scene: Scene


def keep(base: sqlite3.Connection, scene: Scene, now: float) -> None:
    """What stands where now. now: seconds since 1970."""
    row = base.execute("SELECT id, data FROM scenes ORDER BY id DESC LIMIT 1").fetchone()
    if row is not None and _same(_scene_of(row[1]), scene):
        number = row[0]
        base.execute("UPDATE scenes SET at = ? WHERE id = ?", (now, number))
    else:
        number = base.execute(
            "INSERT INTO scenes (at, data) VALUES (?, ?)", (now, _data_of(scene))
        ).lastrowid
    base.executemany(
        "INSERT INTO seen (object, scene, at) VALUES (?, ?, ?) ON CONFLICT (object) DO UPDATE SET "
        "scene = excluded.scene, at = excluded.at",
        [(o.id, number, now) for o in scene.objects],
    )
    base.execute("DELETE FROM scenes WHERE id NOT IN (SELECT scene FROM seen)")


def last(base: sqlite3.Connection) -> list[Sight]:
    """Every thing as it was seen last, the newest first."""
    rows = base.execute(
        "SELECT seen.object, seen.at, scenes.data FROM seen JOIN scenes ON scenes.id = seen.scene "
        "ORDER BY seen.at DESC"
    )
    out = []
    for name, at, data in rows:
        scene = _scene_of(data)
        thing = scene.get(name)
        if thing is not None:
            out.append(Sight(thing, at, scene))
    return out


def drop(base: sqlite3.Connection, things: set[str]) -> None:
    """These things (ids) were never seen, nor stand in a scene beside others."""
    for thing in things:
        base.execute("DELETE FROM seen WHERE object = ?", (thing,))
    for number, data in base.execute("SELECT id, data FROM scenes").fetchall():
        scene = _scene_of(data)
        kept = tuple(o for o in scene.objects if o.id not in things)
        if len(kept) < len(scene.objects):
            changed = _data_of(Scene(kept, scene.stamp_s, scene.workspace))
            base.execute("UPDATE scenes SET data = ? WHERE id = ?", (changed, number))
    base.execute("DELETE FROM scenes WHERE id NOT IN (SELECT scene FROM seen)")


def names(thing: SceneObject) -> set[str]:
    """The words that it is called by."""
    return {*thing.label.lower().split(), *thing.id.lower().split("_")}


def _data_of(scene: Scene) -> str:
    return json.dumps(
        {"workspace": asdict(scene.workspace), "objects": [asdict(o) for o in scene.objects]}
    )


def _scene_of(data: str) -> Scene:
    read = json.loads(data)
    objects = tuple(map(_object_of, read["objects"]))
    return Scene(objects, 0.0, Workspace(**read["workspace"]))


def _object_of(row: dict[str, Any]) -> SceneObject:
    """JSON has no tuples; rows of before things were measured lack what was measured."""
    extents, outline = row.get("extents_m"), row.get("outline_m", ())
    return SceneObject(
        **{
            **row,
            "position": tuple(row["position"]),
            "extents_m": extents and tuple(extents),
            "outline_m": tuple((x, y) for x, y in outline),
        }
    )


def _same(one: Scene, other: Scene) -> bool:
    """Whether the same things stand in the same places."""
    if {o.id for o in one.objects} != {o.id for o in other.objects}:
        return False
    for o in other.objects:
        was = one.get(o.id)
        if was is None or was.held != o.held or was.support != o.support:
            return False
        if math.dist(was.position, o.position) > _SAME_PLACE_M:
            return False
    return True
