import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { part } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { END_GROUP, engineNamed } from '../../src/index.ts'
import type { ExecPort } from '../../src/index.ts'
import { containerPort } from '../spawn-port.ts'
import { collect } from './collected.ts'
import { databaseContainer } from './container.ts'

const call = promisify(execFile)
const PSQL = 'psql -XAtq postgres'
/** The shell that the platform started: its parent is out of sight. */
const LEADER = `for s in /proc/[0-9]*/stat; do
  read -r pid name state parent group rest <"$s" 2>/dev/null || continue
  [ "$parent" = 0 ] && tr '\\000' ' ' <"/proc/$pid/cmdline" | grep -q 'salvage-g[o]' && echo "$pid"
done; :`

/** Programs in a container, each led by a shell that is known by a word. */
function led(container: string, word: string): ExecPort {
  const port = containerPort(container)
  return {
    exec: (request, options) =>
      port.exec({ ...request, argv: ['sh', '-c', '"$@"; exit', word, ...request.argv] }, options),
  }
}

describe.skipIf(!part('docker').available || !part('postgres-image').available)('a dump that is ended', () => {
  test('is gone soon, and PostgreSQL as the first process notices nothing', async () => {
    const engine = engineNamed('postgres')
    if (engine === undefined) throw new Error('no engine')
    await using at = await databaseContainer('salvage-test/postgres', `pg_isready -q -h 127.0.0.1 && ${PSQL} -c ''`, {
      init: false,
    })
    await at.inside(`${PSQL} -c 'CREATE TABLE gate ()'`)
    const lock = at.inside(`${PSQL} -c 'BEGIN; LOCK gate; SELECT pg_sleep(60)'`).catch(() => {})
    await expect
      .poll(() => at.inside(`${PSQL} -c "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"`))
      .toBe('1')
    const options = { signal: new AbortController().signal, where: 'a container' }
    for (let round = 0; round < 3; round += 1) {
      const word = `salvage-word-${round}`
      const dumping = collect(led(at.name, word), { engine, settings: { database: 'postgres' } }, options)
      const refused = expect(dumping).rejects.toMatchObject({ code: 'DUMP.FAILED' })
      await expect
        .poll(() =>
          at.inside(
            `${PSQL} -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'salvage-kit' AND wait_event_type = 'Lock'"`,
          ),
        )
        .toBe('1')
      const leader = await at.inside(LEADER)
      expect(leader).toMatch(/^\d+$/)
      await call('docker', ['exec', at.name, 'sh', '-c', END_GROUP, 'salvage-end', word])
      await refused
      expect(await at.inside(LEADER)).toBe('')
    }
    const { stdout, stderr } = await call('docker', ['logs', at.name])
    expect(stdout + stderr).not.toMatch(/terminated by signal|exited with exit code/)
    await at.inside(`${PSQL} -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"`)
    await lock
  }, 120_000)
})
