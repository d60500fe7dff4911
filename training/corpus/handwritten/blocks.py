"""The files of commands/: blocks of wordings under one plan, read and written.

Knows: the notation of the files. Does not know: how slots are filled (slots.py), in which file a
plan belongs (meaning.py).

A block begins with the plan in compact notation and goes on with wordings of it, one a line:

    => choose {h}
    the one I meant is {h}
    ?? Which bowl do you mean: the bowl at the left or the bowl at the right?
    {h} please

Wordings below `??` answer that question of the robot's, or one of several; further `??` begin the
next group of wordings. `#` starts a comment.

The first tenth of each group, two at the least, is never held out from training.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby, takewhile
from pathlib import Path

from training.corpus.sampler import held_out

FOLDER = Path(__file__).parents[1] / "commands"


@dataclass(frozen=True)
class Wording:
    """A way to say it, the questions it may answer, and whether training never sees it."""

    text: str
    questions: tuple[str, ...] = ()
    held: bool = False


@dataclass(frozen=True)
class Block:
    """One plan with the ways to say it. where: file below commands/ and line."""

    plan: str
    wordings: tuple[Wording, ...]
    where: str

    @property
    def questions(self) -> tuple[str, ...]:
        """Every question that some wording answers, once."""
        return tuple(dict.fromkeys(q for w in self.wordings for q in w.questions))


@cache
def blocks(group: str = "") -> tuple[Block, ...]:
    """Every block of the files whose path below commands/ begins with `group`.

    Raises ValueError naming file and line for a wording or question without a plan above it, or a
    plan or question without a wording below it.
    """
    found: list[Block] = []
    for path in sorted(FOLDER.rglob("*.txt")):
        name = path.relative_to(FOLDER).as_posix()
        if name.startswith(group):
            found += parse(name, path.read_text(encoding="utf-8"))
    return tuple(found)


def parse(name: str, text: str) -> list[Block]:
    """The blocks of one file's text; `name` is for messages. Raises ValueError, see `blocks`."""
    out: list[Block] = []
    plan, where, before = "", "", ""
    wordings: list[Wording] = []
    questions: list[str] = []
    for i, raw in [*enumerate(text.splitlines(), 1), (0, "=>")]:
        line = raw.strip()
        mark = line[:2] if line.startswith(("=>", "??")) else ""
        if not line or line.startswith("#"):
            continue
        if mark == "=>":
            if before:  # a plan or a question stands last
                raise ValueError(f"{where}: expected wordings below {before!r}, got none")
            if plan:
                out.append(Block(plan, _marked(wordings), where))
            plan, where, wordings, questions = line[2:].strip(), f"{name}:{i}", [], []
        elif not plan:
            raise ValueError(f"{name}:{i}: expected a plan (=> ...) first, got {line!r}")
        elif mark == "??":
            questions = [*questions, line[2:].strip()] if before[:2] == "??" else [line[2:].strip()]
        else:
            wordings.append(Wording(line, tuple(questions)))
        before = line if mark else ""
    return out


def _marked(wordings: list[Wording]) -> tuple[Wording, ...]:
    """With those that training never sees marked as such."""
    out: list[Wording] = []
    for questions, some in groupby(wordings, key=lambda w: w.questions):
        group = list(some)
        free = max(2, len(group) // 10)
        out += (
            Wording(w.text, questions, i >= free and held_out(w.text, "t"))
            for i, w in enumerate(group)
        )
    return tuple(out)


def lines(block: Block) -> Iterator[str]:
    """The block as it stands in its file."""
    yield f"=> {block.plan}"
    for questions, some in groupby(block.wordings, key=lambda w: w.questions):
        yield from (f"?? {q}" for q in questions)
        yield from (w.text for w in some)


def joined(some: list[Block]) -> Block:
    """The blocks of one plan as one: the same wordings, each once, the same ones held out."""
    every: dict[tuple[str, tuple[str, ...]], bool] = {}
    for w in (w for block in some for w in block.wordings):
        every[w.text, w.questions] = every.get((w.text, w.questions), True) and w.held
    out: list[Wording] = []
    for questions in sorted({q for _, q in every}, key=lambda q: (q != (), q)):
        group = [(text, held) for (text, q), held in every.items() if q == questions]
        kept = [t for t, held in group if not held and held_out(t, "t")]
        free = [t for t, held in group if not held and not held_out(t, "t")]
        first = max(2, len(group) // 10) - len(kept)
        order = [*kept, *free[: max(first, 0)]]
        rest = [t for t, _ in group if t not in order]
        out += (Wording(text, questions) for text in [*order, *rest])
    return Block(some[0].plan, _marked(out), some[0].where)


def write(file_of: Callable[[str], str]) -> None:
    """Put every block into the file that `file_of` says for its plan.

    Comments stay where they are a file's first lines.
    """
    by_plan: dict[str, list[Block]] = {}
    for block in blocks():
        by_plan.setdefault(block.plan, []).append(block)
    by_file: dict[str, list[Block]] = {}
    for plan, some in by_plan.items():
        by_file.setdefault(file_of(plan), []).append(joined(some))
    heads = {path: _head(path) for path in FOLDER.rglob("*.txt")}
    for path in heads:
        path.unlink()
    for name, some in by_file.items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n\n".join("\n".join(lines(block)) for block in sorted(some, key=lambda b: b.plan))
        path.write_text(f"{heads.get(path, '')}{text}\n", encoding="utf-8")
    blocks.cache_clear()


def _head(path: Path) -> str:
    """The comment that a file begins with."""
    text = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join(takewhile(lambda line: line.startswith("#"), text))
