"""A tiny Qwen3 folder made here, exported and run: chat, prefix cache, grammar, stops."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
pytest.importorskip("onnx", reason="extra 'train'")

from safetensors.torch import save_file  # noqa: E402
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers  # noqa: E402

from llm_edge.chat import ChatTokenizer  # noqa: E402
from llm_edge.decoding import Sampling  # noqa: E402
from llm_edge.networks.export_text import export_folder  # noqa: E402
from llm_edge.networks.families import load_decoder, logits  # noqa: E402
from llm_edge.networks.model import Decoder, DecoderConfig  # noqa: E402
from llm_edge.text import TextGeneration, TextModel  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def make_checkpoint(folder: Path) -> None:
    folder.mkdir()
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer, tokenizer.decoder = (
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        decoders.ByteLevel(),
    )
    special = ["<|im_start|>", "<|im_end|>"]
    trainer = trainers.BpeTrainer(
        vocab_size=400, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
    )
    tokenizer.train_from_iterator(
        ["put the red block into the blue bowl and stack the cups"] * 20, trainer
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    size, end = tokenizer.get_vocab_size(), tokenizer.token_to_id("<|im_end|>")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"chat_template": TEMPLATE, "eos_token": "<|im_end|>"})
    )
    settings = {
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 256,
        "tie_word_embeddings": True,
    }
    config = {"model_type": "qwen3", "vocab_size": size, "eos_token_id": end, **settings}
    (folder / "config.json").write_text(json.dumps(config))
    torch.manual_seed(5)
    model = Decoder(DecoderConfig(vocab_size=size, qk_norm=True, **settings))  # type: ignore[arg-type]
    with torch.no_grad():
        for weight in model.parameters():
            weight.add_(torch.randn_like(weight) * 0.2)
    tensors = {k: v for k, v in model.state_dict().items() if k != "lm_head.weight"}
    save_file(tensors, str(folder / "model.safetensors"))


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hf") / "tiny"
    make_checkpoint(folder)
    return folder


@pytest.fixture(scope="module")
def model(checkpoint: Path) -> TextModel:
    out = checkpoint.parent / "exported"
    export_folder(checkpoint, out, 256)
    return TextModel(out, engine="cpu")


SYSTEM = {
    "role": "system",
    "content": "You move a robot arm. Scene: the red block, the blue bowl, the cups.",
}


def test_the_rewritten_graph_is_used(model: TextModel) -> None:
    # norms over heads (Qwen3) are in it too; a graph that differed would leave a note
    assert model.engine.note == ""


def ask(text: str) -> list[dict[str, str]]:
    return [SYSTEM, {"role": "user", "content": text}]


def test_greedy_tokens_are_torchs(model: TextModel, checkpoint: Path) -> None:
    decoder, out = load_decoder(checkpoint), TextGeneration()
    model.generate("put the red block", Sampling(max_tokens=20), result=out)
    ids = model.tokenizer.encode("put the red block")
    for token in out.tokens:
        assert int(logits(decoder, torch.tensor(ids))[-1].argmax()) == token
        ids.append(token)
    assert out.stop == "length" and len(out.tokens) == 20


def test_chat_template_is_transformers(checkpoint: Path) -> None:
    transformers = pytest.importorskip("transformers")
    theirs = transformers.PreTrainedTokenizerFast(
        tokenizer_file=str(checkpoint / "tokenizer.json"), chat_template=TEMPLATE
    )
    ours = ChatTokenizer(checkpoint)
    text = ours.render(ask("stack the cups"))
    assert text == theirs.apply_chat_template(
        ask("stack the cups"), tokenize=False, add_generation_prompt=True
    )
    assert ours.encode(text) == theirs(text, add_special_tokens=False)["input_ids"]
    assert text.endswith("<|im_start|>assistant\n")


def test_a_template_cannot_reach_out(checkpoint: Path) -> None:
    tokenizer = ChatTokenizer(checkpoint)
    tokenizer.template = "{{ ''.__class__.__mro__[1].__subclasses__() }}"
    with pytest.raises(ModelError, match="expected messages that the chat template takes"):
        tokenizer.render(ask("x"))
    tokenizer.template = None
    with pytest.raises(ModelError, match="expected a chat template"):
        tokenizer.render(ask("x"))


def test_a_second_command_reads_only_what_is_new(model: TextModel) -> None:
    first, second, alone = TextGeneration(), TextGeneration(), TextGeneration()
    model.generate(ask("put the red block into the bowl"), Sampling(max_tokens=8), result=first)
    model.generate(ask("stack the cups"), Sampling(max_tokens=8), result=second)
    shared = len(
        model.tokenizer.encode(model.tokenizer.render([SYSTEM], add_generation_prompt=False))
    )
    assert second.reused_tokens >= shared
    model._session = None
    model.generate(ask("stack the cups"), Sampling(max_tokens=8), result=alone)
    assert alone.reused_tokens == 0 and alone.tokens == second.tokens


@pytest.mark.parametrize("temperature", [0.0, 1.0])
def test_answers_keep_to_the_schema(model: TextModel, temperature: float) -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {
            "skill": {"enum": ["pick", "put"]},
            "count": {"type": "integer", "minimum": 0, "maximum": 9},
        },
        "required": ["skill", "count"],
        "additionalProperties": False,
    }
    for seed in range(3):
        text = model.generate(
            "put the red block", Sampling(temperature, 0.9, seed, 120), schema=schema
        )
        answer = json.loads(text)
        assert answer["skill"] in ("pick", "put") and 0 <= answer["count"] <= 9


def test_forced_tokens_are_read_at_once(model: TextModel) -> None:
    calls, feed = [], type(model.engine.start(None)).feed
    model.generate("go", Sampling(max_tokens=4))
    session = model._session

    def count(ids: list[int]) -> np.ndarray:
        calls.append(len(ids))
        return feed(session, ids)

    session.feed = count
    try:
        text = model.generate(
            "go",
            Sampling(max_tokens=60),
            lark='start: "put " ("a"|"the") " red block into the blue bowl and " ("stack"|"put")',
        )
    finally:
        del session.feed
    assert " red block into the blue bowl and " in text and max(calls) > 1


def test_sampling_repeats_by_its_seed(model: TextModel) -> None:
    texts = [model.generate("put", Sampling(1.0, 0.95, seed, 12)) for seed in (1, 1, 2)]
    assert texts[0] == texts[1] != texts[2]


def test_stop_words_are_not_part_of_the_answer(model: TextModel) -> None:
    whole = model.generate("put the", Sampling(max_tokens=24))
    stop = whole[6:9]
    out = TextGeneration()
    assert (
        model.generate("put the", Sampling(max_tokens=24), stop=[stop], result=out)
        == whole[: whole.find(stop)]
    )
    assert out.stop == "end"


def test_limits_and_cancelling(model: TextModel) -> None:
    out = TextGeneration()
    model.generate("put", Sampling(max_tokens=50, time_limit_s=0.0), result=out)
    assert out.stop == "time" and len(out.tokens) == 1
    out, cancel = TextGeneration(), threading.Event()
    pieces = model.stream("put", Sampling(max_tokens=200), cancel=cancel, result=out)
    next(pieces)
    thread = threading.Thread(target=cancel.set)
    thread.start()
    thread.join()
    list(pieces)
    assert out.stop == "cancelled" and len(out.tokens) < 200


def test_a_grammar_that_is_none_is_an_error(model: TextModel) -> None:
    with pytest.raises(ModelError, match="expected a grammar"):
        model.generate("put", lark="start: (((")
