import type { DumpJob } from '../../template/dump-job.ts'
import { firstSet, passwordIn } from './first-set.ts'
import type { OwnJobPlace } from './own-job.ts'

/** Tools before 100.3 take no file; they read the password from their input, as they do from a terminal. */
const DUMP = `umask 077
if [ -z "\${SALVAGE_PASSWORD-}" ]; then exec mongodump "$@"; fi
if mongodump --help 2>&1 | grep -q -e '--config'; then
  file=\${TMPDIR:-/tmp}/.salvage.yaml
  printf '%s\\n' "$SALVAGE_CONFIG" >"$file" && exec mongodump --config="$file" "$@"
fi
printf '%s\\n' "$SALVAGE_PASSWORD" | mongodump "$@"`

/** MongoDB with all its databases, as one packed archive. */
export function mongodbJob({ env, address, image }: OwnJobPlace): DumpJob {
  const password = passwordIn(env, 'MONGO_INITDB_ROOT_PASSWORD', 'MONGO_PASS')
  const user = firstSet(env, 'MONGO_INITDB_ROOT_USERNAME', 'MONGO_USER') ?? 'admin'
  const asUser = password === undefined ? [] : [`--username=${user}`, '--authenticationDatabase=admin']
  return {
    image,
    environment:
      password === undefined
        ? {}
        : { SALVAGE_PASSWORD: password, SALVAGE_CONFIG: `password: ${JSON.stringify(password)}` },
    commands: [
      {
        entrypoint: ['/bin/sh'],
        argv: ['-c', DUMP, 'dump', `--host=${address}`, ...asUser, '--gzip', '--archive'],
        environment: {},
        output: { path: 'databases.archive.gz', append: false },
      },
    ],
  }
}
