"""TensorRT's API in the shapes of 8.5, 10.3, 10.16 and 11, computing with ONNX Runtime, and a device
whose memory is the host's. What a release does not have is not there, so using it fails."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import onnxruntime as ort

VERSIONS = ("8.5", "10.3", "10.16", "11.0")


class FakeDevice:
    """Host memory as a device; strict about bounds and alignment."""

    stream = 17

    def __init__(self, graphs: bool = False):
        self.sm, self.blocks, self.graphs, self.launches = "87", {}, graphs, 0  # type: str, dict[int, Any], bool, int

    def allocate(self, size: int) -> int:
        raw = np.full(size + 256, 0xFF, np.uint8)
        address = (raw.ctypes.data + 255) // 256 * 256
        self.blocks[address] = (raw, size)
        return address

    def free(self, address: int) -> None:
        del self.blocks[address]

    def _check(self, address: int, size: int) -> None:
        assert any(a <= address and address + size <= a + n for a, (_, n) in self.blocks.items()), (
            "outside any allocation"
        )

    def zero(self, address: int, size: int) -> None:
        self._check(address, size)
        ctypes.memset(address, 0, size)

    def upload(self, address: int, values: Any) -> None:
        self._check(address, values.nbytes)
        ctypes.memmove(address, values.ctypes.data, values.nbytes)

    def download(self, values: Any, address: int) -> None:
        self._check(address, values.nbytes)
        ctypes.memmove(values.ctypes.data, address, values.nbytes)

    def copy_2d(
        self, target: int, target_pitch: int, source: int, source_pitch: int, width: int, rows: int
    ) -> None:
        for r in range(rows):
            self._check(target + r * target_pitch, width)
            self._check(source + r * source_pitch, width)
            ctypes.memmove(target + r * target_pitch, source + r * source_pitch, width)

    def synchronize(self) -> None: ...

    def capture(self, work: Callable[[], None]) -> Callable[[], None] | None:
        if not self.graphs:
            return None

        def launch() -> None:
            self.launches += 1
            work()

        return launch


class _Context:
    def __init__(self, engine: Any, device: FakeDevice):
        self._engine, self._device, self._profile = engine, device, 0
        self._shapes: dict[str, tuple[int, ...]] = {}
        self._addresses: dict[str, int] = {}

    def set_optimization_profile_async(self, index: int, stream: int) -> bool:
        self._profile = index
        return stream == FakeDevice.stream

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        least, _, largest = self._engine.profiles[self._profile][name]
        self._shapes[name] = tuple(shape)
        return len(shape) == len(least) and all(
            a <= b <= c for a, b, c in zip(least, shape, largest, strict=True)
        )

    def set_tensor_address(self, name: str, address: int) -> bool:
        assert address % 256 == 0
        self._addresses[name] = address
        return True

    def execute_async_v3(self, stream: int) -> bool:
        assert stream == FakeDevice.stream
        feeds = {}
        for value in self._engine.session.get_inputs():
            kind = np.int32 if "int32" in value.type else np.float32
            feeds[value.name] = np.empty(self._shapes[value.name], kind)
            self._device.download(feeds[value.name], self._addresses[value.name])
        names = [o.name for o in self._engine.session.get_outputs()]
        for name, values in zip(names, self._engine.session.run(names, feeds), strict=True):
            self._device.upload(
                self._addresses[name], np.ascontiguousarray(values) * self._engine.factor
            )
        return True


class _Engine:
    def __init__(self, plan: dict[str, Any], device: FakeDevice, factor: float):
        options = ort.SessionOptions()
        options.intra_op_num_threads, options.log_severity_level = 1, 3
        self.session = ort.InferenceSession(
            plan["model"], options, providers=["CPUExecutionProvider"]
        )
        self.profiles, self._device, self.factor = plan["profiles"], device, np.float32(factor)
        self._values = [(v, True) for v in self.session.get_inputs()] + [
            (v, False) for v in self.session.get_outputs()
        ]
        self.num_io_tensors = len(self._values)

    def get_tensor_name(self, i: int) -> str:
        return str(self._values[i][0].name)

    def get_tensor_mode(self, name: str) -> str:
        return "in" if next(i for v, i in self._values if v.name == name) else "out"

    def get_tensor_dtype(self, name: str) -> str:
        return str(next(v for v, _ in self._values if v.name == name).type)

    def create_execution_context(self) -> _Context:
        return _Context(self, self._device)


def fake_tensorrt(version: str, device: FakeDevice, factor: float = 1.0) -> Any:
    """factor: what every output is multiplied with; not 1 is a plan that gives nonsense."""
    major = int(version.split(".")[0])
    plans: dict[bytes, dict[str, Any]] = {}
    log: list[str] = []

    class Network:
        def __init__(self, flags: int):
            self.flags, self.model = flags, b""

    class Parser:
        num_errors = 1

        def __init__(self, network: Network, logger: Any):
            self._network = network

        def parse(self, model: bytes) -> bool:
            self._network.model = model
            return not model.startswith(b"broken")

        def get_error(self, i: int) -> str:
            return "node 3: no importer"

    class Config:
        progress_monitor: Any = None

        def __init__(self) -> None:
            self.profiles: list[Any] = []

        def set_memory_pool_limit(self, pool: Any, size: int) -> None:
            log.append(f"workspace {size}")

        def set_flag(self, flag: Any) -> None:
            assert major < 11, "TensorRT 11 has no precision flags"
            log.append(f"flag {flag}")

        def add_optimization_profile(self, profile: Any) -> int:
            self.profiles.append(profile.shapes)
            return len(self.profiles) - 1

    class Builder:
        def __init__(self, logger: Any): ...

        def create_network(self, flags: int = 0) -> Network:
            log.append(f"network {flags}")
            return Network(flags)

        def create_builder_config(self) -> Config:
            return Config()

        def create_optimization_profile(self) -> Any:
            profile = SimpleNamespace(shapes={})
            profile.set_shape = lambda name, *shapes: profile.shapes.__setitem__(name, shapes)
            return profile

        def build_serialized_network(self, network: Network, config: Config) -> Any:
            if config.progress_monitor is not None:
                config.progress_monitor.phase_start("tactics", None, 2)
                config.progress_monitor.step_complete("tactics", 0)
                config.progress_monitor.phase_finish("tactics")
            key = f"plan {len(plans)}".encode()
            plans[key] = {"model": network.model, "profiles": config.profiles}
            return memoryview(key)

    class Runtime:
        def __init__(self, logger: Any): ...

        def deserialize_cuda_engine(self, plan: bytes) -> Any:
            return _Engine(plans[plan], device, factor) if plan in plans else None

    class Logger:
        WARNING = 1

        def __init__(self, level: int): ...

    trt = SimpleNamespace(
        __version__=version,
        Builder=Builder,
        OnnxParser=Parser,
        Runtime=Runtime,
        Logger=Logger,
        log=log,
        IExecutionContext=_Context,
        INetworkDefinition=type("INetworkDefinition", (), {}),
        TensorIOMode=SimpleNamespace(INPUT="in", OUTPUT="out"),
        MemoryPoolType=SimpleNamespace(WORKSPACE=0),
        DataType=SimpleNamespace(),
        nptype=lambda kind: np.int32 if "int32" in kind else np.float32,
        NetworkDefinitionCreationFlag=SimpleNamespace(),
        BuilderFlag=SimpleNamespace(),
    )
    if major < 11:
        trt.NetworkDefinitionCreationFlag.EXPLICIT_BATCH = 0
        trt.BuilderFlag.INT8, trt.BuilderFlag.FP16 = "INT8", "FP16"
    if major >= 10:
        trt.DataType.INT64 = 8
        trt.BuilderFlag.VERSION_COMPATIBLE = "VC"
        trt.IProgressMonitor = type("IProgressMonitor", (), {"__init__": lambda self: None})
    if major == 10:
        trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED = 1
    if version in ("10.16", "11.0"):
        trt.INetworkDefinition.add_kv_cache_update = trt.INetworkDefinition.add_attention = (
            lambda self: None
        )
    return trt
