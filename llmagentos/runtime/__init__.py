"""Processes of a running robot: which there are, and keeping them alive."""
