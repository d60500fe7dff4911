"""Phrases: descriptions of things, places, and what joins them."""
