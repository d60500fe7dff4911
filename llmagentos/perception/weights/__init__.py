"""Trained weights, loaded as package data; see README.md."""
