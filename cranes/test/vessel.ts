import { randomBytes } from 'node:crypto'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { command, docker, engineAddress, temporaryDirectory } from '@salvage-kit/testbed'

/** Every container and volume of this process bears it. */
export const LABEL = `salvage-kit.test=cranes-${randomBytes(4).toString('hex')}`
const HOST = engineAddress()

/** What one vessel is given. */
export interface VesselOptions {
  readonly action: 'lift' | 'lower' | 'list' | 'check' | 'forget'
  readonly env?: Readonly<Record<string, string>>
  readonly secrets?: Readonly<Record<string, string>>
  /** `VOLUME:PATH[:ro]` */
  readonly mounts?: readonly string[]
  readonly forget?: readonly string[]
  readonly name?: string
  /** As the original daemon would start it. */
  readonly contract?: 1
  /** Further arguments of `docker create`. */
  readonly create?: readonly string[]
}

/** How one ended. */
export interface VesselEnd {
  readonly code: number
  readonly output: string
  /** Undefined when there is no such file. */
  readonly result: string | undefined
  readonly archives: string | undefined
}

/** A vessel that runs. */
export interface Vessel {
  readonly name: string
  ended(): Promise<VesselEnd>
}

/** Runs docker on the engine of the tests; resolves with its trimmed output. */
export async function run(...args: string[]): Promise<string> {
  return (await docker(HOST, args)).trim()
}

/** A name that no other test has. */
export function uniqueName(what: string): string {
  return `sk-cranes-${what}-${randomBytes(4).toString('hex')}`
}

/** Starts one action of a crane image as the crane contract says. */
export async function startVessel(image: string, options: VesselOptions): Promise<Vessel> {
  const { action, env = {}, secrets = {}, mounts = [], forget } = options
  const name = options.name ?? uniqueName(action)
  const all = {
    ...env,
    SALVAGE_CRANE_NAME: 'test',
    ...(options.contract === 1 ? {} : { SALVAGE_CONTRACT: '2', SALVAGE_ACTION: action }),
  }
  await run(
    'create',
    `--name=${name}`,
    `--hostname=${name}`,
    `--label=${LABEL}`,
    ...Object.entries(all).map(([key, value]) => `--env=${key}=${value}`),
    ...mounts.map((mount) => `--volume=${mount}`),
    ...(options.create ?? []),
    image,
  )
  using folder = temporaryDirectory()
  const put = (path: string, content: string, mode = 0o444): void => {
    const file = join(folder.path, path)
    mkdirSync(dirname(file), { recursive: true, mode: 0o755 })
    writeFileSync(file, content)
    chmodSync(file, mode)
  }
  chmodSync(folder.path, 0o755)
  mkdirSync(join(folder.path, 'salvage', 'result'), { recursive: true, mode: 0o755 })
  chmodSync(join(folder.path, 'salvage', 'result'), 0o1777)
  if (action === 'lift') put('salvage/meta/meta.json', '{}')
  if (forget !== undefined) put('salvage/forget', forget.map((id) => `${id}\n`).join(''))
  for (const [key, value] of Object.entries(secrets)) put(`run/secrets/${key}`, value)
  await run('cp', `${folder.path}/.`, `${name}:/`)
  await run('start', name)
  return { name, ended: async () => ended(name) }
}

/** The same, to its end. */
export async function runVessel(image: string, options: VesselOptions): Promise<VesselEnd> {
  return (await startVessel(image, options)).ended()
}

async function ended(name: string): Promise<VesselEnd> {
  const code = Number(await run('wait', name))
  using folder = temporaryDirectory()
  const output = await command('sh', ['-c', 'docker --host "$1" logs "$2" 2>&1', 'sh', HOST, name])
  await run('cp', `${name}:/salvage/result`, folder.path)
  await run('rm', '--force', '--volumes', name)
  const read = (file: string): string | undefined => {
    try {
      return readFileSync(join(folder.path, 'result', file), 'utf8')
    } catch {
      return undefined
    }
  }
  return { code, output, result: read('result.json'), archives: read('archives.jsonl') }
}

/** Removes what these tests made. */
export async function removeAll(): Promise<void> {
  const rows = async (...args: string[]): Promise<string[]> => (await run(...args)).split('\n').filter(Boolean)
  const containers = await rows('ps', '--all', '--quiet', `--filter=label=${LABEL}`)
  if (containers.length > 0) await run('rm', '--force', '--volumes', ...containers)
  const volumes = await rows('volume', 'ls', '--quiet', `--filter=label=${LABEL}`)
  if (volumes.length > 0) await run('volume', 'rm', '--force', ...volumes)
}
