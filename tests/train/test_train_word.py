"""Training what hears a keyword: one moment of a hearing is enough, and several networks are one."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from llmagentos.speech.keywords import KeywordNetwork  # noqa: E402
from training.speech import train_word  # noqa: E402


def _rows(count: int, rng: np.random.Generator) -> train_word.Rows:
    """Hearings of four rows each; in every second one, one of its three moments with the word shows
    it, the others look like talk."""
    x = rng.normal(size=(4 * count, 384)).astype(np.float32)
    bag = np.repeat(np.arange(count), 4)
    y = np.where((bag % 2 == 0) & (np.arange(4 * count) % 4 > 0), 1, 0).astype(np.int8)
    shown = 8 * np.arange(count // 2) + rng.integers(1, 4, size=count // 2)
    x[shown, :20] += 3.0
    return train_word.Rows(x, y, bag.astype(np.int64), bag.astype(np.int64))


def test_a_word_shown_at_one_moment_is_learnt_and_written_as_one_network(tmp_path):
    rng = np.random.default_rng(1)
    rows, apart = _rows(1200, rng), _rows(200, rng)
    networks = [train_word.train(rows, 6, seed) for seed in (1, 2)]
    whole = train_word.several(networks)
    x = torch.tensor(apart.x)
    with torch.no_grad():
        mean = (networks[0](x) + networks[1](x)) / 2
        assert torch.allclose(whole(x), mean, atol=1e-4)
        sure = torch.sigmoid(whole(x)).numpy()
    threshold, missed, false = train_word.judged(sure, apart, 0.02)
    assert missed <= 0.03
    assert false * (apart.y == 0).sum() / train_word._LOOKS_HZ / 3600 < 3
    path = tmp_path / "word.safetensors"
    train_word.save(whole, threshold, {"said": "100"}, path)
    network = KeywordNetwork(path)
    assert network.threshold == pytest.approx(threshold, abs=1e-4)
    assert np.allclose(network(apart.x), sure, atol=1e-4)


def test_a_folder_without_shards_is_told(tmp_path):
    with pytest.raises(SystemExit, match="expected shards of word_data in"):
        train_word.load(tmp_path, "stop")
