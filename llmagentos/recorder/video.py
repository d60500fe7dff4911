"""A flight as pictures for people, in the robot's time: what the cameras saw, and what was done.

Knows: the recorded pictures, where the tool was between them, words under them. Does not know: how
a video is encoded (it is given what takes pictures), the simulator.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import FileError
from llmagentos.recorder import messages, topics
from llmagentos.recorder.reading import Flight, Note
from llmagentos.recorder.timeline import Line, timeline

FPS = 10
_WIDTH, _BAR_PX = 640, 84
_INSET = 0.3
_INK, _FAINT, _TOOL = (255, 255, 255), (170, 190, 205), (255, 80, 200)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
Picture = NDArray[np.uint8]


class _Series:
    """Messages of one topic by the robot's time, the newest before a moment."""

    def __init__(self, notes: list[Note]) -> None:
        self.notes = sorted(notes, key=lambda n: n.robot_s)
        self._times = [n.robot_s for n in self.notes]
        self._read: tuple[int, Any] = (-1, None)

    def at(self, robot_s: float) -> Note | None:
        index = bisect_right(self._times, robot_s) - 1
        return self.notes[index] if index >= 0 else None

    def picture(self, robot_s: float) -> Picture | None:
        index = bisect_right(self._times, robot_s) - 1
        if index < 0:
            return None
        if self._read[0] != index:
            self._read = index, messages.pixels_of(self.notes[index].value)
        found: Picture = self._read[1]
        return found


def pictures(flight: Flight) -> Iterator[Picture]:
    """Frames at FPS, RGB uint8 of one size. Raises FileError for a flight without pictures."""
    names = sorted({n.topic for n in flight.notes if n.topic.endswith("/image")})
    if not names:
        raise FileError(f"expected a flight with pictures in {flight.path}, got none")
    main = topics.of_camera("overhead", "image")
    main = main if main in names else names[0]
    first = _Series(flight.on(main))
    others = [_Series(flight.on(name)) for name in names if name != main]
    eye, tool, lines = _eye(flight, main), _tool(flight), timeline(flight)
    height, width = messages.pixels_of(first.notes[0].value).shape[:2]
    size = _WIDTH, 2 * round(height * _WIDTH / width / 2)
    begin, end = first.notes[0].robot_s, max(n.robot_s for n in flight.notes)
    for k in range(round((end - begin + 1.0) * FPS)):
        now = min(begin + k / FPS, end)
        seen = first.picture(now)
        assert seen is not None
        canvas: Picture = np.asarray(cv2.resize(seen, size, interpolation=cv2.INTER_AREA), np.uint8)
        place = tool.at(now)
        if eye is not None and place is not None:
            _mark(canvas, eye, _position(place), size[0] / width)
        for index, other in enumerate(others):
            small = other.picture(now)
            if small is not None:
                _inset(canvas, small, index)
        yield _with_words(canvas, flight, lines, now)


def _tool(flight: Flight) -> _Series:
    notes = flight.on(topics.TF)
    return _Series([n for n in notes if _moves(n) == messages.TOOL])


def _moves(note: Note) -> str:
    child: str = note.value["transforms"][0]["child_frame_id"]
    return child


def _position(note: Note) -> NDArray[np.float64]:
    there = note.value["transforms"][0]["translation"]
    return np.array([there["x"], there["y"], there["z"], 1.0])


def _eye(flight: Flight, topic: str) -> tuple[Any, Any] | None:
    """Intrinsics and camera_from_base of the main camera, where a look has them."""
    camera = topic.split("/")[2]
    for note in flight.on(topics.LOOK):
        for told in note.value["frames"]:
            if told["camera"] == camera:
                pose = np.linalg.inv(np.array(told["base_from_camera"]))
                return np.array(told["intrinsics"]), pose
    return None


def _mark(canvas: Picture, eye: tuple[Any, Any], point: Any, scale: float) -> None:
    """A cross where the tool is: between two pictures the arm moves on."""
    matrix, pose = eye
    x, y, z = (pose @ point)[:3]
    if z > 0.05:
        u, v = (round(scale * float((matrix @ [x / z, y / z, 1.0])[i])) for i in (0, 1))
        cv2.drawMarker(canvas, (u, v), _TOOL, cv2.MARKER_CROSS, 18, 2)


def _inset(canvas: Picture, small: Picture, index: int) -> None:
    width = int(canvas.shape[1] * _INSET)
    height = int(width * small.shape[0] / small.shape[1])
    left = canvas.shape[1] - width - 4
    top = 4 + index * (height + 4)
    if top + height < canvas.shape[0]:
        shrunk = cv2.resize(small, (width, height), interpolation=cv2.INTER_AREA)
        canvas[top : top + height, left : left + width] = shrunk
        cv2.rectangle(canvas, (left, top), (left + width, top + height), _INK, 1)


def _with_words(canvas: Picture, flight: Flight, lines: list[Line], now: float) -> Picture:
    bar = np.full((_BAR_PX, canvas.shape[1], 3), (24, 30, 38), np.uint8)
    past = [line for line in lines if line.robot_s <= now + 1e-6]
    doing = next((x for x in reversed(past) if x.kind in ("did", "step", "planned")), None)
    told = next((x for x in reversed(past) if x.kind in ("replied", "fault", "safety")), None)
    words = [
        (f"> {flight.about.get('command', '')}", _INK),
        (doing.words if doing else "", _FAINT),
        (told.words if told else "", _INK),
    ]
    for row, (text, ink) in enumerate(words):
        # the font has plain letters only
        plain = text.encode("ascii", "replace").decode()[:88]
        cv2.putText(bar, plain, (10, 22 + 26 * row), _FONT, 0.45, ink, 1, cv2.LINE_AA)
    cv2.putText(
        bar, f"{now:6.1f} s", (canvas.shape[1] - 76, 22), _FONT, 0.45, _FAINT, 1, cv2.LINE_AA
    )
    return np.vstack([canvas, bar])
