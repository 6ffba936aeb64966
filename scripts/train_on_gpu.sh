#!/usr/bin/env bash
# Train on a machine with a GPU for a limited time, without installing gifnet there: it needs
# Python 3.11+ with torch, numpy, pillow, safetensors, typer, rich, pydantic and OpenCV.
#
#   scripts/train_on_gpu.sh RECIPE DATA OUT SECONDS
#
# RECIPE  a name of the package's (paper, default), or a TOML file
# DATA    the folder that `scripts/pack_training_data.py` made, with one folder for each NAME
# OUT     where state, log, panels and weights go; run again with the same OUT to go on
# SECONDS after which the run is stopped; its state is saved then, too
# GPUS    in the environment: how many GPUs train together, 1 by default
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
recipe=$1 data=$(realpath "$2") out=$3 seconds=$4
mkdir -p "$out"
[ -f "$recipe" ] && recipe=("$recipe") || recipe=(--recipe "$recipe")
export PYTHONPATH="$PWD/src" PYTHONUNBUFFERED=1
resume=()
[ -e "$out/state.pt" ] && resume=(--resume "$out") || resume=(-o "$out")
start=(python3)
[ "${GPUS:-1}" -eq 1 ] || start+=(-m torch.distributed.run --standalone --nproc-per-node "$GPUS")
code=0
# In the foreground, as torchrun hands the one signal on to its processes.
timeout --foreground --signal=INT --kill-after=60 "$seconds" \
  "${start[@]}" -m gifnet train "${recipe[@]}" --data "$data" "${resume[@]}" || code=$?
# 124: stopped by the clock, which is how a long run ends here; 130: it saved its state
[ "$code" -eq 0 ] || [ "$code" -eq 124 ] || [ "$code" -eq 130 ] || exit "$code"
ls -l "$out"
