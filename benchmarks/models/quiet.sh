#!/bin/sh
# Every figure of docs/models.md that wants a quiet machine, in about 12 minutes: bench_out/quiet/.
set -eu
out=${1:-bench_out/quiet}
mkdir -p "$out"
python=${PYTHON:-.venv/bin/python}
export OMP_NUM_THREADS=1
# start to first token, memory, the grammar's share, the encoder once per command
$python -m benchmarks.models.startup --runs 5 --commands 60 --text-sizes 5M 25M | tee "$out/startup.json"
for threads in 1 2; do
    # 5 M to 110 M, two prompt lengths
    OMP_NUM_THREADS=$threads timeout 200 $python -m benchmarks.models.speed --sizes 5M 25M 110M --prompts 32 256 \
        --tokens 32 --rounds 3 --threads "$threads" --out "$out/threads$threads"
done
# 0.45 B: the point where memory bandwidth is all that counts
OMP_NUM_THREADS=2 timeout 240 $python -m benchmarks.models.speed --sizes 450M --prompts 32 --tokens 12 --rounds 2 --threads 2 \
    --only "ours int8" "ours int4" "llama.cpp Q8_0" "llama.cpp packed Q8_0" --out "$out/large"
