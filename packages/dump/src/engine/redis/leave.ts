/**
 * Shell functions by which a server that a restore made a replica is a master again. Who is killed meanwhile leaves a mark in its
 * directory: the port that is its own, and what the server knew of masters before. So no other replica is taken for one of ours.
 */
export const LEAVE = `
d_rest() { sleep 0.2 2>/dev/null || sleep 1; }
d_quote() { sed 's/[\\\\"]/\\\\&/g'; }
d_is_master() { case $(d_info replication) in *role:master*) return 0 ;; esac; return 1; }
d_part() {
  d_tries=0
  until d_is_master; do
    d_said=$(echo 'REPLICAOF NO ONE' | d_cli 2>&1)
    case $d_said in *LOADING*) d_tries=0 ;; *) d_tries=$((d_tries + 1)) ;; esac
    [ "$d_tries" -lt 50 ] || return 1
    d_rest
  done
  {
    printf 'CONFIG SET masterauth "%s"\\n' "$(printf %s "$d_auth" | d_quote)"
    [ -z "$d_name" ] || printf 'CONFIG SET masteruser "%s"\\n' "$(printf %s "$d_name" | d_quote)"
  } | d_cli >/dev/null
}
d_mend() {
  d_link=$(d_info replication)
  case $d_link in *role:slave*master_host:127.0.0.1*master_link_status:down*) ;; *) return 0 ;; esac
  for d_mark in "\${TMPDIR:-/tmp}"/salvage-dump.*/joined; do
    [ -f "$d_mark" ] || continue
    { IFS= read -r d_side; IFS= read -r d_name; IFS= read -r d_auth; } <"$d_mark"
    printf '%s\\n' "$d_link" | grep -q -x -e "master_port:$d_side" || continue
    d_owner=\${d_mark##*/salvage-dump.}
    case $(tr '\\000' ' ' <"/proc/\${d_owner%%.*}/cmdline" 2>/dev/null) in *salvage-go*) continue ;; esac
    d_part && rm -rf "\${d_mark%/joined}"
  done
}
`
