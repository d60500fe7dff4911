"""What a training computes in, on processors with and without bfloat16; its curves."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from training.planner import train  # noqa: E402


@pytest.mark.parametrize(
    ("slow", "taken"), [("bfloat16", "float32"), ("float32", "bfloat16")], ids=str
)
def test_a_processor_computes_in_what_it_multiplies_quicker(
    monkeypatch: pytest.MonkeyPatch, slow: str, taken: str
) -> None:
    monkeypatch.setattr(train, "_matmul_s", lambda dtype: 1.0 if str(dtype).endswith(slow) else 0.1)
    assert train.precision_of("auto", "cpu") is getattr(torch, taken)


def test_what_is_asked_for_is_taken_and_a_gpu_takes_bfloat16() -> None:
    assert train.precision_of("float32", "cuda") is torch.float32
    assert train.precision_of("bfloat16", "cpu") is torch.bfloat16
    assert train.precision_of("auto", "cuda") is torch.bfloat16


def test_curves_of_a_run_that_was_resumed_with_other_sets(tmp_path: Path) -> None:
    log = [
        {"minutes": 1.0, "loss": 1.0, "exact_a": 0.1},
        {"minutes": 2.0, "loss": 0.5, "exact_b": 0.2},
    ]
    train.plot(log, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 1000
