/**
 * Shell functions that name what a program makes on a server, and what such programs left behind there: `salvage-HOST-PID-TIME`,
 * since containers have processes of the same numbers. `d_orphan NAME`: whether its process is none of ours any more, here.
 */
export const OWN_MARK = `
d_here=salvage-$(uname -n | tr -c 'A-Za-z0-9\\n' '_')
d_orphan() {
  case $1 in "$d_here"-*) ;; *) return 1 ;; esac
  d_owner=\${1#"$d_here"-}
  d_owner=\${d_owner%%-*}
  case $d_owner in '' | *[!0-9]*) return 1 ;; esac
  case $(tr '\\000' ' ' <"/proc/$d_owner/cmdline" 2>/dev/null) in *salvage-go*) return 1 ;; esac
}
`
