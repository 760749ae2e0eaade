import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isSalvageError } from '@salvage-kit/core'
import type { LiftRef } from '@salvage-kit/core'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'

/** Lifts and lowers `HOME/a` as the user with this number; prints `good`, or where it failed and the code. */
const [home = '', user = ''] = process.argv.slice(2)
// Only now, when everything is loaded: the program itself may lie where that user cannot read.
process.setgroups?.([])
process.setgid?.(Number(user))
process.setuid?.(Number(user))
const crane = archiveCrane(join(home, 'own-state'))
const { signal } = new AbortController()
const ref: LiftRef = {
  id: `l-${String(process.pid)}`,
  runId: 'run',
  target: 'dir:/a',
  store: archiveStore(join(home, 'own-store')),
  at: '2026-11-21T08:00:00.000Z',
  machine: 'test',
}
let phase = 'preflight'
try {
  const source = { medium: 'directory', path: join(home, 'a') } as const
  await crane.preflight(ref.store, [source], { signal, init: false })
  phase = 'lift'
  const { point } = await crane.lift(ref, source, { signal })
  phase = 'lower'
  const destination = { medium: 'directory', path: join(home, 'own-copy') } as const
  await mkdir(destination.path)
  await crane.archives?.lower(point, ref.store, destination, { signal })
  await rm(destination.path, { recursive: true })
  process.stdout.write(point.state)
} catch (error) {
  if (!isSalvageError(error)) throw error
  process.stdout.write(`${phase} ${error.code}`)
}
