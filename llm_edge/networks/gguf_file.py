"""GGUF files → folders in Hugging Face layout, without the gguf package.

Knows: the file format (version 2 and 3), blocks of 4, 5 and 8 bits, which tensor is which in the
Llama and Qwen architectures, that llama.cpp keeps the query and key rows of a Llama permuted.
Does not know: tokenizers (gguf_tokenizer.py), our network, export.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from llm_edge.networks.gguf_tokenizer import ends, write_tokenizer
from llmagentos.errors import ModelError
from llmagentos.files import refusing, write_text

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

_SCALARS = "BbHhIifBSAQqd"  # S: text, A: array; by the type's number
#: Architectures, each with whether its query and key rows are permuted.
_PERMUTED = {"llama": True, "qwen2": False, "qwen3": False}
_LAYER = {
    "attn_norm": "input_layernorm",
    "attn_q": "self_attn.q_proj",
    "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj",
    "attn_q_norm": "self_attn.q_norm",
    "attn_k_norm": "self_attn.k_norm",
    "ffn_norm": "post_attention_layernorm",
    "ffn_gate": "mlp.gate_proj",
    "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}
_TOP = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}


# --- numbers in few bits -------------------------------------------------------------------------


def _half(block: Bytes) -> Floats:
    """Two bytes a block [N, 2] → float32 [N, 1]."""
    return np.ascontiguousarray(block).view(np.float16).astype(np.float32)


def _nibbles(block: Bytes) -> Floats:
    """16 bytes a block → 32 numbers 0 to 15: first all low halves, then all high ones."""
    return np.concatenate([block & 15, block >> 4], axis=1).astype(np.float32)


def _fifth(bits: Bytes) -> Floats:
    """Four bytes a block → the fifth bit of its 32 numbers, times 16."""
    return np.unpackbits(bits, axis=1, bitorder="little").astype(np.float32) * 16


@dataclass(frozen=True)
class _Kind:
    """A tensor type: numbers and bytes of a block, and how bytes [N, size] become floats."""

    name: str
    count: int
    size: int
    floats: Callable[[Bytes], Floats]


#: By the type's number in the file.
_KINDS = {
    0: _Kind("F32", 1, 4, lambda b: np.ascontiguousarray(b).view(np.float32)),
    1: _Kind("F16", 1, 2, _half),
    2: _Kind("Q4_0", 32, 18, lambda b: _half(b[:, :2]) * (_nibbles(b[:, 2:]) - 8)),
    3: _Kind("Q4_1", 32, 20, lambda b: _half(b[:, :2]) * _nibbles(b[:, 4:]) + _half(b[:, 2:4])),
    6: _Kind(
        "Q5_0", 32, 22, lambda b: _half(b[:, :2]) * (_nibbles(b[:, 6:]) + _fifth(b[:, 2:6]) - 16)
    ),
    7: _Kind(
        "Q5_1",
        32,
        24,
        lambda b: _half(b[:, :2]) * (_nibbles(b[:, 8:]) + _fifth(b[:, 4:8])) + _half(b[:, 2:4]),
    ),
    8: _Kind("Q8_0", 32, 34, lambda b: _half(b[:, :2]) * b[:, 2:].view(np.int8).astype(np.float32)),
    30: _Kind(
        "BF16",
        1,
        2,
        lambda b: (np.ascontiguousarray(b).view(np.uint16).astype(np.uint32) << 16).view(
            np.float32
        ),
    ),
}


# --- the file ------------------------------------------------------------------------------------


class _Reader:
    """Walks over the header. Raises ModelError where the file ends too early."""

    def __init__(self, data: Any, path: Path):
        self.data, self.path, self.at = data, path, 0

    def take(self, form: str) -> Any:
        try:
            (value,) = struct.unpack_from(f"<{form}", self.data, self.at)
        except struct.error as exc:
            raise ModelError(f"expected a whole GGUF file at {self.path}, got {exc}") from exc
        self.at += struct.calcsize(f"<{form}")
        return value

    def text(self) -> str:
        size = self.take("Q")
        if self.at + size > len(self.data):
            raise ModelError(f"expected a whole GGUF file at {self.path}, got one that is cut off")
        raw = bytes(self.data[self.at : self.at + size])
        self.at += size
        return raw.decode("utf-8", errors="replace")

    def value(self, kind: int) -> Any:
        if kind >= len(_SCALARS):
            raise ModelError(f"expected a GGUF type of 0 to 12 in {self.path}, got {kind}")
        if kind == 8:
            return self.text()
        if kind == 9:
            inner, count = self.take("I"), self.take("Q")
            if count > len(self.data):
                raise ModelError(f"expected a whole GGUF file at {self.path}, got {count} values")
            return [self.value(inner) for _ in range(count)]
        return bool(self.take("B")) if kind == 7 else self.take(_SCALARS[kind])


class GGUFFile:
    """An open file. `facts`: its key-value part; `shapes`: name → shape, outermost first.
    Raises ModelError for what is no whole GGUF file."""

    def __init__(self, path: Path):
        self.path = path
        with refusing(path, "a GGUF file"), path.open("rb") as file:
            if file.read(4) != b"GGUF":
                raise ModelError(f"expected a GGUF file at {path}, got another kind of file")
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        r = _Reader(self._data, path)
        r.at = 4
        version, tensors, facts = r.take("I"), r.take("Q"), r.take("Q")
        if version not in (2, 3):
            raise ModelError(f"expected GGUF version 2 or 3 in {path}, got {version}")
        self.facts: dict[str, Any] = {}
        for _ in range(facts):
            key = r.text()
            self.facts[key] = r.value(r.take("I"))
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(tensors):
            name = r.text()
            dims = [r.take("Q") for _ in range(r.take("I"))]
            self.shapes[name] = tuple(reversed(dims))
            self._places[name] = (r.take("I"), r.take("Q"))
        align = int(self.facts.get("general.alignment", 32))
        self._start = -(-r.at // align) * align

    def fact(self, key: str) -> Any:
        """A value of the key-value part. Raises ModelError where it isn't there."""
        if key not in self.facts:
            raise ModelError(f"expected {key} in {self.path}, got none")
        return self.facts[key]

    def tensor(self, name: str) -> Floats:
        """A tensor as float32, as the file's blocks say. Raises ModelError for unknown blocks."""
        number, offset = self._places[name]
        kind = _KINDS.get(number)
        if kind is None:
            known = ", ".join(k.name for k in _KINDS.values())
            raise ModelError(
                f"expected {name} in {self.path} in {known}, got GGUF tensor type {number}"
            )
        blocks = int(np.prod(self.shapes[name])) // kind.count
        begin = self._start + offset
        if begin + blocks * kind.size > len(self._data):
            raise ModelError(f"expected {name} whole in {self.path}, got a file that is cut off")
        raw = np.frombuffer(self._data, np.uint8, blocks * kind.size, begin)
        return kind.floats(raw.reshape(blocks, kind.size)).reshape(self.shapes[name])

    def close(self) -> None:
        """Let go of the file; at once, unless an error on its way still looks into it."""
        with contextlib.suppress(BufferError):
            self._data.close()


def rows_unpermuted(w: Floats, heads: int) -> Floats:
    """Query or key rows as llama.cpp keeps them (pairs of a rotation side by side) → as Hugging
    Face does (the halves of a head one after the other)."""
    shape = w.shape
    return w.reshape(heads, shape[0] // heads // 2, 2, -1).swapaxes(1, 2).reshape(shape)


def _name(name: str) -> str | None:
    """Hugging Face's name of a tensor; None for what no decoder needs."""
    parts = name.split(".")
    if parts[0] == "blk" and len(parts) == 4 and parts[2] in _LAYER:
        return f"model.layers.{parts[1]}.{_LAYER[parts[2]]}.{parts[3]}"
    return f"{_TOP[parts[0]]}.{parts[1]}" if parts[0] in _TOP else None


def config(file: GGUFFile) -> dict[str, Any]:
    """config.json's content. Raises ModelError for another architecture."""
    kind = str(file.fact("general.architecture"))
    if kind not in _PERMUTED:
        raise ModelError(f"expected an architecture of {', '.join(_PERMUTED)} in {file.path}, got {kind}")  # fmt: skip
    if file.facts.get(f"{kind}.rope.scaling.type", "none") not in ("none", ""):
        raise ModelError(f"expected rotations without scaling in {file.path}, got scaled ones")
    heads = int(file.fact(f"{kind}.attention.head_count"))
    width = int(file.fact(f"{kind}.embedding_length"))
    ids = ends(file.facts)
    return {
        "model_type": kind,
        "hidden_act": "silu",
        "vocab_size": file.shapes["token_embd.weight"][0],
        "hidden_size": width,
        "intermediate_size": int(file.fact(f"{kind}.feed_forward_length")),
        "num_hidden_layers": int(file.fact(f"{kind}.block_count")),
        "num_attention_heads": heads,
        "num_key_value_heads": int(file.facts.get(f"{kind}.attention.head_count_kv", heads)),
        "head_dim": int(file.facts.get(f"{kind}.attention.key_length", width // heads)),
        "rms_norm_eps": float(file.fact(f"{kind}.attention.layer_norm_rms_epsilon")),
        "rope_theta": float(file.facts.get(f"{kind}.rope.freq_base", 10000.0)),
        "max_position_embeddings": int(file.fact(f"{kind}.context_length")),
        "tie_word_embeddings": "output.weight" not in file.shapes,
        "bos_token_id": file.facts.get("tokenizer.ggml.bos_token_id"),
        "eos_token_id": ids[0] if len(ids) == 1 else ids,
    }


def tensors(file: GGUFFile, settings: dict[str, Any]) -> dict[str, Floats]:
    """Every tensor by Hugging Face's name, query and key rows in its order."""
    heads = {
        "attn_q": settings["num_attention_heads"],
        "attn_k": settings["num_key_value_heads"],
    }
    out = {}
    for name in file.shapes:
        theirs = _name(name)
        if theirs is None:
            if name != "rope_freqs.weight":
                raise ModelError(f"expected tensors of a decoder in {file.path}, got {name}")
            raise ModelError(f"expected rotations without scaling in {file.path}, got {name}")
        value = file.tensor(name)
        part = name.split(".")[2] if name.startswith("blk.") else ""
        if part in heads and _PERMUTED[settings["model_type"]]:
            value = rows_unpermuted(value, int(heads[part]))
        out[theirs] = np.ascontiguousarray(value)
    return out


def unpack(path: Path, folder: Path) -> None:
    """A GGUF file → config.json, model.safetensors (float32), tokenizer files in `folder`.

    Raises ModelError for what is no such file, or of an architecture, blocks or a tokenizer that
    are not known here; FileError where nothing can be written.
    """
    from safetensors.numpy import save_file

    file = GGUFFile(path)
    try:
        settings = config(file)
        with refusing(folder, "a folder that can be written"):
            folder.mkdir(parents=True, exist_ok=True)
            save_file(tensors(file, settings), str(folder / "model.safetensors"))
        text = json.dumps(settings, indent=1) + "\n"
        write_text(folder / "config.json", text, "a config.json that can be written")
        write_tokenizer(file.facts, folder, path)
    finally:
        file.close()
