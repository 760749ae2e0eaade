import type { Engine } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { quotedWords } from '../../shell/quoted.ts'
import { mongoPlace } from './place.ts'
import { RESTORE } from './restore.ts'
import { mongoSkew } from './skew.ts'
import { archiveWatch } from './watch.ts'

/** By part. `oplog`: all databases, and what happened while they were read. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['all', 'mongodb.archive'],
  ['oplog', 'mongodb-oplog.archive'],
  ['database', 'mongodb-database.archive'],
])

/**
 * MongoDB by `mongodump --archive`. A member of a replica set is dumped with its oplog, so all of it is as at one moment, the end
 * of the dump; a server that stands alone has none, and its documents are each as at the moment when they were read. Which of both
 * it is, a shell of MongoDB in the container tells (`mongosh`, `mongo`); without one, the setting `oplog` (`yes`, `no`) may.
 */
export const mongodb: Engine = {
  name: 'mongodb',
  aliases: ['mongo'],
  recognises: (image) =>
    isOneOf(
      image,
      'mongo',
      'mongodb',
      'mongodb-community-server',
      'mongodb-enterprise-server',
      'percona-server-mongodb',
    ),
  settings: ['user', 'password', 'host', 'port', 'database', 'args', 'oplog', 'auth-database'],
  several: () => false,
  fileOf: (of) => FILES.get(of) ?? '',
  partOf: (file) => [...FILES].find(([, name]) => name === file)?.[0],
  survey: (settings) => `${mongoPlace(settings)}d_need mongodump
d_say version "$(mongodump --version | head -n 1)"
d_server=$(d_look) || d_fail UNREACHABLE
d_say server "$d_server"
if [ -n "$d_name" ]; then d_part=database
elif d_has_oplog; then d_part=oplog
else d_part=all
fi
d_say part "$(printf %s "$d_part" | od -An -tx1 | tr -d ' \\n')"
`,
  dump: (settings) => `${mongoPlace(settings)}d_dump() {
  case $1 in
    database) set -- --db="$d_name" ;;
    oplog) set -- --oplog ;;
    *) set -- ;;
  esac
  d_tool mongodump "$@" ${quotedWords(settings['args'])} --archive
}
`,
  watch: archiveWatch,
  restore: (settings) => `${mongoPlace(settings)}${RESTORE}`,
  skew: mongoSkew,
}
