/**
 * Functions that find files beside `$d_file` by their ending, and which process they are of. What is left by a process that died
 * is known by its number: of a process that is none of ours any more. Whoever may write files through the database chooses their
 * names and what is in them, as the user whom the server runs as: no name becomes a part of a command, and only own files are.
 */
export const LEFTOVERS = `d_each() {
  d_ending=$1
  shift
  for d_at in "$d_file".salvage-*-*."$d_ending"; do
    [ -e "$d_at" ] || continue
    d_id=\${d_at##*.salvage-}
    d_id=\${d_id%."$d_ending"}
    d_owner=\${d_id%%-*}
    d_id=\${d_id#*-}
    case $d_owner in '' | *[!0-9]*) continue ;; esac
    case $d_id in '' | *[!0-9A-Za-z]*) continue ;; esac
    "$@"
  done
}
d_alive() { case $(tr '\\000' ' ' <"/proc/$d_owner/cmdline" 2>/dev/null) in *salvage-go*) return 0 ;; esac; return 1; }
d_own() { [ ! -e "$1" ] && [ ! -L "$1" ] || { [ -f "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }; }
d_stale() { [ "$d_owner" = "$$" ] || d_alive || rm -f "$d_at"; }
`
