import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { cacheFolder } from './cache.ts'
import { command } from './command.ts'
import { exclusive } from './exclusive.ts'
import { pathOf } from './program.ts'

const SOURCES = join(import.meta.dirname, '..', 'database')
/** What a folder goes by. */
const FILES: Readonly<Record<DatabaseTools, readonly string[]>> = {
  influxdb: [],
  mongodb: ['go.mod', 'go.sum', 'main.go', 'tools.go'],
  opensearch: ['pom.xml', 'plugin-descriptor.properties', 'plugin-security.policy'],
}
const BUILD_MS = 30 * 60_000

/** Servers for tests of dumps that are no installed packages. */
export type DatabaseTools = 'influxdb' | 'mongodb' | 'opensearch'

/**
 * The folder of the cache with the programs, or where they would be: `usr/bin/influxd`; `server`, `mongodump`, `mongorestore`;
 * `lib` and `module` with classes of Java.
 */
export function databaseTools(name: DatabaseTools): string {
  const hash = createHash('sha256').update(name === 'influxdb' ? readFileSync('/etc/os-release') : '')
  for (const file of FILES[name]) hash.update(readFileSync(join(SOURCES, name, file)))
  return join(cacheFolder('database-tools'), `${name}-${process.arch}-${hash.digest('hex').slice(0, 12)}`)
}

/** Why they cannot be used now; empty when they can. */
export function whyNoDatabase(name: DatabaseTools): string {
  if (existsSync(databaseTools(name))) return ''
  if (name === 'influxdb') return 'the package of InfluxDB is not unpacked yet: ./test --all'
  if (name === 'opensearch') return 'OpenSearch is not there: SALVAGE_TEST_OPENSEARCH=1 ./test --all gets it with Maven'
  return 'the server and the tools of MongoDB are not built: SALVAGE_TEST_MONGODB=1 ./test --all builds them, some minutes'
}

/**
 * Gets what is missing. InfluxDB: its package is unpacked, not installed, since that starts one. MongoDB: FerretDB, which speaks its
 * protocol, and the tools of MongoDB, built with Go when `SALVAGE_TEST_MONGODB=1` asks for it. OpenSearch: its classes, with Maven,
 * when `SALVAGE_TEST_OPENSEARCH=1` does.
 */
export async function getDatabaseTools(say: (text: string) => void): Promise<void> {
  if (whyNoDatabase('influxdb') !== '' && pathOf('apt-get') !== undefined) await once('influxdb', unpackInflux)
  const asked = [
    ['mongodb', 'SALVAGE_TEST_MONGODB', buildMongo],
    ['opensearch', 'SALVAGE_TEST_OPENSEARCH', getOpenSearch],
  ] as const
  for (const [name, variable, make] of asked) {
    if (whyNoDatabase(name) === '') continue
    if (process.env[variable] !== '1') {
      say(whyNoDatabase(name))
      continue
    }
    say(`getting ${name} for the tests of dumps, some minutes`)
    await once(name, make)
  }
}

async function once(name: DatabaseTools, make: (into: string) => Promise<void>): Promise<void> {
  const folder = databaseTools(name)
  await exclusive(join(cacheFolder('database-tools'), `${name}.sqlite`), async () => {
    if (existsSync(folder)) return
    const part = `${folder}.part`
    await rm(part, { recursive: true, force: true })
    mkdirSync(part, { recursive: true })
    await make(part)
    await rename(part, folder)
  })
}

async function unpackInflux(into: string): Promise<void> {
  await command('apt-get', ['download', '-qq', 'influxdb'], { cwd: into })
  await command('sh', ['-c', 'dpkg-deb -x influxdb_*.deb . && rm influxdb_*.deb'], { cwd: into })
}

async function buildMongo(into: string): Promise<void> {
  const tools = ['mongodump', 'mongorestore'].map(
    (tool) => [tool, `github.com/mongodb/mongo-tools/${tool}/main`] as const,
  )
  const flags = ['-mod=readonly', '-buildvcs=false', '-trimpath', '-tags', 'ferretdb_no_postgresql,ferretdb_no_mysql']
  for (const [name, from] of [['server', '.'] as const, ...tools])
    await command('nice', ['-n', '5', 'go', 'build', ...flags, '-ldflags', '-s -w', '-o', join(into, name), from], {
      cwd: join(SOURCES, 'mongodb'),
      env: { CGO_ENABLED: '0' },
      timeoutMs: BUILD_MS,
    })
}

/** The classes of its network go into a module, which is a folder of its own. */
async function getOpenSearch(into: string): Promise<void> {
  const from = join(SOURCES, 'opensearch')
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${join(into, 'lib')}`]
  await command('mvn', ['-q', '-B', '-f', join(from, 'pom.xml'), ...goal], { timeoutMs: BUILD_MS })
  const move = 'mkdir module && mv lib/netty-* lib/transport-netty4-* module/ && cp "$0"/plugin-* module/'
  await command('sh', ['-c', move, from], { cwd: into })
}
