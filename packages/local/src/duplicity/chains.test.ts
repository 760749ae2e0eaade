import { expect, test } from 'vitest'
import { fullOf, noFiles, seriesFiles } from './chains.ts'

const [A, B, C] = ['20261101T000000Z', '20261102T000000Z', '20261103T000000Z'] as const
const full = `duplicity-full.${A}.manifest`
const second = `duplicity-inc.${A}.to.${B}.manifest`
const third = `duplicity-inc.${B}.to.${C}.manifest`
const find = (time: string, ...names: readonly string[]): string | undefined =>
  fullOf(seriesFiles(names).get('') ?? noFiles(''), time)

test('the full copy of a chain, when all up to a moment is whole', () => {
  expect(find(C, full, second, third)).toBe(A)
  expect(find(A, full)).toBe(A)
  expect(find(B, full, second, `duplicity-inc.${B}.to.${C}.vol1.difftar`)).toBe(A)
})

test('none for an orphan, nor upon what is unfinished', () => {
  expect(find(B, second)).toBeUndefined()
  expect(find(C, full, third)).toBeUndefined()
  expect(find(C, `duplicity-full.${A}.vol1.difftar`, second, third)).toBeUndefined()
  expect(find(C, full, `duplicity-inc.${A}.to.${B}.vol1.difftar`, third)).toBeUndefined()
  expect(find(C, full, second, `duplicity-inc.${A}.to.${C}.manifest`)).toBeUndefined()
})
