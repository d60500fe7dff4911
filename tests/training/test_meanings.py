"""The corpus's meanings: examples with a scene, judged by what their own plan does there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from llmagentos.lang import codec
from llmagentos.lang import plan as p
from llmagentos.types import Scene
from training import meanings
from training.corpus import build, mix
from training.corpus.filter import is_evaluation_sentence


def _plan(text: str) -> p.Plan:
    return codec.parse(text)


@pytest.fixture(scope="module")
def drawn() -> list[tuple[meanings.MeaningOfPair, meanings.Spoken]]:
    return [meanings.mixture().draw(seed) for seed in range(60)]


def test_the_shares_are_those_of_the_mix() -> None:
    shares = meanings.mixture().shares()
    assert sum(shares.values()) == pytest.approx(1.0)
    assert sum(part.share for part in mix.mixture()) == pytest.approx(1.0)
    assert shares["written by hand"] == pytest.approx(0.297, abs=0.01)
    assert list(shares) == [part.name for part in mix.mixture()]


def test_parts_are_drawn_by_their_shares(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Counter(meanings.mixture()[n].name for n in _names(3000))
    for name, share in meanings.mixture().shares().items():
        assert abs(names[name] - 3000 * share) <= 6 * max(1.0, (3000 * share) ** 0.5), name


def _names(n: int) -> list[str]:
    import random

    shares = meanings.mixture().shares()
    return random.Random(5).choices(list(shares), list(shares.values()), k=n)


def test_what_was_meant_is_worth_one(drawn) -> None:
    for meaning, example in drawn:
        seen = meanings.carry_out(example.setting, example.pair.plan())
        assert meaning.reward(example, seen) == 1.0, example.pair


def test_the_same_seed_gives_the_same(drawn) -> None:
    for seed in range(6):
        meaning, example = meanings.mixture().draw(seed)
        assert (meaning.name, example) == (drawn[seed][0].name, drawn[seed][1])


def test_no_example_is_an_evaluation_sentence(drawn) -> None:
    assert not any(is_evaluation_sentence(example.pair.command) for _, example in drawn)


def test_doing_nothing_is_wrong_where_something_had_to_move() -> None:
    meaning = meanings.mixture()["acts.steps.put"]
    for seed in range(8):
        example = meaning.draw(seed)
        seen = meanings.carry_out(example.setting, _plan("look"))
        assert meaning.reward(example, seen) == -1.0, example.pair


def test_declining_costs_less_than_doing_something_else() -> None:
    meaning = meanings.mixture()["acts.steps.put"]
    example = meaning.draw(1)
    declined = meanings.carry_out(example.setting, _plan("refuse fire"))
    elsewhere = meanings.carry_out(example.setting, _plan("put [ all object ] at front_left"))
    assert meaning.reward(example, declined) == -0.5
    assert meaning.reward(example, elsewhere) == -1.0


def test_a_hazard_is_to_be_refused() -> None:
    meaning = meanings.mixture()["refusals.safety.refuse"]
    example = meaning.draw(0)
    assert example.wanted.status == "refused"
    done = meanings.carry_out(example.setting, _plan("look"))
    assert meaning.reward(example, done) == -1.0
    assert meaning.check(example, done).expected == "refuse"


def test_an_answer_is_judged_by_its_words() -> None:
    meaning = meanings.mixture()["dialogue.questions.question"]
    examples = (meaning.draw(seed) for seed in range(40))
    example = next(e for e in examples if e.pair.target[:2] == ("answer", "count"))
    other = meanings.carry_out(example.setting, _plan("answer identity"))
    assert meaning.check(example, other).why == "wrong reply"


def test_a_wrong_world_is_told_from_a_moved_bystander() -> None:
    meaning = meanings.mixture()["acts.steps.put"]
    example = next(
        e for e in (meaning.draw(seed) for seed in range(20)) if len(e.wanted.after.objects) > 2
    )
    before = {o.id: o for o in example.wanted.before.objects}
    for thing in example.wanted.after.objects:
        moved = thing.position != before[thing.id].position
        seen = replace(example.wanted, after=_shifted(example.wanted.after, thing.id))
        wanted = "wrong world" if moved else "bystander moved"
        assert meaning.check(example, seen).why == wanted, thing


def _shifted(scene: Scene, name: str, by_m: float = 0.2) -> Scene:
    """The scene with one thing lifted off what it is on and put that far to the left."""
    objects = tuple(
        replace(o, position=(o.position[0], o.position[1] + by_m, o.position[2]), support="floor")
        if o.id == name
        else o
        for o in scene.objects
    )
    return replace(scene, objects=objects)


def test_a_turn_on_the_spot_is_seen() -> None:
    meaning = meanings.mixture()["acts.motions.rotate"]
    example = next(
        e for e in (meaning.draw(seed) for seed in range(20)) if e.pair.target[-2:-1] == ("ccw",)
    )
    other = " ".join(("cw" if w == "ccw" else w) for w in codec.write(example.pair.plan()).split())
    seen = meanings.carry_out(example.setting, _plan(other))
    right = float(codec.write(example.pair.plan()).split()[-1]) % 180 == 0
    assert meaning.check(example, seen).right == right


def test_a_name_is_judged_by_the_robots_words() -> None:
    meaning = meanings.mixture()["dialogue.exchanges.remember"]
    example = next(e for e in (meaning.draw(seed) for seed in range(20)) if not e.wanted.changed)
    other = replace(example.wanted, reply="All right, that is Bob.")
    assert meaning.check(example, other).why == "wrong reply"


def test_held_out_parts_come_in_their_split_alone() -> None:
    example = meanings.mixture("compositions")["sentences.sequences.sequence"].draw(0)
    assert build.held_structure(example.pair.target)
