#!/usr/bin/env bash
# From a fresh checkout to the first result: installs what is missing, builds `forerun` and lets classic Parareal and two
# learners solve the same problem.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bash cmake/install_packages.sh
cmake --preset release
cmake --build --preset release --target forerun --parallel "$(nproc)"
build/release/apps/forerun/forerun compare data/configs/burgers.toml --correctors classic,randnet-local,randnet
