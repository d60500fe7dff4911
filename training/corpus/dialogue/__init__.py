"""What is said across turns: questions, answers, corrections, repeats."""
