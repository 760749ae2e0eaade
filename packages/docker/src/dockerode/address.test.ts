import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { engineAddress } from './address.ts'

test.each([
  [undefined, {}, { text: 'unix:///var/run/docker.sock', socketPath: '/var/run/docker.sock' }],
  [undefined, { DOCKER_HOST: '' }, { text: 'unix:///var/run/docker.sock', socketPath: '/var/run/docker.sock' }],
  [undefined, { DOCKER_HOST: 'unix:///a b' }, { text: 'unix:///a b', socketPath: '/a b' }],
  ['unix:///x', { DOCKER_HOST: 'tcp://y' }, { text: 'unix:///x', socketPath: '/x' }],
  ['tcp://10.0.0.1', {}, { text: 'tcp://10.0.0.1', host: '10.0.0.1', port: 2375 }],
  ['tcp://host:1234', {}, { text: 'tcp://host:1234', host: 'host', port: 1234 }],
])('%s, %j', (host, env, address) => {
  expect(engineAddress(host, env)).toEqual(address)
})

test('TLS takes its files from DOCKER_CERT_PATH, and says which one is missing', () => {
  using folder = temporaryDirectory()
  const env = { DOCKER_CERT_PATH: folder.path, DOCKER_TLS_VERIFY: '1' }
  mkdirSync(folder.path, { recursive: true })
  for (const name of ['ca', 'cert']) writeFileSync(join(folder.path, `${name}.pem`), name)
  expect(() => engineAddress('tcp://host', env)).toThrow(expect.objectContaining({ code: 'DOCKER.HOST' }))
  writeFileSync(join(folder.path, 'key.pem'), 'key')
  expect(engineAddress('tcp://host', env)).toMatchObject({ port: 2376, tls: { key: Buffer.from('key') } })
})

test.each(['', 'host', 'unix://relative', 'ftp://x', 'npipe:////./pipe/docker', 'ssh://me@host'])(
  '%j is refused',
  (host) => {
    expect(() => engineAddress(host === '' ? 'tcp://' : host, {})).toThrow(
      expect.objectContaining({ code: 'DOCKER.HOST' }),
    )
  },
)
