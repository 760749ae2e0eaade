import type { Engine } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { quotedWords } from '../../shell/quoted.ts'
import { onePart } from '../one-part.ts'
import { cassandraPlace } from './place.ts'
import { DUMP, RESTORE } from './program.ts'
import { snapshotWatch } from './watch.ts'

const { sayPart, ...part } = onePart('cassandra.tar')

/**
 * Cassandra and Scylla: the tables of one node, by a snapshot of `nodetool` (hard links after a flush), which is put into a tar and
 * removed. Each node is a database of its own here, and a table is as at the moment of its flush: nodes are not as at one moment.
 *
 * A restore lays the files down in a new folder; loading them (`sstableloader`, or into a new cluster) is for hands.
 */
export const cassandra: Engine = {
  name: 'cassandra',
  aliases: ['scylla'],
  recognises: (image) => isOneOf(image, 'cassandra', 'scylla'),
  settings: ['user', 'password', 'host', 'port', 'data', 'keyspaces', 'restore-to'],
  ...part,
  survey: (settings) => `${cassandraPlace(settings)}d_need nodetool tar find mktemp
[ -d "$d_data" ] || { echo "there is no folder $d_data" >&2; d_fail NO_DATABASE; }
d_release=$(d_node version) || d_fail UNREACHABLE
d_say version "\${d_release#*: }"
d_say server "\${d_release#*: }"
${sayPart}`,
  dump: (settings) =>
    `${cassandraPlace(settings)}${DUMP.replace('KEYSPACES', () => quotedWords(settings['keyspaces']))}`,
  watch: snapshotWatch,
  beside: true,
  restore: (settings) => `${cassandraPlace(settings)}${RESTORE}`,
}
