"""The tokenizer in a GGUF file → tokenizer.json and tokenizer_config.json.

Knows: byte-level BPE with the ways of cutting text that GPT-2, SmolLM, Qwen 2 and Llama 3 have,
which tokens are words for roles and ends. Does not know: tensors, models.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers, processors

from llmagentos.errors import ModelError
from llmagentos.files import write_text

_CONTROL, _USER = 3, 4
#: Words that end an answer wherever a vocabulary has them as control tokens.
_ENDS = ("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "</s>")
_WORDS = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def _cut(kind: str) -> Any:
    """How text is cut before the merges."""
    plain = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    if kind in ("gpt-2", "gpt2", "default"):
        return plain
    if kind == "smollm":
        return pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), plain])
    several = {"qwen2": "", "llama-bpe": "{1,3}", "llama3": "{1,3}"}
    if kind not in several:
        known = ", ".join(("gpt-2", "smollm", *several))
        raise ModelError(f"expected a tokenizer that cuts text as {known}, got {kind}")
    split = pre_tokenizers.Split(Regex(_WORDS % several[kind]), "isolated")
    return pre_tokenizers.Sequence(
        [split, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
    )


def ends(facts: dict[str, Any]) -> list[int]:
    """Ids that end an answer, the file's own first."""
    words, kinds = facts.get("tokenizer.ggml.tokens", []), facts.get("tokenizer.ggml.token_type")
    found = [facts.get(f"tokenizer.ggml.{k}_token_id") for k in ("eos", "eot")]
    known = {w: i for i, w in enumerate(words) if kinds is None or kinds[i] == _CONTROL}
    found += [known.get(word) for word in _ENDS]
    return list(dict.fromkeys(int(i) for i in found if i is not None))


def write_tokenizer(facts: dict[str, Any], folder: Path, path: Path) -> None:
    """Both files. path: the GGUF file, for what is said. Raises ModelError for other tokenizers."""
    kind = facts.get("tokenizer.ggml.model")
    if kind != "gpt2":
        raise ModelError(f"expected a byte-level BPE tokenizer (gpt2) in {path}, got {kind}")
    try:
        words: list[str] = facts["tokenizer.ggml.tokens"]
        merges = [tuple(m.split(" ", 1)) for m in facts["tokenizer.ggml.merges"]]
    except KeyError as exc:
        raise ModelError(f"expected {exc.args[0]} in {path}, got none") from exc
    kinds = facts.get("tokenizer.ggml.token_type") or [1] * len(words)
    try:
        tok = Tokenizer(models.BPE({w: i for i, w in enumerate(words)}, merges))
    except Exception as exc:  # the tokenizers package raises bare Exception
        raise ModelError(f"expected words and merges that fit in {path}, got: {exc}") from exc
    tok.pre_tokenizer = _cut(str(facts.get("tokenizer.ggml.pre", "default")))
    tok.decoder = decoders.ByteLevel()
    tok.add_tokens([AddedToken(w, normalized=False) for w, k in zip(words, kinds, strict=True) if k == _USER])  # fmt: skip
    control = [w for w, k in zip(words, kinds, strict=True) if k == _CONTROL]
    tok.add_special_tokens([AddedToken(w, normalized=False, special=True) for w in control])

    def word(name: str) -> str | None:
        index = facts.get(f"tokenizer.ggml.{name}_token_id")
        return None if index is None else words[int(index)]

    begins = word("bos")
    if facts.get("tokenizer.ggml.add_bos_token") and begins:
        tok.post_processor = processors.Sequence(
            [
                processors.ByteLevel(trim_offsets=False),
                processors.TemplateProcessing(
                    single=f"{begins} $A",
                    special_tokens=[(begins, tok.token_to_id(begins))],
                ),
            ]
        )
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": begins,
        "eos_token": word("eos"),
        "pad_token": word("padding"),
        "unk_token": word("unknown"),
        "chat_template": facts.get("tokenizer.chat_template"),
    }
    given = {k: v for k, v in settings.items() if v is not None}
    for name, text in (
        ("tokenizer.json", tok.to_str()),
        ("tokenizer_config.json", json.dumps(given, indent=1, ensure_ascii=False) + "\n"),
    ):
        write_text(folder / name, text, "a tokenizer that can be written")
