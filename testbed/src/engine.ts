import { command, succeeds } from './command.ts'

const DEFAULT_HOST = 'unix:///var/run/docker.sock'
const PING_MS = 5_000

/** The address of the engine that the tests share: `DOCKER_HOST`, else the default socket. */
export function engineAddress(): string {
  return process.env['DOCKER_HOST'] ?? DEFAULT_HOST
}

/** Runs the Docker command line against one engine. */
export async function docker(host: string, args: readonly string[], timeoutMs = 600_000): Promise<string> {
  return command('docker', ['--host', host, ...args], { timeoutMs, env: { DOCKER_BUILDKIT: '0' } })
}

/** Whether an engine answers at this address. */
export async function engineAnswers(host: string): Promise<boolean> {
  return succeeds('docker', ['--host', host, 'version'], { timeoutMs: PING_MS })
}

/** Whether the engine has an image of this name. */
export async function hasImage(host: string, image: string): Promise<boolean> {
  return succeeds('docker', ['--host', host, 'image', 'inspect', image], { timeoutMs: 30_000 })
}
