/**
 * Shell functions for what an archive says of its database itself, which a restore into one that is there leaves out: settings, of
 * roles in it too, rights, comment and label. `pg_restore` says `CREATE DATABASE` beside them, whatever is asked for. A name of more than
 * a line is left as it is: the lines of such a statement cannot be told from others.
 */
export const PROPERTIES = `d_need psql pg_restore sed
d_list() {
  case $1 in '' | *'
'*) cat >/dev/null; return 0 ;; esac
  d_lines=$({ pg_restore -C -l && cat >/dev/null; } |
    sed -n '/^[0-9]*; [0-9]* [0-9]* DATABASE PROPERTIES /p;/^[0-9]*; [0-9]* [0-9]* \\(ACL\\|COMMENT\\|SECURITY LABEL\\) - DATABASE /p') || return 1
  printf '%s\\n' "$d_lines" | while IFS= read -r d_line; do [ -z "$d_line" ] || d_say entry "\${d_line%%;*};"; done
}
d_after() {
  d_sql=$(pg_restore -C -L /dev/fd/9 -f - 9<<END && cat >/dev/null
$2
END
  ) || return 1
  d_sql=$(printf '%s\\n' "$d_sql" | sed '/^\\\\connect /d;/^CREATE DATABASE /d') || return 1
  printf 'BEGIN;\\n%s\\nCOMMIT;\\n' "$d_sql" |
    PGDATABASE=postgres psql -Xqw -v ON_ERROR_STOP=1 -v VERBOSITY=terse >/dev/null
}
`
