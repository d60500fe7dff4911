"""Whether the freely written sentences are right, and how varied they are.

Knows: how a plan of each kind must end on symbolic skills in its scene, which words a plan may
point at, and what counts as said twice. Does not know: whether a plan is what the person wanted.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from statistics import median
from typing import Any

from llmagentos.command import plain_command
from llmagentos.execution.executor import PlanExecutor
from llmagentos.lang import plan as p
from llmagentos.lang.unheld import unheld
from llmagentos.ports.modules import Outcome
from llmagentos.skills.symbolic import SymbolicSkills
from training.corpus.checks import driving
from training.corpus.filter import is_evaluation_sentence
from training.corpus.free_lines import Sentence

#: Word sets that share more than this are said twice; a frame is the first words of a sentence.
ALIKE = 0.8
FRAME_WORDS = 4
FRAME_USES = 14
MAX_TICKS = 600
_TEXTS = ("noun", "name", "text", "what")
_MOTIONS = frozenset(
    """pick place put push move stack arrange rotate swap clear reshape point look home release
    undo restore again correct choose yes remember""".split()
)
_GOOD = ("succeeded", "answered")


def faults(every: Sequence[Sentence], step: int = 1) -> list[str]:
    """What is wrong, "file:line: what", in the order of the files; every `step`-th is carried out."""
    out = []
    for i, s in enumerate(every):
        out += [f"{s.where}: {words} | {s.command}" for words in _one(s, i % step == 0)]
    return out + list(_said_twice(every)) + list(_frames(every))


def _one(s: Sentence, carried: bool = True) -> Iterator[str]:
    if is_evaluation_sentence(s.command):
        yield "stands in an evaluation set"
    if s.plan is None:
        return
    yield from _unsaid(s)
    if not carried:
        return
    try:
        ended = carry_out(s)
    except Exception as exc:  # a bug found is a line in the report, not its end
        yield f"crash: {type(exc).__name__}: {exc}"
        return
    if ended:
        yield ended


# --- words ------------------------------------------------------------------------------------


def _unsaid(s: Sentence) -> Iterator[str]:
    """Texts and numbers of the plan that no words of the command are."""
    words = f" {' '.join(s.command.split())} ".lower()
    for name, value in _values(s.plan):
        if not re.search(rf"(?<!\w){re.escape(value.lower())}(?!\w)", words):
            yield f"{name} {value!r} is no words of the command"
    assert s.plan is not None
    earlier = ". ".join(turn.command for turn in s.turns[-3:])
    for number in unheld(s.plan, s.command, s.asked, earlier):
        yield f"number {number.says} is no words of the command"


def _values(node: Any) -> Iterator[tuple[str, str]]:
    """Every text of a plan, with its field's name."""
    if isinstance(node, tuple):
        for one in node:
            yield from _values(one)
    if not isinstance(node, p.Node):
        return
    for name in type(node).model_fields:
        value = getattr(node, name)
        if name in _TEXTS and value:
            yield name, value
        else:
            yield from _values(value)


# --- carrying out -----------------------------------------------------------------------------


def carry_out(s: Sentence) -> str:
    """How the plan ends where it should have ended otherwise; "" when all is well."""
    if s.plan is not None and driving.drives(s.plan):
        return _drive(s)
    executor = PlanExecutor(SymbolicSkills(s.scene))
    asked = ""
    for turn in s.turns:
        done = run(executor, turn.plan, turn.command)
        if done is None:
            return f"turn {turn.command!r} is not done after many actions"
        if turn.outcome and turn.outcome.partition(":")[0] != done.status:
            return f"turn {turn.command!r} ends {done.status}: {done.reply}, not {turn.outcome}"
        asked = done.question
    if s.asked and s.turns and s.asked != asked:
        return f"expected the question {s.asked!r}, the robot asked {asked!r}"
    assert s.plan is not None
    wanted = wanted_end(s)
    before = len(executor.skills.actions)  # type: ignore[attr-defined]
    done = run(executor, s.plan, s.command)
    if done is None or done.status == "failed":
        waits = any(isinstance(x, p.WaitFor | p.Until) for x in s.plan.walk())
        if done is None or waits:
            return "" if waits else "not done after many actions"
    if done.status not in wanted:
        return f"expected {' or '.join(wanted)}, it ended {done.status}: {done.reply}"
    moved = len(executor.skills.actions) - before  # type: ignore[attr-defined]
    if s.turns or moved or not _must_move(s):
        return ""
    return f"nothing moved: {done.reply}"


def _drive(s: Sentence) -> str:
    """`carry_out` for a plan that drives: in a house drawn for it, since a line tells of one place."""
    assert s.plan is not None
    if any(isinstance(x, p.Choose | p.Correct) for x in s.plan.walk()):
        return ""  # what went before decides
    done = None
    for seed in range(4):
        executor = driving.executor_for(s.plan, random.Random(seed), 0.7)
        done = run(executor, s.plan, s.command)
        if done is not None and done.status in wanted_end(s):
            return ""
    return (
        "not done after many actions" if done is None else f"it ended {done.status}: {done.reply}"
    )


def run(executor: PlanExecutor, plan: p.Plan, command: str) -> Outcome | None:
    """The plan's end, or None when there is none after many ticks."""
    executor.start(plan, command)
    for _ in range(MAX_TICKS):
        done = executor.tick()
        if done is not None:
            return done
    executor.stop()
    return None


def wanted_end(s: Sentence) -> tuple[str, ...]:
    """The states in which the plan may end."""
    assert s.plan is not None
    if s.ends:
        return (s.ends,)
    ops = [x.op for x in s.plan.steps]
    for op, end in (
        ("refuse", "refused"),
        ("cannot", "cannot"),
        ("ask", "question"),
        ("unclear", "question"),
    ):
        if op in ops:
            return (end,)
    return (*_GOOD, "failed") if "stop" in ops else _GOOD


def _must_move(s: Sentence) -> bool:
    """Whether a plan that moved nothing can't have been right in its scene."""
    assert s.plan is not None
    ops = {x.op for x in s.plan.walk()}
    free = {
        "if",
        "for_each",
        "until",
        "repeat",
        "wait_for",
        "choose",
        "remember",
        "release",
        "when_told",
    }
    return not s.ends and bool(ops & _MOTIONS) and not ops & (free | {"refuse", "cannot", "ask"})


# --- variety ----------------------------------------------------------------------------------


def _said_twice(every: Sequence[Sentence]) -> Iterator[str]:
    known: dict[tuple[str, ...], Sentence] = {}
    sets: dict[str, list[tuple[frozenset[str], Sentence]]] = defaultdict(list)
    for s in every:
        plain = plain_command(s.command) or s.command
        key = (plain, s.asked, *(t.command for t in s.turns))
        if key in known and not _twins(s, known[key]):
            yield f"{s.where}: said in {known[key].where} | {s.command}"
        known.setdefault(key, s)
        words = frozenset(plain.split())
        for other, first in sets[s.file]:
            shared = len(words & other)
            alike = shared > ALIKE * len(words | other) and len(words) > 3
            if alike and not _twins(s, first) and first.turns == s.turns and first.asked == s.asked:
                yield f"{s.where}: nearly said in {first.where} | {s.command}"
                break
        sets[s.file].append((words, s))


def _twins(a: Sentence, b: Sentence) -> bool:
    return a.twin == b.id or b.twin == a.id or bool(a.twin and a.twin == b.twin)


def _frames(every: Iterable[Sentence]) -> Iterator[str]:
    uses: dict[str, list[Sentence]] = defaultdict(list)
    for s in every:
        words = plain_command(s.command).split()
        if len(words) > FRAME_WORDS:
            uses[" ".join(words[:FRAME_WORDS])].append(s)
    for frame, many in uses.items():
        if len(many) > FRAME_USES:
            yield f"{many[-1].where}: begins like {len(many) - 1} others | {frame} ..."


def table(every: Sequence[Sentence]) -> str:
    """Files, sentences, persons, lengths, distinct words and twins."""
    by_file: dict[str, list[Sentence]] = defaultdict(list)
    for s in every:
        by_file[s.file].append(s)
    rows = [("file", "lines", "plans", "persons", "words, median", "up to", "distinct", "twins")]
    for name, some in [*sorted(by_file.items()), ("all", list(every))]:
        lengths = [len(s.command.split()) for s in some] or [0]
        distinct = {w for s in some for w in plain_command(s.command).split()}
        paired = {s.id for s in some if s.twin} | {s.twin for s in some if s.twin}
        rows.append(
            (name, str(len(some)), str(len({s.plan_text for s in some})),
             str(len({s.person for s in some})), f"{median(lengths):g}", str(max(lengths)),
             str(len(distinct)), f"{100 * len(paired) / max(1, len(some)):.0f} %")
        )  # fmt: skip
    widths = [max(len(r[i]) for r in rows) for i in range(len(rows[0]))]
    lines = ["  ".join(c.ljust(n) for c, n in zip(r, widths, strict=True)).rstrip() for r in rows]
    spread = Counter(_bin(len(s.command.split())) for s in every)
    lines.append("words: " + ", ".join(f"{b} {spread[b]}" for b in sorted(spread, key=_first)))
    return "\n".join(lines)


def _bin(words: int) -> str:
    for low, high in ((1, 5), (6, 10), (11, 15), (16, 25), (26, 40)):
        if words <= high:
            return f"{low} to {high}"
    return "41 or more"


def _first(name: str) -> int:
    return int(name.split()[0])
