import { assert, integer, property, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { tarOf } from '../crane/tar.ts'
import { tarFile } from './tar-file.ts'

const at = new Date(0)

function read(tar: Uint8Array, piece: number, limit = 10_000): Uint8Array {
  const file = tarFile('read x', limit)
  for (let from = 0; from < tar.length; from += piece) file.add(tar.subarray(from, from + piece))
  return file.end()
}

test('gives any content back, in whatever pieces it comes', () => {
  assert(
    property(uint8Array({ maxLength: 2000 }), integer({ min: 1, max: 3000 }), (content, piece) => {
      const tar = tarOf([{ path: 'result.json', content: Buffer.from(content) }], at)
      expect(Buffer.from(read(tar, piece)).equals(Buffer.from(content))).toBe(true)
    }),
  )
})

test('passes over what describes the file', () => {
  const pax = Buffer.from(tarOf([{ path: 'pax', content: 'x'.repeat(700) }], at)).subarray(0, 512 * 3)
  pax.write('x', 156, 'latin1')
  const tar = Buffer.concat([pax, tarOf([{ path: 'a', content: 'b' }], at)])
  expect(Buffer.from(read(tar, 100)).toString()).toBe('b')
})

test.each([
  ['a link', (tar: Buffer) => tar.write('2', 156, 'latin1'), /not a plain file/],
  ['a directory', (tar: Buffer) => tar.write('5', 156, 'latin1'), /not a plain file/],
  ['a device', (tar: Buffer) => tar.write('3', 156, 'latin1'), /not a plain file/],
  ['no tar', (tar: Buffer) => tar.write('zz', 124, 'latin1'), /no tar/],
  ['a length of more than octal digits', (tar: Buffer) => tar.writeUInt8(0x80, 124), /is the most/],
])('refuses %s', (_name, change, why) => {
  const tar = Buffer.from(tarOf([{ path: 'a', content: 'b' }], at))
  change(tar)
  expect(() => read(tar, 512)).toThrow(
    expect.objectContaining({ code: 'DOCKER.FILE', why: expect.stringMatching(why) }),
  )
})

test('refuses what is too long before it has read it, and what broke off', () => {
  const tar = tarOf([{ path: 'a', content: 'x'.repeat(3000) }], at)
  const file = tarFile('read x', 2999)
  expect(() => file.add(tar.subarray(0, 512))).toThrow(expect.objectContaining({ code: 'DOCKER.FILE' }))
  expect(() => read(tar.subarray(0, 2000), 512)).toThrow(
    expect.objectContaining({ why: expect.stringMatching(/part/) }),
  )
})
