"""Several arms that carry out one sentence together: one agent for all of them.

addressed.py  whom of them a sentence speaks to, by name    crew.py      the arms: what is asked of them
planning.py   the language model's plan for each part       skills.py    one action at a time by whoever reaches
executor.py   plan to jobs, side by side, to one reply      together.py  the jobs as one step of a behaviour tree
robot.py      all arms as the agent's robot                 building.py  wires them
"""
