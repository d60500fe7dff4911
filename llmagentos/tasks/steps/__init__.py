"""One file a step of the plan: how it becomes actions."""
