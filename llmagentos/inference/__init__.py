"""Networks that are not language models, run from ONNX files."""

from llmagentos.inference.network import OnnxNetwork

__all__ = ["OnnxNetwork"]
