import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { sqliteCatalog, sqliteJournal } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { askStatus } from '../../src/index.ts'
import { startDaemon } from '../daemon.ts'

const { signal } = new AbortController()

test('what falls due while a past run is stuck is told once, and made good afterwards', async () => {
  using folder = temporaryDirectory()
  const { path } = folder
  for (const name of ['a', 'store']) mkdirSync(join(path, name))
  using journal = sqliteJournal(join(path, 'state/journal.sqlite'))
  const [entry] = await journal.open([
    { runId: 'r1', order: 0, undo: { kind: 'effect', effect: 'gone.verb', target: 'dir:/gone', token: null } },
  ])
  // A tide that is seen for the first time begins with now.
  using catalog = sqliteCatalog(join(path, 'state/catalog.sqlite'))
  await catalog.mark({ tide: 'often', nominal: '2026-01-01T00:00:00.000Z', begun: 0, ended: true })
  const tide = (cron: string): object => ({ cron, to: `archive:${path}/store`, targets: [`dir:${path}/a`] })
  const tides = { often: tide('* * * * * *'), rare: tide('0 0 1 1 *') }
  await using daemon = startDaemon({ folder: path, config: { docker: { enabled: false }, tides } })
  expect(await daemon.next('tide.refused')).toMatchObject({ tide: 'often', finding: { code: 'RECOVER.STUCK' } })
  expect((await askStatus(daemon.socket, { signal })).problems).toMatchObject([{ code: 'RECOVER.STUCK' }])
  await delay(2500)
  await journal.settle([entry?.id ?? 0])
  expect(await daemon.next('tide.ended', 'often')).toMatchObject({ exitCode: 0 })
  expect(daemon.told.filter(({ type }) => type === 'tide.refused')).toHaveLength(1)
})
