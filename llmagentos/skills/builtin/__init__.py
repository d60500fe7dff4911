"""The skills that the robot brings: one file each, with its declaration at the end."""
