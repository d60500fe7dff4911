"""Words that people taught: "a zorp is a red block", "when I say tidy up, put ... in the tray".

Knows: what is taught, how it is kept in a file, and how a command is written out with what its
taught words stand for. Does not know: who may teach what (teaching.py), nor what commands mean.

A name is replaced wherever it stands as a whole word, with article and plural; a phrase where it is
a whole clause. What a taught word stands for may hold taught words itself, MAX_DEPTH levels deep.
"""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from llmagentos.command import MAX_COMMAND_CHARS
from llmagentos.errors import CommandError, FileError
from llmagentos.files import is_there, make_folder, read_json, write_text
from llmagentos.objects import kinds
from llmagentos.objects.colors import COLORS

_LOG = logging.getLogger(__name__)
_WHAT = "a file of taught words"
VERSION = 1
MAX_DEPTH = 4
#: As many as anybody keeps in mind, and few enough for every command to be looked through.
MAX_WORDS = 200
#: Where the noun of a description ends: "block" of "red block that is left of the cup".
_BEHIND = re.compile(
    r"\s(?:that|which|who|with|without|in|on|at|of|from|to|left|right|behind|before|in front|next|"
    r"near|beside|between|under|above|closest|nearest|furthest)\b.*$"
)
#: A word before a name, after which no article is missing.
_DETERMINED = re.compile(
    r"\b(?:the|an?|this|that|these|those|my|your|his|her|its|our|their|every|each|all|both|any|some|"
    r"no|which|what|how many|one|two|three|four|five|six|seven|eight|nine|ten|\d+|first|second|"
    r"third|last|next|other|another|same|remaining|of|\w+est|more|big|small|large|little|tiny|tall|"
    r"short)\s+$",
    re.I,
)
#: Here a name is given to something, not used: "call the red block zorp".
_NAMES = re.compile(
    r"^\W*(?:please\s+|let['’]?s\s+)*(?:call|name|rename)\b|\b(?:called|named)\s+$", re.I
)


@dataclass(frozen=True)
class Taught:
    """One thing that was taught.

    name: as it is looked for, small letters, singular. meaning: a description without article ("red
    block"), or a command. sort: which of the two. said: the sentence that taught it. day: when,
    "2026-11-29".
    """

    name: str
    meaning: str
    sort: Literal["thing", "phrase"]
    said: str = ""
    day: str = ""

    @property
    def told(self) -> str:
        """'a zorp is a red block', '"tidy up" means: put everything in the tray'."""
        if self.sort == "phrase":
            return f'"{self.name}" means: {self.meaning}'
        if self.meaning in COLORS:
            return f'"{self.name}" means {self.meaning}'
        return f"{a(self.name)} {self.name} is {a(self.meaning)} {self.meaning}"

    @property
    def note(self) -> str:
        """'"zorp" as "red block"'."""
        return f'"{self.name}" as "{self.meaning}"'


@dataclass(frozen=True)
class Expansion:
    """A command with what its taught words stand for. used: which ones, each once. stages: the
    command as it was said and each form that it had on the way, all of which are judged."""

    text: str
    used: tuple[Taught, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """What the person hears of it before the reply; "" where no word was taught."""
        if not self.used:
            return ""
        return f"I take {listed([t.note for t in self.used])}."


class Lexicon:
    """The words that were taught to one agent. path: kept there as JSON, read now and written whole
    at every change; None: forgotten with the agent.

    A file that cannot be understood is moved aside, `problem` says so, and the lexicon is empty;
    FileError for one that cannot be read at all, or written when something is taught.
    """

    def __init__(self, path: Path | str | None = None):
        self.path = None if path is None else Path(path)
        self.problem = ""
        self._words: dict[str, Taught] = {}
        if self.path is not None and is_there(self.path):
            self._read(self.path)

    def __len__(self) -> int:
        return len(self._words)

    def __iter__(self) -> Iterator[Taught]:
        return iter(self._words.values())

    def find(self, name: str) -> Taught | None:
        """What was taught under this name, said in any way: "Zorps", "the zorp"."""
        key = plain(name)
        return self._words.get(key) or self._words.get(singular(key))

    def teach(self, taught: Taught) -> None:
        """Keep it; what its name meant before goes. Raises CommandError for one that would stand
        for itself or where there are too many, FileError where it can't be kept."""
        words = {**self._words, taught.name: taught}
        if len(words) > MAX_WORDS:
            raise CommandError(
                f"expected at most {MAX_WORDS} taught words, got one more: forget some"
            )
        _Writer(words).written(taught.name)  # raises where it never comes to an end
        self._keep(words)

    def forget(self, name: str) -> Taught | None:
        """What was forgotten; None where nothing was taught under this name."""
        found = self.find(name)
        if found is not None:
            self._keep({k: v for k, v in self._words.items() if k != found.name})
        return found

    def forget_all(self) -> int:
        """How many were forgotten."""
        count = len(self._words)
        self._keep({})
        return count

    def expanded(self, text: str, seen: Collection[str] = ()) -> Expansion:
        """The command with what its taught words stand for. seen: the kinds that are on the table;
        a name that is one of them means that. Raises CommandError where it becomes too long."""
        words = {k: v for k, v in self._words.items() if k not in seen}
        return _Writer(words).written(text) if words else Expansion(text)

    # --- the file ---------------------------------------------------------------------------

    def _keep(self, words: dict[str, Taught]) -> None:
        if self.path is not None:
            make_folder(self.path.parent, "a folder for taught words")
            rows = [asdict(t) for t in words.values()]
            write_text(self.path, json_text({"version": VERSION, "words": rows}), _WHAT)
        self._words = words

    def _read(self, path: Path) -> None:
        data: Any = None
        try:
            data = read_json(path, _WHAT)
            if data["version"] != VERSION:
                raise ValueError(f"expected version {VERSION}, got {data['version']!r}")
            rows = [_checked(Taught(**row)) for row in data["words"]][:MAX_WORDS]
        except (FileError, ValueError, TypeError, KeyError) as exc:
            if isinstance(exc, FileError) and isinstance(exc.__cause__, OSError):
                raise
            aside = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%d-%H%M%S')}")
            path.replace(aside)
            self.problem = (
                f"I could not read the words that I was taught; the file is kept as {aside}."
            )
            _LOG.warning("%s (%s)", self.problem, exc)
            return
        self._words = {t.name: t for t in rows}


class _Writer:
    """Writes commands out with these words."""

    def __init__(self, words: dict[str, Taught]):
        self._words = words
        # "red zorp" before "zorp"
        self._order = sorted(words.values(), key=lambda t: (t.sort == "thing", -len(t.name)))

    def written(self, text: str) -> Expansion:
        used: dict[str, Taught] = {}
        stages: list[str] = []
        for _ in range(MAX_DEPTH + 1):
            before = text
            for taught in self._order:
                if taught.name[:3] not in text.lower():
                    continue
                after = (_phrase if taught.sort == "phrase" else _thing)(taught, text)
                if after != text:
                    used.setdefault(taught.name, taught)
                    text = after
                if len(text) > MAX_COMMAND_CHARS:
                    raise CommandError(
                        f"expected at most {MAX_COMMAND_CHARS} characters, got more once "
                        f'"{taught.name}" is written out: say it in several commands'
                    )
            if text == before:
                return Expansion(text, tuple(used.values()), tuple(stages))
            stages.append(before)
        raise CommandError(
            f"expected taught words at most {MAX_DEPTH} deep, got more or one that stands for itself: "
            + ", ".join(f'"{name}"' for name in used)
        )


def plain(text: str) -> str:
    """Small letters, without marks but apostrophes, single spaces, no article in front."""
    words = re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", text.lower())
    return " ".join(words[1:] if len(words) > 1 and words[0] in ("a", "an", "the") else words)


def singular(name: str) -> str:
    """ "zorps" → "zorp", "boxes" → "box", of the last word."""
    if name.endswith(("xes", "shes", "ches", "sses", "zzes")):
        return name[:-2]
    return name[:-1] if name.endswith("s") and not name.endswith("ss") and len(name) > 3 else name


def plural(name: str) -> str:
    """ "zorp" → "zorps", "box" → "boxes"; a kind's own plural where it has one."""
    *before, last = name.split()
    known = kinds.named(last)
    if known == last:
        last = kinds.noun(last, plural=True)
    else:
        last += "es" if last.endswith(("s", "x", "z", "sh", "ch")) else "s"
    return " ".join([*before, last])


def described_plural(meaning: str) -> str:
    """ "red block that is left of the cup" → "red blocks that are left of the cup"."""
    behind = _BEHIND.search(meaning)
    head, rest = (meaning[: behind.start()], behind[0]) if behind else (meaning, "")
    return plural(head) + re.sub(r"^( that| which) is\b", r"\1 are", rest)


def json_text(data: Any) -> str:
    """As the files of this package are written."""
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def _thing(taught: Taught, text: str) -> str:
    """The text with a description in the place of every name of it."""
    one, many = re.escape(taught.name), re.escape(plural(taught.name))

    def described(m: re.Match[str]) -> str:
        before = text[: m.start()]
        if _NAMES.search(before):
            return m[0]
        several = m["name"].lower() != taught.name
        words = described_plural(taught.meaning) if several else taught.meaning
        article = m["article"]
        if article:
            return (
                f"{a(words) if article.strip().lower() in ('a', 'an') else article.strip()} {words}"
            )
        return words if several or _DETERMINED.search(before) else f"the {words}"

    pattern = rf"(?P<article>\b(?:the|an?)\s+)?(?<![\w'’-])(?P<name>{many}|{one})(?![\w'’-])"
    return re.sub(pattern, described, text, flags=re.I)


def _phrase(taught: Taught, text: str) -> str:
    """The text with the command in the place of every clause that is the phrase."""
    words = r"\s+".join(re.escape(w) for w in taught.name.split())
    pattern = (
        rf"(?P<before>^|[,;:.!?]\s*|\b(?:and|then)\s+)(?:(?:please|now|ok|okay|robot)[\s,]+)*"
        rf"[\"“']?{words}[\"”']?(?:\s+(?:please|now))?(?=\s*(?:$|[,;.!?]|\s(?:and|then)\b))"
    )
    return re.sub(pattern, lambda m: f"{m['before']}{taught.meaning}", text, flags=re.I)


def _checked(taught: Taught) -> Taught:
    texts = all(isinstance(x, str) and x for x in (taught.name, taught.meaning))
    if not texts or taught.sort not in ("thing", "phrase") or plain(taught.name) != taught.name:
        raise ValueError(f"expected a taught word, got {taught}")
    return taught


def a(words: str) -> str:
    """Its article: "a" or "an"."""
    return "an" if words[:1].lower() in "aeiou" else "a"


def listed(parts: list[str]) -> str:
    """ "this, that and more"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
