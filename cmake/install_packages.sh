#!/usr/bin/env bash
# Installs the Debian packages that Forerun is built and tested with, if any is missing.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkgconf
  libeigen3-dev libtbb-dev  # core
  libsundials-dev  # solvers, optional
  libopenmpi-dev openmpi-bin  # many processes, optional
  nlohmann-json3-dev libxxhash-dev  # learning: model files
  libspdlog-dev libcxxopts-dev libtomlplusplus-dev  # apps
  pybind11-dev python3-dev python3-numpy  # the Python module, optional
  libgtest-dev libgmock-dev libbenchmark-dev python3 gfortran  # tests and benchmarks
)

if ! command -v dpkg-query >/dev/null; then
  echo "Not a Debian system; install the equivalents of: ${packages[*]}" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then
  exit 0
fi

echo "Installing ${missing[*]}" >&2
as_root=(env DEBIAN_FRONTEND=noninteractive)
((EUID == 0)) || as_root=(sudo "${as_root[@]}")
"${as_root[@]}" apt-get update -qq </dev/null
"${as_root[@]}" apt-get install -qq --yes --no-install-recommends "${missing[@]}" </dev/null
