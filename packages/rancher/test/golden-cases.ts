import type { ReplayOptions } from './replay.ts'
import { COMPOSE, service, world } from './simulator/small-world.ts'
import type { WorldInput } from './simulator/world.ts'

/** One recorded run: what stood in Rancher then, and what must come of it now. */
export interface GoldenCase {
  /** Absent: the record is of something else than services, templates and stacks; `of` says what. */
  readonly world?: WorldInput
  readonly of?: 'duplicity' | 'server database' | 'settings'
  readonly options?: ReplayOptions
  /** `kept`: the commands of the record, word by word. `mended`: others, in `dumps`. `other`: the record ended before. */
  readonly as?: 'kept' | 'mended' | 'other'
  readonly dumps?: readonly (readonly string[])[]
  /** Of what cannot be dumped or exported. */
  readonly codes?: readonly string[]
  /** The code with which nothing can be found at all. */
  readonly error?: string
  /** Whose files are written; by default those of `app`. */
  readonly stacks?: readonly string[]
}

const KEY = { key: { name: 'key', secret: 'secret' } }

/** The words for a dump of everything in `app/db`. */
function pgDumpAll(secret?: string, { host = '10.42.0.1', service: name = 'db' } = {}): readonly string[] {
  const folder = `/W/backup/dump/app/${name}`
  return [
    '-v',
    `${folder}:${folder}`,
    ...(secret === undefined ? [] : ['-e', `PGPASSWORD=${secret}`]),
    'postgres:latest',
    'pg_dumpall',
    '-h',
    host,
    '-U',
    'postgres',
    '--clean',
    '-f',
    `${folder}/all-databases.dump`,
  ]
}

function password(text: string, as: GoldenCase['as'] = 'kept'): GoldenCase {
  return {
    world: world([{ env: { POSTGRES_PASSWORD: text } }]),
    options: KEY,
    as,
    ...(as === 'kept' ? {} : { dumps: [pgDumpAll(text)] }),
  }
}

function disabled(value: string, as: GoldenCase['as'] = 'kept'): GoldenCase {
  return {
    world: world([{ labels: { 'backup.disable': value } }]),
    options: KEY,
    as,
    ...(as === 'kept' ? {} : { dumps: [pgDumpAll()] }),
    ...(value === '' ? { codes: ['RANCHER.DISABLE_UNUSUAL'] } : {}),
  }
}

/** By the name of the record. */
export const CASES: Readonly<Record<string, GoldenCase>> = {
  'golden: one postgres': { world: world([{ env: { POSTGRES_PASSWORD: 'x' } }]), options: KEY },
  'instance without host': { world: world([{}]), options: KEY, as: 'other', dumps: [pgDumpAll()] },
  'service without links': { world: world([{ without: ['links'] }]), options: KEY, as: 'mended', dumps: [pgDumpAll()] },
  'labels null': { world: world([{ labels: null }]), options: KEY, as: 'mended', dumps: [pgDumpAll()] },
  'newline in password': password('a\nb', 'mended'),
  'encrypt key + options': { of: 'duplicity' },
  'all modules off': { of: 'settings' },
  'api key wrong': {
    world: world([{}]),
    options: { key: { name: 'key', secret: 'wrong' } },
    error: 'RANCHER.UNAUTHORIZED',
  },
  'services list 500': {
    world: world([{}]),
    options: { ...KEY, faults: [{ path: '/services', what: { kind: 'status', status: 500 } }] },
    error: 'RANCHER.REFUSED',
  },
  'exportconfig 500': {
    world: world([{}]),
    options: { ...KEY, faults: [{ path: 'exportconfig', what: { kind: 'status', status: 500 } }] },
    codes: ['RANCHER.REFUSED'],
    stacks: [],
  },
  'proxy html 502 on schemas': {
    world: world([{}]),
    options: { ...KEY, faults: [{ path: '/', what: { kind: 'html', status: 502 } }] },
    error: 'RANCHER.UNREACHABLE',
  },
  'no running instance': {
    world: world([
      {
        env: { POSTGRES_USER: 'u', POSTGRES_DB: 'd' },
        containers: [{ id: '1i1', state: 'stopped', address: '10.42.0.1' }],
      },
    ]),
    options: KEY,
    as: 'mended',
    dumps: [],
    codes: ['RANCHER.NO_INSTANCE'],
  },
  'ip null': {
    world: world([{ containers: [{ id: '1i1', address: null }] }]),
    options: KEY,
    as: 'mended',
    dumps: [],
    codes: ['RANCHER.NO_ADDRESS'],
  },
  'scale 3, first stopped': {
    world: world([
      {
        containers: [
          { id: '1i1', state: 'stopped', address: '10.42.0.1' },
          { id: '1i2', address: '10.42.0.2' },
          { id: '1i3', address: '10.42.0.3' },
        ],
      },
    ]),
    options: KEY,
  },
  'sidekick has lower id': {
    world: world([
      {
        containers: [
          { id: '1i7', address: '10.42.0.7', sidekick: 'pgdata' },
          { id: '1i8', address: '10.42.0.8' },
        ],
      },
    ]),
    options: KEY,
    as: 'mended',
    dumps: [pgDumpAll(undefined, { host: '10.42.0.8' })],
  },
  'two engines in a stack, same name in another': {
    world: {
      projects: [
        {
          id: '1a5',
          name: 'Default',
          stacks: [
            {
              id: '1st1',
              name: 'app',
              compose: COMPOSE,
              services: [
                service({ env: { POSTGRES_PASSWORD: 'a' } }),
                service({ id: 2, name: 'db2', image: 'docker:mysql:5.7', env: { MYSQL_ROOT_PASSWORD: 'r' } }),
              ],
            },
            { id: '1st2', name: 'other', compose: COMPOSE, services: [service({ id: 3, image: 'docker:mongo:3.4' })] },
          ],
        },
      ],
    },
    stacks: ['app', 'other'],
  },
  'password "it\'s"': password("it's", 'mended'),
  "password 'a\"b'": password('a"b'),
  "password '$HOME'": password('$HOME'),
  "password 'a:b'": password('a:b', 'mended'),
  "password 'x: y'": password('x: y', 'mended'),
  "password 'x #y'": password('x #y', 'mended'),
  "password '{{ ip }}'": password('{{ ip }}'),
  "backup.disable='true'": disabled('true'),
  "backup.disable='false'": disabled('false'),
  "backup.disable='False'": disabled('False', 'mended'),
  "backup.disable='no'": disabled('no', 'mended'),
  "backup.disable=''": disabled(''),
  'label postgres, image *mysql*': {
    world: world([{ name: 'x', image: 'docker:mycorp/mysql-thing', labels: { 'backup.type': 'postgres' } }]),
    options: KEY,
    as: 'mended',
    dumps: [pgDumpAll(undefined, { service: 'x' })],
  },
  'image prom/mysqld-exporter': { world: world([{ name: 'x', image: 'docker:prom/mysqld-exporter' }]), options: KEY },
  'duplicity fails at --full-if-older-than': { of: 'duplicity' },
  'duplicity fails at remove-all-but-n-full': { of: 'duplicity' },
  'duplicity fails at remove-all-inc': { of: 'duplicity' },
  'duplicity fails at cleanup': { of: 'duplicity' },
  'docker pull fails for one of two': {
    world: world([{ name: 'a' }, { id: 2, name: 'b', image: 'docker:mongo:3.4' }]),
    options: KEY,
    as: 'other',
    dumps: [
      pgDumpAll(undefined, { service: 'a' }),
      [
        '-v',
        '/W/backup/dump/app/b:/W/backup/dump/app/b',
        'mongo:latest',
        'mongodump',
        '--host',
        '10.42.0.2',
        '--gzip',
        '--archive',
      ],
    ],
  },
  'rancher db dump fails': { of: 'server database' },
  'API reveals all DB settings': { of: 'server database' },
  'stack without exportconfig action': {
    world: { projects: [{ id: '1a5', name: 'Default', stacks: [{ id: '1st1', name: 'app', state: 'removing' }] }] },
    codes: ['RANCHER.NO_EXPORT'],
    stacks: [],
  },
  'stack named database': { world: world([], { name: 'database' }), options: KEY, stacks: ['database'] },
  'rancher-db on, no host': { of: 'settings' },
  'no duplicity url': { of: 'settings' },
  'manual project url': {
    world: world([{}]),
    options: { ...KEY, path: '/v1/projects/1a5' },
    as: 'other',
    dumps: [pgDumpAll()],
  },
  'api url trailing slash': {
    world: world([{}]),
    options: { ...KEY, path: '/v1/' },
    as: 'other',
    dumps: [pgDumpAll()],
  },
  '120 services': {
    world: world(Array.from({ length: 120 }, (_, at) => ({ id: at + 1, name: `s${String(at + 1)}` }))),
    options: KEY,
    as: 'mended',
    dumps: Array.from({ length: 120 }, (_, at) =>
      pgDumpAll(undefined, { service: `s${String(at + 1)}`, host: `10.42.0.${String(at + 1)}` }),
    ),
  },
}
