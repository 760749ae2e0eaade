import type { Engine } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { quotedWords } from '../../shell/quoted.ts'
import { onePart } from '../one-part.ts'
import { redisPlace } from './place.ts'
import { LEAVE } from './leave.ts'
import { RESTORE } from './restore.ts'
import { rdbSkew } from './skew.ts'
import { rdbWatch } from './watch.ts'

/** `redis-stack` brings modules; where a server lacks them, it does not load what they made. */
const IMAGES = ['redis', 'valkey', 'redis-stack', 'redis-stack-server']

const { sayPart, ...part } = onePart('redis.rdb')

/**
 * Redis and Valkey: the RDB of one moment (the server forks), as a replica gets it. Nothing is written on the server's disk by it,
 * unless its replication goes over the disk. Of a cluster, each master has its own part of the keys and is a database of its own.
 *
 * A server that replicates without disk writes 40 letters behind the RDB, by which a replica knows its end: they stay in the dump,
 * every reader of RDB files stops before them.
 */
export const redis: Engine = {
  name: 'redis',
  aliases: ['valkey'],
  recognises: (image) => isOneOf(image, ...IMAGES),
  settings: ['user', 'password', 'host', 'port', 'args'],
  ...part,
  survey: (settings) => `${redisPlace(settings)}d_ping
${LEAVE}d_mend
d_say version "$("$d_client" --version)"
d_info server | sed -n 's/^\\(redis\\|valkey\\)_version:/\\1 /p' | { d_last=; while read -r d_line; do d_last=$d_line; done; d_say server "$d_last"; }
case $(d_info replication) in *master_link_status:down*) echo 'this replica has lost its master' >&2; d_fail UNREACHABLE ;; esac
${sayPart}`,
  dump: (settings) => `${redisPlace(settings)}d_dump() { d_cli ${quotedWords(settings['args'])} --rdb -; }
`,
  watch: rdbWatch,
  prove: () => `d_checker=$(d_first redis-check-rdb valkey-check-rdb true)
d_witness() { cat | "$d_checker" /dev/stdin >&2 && cat >/dev/null; }
`,
  restore: (settings) => `${redisPlace(settings)}${RESTORE}`,
  settle: (settings) => `${redisPlace(settings)}d_ping
${LEAVE}d_mend
`,
  skew: rdbSkew,
}
