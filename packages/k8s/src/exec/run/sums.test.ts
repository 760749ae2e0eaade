import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { array, assert, property, string, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { prelude, printfFormat } from '../shell/quoted.ts'
import { cksum } from './posix-cksum.ts'
import { tally } from './tally.ts'
import { judge } from './verdict.ts'

test('the CRC is that of cksum, however the bytes come', () => {
  assert(
    property(array(uint8Array({ maxLength: 400 }), { maxLength: 4 }), (pieces) => {
      const [theirs = ''] = execFileSync('cksum', { input: Buffer.concat(pieces), encoding: 'utf8' }).split(' ')
      const ours = cksum()
      for (const piece of pieces) ours.update(piece)
      expect(ours.digest()).toBe(theirs)
    }),
    { numRuns: 50 },
  )
})

test('values come through a shell as they are', () => {
  const value = string({ unit: 'binary', maxLength: 60 }).filter((text) => !text.includes('\0'))
  assert(
    property(value, value, uint8Array({ maxLength: 60 }), (variable, word, bytes) => {
      const script = `${prelude({ NAME: variable }, [word])}printf '%s|%s|' "$NAME" "$1"; printf ${printfFormat(bytes)}`
      const wanted = Buffer.concat([Buffer.from(`${variable}|${word}|`), bytes])
      expect(execFileSync('sh', { input: script })).toEqual(wanted)
    }),
    { numRuns: 100 },
  )
  expect(() => prelude({ 'A;B': '' }, [])).toThrow('cannot be the name of a variable')
  expect(() => prelude({}, ['\0'])).toThrow('NUL')
})

const data = Buffer.from('a dump')
const sum = createHash('sha256').update(data).digest('hex')
const whole = {
  code: 0,
  bytes: 6,
  sums: [sum],
  kind: 'sha256' as const,
  report: ['exit=0', 'through=0', 'tee=0', `sum=${sum}`, 'bytes=6'],
  place: 'x',
  stderr: '',
}

test('a dump is whole when both ends say the same, and never otherwise', () => {
  expect(judge(whole)).toEqual({ code: 0, sum: `sha256:${sum}` })
  const report = (from: string, to: string): readonly string[] => whole.report.map((each) => each.replace(from, to))
  for (const different of [
    { code: 1 },
    { bytes: 5 },
    { sums: ['00'] },
    { sums: [] },
    { sums: [sum, '00'] },
    { kind: undefined },
    { report: undefined },
    { report: [] },
    ...whole.report.map((_, index) => ({ report: whole.report.filter((__, other) => other !== index) })),
    { report: report('exit=0', 'exit=1') },
    { report: report('through=0', 'through=1') },
    { report: report('tee=0', 'tee=1') },
    { report: report('bytes=6', 'bytes=7') },
    { report: report('bytes=6', 'bytes=') },
  ])
    expect(() => judge({ ...whole, ...different })).toThrow('not whole')
})

test('both sums are made until it is known which one the other end makes', () => {
  const seen = tally()
  seen.update(data)
  seen.only('sha256')
  expect([seen.bytes(), seen.sums()]).toEqual([6, [sum]])
})
