"""Engines: one module per backend, all behind `llm_edge.engine.Engine`."""
