import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { execServer } from '../exec-server.ts'

/** More with `SALVAGE_DUMP_MB=5000`. */
const MEGABYTES = Number(process.env['SALVAGE_DUMP_MB'] ?? 500)
const MB = 1024 * 1024
const reader = new URL('slow-reader.ts', import.meta.url).pathname

test(`${MEGABYTES} MB to a slow reader take less than 110 MB besides what is loaded`, async () => {
  await using server = await execServer()
  const { stdout } = await promisify(execFile)(process.execPath, [reader, server.server, String(MEGABYTES), '5'])
  const [bytes, before, peak] = stdout.split(' ').map(Number)
  expect(bytes).toBe(MEGABYTES * MB)
  expect(((peak ?? Infinity) - (before ?? 0)) / MB).toBeLessThan(110)
}, 600_000)
