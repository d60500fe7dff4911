"""llama-cpp-python's real server with SmolLM2's GGUF file: a plan, or a named error, never less.

Skipped without extra `compare` (llama-cpp-python with its server) or the file, whose path is
LLMAGENTOS_SMOLLM2_GGUF or that of the installed wheel.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from llm_edge import pretrained
from llm_edge.llm import LLM
from llmagentos.errors import PlanError
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene

pytest.importorskip("llama_cpp", reason="extra 'compare'")
pytest.importorskip("uvicorn", reason="llama-cpp-python's server")
pytest.importorskip("starlette_context", reason="llama-cpp-python's server")

_NAMED = os.environ.get("LLMAGENTOS_SMOLLM2_GGUF", "")
FILE = Path(_NAMED) if _NAMED else pretrained._installed(pretrained.WHEELS["smollm2"])
pytestmark = [
    pytest.mark.skipif(FILE is None or not FILE.is_file(), reason="no SmolLM2 file at hand"),
    pytest.mark.slow,
    pytest.mark.timeout(900),
]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    order = [sys.executable, "-m", "llama_cpp.server", "--model", str(FILE), "--port", str(port),
             "--n_ctx", "4096", "--n_threads", "1", "--n_batch", "1"]  # fmt: skip
    process = subprocess.Popen(order, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/v1"
    try:
        for _ in range(240):
            if process.poll() is not None:
                pytest.skip(f"the server ended with {process.returncode}")
            try:
                urllib.request.urlopen(f"{url}/models", timeout=2).close()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait()


def test_text_and_a_stream(address: str) -> None:
    llm = LLM(address, timeout_s=300)
    assert "Paris" in llm.generate_text("What is the capital of France?", max_tokens=16)
    pieces = list(llm.stream("Say hello.", max_tokens=8))
    assert len(pieces) > 1 and "".join(pieces).strip()


def test_a_plan_or_a_named_error_whatever_forms_it_takes(address: str) -> None:
    llm = LLM(address, timeout_s=600)
    llm._server.max_tokens = 48
    try:
        assert llm.plan(PlanRequest("go home", Scene())).plan.steps
    except PlanError as exc:
        assert "expected" in str(exc)
