"""The HTTP engine against a small server of our own."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from llm_edge.llm import LLM
from llm_edge.planner import LLMPlanner
from llmagentos.errors import PlanError, ServerError
from llmagentos.lang import codec as compact
from llmagentos.ports.modules import PlanRequest
from llmagentos.types import Scene

PLAN = json.dumps(compact.parse("put [ the red block ] in [ the blue bowl ]").to_json())


class Fake:
    """What the server shall answer, and what it was asked."""

    def __init__(self):
        self.answers: list = []
        self.requests: list[tuple[dict, dict]] = []


@pytest.fixture
def fake():
    state = Fake()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            state.requests.append((body, dict(self.headers)))
            status, payload = state.answers.pop(0)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(
                payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            )

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/v1"
    yield state
    server.shutdown()
    server.server_close()


def completion(content):
    return {
        "choices": [{"message": {"content": content}}],
        "usage": {"prompt_tokens": 9, "completion_tokens": 4},
    }


def request(text="put the red block in the blue bowl", pending=""):
    return PlanRequest(text, Scene(), pending=pending)


def test_a_plan_comes_by_structured_output(fake, monkeypatch):
    monkeypatch.setenv("MY_KEY", "secret")
    fake.answers = [(200, completion(PLAN))]
    planner = LLMPlanner(LLM(fake.url, model="some-model", key_env="MY_KEY"))
    result = planner.plan(request(pending="Which bowl?"))
    assert compact.write(result.plan) == "put [ the red block ] in [ the blue bowl ]"
    assert (result.prompt_tokens, result.tokens) == (9, 4)
    assert result.engine["backend"] == "openai-http"
    body, headers = fake.requests[0]
    assert body["model"] == "some-model"
    assert body["response_format"]["json_schema"]["schema"]["title"] == "Plan"
    assert "Which bowl?" in body["messages"][-1]["content"]
    assert headers["Authorization"] == "Bearer secret"


def test_busy_servers_are_asked_again_a_bounded_number_of_times(fake):
    fake.answers = [(503, {}), (200, completion(PLAN))]
    assert LLM(fake.url, retry_wait_s=0.0).plan(request()).plan.steps
    fake.answers = [(503, {})] * 5
    with pytest.raises(ServerError, match="503"):
        LLM(fake.url, retries=2, retry_wait_s=0.0).plan(request())
    assert len(fake.requests) == 2 + 3


def test_refusals_are_not_repeated(fake):
    fake.answers = [(401, {"error": "no key"})]
    with pytest.raises(ServerError, match="401"):
        LLM(fake.url, retry_wait_s=0.0).plan(request())
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    "content", ["sorry, I can't", '{"steps": []}', '{"steps": [{"op": "dance"}]}']
)
def test_answers_that_are_no_plan_are_plan_errors(fake, content):
    fake.answers = [(200, completion(content))] * 2
    with pytest.raises(PlanError):
        LLM(fake.url).plan(request())


def test_answers_out_of_form_are_server_errors(fake):
    fake.answers = [(200, {"choices": []})]
    with pytest.raises(ServerError, match="expected a choice"):
        LLM(fake.url).plan(request())


def test_nobody_there():
    with pytest.raises(ServerError, match=r"127\.0\.0\.1"):
        LLM("http://127.0.0.1:9/v1", retries=0, timeout_s=2).plan(request())


def test_streaming(fake):
    events = "".join(
        f"data: {json.dumps({'choices': [{'delta': {'content': w}}]})}\n\n" for w in ("Hel", "lo")
    )
    fake.answers = [(200, (events + "data: [DONE]\n\n").encode())] * 2
    llm = LLM(fake.url)
    assert list(llm.stream("hi")) == ["Hel", "lo"]
    assert llm.generate_text("hi") == "Hello"
