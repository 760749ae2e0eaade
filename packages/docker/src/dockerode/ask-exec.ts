import type { Requester } from './request.ts'
import { segment } from './request.ts'

const LIMIT_MS = 30_000

/** See `DockerEngine.askToRunExec`. */
export async function askToRunExec(requests: Requester, exec: string, signal: AbortSignal): Promise<void> {
  const what = 'run a command in a container'
  const path = `/exec/${segment(exec)}`
  await requests.call({ what, method: 'GET', path: `${path}/json`, accept: [404] }, LIMIT_MS, signal)
  const body = { Detach: false, Tty: false }
  await requests.call({ what, method: 'POST', path: `${path}/start`, body, accept: [404] }, LIMIT_MS, signal)
}
