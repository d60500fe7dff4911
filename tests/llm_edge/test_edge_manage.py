"""Models by name, folder and address; broken ones are refused before use."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from llm_edge import folder, manage
from llm_edge.engines import memory
from llm_edge.llm import LLM
from llmagentos.cli.model import app
from llmagentos.default_model import DEFAULT_MODEL
from llmagentos.errors import (
    MissingDependencyError,
    ModelError,
    ModelIntegrityError,
    ModelNotFoundError,
)

NAME = DEFAULT_MODEL


@pytest.fixture(autouse=True)
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path / "data" / "llmagentos" / "models"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    try:
        source = folder.find(NAME)
    except ModelError:
        pytest.skip("no shipped model")
    target = tmp_path / "copy"
    shutil.copytree(source, target)
    return target


def test_list_and_info() -> None:
    rows = {r["name"]: r for r in manage.models()}
    assert rows[NAME]["kind"] == "planner" and rows[NAME]["bytes"] > 1_000_000
    facts = manage.info(NAME)
    assert facts["engines"]["onnx-cpu"] == "there" and facts["memory_bytes"] > rows[NAME]["bytes"]
    result = CliRunner().invoke(app, ["list", "--json"])
    assert result.exit_code == 0 and NAME in {r["name"] for r in json.loads(result.output)}


@pytest.mark.parametrize("file", ["decoder.onnx", "config.json", "tokenizer.json"])
def test_a_changed_file_is_refused_before_use(copy: Path, file: str) -> None:
    assert manage.verify(str(copy)) >= 5
    data = bytearray((copy / file).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / file).write_bytes(data)
    for use in (
        lambda: manage.verify(str(copy)),
        lambda: LLM(str(copy)),
        lambda: manage.add(str(copy), "mine"),
    ):
        with pytest.raises(ModelIntegrityError, match=rf"expected SHA-256 \w+ for .*{file}, got"):
            use()


def test_swapped_truncated_missing_and_foreign_files(copy: Path) -> None:
    encoder, decoder = (copy / "encoder.onnx").read_bytes(), (copy / "decoder.onnx").read_bytes()
    (copy / "encoder.onnx").write_bytes(decoder)
    with pytest.raises(ModelIntegrityError, match=r"encoder\.onnx"):
        manage.verify(str(copy))
    (copy / "encoder.onnx").write_bytes(encoder[:-1])
    with pytest.raises(ModelIntegrityError, match=r"encoder\.onnx"):
        manage.verify(str(copy))
    (copy / "encoder.onnx").write_bytes(encoder)
    (copy / "other.onnx").write_bytes(decoder)
    with pytest.raises(
        ModelIntegrityError, match=r"expected only files of the manifest, got .*other\.onnx"
    ):
        manage.verify(str(copy))
    (copy / "other.onnx").unlink()
    (copy / "decoder.onnx").unlink()
    with pytest.raises(ModelIntegrityError, match=r"decoder\.onnx, got no such file"):
        manage.verify(str(copy))


def test_added_models_have_a_name(copy: Path, own_models: Path) -> None:
    assert manage.add(str(copy), "mine") == own_models / "mine"
    assert "mine" in {r["name"] for r in manage.models()} and manage.verify("mine") >= 5
    with pytest.raises(ModelError, match="expected a new name, got 'mine'"):
        manage.add(str(copy), "mine")
    with pytest.raises(ModelError, match="expected a plain name"):
        manage.add(str(copy), "../mine")
    with pytest.raises(
        ModelNotFoundError,
        match="expected a folder, a GGUF file, an http address or a name of smollm2",
    ):
        manage.add("no/such/thing")
    assert sorted(p.name for p in own_models.iterdir()) == ["mine"]


def test_a_folder_that_needs_exporting_without_pytorch(
    tmp_path: Path, own_models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)  # as where extra `export` is not installed
    for module in [m for m in sys.modules if m.startswith("llm_edge.networks")]:
        monkeypatch.delitem(sys.modules, module)
    source = tmp_path / "llama"
    source.mkdir()
    with pytest.raises(ModelNotFoundError, match=r"expected manifest\.json .* got neither"):
        manage.add(str(source), "mine")
    (source / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(MissingDependencyError, match=r"got no torch.*llmagentos\[export\]"):
        manage.add(str(source), "mine")
    assert not (own_models / "mine").exists()


def test_an_address_can_have_a_name(own_models: Path) -> None:
    manage.add("http://robot:8080/v1", "garage", model="qwen3")
    llm = LLM("garage")
    assert llm.info.to_dict() == {
        "backend": "openai-http",
        "model": "qwen3",
        "quantization": "unknown",
    }
    assert manage.info("garage")["address"] == "http://robot:8080/v1"


def test_too_little_memory_is_a_sentence_before_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 50_000_000)
    with pytest.raises(
        ModelError, match=rf"expected \d+ MB of free memory for {NAME} .* got 50 MB"
    ):
        LLM(NAME)


def test_build_verify_and_bench_from_the_command_line() -> None:
    run = CliRunner()
    assert run.invoke(app, ["verify", NAME]).exit_code == 0
    result = run.invoke(app, ["build", NAME, "--engine", "onnx-cpu"])
    assert result.exit_code == 0 and "onnxruntime-cpu" in result.output
    facts = json.loads(run.invoke(app, ["bench", NAME, "--engine", "cpu", "--json"]).output)
    assert (
        facts["engine"] == "onnxruntime-cpu"
        and facts["tokens_per_s"] > 0
        and facts["rss_bytes"] > 0
    )
    assert NAME in run.invoke(app, ["info", NAME]).output
