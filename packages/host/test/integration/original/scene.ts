import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Plan, RunEvent, RunReport } from '@salvage-kit/core'
import { command, privateDockerd } from '@salvage-kit/testbed'
import type { Dockerd } from '@salvage-kit/testbed'
import { loadConfig } from '../../../src/config/load-config.ts'
import { checkLabels } from '../../../src/rig/check-labels.ts'
import { runTide } from './run-tide.ts'

const IMAGE = 'salvage-test/busybox'
/** The crane image of the docker package's own tests. */
const CRANE = fileURLToPath(new URL('../../../../docker/test/images/crane', import.meta.url))
const CHILD = fileURLToPath(new URL('child.ts', import.meta.url))
const WAIT = `trap 'exit 0' TERM; while :; do sleep 86400 & wait $!; done`

/** A machine with an engine of its own, its labels, and the words of the scenarios of the original. */
export interface Scene extends AsyncDisposable {
  readonly engine: Dockerd
  cli(...args: readonly string[]): Promise<string>
  /** The root container: tide `d`, grouping `smart`, crane `c`, and what is given besides, without `salvage.`. */
  root(labels?: Readonly<Record<string, string>>): Promise<void>
  /** A volume of this name, in project `p1` as `KEY` when it is called `p1_KEY`, with one file in it. */
  volume(name: string): Promise<void>
  /** A container that ends with 0 on SIGTERM, in project `p1`; `args` are those of `docker run`. */
  app(name: string, ...args: readonly string[]): Promise<void>
  /** Of its state: `running`, `exited`; `gone` when it is not there. */
  status(name: string): Promise<string>
  /** One run of a tide, as the command line and the daemon make it. `during` is called when the first crane is up. */
  tide(name?: string, options?: TideOptions): Promise<Told>
  /** The same in a process of its own, which is killed when the first crane is up. */
  dead(name?: string): Promise<void>
  /** What a check of the labels says, each as its code and its message. */
  check(): Promise<readonly string[]>
  /** Removes all containers and volumes, and the state of past runs. */
  clean(): Promise<void>
}

export interface TideOptions {
  readonly during?: () => Promise<unknown>
  readonly signal?: AbortSignal
}

/** What a run of a tide did. */
export interface Told {
  readonly report: RunReport
  readonly plan: Plan
  readonly events: readonly RunEvent[]
  /**
   * What the engine saw, as the scenarios write it: `S app` stopped, `st app` started, `P app`, `U app`, `X app` a command, and of
   * cranes `C.cr VOLUME`, `C.st`, `C.di(CODE)`, `C.de`.
   */
  readonly seen: readonly string[]
}

/** A label as an argument of `docker run`. */
export function label(key: string, value: string): string {
  return `--label=salvage.${key}=${value}`
}

/** The arguments of the first container of a compose service of project `p1`. */
export function service(name: string, ...more: readonly string[]): readonly string[] {
  return [`--label=com.docker.compose.service=${name}`, '--label=com.docker.compose.container-number=1', ...more]
}

/** What of a run concerns containers that are no cranes. */
export function acts({ seen: all }: Told): readonly string[] {
  return all.filter((one) => !one.startsWith('C.'))
}

/** The outcome of each target, and the codes of its findings. */
export function outcomes({ report }: Told): Readonly<Record<string, readonly string[]>> {
  const all = report.groups.flatMap(({ targets }) => targets)
  return Object.fromEntries(
    all.map(({ target, outcome, findings }) => [target, [outcome, ...findings.map(({ code }) => code)]]),
  )
}

export async function scene(): Promise<Scene> {
  const engine = await privateDockerd([IMAGE])
  const folder = await mkdtemp(join(tmpdir(), 'salvage-original-'))
  await writeFile(join(folder, 'salvage-kit.yaml'), `machine: m one\ndocker: { host: ${engine.host} }\n`)
  const cli = async (...args: readonly string[]): Promise<string> =>
    (await command('docker', ['--host', engine.host, ...args])).trim()
  const rows = async (...args: readonly string[]): Promise<string[]> => (await cli(...args)).split('\n').filter(Boolean)
  await cli('build', '--quiet', '--network=none', '--tag=salvage-test/crane', CRANE)

  async function tide(name = 'd', options: TideOptions = {}): Promise<Told> {
    const { signal = new AbortController().signal, during } = options
    const events: RunEvent[] = []
    const since = String(Date.now() / 1000)
    const over = new AbortController()
    const disturbing = during === undefined ? undefined : craneUp(over.signal).then(async (up) => (up ? during() : {}))
    const ended = await runTide(folder, name, { signal, report: (event) => void events.push(event) }).finally(() => {
      over.abort()
    })
    await disturbing
    return { ...ended, events, seen: await seenSince(since) }
  }

  async function dead(name = 'd'): Promise<void> {
    const child = fork(CHILD, [folder, name], { execArgv: ['--disable-warning=ExperimentalWarning'], stdio: 'inherit' })
    const ended = once(child, 'exit')
    const up = await craneUp(AbortSignal.timeout(60_000))
    child.kill('SIGKILL')
    await ended
    if (!up) throw new Error('the crane did not come up')
  }

  /** Resolves with true when a crane has said that it is ready. */
  async function craneUp(over: AbortSignal): Promise<boolean> {
    while (!over.aborted) {
      const [vessel] = await rows('ps', '--quiet', '--filter=label=salvage.entity')
      if (vessel !== undefined && (await cli('logs', vessel).catch(() => '')).includes('ready')) return true
      await sleep(20)
    }
    return false
  }

  async function seenSince(since: string): Promise<readonly string[]> {
    const format = '--format={{.Action}}\t{{.Actor.Attributes.name}}\t{{json .Actor.Attributes}}'
    const until = String(Date.now() / 1000)
    const lines = await rows('events', '--filter=type=container', `--since=${since}`, `--until=${until}`, format)
    return lines.flatMap((line) => seen(line))
  }

  return {
    engine,
    cli,
    async root(labels = {}) {
      const all: Record<string, string> = {
        root: '',
        'tides.d.cron': '0 3 * * *',
        'tides.d.grouping': 'smart',
        'tides.d.crane': 'c',
        'cranes.c.image': 'salvage-test/crane',
        ...labels,
      }
      const args = Object.entries(all).map(([key, value]) => label(key, value))
      await cli('create', '--name=root', ...args, IMAGE)
    },
    async volume(name) {
      const [, key] = /^p1_(.+)$/.exec(name) ?? []
      const labels =
        key === undefined ? [] : ['--label=com.docker.compose.project=p1', `--label=com.docker.compose.volume=${key}`]
      await cli('volume', 'create', ...labels, name)
      const place = await cli('volume', 'inspect', '--format={{.Mountpoint}}', name)
      await writeFile(join(place, 'file'), name)
    },
    async app(name, ...args) {
      const plain = ['--network=none', '--label=com.docker.compose.project=p1'].filter(
        (one) =>
          !args.some((arg) =>
            arg.startsWith(
              one
                .split('=')
                .slice(0, one.startsWith('--l') ? 2 : 1)
                .join('='),
            ),
          ),
      )
      await cli('run', '--detach', `--name=${name}`, ...plain, ...args, IMAGE, 'sh', '-c', WAIT)
    },
    status: async (name) => cli('inspect', '--format={{.State.Status}}', name).catch(() => 'gone'),
    tide,
    dead,
    check: async () => {
      const loaded = await loadConfig({ environment: {}, directory: folder })
      const { problems } = await checkLabels({ loaded, directory: folder }, { signal: AbortSignal.timeout(60_000) })
      return problems.map(({ code, message }) => `${code} ${message}`)
    },
    async clean() {
      const containers = await rows('ps', '--all', '--quiet')
      if (containers.length > 0) await cli('rm', '--force', '--volumes', ...containers)
      const volumes = await rows('volume', 'ls', '--quiet')
      if (volumes.length > 0) await cli('volume', 'rm', ...volumes)
      await rm(join(folder, 'state'), { recursive: true, force: true })
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What of an event of the engine matters, as a scenario writes it. */
function seen(line: string): readonly string[] {
  const [action = '', name = '', json = '{}'] = line.split('\t')
  const attributes: Readonly<Record<string, string>> = JSON.parse(json)
  if (attributes['salvage.entity'] !== undefined) {
    const volume = (attributes['salvage-kit.target'] ?? '').replace('docker:', '')
    const ofCrane: Readonly<Record<string, string>> = {
      create: 'C.cr',
      start: 'C.st',
      die: `C.di(${attributes['exitCode'] ?? ''})`,
      destroy: 'C.de',
    }
    const act = ofCrane[action]
    return act === undefined ? [] : [`${act} ${volume}`]
  }
  const words: Readonly<Record<string, string>> = {
    stop: 'S',
    start: 'st',
    pause: 'P',
    unpause: 'U',
    destroy: 'destroyed',
    exec_create: 'X',
  }
  // What a crane image is asked before anything is at rest is no act of the scenario.
  if (name.startsWith('salvage-')) return []
  const act = words[action.split(':')[0] ?? '']
  return act === undefined ? [] : [`${act} ${name}`]
}
