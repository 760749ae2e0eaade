/** Looks whether a dump can be made; changes nothing. `$1`: the percentage from which on a volume is too full. */
export const CHECK = `
d_check() {
  d_need gzip df mv rm tail tr wc cat sync
  d_tools
  [ -d "$d_dir" ] || d_fail NO_DIRECTORY
  d_say version "$(d_version 2>/dev/null | tr '\\n' ' ')"
  d_ping || d_fail UNREACHABLE
  d_space=$(df -Pk "$d_dir" | { read -r d_line; read -r d_device d_total d_used d_free d_percent d_rest; echo "$d_free \${d_percent%\\%}"; })
  d_free=\${d_space% *} d_percent=\${d_space#* }
  case $d_free in '' | *[!0-9]*) d_fail NO_SPACE_TOLD ;; esac
  case $d_percent in '' | *[!0-9]*) d_fail NO_SPACE_TOLD ;; esac
  d_last=0
  [ ! -f "$d_file" ] || d_last=$(d_size "$d_file")
  d_say used "$d_percent"
  d_say free "$((d_free * 1024))"
  d_say last "$d_last"
  [ "$d_percent" -lt "$1" ] || d_fail FULL "$d_percent"
  [ "$d_free" -ge "$((d_last / 1024 + 1))" ] || d_fail NO_ROOM "$d_last"
}
`

/** Checks, then writes a dump beside the last one, proves it, and puts it in its place. */
export const DUMP: string = `${CHECK}
trap 'rm -f "$d_part"' EXIT
trap 'exit 143' TERM HUP INT
d_each part d_stale
d_check "$1"
d_mend
d_write "$d_part" || d_fail FAILED
d_prove "$d_part" || d_fail NOT_WHOLE
sync "$d_part" || sync || d_fail NOT_STORED
d_bytes=$(d_size "$d_part")
d_hash=$(d_sum "$d_part") || d_fail NOT_STORED
mv -f "$d_part" "$d_file" || d_fail NOT_STORED
sync "$d_dir" || sync || d_fail NOT_STORED
d_say bytes "$d_bytes"
echo "$d_hash"
`

/** Loads the dump that is there. `$1`: the sum that it must have; empty: any. */
export const RESTORE = `
trap 'exit 143' TERM HUP INT
d_need gzip rm mv tail tr wc cat grep sync
d_tools
[ -f "$d_file" ] || d_fail NO_DUMP
d_ping || d_fail UNREACHABLE
d_mend
d_now=$(d_sum "$d_file")
echo "$d_now"
[ -z "$1" ] || [ "$d_now" = "sum=$1" ] || d_fail OTHER_DUMP
d_prove "$d_file" || d_fail NOT_WHOLE
if gzip -dc <"$d_file" | grep -q -a -e "$d_leaves"; then d_fail NAMES_DATABASE; fi
d_restore
`

/** What dump is there. */
export const INFO = `
[ -f "$d_file" ] || d_fail NO_DUMP
d_say bytes "$(d_size "$d_file")"
d_say modified "$(stat -c %Y "$d_file" 2>/dev/null || date -r "$d_file" +%s)"
d_sum "$d_file"
`

/** Writes out the dump that is there. */
export const READ = `
[ -f "$d_file" ] || { echo 'there is no dump' >&2; exit 1; }
cat "$d_file"
`

/**
 * Ends a dump that a process left behind, and removes its part. `$1`: the id of the call. URG is what its frame ends by, in order:
 * nobody is left whose death the database could take for that of one of its own processes.
 */
export const ABANDON = `
d_mine=$1
d_end() {
  [ "$d_id" = "$d_mine" ] || return 0
  if d_alive; then
    kill -URG "-$d_owner"
    for d_wait in 1 2 3 4 5 6 7 8; do
      d_alive || break
      sleep 1
    done
    ! d_alive || kill -KILL "-$d_owner"
  fi 2>/dev/null
  rm -f "$d_at"
}
d_each part d_end
`
