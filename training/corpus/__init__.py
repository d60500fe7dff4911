"""The synthetic corpus: meanings of the plan language, each said in many ways.

`build.sample(split, seed)` gives one pair; see README.md for what the words mean.
"""
