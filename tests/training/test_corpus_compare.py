"""Two corpora drawn alike are told from two that are not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.corpus import compare


def _shard(path: Path, plans: dict[str, int]) -> Path:
    rows = [["do it", "", plan] for plan, n in plans.items() for _ in range(n)]
    path.write_text("\n".join(map(json.dumps, rows)))
    return path


def test_equal_shares_are_within_chance(tmp_path: Path) -> None:
    a = _shard(tmp_path / "a", {"home": 500, "put [ the block ] in [ the bowl ]": 500})
    b = _shard(tmp_path / "b", {"home": 255, "put [ the block ] in [ the bowl ]": 245})
    assert all(abs(d.z) < 2 and d.most < 2 for d in compare.differences(a, b))


def test_another_share_stands_out(tmp_path: Path) -> None:
    a = _shard(tmp_path / "a", {"home": 500, "put [ the block ] in [ the bowl ]": 500})
    b = _shard(tmp_path / "b", {"home": 300, "put [ the block ] in [ the bowl ]": 700})
    first = next(d for d in compare.differences(a, b) if d.what == "first words")
    assert first.z > 10 and first.name.startswith("home: 500 and 300")


def test_what_is_no_shard_is_named(tmp_path: Path) -> None:
    (tmp_path / "x").write_text('{"a": 1}')
    with pytest.raises(ValueError, match=r"x:1: expected \[command, question, plan\]"):
        compare.counts(tmp_path / "x")
