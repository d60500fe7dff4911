"""Which planner models come with the repository. Knows: their names, nothing else."""

DEFAULT_MODEL = "planner-v6"
#: Of robots with a base: trained on sentences about driving, too.
DRIVING_MODEL = "planner-v7"
