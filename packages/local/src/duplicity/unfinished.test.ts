import { expect, test } from 'vitest'
import { noFiles, seriesFiles } from './chains.ts'
import type { SeriesFiles } from './chains.ts'
import { leftOf } from './unfinished.ts'

const A = '20261101T000000Z'
const B = '20261102T000000Z'
const C = '20261103T000000Z'

const volume = (time: string, base?: string): string =>
  base === undefined ? `duplicity-full.${time}.vol1.difftar.gpg` : `duplicity-inc.${base}.to.${time}.vol1.difftar.gpg`
const manifest = (time: string, base?: string): string =>
  base === undefined ? `duplicity-full.${time}.manifest.gpg` : `duplicity-inc.${base}.to.${time}.manifest.gpg`
const note = (time: string, says: string): string =>
  says === 'gone' ? `salvage-kit.${time}.gone` : `salvage-kit.${time}.lift-1.${says}`
const files = (...names: readonly string[]): SeriesFiles => seriesFiles(names).get('') ?? noFiles('')
const depot = { ref: 'duplicity:file:///far', url: 'file:///far' } as const
const whole = [volume(A), manifest(A), volume(B, A), manifest(B, A)]

test('nothing where all is whole', () => {
  expect(leftOf(files(...whole, note(A, 'made'), note(B, 'begun')), new Set([B]), depot)).toEqual([])
})

test('what a dead lift of ours began, with its note', () => {
  const left = [volume(C, B), note(C, 'begun')]
  expect(leftOf(files(...whole, ...left), new Set([C]), depot)).toEqual(left)
})

test('what an interrupted removal left', () => {
  expect(leftOf(files(...whole, volume(C, B), note(C, 'gone')), new Set(), depot)).toEqual([volume(C, B)])
})

test('signatures alone are let alone', () => {
  const lonely = `duplicity-new-signatures.${B}.to.${C}.sigtar.gpg`
  expect(leftOf(files(...whole, lonely), new Set(), depot)).toEqual([])
})

test.each([
  ['the manifest of a kept copy', [volume(A), manifest(A), volume(B, A), note(B, 'made')]],
  ['that of one of which a dead lift also has a note', [volume(A), note(A, 'made'), note(A, 'begun')]],
  ['the full copy', [volume(B, A), manifest(B, A), note(B, 'made')]],
  ['the full copy of an older program', [volume(B, A), manifest(B, A)]],
  ['the manifest of a removed copy that others need', [volume(A), note(A, 'gone'), volume(B, A), manifest(B, A)]],
  ['a copy between', [volume(A), manifest(A), volume(C, B), manifest(C, B), note(C, 'made')]],
])('without %s nothing goes', (_name, names) => {
  expect(() => leftOf(files(...names), new Set([A]), depot)).toThrow(
    expect.objectContaining({ code: 'ARCHIVE.DAMAGED' }),
  )
})

test('a long chain whose end has lost its signatures is not built upon', () => {
  const chain = [...whole, volume(C, B), manifest(C, B)]
  expect(() => leftOf(files(...chain), new Set(), depot)).toThrow(expect.objectContaining({ code: 'ARCHIVE.DAMAGED' }))
  const signed = [...chain, `duplicity-new-signatures.${B}.to.${C}.sigtar.gpg`]
  expect(leftOf(files(...signed), new Set(), depot)).toEqual([])
})

test('what nobody of us began may be at work', () => {
  expect(() => leftOf(files(...whole, volume(C, B)), new Set([A, B]), depot)).toThrow(
    expect.objectContaining({ code: 'STORE.LOCKED', hint: expect.stringContaining('duplicity cleanup') }),
  )
})
