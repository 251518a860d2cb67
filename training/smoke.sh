#!/usr/bin/env bash
# Runs every recipe for a few steps on a few pictures, in a temporary work folder: smoke.sh [PYTHON]
# Needs a work folder ($TANDEM_TRAINING) in which render.mjs has run. Minutes; it checks that things run, not that they learn.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${1:-python3}
real=${TANDEM_TRAINING:-$HOME/tandem-training}
export TANDEM_TRAINING=$(mktemp -d) HF_HUB_OFFLINE=1 HF_HUB_DISABLE_PROGRESS_BARS=1 TRANSFORMERS_VERBOSITY=error
trap 'rm -rf "$TANDEM_TRAINING"' EXIT
ln -s "$real/pictures" "$real/npm" "$TANDEM_TRAINING/"
run() { echo "== $*"; "$python" "$here/$@" 2>"$TANDEM_TRAINING/stderr" || { cat "$TANDEM_TRAINING/stderr"; echo "FAILED: $*"; exit 1; }; }

run tokenizer.py --merges 200
run vae.py --steps 2
run vae.py --steps 2 --decoder
run latents.py --limit 8 --colors 2
run train_unet.py --steps 8 --batch 2
run train_unet.py --steps 8 --batch 2 --workers 1
[ "$(tail -n 1 "$TANDEM_TRAINING/unet/log.csv" | cut -d, -f1)" = 16 ] || { echo "FAILED: did not resume"; exit 1; }
run train_unet.py --steps 8 --batch 2 --workers 1 --cooldown 1
run export.py "$TANDEM_TRAINING/export/again" --vae "$TANDEM_TRAINING/vae-decoder"
run judge.py --steps 8 --batch 8 --workers 1
run export_judge.py "$TANDEM_TRAINING/judge-folder"
run evaluate.py "$TANDEM_TRAINING/export/current" --count 2 --steps 2 --sheet "$TANDEM_TRAINING/sheet.png"
ln -s current "$TANDEM_TRAINING/export/default"
run distill_guidance.py --steps 8 --batch 2 --workers 1
for round in 50 10 5; do run distill_progressive.py --round $round --steps 8 --batch 2 --workers 1; done
run evaluate.py "$TANDEM_TRAINING/export/steps-10" --count 2 --steps 10
run distill_lcm.py --steps 8 --batch 2 --workers 1
run evaluate.py "$TANDEM_TRAINING/export/lcm" --count 2 --steps 4
run prune.py small --count 2
run prune.py random --random-like small --count 2
for name in small random; do run distill_pruned.py $name --steps 8 --batch 2 --workers 1 --count 2; done
run distill_pruned.py small --steps 8 --batch 2 --workers 1 --count 2
[ "$(tail -n 1 "$TANDEM_TRAINING/prune/small/log.csv" | cut -d, -f1)" = 16 ] || { echo "FAILED: did not resume"; exit 1; }
run evaluate.py "$TANDEM_TRAINING/export/small" --count 2 --steps 2
run latent_study.py f4-c4 f8-c16 --steps 2 --limit 2
echo "all recipes run"
