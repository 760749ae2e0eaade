import type { LabelEntry } from './entry.ts'

type Row = readonly [label: string, on: string, says: string, example: string, otherwise?: string]

const BOTH = 'claims, workloads'
const WORKLOADS = 'workloads, or their pods'

const ANNOTATIONS: readonly Row[] = [
  ['salvage-kit.io/tides', BOTH, 'the tides that cover it; on a workload: all claims that it uses', 'nightly,weekly'],
  ['salvage-kit.io/exclude', BOTH, 'true: covered by no tide, whatever else says so', 'true'],
  [
    'salvage-kit.io/quiesce',
    WORKLOADS,
    'how it comes to rest: scale, exec, dump, none',
    'scale',
    'exec with a command, dump with a dump, else none',
  ],
  [
    'salvage-kit.io/pre',
    WORKLOADS,
    'the command that brings to rest, words or a JSON array; no shell reads it',
    'fsfreeze --freeze /data',
  ],
  ['salvage-kit.io/post', WORKLOADS, 'the command that undoes it, also half of it', 'fsfreeze --unfreeze /data'],
  ['salvage-kit.io/container', WORKLOADS, 'where they run', 'app', 'the first container'],
  ['salvage-kit.io/timeout', WORKLOADS, 'how long each may take, or the pods to end and to be ready again', '5m'],
  ['salvage-kit.io/directory', WORKLOADS, 'a directory that can be written, for a marker', '/run', '/tmp'],
  ['salvage-kit.io/shell', WORKLOADS, 'a POSIX shell of the container', '/bin/busybox', 'sh'],
  [
    'salvage-kit.io/dump',
    WORKLOADS,
    'a database that is dumped onto the volume before it is cut: postgres, mysql, mariadb',
    'postgres',
  ],
  [
    'salvage-kit.io/dump-file',
    WORKLOADS,
    'the file of the dump, by an absolute path on a volume of the pod',
    '/data/dump.sql.gz',
    'dump.sql.gz beside the data',
  ],
  [
    'salvage-kit.io/dump-host',
    WORKLOADS,
    'where the database listens, seen from the container',
    'db.example.org',
    '127.0.0.1',
  ],
  ['salvage-kit.io/dump-port', WORKLOADS, 'its port', '5433', '5432 or 3306'],
  ['salvage-kit.io/dump-user', WORKLOADS, 'who dumps', 'backup', '$POSTGRES_USER or postgres; root'],
  [
    'salvage-kit.io/dump-password',
    WORKLOADS,
    'the variable of the container that has the password',
    '${DB_PASSWORD}',
    '$POSTGRES_PASSWORD, $MARIADB_ROOT_PASSWORD, $MYSQL_ROOT_PASSWORD, or the file that …_FILE names',
  ],
  [
    'salvage-kit.io/dump-name',
    WORKLOADS,
    'the database',
    'shop',
    '$POSTGRES_DB or the user; $MARIADB_DATABASE, $MYSQL_DATABASE',
  ],
  [
    'salvage-kit.io/dump-character-set',
    WORKLOADS,
    'of MySQL and MariaDB',
    'latin1',
    'utf8mb4, in which nothing is lost',
  ],
  [
    'salvage-kit.io/dump-full-percent',
    WORKLOADS,
    'a volume that is used to this part is too full for a dump',
    '95',
    '90',
  ],
  ['salvage-kit.io/dump-pod', WORKLOADS, 'which pod of the workload', 'db-0', 'the first by name that runs'],
  ['salvage-kit.io/dump-shell', WORKLOADS, 'a POSIX shell of the container', '/bin/ash', 'sh'],
]

const SNAPSHOTS: readonly Row[] = [
  ['backup-ns.sh/pvc', 'VolumeSnapshots', 'the claim; snapshots of one claim are counted together', 'data'],
  [
    'backup-ns.sh/retain',
    'VolumeSnapshots',
    'daily_weekly_monthly or days',
    'daily_weekly_monthly',
    'nothing is changed or removed',
  ],
  ['backup-ns.sh/daily', 'VolumeSnapshots', 'a place among the newest 7', '2026-11-21'],
  ['backup-ns.sh/weekly', 'VolumeSnapshots', 'a place among the newest 4: a week of ISO 8601', 'w47'],
  ['backup-ns.sh/monthly', 'VolumeSnapshots', 'a place among the newest 12', '2026-11'],
  ['backup-ns.sh/delete-after', 'VolumeSnapshots', 'removed on the first day after it', '2026-11-21'],
  ['backup-ns.sh/retain-days', 'VolumeSnapshots', 'for people', '30'],
  ['salvage-kit.io/hold', 'VolumeSnapshots', 'stays while the label stands, whatever else is true', 'audit'],
]

/** What salvage-kit reads on objects of Kubernetes. */
export const CLUSTER_LABELS: readonly LabelEntry[] = [
  ...ANNOTATIONS.map((row) => entry(row, 'annotation', 'kubernetes-annotations.md')),
  ...SNAPSHOTS.map((row) => entry(row, 'label of a snapshot', 'kubernetes-retention.md')),
]

function entry([label, on, says, example, otherwise]: Row, kind: LabelEntry['kind'], page: string): LabelEntry {
  return { label, kind, on, says, example, page, ...(otherwise === undefined ? {} : { otherwise }) }
}
