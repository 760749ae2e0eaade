import { REFUSE, STAGE } from '../stage.ts'
import { LEAVE } from './leave.ts'

/**
 * Shell functions that load an RDB into a server that runs. A second server of the same program loads it first, beside the first
 * one: what it does not take never comes near the data. Then the first one becomes its replica for a moment, which replaces all
 * of its keys at once and puts them on its disk by its own settings, and is a master again. Both hold all keys meanwhile.
 */
export const RESTORE: string = `${STAGE}${REFUSE}${LEAVE}
d_beside() { REDISCLI_AUTH=$d_pass VALKEYCLI_AUTH=$d_pass "$d_client" -h 127.0.0.1 -p "$d_side" "$@" 2>/dev/null; }
d_config() { d_cli CONFIG GET "$1" | sed -n 2p | tr -d '\\r'; }
d_begin() {
  d_tries=0
  while [ "$d_tries" -lt 5 ]; do
    d_tries=$((d_tries + 1))
    d_side=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
    printf '%s\\n' 'bind 127.0.0.1' "port $d_side" "requirepass $d_pass" "dir $d_stage" 'dbfilename dump.rdb' 'save ""' 'appendonly no' |
      "$d_server" - >"$d_stage/log" 2>&1 &
    d_pid=$!
    while d_rest; do
      [ "$(d_beside PING)" != PONG ] || return 0
      kill -0 "$d_pid" 2>/dev/null || break
    done
    grep -q -i -e 'address already in use' "$d_stage/log" || return 1
  done
  return 1
}
d_end() {
  [ -z "$d_joined" ] || { d_part && d_joined=; }
  [ -z "$d_pid" ] || { d_beside SHUTDOWN NOSAVE || kill "$d_pid" 2>/dev/null; wait "$d_pid" 2>/dev/null; }
  if [ -z "$d_joined" ]; then rm -rf "$d_stage"; else rm -f "$d_stage/dump.rdb"; fi
}
d_loaded() {
  d_quiet=0
  while [ "$d_quiet" -lt 50 ]; do
    d_link=$(d_info replication)
    case $d_link in
      *master_link_status:up*) return 0 ;;
      *master_sync_in_progress:1* | *LOADING*) d_quiet=0 ;;
      *) d_quiet=$((d_quiet + 1)) ;;
    esac
    kill -0 "$d_pid" 2>/dev/null || return 1
    d_rest
  done
  return 1
}
d_restore() (
  d_server=$(d_first redis-server valkey-server) || d_fail NO_TOOL 'redis-server or valkey-server'
  d_stage
  d_pid= d_joined=
  d_input >"$d_stage/dump.rdb" || d_fail NOT_WHOLE
  case $d_host in 127.0.0.1 | localhost | ::1) ;; *) d_refuse 'the server runs elsewhere: restore where it runs' ;; esac
  case $(d_info replication) in *role:master*) ;; *) d_refuse 'this is a replica: restore its master' ;; esac
  case $(d_info cluster) in *cluster_enabled:1*) d_refuse 'a node of a cluster takes no dump as a whole' ;; esac
  trap d_end EXIT
  d_pass=$(od -An -N24 -tx1 /dev/urandom | tr -d ' \\n')
  d_begin || { tail -n 5 "$d_stage/log" >&2; d_refuse 'the server does not load this dump'; }
  d_auth=$(d_config masterauth)
  d_name=$(d_config masteruser)
  printf '%s\\n' "$d_side" "$d_name" "$d_auth" >"$d_stage/joined" || exit 1
  d_joined=1
  [ -z "$d_name" ] || echo 'CONFIG SET masteruser ""' | d_cli >/dev/null
  printf 'CONFIG SET masterauth %s\\nREPLICAOF 127.0.0.1 %s\\n' "$d_pass" "$d_side" | d_cli >/dev/null
  d_loaded || d_fail UNSURE
  d_part || d_fail UNSURE
  d_joined=
)
`
