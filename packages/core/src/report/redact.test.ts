import { array, assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { createRedactor } from './redact.ts'

test('masks what it was told, wherever it stands', () => {
  const { add, redact } = createRedactor()
  add('hunter2secret')
  expect(redact('restic: wrong password hunter2secret, tried hunter2secret')).toBe(
    'restic: wrong password ***, tried ***',
  )
  expect(redact('nothing here')).toBe('nothing here')
})

test('masks the content of a password file, with and without its newline, and each line of a key', () => {
  const { add, redact } = createRedactor()
  add('pass word\n')
  add('-----BEGIN KEY-----\nabcdefgh\nijklmnop\n-----END KEY-----\n')
  expect(redact('pass word')).toBe('***')
  expect(redact('it has ijklmnop in it')).toBe('it has *** in it')
})

test('masks a secret as URLs, JSON and base64 write it', () => {
  const secret = 'p@ss/w"ör d\\'
  const { add, redact } = createRedactor()
  add(secret)
  for (const form of [
    encodeURIComponent(secret),
    JSON.stringify({ secret }),
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('base64url'),
  ])
    expect(redact(`<${form}>`)).toMatch(/^<(\*\*\*|\{"secret":"\*\*\*"\})>$/)
})

test('masks the longer one of two secrets that begin alike', () => {
  const { add, redact } = createRedactor()
  add('abcdef')
  add('abcdefghij')
  expect(redact('abcdefghij abcdef')).toBe('*** ***')
})

test.each(['x', 'abc', ' ab\n'])('a secret as short as %j masks no part of other words', (secret) => {
  const { add, redact } = createRedactor()
  add(secret)
  expect(redact('next: abcx')).toBe('next: abcx')
})

test('an empty secret masks nothing', () => {
  const { add, redact } = createRedactor()
  add('')
  add('\n')
  expect(redact('a text\nof two lines')).toBe('a text\nof two lines')
})

test.each([
  ['rest:https://me:secret@host/repo', 'rest:https://me:***@host/repo'],
  ['parse "https://me:se/cr@et@host/": invalid port', 'parse "https://me:***@host/": invalid port'],
  ['amqp://:secret@host', 'amqp://:***@host'],
  ['a://u:one@h b://u:two@h', 'a://u:***@h b://u:***@h'],
  ['{"url":"s3://k:v@h","mail":"a@b"}', '{"url":"s3://k:***@h","mail":"a@b"}'],
  ['http://registry:5000/image@sha256:abc', 'http://registry:5000/image@sha256:abc'],
  ['ssh://borg@host/./repo', 'ssh://borg@host/./repo'],
  ['https://host:8443/a', 'https://host:8443/a'],
])('masks the password in %s', (text, masked) => {
  expect(createRedactor().redact(text)).toBe(masked)
})

test('no secret is ever left in a text', () => {
  assert(
    property(
      array(string({ minLength: 1, unit: 'binary' }), { minLength: 1, maxLength: 4 }),
      string(),
      (secrets, around) => {
        const real = secrets.filter((secret) => secret.trim().length >= 4 && !'***'.includes(secret))
        const { add, redact } = createRedactor()
        for (const secret of real) add(secret)
        const text = redact(`${around}${real.join(around)}${around}`)
        for (const secret of real.filter((each) => !each.includes('*'))) expect(text).not.toContain(secret)
      },
    ),
  )
})
