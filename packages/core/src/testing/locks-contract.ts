import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Locks } from '../lock/locks.ts'

/** The same locks as two processes see them, with nothing held. Made anew for each case. */
export interface LocksFixture extends AsyncDisposable {
  readonly one: Locks
  /** The same, as another process has them; the very same object where none could. */
  readonly two: Locks
  /** The process of `one` dies: nothing of it acts any more. Left out where that takes a real process. */
  readonly kill?: () => Promise<void>
}

/** What all locks promise. */
export function locksContract(name: string, setup: () => Promise<LocksFixture>): void {
  describe(`locks contract: ${name}`, () => {
    let fixture: LocksFixture
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('refuse a key that another run holds, saying which, by whom and since when', async () => {
      const { one, two } = fixture
      await using first = await one.acquire('run-1', ['docker:a', 'docker:b'])
      expect(first.runId).toBe('run-1')
      await expect(two.acquire('run-2', ['docker:c', 'docker:b'])).rejects.toMatchObject({
        code: 'LOCK.BUSY',
        retryable: true,
        message: expect.stringMatching(
          new RegExp(`^docker:b is held by run run-1 \\(process ${String(process.pid)} on .+, since \\d{4}-.+Z\\)$`),
        ),
        hint: expect.stringMatching(/./),
      })
    })

    it('give all keys or none', async () => {
      const { one, two } = fixture
      await using held = new AsyncDisposableStack()
      held.use(await one.acquire('run-1', ['b']))
      await expect(two.acquire('run-2', ['a', 'b', 'c'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      held.use(await one.acquire('run-3', ['a', 'c']))
      held.use(await two.acquire('run-2', ['d']))
    })

    it('let runs without a common key go on side by side', async () => {
      const { one, two } = fixture
      await using held = new AsyncDisposableStack()
      held.use(await one.acquire('run-1', ['a']))
      held.use(await two.acquire('run-2', ['b']))
      held.use(await one.acquire('run-3', []))
    })

    it('free the keys when they are disposed of, once', async () => {
      const { one, two } = fixture
      const first = await one.acquire('run-1', ['a'])
      await first[Symbol.asyncDispose]()
      await using held = new AsyncDisposableStack()
      held.use(await two.acquire('run-2', ['a']))
      await first[Symbol.asyncDispose]()
      await expect(one.acquire('run-3', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    })

    it('an old lock of a run does not free the new one of the same run', async () => {
      const { one, two } = fixture
      const old = await one.acquire('run-1', ['a'])
      await old[Symbol.asyncDispose]()
      await using held = new AsyncDisposableStack()
      held.use(await two.acquire('run-1', ['a']))
      await old[Symbol.asyncDispose]()
      await expect(one.acquire('run-2', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      expect(await one.adopt('run-1')).toBeUndefined()
    })

    it('give a run that comes again only what it asks for this time', async () => {
      const { one, two } = fixture
      const first = await one.acquire('run-1', ['a'])
      await first[Symbol.asyncDispose]()
      await using held = new AsyncDisposableStack()
      held.use(await one.acquire('run-1', ['b']))
      held.use(await two.acquire('run-2', ['a']))
      const adopted = await one.adopt('run-3')
      await adopted?.[Symbol.asyncDispose]()
      await expect(two.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    })

    it('refuse the same run twice', async () => {
      const { one, two } = fixture
      await using held = new AsyncDisposableStack()
      held.use(await one.acquire('run-1', ['a']))
      await expect(two.acquire('run-1', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY', retryable: true })
      await expect(two.acquire('run-1', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      held.use(await two.acquire('run-2', ['b']))
    })

    it('do not let a living run be adopted, and a dead one once', async () => {
      const { one, two } = fixture
      {
        await using held = new AsyncDisposableStack()
        held.use(await one.acquire('run-1', ['a']))
        expect(await one.adopt('run-1')).toBeUndefined()
        expect(await two.adopt('run-1')).toBeUndefined()
      }
      {
        await using adopted = await two.adopt('run-1')
        expect(adopted?.runId).toBe('run-1')
        expect(await one.adopt('run-1')).toBeUndefined()
        await expect(one.acquire('run-1', [])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      }
      await using again = await one.adopt('run-1')
      expect(again).toBeDefined()
    })

    it('name three keys and count the rest', async () => {
      const { one, two } = fixture
      await using held = new AsyncDisposableStack()
      held.use(await one.acquire('run-1', ['a', 'b', 'c', 'd', 'e']))
      await expect(two.acquire('run-2', ['e', 'd', 'c', 'b', 'a'])).rejects.toMatchObject({
        message: expect.stringMatching(/^e is held .*; d is held .*; c is held .*; 2 more are held$/),
      })
    })

    it('of a dead process may be taken over, or its run adopted, once', async ({ skip }) => {
      const { one, two, kill } = fixture
      if (kill === undefined) return skip('it takes a real process')
      const dead = await one.acquire('run-1', ['a', 'b'])
      await kill()
      await using held = new AsyncDisposableStack()
      held.use(await two.acquire('run-2', ['a']))
      await using adopted = await two.adopt('run-1')
      expect(adopted?.runId).toBe('run-1')
      expect(await two.adopt('run-1')).toBeUndefined()
      await expect(two.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      await dead[Symbol.asyncDispose]()
      await expect(two.acquire('run-3', ['b'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
      await expect(two.acquire('run-3', ['a'])).rejects.toMatchObject({ code: 'LOCK.BUSY' })
    })
  })
}
