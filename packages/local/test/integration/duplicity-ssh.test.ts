import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { part, privateSshd } from '@salvage-kit/testbed'
import type { PrivateSshd } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import { calm, duplicityYard, listing } from './duplicity-yard.ts'
import type { DuplicityYard } from './duplicity-yard.ts'

/** The Python of duplicity speaks SFTP itself where it has paramiko. */
function hasParamiko(): boolean {
  try {
    execFileSync('/usr/bin/python3', ['-c', 'import paramiko'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe.skipIf(!part('duplicity').available || !part('sshd').available)('duplicity over ssh', () => {
  let yard: DuplicityYard
  let sshd: PrivateSshd
  beforeEach(async () => {
    yard = duplicityYard()
    sshd = await privateSshd()
    const keys = execFileSync('ssh-keyscan', ['-p', String(sshd.port), sshd.host], {
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    writeFileSync(sshd.knownHosts, keys)
  })
  afterEach(async () => {
    await sshd[Symbol.asyncDispose]()
    yard[Symbol.dispose]()
  })

  const far = (scheme: string): string => `${scheme}://${sshd.user}@${sshd.host}:${String(sshd.port)}/${yard.at('far')}`
  const options = (): readonly string[] => [
    `--ssh-options=-oIdentityFile=${sshd.identityFile} -oUserKnownHostsFile=${sshd.knownHosts} -oGlobalKnownHostsFile=/dev/null`,
    '--num-retries=1',
  ]

  test.each(['rsync', ...(hasParamiko() ? ['sftp'] : [])])(
    '%s: a full copy, one upon it, both restored, the last removed',
    async (scheme) => {
      const store = duplicityStore(far(scheme), { encryption: 'none', options: options() })
      if (scheme === 'rsync') {
        const nothing = yard.crane.preflight(store, [yard.source], { ...calm, init: true })
        await expect(nothing).rejects.toMatchObject({ code: 'STORE.NOT_FOUND' })
        mkdirSync(yard.at('far'))
      }
      await yard.crane.preflight(store, [yard.source], { ...calm, init: true })
      const before = listing(yard.at('source'))
      const first = await yard.lift(store)
      yard.write('source/new', 'new')
      const second = await yard.lift(store)
      expect((await yard.list(store)).map(({ id }) => id)).toEqual([first.id, second.id])
      expect(listing(await yard.restored(first, store))).toBe(before)
      expect(listing(await yard.restored(second, store))).toBe(listing(yard.at('source')))
      await yard.crane.archives?.remove([second], store, calm)
      expect((await yard.list(store)).map(({ id }) => id)).toEqual([first.id])
      expect(yard.stored().filter((name) => name.includes('-inc.'))).toEqual([])
    },
  )

  test('a far end that does not answer is unreachable, and may be tried again', async () => {
    const store = duplicityStore(far('rsync'), { encryption: 'none', options: options() })
    await sshd.stop()
    const preflight = yard.crane.preflight(store, [yard.source], { ...calm, init: true })
    await expect(preflight).rejects.toMatchObject({ code: 'STORE.UNREACHABLE' })
  })
})
