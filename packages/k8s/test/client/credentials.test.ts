import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { connect } from '../../src/client/connect.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { keyPair } from './certificates.ts'
import { connectProxy } from './connect-proxy.ts'
import { connected, kubeconfigOf } from './connected.ts'
import type { Asked } from './fault-server.ts'
import { configMap, faultServer, json, status } from './fault-server.ts'

const at = { namespace: 'shop', name: 'a' }
const options = { signal: new AbortController().signal }

/** Serves whoever has this token. */
function only(token: () => string): (asked: Asked, response: Parameters<typeof json>[0]) => void {
  return (asked, response) => {
    if (asked.headers.authorization === `Bearer ${token()}`) json(response, configMap('a'))
    else status(response, 401)
  }
}

describe('a token file', () => {
  it('is read again when the server refuses what it held', async () => {
    let good = 'first'
    await using here = await connected(
      only(() => good),
      {},
      { tokenFile: 'token' },
    )
    const file = join(here.directory, 'token')
    await writeFile(file, 'first\n')
    await here.cluster.get(KINDS.configMap, at, options)
    good = 'second'
    await writeFile(file, 'second\n')
    await here.cluster.get(KINDS.configMap, at, options)
    expect(here.server.asked).toHaveLength(3)
  })

  it('that is not there is said without a call', async () => {
    await using here = await connected(
      only(() => 'x'),
      {},
      { tokenFile: 'nowhere' },
    )
    await expect(here.cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({ code: 'K8S.CREDENTIALS' })
    expect(here.server.asked).toHaveLength(0)
  })
})

describe('a program that gives credentials', () => {
  it('is run once for many calls, told what is spoken, and run again when its token is refused', async () => {
    let good = 'token-1'
    const user = { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'PROGRAM', args: [] } }
    await using here = await connected(only(() => good))
    const program = join(here.directory, 'program')
    await writeFile(
      program,
      `#!/bin/sh
echo run >> "$0.runs"
case "$KUBERNETES_EXEC_INFO" in *client.authentication.k8s.io/v1*) ;; *) exit 3 ;; esac
n=$(wc -l < "$0.runs")
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-'$((n))'"}}'
`,
    )
    await chmod(program, 0o755)
    const kubeconfig = join(here.directory, 'with-program')
    const text = kubeconfigOf(here.server.url, here.server.pair.cert, user)
    await writeFile(kubeconfig, text.replace('PROGRAM', program))
    await using cluster = await connect({ kubeconfig, environment: {} })
    await Promise.all(Array.from({ length: 20 }, () => cluster.get(KINDS.configMap, at, options)))
    good = 'token-2'
    await Promise.all(Array.from({ length: 20 }, () => cluster.get(KINDS.configMap, at, options)))
    expect(here.server.asked.length).toBeLessThanOrEqual(60)
    expect(await readFile(`${program}.runs`, 'utf8')).toBe('run\nrun\n')
  })

  it('that fails is told without what it printed as a credential', async () => {
    await using here = await connected(
      only(() => 'x'),
      {},
      {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'echo', args: ['SECRET-TOKEN'] },
      },
    )
    const error: unknown = await here.cluster.get(KINDS.configMap, at, options).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'K8S.CREDENTIALS' })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('SECRET-TOKEN')
  })

  it('that does not end keeps nobody from stopping', async () => {
    await using here = await connected(
      only(() => 'x'),
      {},
      {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sleep', args: ['3'] },
      },
    )
    const reason = new Error('no longer wanted')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 100)
    await expect(here.cluster.get(KINDS.configMap, at, { signal: controller.signal })).rejects.toBe(reason)
  })
})

describe('a client certificate', () => {
  it.each(['by an answer', 'in the handshake'])(
    'that was replaced is taken at once when the old one is refused %s, over new connections',
    async (how) => {
      const [old, young] = [keyPair('old'), keyPair('young')]
      let late = false
      await using server = await faultServer(
        (asked, response) => {
          if (asked.subject === 'old' && late) status(response, 401)
          else json(response, configMap('a'))
        },
        [old.cert, young.cert],
      )
      await using here = await connected((_, response) => json(response, {}))
      const kubeconfig = join(here.directory, 'certificate')
      const files = { 'client-certificate': 'me.crt', 'client-key': 'me.key' }
      await writeFile(kubeconfig, kubeconfigOf(server.url, server.pair.cert, files))
      const write = async ({ cert, key }: typeof old): Promise<void> => {
        await writeFile(join(here.directory, 'me.crt'), cert)
        await writeFile(join(here.directory, 'me.key'), key)
      }
      await write(old)
      await using cluster = await connect({ kubeconfig, environment: {}, patienceMs: 3_000 })
      await cluster.get(KINDS.configMap, at, options)
      late = true
      if (how === 'in the handshake') server.trust([young.cert])
      await write(young)
      await cluster.get(KINDS.configMap, at, options)
      expect(server.asked.map(({ subject }) => subject)).toEqual(
        how === 'in the handshake' ? ['old', 'young'] : ['old', 'old', 'young'],
      )
    },
  )

  it('of a server that nobody vouches for is refused at once, and so is every secret kept from it', async () => {
    await using here = await connected((_, response) => json(response, configMap('a')))
    const kubeconfig = join(here.directory, 'other')
    await writeFile(kubeconfig, kubeconfigOf(here.server.url, keyPair('other').cert, { token: 'x' }))
    await using cluster = await connect({ kubeconfig, environment: {} })
    await expect(cluster.get(KINDS.configMap, at, options)).rejects.toMatchObject({
      code: 'K8S.UNREACHABLE',
      retryable: false,
      untouched: true,
      hint: expect.stringContaining('certificate'),
    })
    expect(here.server.asked).toHaveLength(0)
  })
})

describe('a kubeconfig', () => {
  it('gives the namespace, another user in whose place it speaks, and a password', async () => {
    await using here = await connected(
      (_, response) => json(response, configMap('a')),
      {},
      {
        username: 'u',
        password: 'p',
        as: 'other',
        'as-groups': ['g1', 'g2'],
      },
    )
    expect(here.cluster.namespace).toBe('shop')
    await here.cluster.get(KINDS.configMap, at, options)
    const headers = here.server.asked[0]?.headers
    expect(headers?.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`)
    expect(headers?.['impersonate-user']).toBe('other')
    expect(headers?.['impersonate-group']).toBe('g1, g2')
  })

  it('in several files is read as kubectl does: the first that says it, and missing files are passed over', async () => {
    await using here = await connected((_, response) => json(response, configMap('a')))
    const [one, two] = [join(here.directory, 'one'), join(here.directory, 'two')]
    await writeFile(
      one,
      JSON.stringify({ 'current-context': 'here', users: [{ name: 'me', user: { token: 'first' } }] }),
    )
    await writeFile(two, kubeconfigOf(here.server.url, here.server.pair.cert, { token: 'second' }))
    const KUBECONFIG = [join(here.directory, 'missing'), one, two].join(':')
    await using cluster = await connect({ environment: { KUBECONFIG } })
    await cluster.get(KINDS.configMap, at, options)
    expect(here.server.asked[0]?.headers.authorization).toBe('Bearer first')
  })

  it('names a proxy, and calls go through it', async () => {
    await using here = await connected((_, response) => json(response, configMap('a')))
    await using proxy = await connectProxy()
    const kubeconfig = join(here.directory, 'proxied')
    const text = kubeconfigOf(here.server.url, here.server.pair.cert, { token: 'x' }, { 'proxy-url': proxy.url })
    await writeFile(kubeconfig, text)
    await using cluster = await connect({ kubeconfig, environment: {} })
    await Promise.all(Array.from({ length: 40 }, () => cluster.get(KINDS.configMap, at, options)))
    expect(proxy.tunnels.length).toBeGreaterThan(0)
    expect(proxy.tunnels.length).toBeLessThanOrEqual(16)
    expect(new Set(proxy.tunnels)).toEqual(new Set([new URL(here.server.url).host]))
  })

  it.each([
    ['is not there', undefined, {}, /cannot be read/],
    ['is no YAML', 'token: [TOKEN-SECRET', {}, /cannot be used/],
    ['has no such context', kubeconfigOf('https://x', '', {}), { context: 'nope' }, /no context "nope"/],
    ['has no current context', '{}', {}, /no current context/],
    ['names no server', kubeconfigOf('', '', {}), {}, /./],
  ])('that %s is said so, without its secrets', async (_, text, more, message) => {
    await using here = await connected((__, response) => json(response, {}))
    const kubeconfig = join(here.directory, 'bad')
    if (text !== undefined) await writeFile(kubeconfig, text)
    const error: unknown = await connect({ kubeconfig, environment: {}, ...more }).catch((cause: unknown) => cause)
    expect(error).toMatchObject({ code: 'K8S.CONFIG', message: expect.stringMatching(message) })
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('TOKEN-SECRET')
  })
})

describe('a pod', () => {
  it('speaks as its service account, with the token of now', async () => {
    await using here = await connected(only(() => 'of-the-pod'))
    const directory = join(here.directory, 'account')
    await mkdir(directory)
    await writeFile(join(directory, 'token'), 'old\n')
    await writeFile(join(directory, 'namespace'), 'tenant')
    await writeFile(join(directory, 'ca.crt'), here.server.pair.cert)
    const { hostname, port } = new URL(here.server.url)
    const environment = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, HOME: here.directory }
    await using cluster = await connect({ environment, serviceAccountDirectory: directory })
    expect(cluster.namespace).toBe('tenant')
    const call = cluster.get(KINDS.configMap, at, options)
    await writeFile(join(directory, 'token'), 'of-the-pod')
    expect((await call)?.metadata.name).toBe('a')
  })

  it('outside of one, and without a kubeconfig, no cluster is named', async () => {
    await expect(connect({ environment: {} })).rejects.toMatchObject({ code: 'K8S.CONFIG' })
  })
})
