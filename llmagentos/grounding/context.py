"""What grounding and placement work on, and what they give back.

Knows: the session's state that descriptions can refer to, and the shape of results.
Does not know: how a description is resolved (resolve.py) or a spot found (placement).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from llmagentos.ports.failures import Failure
from llmagentos.types import MapPose, Pose, Scene, SceneObject


@dataclass(frozen=True)
class Event:
    """One object's change by the robot: kept by the session's history, newest last.

    before/after: the object as believed before and after; command: index of the command in the
    session; step: words for the step that did it. turned_rad: by how much it was turned on the
    spot, which its yaw alone need not show (a cube looks alike every quarter turn).
    """

    object_id: str
    before: SceneObject
    after: SceneObject | None
    command: int
    step: str
    turned_rad: float = 0.0


@dataclass(frozen=True)
class Look:
    """What a base saw at one place when it went round a room. place: its name with the article, "" for the
    middle of the room; things: not seen before on this round, positions in the map's frame."""

    place: str
    things: tuple[SceneObject, ...]


@dataclass(frozen=True)
class Travels:
    """Where a base was in this session, map frame. start: as it began; before: before it drove last;
    goal: where it was sent last, that "there" means; command: the one that it drove for last; round:
    what it saw at each place since it was sent there, in order, where it has gone round."""

    start: MapPose | None = None
    before: MapPose | None = None
    goal: MapPose | None = None
    command: int = -1
    round: tuple[Look, ...] = ()


@dataclass(frozen=True)
class Context:
    """Everything a description may refer to, at the moment it is resolved.

    initial: the scene when the session began. mentioned: ids last talked about or handled, newest
    last, one tuple per mention (plural mentions keep all). events: see Event. names: given name →
    object id. name_places: given name → (x, y). this: the loop's present item. moving: what is
    about to be put somewhere. last_spot: where the last thing was put. pattern: ids of the last
    arrangement. answer: ids of the last answer. last_distance_m: the last distance used.
    chosen: restrictions from the person's answer to a question: (description as JSON text, ids).
    command: index of the running command, as in events. handled: ids that earlier steps of this
    command handled or mentioned (those of the command before, too, while this one has moved
    nothing), which is what "the rest" leaves out. travels: where the base was.
    """

    scene: Scene
    initial: Scene | None = None
    mentioned: tuple[tuple[str, ...], ...] = ()
    events: tuple[Event, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    name_places: dict[str, tuple[float, float]] = field(default_factory=dict)
    this: str | None = None
    moving: str | None = None
    last_spot: tuple[float, float] | None = None
    pattern: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()
    last_distance_m: float = 0.10
    chosen: tuple[tuple[str, tuple[str, ...]], ...] = ()
    command: int = 0
    handled: tuple[str, ...] = ()
    travels: Travels = field(default_factory=Travels)

    def with_(self, **changes: Any) -> Context:
        """A copy with other fields."""
        return replace(self, **changes)


@dataclass(frozen=True)
class Grounding:
    """What a description resolved to. ids is empty when there is a problem.

    words: the explanation ("the red block: the leftmost of 2 red blocks"). problem and question:
    why nothing was chosen, and what to ask or tell the person, naming the candidates.
    """

    ids: tuple[str, ...]
    words: str
    problem: Failure | None = None
    question: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the description was resolved; else `problem` and `question` say why not."""
        return self.problem is None


@dataclass(frozen=True)
class Spot:
    """Where an object shall stand: pose of its base's centre, on what, or inside what."""

    pose: Pose
    support: str = "table"
    inside: bool = False
    words: str = ""


@dataclass(frozen=True)
class Placement:
    """A place resolved for one object, or why there is none."""

    spot: Spot | None
    words: str
    problem: Failure | None = None
    question: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether a free spot was found."""
        return self.spot is not None
