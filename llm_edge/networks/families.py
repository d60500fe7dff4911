"""Hugging Face folders of the Llama, Qwen2 and Qwen3 families → our decoder.

Knows: config.json of these families (old and new field names), sharded safetensors, which tensors
a decoder needs. Does not know: tokenizers, export. Everything wrong with a folder is a ModelError
that names the file or tensor and, for shapes, both of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from llm_edge.networks.model import Decoder, DecoderConfig
from llm_edge.networks.rope import rope_type
from llmagentos.errors import ModelError, ModelNotFoundError

FAMILIES = ("llama", "qwen2", "qwen3")
#: Tables and caches are laid out for this many positions unless asked otherwise.
DEFAULT_POSITIONS = 4096
#: Tensors that old checkpoints carry and nobody needs.
_IGNORED = ("rotary_emb.inv_freq",)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from a checkpoint's folder. Raises ModelNotFoundError or ModelError."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelNotFoundError(f"expected {path}, got no such file") from None
    except (OSError, ValueError) as exc:
        raise ModelError(f"expected JSON in {path}, got: {exc}") from exc
    if not isinstance(content, dict):
        raise ModelError(f"expected an object in {path}, got {type(content).__name__}")
    return content


def decoder_config(config: dict[str, Any], max_positions: int = DEFAULT_POSITIONS) -> DecoderConfig:
    """A config.json's content → settings of our decoder. Raises ModelError on an unknown family
    or on what a family can do and this decoder cannot."""
    family = config.get("model_type")
    if family not in FAMILIES:
        raise ModelError(f"expected a model_type of {', '.join(FAMILIES)}, got {family!r}")
    if config.get("use_sliding_window"):
        raise ModelError("expected full attention, got use_sliding_window")
    act = config.get("hidden_act", "silu")
    if act not in ("silu", "swish"):
        raise ModelError(f"expected hidden_act silu, got {act}")
    missing = [
        k
        for k in (
            "vocab_size",
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
        )
        if k not in config
    ]
    if missing:
        raise ModelError(f"expected {', '.join(missing)} in config.json, got none")
    heads = int(config["num_attention_heads"])
    rope = config.get("rope_parameters") or config.get("rope_scaling")
    if rope_type(rope) == "default":
        scaling = None
    else:
        scaling = {k: v for k, v in (rope or {}).items() if k != "rope_theta"}
    theta = (rope or {}).get("rope_theta") or config.get("rope_theta") or 10000.0
    trained = int(config.get("max_position_embeddings") or 2048)
    biased = bool(config.get("attention_bias", False))
    return DecoderConfig(
        vocab_size=int(config["vocab_size"]),
        hidden_size=int(config["hidden_size"]),
        intermediate_size=int(config["intermediate_size"]),
        num_hidden_layers=int(config["num_hidden_layers"]),
        num_attention_heads=heads,
        num_key_value_heads=int(config.get("num_key_value_heads") or heads),
        head_dim=int(config.get("head_dim") or int(config["hidden_size"]) // heads),
        rms_norm_eps=float(config.get("rms_norm_eps", 1e-6)),
        rope_theta=float(theta),
        rope_scaling=scaling,
        max_position_embeddings=min(max_positions, trained),
        attention_bias=True if family == "qwen2" else biased,
        output_bias=False if family == "qwen2" else biased,
        mlp_bias=family == "llama" and bool(config.get("mlp_bias", False)),
        qk_norm=family == "qwen3",
        tie_word_embeddings=bool(config.get("tie_word_embeddings", False)),
        trained_positions=trained,
    )


def shards(folder: Path) -> dict[str, list[str]]:
    """File name → tensor names in it (all of them where there is one file)."""
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        weight_map = read_json(index).get("weight_map")
        if not isinstance(weight_map, dict) or not weight_map:
            raise ModelError(f"expected a weight_map in {index}, got {type(weight_map).__name__}")
        files: dict[str, list[str]] = {}
        for tensor, file in weight_map.items():
            if not isinstance(file, str) or Path(file).name != file:
                raise ModelError(f"expected a file name for {tensor} in {index}, got {file!r}")
            files.setdefault(file, []).append(tensor)
        return files
    if not (folder / "model.safetensors").is_file():
        raise ModelNotFoundError(
            f"expected model.safetensors or its index in {folder}, got neither"
        )
    return {"model.safetensors": []}


def _open(path: Path) -> Any:
    from safetensors import SafetensorError, safe_open

    try:
        return safe_open(str(path), framework="pt")
    except FileNotFoundError:
        raise ModelNotFoundError(f"expected {path}, got no such file") from None
    except (SafetensorError, OSError) as exc:
        raise ModelError(
            f"expected whole safetensors in {path}, got a truncated or broken file: {exc}"
        ) from exc


def load_weights(model: Decoder, folder: Path) -> None:
    """Fills the decoder from a folder's safetensors, as float32. Raises ModelError."""
    wanted = model.state_dict()
    if model.config.tie_word_embeddings:
        wanted.pop("lm_head.weight")
    seen: set[str] = set()
    for file, listed in shards(folder).items():
        with _open(folder / file) as f:
            held = set(f.keys())
            for name in sorted(set(listed) - held):
                raise ModelError(f"expected tensor {name} in {folder / file}, got none")
            for name in listed or sorted(held):
                if name not in wanted:
                    if name.endswith(_IGNORED) or (
                        name == "lm_head.weight" and model.config.tie_word_embeddings
                    ):
                        continue
                    raise ModelError(
                        f"expected only this family's tensors, got {name} "
                        f"{list(f.get_slice(name).get_shape())} in {folder / file}"
                    )
                _copy(name, f.get_tensor(name), wanted[name], folder / file)
                seen.add(name)
    missing = sorted(set(wanted) - seen)
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise ModelError(
            f"expected tensor {missing[0]} {list(wanted[missing[0]].shape)} in {folder}, got none{more}"
        )


def _copy(name: str, source: Tensor, target: Tensor, path: Path) -> None:
    if source.shape != target.shape:
        raise ModelError(
            f"expected shape {list(target.shape)} for {name} in {path}, got {list(source.shape)}"
        )
    if not source.is_floating_point():
        raise ModelError(
            f"expected floating point numbers for {name} in {path}, got {source.dtype}"
        )
    target.copy_(source)


def load_decoder(folder: str | Path, max_positions: int = DEFAULT_POSITIONS) -> Decoder:
    """The decoder of a Hugging Face folder, float32, in evaluation mode.

    max_positions: longest sequence that tables are laid out for. Raises ModelNotFoundError for
    absent files, ModelError for all else.
    """
    folder = Path(folder)
    config = decoder_config(read_json(folder / "config.json"), max_positions)
    with torch.no_grad():
        model = Decoder(config)
        load_weights(model, folder)
    return model.eval()


@torch.no_grad()
def logits(model: Decoder, ids: Tensor) -> Tensor:
    """Logits [S, V] for token ids [S], without a cache."""
    s = len(ids)
    mask = torch.full((s, s), float("-inf")).triu(1)[None, None]
    hidden, _ = model(model.model.embed_tokens(ids)[None], torch.arange(s)[None], mask)
    return model.logits(hidden[0])
