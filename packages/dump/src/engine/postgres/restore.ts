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
      d_make "SELECT format('CREATE DATABASE %I TEMPLATE template0', :'d_n') \\\\gexec" "$1"
      ;;
    *)
      d_sql=$({ pg_restore -C -s -f - && cat >/dev/null; } | sed -n '/^\\\\connect/q;/^CREATE DATABASE /p;/^ALTER DATABASE .* OWNER TO /p')
      [ -n "$d_sql" ] && d_make "$d_sql" "$1"
      ;;
  esac
}
`

/**
 * One transaction: an input that ends too soon is without its `COMMIT`; the server takes everything back then, and at the first error. A role that is there
 * already gets what the dump says of it; roles that the dump does not know stay.
 */
export const RESTORE = `d_need psql pg_restore sed
d_globals() {
  d_ends=$(
    {
      {
        printf 'BEGIN;\\n'
        { d_input && printf 'COMMIT;\\n'; } 3>&- |
          sed 's/^CREATE ROLE .*;$/DO $salvage$ BEGIN & EXCEPTION WHEN duplicate_object THEN NULL; END $salvage$;/' 3>&-
        echo "$?" >&3
      } | psql -Xqw -v ON_ERROR_STOP=1 -v VERBOSITY=terse 3>&- >/dev/null
      echo "$?" >&3
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ]
}
d_restore() {
  if [ -z "$1" ]; then
    PGDATABASE=postgres d_globals
  else
    PGDATABASE=$1 pg_restore -w --clean --if-exists --single-transaction --exit-on-error -d ''
  fi
}
`
