import { expect, test } from 'vitest'
import { z } from 'zod'
import { thisProcess } from '../crane/process-identity.ts'
import { dockerodeEngine } from '../dockerode-engine.ts'
import type { Container } from '../container.ts'
import type { DockerEngine, ExecSpec } from '../engine.ts'
import { endDeadDumps } from './end-dead-dumps.ts'

const options = { signal: new AbortController().signal }
const nowhere = dockerodeEngine({ host: 'unix:///nowhere' })
/** Above every process id that Linux gives. */
const NOBODY = 99_999_999

const database: Container = {
  id: 'db',
  name: 'db',
  image: 'postgres',
  labels: {},
  status: 'running',
  createdAt: '',
  startedAt: '',
  finishedAt: '',
  exitCode: 0,
  error: '',
  oomKilled: false,
  startPeriodMs: 0,
  hostname: 'db',
  user: '',
  env: [],
  tty: false,
  stopSignal: '',
  autoRemove: false,
  privileged: false,
  networkMode: 'none',
  ipcMode: '',
  pidMode: '',
  links: [],
  volumesFrom: [],
  restartPolicy: 'no',
  mounts: [],
  execs: ['gone', 'hung', 'dead'],
}

async function wordOfTheDead(): Promise<string> {
  const own = z.looseObject({}).parse(JSON.parse((await thisProcess(nowhere, options)) ?? ''))
  return `salvage-of_${Buffer.from(JSON.stringify({ ...own, pid: NOBODY })).toString('base64url')}_01`
}

test('a program that cannot be ended, or looked at, keeps no other of its container, and is told', async () => {
  const word = await wordOfTheDead()
  const ended: string[] = []
  const engine: DockerEngine = {
    ...nowhere,
    listContainers: () => Promise.resolve([{ ...database, createdSeconds: 0 }]),
    inspectContainer: () => Promise.resolve(database),
    inspectExec: (exec) =>
      exec === 'gone'
        ? Promise.reject(new Error('the engine is busy'))
        : Promise.resolve({
            isRunning: true,
            arguments: ['-c', 'text', `${word}${exec === 'hung' ? '0' : '1'}`],
            user: '',
          }),
    exec: (_container, { command }: ExecSpec) => {
      const [target = ''] = command.slice(-1)
      if (target.endsWith('0')) return Promise.reject(new Error('it hangs'))
      ended.push(target)
      return Promise.resolve({ exitCode: 0, output: '' })
    },
  }
  await expect(endDeadDumps(engine, options)).rejects.toThrow('the engine is busy')
  expect(ended).toEqual([`${word}1`])
})
