import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { execServer } from '../exec-server.ts'

/** More with `SALVAGE_DUMP_MB=5000`. */
const MEGABYTES = Number(process.env['SALVAGE_DUMP_MB'] ?? 500)
const MB = 1024 * 1024
/** The collector is eager, so that what is measured is what is held here, and not what it has not come to yet. */
const EAGER = '--max-semi-space-size=1'
const MOST_MB = 64
const reader = new URL('slow-reader.ts', import.meta.url).pathname

test(`${MEGABYTES} MB to a slow reader take less than ${MOST_MB} MB besides what is loaded`, async () => {
  await using server = await execServer()
  const { stdout } = await promisify(execFile)(process.execPath, [EAGER, reader, server.server, String(MEGABYTES), '5'])
  const [bytes, before, peak] = stdout.split(' ').map(Number)
  expect(bytes).toBe(MEGABYTES * MB)
  expect(((peak ?? Infinity) - (before ?? 0)) / MB).toBeLessThan(MOST_MB)
}, 600_000)
