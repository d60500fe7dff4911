"""Rendered pictures with truth, and the training of perception's small classifiers."""
