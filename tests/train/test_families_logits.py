"""Our decoder says what transformers says, for small random checkpoints of each family."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
transformers = pytest.importorskip("transformers", reason="the reference to compare with")

from llm_edge.networks.families import load_decoder, logits  # noqa: E402

SMALL: dict[str, Any] = {
    "vocab_size": 97,
    "hidden_size": 64,
    "intermediate_size": 112,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 64,
    "initializer_range": 0.3,
}
ROPE = {
    "linear": {"rope_type": "linear", "factor": 2.0},
    "llama3": {
        "rope_type": "llama3",
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    },
    "yarn": {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 16},
    "dynamic": {"rope_type": "dynamic", "factor": 2.0},
}
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "llama": ("Llama", {}),
    "llama-tied": ("Llama", {"tie_word_embeddings": True}),
    "llama-one-head": ("Llama", {"num_key_value_heads": 1, "head_dim": 24}),
    "llama-biases": ("Llama", {"attention_bias": True, "mlp_bias": True}),
    **{
        f"llama-{k}": ("Llama", {"rope_parameters": {**v, "rope_theta": 5000.0}})
        for k, v in ROPE.items()
    },
    "qwen2": (
        "Qwen2",
        {
            "tie_word_embeddings": True,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6},
        },
    ),
    "qwen2-untied": ("Qwen2", {"tie_word_embeddings": False}),
    "qwen3": ("Qwen3", {"head_dim": 32, "tie_word_embeddings": True}),
    "qwen3-yarn": (
        "Qwen3",
        {"head_dim": 16, "rope_parameters": {**ROPE["yarn"], "rope_theta": 1e6}},
    ),
}


def reference(case: str) -> Any:
    """A random model of transformers; biases and norms are random too."""
    family, settings = CASES[case]
    torch.manual_seed(7)
    model = getattr(transformers, f"{family}ForCausalLM")(
        getattr(transformers, f"{family}Config")(**{**SMALL, **settings})
    ).eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("bias") or "norm" in name:
                weight.add_(torch.randn_like(weight) * 0.2)
    return model


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("shard", ["4GB", "50KB"])
def test_logits_match_transformers(case: str, shard: str, tmp_path: Path) -> None:
    model = reference(case)
    model.save_pretrained(tmp_path, max_shard_size=shard)
    assert (shard == "50KB") == (tmp_path / "model.safetensors.index.json").exists()
    ids = torch.randint(0, 97, (40,), generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = model(ids[None]).logits[0]
    got = logits(load_decoder(tmp_path), ids)
    assert expected.std() > 0.1
    assert (got - expected).abs().max() < 1e-4


# `.float()` on the model would keep rotary tables that were rounded to bfloat16
def test_half_precision_files_are_read_as_float32(tmp_path: Path) -> None:
    model = reference("qwen3").to(torch.bfloat16)
    model.save_pretrained(tmp_path)
    ids = torch.arange(20)
    with torch.no_grad():
        again = type(model).from_pretrained(tmp_path, dtype=torch.float32)
        expected = again(ids[None]).logits[0]
    assert (logits(load_decoder(tmp_path), ids) - expected).abs().max() < 1e-4
