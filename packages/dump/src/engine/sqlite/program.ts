import { STAGE } from '../stage.ts'

/**
 * Shell functions for SQLite. `.backup` in a transaction of its own copies the snapshot of that transaction; without one it begins
 * anew at each write of another process, for ever. `.restore` is one transaction of the database: taken back when it fails, and
 * what others read until its end is what was there.
 */
export const SQLITE: string = `${STAGE}
d_sql() { sqlite3 -batch -bail -init /dev/null "$1" >&2; }
d_value() { sqlite3 -batch -bail -init /dev/null "$1" "$2"; }
d_sound() {
  [ -s "$1" ] || return 1
  d_pages=$(d_value "$1" 'PRAGMA page_count') && d_size=$(d_value "$1" 'PRAGMA page_size') || return 1
  [ "$((d_pages * d_size))" -eq "$(wc -c <"$1")" ] || return 1
  d_checked=$(d_value "$1" 'PRAGMA integrity_check') || return 1
  [ "$d_checked" = ok ] || { printf '%s\\n' "$d_checked" >&2; return 1; }
}
d_copy() {
  printf '%s\\n' '.timeout 60000' 'BEGIN;' 'SELECT count(*) FROM sqlite_master;' ".backup main '$2'" 'END;' | d_sql "$1"
}
d_dump() (
  [ -f "$1" ] || exit 1
  d_stage
  d_copy "$1" "$d_stage/copy" || exit 1
  d_sound "$d_stage/copy" || d_fail NOT_WHOLE
  cat "$d_stage/copy"
)
d_restore() (
  d_need sqlite3 mktemp
  d_stage
  d_input >"$d_stage/copy" && d_sound "$d_stage/copy" || d_fail NOT_WHOLE
  printf '%s\\n' '.timeout 60000' ".restore main '$d_stage/copy'" | d_sql "$1" || d_fail RESTORE_FAILED
)
`

/** Proves a stored copy. It is no witness of one that is made: that one was proven before its first byte went out. */
export const WITNESS: string = `${SQLITE}d_witness() (
  d_need sqlite3 mktemp
  d_stage
  cat >"$d_stage/copy" && d_sound "$d_stage/copy"
)
`
