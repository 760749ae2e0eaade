import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { prelude } from '../shell/prelude.ts'
import { elasticPlace } from './elasticsearch/place.ts'
import { mongoPlace } from './mongodb/place.ts'

const PASSWORD = 'a "b"\\n \'c\' #\n-o /tmp/x\n$(id)'
const text = '"a \\"b\\"\\\\n \'c\' #\\n-o /tmp/x\\n$(id)"'

function said(program: string): string {
  const env = { PATH: process.env['PATH'], PASSWORD }
  return execFileSync('sh', ['-c', `${prelude()}${program}`], { env, encoding: 'utf8' }).trim()
}

test('a password of several lines is one value for curl, and for the tools of MongoDB', () => {
  const settings = { user: 'me', password: '${PASSWORD}' }
  const curl = said(`${elasticPlace(settings)}curl() { cat <&9; }\nd_api GET x`)
  expect(curl).toBe(`user = ${text.replace('"', '"me:')}`)
  expect(said(`${mongoPlace(settings)}tool() { cat <&9; }\nd_tool tool`)).toBe(`password: ${text}`)
})
