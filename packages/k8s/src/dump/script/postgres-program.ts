import type { DumpRecipe } from '../recipe.ts'
import { shellText } from './text.ts'

/**
 * Shell functions for PostgreSQL. The place goes by variables: a name that looks like an option or a connection string is a
 * name. A restore is one transaction, and `COMMIT` is only said when the dump was read to its end: psql ends without it
 * otherwise, and the server takes everything back.
 */
export function postgresProgram(recipe: DumpRecipe): string {
  const { file = '', host = '', port = '', user = '', password = '', name = '' } = recipe
  return `
d_file=${shellText(file)}
[ -n "$d_file" ] || d_file=\${PGDATA:-/var/lib/postgresql/data}/dump.sql.gz
PGHOST=${shellText(host)} PGPORT=${shellText(port)} PGUSER=${shellText(user)} PGDATABASE=${shellText(name)}
PGPASSWORD=${shellText(password)}
[ -n "$PGHOST" ] || PGHOST=127.0.0.1
[ -n "$PGPORT" ] || PGPORT=5432
[ -n "$PGUSER" ] || PGUSER=\${POSTGRES_USER:-postgres}
[ -n "$PGDATABASE" ] || PGDATABASE=\${POSTGRES_DB:-$PGUSER}
[ -n "$PGPASSWORD" ] || PGPASSWORD=\${POSTGRES_PASSWORD-}
[ -n "$PGPASSWORD" ] || [ -z "\${POSTGRES_PASSWORD_FILE-}" ] || PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE")
PGCONNECT_TIMEOUT=10 PGAPPNAME=salvage-kit
export PGHOST PGPORT PGUSER PGDATABASE PGPASSWORD PGCONNECT_TIMEOUT PGAPPNAME
[ -n "$PGPASSWORD" ] || unset PGPASSWORD
d_tools() { d_need pg_dump psql; }
d_version() { pg_dump --version; }
d_ping() { psql -XAtqw -c 'SELECT 1' >/dev/null; }
d_dump() { pg_dump -w --format=p --clean --if-exists; }
d_leaves='^\\\\connect '
d_complete() {
  d_verdict=1
  while IFS= read -r d_line; do
    case $d_line in
      '-- PostgreSQL database dump complete') d_verdict=0 ;;
      '' | -- | '\\unrestrict '*) ;;
      *) d_verdict=1 ;;
    esac
  done
  return "$d_verdict"
}
d_mend() { :; }
d_restore() {
  d_ends=$(
    {
      {
        { printf 'BEGIN;\\n' && gzip -dc <"$d_file" && printf '\\nCOMMIT;\\n'; } 3>&-
        echo "$?" >&3
      } | psql -Xqw -v ON_ERROR_STOP=1 -v VERBOSITY=terse 3>&- >/dev/null
      echo "$?" >&3
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ] || d_fail RESTORE_FAILED
}
`
}
