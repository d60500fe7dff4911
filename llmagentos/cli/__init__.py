"""The `llmagentos` command."""

from llmagentos.cli.main import main

__all__ = ["main"]
