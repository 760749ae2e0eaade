import type { LabelEntry } from './entry.ts'

type Row = readonly [label: string, on: string, says: string, example: string, otherwise?: string]

const USERS = 'containers that use a volume'
const DATABASE = 'the container of a database'
const ROOT = 'the container with salvage.root'

const TIDES: readonly Row[] = [
  [
    'salvage.tide.NAME',
    'any container',
    'volumes that belong to the tide NAME: by their name in the compose file, or g: and their whole name',
    'data,uploads,g:shared',
  ],
  [
    'salvage.tide.NAME.crane.VOLUME',
    'any container',
    "the crane that copies this volume, in the place of the tide's; VOLUME as in the list of salvage.tide.NAME",
    'offsite',
  ],
  ['salvage.root', 'one container', 'its labels define tides and cranes; the value does not matter', 'true'],
  ['salvage.entity', 'containers of cranes', 'salvage-kit sets it itself on what it makes', 'crane'],
]

const REST: readonly Row[] = [
  [
    'salvage.action',
    USERS,
    'how it comes to rest for the copy: stop, pause, ignore',
    'pause',
    'stop; with a command before the copy: ignore',
  ],
  ['salvage.command.pre', USERS, 'run in the container before the copy, without a shell', '/usr/bin/app-freeze --now'],
  ['salvage.command.post', USERS, 'run in the container after the copy, without a shell', '/usr/bin/app-thaw'],
  [
    'salvage.command.exitcode',
    USERS,
    'which exit codes of both are good: fail or stop (only 0), ignore, accept:0,2, reject:1,3-5',
    'accept:0,2',
    'only 0',
  ],
  [
    'salvage.command.user',
    USERS,
    'who runs both commands, as docker exec takes it',
    '1000:1000',
    'the user of the container',
  ],
  ['salvage.user', USERS, 'the same; salvage.command.user goes before it', '1000'],
  ['salvage.command.timeout', USERS, 'how long each command may take', '5m', '10m'],
  [
    'salvage.health.timeout',
    USERS,
    'how long it may take to be healthy again; 0s: nobody waits',
    '5m',
    '2m and its start period',
  ],
]

const DUMPS: readonly Row[] = [
  [
    'salvage.dump',
    DATABASE,
    'makes it a target, dump:PROJECT/SERVICE or dump:CONTAINER: its kind of database (postgres, mariadb, mysql, redis, mongodb, sqlite, etcd, influxdb, elasticsearch, cassandra), or auto (by the image)',
    'postgres',
  ],
  [
    'salvage.dump.tide',
    DATABASE,
    'the tides that it belongs to',
    'nightly,weekly',
    'none: it is dumped when it is named',
  ],
  ['salvage.dump.placement', DATABASE, 'where the dump goes: outside, straight to the store', 'outside', 'outside'],
  ['salvage.dump.KEY', DATABASE, 'a setting of its kind of database, such as database or user', 'shop'],
]

const DEFINED: readonly Row[] = [
  ['salvage.tides.NAME.cron', ROOT, 'when the tide NAME is run', '0 3 * * *'],
  ['salvage.tides.NAME.grouping', ROOT, 'which volumes come to rest together: individual, smart, project', 'smart'],
  ['salvage.tides.NAME.crane', ROOT, 'which crane copies', 'offsite'],
  ['salvage.tides.NAME.maxConcurrent', ROOT, 'how many copies of one group at once', '4'],
  ['salvage.tides.NAME.timeZone', ROOT, 'of its cron expression', 'Europe/Berlin', 'that of salvage-kit'],
  ['salvage.tides.NAME.jitter', ROOT, 'up to how much later it may begin, so that not all begin at once', '10m'],
  ['salvage.tides.NAME.blackout', ROOT, 'when it must not begin; semicolons between windows', 'mon-fri 08:00-18:00'],
  ['salvage.tides.NAME.catchUp', ROOT, 'whether a time that was missed is made up for: true, false', 'false'],
  ['salvage.tides.NAME.hold', ROOT, 'how it copies: auto, snapshot, warm, copy', 'warm', 'auto'],
  ['salvage.tides.NAME.maxHold', ROOT, 'how long containers may be at rest', '10m'],
  ['salvage.tides.NAME.healthTimeout', ROOT, 'salvage.health.timeout for containers without one', '5m'],
  [
    'salvage.tides.NAME.keep.PERIOD',
    ROOT,
    'how many restore points stay: last, hourly, daily, weekly, monthly, yearly; within: all that are younger',
    '7',
  ],
  [
    'salvage.tides.NAME.report.KEY',
    ROOT,
    'who is told: tide.success, tide.failure, volume.success, volume.failure, method, heartbeat',
    'https://example.org/hook',
  ],
  ['salvage.cranes.NAME.image', ROOT, 'the image of the crane NAME', 'registry.example.org/crane:2'],
  ['salvage.cranes.NAME.pullOnRun', ROOT, 'whether the image is pulled before each run: true, false', 'true'],
  ['salvage.cranes.NAME.env.KEY', ROOT, 'a variable of its environment', 'value'],
  ['salvage.cranes.NAME.secret.KEY', ROOT, 'a file that it gets as a secret', '/etc/backup/password'],
  ['salvage.cranes.NAME.mount.VOLUME', ROOT, 'a volume that it gets, and where', '/cache'],
  ['salvage.cranes.NAME.network', ROOT, 'the network that it is on', 'backup'],
  ['salvage.cranes.NAME.maxConcurrent', ROOT, 'how many of its containers run at once', '2'],
]

const IMAGES: readonly Row[] = [
  ['salvage.crane.contract', 'images of cranes', 'the version of the contract that it follows', '2'],
  ['salvage.crane.actions', 'images of cranes', 'what it can do: lift, lower, list, forget, check', 'lift,lower,list'],
  ['salvage.crane.deduplicates', 'images of cranes', 'a second copy moves little more than what changed: true', 'true'],
]

/** What salvage-kit reads on containers. */
export const CONTAINER_LABELS: readonly LabelEntry[] = [
  ...entries('configuration.md', [...TIDES, ...REST]),
  ...entries('databases.md', DUMPS),
  ...entries('configuration.md', DEFINED),
  ...entries('crane-contract.md', IMAGES),
]

function entries(page: string, rows: readonly Row[]): readonly LabelEntry[] {
  return rows.map(([label, on, says, example, otherwise]) => ({
    label,
    kind: 'label of a container',
    on,
    says,
    example,
    page,
    ...(otherwise === undefined ? {} : { otherwise }),
  }))
}
