"""Spoken sentences made by programs, and the training of what hears "stop" in them."""
