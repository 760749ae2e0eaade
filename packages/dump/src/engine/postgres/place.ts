import type { DatabasePlace } from '../../inside/recipe.ts'
import { shellText } from '../../shell/text.ts'

/**
 * Lines of a shell after which the tools of PostgreSQL know where to go, and the functions that ask. The place goes by
 * variables: a name that looks like an option or a connection string is a name.
 */
export function postgresPlace({ host = '', port = '', user = '', password = '', name = '' }: DatabasePlace): string {
  return `PGHOST=${shellText(host)} PGPORT=${shellText(port)} PGUSER=${shellText(user)} PGDATABASE=${shellText(name)}
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
`
}
