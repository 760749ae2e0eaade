import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import type { Finding } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { calm, resticYard } from './restic-yard.ts'
import type { ResticYard } from './restic-yard.ts'

describe.skipIf(!part('restic').available)('with restic', () => {
  let yard: ResticYard
  beforeEach(() => {
    yard = resticYard()
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    yard[Symbol.dispose]()
  })
  const listed = async (onProblem?: (finding: Finding) => void): Promise<readonly string[]> => {
    const options = onProblem === undefined ? calm : { ...calm, onProblem }
    const points = await Array.fromAsync(yard.crane.archives?.list(yard.store, options) ?? [])
    return points.map(({ id }) => id)
  }

  /** From now on the crane's restic is this script, in which `$RESTIC` is the real one. */
  function instead(script: string): void {
    const real = execFileSync('sh', ['-c', 'command -v restic'], { encoding: 'utf8' }).trim()
    mkdirSync(yard.at('bin'))
    writeFileSync(yard.at('bin/restic'), `#!/bin/sh\nRESTIC='${real}'\n${script}\n`, { mode: 0o755 })
    vi.stubEnv('PATH', `${yard.at('bin')}${delimiter}${process.env['PATH'] ?? ''}`)
  }

  /** From now on each call is noted down: its arguments, one call a line. */
  function noted(): () => readonly string[] {
    instead(`printf '%s\\n' "$*" >>'${yard.at('calls')}'; "$RESTIC" "$@" | tee -a '${yard.at('output')}'`)
    return () => readFileSync(yard.at('calls'), 'utf8').trimEnd().split('\n')
  }

  test('what a warm lift has read is not read again inside the hold, and nobody takes it for a restore point', async () => {
    for (let n = 0; n < 20; n += 1) writeFileSync(yard.at(`source/${String(n)}`), String(n).repeat(10_000))
    const warm = { ...yard.ref(), warm: true } as const
    await yard.crane.lift(warm, yard.source, calm)
    const problems: Finding[] = []
    const onProblem = (finding: Finding): void => void problems.push(finding)
    expect(await listed(onProblem)).toEqual([])
    appendFileSync(yard.at('source/7'), 'changed')
    const calls = noted()
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    expect(calls()).toHaveLength(1)
    expect(readFileSync(yard.at('output'), 'utf8')).toMatch(/"files_new":0,"files_changed":1,"files_unmodified":20,/)
    expect(await listed(onProblem)).toEqual([point.id])
    expect(problems).toEqual([])
    await yard.crane.archives?.withdraw(warm, calm)
    expect(await listed()).toEqual([point.id])
    expect(yard.restic('snapshots', '--json').match(/"short_id"/g)).toHaveLength(1)
  })

  test('a warm lift in which something is missing is thrown away all the same', async () => {
    const warm = { ...yard.ref(), warm: true } as const
    // Root can read everything, so restic's word for it is put into its mouth.
    instead('"$RESTIC" "$@" && [ "$1" = backup ] && exit 3')
    expect((await yard.crane.lift(warm, yard.source, calm)).point.state).toBe('partial')
    vi.unstubAllEnvs()
    expect(await listed()).toEqual([])
    await yard.crane.archives?.withdraw(warm, calm)
    expect(yard.restic('snapshots', '--json')).not.toContain('short_id')
  })

  test('a snapshot of ours whose tags somebody changed is told of', async () => {
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    yard.restic('tag', '--remove', `target=dir:${yard.at('source')}`, point.id)
    const problems: Finding[] = []
    expect(await listed((finding) => problems.push(finding))).toEqual([])
    expect(problems).toMatchObject([{ code: 'STORE.TAGS_UNREADABLE', message: expect.stringContaining('not listed') }])
  })

  test('a thousand points are removed with one call, which prunes once', async () => {
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    const gone = Array.from({ length: 999 }, (_, n) => ({ ...point, id: n.toString(16).padStart(64, '0') }))
    const calls = noted()
    await yard.crane.archives?.remove([...gone, point], yard.store, calm)
    expect(calls()).toHaveLength(1)
    expect(calls()[0]).toMatch(/^forget --prune [0-9a-f]{64} /)
    expect(await listed()).toEqual([])
  })
})
