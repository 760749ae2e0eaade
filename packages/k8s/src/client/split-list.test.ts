import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { splitList } from './split-list.ts'

const json = fc.jsonValue({ maxDepth: 3 })
/** Names that stand where they mean something, and where they do not. */
const named = fc.dictionary(fc.constantFrom('items', 'metadata', 'managedFields', 'spec', 'a"b\\'), json, {
  maxKeys: 4,
})
const item = fc.record(
  { metadata: fc.oneof(named, json), spec: fc.oneof(named, json), status: json },
  { requiredKeys: [] },
)
const list = fc.record({ kind: fc.string(), metadata: named, items: fc.array(item, { maxLength: 4 }) })

function withoutManaged(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), function (this: unknown, key, of: unknown) {
    return key === 'managedFields' && Array.isArray(of) ? null : of
  })
}

function isArray(value: unknown, ...keys: readonly string[]): boolean {
  let at = value
  for (const key of keys) at = Object.entries(Object(at)).find(([name]) => name === key)?.[1]
  return Array.isArray(at)
}

it('a list is taken apart into the same items, without their managed fields', () => {
  fc.assert(
    fc.property(list, (whole) => {
      const split = splitList(Buffer.from(JSON.stringify(whole)))
      expect(JSON.parse(split?.rest ?? '')).toEqual(JSON.parse(JSON.stringify({ ...whole, items: [] })))
      const items = [...(split?.items ?? [])].map((text): unknown => JSON.parse(text))
      expect(items.map(withoutManaged)).toEqual(whole.items.map(withoutManaged))
      for (const one of items) expect(isArray(one, 'metadata', 'managedFields')).toBe(false)
    }),
  )
})

it.each([
  ['is cut off', '{"items":[{"metadata":{}}'],
  ['is cut off in a string', '{"items":[{"metadata":{"name":"a'],
  ['is written for people', '{ "items": [ { } ] }'],
  ['has none', '{"metadata":{}}'],
  ['says nothing', ''],
  ['has items that are no objects', '{"items":[1,2]}'],
  ['has no items but null', '{"items":null}'],
])('one that %s is not taken apart', (_, text) => {
  expect(splitList(Buffer.from(text))).toBeUndefined()
})
