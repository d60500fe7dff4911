"""The segmenting network: its scenes, its samples, a few steps, and the file that comes out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")
pytest.importorskip("onnx", reason="extra 'train'")

from llmagentos.inference import OnnxSegmenter  # noqa: E402
from training.segmenter import export, joins, train  # noqa: E402
from training.segmenter.data import draw, files, read  # noqa: E402
from training.segmenter.heaps import HeapWorld, Shot, softened  # noqa: E402
from training.segmenter.network import Segnet  # noqa: E402
from training.segmenter.pack import SIZE, Shelf, borders, mirrored, sample_of, shrunk, varied  # noqa: E402


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scenes, drawn once."""
    at = tmp_path_factory.mktemp("scenes")
    for _ in draw(at, range(3, 5), views=1, noise="typical"):
        pass
    return at


@pytest.fixture(scope="module")
def shots(folder: Path) -> list[Shot]:
    return [shot for path in files(folder) for shot in read(path)]


@pytest.fixture(scope="module")
def world() -> Iterator[HeapWorld]:
    world = HeapWorld("tiny")
    yield world
    world.close()


def test_a_scene_is_the_same_for_the_same_seed_and_its_truth_lies_on_the_table(
    world: HeapWorld,
) -> None:
    first, again = (world.shots(7, 1, "row", noise="none")[0] for _ in range(2))
    assert np.array_equal(first.ids, again.ids) and np.array_equal(first.rgb, again.rgb)
    assert np.array_equal(first.depth, again.depth)
    assert len(np.unique(first.ids)) >= 3, "the table and a row of at least two"
    v, u = np.nonzero(first.ids)
    rays = np.stack([u, v, np.ones_like(u)], 1) @ np.linalg.inv(first.intrinsics).T
    pose = first.base_from_camera
    z = (rays * first.depth[v, u][:, None]) @ pose[2, :3] + pose[2, 3]
    assert np.percentile(z, 2) > -0.002 and z.max() < 0.2
    middles = first.middles[np.unique(first.ids)[1:]]
    assert (middles[:, 2] > 0.005).all() and (middles[:, 2] < z.max()).all()


def test_what_touches_really_touches_and_heaps_lie_on_each_other(world: HeapWorld) -> None:
    touching = world.shots(11, 1, "touching", noise="none")[0]
    assert borders(touching.ids).any(), "some thing has another one right beside it in the picture"


def test_softened_depth_keeps_high_steps_and_holes() -> None:
    depth = np.full((40, 40), 1.0, np.float32)
    depth[:, 20:] = 0.9
    depth[:, 10:12] = 1.004
    depth[5, 30] = 0
    soft = softened(depth, 2.0)
    assert (
        soft[5, 30] == 0
        and np.abs(soft[:, 21:] - depth[:, 21:]).max() < 1e-3 + 0.9 * (depth == 0).any()
    )
    assert 1.0 < soft[20, 11] < 1.0035, "a shallow groove is shallower"


def test_samples_vote_for_middles_and_mirror(shots: list[Shot]) -> None:
    small = shrunk(shots[0])
    sample = sample_of(small)
    assert (
        sample.planes.shape == (12, *SIZE)
        and np.count_nonzero(sample.raised) == (small.ids[::2, ::2] > 0).sum()
    )
    voting = sample.weight > 0
    assert voting.any() and not sample.weight[small.ids[::2, ::2] == 0].any()
    assert np.array_equal(mirrored(mirrored(sample)).planes, sample.planes)
    assert mirrored(sample).votes[0, 5, 7] == -sample.votes[0, 5, -8]
    part = varied(sample, np.random.default_rng(0))
    assert part.planes.shape == (12, 128, 160) and part.raised.any()


def test_a_few_steps_learn_resume_and_become_a_segmenter(
    folder: Path, shots: list[Shot], tmp_path: Path
) -> None:
    shelf = Shelf(folder)
    assert len(shelf.samples) == 2
    trainer = train.Trainer(tmp_path, steps=24, batch=2, seed=1)
    trainer.one_step(shelf)
    before = dict(trainer.seen)
    for _ in range(11):
        trainer.one_step(shelf)
    trainer.save()
    other = train.Trainer(tmp_path, steps=24, batch=2, seed=1)
    other.resume()
    assert other.step == 12
    for one in (trainer, other):
        one.one_step(shelf)
    kept = zip(trainer.network.parameters(), other.network.parameters(), strict=True)
    assert all(torch.equal(a, b) for a, b in kept), "a run goes on as if it had never stopped"
    after = trainer.seen
    assert after["raised"] < before["raised"] and after["votes"] < before["votes"]
    assert set(trainer.checked(shelf)) == {"raised", "border", "votes"}
    trainer.network.eval()
    card = export.write(trainer.network, tmp_path / "card")
    segmenter = OnnxSegmenter(card)
    shot = shots[0]
    told = segmenter.segment(shot.rgb, shot.depth, shot.intrinsics, shot.base_from_camera)
    assert told.shape == shot.ids.shape and told.dtype == np.uint16
    features, apart, weight = joins.pairs_of(trainer.network, shots[1])
    assert features.shape[1] == 6 and len(features) == len(apart) == len(weight)


def test_the_exported_network_says_what_the_trained_one_says(tmp_path: Path) -> None:
    import onnxruntime

    torch.manual_seed(3)
    network = Segnet((4, 8, 8)).eval()
    export.write(network, tmp_path)
    planes = np.random.default_rng(0).normal(size=(1, 12, *SIZE)).astype(np.float32)
    session = onnxruntime.InferenceSession(str(tmp_path / "segmenter.onnx"))
    (out,) = session.run(None, {"planes": planes})
    with torch.no_grad():
        assert np.abs(network(torch.from_numpy(planes)).numpy() - out).max() < 1e-4


def test_joins_are_fitted_to_what_tells_parts_apart() -> None:
    rng = np.random.default_rng(0)
    apart = (rng.random(400) < 0.3).astype(np.float64)
    features = np.c_[0.2 + 0.6 * apart, apart, np.zeros(400)] + rng.normal(0, 0.15, (400, 3))
    weights, bound = joins.fitted(features, apart, np.ones(400))
    assert ((features @ weights > bound) == (apart > 0)).mean() > 0.97
    assert weights[0] > 0 and weights[1] > 0 and abs(weights[2]) < 2
