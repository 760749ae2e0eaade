/** A name as an identifier of SQL. */
function name(column: string): string {
  return `CONCAT('\`', REPLACE(${column}, '\`', '\`\`'), '\`')`
}

function inNew(column: string, more = ''): string {
  return `CAST(${column} AS BINARY) IN
    (SELECT CAST(TABLE_NAME AS BINARY) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '$d_new'${more})`
}

const TABLES = 'information_schema.TABLES WHERE TABLE_SCHEMA'
/** Tables of the database go out of the way of what bears their name; new ones come. All in one statement. */
const RENAMES = `
SELECT CONCAT(${name('DATABASE()')}, '.', ${name('TABLE_NAME')}, ' TO $d_old.', ${name('TABLE_NAME')})
  FROM ${TABLES} = DATABASE() AND TABLE_TYPE <> 'VIEW' AND ${inNew('TABLE_NAME')};
SELECT CONCAT('$d_new.', ${name('TABLE_NAME')}, ' TO ', ${name('DATABASE()')}, '.', ${name('TABLE_NAME')})
  FROM ${TABLES} = '$d_new' AND TABLE_TYPE <> 'VIEW'`
/** A table with triggers does not move to another database. */
const TRIGGERS = `
SELECT CONCAT('DROP TRIGGER IF EXISTS ', ${name('TRIGGER_SCHEMA')}, '.', ${name('TRIGGER_NAME')}, ';') FROM information_schema.TRIGGERS
  WHERE TRIGGER_SCHEMA = '$d_new' OR (TRIGGER_SCHEMA = DATABASE() AND ${inNew('EVENT_OBJECT_TABLE')})`
const OBSTACLES = `
SELECT CONCAT(TABLE_NAME, ' is a view, and a table in the dump') FROM ${TABLES} = DATABASE() AND TABLE_TYPE = 'VIEW'
  AND ${inNew('TABLE_NAME', " AND TABLE_TYPE <> 'VIEW'")};
SELECT CONCAT(TABLE_NAME, ' is not in the dump, and refers to ', REFERENCED_TABLE_NAME, ', which is')
  FROM information_schema.REFERENTIAL_CONSTRAINTS
  WHERE UNIQUE_CONSTRAINT_SCHEMA = DATABASE() AND ${inNew('REFERENCED_TABLE_NAME')}
  AND NOT (CONSTRAINT_SCHEMA = DATABASE() AND ${inNew('TABLE_NAME')})`
const CHARACTERS = `SELECT CONCAT('CHARACTER SET ', DEFAULT_CHARACTER_SET_NAME, ' COLLATE ', DEFAULT_COLLATION_NAME)
  FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()`

/**
 * Shell functions that restore MySQL and MariaDB, which no transaction does: a dump is loaded into a database of its own, and
 * all tables change places by one `RENAME TABLE`, which is done or not done whatever dies. What cannot move between databases
 * (views, triggers, routines, events) is made anew after it, and the triggers of before go just before it; the SQL for either
 * outcome lies in files by then. `d_settle` brings a restore to the end that its tables have taken, whenever it died; the next
 * dump or restore does it for those whose process is dead.
 */
export function mysqlRestore(id: string): string {
  return `
d_names() { d_id=$2 d_new=salvage_$2 d_old=salvage_$2_old d_mark=$1; }
d_ask() { d_sql --batch --raw --skip-column-names --database="$d_name" -e "$1"; }
d_apply() {
  { echo "SET SESSION lock_wait_timeout = $2;" && cat "$1"; } | d_sql --database="$d_name" >/dev/null
}
d_triggers() { d_ask 'SELECT COUNT(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()'; }
d_put_back() {
  read -r d_dashes d_wanted <"$d_mark.before" || return 1
  [ "$(d_triggers)" = "$d_wanted" ] || d_apply "$d_mark.before" "$1"
}
d_count() { d_ask "SELECT COUNT(*) FROM ${TABLES} = '$1' AND TABLE_TYPE <> 'VIEW'"; }
d_views() {
  d_list=$(d_ask "SELECT TABLE_NAME FROM ${TABLES} = '$d_new' AND TABLE_TYPE = 'VIEW'") || return 1
  [ -n "$d_list" ] || return 0
  printf '%s\\n' "$d_list" | {
    set --
    while IFS= read -r d_line; do set -- "$@" "$d_line"; done
    d_sql_dump --no-data --skip-triggers -- "$d_new" "$@"
  }
}
d_unstored() { d_sql_dump --no-data --no-create-info --triggers --add-drop-trigger "$@"; }
d_exchange() {
  d_ask "$d_triggers_sql" || return 1
  d_list=$(d_ask "$d_renames_sql") || return 1
  [ -n "$d_list" ] || return 0
  printf '%s\\n' "$d_list" | {
    d_between='RENAME TABLE '
    while IFS= read -r d_line; do
      printf '%s%s' "$d_between" "$d_line"
      d_between=', '
    done
    echo ';'
  }
}
d_settle() {
  d_outcome=old
  if [ -f "$d_mark.after" ]; then
    d_left=$(d_count "$d_new") || return 1
    d_gone=$(d_count "$d_old") || return 1
    if [ "$d_left" = 0 ]; then
      d_apply "$d_mark.after" 60 || return 1
      d_outcome=new
    else
      [ "$d_gone" = 0 ] && d_put_back 60 || return 1
    fi
    rm -f "$d_mark.after" || return 1
  fi
  rm -f "$d_mark.before" "$d_mark.swap" "$d_mark.part"
  d_sql -e "DROP DATABASE IF EXISTS $d_new; DROP DATABASE IF EXISTS $d_old" && rm -f "$d_mark.restore"
}
d_mend_one() {
  [ "$d_owner" != "$$" ] && ! d_alive || return 0
  d_names "\${d_at%.restore}" "$d_id"
  d_own "$d_at" && d_own "$d_mark.after" && d_own "$d_mark.before" || d_fail FOREIGN "$d_at"
  d_settle || d_fail HALF_RESTORED "$d_mark.after"
}
d_mend() { d_each restore d_mend_one; }
d_restore() {
  d_names "$d_file.salvage-$$-${id}" ${id}
  d_triggers_sql="${quotedSql(TRIGGERS)}"
  d_renames_sql="${quotedSql(RENAMES)}"
  d_obstacles_sql="${quotedSql(OBSTACLES)}"
  : >"$d_mark.restore" || d_fail RESTORE_FAILED
  trap 'd_settle' EXIT
  d_characters=$(d_ask "${CHARACTERS}") || d_fail RESTORE_FAILED
  d_sql -e "CREATE DATABASE $d_new $d_characters; CREATE DATABASE $d_old $d_characters" || d_fail RESTORE_FAILED
  d_load "$d_file" "$d_new" || d_fail RESTORE_FAILED
  d_obstacles=$(d_ask "$d_obstacles_sql") || d_fail RESTORE_FAILED
  [ -z "$d_obstacles" ] || { echo "$d_obstacles" >&2; d_fail RESTORE_FAILED; }
  { echo "-- $(d_triggers)" && d_unstored -- "$d_name"; } >"$d_mark.before" || d_fail RESTORE_FAILED
  { d_unstored --routines --events -- "$d_new" && d_views; } >"$d_mark.part" || d_fail RESTORE_FAILED
  d_exchange >"$d_mark.swap" || d_fail RESTORE_FAILED
  sync "$d_mark.part" "$d_mark.before" 2>/dev/null || sync
  trap '' URG TERM HUP INT
  mv "$d_mark.part" "$d_mark.after" || d_fail RESTORE_FAILED
  d_tries=0
  until d_apply "$d_mark.swap" 2 || [ "$d_tries" -ge 3 ]; do
    d_tries=$((d_tries + 1))
    d_put_back 2
    sleep 1
  done
  trap - EXIT
  d_settle || d_fail HALF_RESTORED "$d_mark.after"
  [ "$d_outcome" = new ] || d_fail RESTORE_FAILED
}
`
}

/** SQL with variables of the shell within double quotes of it. */
function quotedSql(sql: string): string {
  return sql.replaceAll('`', '\\`')
}
