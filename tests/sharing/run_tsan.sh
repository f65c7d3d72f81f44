#!/usr/bin/env bash
# Builds what threads share with the thread sanitizer and runs it. Exit status 0: not one report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cmake --preset tsan
cmake --build --preset tsan --target sharing_test --parallel "$(nproc)"
TSAN_OPTIONS="halt_on_error=0 exitcode=66 second_deadlock_stack=1 ${TSAN_OPTIONS:-}" build/tsan/tests/sharing/sharing_test
