import type { DatabaseKind, DatabasePlace } from '../../inside/recipe.ts'
import { quoted } from '../../shell/quoted.ts'
import { shellText } from '../../shell/text.ts'

const UNSAFE = /^utf-?8(?:mb3)?$/i

/** Lines of a shell with functions that ask MySQL or MariaDB, and dump it. */
export function mysqlPlace({
  database,
  host = '',
  port = '',
  user = '',
  password = '',
  name = '',
  characterSet = '',
}: DatabasePlace & { readonly database: DatabaseKind }): string {
  const own = database === 'mysql' ? 'mysql mariadb' : 'mariadb mysql'
  const dumpers = database === 'mysql' ? 'mysqldump mariadb-dump' : 'mariadb-dump mysqldump'
  return `d_host=${shellText(host)} d_port=${shellText(port)} d_user=${shellText(user)} d_name=${shellText(name)}
d_set=${quoted(characterSet === '' || UNSAFE.test(characterSet) ? 'utf8mb4' : characterSet)}
MYSQL_PWD=${shellText(password)}
[ -n "$d_host" ] || d_host=127.0.0.1
[ -n "$d_port" ] || d_port=3306
[ -n "$d_user" ] || d_user=root
[ -n "$d_name" ] || d_name=\${MARIADB_DATABASE:-\${MYSQL_DATABASE-}}
d_secret() {
  [ -z "$MYSQL_PWD" ] || return 0
  if [ -n "$1" ]; then MYSQL_PWD=$1; elif [ -n "$2" ]; then MYSQL_PWD=$(cat "$2"); fi
}
if [ "$d_user" = root ]; then
  d_secret "\${MARIADB_ROOT_PASSWORD-}" "\${MARIADB_ROOT_PASSWORD_FILE-}"
  d_secret "\${MYSQL_ROOT_PASSWORD-}" "\${MYSQL_ROOT_PASSWORD_FILE-}"
else
  d_secret "\${MARIADB_PASSWORD-}" "\${MARIADB_PASSWORD_FILE-}"
  d_secret "\${MYSQL_PASSWORD-}" "\${MYSQL_PASSWORD_FILE-}"
fi
export MYSQL_PWD
[ -n "$MYSQL_PWD" ] || unset MYSQL_PWD
d_tools() {
  [ -n "$d_name" ] || d_fail NO_DATABASE
  d_client=$(d_first ${own}) || d_fail NO_TOOL '${own.replace(' ', ' or ')}'
  d_dumper=$(d_first ${dumpers}) || d_fail NO_TOOL '${dumpers.replace(' ', ' or ')}'
}
d_version() { "$d_dumper" --version; }
d_sql() {
  "$d_client" --host="$d_host" --port="$d_port" --user="$d_user" --default-character-set="$d_set" --connect-timeout=10 "$@"
}
d_ping() { d_sql --database="$d_name" -e 'SELECT 1' >/dev/null; }
d_sql_dump() {
  d_more=
  [ "$d_dumper" = mariadb-dump ] || d_more=--loose-set-gtid-purged=OFF
  "$d_dumper" --host="$d_host" --port="$d_port" --user="$d_user" --default-character-set="$d_set" $d_more \\
    --single-transaction --quick --no-tablespaces --set-charset "$@"
}
`
}
