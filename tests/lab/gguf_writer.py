"""GGUF files for tests, written by hand: what llm_edge reads is held against this, not itself.

Knows: version 3, F32, Q8_0 and Q4_1 blocks, a byte-level vocabulary. Does not know: llm_edge.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers.pre_tokenizers import ByteLevel


def _text(value: str) -> bytes:
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def _value(value: Any) -> bytes:
    if isinstance(value, bool):
        return struct.pack("<IB", 7, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, str):
        return struct.pack("<I", 8) + _text(value)
    kind = 8 if isinstance(value[0], str) else 5
    items = b"".join(_text(v) if kind == 8 else struct.pack("<i", v) for v in value)
    return struct.pack("<IIQ", 9, kind, len(value)) + items


def blocks(values: np.ndarray, kind: str) -> tuple[int, bytes, np.ndarray]:
    """(type's number, bytes, what the bytes mean) of float32 values."""
    if kind == "F32" or values.ndim == 1:
        return 0, values.astype("<f4").tobytes(), values
    flat = values.reshape(-1, 32)
    if kind == "Q8_0":
        scale = (np.abs(flat).max(1, keepdims=True) / 127).astype(np.float16)
        q = np.rint(flat / np.maximum(scale.astype(np.float32), 1e-8)).astype(np.int8)
        raw = b"".join(s.tobytes() + r.tobytes() for s, r in zip(scale, q, strict=True))
        return 8, raw, (scale.astype(np.float32) * q).reshape(values.shape)
    low = flat.min(1, keepdims=True).astype(np.float16)
    scale = ((flat.max(1, keepdims=True) - low) / 15).astype(np.float16)
    q = np.clip(np.rint((flat - low) / np.maximum(scale, 1e-6)), 0, 15).astype(np.uint8)
    packed = q[:, :16] | (q[:, 16:] << 4)
    rows = zip(scale, low, packed, strict=True)
    raw = b"".join(s.tobytes() + m.tobytes() + p.tobytes() for s, m, p in rows)
    return 3, raw, (scale.astype(np.float32) * q + low.astype(np.float32)).reshape(values.shape)


def facts(**more: Any) -> dict[str, Any]:
    """Key-values of a tiny Llama with 256 bytes and three control tokens; `more` goes over them."""
    letters = sorted(ByteLevel.alphabet())
    words = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *letters, "th", "Ġr"]
    return {
        "general.architecture": "llama",
        "llama.block_count": 2,
        "llama.context_length": 256,
        "llama.embedding_length": 64,
        "llama.feed_forward_length": 96,
        "llama.attention.head_count": 4,
        "llama.attention.head_count_kv": 2,
        "llama.rope.freq_base": 10000.0,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "smollm",
        "tokenizer.ggml.tokens": words,
        "tokenizer.ggml.token_type": [3, 3, 3, *[1] * (len(letters) + 2)],
        "tokenizer.ggml.merges": ["t h", "Ġ r"],
        "tokenizer.ggml.bos_token_id": 1,
        "tokenizer.ggml.eos_token_id": 2,
        "tokenizer.chat_template": "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
        "{{ m['content'] }}<|im_end|>\n{% endfor %}<|im_start|>assistant\n",
        **more,
    }


def write(
    path: Path, tensors: dict[str, np.ndarray], kind: str, content: dict[str, Any]
) -> dict[str, np.ndarray]:
    """Writes the file; returns what its tensors mean."""
    head = struct.pack("<4sIQQ", b"GGUF", 3, len(tensors), len(content))
    head += b"".join(_text(k) + _value(v) for k, v in content.items())
    data, meant = b"", {}
    for name, values in tensors.items():
        number, raw, meant[name] = blocks(values, kind)
        dims = struct.pack(f"<{values.ndim}Q", *reversed(values.shape))
        head += _text(name) + struct.pack("<I", values.ndim) + dims
        head += struct.pack("<IQ", number, len(data))
        data += raw + b"\0" * (-len(raw) % 32)
    path.write_bytes(head + b"\0" * (-len(head) % 32) + data)
    return meant
