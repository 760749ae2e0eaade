import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { beforeAll, expect, test } from 'vitest'
import { email } from '../../src/kind/email.ts'
import type { MailMessage, Reading } from '../../src/notifier.ts'
import { deliver } from '../../src/send/deliver.ts'
import { finding, volume } from '../samples.ts'
import { selfSigned } from './certificate.ts'
import type { Certificate } from './certificate.ts'
import { BRIEF } from './loopback.ts'

let certificate: Certificate
const PATIENCE = { ...BRIEF, tryMs: 5000, totalMs: 20_000 }
const { signal } = new AbortController()

beforeAll(async () => {
  using directory = temporaryDirectory()
  certificate = await selfSigned(directory.path)
})

interface MailServer extends AsyncDisposable {
  readonly port: number
  readonly mails: {
    readonly from: string
    readonly to: readonly string[]
    readonly secure: boolean
    readonly raw: string
  }[]
}

async function mailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: MailServer['mails'][number][] = []
  const server = new SMTPServer({
    ...certificate,
    authOptional: true,
    logger: false,
    onAuth: ({ username, password }, _session, done) => {
      if (username === 'me' && password === 'right') done(null, { user: username })
      else done(new Error('Invalid username or password'))
    },
    onData: (stream, { envelope, secure }, done) => {
      const { mailFrom, rcptTo } = envelope
      const from = mailFrom === false ? '' : mailFrom.address
      let raw = ''
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => (raw += chunk))
      stream.on('end', () => {
        mails.push({ from, to: rcptTo.map(({ address }) => address), secure, raw })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => undefined)
  const port = await new Promise<number>((resolve) => {
    const listening = server.listen(0, '127.0.0.1', () => resolve(portOf(listening.address())))
  })
  return {
    port,
    mails,
    [Symbol.asyncDispose]: async () =>
      new Promise((resolve) => {
        server.close(() => resolve())
      }),
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

const reading: Reading = {
  secret: async (secret) => ('file' in secret ? '' : secret.value),
  text: async () => '',
}

async function mail(port: number, more: Partial<MailMessage> = {}): Promise<MailMessage> {
  const settings = {
    host: '127.0.0.1',
    port,
    from: 'Salvage <salvage@example.org>',
    to: ['a@example.org', 'b@example.org'],
  }
  const message = await email(settings)(volume('dätä\r\nBcc: x@example.org', finding('exit code 1')), reading)
  if (message.kind !== 'mail') throw new Error('no mail')
  return { ...message, ca: certificate.cert, ...more }
}

test('a mail arrives encrypted by STARTTLS, with a subject on one line', async () => {
  await using server = await mailServer()
  await deliver(await mail(server.port), PATIENCE, { signal })
  expect(server.mails).toMatchObject([
    { from: 'salvage@example.org', to: ['a@example.org', 'b@example.org'], secure: true },
  ])
  const [head = '', body = ''] = server.mails[0]?.raw.split('\r\n\r\n') ?? []
  expect(head).toMatch(/^Subject: =\?UTF-8\?/m)
  expect(head).toMatch(/^Message-ID: <[0-9a-f]{40}@salvage-kit>$/m)
  expect(head).not.toMatch(/^Bcc:/m)
  expect(body).toContain('exit code 1')
})

test('TLS from the first byte, with user and password', async () => {
  await using server = await mailServer({ secure: true, authOptional: false })
  await deliver(await mail(server.port, { tls: 'tls', user: 'me', password: 'right' }), PATIENCE, { signal })
  expect(server.mails).toHaveLength(1)
})

test('a wrong password is not tried again, and not told', async () => {
  await using server = await mailServer({ authOptional: false })
  const sending = deliver(await mail(server.port, { user: 'me', password: 'wr0ng-one' }), PATIENCE, { signal })
  await expect(sending).rejects.toMatchObject({ code: 'REPORT.FAILED', retryable: false, hint: /password/ })
  await expect(sending).rejects.not.toThrow(/wr0ng-one/)
})

test('nothing is sent in clear when STARTTLS was asked for and is not there', async () => {
  await using server = await mailServer({ disabledCommands: ['STARTTLS'] })
  await expect(deliver(await mail(server.port), PATIENCE, { signal })).rejects.toMatchObject({ code: 'REPORT.FAILED' })
  expect(server.mails).toHaveLength(0)
  await deliver(await mail(server.port, { tls: 'none' }), PATIENCE, { signal })
  expect(server.mails).toMatchObject([{ secure: false }])
})

test('a certificate that nobody vouches for is refused', async () => {
  await using server = await mailServer()
  const { ca: _ca, ...message } = await mail(server.port)
  await expect(deliver(message, PATIENCE, { signal })).rejects.toMatchObject({
    message: expect.stringContaining(`127.0.0.1:${String(server.port)}`),
  })
  expect(server.mails).toHaveLength(0)
})

test('a server that is busy is asked again, one that refuses is not', async () => {
  let asked = 0
  await using server = await mailServer({
    onMailFrom: (_address, _session, done) => {
      asked++
      if (asked === 1) done(Object.assign(new Error('try later'), { responseCode: 451 }))
      else done()
    },
  })
  await deliver(await mail(server.port), PATIENCE, { signal })
  expect(server.mails).toHaveLength(1)

  await using refusing = await mailServer({
    onMailFrom: (_address, _session, done) => done(Object.assign(new Error('go away'), { responseCode: 550 })),
  })
  await expect(deliver(await mail(refusing.port), PATIENCE, { signal })).rejects.toMatchObject({
    retryable: false,
    why: expect.stringContaining('go away'),
  })
})

test('one recipient whom the server does not take is told', async () => {
  await using server = await mailServer({
    onRcptTo: ({ address }, _session, done) => done(address.startsWith('a') ? null : new Error('unknown')),
  })
  await expect(deliver(await mail(server.port), PATIENCE, { signal })).rejects.toMatchObject({ why: 'b@example.org' })
})

test('a server that says nothing is given up, and its connection is closed', async () => {
  const sockets = new Set<unknown>()
  const silent = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve)
  })
  const sending = deliver(await mail(portOf(silent.address())), { ...BRIEF, tries: 2 }, { signal })
  await expect(sending).rejects.toMatchObject({ message: expect.stringContaining('did not answer within') })
  await expect.poll(() => sockets.size).toBe(0)
  silent.close()
})
