import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { reportServer } from '../report-server.ts'
import { eventsOf, salvageKit } from '../salvage-kit.ts'

const tar = part('tar-xattrs')

function configure(folder: string, url: string): void {
  mkdirSync(join(folder, 'app'))
  writeFileSync(join(folder, 'app/file'), 'content\n')
  writeFileSync(
    join(folder, 'salvage-kit.yaml'),
    `machine: host1
reports:
  chat: { kind: discord, url: ${url}/chat, on: [start, success, failure, volumeSuccess] }
  broken: { kind: slack, url: ${url}/bad/s3cret }
tides:
  nightly: { targets: ["dir:${folder}/app"], to: "archive:${folder}/backups", heartbeat: "${url}/beat" }
  other: { targets: ["dir:${folder}/gone"], to: "archive:${folder}/backups", reports: [chat] }
`,
  )
}

test.skipIf(!tar.available)('a tide is reported however it ends, and a failing report changes nothing', async () => {
  using folder = temporaryDirectory()
  await using server = await reportServer()
  configure(folder.path, server.url)
  const sk = salvageKit(folder.path)

  const good = await sk('run', '--tide', 'nightly', '--init').ended
  expect(good.code).toBe(0)
  expect(good.err).toMatch(/warning: broken: a report was not delivered\n {2}why: 127\.0\.0\.1:\d+ answered 404/)
  expect(good.err).not.toContain('s3cret')
  const titles = server.arrived
    .filter(({ path }) => path === '/chat')
    .map(({ body }) => /"title":"([^"]*)"/.exec(body)?.[1])
  expect(titles).toEqual([
    'Tide `nightly` has begun',
    `Volume \`dir:${folder.path}/app\` backed up!`,
    'Tide `nightly` completed!',
  ])
  const beats = server.arrived.filter(({ path }) => path.startsWith('/beat')).map(({ path }) => path)
  expect(beats).toEqual([expect.stringMatching(/^\/beat\/start\?rid=/), expect.stringMatching(/^\/beat\?rid=/)])

  const json = await sk('run', '--tide', 'nightly', '--json').ended
  expect(json.code).toBe(0)
  expect(eventsOf(json.out).at(-1)).toMatchObject({ type: 'warning', finding: { code: 'REPORT.FAILED' } })

  // Only a part of the tide: nobody is told that the tide is fine.
  const before = server.arrived.length
  expect((await sk('run', '--tide', 'nightly', 'dir:app').ended).code).toBe(0)
  expect(server.arrived).toHaveLength(before)
})

test.skipIf(!tar.available)('a run that is refused is reported with the true reason', async () => {
  using folder = temporaryDirectory()
  await using server = await reportServer()
  configure(folder.path, server.url)
  const sk = salvageKit(folder.path)
  // The store is a directory with other things in it.
  mkdirSync(join(folder.path, 'backups'))
  writeFileSync(join(folder.path, 'backups/photo.jpg'), '')
  const refused = await sk('run', '--tide', 'nightly').ended
  expect(refused.code).toBe(5)
  const told = server.arrived.filter(({ path }) => path === '/chat').at(-1)?.body ?? ''
  expect(told).toContain('Tide `nightly` failed!')
  expect(told).toContain(`${folder.path}/backups`)
  expect(told).not.toContain('Successfull')
  expect(server.arrived.some(({ path }) => path.startsWith('/beat/fail'))).toBe(true)
})

test('report test and config check', async () => {
  using folder = temporaryDirectory()
  await using server = await reportServer()
  configure(folder.path, server.url)
  const sk = salvageKit(folder.path)
  expect(await sk('report', 'test', 'chat').ended).toMatchObject({ code: 0, out: 'chat: delivered\n', err: '' })
  expect(server.arrived).toMatchObject([{ path: '/chat', body: expect.stringContaining('"title":"Test"') }])
  const json = await sk('report', 'test', 'broken', '--json').ended
  expect(json.code).toBe(1)
  expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'REPORT.FAILED' } })
  expect(json.out).not.toContain('s3cret')
  expect(await sk('report', 'test', 'chta').ended).toMatchObject({ code: 2, err: expect.stringContaining('"chat"') })

  expect((await sk('config', 'check', '--no-docker').ended).code).toBe(0)
  writeFileSync(join(folder.path, 'salvage-kit.yaml'), 'reports: { a: { kind: slack, urlFile: /nonexistent/url } }')
  const checked = await sk('config', 'check', '--no-docker').ended
  expect(checked.code).toBe(2)
  expect(checked.err).toMatch(
    /^error: .*salvage-kit\.yaml:1: reports\.a\.urlFile: \/nonexistent\/url: it cannot be read/,
  )
  expect(JSON.parse((await sk('config', 'check', '--no-docker', '--json').ended).out)).toMatchObject({
    valid: false,
    problems: [{ code: 'REPORT.SECRET' }],
  })
})
