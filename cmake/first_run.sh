#!/usr/bin/env bash
# From a fresh checkout to the first result: installs what is missing, builds `forerun`, and lets classic Parareal, kriging
# and the guard race serial stepping on a problem that is expensive for every serial solver there is.
#
# The race takes a minute. Building comes before it, once: of the one program and nothing else, some five minutes on two
# cores, all of it the compiler's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/install_packages.sh
cmake --preset release -DFORERUN_KERNELS=native  # not those of other machines, which take a minute to compile
cmake --build --preset release --target forerun --parallel "$(nproc)"

forerun=build/release/apps/forerun/forerun
problem=data/configs/pacemaker.toml
quiet=()
[[ -t 2 ]] || quiet=(--quiet)  # a bar on terminals, nothing in files
printf '\nEarly iterations on a cheaper fine solver (a ladder of two), with learners:\n\n'
"$forerun" compare $problem "${quiet[@]}" --set 'fine.levels=[320, 1024]' --correctors kriging,auto
printf '\nThe fine solver alone, with classic Parareal and with learners:\n\n'
# Classic Parareal's estimate of its error is far too large here: it ends unconfirmed, which is status 3.
"$forerun" compare $problem "${quiet[@]}" --correctors classic,kriging,auto || [[ $? -eq 3 ]]
cat <<TEXT

Next:
  $forerun compare $problem --correctors kriging,auto --out runs/first && $forerun report runs/first
      the race as a page: who wins, how the runs converged, where their time went
  $forerun plan $problem --set time.windows=1 --set time.end=4000 --set time.slices=128 --budget 40
      on the first window: would another serial solver have been faster, would other slices and coarse solvers?
  $forerun init equations
      a commented configuration to write an equation of your own into
TEXT
