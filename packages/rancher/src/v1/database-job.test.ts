import { beforeAll, expect, test } from 'vitest'
import { jinja } from '../template/engine.ts'
import type { TemplateEngine } from '../template/engine.ts'
import { databaseJob } from './database-job.ts'
import type { DumpJob } from '../template/dump-job.ts'

let engine: TemplateEngine
beforeAll(async () => {
  engine = await jinja()
})

interface Names {
  readonly stack?: string
  readonly service?: string
  readonly sidekick?: string
  readonly folder?: string
}

function job({ stack = 'app', service = 'db', sidekick, folder }: Names): DumpJob {
  const instance = { id: '1i1', name: 'app-db-1', address: '10.0.0.1' }
  const database = {
    ref: 'rancher:app/db' as const,
    place: { stack, service, ...(sidekick === undefined ? {} : { sidekick }) },
    entry: { name: 'x', pattern: /x/, template: 'x.yml', priority: 1 },
    image: 'x:1',
    environment: {},
    labels: {},
    instances: [instance],
    resting: [],
  }
  const chosen = { instance, ...(folder === undefined ? {} : { folder }) }
  const templates = { entries: [], findings: [], text: () => 'commands: ["pg_dump -f {{ target_dir }}/x"]' }
  return databaseJob(database, chosen, { engine, templates, root: '/backup' })
}

test('the folder of a dump is named by its stack, its service and what is below it', () => {
  expect(job({ sidekick: 'data', folder: 'one' }).commands[0]?.argv[2]).toBe('/backup/dump/app/db/data/one/x')
})

test.each([
  { stack: '..' },
  { service: '..' },
  { service: '../../etc' },
  { service: 'a/b' },
  { sidekick: '..' },
  { folder: '..' },
  { folder: '/' },
  { stack: '.' },
  { stack: '' },
])('%j leads nowhere else', (names) => {
  expect(() => job(names)).toThrow(expect.objectContaining({ code: 'RANCHER.NAME' }))
})
