import type { Engine, Settings } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { partFile, partOfFile } from '../../part-file.ts'
import { containerText } from '../../shell/container-text.ts'
import { quotedWords } from '../../shell/quoted.ts'
import { endsWith, WRITE_TRAILER } from '../../trailer.ts'
import { mysqlPlace } from './place.ts'
import { mendOutside, restoreOfInput } from './restore.ts'
import { sqlSkew } from './skew.ts'

const ENDING = '.sql'
const END = /^-- Dump completed(?: on [\d: -]+)?$/

/** MariaDB, by `mariadb-dump` or, where it is not there, `mysqldump`. See {@link mysqlLike}. */
export const mariadb: Engine = mysqlLike('mariadb', ['maria'], ['mariadb', 'mariadb-galera'])

/** MySQL, by `mysqldump` or, where it is not there, `mariadb-dump`. See {@link mysqlLike}. */
export const mysql: Engine = mysqlLike('mysql', [], ['mysql', 'mysql-server', 'percona', 'percona-server'])

/**
 * Each database by itself, in one transaction: tables of InnoDB are as at one moment, and writers go on. Tables of other engines
 * are as at the moments when they were read. Two databases are not as at the same moment. Users and their rights are in the
 * database `mysql`, which is not dumped: it is of one version of the server.
 */
function mysqlLike(name: 'mysql' | 'mariadb', aliases: readonly string[], images: readonly string[]): Engine {
  const at = ({ database = '', 'character-set': characterSet = '', ...place }: Settings): string =>
    mysqlPlace({ ...place, database: name, name: database, characterSet })
  return {
    name,
    aliases,
    recognises: (image) => isOneOf(image, ...images),
    settings: ['database', 'user', 'password', 'host', 'port', 'character-set', 'args'],
    several: ({ database = '' }, environment) =>
      !environment['MARIADB_DATABASE'] && !environment['MYSQL_DATABASE'] && !names(database),
    fileOf: (of) => partFile(of, ENDING),
    partOf: (file) => partOfFile(file, ENDING),
    survey: (settings) => `${at(settings)}d_name=\${d_name:-information_schema}
d_tools
d_say version "$(d_version)"
d_need od tr
d_sql -e 'SELECT 1' >/dev/null || d_fail UNREACHABLE
d_say server "$(d_sql --batch --skip-column-names -e 'SELECT VERSION()')"
${LIST}`,
    dump: (settings) => `${at(settings)}d_name=\${1-}
d_tools
${mendOutside('d_call=')}d_mend >&2
d_dump() {
  printf -- '-- salvage-kit: ' &&
    d_sql --batch --skip-column-names --database="$1" -e "${CHARACTERS}" &&
    d_sql_dump --routines --events --triggers --hex-blob --add-locks --create-options --add-drop-table ${quotedWords(settings['args'])} -- "$1" &&
    ${WRITE_TRAILER}
}
`,
    complete: (tail) => endsWith(tail, END),
    ready: (settings) => `${at(settings)}${READY}`,
    restore: (settings) => `${at(settings)}${restoreOfInput()}`,
    settle: (settings) => `${at(settings)}d_name=\${1-}
d_tools
${mendOutside('d_call=')}d_mend
`,
    atomic: true,
    skew: sqlSkew,
  }
}

/** Whether a text says a name by itself; one with a variable in it may be empty there. */
function names(text: string): boolean {
  return text !== '' && containerText(text).every((part) => 'text' in part)
}

/** Databases that are the server's own, and those of restores that are not at their end, are left out. */
const LIST = `if [ "$d_name" = information_schema ]; then
  d_parts=$(d_sql --batch --skip-column-names -e "SELECT HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA
    WHERE LOWER(SCHEMA_NAME) NOT IN ('information_schema', 'performance_schema', 'sys', 'mysql')
    AND SCHEMA_NAME NOT REGEXP '^salvage_[0-9a-f]{12}(_old)?$' ORDER BY SCHEMA_NAME") || d_fail UNREACHABLE
  for d_part in $d_parts; do d_say part "$d_part"; done
else
  d_say part "$(printf '%s' "$d_name" | od -An -v -tx1 | tr -d ' \\n')"
fi
`

const CHARACTERS = `SELECT CONCAT('CHARACTER SET ', DEFAULT_CHARACTER_SET_NAME, ' COLLATE ', DEFAULT_COLLATION_NAME)
  FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = DATABASE()`

/** Makes the database of a part that is not there, with the characters that the dump says. */
const READY = `d_ready() {
  IFS= read -r d_line || return 1
  cat >/dev/null
  d_name=$1
  d_tools
  d_set_of=\${d_line#'-- salvage-kit: '}
  case $d_line in '-- salvage-kit: CHARACTER SET '*) ;; *) d_set_of= ;; esac
  case $d_set_of in *[!A-Za-z0-9_\\ ]*) d_set_of= ;; esac
  d_quoted=$(printf '%s' "$1" | sed 's/\`/\`\`/g')
  d_ping 2>/dev/null && return 0
  d_sql -e "CREATE DATABASE IF NOT EXISTS \\\`$d_quoted\\\` $d_set_of" && d_say made 1
}
d_unready() {
  d_name=$1
  d_tools
  d_held=$(d_sql --batch --skip-column-names --database="$1" \\
    -e 'SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()') || return 1
  [ "$d_held" = 0 ] || return 0
  d_quoted=$(printf '%s' "$1" | sed 's/\`/\`\`/g')
  d_sql -e "DROP DATABASE \\\`$d_quoted\\\`"
}
`
