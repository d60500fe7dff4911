"""A flight in words: what was said, seen, planned, done and stopped, with the robot's clock.

Knows: how each message is told to a person. Does not know: the terminal, pictures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from llmagentos.errors import FileError
from llmagentos.lang.wording import describe_plan
from llmagentos.recorder import topics, values
from llmagentos.recorder.check import ROVING
from llmagentos.recorder.reading import Flight


@dataclass(frozen=True)
class Line:
    """One line. robot_s: by the robot's clock, since the flight began; kind: "said", "saw",
    "planned", "step", "did", "stood" (where a base is), "replied", "safety", "fault" or "recorder"."""

    robot_s: float
    kind: str
    words: str


def timeline(flight: Flight) -> list[Line]:
    """All that a person may want to know of a flight, in order."""
    teller, lines = _Teller(flight), []
    for note in flight.notes:
        tell = teller.told.get(note.topic)
        if tell is not None:
            lines += [Line(note.robot_s, kind, words) for kind, words in tell(note.value)]
    if not flight.whole:
        at = flight.notes[-1].robot_s if flight.notes else 0.0
        lines.append(Line(at, "recorder", "the file ends here, before the flight did"))
    return lines


_Told = Iterator[tuple[str, str]]
#: A thing that is seen so far from where it was has been moved, metres.
_MOVED_M = 0.01
#: A base that stands so far from where it stood has driven, metres.
_DRIVEN_M = 0.1


class _Teller:
    """Tells one flight's messages; remembers what was seen last."""

    def __init__(self, flight: Flight) -> None:
        self._asked = flight.about.get("command")
        self._seen: dict[str, Any] | None = None
        self._stood: tuple[float, float] | None = None
        self._nothing = (
            "nothing" if flight.header.get("skills") == ROVING else "nothing on the table"
        )
        self.told: Mapping[str, Callable[[Any], _Told]] = {
            topics.LOG: self._log,
            topics.LOOK: self._look,
            topics.PLANNING: self._planning,
            topics.EVENT: self._event,
            topics.SKILL: self._skill,
            topics.SAFETY: self._safety,
            topics.STATUS: self._status,
        }

    def _log(self, message: Any) -> _Told:
        if message["name"] == "person":
            yield "said", message["message"]
        elif message["name"] == "fault":
            yield "fault", message["message"]

    def _look(self, look: Any) -> _Told:
        if look["error"]:
            yield "saw", f"nothing: {look['error']}"
            return
        things = {o["id"]: o for o in look["scene"]["objects"]}
        before, self._seen = self._seen, things
        if before is None:
            said = ", ".join(map(_placed, things.values()))
            yield "saw", f"{len(things)} things: {said}" if things else self._nothing
            return
        changes = [f"{_label(o)} gone" for i, o in before.items() if i not in things]
        for i, o in things.items():
            if i not in before:
                changes.append(f"{_placed(o)} new")
            elif math.dist(o["position"], before[i]["position"]) > _MOVED_M:
                changes.append(f"{_placed(o)} moved")
        yield "saw", ", ".join(changes) if changes else f"the same {len(things)} things"

    def _planning(self, told: Any) -> _Told:
        if told["result"] is None:
            yield "planned", f"nothing: {told['error']}"
            return
        result = told["result"]
        try:
            words = "; ".join(s.rstrip(".") for s in describe_plan(values.plan_of(result["plan"])))
        except FileError:
            words = str(result["plan"])
        engine = result["engine"].get("model", "")
        by = f" by {engine}" if engine else ""
        asked = told["request"]["command"]
        meant = "" if asked == self._asked else f" for '{asked}'"
        sure = f"{100 * result['confidence']:.0f} % sure{by}, {1000 * result['plan_s']:.0f} ms"
        yield "planned", f"{words}{meant} ({sure})"

    def _event(self, event: Any) -> _Told:
        name = event["event"]
        if name == "step_started":
            yield "step", event["words"]
        elif name == "grounded":
            yield "step", f"meant: {event['words']}"
        elif name == "action_started":
            yield "did", event["words"]
        elif name == "action_done" and event["status"] != "succeeded":
            yield "did", f"{event['status']}: {event['words'] or event['reason']}"
        elif name == "step_done" and event["status"] != "succeeded":
            yield "step", f"{event['status']}: {event['words']}"
        elif name == "result":
            yield "replied", f"{event['status']}: {event['reply']}"

    def _skill(self, told: Any) -> _Told:
        base = told["scene"].get("base") if told["kind"] == "believed" else None
        if base is not None:
            yield from self._stands(base)
        elif told["kind"] == "stop":
            yield "safety", told["report"]["words"]
        elif told["kind"] == "broke":
            yield "fault", told["error"]

    def _stands(self, base: Any) -> _Told:
        x, y = base["pose"]["x_m"], base["pose"]["y_m"]
        if self._stood is None or math.dist(self._stood, (x, y)) > _DRIVEN_M:
            self._stood = x, y
            yield "stood", f"{base['room'] or 'in no room'} (x {x:.2f}, y {y:.2f} m of the map)"

    def _safety(self, told: Any) -> _Told:
        yield "safety", f"{told['state']}: {told['words']}"

    def _status(self, told: Any) -> _Told:
        if told["dropped"]:
            left = ", ".join(f"{count} of {topic}" for topic, count in told["dropped"].items())
            yield "recorder", f"left out, since the writer did not keep up: {left}"


def _label(o: Any) -> str:
    return f"{o['color']} {o['kind']}".strip()


def _placed(o: Any) -> str:
    x, y, _ = o["position"]
    return f"{_label(o)} ({x:.2f}, {y:.2f})"
