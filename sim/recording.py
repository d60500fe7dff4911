"""Keeps what a session looked like: video, before and after pictures, plans, traces, timings.

Knows: how to encode pictures (PyAV) and write words on them (Pillow), and that a command is worth
more than its recording. Does not know: the world; it is given a function that renders a picture.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from llmagentos.errors import FileError
from llmagentos.events import ActionStarted, Event, StepStarted
from llmagentos.files import make_folder, refusing, write_text, written

Render = Callable[[int, int], NDArray[np.uint8]]

_WHAT = "a folder for the recording"
_BAR_PX = 52
_INK = (255, 255, 255)
_FAINT = (170, 190, 205)


class Recorder:
    """Records a session into `folder`. One `begin`/`end` pair per command, then `close`.

    Files: session.mp4, session.gif (short and small, for a README), NN_before.png,
    NN_after.png, NN_result.json (the whole result with plan, trace and timings), events.jsonl.
    render(width, height) gives uint8 RGB [height, width, 3]. A frame is kept every
    `period_s` of the driver's clock, so a video plays in robot time.

    FileError at once for a folder that cannot be written. A disk that fills later does not touch
    the running command: the recording ends there, `problem` says why, and `close` raises it.
    """

    def __init__(
        self,
        folder: Path,
        render: Render,
        now_s: Callable[[], float],
        *,
        fps: int = 12,
        size: tuple[int, int] = (800, 600),
    ):
        import av

        self.folder = make_folder(folder, _WHAT)
        #: The first thing that could not be written, after which nothing more is.
        self.problem: FileError | None = None
        self._render, self._now_s = render, now_s
        self._fps, self._size = fps, size
        self._next_s = 0.0
        self._command, self._doing, self._index = "", "", 0
        self._gif: list[Image.Image] = []
        self._frames = 0
        with refusing(folder, _WHAT):
            self._events = (folder / "events.jsonl").open("w", encoding="utf-8")
            self._container = av.open(str(folder / "session.mp4"), mode="w")
        self._stream = self._container.add_stream("h264", rate=fps)
        self._stream.width, self._stream.height = size[0], size[1] + _BAR_PX
        self._stream.pix_fmt = "yuv420p"
        self._av = av

    def on_event(self, event: Event) -> None:
        """An event of the running command: what is being done is written on the frames."""
        line = {"t_s": round(self._now_s(), 3), **event.to_json()}
        with self._keeping_on():
            self._events.write(json.dumps(line) + "\n")
        if isinstance(event, ActionStarted | StepStarted) and event.words:
            self._doing = event.words

    def on_advance(self) -> None:
        """After each control period: keeps a frame when one is due."""
        if self.problem is None and self._now_s() >= self._next_s:
            self._next_s = self._now_s() + 1.0 / self._fps
            self._keep(self._frame())

    def begin(self, index: int, command: str) -> None:
        """Before a command: the picture before."""
        self._index, self._command, self._doing = index, command, ""
        frame = self._frame()
        self._still("before")
        for _ in range(self._fps):
            self._keep(frame)

    def end(self, result: Mapping[str, Any]) -> None:
        """After a command: the picture after, the result, and a second of the reply."""
        self._doing = f"{result['status']}: {result['reply']}"
        self._still("after")
        path = self.folder / f"{self._index:02d}_result.json"
        with self._keeping_on():
            write_text(path, json.dumps(result, indent=1) + "\n", _WHAT)
        frame = self._frame()
        for _ in range(int(1.5 * self._fps)):
            self._keep(frame)

    def close(self) -> Path:
        """Finish the files; returns the folder. FileError when not all could be written."""
        with self._keeping_on():
            self._mux(None)
        with self._keeping_on():
            self._container.close()
        with self._keeping_on():
            self._events.close()
        if self._gif:
            self._save_gif()
        if self.problem is not None:
            (self.folder / "session.mp4").unlink(missing_ok=True)  # without its end it can't play
            raise self.problem
        return self.folder

    @contextlib.contextmanager
    def _keeping_on(self) -> Iterator[None]:
        """What cannot be written ends the recording, not the command."""
        try:
            with refusing(self.folder, _WHAT):
                yield
        except FileError as exc:
            self.problem = self.problem or exc

    def _save_gif(self) -> None:
        # One palette for all frames: colours must not drift while the picture plays.
        palette = self._gif[len(self._gif) // 2].quantize(192)
        first, *rest = (f.quantize(palette=palette, dither=Image.Dither.NONE) for f in self._gif)
        with self._keeping_on(), written(self.folder / "session.gif", _WHAT) as part:
            first.save(part, save_all=True, append_images=rest, duration=150, loop=0, optimize=True)

    def _still(self, name: str) -> None:
        picture = Image.fromarray(self._render(*self._size))
        path = self.folder / f"{self._index:02d}_{name}.png"
        with self._keeping_on(), written(path, _WHAT) as part:
            picture.save(part)

    def _mux(self, frame: Any) -> None:
        """Encode one video frame, or what is still held back with None."""
        for packet in self._stream.encode(frame):
            self._container.mux(packet)

    def _frame(self) -> Image.Image:
        width, height = self._size
        frame = Image.new("RGB", (width, height + _BAR_PX), (24, 30, 38))
        frame.paste(Image.fromarray(self._render(width, height)), (0, 0))
        draw = ImageDraw.Draw(frame)
        big, small = ImageFont.load_default(18), ImageFont.load_default(14)
        draw.text((12, height + 6), f"› {self._command}"[:110], _INK, font=big)
        draw.text((12, height + 30), self._doing[:120], _FAINT, font=small)
        return frame

    def _keep(self, frame: Image.Image) -> None:
        if self.problem is not None:
            return
        with self._keeping_on():
            self._mux(self._av.VideoFrame.from_image(frame))
        # Every fifth frame at half size keeps the GIF small; it plays about three times as fast.
        if self._frames % 5 == 0:
            self._gif.append(frame.resize((frame.width // 2, frame.height // 2)))
        self._frames += 1
