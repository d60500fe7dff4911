"""Tokenizers and chat templates of Hugging Face folders, without transformers.

Knows: tokenizer.json, tokenizer_config.json, chat_template.jinja or .json. Does not know: models. Templates
are code from a checkpoint: they run in Jinja's sandbox.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from llmagentos.errors import FileError, MissingDependencyError, ModelError, ModelNotFoundError
from llmagentos.files import read_json, read_text

Message = dict[str, str]


class ChatTokenizer:
    """Text ↔ ids, and conversations → text. Raises ModelError for a folder that has no tokenizer."""

    def __init__(self, folder: Path):
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ModelNotFoundError(f"expected {path}, got no such file")
        try:
            self.json = read_text(path, "a tokenizer")
            self._tok = Tokenizer.from_str(self.json)
        except Exception as exc:  # the tokenizers package raises bare Exception
            raise ModelError(f"expected a tokenizer in {path}, got: {exc}") from exc
        settings = folder / "tokenizer_config.json"
        try:
            self.settings: dict[str, Any] = (
                read_json(settings, "tokenizer settings") if settings.is_file() else {}
            )
        except FileError as exc:
            raise ModelError(str(exc)) from exc
        if not isinstance(self.settings, dict):
            got = type(self.settings).__name__
            raise ModelError(f"expected an object in {settings}, got {got}")
        self.template = self._find_template(folder)

    def _find_template(self, folder: Path) -> str | None:
        path = folder / "chat_template.jinja"
        if path.is_file():
            return read_text(path, "a chat template")
        path = folder / "chat_template.json"
        if path.is_file():
            try:
                return str(read_json(path, "a chat template")["chat_template"])
            except (FileError, KeyError, TypeError) as exc:
                raise ModelError(f"expected a chat_template in {path}, got: {exc}") from exc
        found = self.settings.get("chat_template")
        if isinstance(found, list):
            found = next((t["template"] for t in found if t.get("name") == "default"), None)
        return found

    def __len__(self) -> int:
        return int(self._tok.get_vocab_size(with_added_tokens=True))

    def encode(self, text: str, special: bool = False) -> list[int]:
        """special: with the tokenizer's own first and last tokens (templates write them themselves)."""
        return list(self._tok.encode(text, add_special_tokens=special).ids)

    def decode(self, ids: Sequence[int]) -> str:
        """Text of ids; special tokens (ends, roles) are left out."""
        return str(self._tok.decode(list(ids), skip_special_tokens=True))

    def render(
        self, messages: Sequence[Message], add_generation_prompt: bool = True, **more: Any
    ) -> str:
        """A conversation in the checkpoint's form. Raises ModelError where it has no template."""
        if self.template is None:
            raise ModelError("expected a chat template beside the tokenizer, got none")
        try:
            from jinja2 import TemplateError
            from jinja2.sandbox import ImmutableSandboxedEnvironment
        except ImportError as exc:
            raise MissingDependencyError(
                "expected package 'jinja2' for chat templates, got none"
            ) from exc

        def refuse(message: str) -> None:
            raise TemplateError(message)

        environment = ImmutableSandboxedEnvironment(
            trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
        )
        environment.filters["tojson"] = lambda value, **k: json.dumps(
            value, ensure_ascii=False, **k
        )
        environment.globals["raise_exception"] = refuse
        environment.globals["strftime_now"] = lambda form: dt.datetime.now().strftime(form)
        tokens = {
            k: self._word(k)
            for k in ("bos_token", "eos_token", "pad_token", "unk_token")
            if self._word(k)
        }
        try:
            text = environment.from_string(self.template).render(
                messages=list(messages),
                add_generation_prompt=add_generation_prompt,
                **tokens,
                **more,
            )
        except TemplateError as exc:
            raise ModelError(f"expected messages that the chat template takes, got: {exc}") from exc
        return str(text)

    def _word(self, name: str) -> str:
        value = self.settings.get(name)
        return str(value.get("content", "")) if isinstance(value, dict) else str(value or "")


class Pieces:
    """Ids one by one → text as it becomes certain: half a character is held back."""

    def __init__(self, tokenizer: ChatTokenizer):
        self._tok, self._ids, self._told = tokenizer, [], ""  # type: ChatTokenizer, list[int], str

    def add(self, token: int) -> str:
        """The text that this token completes; "" while a character is still in parts."""
        self._ids.append(token)
        text = self._tok.decode(self._ids)
        if text.endswith("\ufffd"):
            return ""
        new, self._told = text[len(self._told) :], text
        return new
