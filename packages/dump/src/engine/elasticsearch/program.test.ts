import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { restoreFrame } from '../../program/frame.ts'
import { answersIn } from '../../shell/answers.ts'
import { elasticsearch } from './engine.ts'

/** How a restore ends whose `_restore` curl ends as told. */
function ends(code: number, said: string): { readonly fail: string | undefined; readonly code: number | null } {
  const repository = mkdtempSync(join(tmpdir(), 'salvage-elastic-'))
  try {
    const curl = `curl() { case $* in *_restore*) printf '%s' '${said}'; return ${code} ;; esac; echo '{}'; }\n`
    const tar = spawnSync('tar', ['-cf', '-', '-T', '/dev/null']).stdout
    const text = curl + restoreFrame(elasticsearch.restore({ repository }), 'ab12')
    const end = spawnSync('sh', ['-c', text, 'salvage-go', '', String(tar.length)], { input: tar })
    return { fail: answersIn(end.stdout.toString()).get('fail')?.[0], code: end.status }
  } finally {
    rmSync(repository, { recursive: true })
  }
}

const OPEN = '{"error":{"type":"snapshot_restore_exception","reason":"an open index with same name"},"status":500}'

test.each([
  ['is all in', 0, '{"shards":{"failed":0}}200', undefined],
  ['is in but for some shards', 0, '{"shards":{"failed":1}}200', 'UNSURE'],
  ['was refused by the server', 0, '{"error":"x","status":400}400', 'RESTORE_FAILED'],
  ['finds an open index of the name', 0, `${OPEN}500`, 'RESTORE_FAILED'],
  ['never reached it', 7, '000', 'RESTORE_FAILED'],
  ['ended within the server', 0, '{"error":"out of memory"}500', 'UNSURE'],
  ['was answered by a proxy that waits no more', 0, '<html>504', 'UNSURE'],
  ['was answered by one that gave up on the request', 0, '408', 'UNSURE'],
  ['had its answer lost', 52, '000', 'UNSURE'],
])('a restore that %s', (_, code, said, fail) => {
  expect(ends(code, said)).toEqual({ fail, code: fail === undefined ? 0 : 1 })
})
