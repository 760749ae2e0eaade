#!/bin/sh
# The second half of backup-ns's pruner. The worse of both ends counts.
salvage-kit ns controller deleteAfterMark "$@"
mark=$?
[ "$mark" -eq 0 ] || [ "$mark" -eq 3 ] || exit "$mark"
salvage-kit ns controller deleteAfterSweep "$@"
sweep=$?
[ "$sweep" -ne 0 ] || exit "$mark"
exit "$sweep"
