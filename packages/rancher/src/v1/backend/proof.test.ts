import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { proofOf } from './proof.ts'

const PG = '--\n-- PostgreSQL database dump\n--\n\\restrict x\nSELECT 1;\n'
const PG_END = '--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict x\n\n'
const ALL = '--\n-- PostgreSQL database cluster dump\n--\n'
const ALL_END = '--\n-- PostgreSQL database cluster dump complete\n--\n\n'
const MY = '-- MySQL dump 10.13  Distrib 5.7.44, for Linux (x86_64)\n'
const MARIA = String.raw`/*!999999\- enable the sandbox mode */ ` + '\n-- MariaDB dump 10.19-11.4.2-MariaDB\n'
const MY_END = '-- Dump completed on 2026-11-22  5:00:00\n'
const MANY = 'INSERT INTO t VALUES (1);\n'.repeat(5000)

async function fault(content: Buffer | string, size = 700): Promise<string | undefined> {
  const bytes = Buffer.from(content)
  const proof = proofOf()
  for (let at = 0; at < bytes.length; at += size) await proof.take(bytes.subarray(at, at + size))
  try {
    return await proof.fault()
  } finally {
    proof.leave()
  }
}

const WHOLE: readonly (readonly [string, Buffer | string])[] = [
  ['pg_dump', PG + MANY + PG_END],
  ['pg_dumpall', ALL + PG + MANY + PG_END + ALL_END],
  ['mysqldump', MY + MANY + MY_END],
  ['mariadb-dump', MARIA + MANY + MY_END],
  ['mysqldump without a date', `${MY}${MANY}-- Dump completed\n`],
  ['packed', gzipSync(MY + MANY + MY_END)],
  ['two packed ones behind each other', Buffer.concat([gzipSync(MY), gzipSync(MANY + MY_END)])],
  ['of three bytes', 'a\n'],
  ['of a format that nobody knows', MANY],
]

describe.each([1, 700, 1_000_000])('in pieces of %i bytes', (size) => {
  test.each(size === 1 ? WHOLE.filter(([, content]) => content.length < 200) : WHOLE)(
    '%s is whole',
    async (_, content) => {
      expect(await fault(content, size)).toBeUndefined()
    },
  )
})

test.each<readonly [string, Buffer | string, RegExp]>([
  ['nothing', '', /empty/],
  ['pg_dump that broke off', PG + MANY, /last line/],
  ['pg_dumpall that broke off between two databases', ALL + PG + PG_END + MANY, /last line/],
  ['mysqldump that broke off', MY + MANY, /last line/],
  ['mysqldump with its last line long ago', MY + MY_END + MANY, /last line/],
  ['packed, cut', gzipSync(MY + MANY + MY_END).subarray(0, -9), /unpacked/],
  ['packed, damaged', damaged(gzipSync(MY + MANY + MY_END)), /unpacked/],
  ['packed, and what is in it broke off', gzipSync(PG + MANY), /last line/],
  ['packed, and nothing in it', gzipSync(''), /empty/],
  ['an archive of mongodump that broke off', Buffer.concat([Buffer.from('6de29981', 'hex'), Buffer.alloc(9)]), /./],
  ['the same, packed', gzipSync(Buffer.concat([Buffer.from('6de29981', 'hex'), Buffer.alloc(9)])), /./],
])('%s is not whole', async (_, content, why) => {
  expect(await fault(content)).toMatch(why)
})

function damaged(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes)
  other.fill(0, 40, 60)
  return other
}
