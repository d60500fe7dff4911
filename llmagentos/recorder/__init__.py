"""The flight recorder: one MCAP file a command, read again in words, as a video, and as a test.

recorder.py   where in an agent it listens          scribe.py   the thread that writes
watched.py    modules that tell what goes through   file.py     one MCAP file, kill and full disk
schemas.py, topics.py, messages.py                  what is in a file, in Foxglove's form
reading.py, timeline.py, video.py                   a flight read again, told, shown
check.py, replayed.py, keep.py                      a flight as a test of today's code
"""

from __future__ import annotations

from llmagentos.recorder.recorder import FlightRecorder
from llmagentos.recorder.settings import Settings

__all__ = ["FlightRecorder", "Settings"]
