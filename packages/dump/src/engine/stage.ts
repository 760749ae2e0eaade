/**
 * Shell functions for tools that write files only. `d_stage` makes the directory `$d_stage`, which goes when the subshell that
 * called it ends; those that killed programs left behind go first. So who calls it is a function with a body in `( )`.
 */
export const STAGE = `
d_stage() {
  d_room=\${TMPDIR:-/tmp}
  for d_stage in "$d_room"/salvage-dump.*; do
    d_owner=\${d_stage##*/salvage-dump.}
    [ ! -d "$d_stage" ] || [ -d "/proc/\${d_owner%%.*}" ] || rm -rf "$d_stage"
  done
  d_stage=$(mktemp -d "$d_room/salvage-dump.$$.XXXXXX") || exit 1
  trap 'rm -rf "$d_stage"' EXIT
  trap 'exit 143' TERM HUP INT
}
`

/** Says on stderr why, and ends the program as one whose restore changed nothing. */
export const REFUSE = `d_refuse() { echo "$1" >&2; d_fail RESTORE_FAILED; }
`
