/**
 * A program that ends a program of this package and all that it started, for ports: `sh -c TEXT salvage-end WORD [TRIES]`.
 * WORD stands in the command line of the shell that leads the program's own group, and nowhere else: a number may be that of
 * another process by now. Where nobody has it, somebody may yet come: it is looked for TRIES times, a second apart, once if not said.
 * Everything is gone when it ends, 8 seconds after it was found at most.
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
e_find() {
  for e_process in /proc/[0-9]*; do
    case $(tr '\\000' ' ' <"$e_process/cmdline") in *salvage-end*) continue ;; *"$1"*) ;; *) continue ;; esac
    IFS= read -r e_stat <"$e_process/stat" || continue
    set -- "$1" \${e_stat##*) }
    e_group=$4
    return 0
  done
  return 1
}
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
e_tries=1
until e_find "$1"; do
  [ "$e_tries" -lt "\${2:-1}" ] || exit 0
  e_tries=$((e_tries + 1))
  sleep 1
done
for e_blow in TERM TERM TERM KILL KILL KILL ALL ALL; do e_strike "$e_blow" "$e_group"; done
`
