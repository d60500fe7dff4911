"""Processes of a running robot: which there are, keeping them alive, and reaching them."""
