#!/bin/bash
# Kills a run at random moments and goes on with it:
#
#   tests/apps/run/kill_and_resume.sh build/release/apps/forerun/forerun [TRIALS] [SEED] [PROCESSES]
#
# Each trial starts a comparison of several correctors on a ladder or without one, on 1, 2 or 4 threads, kills it with
# SIGKILL at a random moment (now and then what goes on with it, too), and resumes it. The states must be those of a run
# that nobody has killed, bit for bit, and iterations.csv the same but for the seconds. The last line is the count.
#
# With PROCESSES the comparison is shared by so many (mpirun), one of which is killed at random; one to four go on with it.
set -u

program=$(realpath "$1")
trials=${2:-100}
seed=${3:-1}
processes=${4:-}
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_btl_vader_single_copy_mechanism=none

# What starts so many processes; one alone where the comparison is not shared.
launch() {
  if [ -n "$processes" ] && [ "$1" -gt 1 ]; then echo "mpirun -n $1"; fi
}
some_processes() { launch $((1 + RANDOM % 4)); }
RANDOM=$seed
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cat > "$work/run.toml" <<'END'
[problem]
name = "burgers"
points = 32
viscosity = 0.02
[time]
end = 2.0
slices = 24
[fine]
method = "rk4"
steps = 1200
[coarse]
method = "rk1"
steps = 8
[parareal]
tolerance = 1e-10
[run]
checkpoint_seconds = 0.05
END
correctors=classic,randnet-local,randnet,kriging,krylov,auto
ladder='fine.levels=[60, 300, 1200]'

# What must not depend on the kill.
state_of() {
  (cd "$1" && sha256sum boundaries-*.npy && cut -d, -f1-9,16- iterations.csv && ls | grep -v '^checkpoint$')
}

declare -A expected seconds
for kind in plain ladder; do
  options=()
  [ "$kind" = ladder ] && options=(--set "$ladder")
  begin=$(date +%s%N)
  "$program" compare "$work/run.toml" --correctors $correctors --quiet --threads 2 "${options[@]}" --out "$work/$kind" \
    > /dev/null || { echo "the run itself failed" >&2; exit 1; }
  seconds[$kind]=$(( ($(date +%s%N) - begin) / 1000000 ))
  expected[$kind]=$(state_of "$work/$kind")
done
echo "uninterrupted: ${seconds[plain]} ms, on a ladder ${seconds[ladder]} ms"

# Starts the command, and kills it after a random time of up to $1 milliseconds.
killed() {
  local most=$1
  shift
  "$@" > /dev/null 2>> "$work/errors" &
  local process=$!
  sleep "$(awk -v most="$most" -v draw="$RANDOM" 'BEGIN { print most * draw / 32768 / 1000 }')"
  local victim=$process
  if [ "$1" = mpirun ]; then
    victim=$(pgrep -P $process | shuf -n 1 --random-source=<(yes "$RANDOM"))
  fi
  kill -9 ${victim:-$process} 2> /dev/null
  wait $process 2> /dev/null
}

tried=0
bad=0
early=0
late=0
while [ $tried -lt "$trials" ]; do
  kind=$([ $((RANDOM % 2)) = 0 ] && echo plain || echo ladder)
  threads=$((1 << (tried % 3)))
  options=()
  [ "$kind" = ladder ] && options=(--set "$ladder")
  out=$work/out
  rm -rf "$out"
  killed "${seconds[$kind]}" $(launch ${processes:-1}) "$program" compare "$work/run.toml" --correctors $correctors --quiet --threads $threads \
    "${options[@]}" --out "$out"
  if [ ! -e "$out/checkpoint/request" ]; then
    # Too early for there to be a run, or it was over: not counted.
    if [ -e "$out/record.json" ]; then late=$((late + 1)); else early=$((early + 1)); fi
    continue
  fi
  again=$((RANDOM % 3))
  for ((i = 0; i < again; i++)); do
    killed "${seconds[$kind]}" $(some_processes) "$program" resume "$out" --quiet --threads $((1 << (RANDOM % 3)))
  done
  tried=$((tried + 1))
  $(some_processes) "$program" resume "$out" --quiet --threads $((1 << (RANDOM % 3))) > "$work/output" 2>> "$work/errors"
  status=$?
  if [ $status != 0 ] || [ "$(state_of "$out")" != "${expected[$kind]}" ]; then
    bad=$((bad + 1))
    echo "trial $tried ($kind, $threads threads, killed $((again + 1)) times): status $status, other results" >&2
    tail -3 "$work/errors" >&2
  fi
done
echo "killed before there was a run $early, after it was over $late: not counted"
echo "tried $tried, bad $bad"
[ $bad = 0 ]
