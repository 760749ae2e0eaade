import { FRAME_MARK } from './boot.ts'

/**
 * Shell functions that end what runs in the group of the first shell, so that nobody dies without a parent that buries him: the
 * first process of a container may be one that takes such a death for that of one of its own, as PostgreSQL does.
 *
 * `salvage_end BLOW…` gives one blow each second until nobody is left but the first shell, the caller and its parent. All shells
 * are asked first, by URG, which only those hear that have a trap for it: they end when what they wait for has ended. `TERM` and
 * `KILL` go to programs alone, and of those to the ones without children; their shells live and wait for them. `-` only looks.
 * `ALL` is the last resort: it kills shells too. `salvage_strike BLOW` is one blow: true when somebody was there. BusyBox runs
 * programs in forks of its shell: they have another name then.
 *
 * `salvage_heed` makes a shell one of those that hear URG. A bash hears it while it waits for what stands in `$(…)`, too early:
 * so it waits until it has no children.
 */
export const END_PROGRAM: string = `
salvage_me_and_mine() {
  IFS= read -r salvage_stat </proc/self/stat || return 1
  salvage_self=\${salvage_stat%% *}
  salvage_name=\${salvage_stat#*(}
  salvage_name="(\${salvage_name%)*})"
  set -- \${salvage_stat##*) }
  salvage_keeper=$2
}
salvage_strike() {
  salvage_programs= salvage_all= salvage_parents=' '
  for salvage_process in /proc/[0-9]*; do
    IFS= read -r salvage_stat <"$salvage_process/stat" || continue
    salvage_pid=\${salvage_process#/proc/}
    set -- "$1" \${salvage_stat##*) }
    [ "\${4-}" = $$ ] || continue
    case $salvage_pid in $$ | "$salvage_self" | "$salvage_keeper") continue ;; esac
    salvage_parents="$salvage_parents$3 "
    [ "$2" != Z ] || continue
    salvage_all="$salvage_all $salvage_pid"
    IFS= read -r salvage_line <"$salvage_process/cmdline"
    case $salvage_line$salvage_stat in
      *${FRAME_MARK}*" $salvage_name "*) ;;
      *) salvage_programs="$salvage_programs $salvage_pid" ;;
    esac
  done
  case $1 in
    -) ;;
    ALL) [ -z "$salvage_all" ] || kill -KILL $salvage_all ;;
    *)
      for salvage_pid in $salvage_programs; do
        case $salvage_parents in *" $salvage_pid "*) ;; *) kill "-$1" "$salvage_pid" ;; esac
      done
      ;;
  esac
  [ -n "$salvage_all" ]
} 2>/dev/null
salvage_end() {
  salvage_me_and_mine || { kill -TERM -$$; sleep 3; kill -KILL -$$; return; }
  kill -URG -$$
  while salvage_strike "$1" && [ "$#" -gt 1 ]; do
    shift
    sleep 1
  done
} 2>/dev/null
salvage_has_children() {
  IFS= read -r salvage_stat </proc/self/stat || return 1
  salvage_self=\${salvage_stat%% *}
  for salvage_process in /proc/[0-9]*; do
    IFS= read -r salvage_stat <"$salvage_process/stat" || continue
    set -- \${salvage_stat##*) }
    [ "\${2-}" != "$salvage_self" ] || return 0
  done
  return 1
} 2>/dev/null
salvage_heed() { trap 'trap "" URG; while salvage_has_children; do sleep 1; done; exit 143' URG; }
`
