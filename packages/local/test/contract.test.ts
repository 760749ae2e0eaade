import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { directoryOf, parseReference } from '@salvage-kit/core'
import { discoveryContract, provisionerContract, quiescerContract } from '@salvage-kit/core/testing'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { directoryProvisioner } from '../src/directory/directory-provisioner.ts'
import { commandQuiescer } from '../src/hook/command-quiescer.ts'
import { local } from '../src/local.ts'

quiescerContract(
  'local.command',
  async () => {
    const folder = temporaryDirectory()
    const state = join(folder.path, 'state')
    writeFileSync(state, 'up')
    const set = (to: string): { run: string; shell: true } => ({ run: `printf ${to} >'${state}'`, shell: true })
    return {
      quiescer: commandQuiescer(),
      again: commandQuiescer,
      workload: 'hook:/srv/app',
      settings: { pre: set('down'), post: set('up') },
      state: async () => readFileSync(state, 'utf8'),
      atRest: async () => readFileSync(state, 'utf8') === 'down',
      [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
    }
  },
  ['tell', 'rest', 'wake', 'wakeBriefly'],
)

provisionerContract('dir', async () => {
  const folder = temporaryDirectory()
  const at = (name: string): string => join(folder.path, name)
  mkdirSync(at('occupied/sub'), { recursive: true })
  const again = (): ReturnType<typeof directoryProvisioner> => directoryProvisioner(at('state'))
  return {
    provisioner: again(),
    again,
    free: `dir:${at('free')}`,
    occupied: `dir:${at('occupied')}`,
    exists: async (ref) => existsSync(parseReference(ref).value),
    fill: async (source) => {
      mkdirSync(join(directoryOf(source) ?? '', 'a/b'), { recursive: true })
    },
    [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
  }
})

discoveryContract(
  'local',
  async () => {
    const folder = temporaryDirectory()
    const backend = local({
      directories: [{ path: folder.path, hooks: { pre: ['true'], post: ['true'] } }],
      stateDirectory: join(folder.path, 'state'),
    })
    if (backend.discovery === undefined) throw new Error('this machine finds its directories')
    return {
      backend: { ...backend, discovery: backend.discovery },
      [Symbol.asyncDispose]: async () => folder[Symbol.dispose](),
    }
  },
  { watches: false },
)
