"""What is wrong with a folder is said by name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from safetensors.torch import load_file, save_file  # noqa: E402

from llm_edge.networks.families import load_decoder  # noqa: E402
from llm_edge.networks.model import Decoder, DecoderConfig  # noqa: E402
from llmagentos.errors import ModelError, ModelNotFoundError  # noqa: E402

CONFIG: dict[str, Any] = {
    "model_type": "llama",
    "vocab_size": 31,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "tie_word_embeddings": False,
    "max_position_embeddings": 32,
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = Decoder(
        DecoderConfig(
            vocab_size=31,
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            tie_word_embeddings=False,
        )
    )
    save_file(model.state_dict(), str(tmp_path / "model.safetensors"))
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    return tmp_path


def change(folder: Path, **settings: Any) -> None:
    (folder / "config.json").write_text(json.dumps({**CONFIG, **settings}))


def test_a_whole_folder_loads(folder: Path) -> None:
    assert load_decoder(folder).config.num_hidden_layers == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"model_type": "mamba"}, "expected a model_type of llama, qwen2, qwen3, got 'mamba'"),
        ({"use_sliding_window": True}, "use_sliding_window"),
        ({"hidden_act": "gelu"}, "expected hidden_act silu, got gelu"),
        ({"rope_scaling": {"type": "longrope"}}, "longrope"),
        ({"rope_scaling": {"rope_type": "linear"}}, "'factor' in rope_scaling"),
    ],
)
def test_unknown_settings(folder: Path, settings: dict[str, Any], words: str) -> None:
    change(folder, **settings)
    with pytest.raises(ModelError, match=words.replace("(", r"\(")):
        load_decoder(folder)


def test_missing_settings(folder: Path) -> None:
    (folder / "config.json").write_text('{"model_type": "qwen2", "vocab_size": 3}')
    with pytest.raises(ModelError, match=r"expected hidden_size, .* in config\.json"):
        load_decoder(folder)


@pytest.mark.parametrize(
    "name", ["model.layers.1.mlp.up_proj.weight", "model.norm.weight", "lm_head.weight"]
)
def test_a_missing_tensor_is_named(folder: Path, name: str) -> None:
    tensors = load_file(str(folder / "model.safetensors"))
    del tensors[name]
    save_file(tensors, str(folder / "model.safetensors"))
    with pytest.raises(ModelError, match=rf"expected tensor {name} \[.*\] in .*, got none"):
        load_decoder(folder)


def test_both_shapes_are_named(folder: Path) -> None:
    change(folder, intermediate_size=64)
    with pytest.raises(
        ModelError,
        match=r"expected shape \[32, 64\] for model\.layers\.0\.mlp\.down_proj\.weight in .*, got \[32, 48\]",
    ):
        load_decoder(folder)


def test_an_unexpected_tensor_is_named(folder: Path) -> None:
    change(folder, num_hidden_layers=1)
    with pytest.raises(ModelError, match=r"got model\.layers\.1\.\S+ \[.*\]"):
        load_decoder(folder)


def test_integers_are_refused(folder: Path) -> None:
    tensors = load_file(str(folder / "model.safetensors"))
    tensors["model.norm.weight"] = torch.ones(32, dtype=torch.int32)
    save_file(tensors, str(folder / "model.safetensors"))
    with pytest.raises(ModelError, match=r"model\.norm\.weight.*int32"):
        load_decoder(folder)


@pytest.mark.parametrize("keep", [0, 4, 100, 0.5, 0.999])
def test_truncated_files(folder: Path, keep: float) -> None:
    path = folder / "model.safetensors"
    data = path.read_bytes()
    path.write_bytes(data[: int(keep if isinstance(keep, int) else len(data) * keep)])
    with pytest.raises(ModelError, match=r"model\.safetensors, got a truncated or broken file"):
        load_decoder(folder)


def test_absent_files(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    with pytest.raises(ModelNotFoundError, match=r"expected model\.safetensors"):
        load_decoder(folder)
    (folder / "config.json").unlink()
    with pytest.raises(ModelNotFoundError, match=r"config\.json"):
        load_decoder(folder)


def test_an_index_that_lies(folder: Path) -> None:
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"model.extra": "model.safetensors"}})
    )
    with pytest.raises(ModelError, match=r"expected tensor model\.extra in"):
        load_decoder(folder)
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "../../etc/passwd"}})
    )
    with pytest.raises(ModelError, match="expected a file name for a"):
        load_decoder(folder)
    (folder / "model.safetensors.index.json").write_text(
        json.dumps({"weight_map": {"a": "gone.safetensors"}})
    )
    with pytest.raises(ModelNotFoundError, match=r"gone\.safetensors"):
        load_decoder(folder)
