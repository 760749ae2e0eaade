import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'
import { shownConfig } from './shown-config.ts'

const WHOLE = `cattle:
  url: http://rancher.example.org:8080/v1
  keyFile: /etc/cattle.key
  caFile: /etc/ca.pem
  environments: [Default, 1a7]
  index: /etc/index
  templates: /etc/templates
  instances: all
  jobs: { pull: never, network: rancher, timeout: 30m }
  server: { host: db, port: 3307, user: cattle, database: rancher, passwordFile: /etc/db.password, image: "mysql:5.7" }
`

test('the section says all of it, and no secret', async () => {
  const { config, problems } = parseConfig(WHOLE)
  expect(problems).toEqual([])
  expect(config).toMatchObject({
    cattle: {
      instances: 'all',
      jobs: { timeout: 1_800_000 },
      server: { port: 3307, passwordFile: '/etc/db.password' },
    },
  })
  if (config === undefined) throw new Error('no configuration')
  expect((await shownConfig(config)).yaml).toContain('timeout: 30m')
})

test.each([
  'cattle: {}',
  'cattle: { enabled: false }',
  'cattle: { server: false }',
  'cattle: { url: "https://r/v2-beta/projects/1a5" }',
])('%s is good', (text) => expect(parseConfig(text).problems).toEqual([]))

test.each([
  ['cattle: { url: "r.example.org" }', 'cattle.url', 'not an address'],
  ['cattle: { url: "https://key:secret@r.example.org" }', 'cattle.url', 'not an address'],
  ['cattle: { accessKey: x }', 'cattle.accessKey', 'accessKey'],
  ['cattle: { accessKeyFile: /a }', 'cattle.accessKeyFile', 'means nothing without secretKeyFile'],
  ['cattle: { secretKeyFile: /a }', 'cattle.secretKeyFile', 'means nothing without accessKeyFile'],
  ['cattle: { index: /a }', 'cattle.index', 'means nothing without templates'],
  ['cattle: { templates: /a }', 'cattle.templates', 'means nothing without index'],
  ['cattle: { keyFile: /k, accessKeyFile: /a, secretKeyFile: /s }', 'cattle.keyFile', 'both say'],
  ['cattle: { index: index, templates: /t }', 'cattle.index', 'absolute'],
  ['cattle: { instances: some }', 'cattle.instances', 'first'],
  ['cattle: { server: { passwordFile: /p } }', 'cattle.server', 'cattle.server'],
  ['cattle: { server: { host: db, passwordFile: /p, database: a/b } }', 'cattle.server.database', 'database'],
])('%s is refused at %s', (text, path, words) => {
  const { config, problems } = parseConfig(text)
  expect(config).toBeUndefined()
  expect(JSON.stringify(problems)).toContain(words)
  expect(problems[0]?.path).toBe(path)
  expect(JSON.stringify(problems)).not.toContain('secret@')
})
