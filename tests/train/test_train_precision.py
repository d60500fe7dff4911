"""What a training computes in, on processors with and without bfloat16."""

from __future__ import annotations

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
