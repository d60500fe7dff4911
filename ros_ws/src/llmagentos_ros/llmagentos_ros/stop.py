# Copyright 2026 The LLMAgentOS maintainers
# SPDX-License-Identifier: Apache-2.0
"""
Stops a graph, or resets it after a stop: `python -m llmagentos_ros.stop stop|reset`.

Knows: the two services. Does not know: how the graph stops. Prints one JSON object: words, and
at_rest or reset; or error.
"""

from __future__ import annotations

import argparse
import json
from typing import Any

from llmagentos_ros import interface as table
import rclpy

_SERVICES = {'stop': (table.STOP, 'at_rest'), 'reset': (table.RESET_SAFETY, 'reset')}


def ask(do: str, namespace: str, wait_s: float) -> dict[str, Any]:
    """Call the service; what it answered, or why there is no answer."""
    endpoint, key = _SERVICES[do]
    rclpy.init(args=[])
    node = rclpy.create_node('stop_client', namespace=namespace)
    try:
        client = node.create_client(endpoint.kind, endpoint.name)
        if not client.wait_for_service(timeout_sec=wait_s):
            return {'error': f'expected a graph at {namespace}, got none within {wait_s:.0f} s'}
        future = client.call_async(endpoint.kind.Request())
        rclpy.spin_until_future_complete(node, future, timeout_sec=wait_s)
        if not future.done():
            return {'error': f'expected an answer, got none within {wait_s:.0f} s'}
        return {key: bool(future.result().success), 'words': future.result().message}
    finally:
        node.destroy_node()
        rclpy.shutdown()


def main(args: list[str] | None = None) -> int:
    """Ask, print, and exit with 0 when it is done."""
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument('do', choices=tuple(_SERVICES))
    parser.add_argument('--namespace', default='/')
    parser.add_argument('--wait', type=float, default=5.0)
    options = parser.parse_args(args)
    told = ask(options.do, options.namespace, options.wait)
    print(json.dumps(told), flush=True)
    return 0 if told.get(_SERVICES[options.do][1]) else 1


if __name__ == '__main__':
    raise SystemExit(main())
