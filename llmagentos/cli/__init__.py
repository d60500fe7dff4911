"""The `llmagentos` command."""

from __future__ import annotations

import sys

from llmagentos.errors import LLMAgentOSError

__all__ = ["main"]

try:
    from llmagentos.cli.main import main
except LLMAgentOSError as exc:  # an installed package whose kinds or words cannot be loaded
    _problem = f"{type(exc).__name__}: {exc}"

    def main(argv: list[str] | None = None) -> None:
        """Say why there is no command line, and exit with 2."""
        print(_problem, file=sys.stderr)
        sys.exit(2)
