#!/usr/bin/env bash
# How long the tutorial takes on a fresh checkout: clones this one, sets it up, and runs every command of docs/tutorial.md as
# it stands there, nothing shortened. Takes minutes; what remains of its thirty is reading.
set -euo pipefail
source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
git clone --quiet "$source" "$directory/forerun"
cd "$directory/forerun"

began=$SECONDS
bash cmake/first_run.sh
set_up=$((SECONDS - began))
python3 tests/docs/run_page.py --program build/release/apps/forerun/forerun --python /usr/bin/python3 \
  --full --times docs/tutorial.md
printf '%8d    s  set-up: packages, build and first run\n' "$set_up"
printf '%8d    s  set-up and all commands\n' "$((SECONDS - began))"
