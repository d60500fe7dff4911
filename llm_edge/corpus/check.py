"""Every training pair is carried out in memory before it is used.

Knows: how a plan is cut into parts that can be judged alone, what an earlier turn must have been
for a part to make sense, and how a part ends on symbolic skills in a scene drawn for it
(scenes.py). Does not know: which words say what (wordcheck.py compares them).

What is cached: the verdict on a part, by its words with colours renamed in order of appearance,
unknown nouns and names numbered, lengths rounded to one of eight and angles to a quarter turn.
The renamed part is what is carried out, so a verdict does not depend on what was drawn before.
Steps that refer to no other step ("it", "the rest", "there", what is held ...) are parts of their
own, and so are conditions, branches and loops' bodies that hold no such word. A body of until or
repeat is carried out once or twice, both branches of an if once each.
"""

from __future__ import annotations

import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

from llm_edge.corpus import scenes
from llm_edge.corpus.wordcheck import words_problem
from llmagentos.errors import LLMAgentOSError
from llmagentos.execution.executor import PlanExecutor
from llmagentos.execution.symbolic import SymbolicSkills
from llmagentos.planning import compact
from llmagentos.planning import plan as p
from llmagentos.planning.conditions import holds
from llmagentos.planning.context import Context
from llmagentos.planning.expand.mentions import subjects
from llmagentos.planning.grounding import matching
from llmagentos.planning.memory import SessionMemory
from llmagentos.types import COLORS

#: How much is checked: "static" compares words and plan only.
Level = Literal["symbolic", "static"]
#: Scenes that are drawn for a part before it counts as wrong.
TRIES = 5
MAX_TICKS = 400
_LENGTHS_CM = (1, 3, 5, 10, 15, 20, 30)
_CM = {"mm": 0.1, "cm": 1.0, "m": 100.0, "in": 2.54}
_LENGTH_WORDS = ("dist", "size", "spacing")
#: Words that tie a step to others or to the past.
_TIES = frozenset(
    """it them other this last_moved first_moved pattern rest there origin held gripper""".split()
)
_TIED_OPS = frozenset(
    "place release reshape undo restore again choose correct yes no remember".split()
)
#: Steps that end a plan with words; they need no scene.
_ENDS = ("refuse", "cannot", "ask", "say", "stop", "yes", "no", "look", "home", "wait")
#: Queries that need not find anything.
_OPEN_QUERIES = (
    "count", "exists", "holds", "scene", "held", "did", "moved", "why", "next", "abilities",
    "identity", "greet", "thanks", "status", "common",
)  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """How a part ended. kind: "ok", "impossible" (understood, but no robot could: it says so) or
    the class of what is wrong; words: the robot's."""

    kind: str = "ok"
    words: str = ""

    @property
    def fine(self) -> bool:
        return self.kind in ("ok", "impossible")


@dataclass
class Checker:
    """Judges pairs and keeps count. level "static" leaves the carrying out away."""

    level: Level = "symbolic"
    seen: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    impossible: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)

    def __call__(self, pair: Any) -> bool:
        """Whether the pair may be used."""
        self.seen += 1
        verdict = self.verdict(pair)
        if verdict.kind == "impossible":
            self.impossible[verdict.words] += 1
        if verdict.fine:
            return True
        self.rejected[verdict.kind] += 1
        some = self.examples.setdefault(verdict.kind, [])
        if len(some) < 12:
            some.append((pair.command, " ".join(pair.target), verdict.words))
        return False

    def verdict(self, pair: Any) -> Verdict:
        """The first thing that is wrong with a pair, or how its plan ends."""
        problem = words_problem(pair.command, pair.pending, pair.target)
        if problem:
            return Verdict(*problem)
        if self.level == "static":
            return Verdict()
        worst = Verdict()
        for part in parts(canonical(pair.target, pair.command)):
            verdict = judge(part)
            if not verdict.fine:
                return verdict
            worst = verdict if verdict.kind != "ok" else worst
        return worst

    def table(self) -> str:
        """Class, count and an example of everything rejected, most frequent first."""
        total = sum(self.rejected.values())
        lines = [f"{self.seen} pairs, {total} rejected ({100 * total / max(1, self.seen):.2f} %)"]
        for kind, count in self.rejected.most_common():
            command, target, words = next(iter(self.examples.get(kind, ())), ("", "", ""))
            lines.append(
                f"{count:6}  {kind}\n          {command}\n          {target}\n          {words}"
            )
        lines.append(f"understood, but told impossible: {sum(self.impossible.values())}")
        lines += [f"{count:6}  {words}" for words, count in self.impossible.most_common(12)]
        return "\n".join(lines)


# --- renaming and cutting -------------------------------------------------------------------------


def canonical(target: Sequence[str], command: str) -> list[str]:
    """The plan's words renamed (see the module's words), without pointers."""
    words = command.split()
    colors: dict[str, str] = {}
    texts: dict[str, str] = {}
    keep = any(t in ("darker_than", "lighter_than", "darkest", "lightest") for t in target)
    out: list[str] = []
    i = 0
    while i < len(target):
        t = target[i]
        after = target[i + 1] if i + 1 < len(target) else ""
        if t.startswith("@") and after.startswith("@"):
            said = " ".join(words[int(t[1:]) : int(after[1:]) + 1]).strip(".,;:!?'\"").lower()
            kind = out[-1] if out and out[-1] in ("noun", "name") else "words"
            new = f"{kind}{len(texts)}"
            if kind == "noun" and _inside(out) and "pan" not in texts.values():
                new = "pan"  # an unknown thing that others can be in
            out.append('"' + texts.setdefault(f"{kind} {said}", new) + '"')
            i += 2
            continue
        if t in COLORS and not keep:
            t = colors.setdefault(t, _PALETTE[len(colors)])
        elif t in _LENGTH_WORDS and target[i + 2 : i + 3] and target[i + 2] in _CM:
            cm = number(after, words) * _CM[target[i + 2]]
            nearest = min(_LENGTHS_CM, key=lambda x: abs(x - cm)) if cm <= 45 else 100
            out += [t, str(nearest), "cm"]
            i += 3
            continue
        elif t in ("cw", "ccw", "wait") and after and after[0] in "@0123456789":
            out += [t, "90" if t != "wait" else "1"]
            i += 2
            continue
        elif t.startswith("@"):
            t = f"{number(t, words):g}"
        out.append(t)
        i += 1
    return out


def _inside(out: Sequence[str]) -> bool:
    """Whether the description that is being read is what something is in."""
    first = len(out) - 1 - list(reversed(out)).index("[") if "[" in out else 0
    return first > 0 and out[first - 1] == "in"


_PALETTE = (
    "red", "blue", "green", "yellow", "purple", "orange", "cyan", "pink", "brown", "white",
    "gray", "tan", "black", "gold",
)  # fmt: skip


def number(token: str, words: Sequence[str]) -> float:
    """A number of a plan, by its pointer where it is one."""
    if not token.startswith("@"):
        return float(token)
    digits = "".join(c if c.isdigit() or c in ".," else " " for c in words[int(token[1:])]).split()
    return float(digits[0].strip(".,").replace(",", ".") or 0) if digits else 0.0


def split_steps(tokens: Sequence[str]) -> list[list[str]]:
    """Steps of one level."""
    out: list[list[str]] = [[]]
    depth = 0
    for t in tokens:
        depth += (t == "{") - (t == "}")
        if t == ";" and depth == 0:
            out.append([])
        else:
            out[-1].append(t)
    return out


def parts(tokens: Sequence[str]) -> Iterator[str]:
    """Parts that are judged alone, in compact notation; conditions begin with "wait_for"."""
    steps = split_steps(tokens)
    if len(steps) > 1 and (_TIES.intersection(tokens) or _tied_ops(tokens)):
        yield " ".join(tokens)
        return
    for step in steps:
        if step[0] in ("if", "until", "repeat") and not _TIES.intersection(step):
            first = step.index("{")
            if step[0] != "repeat":
                yield " ".join(["wait_for", *step[1:first]])
            for block in _blocks(step[first:]):
                yield from parts(block)
        else:
            yield " ".join(step)


def _tied_ops(tokens: Sequence[str]) -> bool:
    starts = [
        t for t, before in zip(tokens, ["", *tokens], strict=False) if before in ("", ";", "{")
    ]
    return not _TIED_OPS.isdisjoint(starts)


def _blocks(tokens: Sequence[str]) -> Iterator[list[str]]:
    """The contents of the braces, outermost level."""
    depth, block = 0, []
    for t in tokens:
        depth -= t == "}"
        if depth > 0:
            block.append(t)
        elif t == "}":
            yield block
            block = []
        depth += t == "{"


# --- carrying out ---------------------------------------------------------------------------------


@lru_cache(maxsize=200_000)
def judge(part: str) -> Verdict:
    """How a part ends in the best of a few scenes drawn for it."""
    try:
        plan = compact.parse(part)
    except LLMAgentOSError as exc:
        return Verdict("invalid", str(exc))
    verdicts = [_judge_steps(part, steps) for steps in _straight(plan.steps)]
    wrong = [v for v in verdicts if not v.fine]
    return wrong[0] if wrong else max(verdicts, key=lambda v: v.kind != "ok", default=Verdict())


def _straight(steps: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The steps without branches and loops: one list, or one for each kind of branch."""
    branches = any(isinstance(s, p.If) and s.otherwise for s in p.Plan(steps=tuple(steps)).walk())
    out = [tuple(_flat(steps, True))]
    return [*out, tuple(_flat(steps, False))] if branches else out


def _flat(steps: Sequence[Any], first: bool) -> Iterator[Any]:
    for s in steps:
        if isinstance(s, p.If):
            yield p.If(condition=s.condition, then=(p.Look(),))
            yield from _flat(s.then if first or not s.otherwise else s.otherwise, first)
        elif isinstance(s, p.WaitFor):
            yield p.If(condition=s.condition, then=(p.Look(),))
        elif isinstance(s, p.Until):
            yield p.If(condition=s.condition, then=(p.Look(),))
            yield from _flat(s.body, first)
        elif isinstance(s, p.Repeat):
            for _ in range(min(2, s.n)):
                yield from _flat(s.body, first)
        elif isinstance(s, p.ForEach):
            body = tuple(x for x in _flat(s.body, first) if x.op not in _ENDS)
            yield s.model_copy(update={"body": (body or (p.Look(),))[:12]})
        else:
            yield s


def _judge_steps(part: str, steps: Sequence[Any]) -> Verdict:
    wrong = contradiction(steps)
    if wrong:
        return Verdict("contradiction", wrong)
    todo = tuple(s for s in steps if s.op not in _ENDS)[:24]
    if not todo:
        return Verdict()
    verdict = Verdict()
    for attempt in range(TRIES):
        rng = random.Random(zlib.crc32(part.encode()) + attempt)
        try:
            verdict = _attempt(todo, rng, attempt % 2 == 1, 0.8 if attempt > 1 else 1.0)
        except scenes.CannotBuildError as exc:
            verdict = Verdict("no scene", str(exc))
        except Exception as exc:  # a bug is a class of its own in the table, not the end of a build
            verdict = Verdict("crash", f"{type(exc).__name__}: {exc}")
        if verdict.kind == "ok":
            return verdict
    return verdict


def _attempt(steps: tuple[Any, ...], rng: random.Random, reuse: bool, scale: float) -> Verdict:
    """Carry the steps out in one scene drawn for them."""
    used = tuple({c for o in _descriptions(steps) for c in o.colors})
    draft = scenes.SceneDraft(rng, used, reuse, scale)
    scenes.describe_all(draft, steps)
    before = earlier(draft, steps)
    world = draft.world()
    executor = PlanExecutor(SymbolicSkills(world.scene), rehearses=False)
    memory = executor.memory
    for name, object_id in world.names.items():
        memory.remember(name, object_id)
    for plan in before:
        _run(executor, plan)
    for ids in world.mentions:
        memory.note_mention(ids)
    if world.pattern:
        memory.note_pattern(world.pattern)
    if world.answer:
        memory.note_answer(world.answer)
    lost = _lost(steps, memory.context(executor.skills.scene()))
    if lost:
        return lost
    return _run(executor, p.Plan(steps=steps))


def _run(executor: PlanExecutor, plan: p.Plan) -> Verdict:
    """Carry one plan out and class its end."""
    problem = None
    executor.start(plan)
    session = executor._session
    outcome = None
    for _ in range(MAX_TICKS):
        outcome = executor.tick()
        if outcome is not None:
            break
    if outcome is None:
        executor.stop()
        return Verdict("endless", "not done after many actions")
    problem = session.problem if session is not None else None
    if outcome.status in ("succeeded", "answered"):
        return Verdict()
    code = problem.code if problem is not None else ""
    words = problem.words if problem is not None else outcome.reply
    meant = problem.obj if problem is not None else None
    if code == "ambiguous" and meant is not None and meant.ref == "other" and len(plan.steps) > 1:
        return Verdict("impossible", "asks which is the other one")
    if "itself" in words:
        return Verdict("contradiction", words)
    if outcome.status == "cannot" and code != "unknown_kind":
        return Verdict("impossible", words)
    return Verdict(f"{outcome.status} {code}".strip(), words)


def _lost(steps: Sequence[Any], ctx: Context) -> Verdict | None:
    """A question or a condition about something that nothing fits."""
    for step in steps:
        objs: list[p.Obj | None] = []
        if isinstance(step, p.Answer) and step.query.query not in _OPEN_QUERIES:
            objs = [step.query.obj, step.query.obj2]
        condition = getattr(step, "condition", None) or getattr(
            getattr(step, "query", None), "condition", None
        )
        if condition is not None:
            objs += subjects(condition)
            holds(condition, ctx)
        for obj in objs:
            if (
                obj is not None
                and obj.quant != "none"
                and obj.ref is None
                and not matching(obj, ctx)
            ):
                return Verdict("nothing fits", " ".join(compact.write_obj(obj)))
    return None


# --- earlier turns --------------------------------------------------------------------------------


def earlier(draft: scenes.SceneDraft, steps: Sequence[Any]) -> list[p.Plan]:
    """Commands that must have gone before for the steps to make sense; adds their things."""
    out = [_put(draft, object_id) for object_id in draft.moved]
    ops = [s.op for s in p.Plan(steps=tuple(steps)).walk()]
    rels = {s.place.rel for s in p.Plan(steps=tuple(steps)).walk() if getattr(s, "place", None)}
    if {"again", "correct", "undo", "restore"}.intersection(ops) or {"there", "origin"} & rels:
        items = [t for t in draft.things if t.kind != "zone"] if {"origin"} & rels else []
        if not draft.moved:
            item = items[0] if items else draft._new(p.Obj(kind=_another_kind(draft)))
            alike = any(getattr(s, "obj", None) and s.obj.ref == "other" for s in steps)
            out.append(_put(draft, draft.mentions[-1][0] if alike and draft.mentions else item.id))
    made = [ops.index(op) for op in ("arrange", "stack") if op in ops]
    if "reshape" in ops and ops.index("reshape") < min(made, default=99):
        draft.pattern = draft.pattern or tuple(draft._new(p.Obj(kind="block")).id for _ in range(3))
    if "place" in ops and "pick" not in ops and not any(t.held for t in draft.things):
        draft._new(p.Obj(kind="block")).held = True
    for step in steps:
        if isinstance(step, p.Choose):
            out.append(_question(draft, step))
    return out


def _another_kind(draft: scenes.SceneDraft) -> Any:
    """A kind that no description fits by its kind alone."""
    there = {t.kind for t in draft.things}
    return next((k for k in ("block", "can", "cup") if k not in there), "block")


def _named(draft: scenes.SceneDraft, object_id: str) -> p.Obj:
    name = f"earlier {len(draft.names)}"
    draft.names[name] = object_id
    return p.Obj(name=name)


def _put(draft: scenes.SceneDraft, object_id: str) -> p.Plan:
    place = p.Place(rel="elsewhere")
    return p.Plan(steps=(p.Put(obj=_named(draft, object_id), place=place),))


def _question(draft: scenes.SceneDraft, step: p.Choose) -> p.Plan:
    """A command that ends in the question which `step` answers."""
    if step.obj is not None:
        return _which(draft, step.obj)
    item = _named(draft, draft._new(p.Obj(kind="block")).id)
    place = step.place
    if place is not None and place.rel == "there":
        return p.Plan(steps=(p.Move(obj=item, direction="left"), p.Ask(about="how_far")))
    about: Any = "where"
    if place is not None and place.obj is not None and place.obj.ref == "it":
        about = "direction"
    return p.Plan(steps=(p.Ask(about=about, obj=item),))


def _which(draft: scenes.SceneDraft, chosen: p.Obj) -> p.Plan:
    """A command that fits several things, the chosen one among them."""
    found = draft.want(chosen)
    first, size = found[0], scenes._SIZE_FACTOR[chosen.size]
    bare = p.Obj(kind=chosen.kind, noun=chosen.noun)
    same = chosen.model_copy(update={"quant": "the", "count": None}) != bare
    for _ in range(2 if len(found) == 1 else 0):
        other = draft._new(p.Obj(kind="block"))
        other.kind = first.kind if same else "cup" if first.kind != "cup" else "can"
        other.size_m = first.size_m * (1.0 if size == 1.0 else 0.75 if size > 1 else 1.3)
    if same:
        known: Any = {"kind": first.kind}
        if first.kind not in scenes.DEFAULT_SIZE_M:
            known = {"noun": first.kind}
    else:
        color: Any = draft._color()
        for t in draft.things:
            t.color = color
        known = {"colors": (color,)}
    return p.Plan(steps=(p.Point(place=p.Place(rel="above", obj=p.Obj(**known))),))


# --- contradictions -------------------------------------------------------------------------------


def contradiction(steps: Sequence[Any]) -> str:
    """What a plan says twice of one thing: put X in X, stack X on X, X left of X."""
    for step in p.Plan(steps=tuple(steps)).walk():
        obj, obj2, place = (getattr(step, n, None) for n in ("obj", "obj2", "place"))
        if obj is not None and obj == obj2 and _one(obj):
            return "swaps a thing with itself"
        if place is not None and obj is not None and _one(obj) and obj in (place.obj, place.obj2):
            return "puts a thing where it is itself"
        if place is not None and place.obj2 is not None and place.obj == place.obj2:
            if _one(place.obj2):
                return "between a thing and itself"
        objs = [o for o in getattr(step, "objs", ()) if _one(o)]
        if len(set(objs)) < len(objs):
            return "names a thing twice in one pattern"
    for obj in _descriptions(steps):
        bare = obj.model_copy(update={"where": (), "exclude": None})
        for r in obj.where:
            if r.obj is not None and r.obj == bare and _one(bare):
                return "relates a thing to itself"
        if obj.exclude is not None and obj.exclude == bare:
            return "excludes everything"
    return ""


def _one(obj: p.Obj) -> bool:
    return obj.quant == "the" and obj.ref is None and obj.count in (None, 1)


def _descriptions(steps: Sequence[Any]) -> Iterator[p.Obj]:
    """Every description of the steps, inner ones too."""
    pending: list[Any] = list(steps)
    while pending:
        node = pending.pop()
        if isinstance(node, p.Obj):
            yield node
        if isinstance(node, p.Node):
            pending.extend(
                v for v in node.__dict__.values() if v.__class__ not in (str, int, float)
            )
        elif isinstance(node, tuple):
            pending.extend(node)
