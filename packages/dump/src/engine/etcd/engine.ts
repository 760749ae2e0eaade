import type { Engine } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { onePart } from '../one-part.ts'
import { etcdPlace } from './place.ts'
import { RESTORE } from './restore.ts'
import { STAGE } from '../stage.ts'
import { etcdWatch } from './watch.ts'

const { sayPart, ...part } = onePart('etcd.db')

/**
 * etcd, by a snapshot of one member, which is as at one moment. The official images from 3.5 on have no shell and cannot be asked;
 * those of Bitnami have one.
 *
 * A restore never touches a member that runs: it makes a new data directory, and whoever runs etcd puts it in place.
 */
export const etcd: Engine = {
  name: 'etcd',
  recognises: (image) => isOneOf(image, 'etcd'),
  settings: ['user', 'password', 'endpoint', 'restore-to'],
  ...part,
  survey: (settings) => `${etcdPlace(settings)}d_need etcdctl mktemp
d_say version "$(etcdctl version | head -n 1)"
d_status=$(d_ctl endpoint status -w fields) || d_fail UNREACHABLE
d_say server "$(printf '%s\\n' "$d_status" | sed -n 's/^"Version" *: *"\\(.*\\)"/\\1/p')"
${sayPart}`,
  dump: (settings) => `${etcdPlace(settings)}${STAGE}d_dump() (
  d_stage
  d_ctl snapshot save "$d_stage/snapshot" >&2 || exit 1
  d_tool snapshot status "$d_stage/snapshot" >&2 || d_fail NOT_WHOLE
  cat "$d_stage/snapshot"
)
`,
  watch: etcdWatch,
  beside: true,
  restore: (settings) => `${etcdPlace(settings)}${RESTORE}`,
}
