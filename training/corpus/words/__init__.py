"""Words for the concepts of the plan language: many for each."""
