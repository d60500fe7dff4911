"""Small networks made here in PyTorch and TensorFlow, converted to ONNX, give the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from llmagentos.errors import ModelError, ModelIntegrityError, ModelNotFoundError
from llmagentos.inference import OnnxNetwork


@pytest.fixture(scope="module")
def pytorch(tmp_path_factory: pytest.TempPathFactory):
    torch = pytest.importorskip("torch", reason="extra 'train'")
    pytest.importorskip("onnx", reason="extra 'train'")
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, stride=2),
        torch.nn.ReLU(),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 5),
    ).eval()
    path = tmp_path_factory.mktemp("torch") / "net.onnx"
    image = torch.zeros(1, 3, 32, 32)
    torch.onnx.export(
        net,
        (image,),
        str(path),
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "n"}, "scores": {0: "n"}},
        opset_version=17,
        dynamo=False,
    )
    return net, path


def test_pytorch(pytorch) -> None:
    import torch

    net, path = pytorch
    images = np.random.default_rng(1).normal(size=(4, 3, 32, 32)).astype(np.float32)
    with torch.no_grad():
        expected = net(torch.from_numpy(images)).numpy()
    found = OnnxNetwork(path)(images)
    assert list(found) == ["scores"] and np.abs(found["scores"] - expected).max() < 1e-5


def test_tensorflow(tmp_path: Path) -> None:
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed here")
    tf2onnx = pytest.importorskip("tf2onnx", reason="tf2onnx is not installed here")
    tf.random.set_seed(0)
    values = np.random.default_rng(0).normal(size=(3, 3, 3, 6)).astype(np.float32)

    @tf.function(input_signature=[tf.TensorSpec([None, 24, 24, 3], tf.float32, name="image")])
    def net(image):
        # made inside: a tensor from outside would become an input of the network
        weights = tf.constant(values)
        return tf.reduce_mean(tf.nn.relu(tf.nn.conv2d(image, weights, 2, "SAME")), axis=[1, 2])

    path = tmp_path / "net.onnx"
    tf2onnx.convert.from_function(
        net, input_signature=net.input_signature, opset=17, output_path=str(path)
    )
    images = np.random.default_rng(1).normal(size=(2, 24, 24, 3)).astype(np.float32)
    (found,) = OnnxNetwork(path)(images).values()
    assert np.abs(found - net(images).numpy()).max() < 1e-5


def test_the_shipped_colour_network() -> None:
    path = Path(__file__).parents[2] / "llmagentos/perception/weights/color.onnx"
    if not path.exists():
        pytest.skip("no colour network")
    network = OnnxNetwork(path)
    assert network.inputs and network.outputs and network.engine.endswith("ExecutionProvider")


def test_wrong_calls_are_named(pytorch) -> None:
    network = OnnxNetwork(pytorch[1])
    with pytest.raises(
        ModelError, match=r"expected shape \['n', 3, 32, 32\] for image, got \[1, 3, 31, 32\]"
    ):
        network(np.zeros((1, 3, 31, 32), np.float32))
    with pytest.raises(ModelError, match="expected float32 for image, got float64"):
        network(np.zeros((1, 3, 32, 32)))
    with pytest.raises(ModelError, match=r"expected inputs \['image'\], got \['picture'\]"):
        network({"picture": np.zeros((1, 3, 32, 32), np.float32)})


def test_wrong_files_are_named(pytorch, tmp_path: Path) -> None:
    with pytest.raises(ModelNotFoundError, match=r"gone\.onnx"):
        OnnxNetwork(tmp_path / "gone.onnx")
    (tmp_path / "bad.onnx").write_bytes(pytorch[1].read_bytes()[:200])
    with pytest.raises(ModelError, match=r"loadable ONNX network in .*bad\.onnx"):
        OnnxNetwork(tmp_path / "bad.onnx")
    with pytest.raises(ModelIntegrityError, match="expected SHA-256 00"):
        OnnxNetwork(pytorch[1], sha256="00")
