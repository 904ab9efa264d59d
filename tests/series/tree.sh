# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2034
# Source this: sets top, tmp, and tree, which has the series for the base that the
# caller's first argument names (default: 6.1), or is KERNEL_TREE.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=${BUILD:-$top/build}
tmp=${TEST_TMP:?run by scripts/run-tests, or set TEST_TMP to an empty directory}
tree=${KERNEL_TREE:-$build/linux-${1:-6.1}}

# scripts/run-tests makes that of 6.1 for all tests of the group
[ -z "${1:-}" ] || [ -n "${KERNEL_TREE:-}" ] || BASE=$1 "$top/scripts/make-tree"
