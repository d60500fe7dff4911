"""The average of several planners' weights."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402
from training.planner import soup  # noqa: E402


def state(value: float, words: tuple[str, ...] = ("put",)) -> dict[str, object]:
    return {"model": {"w": torch.full((2, 3), value)}, "words": words, "decoder": {"layers": 1}}


def test_weights_are_averaged_by_their_shares() -> None:
    mixed = soup.average([state(1.0), state(4.0)], [2.0, 1.0])
    assert torch.allclose(mixed["model"]["w"], torch.full((2, 3), 2.0))
    assert (mixed["words"], mixed["decoder"]) == (("put",), {"layers": 1})


def test_other_plan_words_are_refused() -> None:
    with pytest.raises(ModelError, match="same plan words"):
        soup.average([state(1.0), state(1.0, ("pick",))], [1.0, 1.0])


def test_a_checkpoints_running_average_counts(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    torch.save(state(1.0) | {"average": {"w": torch.full((2, 3), 5.0)}}, path)
    assert float(soup.load(str(path))["model"]["w"][0, 0]) == 5.0


def test_the_shipped_model_can_be_one_of_them() -> None:
    whole = soup.load(DEFAULT_MODEL)
    mixed = soup.average([whole, whole], [1.0, 1.0])
    for name, value in whole["model"].items():
        assert torch.allclose(mixed["model"][name], value.float())
