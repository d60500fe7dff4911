"""What a shared beginning of prompts saves: seconds to the first token, of a server that runs.

    llmagentos model serve smollm2
    python -m benchmarks.models.prefix http://127.0.0.1:8080/v1 smollm2

Knows: OpenAI's protocol through its own client. Does not know: how the server keeps what it has read.
"""

from __future__ import annotations

import argparse
import statistics
import time

#: A system prompt of some hundred tokens, as agents have them.
_RULES = " ".join(
    f"Rule {k}: be short, be kind, and name the thing number {k} by its colour." for k in range(40)
)
_SYSTEM = f"You are the voice of a robot arm on a table. {_RULES}"
_TIMES = 5


def measure(address: str, model: str) -> dict[str, float]:
    """Medians in seconds: `own` with another first word each time, `shared` with the same beginning
    as the request before; and how many tokens were read and found in the cache then."""
    import openai

    client = openai.OpenAI(base_url=address, api_key="none", timeout=600.0)

    def first_token(system: str, question: str) -> tuple[float, int, int]:
        began_s, first_s, usage = time.perf_counter(), 0.0, None
        for chunk in client.chat.completions.create(
            model=model,
            messages=[
                {"role": "system", "content": system},
                {"role": "user", "content": question},
            ],
            stream=True,
            max_tokens=4,
            stream_options={"include_usage": True},
        ):
            if not first_s and chunk.choices and chunk.choices[0].delta.content:
                first_s = time.perf_counter() - began_s
            usage = chunk.usage or usage
        assert usage is not None
        details = usage.prompt_tokens_details
        return first_s, usage.prompt_tokens, (details.cached_tokens or 0) if details else 0

    first_token("hello", "hello")
    own = [first_token(f"{k} {_SYSTEM}", "Who are you?") for k in range(_TIMES)]
    first_token(_SYSTEM, "Who are you?")
    shared = [first_token(_SYSTEM, f"What is thing {k}?") for k in range(_TIMES)]
    return {
        "own_s": statistics.median(row[0] for row in own),
        "shared_s": statistics.median(row[0] for row in shared),
        "prompt_tokens": shared[-1][1],
        "cached_tokens": shared[-1][2],
    }


def main() -> None:
    """Entry point: address and model of a server that runs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("model")
    given = parser.parse_args()
    for name, value in measure(given.address, given.model).items():
        print(f"{name:16} {value:.4g}")


if __name__ == "__main__":
    main()
