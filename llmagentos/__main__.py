"""`python -m llmagentos` is the `llmagentos` command."""

from llmagentos.cli import main

main()
