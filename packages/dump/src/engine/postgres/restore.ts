/**
 * Makes the database of a part that is not there, with the characters and the locale that the archive says; of a name that takes
 * more than a line, with those of the server.
 */
export const PREPARE = `d_need psql pg_restore sed
d_make() { printf '%s\\n' "$1" | PGDATABASE=postgres psql -Xqw -v ON_ERROR_STOP=1 -v d_n="$2" >/dev/null; }
d_ready() {
  [ -n "$1" ] || { cat >/dev/null; return 0; }
  d_there=$(printf '%s\\n' "SELECT 1 FROM pg_database WHERE datname = :'d_n'" |
    PGDATABASE=postgres psql -XAtqw -v ON_ERROR_STOP=1 -v d_n="$1") || return 1
  if [ -n "$d_there" ]; then cat >/dev/null; return 0; fi
  case $1 in
    *'
'*)
      cat >/dev/null
      d_make "SELECT format('CREATE DATABASE %I TEMPLATE template0', :'d_n') \\\\gexec" "$1" || return 1
      ;;
    *)
      d_sql=$({ pg_restore -C -s -f - && cat >/dev/null; } | sed -n '/^\\\\connect/q;/^CREATE DATABASE /p;/^ALTER DATABASE .* OWNER TO /p')
      [ -n "$d_sql" ] && d_make "$d_sql" "$1" || return 1
      ;;
  esac
  d_say made 1
}
d_unready() {
  d_held=$(PGDATABASE=$1 psql -XAtqw -c "SELECT count(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'") || return 1
  [ "$d_held" != 0 ] || d_make 'DROP DATABASE :"d_n";' "$1"
}
`

/**
 * Everything of a database is one transaction. So are the roles, and what is said of tablespaces behind them; no tablespace can be
 * made in one, so each that is not there is made between both. Nothing begins before all of the input came. A role that is there
 * already gets what the dump says of it; roles that the dump does not know stay.
 */
export const RESTORE = `d_need psql pg_restore sed
d_globals() {
  PGCLIENTENCODING=UTF8
  export PGCLIENTENCODING
  d_text=$(d_input) || return 1
  d_text=$(printf '%s\\n' "$d_text" |
    sed "s/^CREATE ROLE .*;$/DO \\$s_$d_call\\$ BEGIN & EXCEPTION WHEN duplicate_object THEN NULL; END \\$s_$d_call\\$;/") || return 1
  d_roles=$(printf '%s\\n' "$d_text" | sed '/^CREATE TABLESPACE /,$d') || return 1
  d_spaces=$(printf '%s\\n' "$d_text" | sed -n '/^CREATE TABLESPACE .*;$/p') || return 1
  d_others=$(printf '%s\\n' "$d_text" | sed '1,/^CREATE TABLESPACE /d' | sed '/^CREATE TABLESPACE .*;$/d') || return 1
  d_there=$(psql -XAtqw -c "SELECT 'CREATE TABLESPACE ' || quote_ident(spcname) || ' ' FROM pg_tablespace") || return 1
  {
    printf 'BEGIN;\\n%s\\nCOMMIT;\\n' "$d_roles"
    printf '%s\\n' "$d_spaces" | while IFS= read -r d_line; do
      printf '%s\\n' "$d_there" | { while IFS= read -r d_one; do case $d_line in "$d_one"*) exit 1 ;; esac; done; } || continue
      printf '%s\\n' "$d_line"
    done
    printf 'BEGIN;\\n%s\\nCOMMIT;\\n' "$d_others"
  } | psql -Xqw -v ON_ERROR_STOP=1 -v VERBOSITY=terse >/dev/null
}
d_restore() {
  if [ -z "$1" ]; then
    PGDATABASE=postgres
    d_globals
  else
    PGDATABASE=$1 pg_restore -w --clean --if-exists --single-transaction --exit-on-error -d ''
  fi
}
`
