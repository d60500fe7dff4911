"""`python -m llmagentos` is the `llmagentos` command."""

from __future__ import annotations

import sys


def main() -> None:
    """The command line; what stops a robot does not wait until all of it is loaded."""
    if sys.argv[1:2] == ["stop"]:
        from llmagentos.safety.urgent import stop_at_once

        stop_at_once(sys.argv[1:])
    from llmagentos.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
