"""Whether a command's words and its plan's agree where that can be told cheaply.

Knows: numbers, units, colours and kinds said in plain words, and what a plan must then hold.
Does not know: synonyms, similes, typing errors (such words are left alone), nor word order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from functools import lru_cache
from itertools import pairwise

from llmagentos.objects import kinds
from llmagentos.objects.colors import COLORS
from training.corpus.words import lexicon

Problem = tuple[str, str]

_NUMBER_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_KINDS = ("block", "bowl", "plate", "cup", "box", "tray", "zone", "ball")
#: Plans in which words of the command may be left out: their reason stands for them.
_ENDS = frozenset(
    "refuse cannot unclear say ask remember correct choose yes no stop answer".split()
)
#: What is said before these was taken back, or is said of what shall not be.
_TAKEN_BACK = frozenset(
    """no not wait mean meant actually sorry rather instead oops correction don't dont never nope
    without except leave ignore forget scratch nevermind isn't isnt but make rephrase""".split()
)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_WORD = re.compile(r"[a-z']+|\d+(?:[.,]\d+)?")


def words_problem(command: str, pending: str, target: Sequence[str]) -> Problem | None:
    """(class, what is wrong), or None. target: the plan's words with pointers."""
    plain = command.lower().replace("’", "'").replace("-", " ")
    for name in _long_names():
        if name in plain:
            plain = plain.replace(name, "")  # the blue of "pool blue" is none
    said = _WORD.findall(plain)
    plan = set(target)
    if "choose" in plan and not pending:
        return "words: an answer without a question", command
    ends = not _ENDS.isdisjoint(target) and target[0] in _ENDS
    if not ends:
        pointed = _pointed(command, target)
        back = not _TAKEN_BACK.isdisjoint(said)
        for check in () if back else (_numbers, _units, _colors, _kinds):
            problem = check(command, said, target, plan, pointed)
            if problem:
                return problem
    return _unsaid_numbers(command, said, target) or _unsaid_colors(
        f"{command} {pending}".lower(), target
    )


@lru_cache(maxsize=1)
def _long_names() -> tuple[str, ...]:
    """Names of colours that have another colour, a kind or a number in them."""
    plain = set(COLORS) | set(_KINDS) | set(_NUMBER_WORDS)
    names = [n.lower().replace("-", " ") for many in lexicon.COLOR_WORDS.values() for n in many]
    long = {n for n in names if " " in n and plain.intersection(n.split())}
    return tuple(sorted(long, key=len, reverse=True))


def _pointed(command: str, target: Sequence[str]) -> set[str]:
    """Words that a text of the plan holds."""
    words = command.lower().split()
    out: set[str] = set()
    for a, b in pairwise(target):
        if a.startswith("@") and b.startswith("@"):
            span = " ".join(words[int(a[1:]) : int(b[1:]) + 1])
            out.update(_WORD.findall(span))
    return out


def _values(command: str, target: Sequence[str]) -> set[float]:
    """Every number of the plan, pointed at or written."""
    words = command.split()
    out: set[float] = set()
    for t in target:
        if t.startswith("@"):
            found = _DIGITS.findall(words[int(t[1:])])
            out.update(float(number.replace(",", ".")) for number in found)
        elif t[0].isdigit():
            out.add(float(t))
    if "both" in target:
        out.add(2.0)
    return out


def _numbers(
    command: str, said: list[str], target: Sequence[str], plan: set[str], pointed: set[str]
) -> Problem | None:
    """Every number said stands in the plan.

    Numbers of a list ("1. ... 2. ...") don't count, nor the size of a known set ("the two bowls",
    "of the three"); a radius may stand there doubled.
    """
    have = _values(command, target)
    have |= {v / 2 for v in have} if "radius" in command.lower() else set()
    have |= {50.0} if "half" in plan else set()
    have |= {3.0} if "every_third" in plan else set()
    have |= (
        {2.0}
        if plan.intersection(("every_other", "double")) or "or two" in command.lower()
        else set()
    )
    if "%" in command or "percent" in command:
        have |= {round(100 * v) for v in have} | {abs(round(100 * v) - 100) for v in have}
    listed = (
        set(re.findall(r"(?<!\S)(\d)[.)]?(?=\s)", command))
        if re.search(r"1[.)]", command)
        else set()
    )
    for value, word in _spoken(said):
        before = said[max(0, said.index(word) - 1)]
        if value in have or value == 1 or word in pointed or word in listed:
            continue
        after = said[min(len(said) - 1, said.index(word) + 1)]
        if "grid" in plan or after in ("towers", "stacks", "piles"):
            continue  # a grid's columns follow from its rows
        if before in ("the", "of", "these", "those", "between", "all", "both"):
            continue
        if after.startswith(("sid", "quarter", "half", "face", "corner", "hand", "finger")):
            continue  # "six sided", "three quarter turns"
        if {"things", "tasks", "step", "steps", "jobs"}.intersection(said):
            continue
        return "words: a number is not in the plan", word
    return None


def _spoken(said: list[str]) -> list[tuple[float, str]]:
    """Numbers in figures and in words ("one hundred and thirty five" is one), with a word of it."""
    out: list[tuple[float, str]] = []
    total, first = 0.0, ""
    for word in [*said, ""]:
        unit = _NUMBER_WORDS.get(word)
        if word == "hundred":
            total, first = 100.0 * max(total, 1.0), first or word
        elif unit is not None and (not first or total >= 20):
            total, first = total + unit, first or word
        elif word == "and" and total >= 100:
            continue
        else:
            if first:
                out.append((total, first))
            total, first = (0.0, "") if unit is None else (float(unit), word)
            if word[:1].isdigit():
                out.append((float(word.replace(",", ".")), word))
    return out


_MEASURES = re.compile(r"(\d+(?:[.,]\d+)?) ?(cm|mm|inch|inches)\b")


def _units(
    command: str, said: list[str], target: Sequence[str], plan: set[str], pointed: set[str]
) -> Problem | None:
    """A number of centimetres stays centimetres."""
    for number, unit in _MEASURES.findall(command.lower()):
        want = {"inch": "in", "inches": "in"}.get(unit, unit)
        if want not in plan:
            return "words: another unit", f"{number} {unit}"
    return None


def _colors(
    command: str, said: list[str], target: Sequence[str], plan: set[str], pointed: set[str]
) -> Problem | None:
    """Every colour said by its own name stands in the plan."""
    if "same_color" in plan:  # "red to red, blue to blue"
        return None
    for i, word in enumerate(said):
        if word in COLORS and word not in plan and word not in pointed and _is_color(said, i):
            return "words: a colour is not in the plan", word
    return None


#: "orange juice", "light blue": the name is part of another word for a colour or thing.
_COMPOUND = frozenset(
    """light dark pale deep bright hot coloured colored colour color juice ish bluish reddish neon
    pastel electric soft""".split()
)


def _is_color(said: list[str], i: int) -> bool:
    near = said[max(0, i - 1) : i] + said[i + 1 : i + 2]
    return _COMPOUND.isdisjoint(near) and not any(w in COLORS or w.endswith("ish") for w in near)


@lru_cache(maxsize=32)
def _color_words(color: str) -> tuple[str, ...]:
    """Words that a colour can be said by, its similes' things too."""
    names = (*lexicon.COLOR_WORDS[color], *lexicon.COLOR_THINGS[color])
    words = {w for name in names for w in re.findall(r"[a-z]{3,}", name.lower())}
    return tuple(sorted(words - {"the", "and", "like", "colour", "color"}, key=len, reverse=True))


def _unsaid_colors(text: str, target: Sequence[str]) -> Problem | None:
    """A colour in the plan that no word of the command can mean, typing errors allowed for."""
    there = frozenset(re.findall(r"[a-z]{3,}", text))
    for color in COLORS:
        if color not in target:
            continue
        words = _color_words(color)
        if not there.isdisjoint(words):
            continue
        if not any(get_close_matches(w, words, 1, 0.75) for w in there):
            return "words: a colour was not said", color
    return None


#: Kinds that are also called a block or a ball, and patterns made of blocks.
_BLOCK_LIKE = frozenset("stack lego jenga domino soccerball pattern toy reshape".split())


def _kinds(
    command: str, said: list[str], target: Sequence[str], plan: set[str], pointed: set[str]
) -> Problem | None:
    """Every kind said by its first name stands in the plan."""
    if "color" in command.lower() or "colour" in command.lower():
        return None
    for kind in _KINDS:
        if kind in ("block", "ball") and not _BLOCK_LIKE.isdisjoint(plan):
            continue
        plural = kinds.noun(kind, plural=True)
        if {kind, plural} & pointed or (kind == "cup" and {"mug", "soccerball"} & plan):
            continue
        if kind == "zone" and "at" in plan:
            continue
        if (kind in said or plural in said) and kind not in plan:
            return "words: a kind is not in the plan", kind
    return None


_NUMBER_SAID = re.compile(
    r"\d|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|teen|twenty|thirty|forty|"
    r"fifty|sixty|seventy|eighty|ninety|hundred|couple|pair|few|several|some|both|twice|thrice|"
    r"double|second|third|half|quarter|eighth|around|turn|degrees|last|only|single|an?\b|no\b|"
    r"another|none|empty|multiple|various|many|more|fourth|fifth|sixth|seventh|[0-9a-z]th\b"
)


_NEAR_THREE = frozenset("the there these then tree in on if it is me we he he's".split())
_NEED_NO_WORD = ("0", "1", "0.5", "45", "90", "180", "360")


def _unsaid_numbers(command: str, said: list[str], target: Sequence[str]) -> Problem | None:
    """A number in the plan where the command has nothing like a number."""
    written = [t for t in target if t[0].isdigit() and t not in _NEED_NO_WORD]
    if "last_moved" in target and "before" in said:
        return None  # "the one you moved before that" is the second to last
    if written and not _NUMBER_SAID.search(command.lower()):
        if any(get_close_matches(w, _NUMBER_WORDS, 1, 0.7) for w in said if w not in _NEAR_THREE):
            return None  # a typing error in a number
        return "words: a number was not said", written[0]
    return None
