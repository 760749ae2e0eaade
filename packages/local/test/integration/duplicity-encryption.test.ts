import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import { calm, duplicityYard, listing } from './duplicity-yard.ts'
import type { DuplicityYard } from './duplicity-yard.ts'

const PASSPHRASE = `it's "a" $SECRET of words: ünïcode`

/** What every process of this machine was started with. */
function argumentsOfAll(): string {
  const texts = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
  return texts.join('\n')
}

/** GnuPG with the key ring in a directory; it is given the passphrase. */
function gpg(home: string, ...args: readonly string[]): string {
  return execFileSync('gpg', ['--homedir', home, '--batch', ...args], {
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
    input: `${PASSPHRASE}\n`,
  })
}

describe.skipIf(!part('duplicity').available)('encrypted copies of duplicity', () => {
  let yard: DuplicityYard
  beforeEach(() => {
    yard = duplicityYard()
    writeFileSync(yard.at('passphrase'), `${PASSPHRASE}\n`)
    mkdirSync(yard.at('gnupg'), { mode: 0o700 })
    mkdirSync(yard.at('far'))
  })
  afterEach(() => {
    for (const home of ['gnupg', 'other'])
      execFileSync('sh', ['-c', 'GNUPGHOME="$1" gpgconf --kill gpg-agent || true', 'sh', yard.at(home)], {
        stdio: 'ignore',
      })
    yard[Symbol.dispose]()
  })

  const symmetric = (passphraseFile = 'passphrase'): ReturnType<typeof duplicityStore> =>
    duplicityStore(`file://${yard.at('far')}`, {
      passphraseFile: yard.at(passphraseFile),
      gnupgHome: yard.at('gnupg'),
    })
  const key = (): string => {
    const made = ['--quick-generate-key', 'salvage-test', 'default', 'default', 'never']
    gpg(yard.at('gnupg'), '--pinentry-mode', 'loopback', '--passphrase-fd', '0', ...made)
    const keys = gpg(yard.at('gnupg'), '--with-colons', '--list-keys')
    return /^fpr:+([0-9A-F]{40}):/m.exec(keys)?.[1] ?? ''
  }

  test('with a passphrase from a file: nothing readable there, restored with it, and no process has it as argument', async () => {
    const store = symmetric()
    await yard.crane.preflight(store, [yard.source], { ...calm, init: false })
    const running = new AbortController()
    let seen = ''
    const watch = (async (): Promise<void> => {
      while (!running.signal.aborted) {
        seen += argumentsOfAll()
        await sleep(20)
      }
    })()
    const first = await yard.lift(store)
    const before = listing(yard.at('source'))
    yard.write('source/sub/file', 'changed')
    await yard.lift(store)
    const restored = listing(await yard.restored(first, store))
    running.abort()
    await watch
    expect(restored).toBe(before)
    expect(seen).toContain('--full-if-older-than')
    expect(seen).not.toContain(PASSPHRASE)
    const copies = yard.stored().filter((name) => !name.includes('salvage-kit'))
    expect(copies).not.toEqual([])
    expect(copies.filter((name) => !name.endsWith('.gpg'))).toEqual([])
    const everything = execFileSync('sh', ['-c', 'cat $(find "$1" "$2" -type f)', 'sh', yard.at('far'), yard.state])
    expect(everything.includes(PASSPHRASE)).toBe(false)
    expect(JSON.stringify(store)).not.toContain(PASSPHRASE)
  })

  test('another passphrase is noticed before anything is copied', async () => {
    await yard.lift(symmetric())
    writeFileSync(yard.at('wrong'), 'wrong')
    const preflight = yard.crane.preflight(symmetric('wrong'), [yard.source], { ...calm, init: false })
    await expect(preflight).rejects.toMatchObject({ code: 'STORE.WRONG_PASSWORD' })
    const store = duplicityStore(`file://${yard.at('far')}`, { passphraseFile: yard.at('nowhere') })
    const absent = yard.crane.preflight(store, [yard.source], { ...calm, init: false })
    await expect(absent).rejects.toMatchObject({ code: 'STORE.NO_PASSWORD' })
  })

  test('the passphrase of another program in the same place is none of ours', async () => {
    writeFileSync(yard.at('wrong'), 'wrong')
    const target = `dir:${yard.at('source')}` as const
    const others = duplicityStore(`file://${yard.at('far')}`, { passphraseFile: yard.at('wrong'), target })
    await yard.lift(symmetric())
    const words = ['full', yard.at('source'), `file://${yard.at('far')}`, '--archive-dir', yard.at('cache')]
    execFileSync('duplicity', words, { env: { ...process.env, PASSPHRASE: 'of another program' }, stdio: 'ignore' })
    await yard.crane.preflight(symmetric(), [yard.source], { ...calm, init: false })
    const preflight = yard.crane.preflight(others, [yard.source], { ...calm, init: false })
    await expect(preflight).rejects.toMatchObject({ code: 'STORE.WRONG_PASSWORD' })
  })

  test('for a key: made with the public half, opened with its passphrase, a missing key told before', async () => {
    const encryptKey = key()
    const options = { encryptKey, gnupgHome: yard.at('gnupg'), passphraseFile: yard.at('passphrase') }
    const store = duplicityStore(`file://${yard.at('far')}`, options)
    await yard.crane.preflight(store, [yard.source], { ...calm, init: false })
    const first = await yard.lift(store)
    const before = listing(yard.at('source'))
    yard.write('source/new', 'new')
    const second = await yard.lift(store)
    await yard.crane.archives?.check?.(second, store, calm)
    expect(listing(await yard.restored(first, store))).toBe(before)
    mkdirSync(yard.at('other'), { mode: 0o700 })
    const without = duplicityStore(`file://${yard.at('far')}`, { ...options, gnupgHome: yard.at('other') })
    const preflight = yard.crane.preflight(without, [yard.source], { ...calm, init: false })
    await expect(preflight).rejects.toMatchObject({ code: 'STORE.NO_KEY' })
    await expect(yard.crane.archives?.check?.(second, without, calm)).rejects.toMatchObject({
      code: 'STORE.WRONG_PASSWORD',
    })
  })

  test.each([
    ['cut short', (path: string): void => truncateSync(path, 100)],
    ['changed', (path: string): void => writeFileSync(path, 'something else')],
  ])('a volume that was %s is found by check and by a restore', async (_name, damage) => {
    const store = symmetric()
    const point = await yard.lift(store)
    const volume = yard.stored().find((name) => name.includes('.vol1.'))
    damage(join(yard.at('far'), volume ?? ''))
    const damaged = { code: 'ARCHIVE.DAMAGED' }
    await expect(yard.crane.archives?.check?.(point, store, calm)).rejects.toMatchObject(damaged)
    await expect(yard.restored(point, store)).rejects.toMatchObject(damaged)
  })
})
