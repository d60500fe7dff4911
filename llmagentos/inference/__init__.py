"""Networks that are not language models, run from ONNX files: any, and three kinds with a card."""

from llmagentos.inference.card import NetworkCard, read_card
from llmagentos.inference.detector import Found, OnnxDetector
from llmagentos.inference.embedder import OnnxEmbedder
from llmagentos.inference.network import OnnxNetwork
from llmagentos.inference.segmenter import OnnxSegmenter

__all__ = [
    "Found",
    "NetworkCard",
    "OnnxDetector",
    "OnnxEmbedder",
    "OnnxNetwork",
    "OnnxSegmenter",
    "read_card",
]
