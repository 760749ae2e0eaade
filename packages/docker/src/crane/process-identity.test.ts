import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { dockerodeEngine } from '../dockerode-engine.ts'
import { isCertainlyDead, thisProcess } from './process-identity.ts'

/** Never asked: nothing here is in a container. */
const engine = dockerodeEngine({ host: 'unix:///nowhere' })
const options = { signal: new AbortController().signal }
const dead = (label: string): Promise<boolean> => isCertainlyDead(engine, label, options)

test.skipIf(process.platform !== 'linux')('tells the dead from the living, and from those it cannot know', async () => {
  const own = await thisProcess(engine, options)
  if (own === undefined) throw new Error('this process does not know itself')
  expect(await dead(own)).toBe(false)
  const change = (other: object): string => JSON.stringify({ ...JSON.parse(own), ...other })
  const child = spawn('true')
  await once(child, 'exit')
  expect(await dead(change({ pid: child.pid }))).toBe(true)
  // The same id in use again.
  expect(await dead(change({ start: '1' }))).toBe(true)
  // Another machine, or before this one was started anew; another container under a name that tells nothing.
  expect(await dead(change({ boot: 'another', pid: child.pid }))).toBe(false)
  expect(await dead(change({ space: 'pid:[1]', host: 'nas' }))).toBe(false)
  for (const label of ['', 'null', '{}', '{']) expect(await dead(label)).toBe(false)
})

test.skipIf(process.geteuid?.() !== 0)('a process that may not be seen is not called dead', () => {
  const child = join(import.meta.dirname, '../../test/crash/hidden-process.ts')
  const isDead = (hide: string): string =>
    execFileSync('unshare', ['--mount', 'sh', '-c', `${hide}; exec "$0" "$@"`, process.execPath, child, '1'], {
      encoding: 'utf8',
    }).trim()
  expect(isDead('true')).toBe('true')
  // As under `hidepid`.
  expect(isDead('mount -t tmpfs none /proc/1')).toBe('false')
})
