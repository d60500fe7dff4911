"""Engines: one module per backend, all behind `llm_edge.engines.base.Engine`."""
