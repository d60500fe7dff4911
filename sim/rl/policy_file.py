"""A trained policy as an ONNX file with its card, as llmagentos.skills.learned loads it.

Knows: how layers of weights become an ONNX graph, and what a card says. Does not know: training,
nor whether the policy is any good.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from llmagentos.files import make_folder
from llmagentos.skills.residual import Residual
from sim.skill_trials import SKILLS

Layers = Sequence[tuple[NDArray[np.float32], NDArray[np.float32]]]

_ENDS = {"none": 0.0, "one": 1.0}


def counter_of(residual: Residual) -> int:
    """Which feature counts the attempts before this one."""
    names = [f.name for f in residual.features]
    return next(names.index(name) for name in ("stroke", "grasp") if name in names)


#: By skill: where the sum of these features is 0, a policy changes nothing.
_GATES = {"push": ("stroke", "rolls"), "pick": ("grasp",)}


def declared(skill: str) -> Residual:
    """What a skill that can be tried offers to policies."""
    residual = SKILLS[skill].residual
    assert residual is not None, "every skill that can be tried has one"
    return residual


def gates_of(skill: str) -> list[int]:
    """Which features tell that a policy may change something: where all are 0 it does not."""
    names = [f.name for f in declared(skill).features]
    return [names.index(name) for name in _GATES[skill]]


def network_bytes(layers: Layers, most: Sequence[float], gates: Sequence[int]) -> bytes:
    """An ONNX file: features [n, features] float32 in their units to corrections [n, adjustables]
    in theirs. layers: weights [in, out] and bias [out], tanh after each; most: the bounds; gates:
    features of which one at least must not be 0, else nothing is corrected."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, weights, last = [], [], "features"
    for i, (w, b) in enumerate(layers):
        weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"sum{i}"]))
        nodes.append(helper.make_node("Tanh", [f"sum{i}"], [f"out{i}"]))
        last = f"out{i}"
    weights.append(numpy_helper.from_array(np.array(most, np.float32), "most"))
    weights.append(numpy_helper.from_array(np.array(gates, np.int64), "gates"))
    weights.append(numpy_helper.from_array(np.array([1], np.int64), "axis"))
    nodes += [
        helper.make_node("Gather", ["features", "gates"], ["told"], axis=1),
        helper.make_node("ReduceSum", ["told", "axis"], ["sum"], keepdims=1),
        helper.make_node("Clip", ["sum", "none", "one"], ["later"]),
        helper.make_node("Mul", [last, "most"], ["wanted"]),
        helper.make_node("Mul", ["wanted", "later"], ["corrections"]),
    ]
    weights += [numpy_helper.from_array(np.array(v, np.float32), n) for n, v in _ENDS.items()]
    graph = helper.make_graph(
        nodes,
        "policy",
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", len(layers[0][0])])],
        [helper.make_tensor_value_info("corrections", TensorProto.FLOAT, ["n", len(most)])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def write_policy(
    folder: Path,
    name: str,
    skill: str,
    arms: Sequence[str],
    layers: Layers,
    residual: Residual,
    command: str,
    figures: Mapping[str, Any],
    seed: int | None = None,
    gates: Sequence[int] | None = None,
) -> None:
    """SKILL.onnx and its card SKILL.yaml into a folder. command: what trained it; figures: what is
    to be said of it; gates: as in network_bytes, the skill's own by default."""
    make_folder(folder, "a folder for the policy")
    data = network_bytes(
        layers, [a.most for a in residual.adjustables], gates_of(skill) if gates is None else gates
    )
    (folder / f"{skill}.onnx").write_bytes(data)
    card = {
        "name": name,
        "skill": skill,
        "arms": list(arms),
        "file": f"{skill}.onnx",
        "sha256": hashlib.sha256(data).hexdigest(),
        "features": [f.name for f in residual.features],
        "adjustables": {a.name: a.most for a in residual.adjustables},
        "normalization": "inside the network: features come in their own units",
        "trained_by": command,
        "seed": seed,
        "figures": dict(figures),
    }
    (folder / f"{skill}.yaml").write_text(yaml.safe_dump(card, sort_keys=False), encoding="utf-8")
