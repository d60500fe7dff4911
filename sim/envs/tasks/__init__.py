"""The tasks, one file each: what stands where, what the goal is, and an oracle that gets there."""
