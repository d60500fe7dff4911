# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Stops of a graph at random moments: `python -m llmagentos_ros.bench_stop --n 200`.

Knows: the stop topic, and joint states beside it. Does not know: how a graph stops. Prints
one JSON object a stop: the command, and ms from the topic's message until every joint rests (below
0.01 rad/s for 100 ms), on the robot's clock by the stamps of joint states.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from typing import Any

from llmagentos.errors import DriverError
from llmagentos_ros import interface as table
from llmagentos_ros.bench import started
from llmagentos_ros.bench_client import PATIENCE_S, REST_RADPS, Watcher

SCENE = 'demo'
COMMANDS = (
    'put the red block in the blue bowl',
    'put the green block on the gold plate',
    'stack the blue block on the red block',
    'put the yellow block in the gray tray',
    'push the red block to the left',
    'point at the purple cup',
    'go home',
)
#: Stops come so long after the first motion at most, seconds of the robot's time.
_WITHIN_S = 5.0
#: A new session after so many stops: things may have been dropped anywhere.
_FRESH = 8


def one(watcher: Watcher, publisher: Any, rng: random.Random) -> dict[str, Any] | None:
    """Stop one command; None where it ended before its moment, or nothing moved then."""
    text, after_s = rng.choice(COMMANDS), rng.uniform(0.0, _WITHIN_S)
    watcher.wait(watcher.client.server_is_ready)
    sent = watcher.client.send_goal_async(table.COMMAND_ACTION.kind.Goal(text=text))
    watcher.wait(sent.done)
    ended = sent.result().get_result_async()
    watcher.speeds.clear()

    def due() -> bool:
        moving = [at for at, speed in watcher.speeds if speed > REST_RADPS]
        if not moving:
            return False
        at, speed = watcher.speeds[-1]
        return at >= moving[0] + after_s and speed > REST_RADPS

    watcher.wait(lambda: due() or ended.done())
    if ended.done() or not due():
        return None
    speed, began = watcher.speeds[-1][1], time.monotonic()
    publisher.publish(table.STOP_NOW.kind())
    ms = 1000 * watcher.time_to_rest()
    wall_ms = 1000 * (time.monotonic() - began)
    watcher.wait(ended.done)
    answer = watcher.call(table.RESET_SAFETY, table.RESET_SAFETY.kind.Request())
    if not answer.success:
        raise DriverError(f'expected a reset after {text!r}, got: {answer.message}')
    return {'command': text, 'ms': ms, 'radps': speed, 'wall_ms': wall_ms}


def main(args: list[str] | None = None) -> int:
    """Start a graph, stop it again and again, print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('--n', type=int, default=200)
    parser.add_argument('--seed', type=int, default=20261130)
    parser.add_argument('--profile', default='careful')
    options = parser.parse_args(args)
    rng, taken, give_up = random.Random(options.seed), 0, 0
    with started(SCENE, {'profile': options.profile}) as (_, watcher):
        topic = table.STOP_NOW
        publisher = watcher.node.create_publisher(topic.kind, topic.name, topic.qos)
        watcher.wait(lambda: publisher.get_subscription_count() > 0, PATIENCE_S)
        while taken < options.n:
            found = one(watcher, publisher, rng)
            give_up = 0 if found else give_up + 1
            if give_up > 20:
                raise DriverError('expected a moving arm in 20 commands, got none')
            if found is not None:
                taken += 1
                print(json.dumps(found), flush=True)
            if found is None or taken % _FRESH == 0:
                watcher.reset_safety()  # a busy computer's watchdogs may have stopped it
                watcher.reset()
    return 0


if __name__ == '__main__':
    raise SystemExit(main())
