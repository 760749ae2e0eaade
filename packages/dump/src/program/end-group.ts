/**
 * A program that ends a program of this package and all that it started, for ports: `sh -c TEXT salvage-end PID`, where PID leads
 * a group of its own. Everything is gone when it ends, after 8 seconds at most.
 *
 * Shells are known by the `salvage-go` in their command line, which a fork keeps and a program does not, and end by themselves
 * when what they wait for has ended: so nobody dies without a parent that buries him. The first process of a container may be one
 * that takes such a death for that of one of its own, and PostgreSQL ends all sessions then. BusyBox runs programs in forks of
 * its shell: they have another name.
 */
export const END_GROUP = `exec 2>/dev/null
IFS= read -r e_stat </proc/self/stat
e_name=\${e_stat#*(}
e_name=\${e_name%)*}
e_strike() {
  e_programs= e_all= e_parents=' '
  for e_process in /proc/[0-9]*; do
    IFS= read -r e_stat <"$e_process/stat" || continue
    set -- "$1" "$2" \${e_stat##*) }
    [ "\${5-}" = "$2" ] && [ "$3" != Z ] || continue
    e_pid=\${e_process#/proc/}
    e_all="$e_all $e_pid"
    e_parents="$e_parents$4 "
    e_comm=\${e_stat#*(}
    case $(tr '\\000' ' ' <"$e_process/cmdline") in
      *salvage-go*) [ "\${e_comm%)*}" = "$e_name" ] || e_programs="$e_programs $e_pid" ;;
      *) e_programs="$e_programs $e_pid" ;;
    esac
  done
  [ -n "$e_all" ] || exit 0
  case $1 in
    ALL) kill -KILL $e_all ;;
    *) for e_pid in $e_programs; do case $e_parents in *" $e_pid "*) ;; *) kill "-$1" "$e_pid" ;; esac; done ;;
  esac
  sleep 1
}
for e_blow in TERM TERM TERM KILL KILL KILL ALL ALL; do e_strike "$e_blow" "$1"; done
`
