#!/usr/bin/env bash
# Faults that need a tracer or a mount: bash tests/faults/run.sh [PROGRAM]     (as root; strace is installed if missing)
#
# Runs the program while system calls fail, on a disk that is full and on one that may only be read. Each run must end with
# status 0, where the fault was harmless, or 4 and a sentence; leave nothing half written; and keep what was there before.
# Prints a line a fault: what was tried, how often, how often it went wrong. Exit status 0: never.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

program=$(realpath "${1:-build/release/apps/forerun/forerun}")
((EUID == 0)) || { echo "mounts need root" >&2; exit 2; }
if ! command -v strace >/dev/null; then
  apt-get update -qq </dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends strace </dev/null
fi

work=$(mktemp -d)
mounted=()
clean_up() {
  for point in "${mounted[@]}"; do umount "$point"; done
  rm -rf "$work"
}
trap clean_up EXIT

cat >"$work/small.toml" <<'TOML'
[problem]
name = "burgers"
points = 1000
viscosity = 1e-6
[time]
end = 1e-4
slices = 150
[fine]
method = "rk4"
steps = 2
[coarse]
method = "rk1"
steps = 1
[corrector]
name = "randnet"
neurons = 10
[run]
threads = 1
TOML

total_bad=0
tried=0
bad=0

# attempt STATUSES SENTENCE COMMAND…: runs it, with output of the run in $out.
attempt() {
  local statuses=$1 sentence=$2 status=0
  shift 2
  "$@" >"$work/stdout" 2>"$work/stderr" || status=$?
  # The loader's own calls are no business of the program's.
  if ((status == 127)) && grep -q "loading shared libraries" "$work/stderr"; then return; fi
  tried=$((tried + 1))
  local wrong=""
  [[ " $statuses " == *" $status "* ]] || wrong="status $status"
  if ((status != 0)) && ! grep -qE "$sentence" "$work/stderr"; then wrong+=" no sentence"; fi
  if find "$out" -name '*.tmp' 2>/dev/null | grep -q .; then wrong+=" a temporary file is left"; fi
  if [[ -f $out/model.safetensors ]] && ! "$program" inspect "$out/model.safetensors" >/dev/null 2>&1; then
    wrong+=" the model is damaged"
  fi
  [[ -z $wrong ]] && return
  bad=$((bad + 1))
  echo "  $*: $wrong: $(tail -n 1 "$work/stderr")" >&2
}

row() {
  printf '%-44s %6d %5d\n' "$1" "$tried" "$bad"
  total_bad=$((total_bad + bad))
  tried=0
  bad=0
}

run_words() { printf '%s\n' run "$work/small.toml" --quiet --out "$out/run" --save-model "$out/model.safetensors"; }

printf '%-44s %6s %5s\n' fault tried bad

out=$work/out
mkdir "$out"
mapfile -t words < <(run_words)
"$program" "${words[@]}" >/dev/null
cp "$out/model.safetensors" "$work/before"

for fault in open:EACCES fsync:EIO fsync:ENOSPC fsync:EDQUOT rename:EACCES rename:EIO rename:ENOSPC write:ENOSPC write:EIO \
  close:EIO; do
  call=${fault%:*} error=${fault#*:}
  message=$(python3 -c "import errno, os; print(os.strerror(errno.$error))")
  case $call in
    rename) traced=rename,renameat,renameat2 numbers=$(seq 1 12) ;;
    open) traced=openat numbers=$(seq 1 3 90) ;;
    close) traced=close numbers=$(seq 1 3 90) ;;
    *) traced=$call numbers=$(seq 1 12) ;;
  esac
  for number in $numbers; do
    rm -rf "$out/run"
    cp "$work/before" "$out/model.safetensors"
    attempt "0 4" "$message" strace -f -qq -o "$work/trace" -e trace="$traced" \
      -e inject="$traced:error=$error:when=$number" "$program" "${words[@]}"
  done
  row "strace: $call fails with $error"
done

out=$work/full
mkdir "$out"
mount -t tmpfs -o size=1m tmpfs "$out"
mounted+=("$out")
mapfile -t words < <(run_words)
attempt 4 "No space left on device" "$program" "${words[@]}"
rm -rf "$out/run"
for kib in 1000 900 700 500 300 100 20 4; do
  dd if=/dev/zero of="$out/filling" bs=1024 count=$kib status=none
  attempt 4 "No space left on device" "$program" "${words[@]}"
  rm -rf "$out/run" "$out/filling"
done
row "disk full (tmpfs of 1 MiB)"

out=$work/read-only
mkdir "$out"
mount -t tmpfs -o size=64m tmpfs "$out"
mounted+=("$out")
cp "$work/before" "$out/model.safetensors"
mount -o remount,ro "$out"
mapfile -t words < <(run_words)
attempt 4 "Read-only file system" "$program" "${words[@]}"
attempt 4 "Read-only file system" "$program" run "$work/small.toml" --quiet --save-model "$out/model.safetensors"
attempt 4 "Read-only file system" "$program" run "$work/small.toml" --quiet --json "$out/new.json"
attempt 4 "Read-only file system" "$program" run "$work/small.toml" --quiet --out "$out/other"
row "directory that may only be read (ro mount)"

out=$work/out
rm -rf "$out/run"
mapfile -t words < <(run_words)
for kib in 1 2 4 16 64 256 1024; do
  rm -rf "$out/run"
  attempt 4 "File too large" bash -c "ulimit -f $kib; exec \"\$@\"" limited "$program" "${words[@]}"
done
row "limit of a file's size (ulimit -f)"

attempt 4 "cannot be written" bash -c "exec \"\$@\" >/dev/full" full "$program" list
attempt 4 "cannot be written" bash -c "exec \"\$@\" --json - >/dev/full" full "$program" run "$work/small.toml" --quiet
row "standard output full (/dev/full)"

((total_bad == 0))
