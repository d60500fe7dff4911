"""The same random weights for every runtime that is compared, and their clocks.

Knows: our ONNX export, GGUF files, transformers. Does not know: tables and plots (speed.py).
Each runner reads a prompt and writes tokens greedily, with the same number of threads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch

from benchmarks.models.clock import Speed, clock
from llm_edge.engines.onnx_cpu import OnnxCpuEngine
from llm_edge.networks import qdq
from llm_edge.networks.export_text import export_decoder, text_config
from llm_edge.networks.model import Decoder, DecoderConfig
from llmagentos.errors import ModelError

#: Name → (width, feed-forward, layers, heads, key-value heads).
SIZES: dict[str, tuple[int, int, int, int, int]] = {
    "5M": (192, 512, 8, 3, 1),
    "25M": (384, 1536, 10, 6, 2),
    "110M": (768, 2560, 13, 12, 4),
    "450M": (1024, 4096, 28, 16, 4),
}
VOCABULARY, POSITIONS = 8192, 1024


#: (prompt ids, how many to write) → what it took.
Runner = Callable[[list[int], int], Speed]


def random_decoder(size: str) -> Decoder:
    """A Llama-shaped decoder of that size with random weights: speed does not depend on them."""
    width, ffn, layers, heads, kv = SIZES[size]
    torch.manual_seed(0)
    config = DecoderConfig(
        vocab_size=VOCABULARY,
        hidden_size=width,
        intermediate_size=ffn,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=kv,
        head_dim=64,
        max_position_embeddings=POSITIONS,
        tie_word_embeddings=False,
    )
    return Decoder(config).eval()


def ours(decoder: Decoder, folder: Path, quantization: str, threads: int) -> Runner:
    """Our CPU engine on this decoder; the rewritten graph is kept in `folder` alone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{quantization}.onnx"
    if not (folder / "float.onnx").exists():
        export_decoder(decoder, folder / "float.onnx")
    qdq.quantize_file(folder / "float.onnx", path, quantization)
    (folder / quantization).mkdir(exist_ok=True)
    path.replace(folder / quantization / "decoder.onnx")
    # rewritten graphs of random weights are of no use to anybody later
    with mock.patch.dict(os.environ, {"XDG_CACHE_HOME": str(folder)}):
        config = text_config(decoder.config, "llama", [])
        engine = OnnxCpuEngine(folder / quantization, config, threads, spin=True)
    if engine.note:
        raise ModelError(f"expected the rewritten graph, got none: {engine.note}")

    def run(prompt: list[int], n: int) -> Speed:
        session = engine.start(None)
        return clock(session.feed, lambda t: session.feed([t]), prompt, n)

    return run


def write_gguf(decoder: Decoder, path: Path, kind: str) -> None:
    """The weights as GGUF; kind: "Q8_0" or "Q4_0". Norms stay float32."""
    import gguf

    c = decoder.config
    w = gguf.GGUFWriter(str(path), "llama")
    w.add_context_length(c.max_position_embeddings)
    w.add_embedding_length(c.hidden_size)
    w.add_block_count(c.num_hidden_layers)
    w.add_feed_forward_length(c.intermediate_size)
    w.add_head_count(c.num_attention_heads)
    w.add_head_count_kv(c.num_key_value_heads)
    w.add_key_length(c.head_dim)
    w.add_value_length(c.head_dim)
    w.add_rope_dimension_count(c.head_dim)
    w.add_rope_freq_base(c.rope_theta)
    w.add_layer_norm_rms_eps(c.rms_norm_eps)
    w.add_vocab_size(c.vocab_size)
    w.add_tokenizer_model("no_vocab")
    names = {
        "input_layernorm": "attn_norm",
        "post_attention_layernorm": "ffn_norm",
        "self_attn.q_proj": "attn_q",
        "self_attn.k_proj": "attn_k",
        "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output",
        "mlp.gate_proj": "ffn_gate",
        "mlp.up_proj": "ffn_up",
        "mlp.down_proj": "ffn_down",
    }
    outer = {
        "model.embed_tokens.weight": "token_embd.weight",
        "model.norm.weight": "output_norm.weight",
        "lm_head.weight": "output.weight",
    }
    for name, tensor in decoder.state_dict().items():
        values = tensor.numpy().astype(np.float32)
        if name in outer:
            target = outer[name]
        else:
            _, _, layer, *rest = name.split(".")
            target = f"blk.{layer}.{names['.'.join(rest[:-1])]}.weight"
            heads = {"attn_q": c.num_attention_heads, "attn_k": c.num_key_value_heads}.get(
                target.split(".")[2]
            )
            if heads:
                # GGUF's llama turns neighbouring pairs, Hugging Face's the two halves
                values = (
                    values.reshape(heads, 2, c.head_dim // 2, -1)
                    .swapaxes(1, 2)
                    .reshape(values.shape)
                )
        if values.ndim == 1:
            w.add_tensor(target, values)
        else:
            form = gguf.GGMLQuantizationType[kind]
            w.add_tensor(
                target, gguf.quants.quantize(np.ascontiguousarray(values), form), raw_dtype=form
            )
    w.write_header_to_file()
    w.write_kv_data_to_file()
    w.write_tensors_to_file()
    w.close()


def llama_cpp(decoder: Decoder, folder: Path, kind: str, threads: int, packed: bool) -> Runner:
    """packed: with llama.cpp's extra weight buffers (AMX and VNNI), the prompt token by token.

    GCC 12 leaves the AMX tile configuration half written in ggml (stores before `ldtilecfg` are
    optimized away), so that every pass of more than one token ends in a protection fault; single
    tokens take the VNNI kernels and are well. Without `packed` the plain AVX-512 kernels run, and
    prompts are read at once.
    """
    import llama_cpp

    path = folder / f"{kind}.gguf"
    if not path.exists():
        write_gguf(decoder, path, kind)
    defaults = llama_cpp.llama_model_default_params

    def params() -> Any:
        found = defaults()
        found.use_extra_bufts = packed
        return found

    with (
        mock.patch.object(llama_cpp, "llama_model_default_params", params),
        mock.patch.object(llama_cpp.llama_cpp, "llama_model_default_params", params),
    ):
        model = llama_cpp.Llama(
            str(path),
            n_ctx=POSITIONS,
            n_batch=512,
            n_threads=threads,
            n_threads_batch=threads,
            verbose=False,
        )
    size = decoder.config.vocab_size

    def feed(ids: list[int]) -> Any:
        for part in [[i] for i in ids] if packed else [ids]:
            model.eval(part)
        return np.ctypeslib.as_array(llama_cpp.llama_get_logits_ith(model.ctx, -1), shape=(size,))

    def run(prompt: list[int], n: int) -> Speed:
        model.reset()
        model._ctx.kv_cache_clear() if hasattr(model._ctx, "kv_cache_clear") else None
        return clock(feed, lambda t: feed([t]), prompt, n)

    return run


def transformers_generate(decoder: Decoder, threads: int) -> Runner:
    """The same weights in transformers' own generate, greedy."""
    from transformers import LlamaConfig, LlamaForCausalLM

    c = decoder.config
    config = LlamaConfig(
        vocab_size=c.vocab_size,
        hidden_size=c.hidden_size,
        intermediate_size=c.intermediate_size,
        num_hidden_layers=c.num_hidden_layers,
        num_attention_heads=c.num_attention_heads,
        num_key_value_heads=c.num_key_value_heads,
        head_dim=c.head_dim,
        max_position_embeddings=c.max_position_embeddings,
        eos_token_id=None,
        bos_token_id=None,
        pad_token_id=0,
    )
    model = LlamaForCausalLM(config).eval()
    model.load_state_dict(decoder.state_dict())
    torch.set_num_threads(threads)

    def run(prompt: list[int], n: int) -> Speed:
        ids = torch.tensor([prompt])
        times = []
        for count in (1, n + 1):
            began = time.perf_counter()
            with torch.no_grad():
                model.generate(
                    ids,
                    max_new_tokens=count,
                    min_new_tokens=count,
                    do_sample=False,
                    attention_mask=torch.ones_like(ids),
                )
            times.append(time.perf_counter() - began)
        return Speed(times[0], n / max(times[1] - times[0], 1e-9))

    return run
