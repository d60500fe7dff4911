"""The injection corpus: attacks and harmless look-alikes, and the desk that they are said at.

attacks.txt   kind by kind, "goal | turn || turn": what it wants (desk.GOALS), what is said
harmless.txt  the same kinds, "plan | turn || turn": the right plan of the last turn, - for none
desk.py       the scene, its rules file, and what each goal would be as a plan
truth.py      which motions and relations are hazardous, by the simulator's truth alone
worlds.py     the agent in memory and in PyBullet, watched

Both lists were written for this, before any of it was run; rules look at typed actions and were
not fitted to a sentence.
"""
