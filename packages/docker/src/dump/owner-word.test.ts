import { expect, test } from 'vitest'
import { thisProcess } from '../crane/process-identity.ts'
import { dockerodeEngine } from '../dockerode-engine.ts'
import { ownerIn, ownerWord } from './owner-word.ts'

/** Never asked: nothing here is in a container. */
const engine = dockerodeEngine({ host: 'unix:///nowhere' })
const options = { signal: new AbortController().signal }

test('a word tells the process that it is of, and no other word does', async () => {
  const word = await ownerWord(engine, options)
  expect(ownerIn(`${word}0123456789abcdef`)).toBe(await thisProcess(engine, options))
  expect([word, '0123456789abcdef', 'salvage-end', `x${word}01`].map(ownerIn)).toEqual(Array(4).fill(undefined))
  expect(word).toMatch(/^[\w-]+$/)
})
