import { expect, test } from 'vitest'
import { mariadb } from './engine/mysql/engine.ts'
import { sqlSkew } from './engine/mysql/skew.ts'
import { postgres } from './engine/postgres/engine.ts'
import { archiveSkew, serverOfArchive } from './engine/postgres/skew.ts'
import { TRAILER } from './trailer.ts'

const END = `${TRAILER}\n`
const MARIA = `)\n-- Dump completed on 2026-11-22  1:36:30\n${END}`
const GLOBALS = `x;\n--\n-- PostgreSQL database cluster dump complete\n--\n\n\\unrestrict abc\n\n${END}`

test.each([
  ['MariaDB', (text: string) => mariadb.complete?.(Buffer.from(text), 'shop'), MARIA],
  ['the globals of PostgreSQL', (text: string) => postgres.complete?.(Buffer.from(text), ''), GLOBALS],
])('the end of %s, and each that is cut', (_, complete, whole) => {
  expect(complete(whole)).toBe(true)
  for (let length = 0; length < whole.length; length += 1) expect(complete(whole.slice(0, length))).toBe(false)
  expect(complete(`${whole}\n`)).toBe(false)
  expect(complete(`-- Dump completed on 2026\n-- PostgreSQL database cluster dump complete\nx\n${END}`)).toBe(false)
})

test('SQL goes into a server of its kind, of the same major version or a newer one', () => {
  const maria = Buffer.from('-- MariaDB dump 10.19\n--\n-- Server version\t10.11.14-MariaDB-0+deb12u2\n')
  expect(sqlSkew(maria, '10.6.1-MariaDB')).toBeUndefined()
  expect(sqlSkew(maria, '11.4.2-MariaDB')).toBeUndefined()
  expect(sqlSkew(maria, '5.5.68-MariaDB')).toContain('10.11.14')
  expect(sqlSkew(maria, '8.0.36')).toContain('MySQL 8.0.36')
  expect(sqlSkew(Buffer.from('-- Server version\t9.1.0\n'), '8.4.2')).toContain('9.1.0')
  expect(sqlSkew(Buffer.from('no head'), '8.4.2')).toBeUndefined()
})

function integer(value: number): Buffer {
  return Buffer.from([0, value, 0, 0, 0])
}

/** The begin of an archive, as each of its two formats says it. */
function archive(minor: number, database: string, server: string): Buffer {
  const text = (word: string): Buffer => Buffer.concat([integer(Buffer.byteLength(word)), Buffer.from(word)])
  const compression = minor < 15 ? integer(1) : Buffer.from([1])
  const times = Buffer.concat(Array.from({ length: 7 }, () => integer(9)))
  const begin = Buffer.from([...Buffer.from('PGDMP'), 1, minor, 0, 4, 8, 1])
  return Buffer.concat([begin, compression, times, text(database), text(server), text('18.1')])
}

test.each([14, 15, 16])('an archive of format 1.%i tells the server that it is of', (minor) => {
  const head = archive(minor, '99.9 😀', '15.18 (Debian 15.18-0+deb12u1)')
  expect(serverOfArchive(head)).toBe('15.18 (Debian 15.18-0+deb12u1)')
  expect(archiveSkew(head, '15.2')).toBeUndefined()
  expect(archiveSkew(head, '17.0')).toBeUndefined()
  expect(archiveSkew(head, '14.9 (Debian)')).toContain('15.18')
  expect(serverOfArchive(head.subarray(0, 70))).toBeUndefined()
  expect(archiveSkew(Buffer.from('SQL'), '9.6')).toBeUndefined()
})
