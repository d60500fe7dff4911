"""A planner's folder in few bits: it loads, says what it is, and writes plans inside the grammar."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="extra 'train'")

from llm_edge import folder as folders  # noqa: E402
from llm_edge import pointers  # noqa: E402
from llm_edge.local import LocalPlanner  # noqa: E402
from llm_edge.networks.model import DecoderConfig, EncoderConfig, Planner  # noqa: E402
from llm_edge.tokenization import PlanVocabulary  # noqa: E402
from llmagentos.default_model import DEFAULT_MODEL  # noqa: E402
from llmagentos.errors import ModelError  # noqa: E402
from llmagentos.lang import codec as compact  # noqa: E402
from training.planner import quantize  # noqa: E402
from training.planner.export import export_onnx, write_configs  # noqa: E402


@pytest.fixture(scope="module")
def float32(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small planner with random weights and the real words."""
    torch.manual_seed(0)
    vocabulary = PlanVocabulary()
    encoder = EncoderConfig(
        hidden_size=64, num_hidden_layers=1, num_attention_heads=4, intermediate_size=128
    )
    decoder = DecoderConfig(vocab_size=len(vocabulary), hidden_size=128, num_hidden_layers=1)
    made = tmp_path_factory.mktemp("planner") / "fp32"
    planner = Planner(encoder, decoder, vocabulary.first_pointer).eval()
    export_onnx(planner, made)
    write_configs(planner, vocabulary, made, folders.find(DEFAULT_MODEL) / "tokenizer.json")
    return made


@pytest.mark.parametrize("variant", list(quantize.NAMES))
def test_each_variant_is_smaller_and_writes_a_plan(
    float32: Path, variant: str, tmp_path: Path
) -> None:
    made = tmp_path / variant
    quantize.quantize_folder(float32, made, variant)
    for name in ("encoder.onnx", "decoder.onnx"):
        assert (made / name).stat().st_size < 0.6 * (float32 / name).stat().st_size
    model = LocalPlanner(str(made), engine_name="onnx-cpu")
    assert model.quantization == quantize.NAMES[variant]
    command = "put the red block in the bowl"
    # random weights mean nothing, but what they write is a plan
    words = " ".join(model.write(command))
    assert compact.parse(words, pointers.resolver(command)).steps


def test_an_unknown_variant_is_named(float32: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="int3"):
        quantize.quantize_folder(float32, tmp_path / "x", "int3")
