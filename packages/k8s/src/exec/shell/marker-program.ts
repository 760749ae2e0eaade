/**
 * Shell functions for the marker of a hold: a directory with one entry, `held.PID.START` or `thaw.PID.START`, which names the
 * process whose turn it is. Turns change by a rename, which needs no room on the disk and of which one succeeds. PID and START
 * (of `/proc/PID/stat`) together name no other process, ever, in a container that lives.
 */
export const MARKER_PROGRAM = `
salvage_start() {
  IFS= read -r salvage_stat 2>/dev/null <"/proc/$1/stat" || return 1
  set -- \${salvage_stat##*) }
  shift 19
  salvage_started=$1
}
salvage_entry() {
  for salvage_at in "$salvage_marker"/held.* "$salvage_marker"/thaw.*; do
    [ -d "$salvage_at" ] && return
  done
  salvage_at=
  return 1
}
salvage_alive() {
  set -- "\${1##*/}"
  set -- "\${1#*.}"
  [ -d "/proc/\${1%.*}" ] && salvage_start "\${1%.*}" && [ "$salvage_started" = "\${1#*.}" ]
}
salvage_thaw_now() {
  ( exec 5>&- 7<&-; trap '' PIPE; eval "$salvage_thaw" ) </dev/null >&2
  salvage_code=$?
  if [ "$salvage_code" = 0 ]; then
    { mv "$salvage_marker" "$salvage_marker.done.$$" && rm -r "$salvage_marker.done.$$"; } 2>/dev/null
  fi
}
salvage_start $$
salvage_me=$$.$salvage_started
`
