"""Trains the planner by reward: plans are tried out, and those that end better become likelier.

    python -m training.planner.grpo --run runs/grpo --minutes 35
    python -m training.planner.grpo --run runs/sft --minutes 35 --algorithm sft   # for comparison

Knows: groups of samples, their advantages, the objective and the loop around it; and supervised
training on the same tasks, which shows whether the reward was worth its time. Does not know: what a
plan is worth (rewards.py), how samples are drawn (rollouts.py), what is practised (tasks.py). Runs
on a processor or a GPU, is resumed from its folder, stops at a time budget.

The objective and its sources: policy_gradient.py. trl's GRPOTrainer takes causal language models of
Hugging Face's kind and samples with their `generate`; this network is an encoder and a decoder that
points into the command, under masks that differ from prompt to prompt, so the loop is our own.

A task that no sample does right has nothing to tell them apart by: there the task's own plan is
taught with a small weight (`--anchor`).
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from llm_edge.constraint import PlanConstraint
from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner, parameter_count
from training.planner.policy_gradient import WORDS, advantages, objective
from training.planner.practice_log import Figures, Group, entropy, line, plot
from training.planner.rewards import Judge, Worth
from training.planner.rollouts import Block, Prompts, Written, sample
from training.planner.tasks import SHARES, Task, Tasks
from training.planner.train import Trainer

#: Tasks that were not all right, waiting to be practised again.
_AGAIN = 1000


class Practice(Trainer):
    """One run by reward, or by the tasks' own plans."""

    def __init__(self, args: argparse.Namespace, tasks: Tasks | None = None):
        #: Numbers the draws: the same run draws the same tasks, however often it is resumed.
        self.round = 0
        self.again: deque[Task] = deque(maxlen=_AGAIN)
        self.figures = Figures()
        super().__init__(args)
        self.start = self._start()
        self.constraint = PlanConstraint(self.vocabulary)
        self.tasks = tasks or Tasks(dict(zip(SHARES, args.shares, strict=True)))
        kept = Path(args.physics_cache) if args.physics_cache else self.run / "physics.jsonl"
        self.judge = Judge(scenes=args.scenes, physics=args.physics, kept=kept)

    def new_model(self) -> torch.nn.Module:
        """A network of the sizes of the one that the run starts from."""
        start = self.run / "last.ckpt" if (self.run / "last.ckpt").exists() else None
        name = start or self.args.warm_start
        if Path(name).is_file():
            state = torch.load(name, map_location="cpu", weights_only=True, mmap=True)
        else:
            from training.planner.shipped import checkpoint

            state = checkpoint(str(name))
        encoder = EncoderConfig(**state.get("encoder", {}))
        decoder = DecoderConfig(**{**state["decoder"], "vocab_size": len(self.vocabulary)})
        return Planner(encoder, decoder, self.vocabulary.first_pointer)

    def _start(self) -> Planner:
        """The network as the run began, which it must not leave far behind."""
        start: Planner = copy.deepcopy(self.half).requires_grad_(False)
        path = self.run / "start.ckpt"
        if path.exists():
            start.load_state_dict(torch.load(path, map_location=self.device, weights_only=True))
        else:
            torch.save(start.state_dict(), path)
        return start

    def state(self) -> dict[str, Any]:
        """As a trainer's, with what waits to be practised again."""
        return {
            **super().state(),
            "round": self.round,
            "again": [task.to_json() for task in self.again],
            "figures": dict(self.figures.sums),
        }

    def resume(self, state: dict[str, Any]) -> None:
        """Take over from a checkpoint what is not weights."""
        super().resume(state)
        self.round = state["round"]
        self.figures.add(**state["figures"])
        self.again.extend(Task.from_json(task) for task in state["again"])

    def progress(self) -> float:
        """How much of the run is over, 1 at its end: of its rounds or of its minutes."""
        return min(1.0, self.round / self.args.rounds) if self.args.rounds else super().progress()

    # --- a round ------------------------------------------------------------------------------

    def chosen(self, n: int) -> list[Task]:
        """Tasks of this round: new ones, and some that were not all right when last tried."""
        rng = random.Random(f"again:{self.args.seed}:{self.round}")
        out = []
        for i in range(n):
            if self.again and rng.random() < self.args.again:
                out.append(self.again.popleft())
            else:
                out.append(self.tasks.draw(f"{self.args.seed}:{self.round}:{i}"))
        return out

    def tried(self, tasks: Sequence[Task]) -> list[Group]:
        """Each task's samples and what they are worth."""
        args = self.args
        draws = torch.Generator().manual_seed(hash((args.seed, self.round)) % 2**63)
        matchers = [self.constraint.matcher(t.command, t.pending, t.earlier) for t in tasks]
        plans = sample(
            self.half, self._prompts(tasks), matchers, args.samples, args.temperature,
            args.max_words, draws, self.vocabulary.eos,
        )  # fmt: skip
        return [self._weighed(t, tuple(some)) for t, some in zip(tasks, plans, strict=True)]

    def _prompts(self, tasks: Sequence[Task]) -> Prompts:
        read = [self.tokenizer(t.command, t.pending, t.situation) for t in tasks]
        return Prompts.of(read, self.device)

    def _weighed(self, task: Task, some: tuple[Written, ...]) -> Group:
        words = [self._words(w) for w in some]
        if words == [task.target]:  # all samples are the task's own plan: no world is needed
            refused = "refuse" in task.target
            status = "refused" if refused else "question" if "ask" in task.target else "own"
            return Group(task, some, (Worth(1.0, status, "refuse" if refused else "own"),))
        if not self.judge.scenes(task):
            return Group(task, some, ())
        return Group(task, some, tuple(self.judge(task, plan) for plan in words))

    def _words(self, w: Written) -> tuple[str, ...] | None:
        """A plan's words; None where it has not ended."""
        if not w.ended:
            return None
        return tuple(self.vocabulary.words[t] for t in w.tokens[:-1])

    def improve(self) -> None:
        """One round by reward: try, weigh, and go up the gradient a few times."""
        groups = self.tried(self.chosen(self.args.prompts))
        self.figures.count(groups)
        self.again.extend(g.task for g in groups if g.differs or g.hopeless)
        self.round, self.seen = self.round + 1, self.seen + len(groups)
        told = [g for g in groups if g.differs]
        taught = [g.task for g in groups if g.hopeless] if self.args.anchor else []
        lessons = [(t, own) for t in taught if (own := self._own(t)) is not None]
        if not told and not lessons:
            return
        block, advantage, weight = self._block(told, len(groups))
        lesson = self._lesson(lessons)
        old = start = None
        self.half.train()
        for _ in range(self.args.epochs):
            self._set_rate()
            loss = torch.zeros((), device=self.device)
            if block is not None:
                now, every = block.log_probabilities(self.half, self.args.temperature)
                if old is None or start is None:
                    old = now.detach()
                    with torch.no_grad():
                        self.start.train()  # the same arithmetic as the network's
                        start, _ = block.log_probabilities(self.start, self.args.temperature)
                    self.figures.add(drawn=1, entropy=entropy(every, block.kept))
                terms = objective(
                    now, old, start, advantage, weight, block.kept,
                    self.args.clip_low, self.args.clip_high, self.args.kl,
                )  # fmt: skip
                loss = loss + terms.loss
                self.figures.add(passes=1, kl=terms.kl, clipped=terms.clipped)
            if lesson is not None:
                written, _ = lesson.log_probabilities(self.half, 1.0)
                loss = loss - self.args.anchor * written.sum() / (WORDS * len(groups))
            self.descend(loss)
            self.step += 1

    def _block(
        self, groups: Sequence[Group], n: int
    ) -> tuple[Block | None, Tensor | None, Tensor | None]:
        """Plans of these groups, their advantages and their parts of a batch of n groups."""
        if not groups:
            return None, None, None
        plans, gains, parts = list[tuple[int, Written]](), list[float](), list[float]()
        for i, g in enumerate(groups):
            plans += [(i, w) for w in g.written]
            gains += advantages(g.rewards, g.counts, self.args.scaled)
            parts += [w.count / (sum(g.counts) * n) for w in g.written]
        block = Block.of_plans(
            self._prompts([g.task for g in groups]),
            plans,
            len(self.vocabulary),
            self.vocabulary.eos,
        )
        return block, *(torch.tensor(x, device=self.device) for x in (gains, parts))

    def _own(self, task: Task) -> Written | None:
        """A task's own plan; None where the grammar or the rule of numbers has no such plan."""
        matcher = self.constraint.matcher(task.command, task.pending, task.earlier)
        tokens, masks = [*self.vocabulary.encode(task.target), self.vocabulary.eos], []
        for token in tokens:
            masks.append(matcher.allowed())
            if not masks[-1][token]:
                return None
            if token != self.vocabulary.eos:
                matcher.consume(token)
        return Written(tuple(tokens), tuple(masks), 1, True)

    def _lesson(self, own: Sequence[tuple[Task, Written]]) -> Block | None:
        if not own:
            return None
        prompts = self._prompts([task for task, _ in own])
        plans = [(i, w) for i, (_, w) in enumerate(own)]
        return Block.of_plans(prompts, plans, len(self.vocabulary), self.vocabulary.eos)

    def imitate(self) -> None:
        """One round without reward: the tasks' own plans, as training always was."""
        tasks = self.chosen(self.args.batch)
        self.round, self.seen = self.round + 1, self.seen + len(tasks)
        every = np.ones(len(self.vocabulary), bool)
        own = []
        for task in tasks:
            tokens = (*self.vocabulary.encode(task.target), self.vocabulary.eos)
            own.append((task, Written(tokens, (every,) * len(tokens), 1, True)))
        block = self._lesson(own)
        assert block is not None
        self.half.train()
        self._set_rate()
        written, _ = block.log_probabilities(self.half, 1.0)
        loss = -written.sum() / block.kept.sum()
        self.descend(loss)
        self.step += 1
        self.figures.add(passes=1, loss=float(loss.detach()))

    def _set_rate(self) -> None:
        for group in self.optimizer.param_groups:
            group["lr"] = self.args.lr * group["factor"] * self.rate()

    # --- the loop and its log -----------------------------------------------------------------

    def practise(self) -> None:
        """Go on until the rounds or the minutes are over, with a report and a checkpoint now and
        then; an interrupt ends it with a checkpoint."""
        args = self.args
        clock = time.process_time if args.cpu_time else time.monotonic
        began, before = clock(), self.spent_s
        print(
            f"{args.algorithm}: {parameter_count(self.model) / 1e6:.1f} M parameters, "
            f"{self.device}, round {self.round}",
            flush=True,
        )
        act = self.improve if args.algorithm == "grpo" else self.imitate
        try:
            while self.progress() < 1.0:
                act()
                self.spent_s = before + clock() - began
                if self.round % args.report == 0:
                    self.report()
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        self.report()
        plot(self.log, self.run / "curves.png")
        self.judge.close()

    def report(self) -> None:
        """Print and log what happened since the last report; write the checkpoint."""
        if not self.figures.sums:
            return
        row = {"round": self.round, "step": self.step, "minutes": self.spent_s / 60,
               "seen": self.seen, **self.figures.row(),
               **{f"judge_{k}": v for k, v in self.judge.counts.items()}}  # fmt: skip
        self.figures.sums.clear()
        self.log.append(row)
        print(line(self.progress(), row), flush=True)
        self.save()


def parser() -> argparse.ArgumentParser:
    """The options."""
    out = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    add = out.add_argument
    add("--run", required=True, help="the run's folder; goes on from its last.ckpt, if any")
    add("--algorithm", choices=("grpo", "sft"), default="grpo")
    add("--warm-start", default="planner-v6", help="checkpoint, or a shipped model, to begin from")
    add("--minutes", type=float, default=35)
    add("--rounds", type=int, default=0, help="so many rounds instead of so many minutes")
    add("--cpu-time", action="store_true", help="minutes of processor time")
    add("--prompts", type=int, default=32, help="tasks of a round")
    add("--samples", type=int, default=16, help="plans drawn for each task")
    add("--temperature", type=float, default=1.0)
    add("--max-words", type=int, default=96)
    add("--epochs", type=int, default=2, help="steps on each round's samples")
    add("--clip-low", type=float, default=0.2)
    add("--clip-high", type=float, default=0.28)
    add("--kl", type=float, default=0.02, help="weight of the distance to the start")
    add("--scaled", action="store_true", help="advantages over the group's deviation")
    add("--anchor", type=float, default=0.1, help="weight of own plans where no sample is right")
    add("--again", type=float, default=0.3, help="share of tasks that were not all right before")
    add("--scenes", type=int, default=2, help="scenes that a plan is judged in")
    add("--physics", type=float, default=0.01, help="share of tasks judged in PyBullet too")
    add("--physics-cache", default="", help="file of what physics said (default: the run's)")
    add("--shares", type=float, nargs=len(SHARES), default=list(SHARES.values()),
        metavar=tuple(name.upper() for name in SHARES), help="how often each source is drawn")  # fmt: skip
    add("--batch", type=int, default=48, help="pairs of a supervised step")
    add("--lr", type=float, default=1e-4)
    add("--encoder-factor", type=float, default=0.1)
    add("--warmup", type=int, default=20)
    add("--report", type=int, default=20, help="rounds between reports and checkpoints")
    add("--seed", type=int, default=1)
    add("--threads", type=int, default=2)
    add("--no-int8", dest="int8_aware", action="store_false", help="weights not rounded to INT8")
    out.set_defaults(pairs=None, scratch=False)
    return out


def main(argv: Sequence[str] | None = None) -> None:
    """Entry point of `python -m training.planner.grpo`."""
    args = parser().parse_args(argv)
    torch.set_num_threads(args.threads)
    practice = Practice(args)
    (practice.run / "options.json").write_text(json.dumps(vars(args), indent=1) + "\n")
    practice.practise()


if __name__ == "__main__":
    main()
