import { posix } from 'node:path'
import type { DumpCommand } from '../../template/command.ts'
import type { DumpJob } from '../../template/dump-job.ts'
import { firstSet, passwordIn } from './first-set.ts'
import type { OwnJobPlace } from './own-job.ts'

const IMAGE = 'elasticdump/elasticsearch-dump'

/** The password goes by a file of the container, which goes with it. */
const DUMP = `umask 077
if [ -z "\${SALVAGE_PASSWORD-}" ]; then exec elasticdump "$@"; fi
printf 'user=%s\\npassword=%s\\n' "$SALVAGE_USER" "$SALVAGE_PASSWORD" >/tmp/.salvage && exec elasticdump --httpAuthFile=/tmp/.salvage "$@"`

/** Elasticsearch by elasticdump: mappings and documents. For small ones only; others have snapshots of their own. */
export function elasticsearchJob({ env, address, targetDirectory, images }: OwnJobPlace): DumpJob {
  const password = passwordIn(env, 'ELASTIC_PASSWORD')
  const command = (type: 'mapping' | 'data'): DumpCommand => ({
    entrypoint: ['/bin/sh'],
    argv: [
      '-c',
      DUMP,
      'dump',
      `--input=http://${address}:9200/`,
      `--output=${posix.join(targetDirectory, `dump_${type}.json`)}`,
      `--type=${type}`,
    ],
    environment: {},
  })
  return {
    image: images.elasticdump ?? IMAGE,
    environment:
      password === undefined
        ? {}
        : { SALVAGE_USER: firstSet(env, 'ELASTIC_USERNAME') ?? 'elastic', SALVAGE_PASSWORD: password },
    commands: [command('mapping'), command('data')],
  }
}
