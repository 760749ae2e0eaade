import { expect, test } from 'vitest'
import { thisProcess } from '../crane/process-identity.ts'
import { ownerIn, ownerWord } from './owner-word.ts'

test('a word tells the process that it is of, and no other word does', async () => {
  const word = await ownerWord()
  expect(ownerIn(`${word}0123456789abcdef`)).toBe(await thisProcess())
  expect([word, '0123456789abcdef', 'salvage-end', `x${word}01`].map(ownerIn)).toEqual(Array(4).fill(undefined))
  expect(word).toMatch(/^[\w-]+$/)
})
