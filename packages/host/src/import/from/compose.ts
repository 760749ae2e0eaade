import { basename, dirname, resolve } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import { parse } from 'yaml'
import type { ForeignContainer, ForeignMount } from '../foreign.ts'
import { composeFile } from './compose-schema.ts'
import type { ComposeFile, ComposeMount } from './compose-schema.ts'
import { parseEnvFile } from './env-file.ts'
import { interpolate } from './interpolate.ts'

/** What reading a compose file takes. */
export interface ComposeSettings {
  /** Absolute. */
  readonly file: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** The text of a file; undefined when there is none. */
  readonly readFile: (path: string) => string | undefined
}

/**
 * The containers that a compose file defines, under the names that compose would give them. `.env` beside it and
 * `env_file` are read. Throws `IMPORT.UNREADABLE`.
 */
export function composeContainers({ file, environment, readFile }: ComposeSettings): readonly ForeignContainer[] {
  const directory = dirname(file)
  const variablesIn = (path: string): Readonly<Record<string, string>> =>
    parseEnvFile(readFile(path) ?? '', { file: path, environment })
  const dotEnv = variablesIn(resolve(directory, '.env'))
  const variables = { ...dotEnv, ...environment }
  const compose = readCompose(file, readFile, variables)
  const project = projectName(environment['COMPOSE_PROJECT_NAME'] ?? compose.name ?? basename(directory))
  return Object.entries(compose.services).map(([name, service]) => ({
    name: service.container_name ?? `${project}-${name}-1`,
    image: service.image,
    labels: service.labels,
    env: {
      ...Object.assign({}, ...service.env_file.map((path) => variablesIn(resolve(directory, path)))),
      ...service.environment,
    },
    mounts: service.volumes.flatMap((mount) => mountOf(mount, compose, project, directory)),
    project,
    running: true,
  }))
}

function readCompose(
  file: string,
  readFile: ComposeSettings['readFile'],
  variables: Readonly<Record<string, string | undefined>>,
): ComposeFile {
  const text = readFile(file)
  if (text === undefined)
    throw new SalvageError('IMPORT.UNREADABLE', `${file}: it cannot be read`, { hint: 'name a compose file' })
  try {
    const value: unknown = parse(text, { merge: true, logLevel: 'error' })
    return composeFile.parse(interpolated(value, variables))
  } catch (error) {
    // The parser's own message quotes the text, in which secrets may stand.
    throw new SalvageError('IMPORT.UNREADABLE', `${file}: it is no compose file`, {
      why: 'it is no YAML, or its services are not of the form that compose knows',
      hint: 'check it with docker compose config',
      cause: error,
    })
  }
}

function interpolated(value: unknown, variables: Readonly<Record<string, string | undefined>>): unknown {
  if (typeof value === 'string') return interpolate(value, variables)
  if (Array.isArray(value)) return value.map((one) => interpolated(one, variables))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolated(inner, variables)]))
  return value
}

/** As compose makes it of a directory's name. */
function projectName(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '')
}

function mountOf(
  mount: ComposeMount,
  compose: ComposeFile,
  project: string,
  directory: string,
): readonly ForeignMount[] {
  const long = typeof mount === 'string' ? fromShort(mount) : mount
  if (long.source === undefined || (long.type !== 'volume' && long.type !== 'bind')) return []
  const destination = long.target.replace(/(?<=.)\/+$/, '')
  if (long.type === 'bind') return [{ source: resolve(directory, home(long.source)), destination }]
  return [{ volume: volumeName(long.source, compose, project), destination }]
}

function fromShort(text: string): { readonly type: string; readonly source?: string; readonly target: string } {
  const [source = '', target] = text.split(':')
  if (target === undefined) return { type: 'volume', target: source }
  return { type: /^[./~]/.test(source) ? 'bind' : 'volume', source, target }
}

function home(path: string): string {
  return path.startsWith('~') ? `${process.env['HOME'] ?? '/root'}${path.slice(1)}` : path
}

function volumeName(key: string, compose: ComposeFile, project: string): string {
  const defined = compose.volumes[key]
  if (typeof defined?.external === 'object') return defined.external.name
  return defined?.name ?? (defined?.external === true ? key : `${project}_${key}`)
}
