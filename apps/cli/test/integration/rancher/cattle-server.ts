import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { IMAGES } from './databases.ts'
import type { ServedDatabase } from './databases.ts'

const PROGRAM = fileURLToPath(new URL('../../../../../packages/rancher/test/simulator/main.ts', import.meta.url))
const COMPOSE = { docker: "version: '2'\r\nservices: {}\r\n", rancher: "version: '2'\r\n" }

/** Its key. The secret one must be seen nowhere. */
export const KEY = { name: 'ACCESSKEY', secret: 'the-secret-key-of-cattle' } as const

/** A simulated Rancher 1.6, as a program of its own. */
export interface CattleServer extends AsyncDisposable {
  readonly url: string
  readonly keyFile: string
}

/** More of a service than that it is a database which runs. */
export interface ServiceMore {
  readonly labels?: Record<string, string>
  readonly environment?: Record<string, string>
  readonly containers?: readonly object[]
}

/** A service of the stack `shop`, called as its database, whose variables say what official images say. */
export function serviceOf(
  { kind, address, name, user, password }: ServedDatabase,
  at: number,
  { labels = {}, environment = {}, containers }: ServiceMore = {},
): object {
  const said =
    kind === 'postgres'
      ? { POSTGRES_DB: name, POSTGRES_USER: user, POSTGRES_PASSWORD: password }
      : { MYSQL_DATABASE: name, MYSQL_USER: user, MYSQL_PASSWORD: password }
  const id = String(at + 1)
  return {
    id: `1s${id}`,
    name: serviceName(name),
    launchConfig: { imageUuid: `docker:${IMAGES[kind]}`, labels, environment: { ...said, ...environment } },
    containers: containers ?? [{ id: `1i${id}`, address }],
  }
}

/** Names of services have no `_`. */
export function serviceName(database: string): string {
  return database.replaceAll('_', '-')
}

/** Serves one environment with the stack `shop`, in pages of so many objects. */
export async function cattleServer(
  folder: string,
  services: readonly object[],
  more: { readonly pageLimit: number; readonly faults?: readonly object[] },
): Promise<CattleServer> {
  const world = {
    keys: [{ ...KEY, project: '1a5' }],
    projects: [{ id: '1a5', name: 'Default', stacks: [{ id: '1st1', name: 'shop', compose: COMPOSE, services }] }],
    ...more,
  }
  const file = join(folder, 'cattle.json')
  writeFileSync(file, JSON.stringify(world), { mode: 0o600 })
  const keyFile = join(folder, 'cattle.key')
  writeFileSync(keyFile, `${KEY.name}\n${KEY.secret}\n`, { mode: 0o600 })
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout), 'line')
  return {
    url: String(line),
    keyFile,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGTERM')
      await exit
    },
  }
}
