import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { part } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { calm, duplicityYard } from './duplicity-yard.ts'

const CHILD = fileURLToPath(new URL('../crash/duplicity-child.ts', import.meta.url))
const NOBODY = '65534'

describe.skipIf(!part('duplicity').available || process.getuid?.() !== 0)('a source that cannot be read whole', () => {
  test('gives a partial copy that says so, here and in the list, and is restored as far as it goes', async () => {
    using yard = duplicityYard()
    yard.write('source/secret', 'not for you')
    chmodSync(yard.at('source/secret'), 0o600)
    for (const folder of ['far', 'state', 'home']) mkdirSync(yard.at(folder))
    execFileSync('chown', [NOBODY, yard.at('far'), yard.at('state'), yard.at('home')])
    execFileSync('chmod', ['755', yard.at('.')])
    const job = JSON.stringify({ ref: yard.ref(), source: yard.source })
    const out = execFileSync(process.execPath, [CHILD, yard.at('state'), job, NOBODY], {
      encoding: 'utf8',
      env: { ...process.env, HOME: yard.at('home') },
    })
    const { point, findings } = JSON.parse(out)
    expect(point).toMatchObject({ state: 'partial' })
    expect(findings).toMatchObject([{ code: 'LIFT.UNREADABLE', message: expect.stringContaining('secret') }])
    const [listed, ...others] = await yard.list()
    expect(others).toEqual([])
    expect(listed).toMatchObject({ id: point.id, state: 'partial' })
    if (listed === undefined) throw new Error('it is not listed')
    await yard.crane.archives?.check?.(listed, yard.store, calm)
    execFileSync('test', ['-f', `${await yard.restored(listed)}/sub/file`])
  })
})
