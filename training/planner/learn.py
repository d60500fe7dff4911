"""Learns from people: a challenger is trained from the champion on approved lessons, and judged.

    python -m training.planner.learn --folder ~/.local/share/llmagentos/learning

Knows: the planner's `PolicyOptimizer`: what is trained (the decoder's layers; the encoder and the
words' table stay, so that a version is 4 MB of new weights), what keeps the rest as it was (the
champion's own distributions on replayed corpus sentences), and the development suites that judge.
Does not know: who approved the lessons (llmagentos learn), the held-out suites.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from llm_edge import folder, pointers
from llm_edge.local import LocalPlanner
from llm_edge.networks import qdq
from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner, additive
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import LLMAgentOSError, PlanError
from llmagentos.files import read_json, write_text
from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.learning import places
from llmagentos.learning.champion import Champions, Compared, Judgement, judged
from llmagentos.learning.lessons import Lesson
from llmagentos.learning.optimizer import Candidate, PolicyOptimizer, Progress
from llmagentos.types import Scene, SceneObject
from training.corpus import free_pairs
from training.corpus.free_lines import FOLDER, Sentence, Turn, held_out, read
from training.planner import data, shards, shipped
from training.planner.export import export_decoder
from training.planner.train import on_int8_grid, tensors

#: Other wordings of a lesson (recoloured, renamed) that it is judged by beside its own; training
#: draws its own from other seeds.
_VARIANTS, _JUDGED_SEED = 2, 7_000_000
_OBJECT_FIELDS = {f.name for f in fields(SceneObject)}


@dataclass(frozen=True)
class Recipe:
    """How much is trained. steps: updates; lesson_lines, replay_lines: of each update; anchor: weight
    of staying with the champion on what is replayed; preference, beta: of the right plan over the
    wrong one (Rafailov et al., "Direct preference optimization", 2023); replay: sentences drawn
    from; per_suite, suites: cases of each development suite, all suites without names."""

    steps: int = 48
    lesson_lines: int = 8
    replay_lines: int = 10
    lr: float = 3e-4
    anchor: float = 2.0
    preference: float = 0.2
    beta: float = 0.1
    replay: int = 240
    per_suite: int = 12
    suites: tuple[str, ...] = ()
    seed: int = 1


def sentence(lesson: Lesson, number: int = 0) -> Sentence:
    """A lesson as a sentence of the free corpus, which can be recoloured and renamed."""
    objects = tuple(_thing(row) for row in lesson.scene)
    nothing = p.Plan(steps=(p.Look(),))  # only words and outcomes of earlier turns are told
    turns = tuple(Turn(said, nothing, status) for said, status in lesson.history)
    return Sentence(
        "lessons", f"learnt-{number}", "person", Scene(objects), lesson.said,
        codec.parse(lesson.right), lesson.right, turns, lesson.pending,
    )  # fmt: skip


def _thing(row: Mapping[str, Any]) -> SceneObject:
    known: dict[str, Any] = {k: v for k, v in row.items() if k in _OBJECT_FIELDS}
    return SceneObject(**{**known, "position": tuple(known["position"])})


class PlannerOptimizer(PolicyOptimizer):
    """The planner's. models: where versions go (the user's model folder), the champion named by
    `champions`."""

    def __init__(
        self, champions: Champions, models: Path | None = None, recipe: Recipe | None = None
    ):
        self.champions, self.models = champions, models or folder.user_models()
        self.recipe = recipe or Recipe()

    def propose(self, chosen: Sequence[Lesson]) -> list[Lesson]:
        """Those whose plan can be written for their sentence: every text of it stands there, and the
        champion has every word of it."""
        able, words = list[Lesson](), _words_of(self._folder(self.champions.current))
        for lesson in chosen:
            try:
                pair = free_pairs.pair(sentence(lesson), random.Random(0), change=False)
            except (LLMAgentOSError, ValueError, TypeError):
                continue
            if words.has(pair.target):
                able.append(lesson)
        return able

    # --- training -------------------------------------------------------------------------------

    def train(self, chosen: Sequence[Lesson], progress: Progress) -> Candidate:
        """A folder in the user's models, named after the next free number."""
        if not chosen:
            raise PlanError("expected lessons that can be trained, got none")
        torch.manual_seed(self.recipe.seed)
        source = self._folder(self.champions.current)
        progress("reading the champion", 0.0)
        words = _words_of(source)
        student = _planner(source, words)
        losses = _Trainer(student, source, words, chosen, self.recipe).run(progress)
        progress("writing the challenger", 0.45)
        target = self._new_folder()
        _write(student, source, target, chosen)
        return Candidate(str(target), {"steps": self.recipe.steps, **losses})

    def judge(
        self, candidate: Candidate, chosen: Sequence[Lesson], progress: Progress
    ) -> Judgement:
        """The lessons' sentences, and the development suites on the symbolic robot."""
        before, after = str(self._folder(self.champions.current)), candidate.where
        progress("asking both for the lessons", 0.5)
        asked = _questions(chosen)
        learnt = Compared.of("lessons", _answers(before, asked), _answers(after, asked))
        groups = _suites(before, after, self.recipe, progress)
        return judged(learnt, groups)

    # --- versions -------------------------------------------------------------------------------

    def install(self, candidate: Candidate, judgement: Judgement) -> str:
        """The champion from now on; what it was stays for `roll_back`."""
        name = Path(candidate.where).name
        self.champions.install(name, judgement)
        return name

    def discard(self, candidate: Candidate, judgement: Judgement) -> None:
        """Its weights go, its figures stay in the history."""
        shutil.rmtree(candidate.where, ignore_errors=True)
        self.champions.keep(Path(candidate.where).name, judgement)

    def roll_back(self) -> str:
        """The one before. ValueError where nothing was learnt."""
        return self.champions.back()

    def _folder(self, name: str) -> Path:
        own = self.models / name
        return own if own.is_dir() else folder.find(name)

    def _new_folder(self) -> Path:
        taken = [f.name for f in self.models.glob("learnt-*")]
        taken += [str(row["model"]) for row in self.champions.history]
        number = 1 + max(
            (int(n[7:]) for n in taken if n.startswith("learnt-") and n[7:].isdigit()), default=0
        )
        return self.models / f"learnt-{number}"


class _Trainer:
    """One training: few steps, a low rate, the champion beside."""

    def __init__(
        self,
        student: Planner,
        source: Path,
        words: PlanVocabulary,
        chosen: Sequence[Lesson],
        recipe: Recipe,
    ):
        self._recipe, self._words = recipe, words
        self._tokenizer = PromptTokenizer.from_file(source / "tokenizer.json")
        self._student, self._champion = student, copy.deepcopy(student).requires_grad_(False)
        self._count = 0
        self._lessons, self._rng = list(chosen), random.Random(recipe.seed)
        student.requires_grad_(False)
        for layer in (student.decoder.model.layers, student.decoder.model.norm):
            layer.requires_grad_(True)
        self._weights = [w for w in student.parameters() if w.requires_grad]
        # what is trained are exact copies; the network runs on them as INT8 will round them
        self._exact = [w.detach().clone() for w in self._weights]
        self._optimizer = torch.optim.AdamW(self._exact, lr=recipe.lr, weight_decay=0.0)

    def run(self, progress: Progress) -> dict[str, float]:
        """Train; the last losses by name."""
        replay = self._replay(progress)
        losses: dict[str, float] = {}
        for step in range(self._recipe.steps):
            rows = [
                replay[i] for i in self._rng.sample(range(len(replay)), self._recipe.replay_lines)
            ]
            loss, losses = self._loss(rows)
            for w in self._weights:
                w.grad = None
            loss.backward()
            self._update(min(1.0, (step + 1) / 8) * (1.0 - 0.9 * step / self._recipe.steps))
            progress("training", 0.1 + 0.35 * (step + 1) / self._recipe.steps)
        return losses

    def _loss(self, replayed: list[list[str]]) -> tuple[Tensor, dict[str, float]]:
        recipe = self._recipe
        lessons = [self._rng.choice(self._lessons) for _ in range(recipe.lesson_lines)]
        right = self._batch([_line(x, self._rng) for x in lessons])
        learn = F.cross_entropy(*_scored(self._student, right))
        again = self._batch(replayed)
        own, _ = _scored(self._student, again)
        with torch.no_grad():
            theirs, _ = _scored(self._champion, again)
        stay = F.kl_div(own.log_softmax(-1), theirs.softmax(-1), reduction="batchmean")
        loss = learn + recipe.anchor * stay
        losses = {"lessons": float(learn.detach()), "anchor": float(stay.detach())}
        self._count += 1
        prefer = self._preference(lessons) if self._count % 4 == 0 else None
        if prefer is not None:
            loss = loss + recipe.preference * prefer
            losses["preference"] = float(prefer.detach())
        return loss, losses

    def _preference(self, lessons: Sequence[Lesson]) -> Tensor | None:
        pairs = [pair for x in lessons if (pair := _two_lines(x)) is not None]
        both = [p for p in pairs if self._words.has(p[1][2].split())][:6]
        if not both:
            return None
        right, wrong = (self._batch([pair[i] for pair in both]) for i in (0, 1))
        margin = _likelihood(self._student, right) - _likelihood(self._student, wrong)
        with torch.no_grad():
            was = _likelihood(self._champion, right) - _likelihood(self._champion, wrong)
        return -F.logsigmoid(self._recipe.beta * (margin - was)).mean()

    def _update(self, rate: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self._recipe.lr * rate
        for exact, w in zip(self._exact, self._weights, strict=True):
            exact.grad = w.grad
        torch.nn.utils.clip_grad_norm_(self._exact, 1.0)
        self._optimizer.step()
        with torch.no_grad():
            for exact, w in zip(self._exact, self._weights, strict=True):
                w.copy_(on_int8_grid(exact) if exact.ndim == 2 else exact)

    def _replay(self, progress: Progress) -> list[list[str]]:
        progress("drawing sentences to remember", 0.02)
        some = _free(self._recipe.replay * 2 // 3, self._rng)
        rest = self._recipe.replay - len(some)
        seed = 20_000_000 + self._recipe.seed * 100_000
        lines = [
            *shards.free_lines(some, len(some), self._rng),
            *shards.corpus_lines(rest, seed, static=True),
        ]
        # What it never could say (driving, for the arms' model) it has not to remember.
        return [line for line in lines if self._words.has(line[2].split())]

    def _batch(self, lines: Sequence[list[str]]) -> list[Tensor]:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "lines.jsonl"
            shards.write(path, list(lines))
            examples = data.load(path, self._tokenizer, self._words)
        batch = data.make_batch(examples, np.arange(len(lines)), self._words.eos)
        ids, types, words, lengths, inputs, plan_lengths, labels = tensors(
            batch, torch.device("cpu")
        )
        with torch.no_grad():  # the encoder is the same in both models and stays as it is
            seen = torch.arange(ids.shape[1])[None] < lengths[:, None]
            prefix = self._champion.prefix(ids, types, words, additive(seen)[:, None, None, :])
        return [prefix, lengths, inputs, plan_lengths, labels]


def _free(n: int, rng: random.Random) -> list[Sentence]:
    """So many free sentences that are not held out; only those are read, not all files."""
    lines = [
        line
        for path in sorted(FOLDER.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    out: list[Sentence] = []
    for line in rng.sample(lines, len(lines)):
        found = read(json.loads(line))
        if found.plan is not None and not held_out(found):
            out.append(found)
            if len(out) == n:
                break
    return out


def _scored(model: Planner, batch: list[Tensor]) -> tuple[Tensor, Tensor]:
    """(logits [N, V], labels [N]) of the plan words of a batch."""
    *inputs, labels = batch
    keep = labels >= 0
    return model.behind(*inputs)[keep].float(), labels[keep]


def _likelihood(model: Planner, batch: list[Tensor]) -> Tensor:
    """Log-likelihood of each plan [B]."""
    *inputs, labels = batch
    logs = model.behind(*inputs).float().log_softmax(-1)
    picked = logs.gather(-1, labels.clamp_min(0)[..., None])[..., 0]
    return (picked * (labels >= 0)).sum(-1)


def _words_of(model: Path) -> PlanVocabulary:
    return PlanVocabulary(tuple(read_json(model / "plan_vocabulary.json")))


def _line(lesson: Lesson, rng: random.Random) -> list[str]:
    try:
        pair = free_pairs.pair(sentence(lesson), rng, change=rng.random() < 0.7)
    except PlanError:
        pair = free_pairs.pair(sentence(lesson), rng, change=False)
    return [pair.command, pair.pending, " ".join(pair.target), pair.situation]


def _two_lines(lesson: Lesson) -> tuple[list[str], list[str]] | None:
    """The lesson with its right and with its wrong plan; None without one that can be written."""
    if not lesson.wrong:
        return None
    pair = free_pairs.pair(sentence(lesson), random.Random(0), change=False)
    try:
        wrong = " ".join(pointers.to_pointers(lesson.wrong, lesson.said))
    except PlanError:
        return None
    right = " ".join(pair.target)
    return tuple([pair.command, pair.pending, plan, pair.situation] for plan in (right, wrong))  # type: ignore[return-value]


def _planner(source: Path, words: PlanVocabulary) -> Planner:
    state: dict[str, Any] = shipped.checkpoint(str(source))
    config = read_json(source / "config.json")
    encoder = EncoderConfig(**config["encoder"])
    model = Planner(encoder, DecoderConfig(**config["decoder"]), words.first_pointer)
    model.load_state_dict(state["model"])
    return model.train()


def _write(model: Planner, source: Path, target: Path, chosen: Sequence[Lesson]) -> None:
    """A folder of the champion's files with the new decoder; whole or not at all."""
    part = target.with_name(f".{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(source, part)
    try:
        with tempfile.TemporaryDirectory() as place:
            export_decoder(model.eval(), Path(place))
            qdq.quantize_file(Path(place) / "decoder.onnx", part / "decoder.onnx", "int8")
        card = f"# {target.name}\n\nLearnt from {source.name} and {len(chosen)} lessons on this machine.\n"
        write_text(
            part / "README.md", card + "Its calibration is that of the model it began with.\n"
        )
        about = {"name": target.name, "quantization": "int8-weights-per-channel"}
        lessons = [lesson.id for lesson in chosen]
        folder.write_manifest(part, {**about, "learnt_from": source.name, "lessons": lessons})
        part.replace(target)
    finally:
        shutil.rmtree(part, ignore_errors=True)


# --- judging --------------------------------------------------------------------------------------


def _questions(chosen: Sequence[Lesson]) -> list[tuple[free_pairs.FreePair, p.Plan]]:
    """Each lesson's sentence, and variants of it that training has not drawn."""
    out = []
    for number, lesson in enumerate(chosen):
        own = sentence(lesson, number)
        for k in range(1 + _VARIANTS):
            rng = random.Random(_JUDGED_SEED + 1000 * number + k)
            try:
                pair = free_pairs.pair(own, rng, change=k > 0)
                plan = codec.parse(" ".join(pair.target), pointers.resolver(pair.command))
            except PlanError:
                continue
            out.append((pair, plan))
    return out


def _answers(model: str, asked: Sequence[tuple[free_pairs.FreePair, p.Plan]]) -> list[bool]:
    """Whether a model writes just that plan."""
    planner = LocalPlanner(model, engine_name="onnx-cpu")
    out = []
    for pair, wanted in asked:
        try:
            text = " ".join(planner.write(pair.command, pair.pending, pair.situation))
            out.append(codec.parse(text, pointers.resolver(pair.command)) == wanted)
        except PlanError:
            out.append(False)
    return out


def _suites(before: str, after: str, recipe: Recipe, progress: Progress) -> list[Compared]:
    """Both models on the same cases of the development suites, planner only."""
    from benchmarks.suites import run

    jobs = run.draw_jobs(recipe.suites or None, recipe.per_suite, recipe.seed, None, "dev")
    players = [run.Player(run.Settings(model=model)) for model in (before, after)]
    right: dict[str, tuple[list[bool], list[bool]]] = {}
    for done, job in enumerate(jobs):
        both = right.setdefault(job.suite, ([], []))
        for player, verdicts in zip(players, both, strict=True):
            verdicts.append(bool(player(job).success))
        progress("judging both on the development suites", 0.5 + 0.5 * (done + 1) / len(jobs))
    return [Compared.of(name, *both) for name, both in right.items()]


def main() -> None:
    """Entry point of `python -m training.planner.learn`: train what is approved, in this process."""
    from llmagentos.learning.background import work

    parser = argparse.ArgumentParser(description="Train the approved lessons.")
    parser.add_argument("--folder", default="")
    parser.add_argument("--steps", type=int, default=Recipe.steps)
    parser.add_argument("--per-suite", type=int, default=Recipe.per_suite)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    where = places.folder(args.folder)
    champions = Champions(where / places.MODEL, DEFAULT_MODEL)
    recipe = Recipe(steps=args.steps, per_suite=args.per_suite, seed=len(champions.history) + 1)
    work(where, PlannerOptimizer(champions, recipe=recipe))


if __name__ == "__main__":
    main()
