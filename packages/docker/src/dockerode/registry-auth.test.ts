import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { registryAuth, registryOf } from './registry-auth.ts'

const HUB = 'https://index.docker.io/v1/'
const signal = new AbortController().signal

test.each([
  ['busybox', HUB],
  ['library/busybox:1', HUB],
  ['docker.io/library/busybox', HUB],
  ['ghcr.io/me/crane:1', 'ghcr.io'],
  ['localhost/x', 'localhost'],
  ['host:5000/x@sha256:abc', 'host:5000'],
])('%s comes from %s', (image, registry) => {
  expect(registryOf(image)).toBe(registry)
})

async function auth(config: unknown, image: string): Promise<unknown> {
  using folder = temporaryDirectory()
  writeFileSync(join(folder.path, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  const header = await registryAuth(image, { DOCKER_CONFIG: folder.path }, signal)
  return header === undefined ? undefined : JSON.parse(Buffer.from(header, 'base64url').toString())
}

const basic = Buffer.from('me:pass:word').toString('base64')

test('the entry of the registry, under its several names', async () => {
  const login = { username: 'me', password: 'pass:word' }
  expect(await auth({ auths: { 'ghcr.io': { auth: basic } } }, 'ghcr.io/me/x')).toMatchObject(login)
  expect(await auth({ auths: { 'https://ghcr.io/v2/': { auth: basic } } }, 'ghcr.io/me/x')).toMatchObject(login)
  expect(await auth({ auths: { [HUB]: { auth: basic } } }, 'busybox')).toMatchObject({ ...login, serveraddress: HUB })
  expect(await auth({ auths: { 'ghcr.io': { identitytoken: 't' } } }, 'ghcr.io/x')).toMatchObject({
    identitytoken: 't',
  })
  expect(await auth({ auths: { 'ghcr.io': { auth: basic } } }, 'other.io/x')).toBeUndefined()
  expect(await auth({ auths: { 'ghcr.io': {} } }, 'ghcr.io/x')).toBeUndefined()
  expect(await auth({}, 'busybox')).toBeUndefined()
})

test('no file is no login, and rubbish in it is not repeated', async () => {
  using folder = temporaryDirectory()
  expect(await registryAuth('busybox', { DOCKER_CONFIG: folder.path }, signal)).toBeUndefined()
  const failure = auth('s3cret', 'busybox')
  await expect(failure).rejects.toMatchObject({ code: 'DOCKER.REGISTRY_AUTH' })
  await expect(failure).rejects.not.toThrow('s3cret')
})

test('a credential helper goes first; one that has nothing leaves it to the file', async () => {
  using folder = temporaryDirectory()
  const helper = join(folder.path, 'docker-credential-test')
  writeFileSync(
    helper,
    '#!/bin/sh\nread server\ncase $server in ghcr.io) echo \'{"Username":"u","Secret":"s"}\';; broken.io) exit 3;; *) echo "credentials not found in native keychain"; exit 1;; esac\n',
  )
  chmodSync(helper, 0o755)
  const path = process.env['PATH'] ?? ''
  process.env['PATH'] = `${folder.path}:${path}`
  try {
    const config = { credsStore: 'test', auths: { 'other.io': { auth: basic } } }
    expect(await auth(config, 'ghcr.io/x')).toMatchObject({ username: 'u', password: 's' })
    expect(await auth(config, 'other.io/x')).toMatchObject({ username: 'me' })
    await expect(auth(config, 'broken.io/x')).rejects.toMatchObject({ code: 'DOCKER.REGISTRY_AUTH' })
  } finally {
    process.env['PATH'] = path
  }
})
