"""Resets of one world with ever new scenes do not take ever more memory."""

from __future__ import annotations

import sys

import pytest

from benchmarks.resets import growth_mb


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_does_not_grow_with_new_scenes() -> None:
    """A third of a megabyte each while PyBullet kept every mesh file: 5 MB here."""
    assert growth_mb(15, warm=8) < 2.5
