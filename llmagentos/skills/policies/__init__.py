"""Trained policies of skills, loaded as package data: a card (YAML) and a network (ONNX) each."""
