import { describe, expect, test } from 'vitest'
import { restOf } from './rest.ts'
import { unknownKeys } from './unknown.ts'
import { CLAIM_KEYS, WORKLOAD_KEYS } from './key.ts'
import { tidesOf } from './tides.ts'

const OURS = 'salvage-kit.io/'
const BEFORE = 'pre.hook.backup.velero.io/'
const AFTER = 'post.hook.backup.velero.io/'
const read = (annotations: Record<string, string>): unknown => restOf(annotations, 'deployment shop/web', ['app', 'db'])

describe('a workload', () => {
  test.each([
    [{ [`${OURS}quiesce`]: 'scale' }, 'k8s.scale', {}],
    [{ [`${OURS}quiesce`]: 'scale', [`${OURS}timeout`]: '5m' }, 'k8s.scale', { timeoutMs: 300_000 }],
    [{ [`${OURS}pre`]: 'fsfreeze -f "/my data"' }, 'k8s.exec', { pre: ['fsfreeze', '-f', '/my data'] }],
    [
      {
        [`${OURS}pre`]: '["sh", "-c", "echo $A"]',
        [`${OURS}post`]: 'true',
        [`${OURS}container`]: 'db',
        [`${OURS}timeout`]: '90s',
        [`${OURS}directory`]: '/run',
        [`${OURS}shell`]: 'bash',
      },
      'k8s.exec',
      {
        pre: ['sh', '-c', 'echo $A'],
        post: ['true'],
        container: 'db',
        timeoutMs: 90_000,
        directory: '/run',
        shell: 'bash',
      },
    ],
    [
      {
        [`${BEFORE}command`]: '["/sbin/fsfreeze", "--freeze", "/data"]',
        [`${BEFORE}container`]: 'db',
        [`${BEFORE}on-error`]: 'Continue',
        [`${AFTER}command`]: '/bin/thaw',
        [`${AFTER}timeout`]: '2m',
      },
      'k8s.exec',
      {
        pre: ['/sbin/fsfreeze', '--freeze', '/data'],
        post: ['/bin/thaw'],
        container: 'db',
        timeoutMs: 120_000,
        tolerant: true,
      },
    ],
    [{ [`${OURS}pre`]: 'ours', [`${BEFORE}command`]: 'theirs' }, 'k8s.exec', { pre: ['ours'] }],
    [
      { [`${OURS}dump`]: 'postgres', [`${OURS}dump-name`]: 'shop', [`${OURS}dump-password`]: '${PW}' },
      'k8s.dump',
      { database: 'postgres', options: { name: 'shop', password: '${PW}' } },
    ],
  ])('%j', (annotations, quiescer, settings) => {
    expect(read(annotations)).toEqual({ quiesce: [{ quiescer, settings }] })
  })

  test.each([
    [{}, 'what a crash would leave'],
    [{ [`${OURS}quiesce`]: 'none', [`${OURS}pre`]: 'true' }, 'quiesce: none'],
    [{ [`${OURS}exclude`]: 'true' }, 'exclude'],
  ])('%j stays up and says why', (annotations, left) => {
    expect(read(annotations)).toEqual({ quiesce: [], left: expect.stringContaining(left) })
  })

  test.each([
    [{ quiesce: 'scal' }, 'quiesce', 'did you mean "scale"?'],
    [{ quiesce: 'stop' }, 'quiesce', 'write one of'],
    [{ quiesce: 'exec' }, 'quiesce', 'write salvage-kit.io/pre'],
    [{ quiesce: 'dump' }, 'quiesce', 'postgres'],
    [{ dump: 'postgresql' }, 'dump', 'did you mean "postgres"?'],
    [{ quiesce: 'scale', pre: 'true' }, 'pre', 'write exec'],
    [{ post: 'true' }, 'post', 'pre'],
    [{ pre: '"true' }, 'pre', 'quotes'],
    [{ pre: '["true"' }, 'pre', '["sh"'],
    [{ pre: '[]' }, 'pre', '["sh"'],
    [{ pre: '' }, 'pre', ''],
    [{ pre: 'true', timeout: '5' }, 'timeout', ''],
    [{ pre: 'true', timeout: '0s' }, 'timeout', '90s'],
    [{ pre: 'true', container: 'web' }, 'container', 'app, db'],
    [{ pre: 'true', directory: 'tmp' }, 'directory', '/var/run'],
    [{ exclude: 'yes' }, 'exclude', 'true, false'],
    [{ dump: 'postgres', 'dump-nmae': 'shop' }, 'dump-nmae', 'did you mean "salvage-kit.io/dump-name"?'],
    [{ dump: 'postgres', 'dump-port': 'abc' }, 'dump-port', '5432'],
    [{ dump: 'mysql', 'dump-full-percent': '200' }, 'dump-full-percent', '1 to 100'],
    [{ dump: 'mysql', 'dump-user': '' }, 'dump-user', 'leave it out'],
  ])('%j is refused, with a hint', (annotations, key, hint) => {
    const whole = Object.fromEntries(Object.entries(annotations).map(([name, value]) => [OURS + name, value]))
    expect(() => read(whole)).toThrow(
      expect.objectContaining({
        code: 'ANNOTATION.VALUE',
        message: expect.stringContaining(`deployment shop/web, annotation ${OURS}${key}: `),
        hint: expect.stringContaining(hint),
      }),
    )
  })

  test('a password that is written out is refused, and not repeated', () => {
    const given = { [`${OURS}dump`]: 'postgres', [`${OURS}dump-password`]: 'hunter2' }
    expect(() => read(given)).toThrow(
      expect.objectContaining({
        code: 'ANNOTATION.VALUE',
        message: expect.stringMatching(/^(?!.*hunter2).*dump-password/),
        hint: expect.stringMatching(/^(?!.*hunter2).*DB_PASSWORD/),
      }),
    )
  })

  test.each([
    [{ [`${AFTER}command`]: 'x' }, 'command'],
    [{ [`${BEFORE}command`]: 'x', [`${BEFORE}container`]: 'none' }, 'container'],
    [
      {
        [`${BEFORE}command`]: 'x',
        [`${AFTER}command`]: 'x',
        [`${BEFORE}container`]: 'app',
        [`${AFTER}container`]: 'db',
      },
      'container',
    ],
    [{ [`${BEFORE}command`]: 'x', [`${BEFORE}on-error`]: 'Ignore' }, 'on-error'],
  ])('%j of Velero is refused', (annotations, key) => {
    expect(() => read(annotations)).toThrow(
      expect.objectContaining({ code: 'ANNOTATION.VALUE', message: expect.stringContaining(key) }),
    )
  })
})

function keys(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, 'x']))
}

test('each unknown key is one problem, with a suggestion', () => {
  const annotations = keys([
    `${OURS}quisce`,
    `${OURS}dump-user`,
    `${OURS}run-id`,
    'other.io/pre',
    'k8up.io/backupcommand',
    'k8up.io/backup',
  ])
  const found = unknownKeys({ annotations, labels: keys([`${OURS}tides`]) }, 'pod shop/web', WORKLOAD_KEYS)
  expect(found.map(({ code, message, hint }) => [code, message, hint])).toEqual([
    [
      'ANNOTATION.UNKNOWN',
      `pod shop/web, annotation ${OURS}quisce: it means nothing here`,
      `did you mean "${OURS}quiesce"?`,
    ],
    ['ANNOTATION.LABEL', `pod shop/web, label ${OURS}tides: it has no effect`, 'write it as an annotation'],
    [
      'ANNOTATION.K8UP',
      'pod shop/web, annotation k8up.io/backupcommand: it is not followed',
      expect.stringContaining(`${OURS}dump: postgres`),
    ],
    ['ANNOTATION.K8UP', 'pod shop/web, annotation k8up.io/backup: it is not followed', expect.any(String)],
  ])
  const onClaim = unknownKeys({ annotations: keys([`${OURS}pre`, `${OURS}dump-user`]) }, 'claim shop/data', CLAIM_KEYS)
  expect(onClaim.map(({ code }) => code)).toEqual(['ANNOTATION.UNKNOWN', 'ANNOTATION.UNKNOWN'])
})

test('tides', () => {
  expect(tidesOf({ [`${OURS}tides`]: ' weekly, nightly,,weekly ' }, 'x')).toEqual(['nightly', 'weekly'])
  expect(() => tidesOf({ [`${OURS}tides`]: 'a b' }, 'x')).toThrow(expect.objectContaining({ code: 'ANNOTATION.VALUE' }))
})
