import { createHash } from 'node:crypto'
import { assert, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { cassandra } from './cassandra/engine.ts'
import { jonesCrc64 } from './crc64.ts'
import { elasticsearch } from './elasticsearch/engine.ts'
import { etcd } from './etcd/engine.ts'
import { influxdb } from './influxdb/engine.ts'
import { redis } from './redis/engine.ts'
import { sqlite } from './sqlite/engine.ts'
import { tarOf } from '../../test/tar-of.ts'
import type { Engine } from '../engine.ts'

const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_122)
const TRUNCATIONS = Number(process.env['SALVAGE_TRUNCATIONS'] ?? 100)

function rdb(): Buffer {
  const bytes = Buffer.concat([Buffer.from('REDIS0011'), Buffer.alloc(3000, 'ab\u00ff'), Buffer.from([0xff])])
  const sum = jonesCrc64()
  sum.take(bytes)
  return Buffer.concat([bytes, sum.digest()])
}

function database(): Buffer {
  const bytes = Buffer.alloc(8 * 1024)
  bytes.write('SQLite format 3\0')
  bytes.writeUInt16BE(1024, 16)
  bytes.writeUInt32BE(7, 24)
  bytes.writeUInt32BE(8, 28)
  bytes.writeUInt32BE(7, 92)
  return bytes
}

function snapshot(): Buffer {
  const pages = Buffer.alloc(4096, 'page')
  return Buffer.concat([pages, createHash('sha256').update(pages).digest()])
}

const list = JSON.stringify({ files: ['nb-1-big-Data.db'] })
const WHOLE: readonly (readonly [engine: Engine, bytes: Buffer])[] = [
  [redis, rdb()],
  [redis, Buffer.concat([rdb(), Buffer.from('0123456789abcdef'.repeat(3).slice(0, 40))])],
  [sqlite, database()],
  [etcd, snapshot()],
  [
    influxdb,
    tarOf({
      'x.manifest': '{"meta":{"fileName":"x.meta"},"files":[{"fileName":"x.s1.tar.gz"}]}',
      'x.meta': 'm',
      'x.s1.tar.gz': 's',
    }),
  ],
  [
    elasticsearch,
    tarOf({
      'index-0': 'i',
      'index.latest': '0',
      'snap-a.dat': 's',
      'meta-a.dat': 'm',
      [`indices/${'long/'.repeat(30)}x`]: 'x',
    }),
  ],
  [cassandra, tarOf({ 'ks/t-1/snapshots/s/manifest.json': list, 'ks/t-1/snapshots/s/nb-1-big-Data.db': 'data' })],
]

function verdict(engine: Engine, bytes: Buffer, chunk: number): string | undefined {
  const watch = engine.watch?.('')
  for (let at = 0; at < bytes.length; at += chunk) {
    const own = Buffer.from(bytes.subarray(at, at + chunk))
    watch?.take(own)
    // Who gave it frees it.
    own.fill(0xaa)
  }
  return watch?.verdict()
}

test.each(WHOLE)('%o: a whole dump is one, in chunks of any size, and no beginning of it is', (engine, bytes) => {
  const edges = [0, 1, 512, 1024, 4096, bytes.length - 512, bytes.length - 1]
    .filter((length) => length >= 0 && length < bytes.length)
    .map((length): [number, number] => [512, length])
  assert(
    property(integer({ min: 1, max: 5000 }), integer({ min: 0, max: bytes.length - 1 }), (chunk, length) => {
      expect(verdict(engine, bytes, chunk)).toBeUndefined()
      expect(verdict(engine, bytes.subarray(0, length), chunk)).toEqual(expect.any(String))
    }),
    { numRuns: TRUNCATIONS + edges.length, seed: SEED, examples: edges },
  )
})

test.each([
  [redis, Buffer.concat([Buffer.from('REDIS0011'), Buffer.alloc(100), Buffer.from([0xff]), Buffer.alloc(8)])],
  [influxdb, tarOf({ 'x.manifest': '{"files":[{"fileName":"x.s1.tar.gz"}]}' })],
  [influxdb, tarOf({ 'x.s1.tar.gz': 's' })],
  [influxdb, tarOf({ 'x.manifest': '{"files":' })],
  [elasticsearch, tarOf({ 'index-0': 'i', 'snap-a.dat': 's' })],
  [cassandra, tarOf({ 'ks/t-1/snapshots/s/manifest.json': list, 'ks/t-2/snapshots/s/nb-1-big-Data.db': 'data' })],
  [sqlite, Buffer.alloc(0)],
])('%o: what lacks a part, or its sum, is not whole', (engine, bytes) => {
  expect(verdict(engine, bytes, 512)).toEqual(expect.any(String))
})

test('a tar that is filled up with empty blocks is whole with all of them', () => {
  const tar = tarOf({ 'x.manifest': '{"files":[{"fileName":"x.tar.gz"}]}', 'x.tar.gz': 's' })
  const filled = Buffer.concat([tar, Buffer.alloc(10_240 - tar.length)])
  expect(verdict(influxdb, filled, 1000)).toBeUndefined()
  for (let at = tar.length + 1; at < filled.length; at += 1)
    expect(verdict(influxdb, filled.subarray(0, at), 4096)).toBe('the tar has no end')
})
