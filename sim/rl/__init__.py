"""Learning in the environments of `sim.envs`: trains, evaluates and exports policies.

Knows: algorithms, run folders and figures. Does not know: the command line, plans or skills; what
is trained here runs on a robot from its ONNX file, without this package. PyTorch and
Stable-Baselines3 (extra `rl`) are imported by the algorithms that need them, and only then.
"""
