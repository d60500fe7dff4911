"""Other people's checkpoints by their path: Hugging Face folders and GGUF files, exported once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
from lab import gguf_writer  # noqa: E402
from safetensors.numpy import load_file  # noqa: E402

from llm_edge import checkpoints, manage  # noqa: E402
from llm_edge.chat import ChatTokenizer  # noqa: E402
from llm_edge.llm import LLM  # noqa: E402
from llm_edge.networks import families, gguf_file  # noqa: E402
from llmagentos.agent import Agent  # noqa: E402
from llmagentos.errors import ModelError, ModelNotFoundError  # noqa: E402


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def _tensors(seed: int = 0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)

    def matrix(rows: int, columns: int) -> np.ndarray:
        return rng.normal(0, 0.1, (rows, columns)).astype(np.float32)

    out = {"token_embd.weight": matrix(261, 64), "output_norm.weight": np.ones(64, np.float32)}
    for i in range(2):
        out |= {
            f"blk.{i}.attn_norm.weight": np.ones(64, np.float32),
            f"blk.{i}.ffn_norm.weight": np.ones(64, np.float32),
            f"blk.{i}.attn_q.weight": matrix(64, 64),
            f"blk.{i}.attn_k.weight": matrix(32, 64),
            f"blk.{i}.attn_v.weight": matrix(32, 64),
            f"blk.{i}.attn_output.weight": matrix(64, 64),
            f"blk.{i}.ffn_gate.weight": matrix(96, 64),
            f"blk.{i}.ffn_up.weight": matrix(96, 64),
            f"blk.{i}.ffn_down.weight": matrix(64, 96),
        }
    return out


def _gguf(path: Path, kind: str = "Q8_0", **facts: Any) -> dict[str, np.ndarray]:
    return gguf_writer.write(path, _tensors(), kind, gguf_writer.facts(**facts))


@pytest.mark.parametrize("kind", ["F32", "Q8_0", "Q4_1"])
def test_blocks_mean_what_was_written_and_rows_are_unpermuted(tmp_path: Path, kind: str) -> None:
    meant = _gguf(tmp_path / "tiny.gguf", kind)
    gguf_file.unpack(tmp_path / "tiny.gguf", tmp_path / "hf")
    got = load_file(str(tmp_path / "hf" / "model.safetensors"))
    assert np.array_equal(got["model.embed_tokens.weight"], meant["token_embd.weight"])
    assert np.array_equal(
        got["model.layers.1.mlp.down_proj.weight"], meant["blk.1.ffn_down.weight"]
    )
    # llama.cpp's converter: the two halves of a head are laid side by side
    q = got["model.layers.0.self_attn.q_proj.weight"]
    theirs = q.reshape(4, 2, 8, 64).swapaxes(1, 2).reshape(64, 64)
    assert np.array_equal(theirs, meant["blk.0.attn_q.weight"])
    config = json.loads((tmp_path / "hf" / "config.json").read_text())
    assert config["tie_word_embeddings"] and config["num_key_value_heads"] == 2
    assert config["eos_token_id"] == [2, 0]
    families.load_decoder(tmp_path / "hf")  # every tensor that a decoder needs


def test_the_tokenizer_of_a_gguf_file(tmp_path: Path) -> None:
    _gguf(tmp_path / "tiny.gguf")
    gguf_file.unpack(tmp_path / "tiny.gguf", tmp_path / "hf")
    tok = ChatTokenizer(tmp_path / "hf")
    for text in ("the robots' 3.5 cm, naïve 😀", "  two\n\tlines"):
        assert tok.decode(tok.encode(text)) == text
    assert len(tok.encode("th")) == 1 and len(tok.encode("12")) == 2
    assert tok.encode("a<|im_end|>")[-1] == 2
    said = tok.render([{"role": "user", "content": "hi"}])
    assert said == "<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant"


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"general.architecture": "mamba"}, "expected an architecture of llama, qwen2, qwen3"),
        ({"tokenizer.ggml.model": "llama"}, "expected a byte-level BPE tokenizer"),
        ({"tokenizer.ggml.pre": "tekken"}, "expected a tokenizer that cuts text as gpt-2"),
        ({"llama.rope.scaling.type": "yarn"}, "expected rotations without scaling"),
    ],
)
def test_what_is_not_known_is_named(tmp_path: Path, facts: dict[str, Any], message: str) -> None:
    _gguf(tmp_path / "tiny.gguf", **facts)
    with pytest.raises(ModelError, match=message):
        gguf_file.unpack(tmp_path / "tiny.gguf", tmp_path / "hf")


def test_broken_files_are_named(tmp_path: Path) -> None:
    _gguf(tmp_path / "tiny.gguf")
    whole = (tmp_path / "tiny.gguf").read_bytes()
    for size in (10, 200, 5000, len(whole) - 500):
        (tmp_path / "cut.gguf").write_bytes(whole[:size])
        with pytest.raises(ModelError, match="expected"):
            gguf_file.unpack(tmp_path / "cut.gguf", tmp_path / "hf")
    (tmp_path / "cut.gguf").write_bytes(b"PK" + whole[2:])
    with pytest.raises(ModelError, match="got another kind of file"):
        LLM(str(tmp_path / "cut.gguf"))


def test_a_gguf_file_and_a_folder_by_path_are_exported_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _gguf(tmp_path / "tiny.gguf")
    gguf_file.unpack(tmp_path / "tiny.gguf", tmp_path / "hf")
    facts = manage.info(str(tmp_path / "hf"))
    assert facts["kind"] == "checkpoint, exported at its first use"
    assert facts["checkpoint"]["num_hidden_layers"] == 2
    from_file = LLM(str(tmp_path / "tiny.gguf"))
    llm = LLM(str(tmp_path / "hf"))
    assert "exporting, once" in capsys.readouterr().err
    said = Agent(llm).generate_text("hello", max_tokens=12)
    assert said == from_file.generate_text("hello", max_tokens=12)
    turns = [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]
    assert llm.generate_text([*turns, {"role": "user", "content": "hello"}], max_tokens=4)
    with pytest.raises(ModelError, match="expected messages with role and content"):
        llm.generate_text([{"says": "hello"}])
    again = LLM(str(tmp_path / "hf"))
    assert again.generate_text("hello", max_tokens=12) == said
    assert capsys.readouterr().err == ""
    assert manage.info(str(tmp_path / "hf"))["cpu_graph"] == "rewritten"
    # another file under the same name is another model
    kept = checkpoints.kept_at(tmp_path / "hf")
    weights = tmp_path / "hf" / "model.safetensors"
    weights.write_bytes(weights.read_bytes())
    assert checkpoints.kept_at(tmp_path / "hf") != kept


def test_a_folder_that_is_neither(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="expected"):
        LLM(str(tmp_path / "empty"))
    with pytest.raises(ModelNotFoundError, match=r"expected manifest\.json"):
        manage.add(str(tmp_path / "empty"), "mine")
    _gguf(tmp_path / "tiny.gguf")
    added = manage.add(str(tmp_path / "tiny.gguf"), "tiny", quantization="none")
    assert json.loads((added / "manifest.json").read_text())["name"] == "tiny"
    shutil.rmtree(added)


def test_no_run_of_words_comes_twice(tmp_path: Path) -> None:
    _gguf(tmp_path / "tiny.gguf")
    llm = LLM(str(tmp_path / "tiny.gguf"))
    text = llm._server._text
    from llm_edge.decoding import Sampling
    from llm_edge.text import TextGeneration

    def runs(no_repeat: int) -> int:
        out = TextGeneration()
        text.generate("hello", Sampling(max_tokens=80, no_repeat=no_repeat), result=out)
        several = [tuple(out.tokens[i : i + 3]) for i in range(len(out.tokens) - 2)]
        return len(several) - len(set(several))

    assert runs(3) == 0 < runs(0)
