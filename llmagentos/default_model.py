"""Which planner model comes with the repository. Knows: its name, nothing else."""

DEFAULT_MODEL = "planner-v6"
