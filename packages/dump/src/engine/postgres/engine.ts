import type { Engine, Settings } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { partFile, partOfFile } from '../../part-file.ts'
import { quotedWords } from '../../shell/quoted.ts'
import { endsWith, WRITE_TRAILER } from '../../trailer.ts'
import { postgresPlace } from './place.ts'
import { PROPERTIES } from './properties.ts'
import { PREPARE, RESTORE } from './restore.ts'
import { archiveSkew } from './skew.ts'

const GLOBALS = 'globals.sql'
const ENDING = '.dump'
const END = /^-- PostgreSQL database cluster dump complete$/

/** Those of another major version than the server's may stand beside each other: `postgis/postgis`, `timescale/timescaledb`. */
const IMAGES = ['postgres', 'postgresql', 'postgis', 'timescaledb', 'timescaledb-ha', 'pgvector', 'postgresql-repmgr']

/**
 * PostgreSQL: each database by `pg_dump -Fc`, and what belongs to no database (roles, tablespaces) by `pg_dumpall`. The part of
 * the empty name is the latter: no database has it. A role that is no superuser gets the roles without their passwords.
 *
 * pg_dump reads one snapshot, so each database is as at one moment; two databases are not as at the same one.
 */
export const postgres: Engine = {
  name: 'postgres',
  aliases: ['postgresql', 'pg'],
  recognises: (image) => isOneOf(image, ...IMAGES),
  settings: ['database', 'user', 'password', 'host', 'port', 'args'],
  several: ({ database }) => database === undefined,
  fileOf: (of) => (of === '' ? GLOBALS : partFile(of, ENDING)),
  partOf: (file) => (file === GLOBALS ? '' : partOfFile(file, ENDING)),
  survey: (settings) => `${at(settings)}d_one=$PGDATABASE
d_tools
d_need pg_dumpall pg_restore od tr
d_say version "$(d_version)"
d_ping 2>/dev/null || { PGDATABASE=postgres && d_ping; } || d_fail UNREACHABLE
d_say server "$(psql -XAtqw -c 'SHOW server_version')"
${settings['database'] === undefined ? ALL : ONE}`,
  dump: (settings) => `${at(settings)}PGCLIENTENCODING=UTF8
export PGCLIENTENCODING
d_roles() {
  d_ping 2>/dev/null || PGDATABASE=postgres
  d_super=$(psql -XAtqw -c 'SHOW is_superuser') || return 1
  d_more=
  [ "$d_super" = on ] || d_more=--no-role-passwords
  pg_dumpall -w --globals-only $d_more && ${WRITE_TRAILER}
}
d_dump() {
  if [ -z "$1" ]; then d_roles; else PGDATABASE=$1 pg_dump -w -Fc --lock-wait-timeout=60s ${quotedWords(settings['args'])}; fi
}
${WITNESS}`,
  complete: (tail, of) => of !== '' || endsWith(tail, END),
  prove: () => `d_need pg_restore\n${WITNESS}`,
  ready: (settings) => `${at(settings)}${PREPARE}`,
  restore: (settings) => `${at(settings)}${RESTORE}`,
  after: (settings) => `${at(settings)}${PROPERTIES}`,
  atomic: true,
  crossed: /\bdeadlock detected\b/,
  skew: archiveSkew,
}

/** An archive is proven by reading all of it; its list of contents, at its begin, proves nothing. */
const WITNESS = `d_witness() { if [ -n "$1" ]; then pg_restore -f /dev/null; else cat >/dev/null; fi; }`

const ALL = `d_parts=$(psql -XAtqw -c "SELECT encode(convert_to(datname, 'UTF8'), 'hex') FROM pg_database
  WHERE datallowconn AND NOT datistemplate ORDER BY datname") || d_fail UNREACHABLE
d_say part ''
for d_part in $d_parts; do d_say part "$d_part"; done
`

const ONE = `d_say part "$(printf '%s' "$d_one" | od -An -v -tx1 | tr -d ' \\n')"
`

function at({ database = '', ...place }: Settings): string {
  return postgresPlace({ ...place, name: database })
}
