"""Videos of a data set: one an episode while it is recorded, several episodes a file when kept.

Knows: PyAV; that every frame's time is its number over the rate, exactly. Does not know: data sets.

H.264 without B-frames and with a key frame every second frame: any frame is found at once, and
files can be put one after another without being encoded again.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import DatasetError
from llmagentos.files import refusing, shown
from sim.data.schema import CODEC, PIXELS

_OPTIONS = {"g": "2", "bf": "0", "crf": "20", "preset": "veryfast", "threads": "1"}
_WHAT = "a video that can be written"


class EpisodeVideo:
    """Encodes one episode's pictures to `path` as they come. width, height: even numbers."""

    def __init__(self, path: Path, width: int, height: int, fps: int) -> None:
        import av

        self.path, self.frames = path, 0
        self._av = av
        with refusing(path, _WHAT):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._container = av.open(str(path), mode="w")
        stream: Any = self._container.add_stream(CODEC, rate=fps, options=dict(_OPTIONS))
        stream.width, stream.height, stream.pix_fmt = width, height, PIXELS
        stream.codec_context.time_base = Fraction(1, fps)
        self._stream = stream

    def add(self, picture: NDArray[np.uint8]) -> None:
        """The next picture, uint8 [height, width, 3]. FileError for a full disk."""
        frame = self._av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
        frame.pts = self.frames
        frame.time_base = self._stream.codec_context.time_base
        self.frames += 1
        self._mux(frame)

    def _mux(self, frame: Any) -> None:
        with refusing(self.path, _WHAT):
            for packet in self._stream.encode(frame):
                self._container.mux(packet)

    def close(self) -> None:
        """Finish the file."""
        if self.frames:
            self._mux(None)
        with refusing(self.path, _WHAT):
            self._container.close()


def join(parts: Sequence[Path], target: Path, fps: int) -> None:
    """Put videos of one kind one after another, frame n at n / fps; nothing is encoded again."""
    import av

    with (
        refusing(target, _WHAT),
        av.open(str(target), "w", options={"movflags": "faststart"}) as out,
    ):
        stream: Any = None
        number = 0
        for part in parts:
            with av.open(str(part)) as source:
                given = source.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(given)
                    stream.time_base = Fraction(1, fps)
                for packet in source.demux(given):
                    if packet.dts is None:
                        continue
                    packet.stream = stream
                    packet.time_base = Fraction(1, fps)
                    packet.pts = packet.dts = number
                    packet.duration = 1
                    number += 1
                    out.mux(packet)


def times(path: Path) -> list[float]:
    """When each frame of a video is shown, seconds, in order; nothing is decoded."""
    import av

    with _opened(path), av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base or Fraction(1)
        found = [p.pts for p in container.demux(stream) if p.pts is not None]
        return sorted(float(pts * base) for pts in found)


def kind(path: Path) -> dict[str, Any]:
    """Width, height, codec, pixel format and rate of a video."""
    import av

    with _opened(path), av.open(str(path)) as container:
        stream = container.streams.video[0]
        return {
            "video.width": stream.width,
            "video.height": stream.height,
            "video.codec": stream.codec.canonical_name,
            "video.pix_fmt": stream.pix_fmt,
            "video.fps": float(stream.base_rate or 0),
        }


def pictures(path: Path, start_s: float, count: int, fps: float) -> NDArray[np.uint8]:
    """`count` frames from `start_s` on: uint8 [count, height, width, 3].

    DatasetError where the video has not all of them, each within a quarter of a period.
    """
    import av

    found: list[NDArray[np.uint8]] = []
    with _opened(path), av.open(str(path)) as container:
        stream = container.streams.video[0]
        base = stream.time_base or Fraction(1)
        container.seek(int(start_s / base), stream=stream, backward=True)
        for frame in container.decode(stream):
            late = float((frame.pts or 0) * base) - start_s - len(found) / fps
            if late < -0.25 / fps:
                continue
            if late > 0.25 / fps or len(found) == count:
                break
            found.append(frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False))
            if len(found) == count:
                break
    if len(found) < count:
        raise DatasetError(
            f"expected {count} frames from {start_s:.3f} s on in {shown(path)}, got {len(found)}"
        )
    return np.stack(found)


class _opened:  # noqa: N801 - reads as a phrase
    """What is no video, or is none any more, as a DatasetError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind_: Any, exc: BaseException | None, trace: Any) -> None:
        import av

        broken = isinstance(exc, av.FFmpegError | OSError | IndexError)
        if broken and not isinstance(exc, DatasetError):
            reason = " ".join(str(exc).split())
            raise DatasetError(f"expected a video at {shown(self._path)}, got: {reason}") from exc
