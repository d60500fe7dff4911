"""A learning curve is made from what evaluation and trust have written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.models import learning_curve
from llmagentos.errors import LLMAgentOSError


def run(folder: Path, free: float, right: float) -> Path:
    folder.mkdir()
    splits = [{"split": "seen", "n": 10, "exact": 1.0}, {"split": "free", "n": 300, "exact": free}]
    limits = [{"act_from": 0.5, "cases": 123, "right": 0.1}]
    limits += [{"act_from": 0.0, "cases": 123, "right": right}]
    (folder / "eval.json").write_text(json.dumps(splits))
    (folder / "trust.json").write_text(json.dumps(limits))
    return folder


def test_points_stand_in_order_with_their_intervals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib", reason="extra 'train'")
    many, none = run(tmp_path / "many", 136 / 300, 86 / 123), run(tmp_path / "none", 0.38, 85 / 123)
    target = tmp_path / "curve.png"
    learning_curve.main(
        ["--point", "4500", str(many), "--point", "0", str(none), "--out", str(target)]
    )
    rows = capsys.readouterr().out.splitlines()
    assert rows[0] == "| sentences | held-out free (300) | strangers (123) |"
    assert rows[2] == "| 0 | 38.0 % (33 to 44) | 69.1 % (60 to 77) |"
    assert rows[3] == "| 4,500 | 45.3 % (40 to 51) | 69.9 % (61 to 77) |"
    assert target.read_bytes().startswith(b"\x89PNG")


def test_a_run_without_the_limit_is_told(tmp_path: Path) -> None:
    folder = run(tmp_path / "a", 0.5, 0.5)
    (folder / "trust.json").write_text(json.dumps([{"act_from": 0.5, "cases": 1, "right": 1.0}]))
    with pytest.raises(LLMAgentOSError, match="act_from 0"):
        learning_curve.point(10, folder)
