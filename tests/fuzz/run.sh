#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs each for SECONDS (600 by default): bash tests/fuzz/run.sh [SECONDS [READER…]]
#
# Prints a line a reader: name, executions, findings. What broke a reader is kept in build/fuzz/findings/READER, what
# was worth keeping of the rest in build/fuzz/corpus/READER, from which the next run goes on.
# Exit status 0: no finding.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

seconds=${1:-600}
readers=("${@:2}")
((${#readers[@]} > 0)) || readers=(campaign config csv expression model npy record store)

# libFuzzer comes with clang, which nothing else of Forerun needs.
if ! command -v clang++ >/dev/null; then
  as_root=(env DEBIAN_FRONTEND=noninteractive)
  ((EUID == 0)) || as_root=(sudo "${as_root[@]}")
  "${as_root[@]}" apt-get update -qq </dev/null
  "${as_root[@]}" apt-get install -qq --yes --no-install-recommends clang libclang-rt-dev </dev/null
fi
bash cmake/install_packages.sh
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target fuzz_files fuzz_commands --parallel "$(nproc)"

# Files that are written and read a thousand times a second need no disk.
if [[ -w /dev/shm ]]; then export TMPDIR=/dev/shm; fi
total=0
printf '%-10s %12s %9s\n' reader executions findings
for reader in "${readers[@]}"; do
  corpus=build/fuzz/corpus/$reader
  findings=build/fuzz/findings/$reader
  log=build/fuzz/$reader.log
  case $reader in
    csv | npy | model | store) program=build/fuzz/tests/fuzz/fuzz_files ;;
    *) program=build/fuzz/tests/fuzz/fuzz_commands ;;
  esac
  mkdir -p "$corpus" "$findings"
  "$program" --reader="$reader" --write-seeds="$corpus"
  status=0
  "$program" --reader="$reader" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=256 \
    -max_len=65536 -reload=0 -print_final_stats=1 -verbosity=1 -artifact_prefix="$findings/" "$corpus" >"$log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  found=$(find "$findings" -type f | wc -l)
  # A run that ended early without a file to show for it is a finding, too.
  if ((status != 0 && found == 0)); then found=1; fi
  total=$((total + found))
  printf '%-10s %12s %9s\n' "$reader" "${executions:-?}" "$found"
done
((total == 0))
