import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import * as z from 'zod'

const HUB = 'https://index.docker.io/v1/'

const DockerConfig = z.object({
  auths: z
    .record(z.string(), z.object({ auth: z.string().optional(), identitytoken: z.string().optional() }))
    .default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
})

const HelperAnswer = z.object({ Username: z.string(), Secret: z.string() })

/**
 * The value of the `X-Registry-Auth` header for an image, from the Docker configuration file (`DOCKER_CONFIG`, else
 * `~/.docker`) or the credential helper that it names; undefined when there is none for the image's registry. It is a
 * secret. Rejects with `DOCKER.REGISTRY_AUTH`.
 */
export async function registryAuth(
  image: string,
  env: Readonly<NodeJS.ProcessEnv>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const file = join(env['DOCKER_CONFIG'] ?? join(env['HOME'] ?? '/root', '.docker'), 'config.json')
  const config = await readConfig(file, signal)
  if (config === undefined) return undefined
  const registry = registryOf(image)
  const helper = config.credHelpers[registry] ?? config.credsStore
  if (helper !== undefined) {
    const found = await askHelper(helper, registry, signal)
    if (found !== undefined) return header(registry, found.Username, found.Secret)
  }
  const entry = Object.entries(config.auths).find(([key]) => sameRegistry(key, registry))?.[1]
  if (entry?.identitytoken !== undefined) return encode({ identitytoken: entry.identitytoken, serveraddress: registry })
  if (entry?.auth === undefined || entry.auth === '') return undefined
  const [user = '', ...password] = Buffer.from(entry.auth, 'base64').toString('utf8').split(':')
  return header(registry, user, password.join(':'))
}

/** The registry of an image reference, as the Docker configuration file writes it. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/')
  const named = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost')
  return named && first !== 'docker.io' && first !== 'index.docker.io' ? first : HUB
}

async function readConfig(file: string, signal: AbortSignal): Promise<z.infer<typeof DockerConfig> | undefined> {
  let text: string
  try {
    text = await readFile(file, { encoding: 'utf8', signal })
  } catch (error) {
    signal.throwIfAborted()
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw unreadable(`${file} cannot be read`, error)
  }
  try {
    return DockerConfig.parse(JSON.parse(text))
  } catch {
    // The cause would quote the file, and the file holds secrets.
    throw unreadable(`${file} is not a Docker configuration file`, undefined)
  }
}

function sameRegistry(key: string, registry: string): boolean {
  return key === registry || bare(key) === bare(registry)
}

function bare(text: string): string {
  return text.replace(/^https?:\/\//, '').replace(/\/(v1|v2)?\/?$/, '')
}

async function askHelper(
  helper: string,
  registry: string,
  signal: AbortSignal,
): Promise<z.infer<typeof HelperAnswer> | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>()
  const child = execFile(`docker-credential-${helper}`, ['get'], { signal, timeout: 30_000 }, (error, stdout) => {
    if (error === null) resolve(stdout)
    else if (stdout.includes('credentials not found')) resolve(undefined)
    else reject(unreadable(`the credential helper docker-credential-${helper} failed for ${registry}`, undefined))
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(registry)
  const answer = await promise
  if (answer === undefined) return undefined
  const parsed = HelperAnswer.safeParse(JSON.parse(answer))
  if (!parsed.success) throw unreadable(`docker-credential-${helper} gave no credentials for ${registry}`, undefined)
  return parsed.data
}

function header(serveraddress: string, username: string, password: string): string {
  return username === '<token>'
    ? encode({ identitytoken: password, serveraddress })
    : encode({ username, password, serveraddress })
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

function unreadable(message: string, cause: unknown): SalvageError {
  return new SalvageError('DOCKER.REGISTRY_AUTH', message, {
    hint: 'run docker login as the user who runs this program, or remove the entry',
    ...(cause === undefined ? {} : { cause }),
  })
}
