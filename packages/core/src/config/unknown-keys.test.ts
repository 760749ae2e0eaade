import { expect, test } from 'vitest'
import { z } from 'zod'
import { keepRules } from './keep-rules.ts'
import { pathText } from './issue.ts'
import { configError } from './unknown-keys.ts'

const hook = z.strictObject({ command: z.string(), timeout: z.string().optional() })
const store = z.union([z.string(), z.strictObject({ ref: z.string(), passwordFile: z.string() })])
const schema = z.strictObject({
  tides: z.record(
    z.string(),
    z.strictObject({
      keep: keepRules.optional(),
      to: store.optional(),
      grouping: z.enum(['individual', 'smart', 'project']).optional(),
    }),
  ),
  hooks: z
    .array(
      z.discriminatedUnion('kind', [hook.extend({ kind: z.literal('pre') }), hook.extend({ kind: z.literal('post') })]),
    )
    .optional(),
})

function told(input: unknown): { message: string; why: string | undefined; hint: string | undefined } {
  const result = schema.safeParse(input)
  if (result.success) throw new Error('it is valid')
  const { code, message, why, hint } = configError(result.error, 'salvage-kit.yaml', { schema, input })
  expect(code).toBe('CONFIG.INVALID')
  return { message, why, hint }
}

test.each([
  [{ tides: {}, hoks: [] }, 'unknown key "hoks"', 'did you mean "hooks"?'],
  [{ tides: { d: { kep: {} } } }, 'unknown key "kep" in tides.d', 'did you mean "keep"?'],
  [{ tides: { d: { keep: { dialy: 7 } } } }, 'unknown key "dialy" in tides.d.keep', 'did you mean "daily"?'],
  [{ tides: { 'a.b': { x: 1 } } }, 'unknown key "x" in tides["a.b"]', 'the keys here are: grouping, keep, to'],
  [
    { tides: { d: { to: { ref: 'x', pasword: 'y' } } } },
    'unknown key "pasword" in tides.d.to',
    'the keys here are: passwordFile, ref',
  ],
  [
    { tides: {}, hooks: [{ kind: 'pre', command: 'x', timout: '1s' }] },
    'unknown key "timout" in hooks[0]',
    'did you mean "timeout"?',
  ],
  [{ tides: {}, hooks: [{ kind: 'prae', command: 'x' }] }, undefined, 'did you mean "pre"?'],
  [
    { tides: { d: { grouping: 'Smart' } } },
    'tides.d.grouping: must be "individual" or "smart" or "project"',
    'did you mean "smart"?',
  ],
  [{ tides: { d: { to: 5 } } }, 'tides.d.to: must be string or object', undefined],
  [{ tides: { d: { keep: { daily: 0 } } } }, 'tides.d.keep.daily: too small: expected number to be >0', undefined],
  [{}, 'tides: is missing', undefined],
  ['text', 'invalid: expected object, received string', undefined],
])('%j', (input, message, hint) => {
  const found = told(input)
  if (message !== undefined) expect(found.message).toBe(`salvage-kit.yaml: ${message}`)
  expect(found.hint).toBe(hint)
})

test('an unknown key comes before the missing one, which is named as well', () => {
  expect(told({ tids: {} })).toEqual({
    message: 'salvage-kit.yaml: unknown key "tids"',
    why: 'something else is wrong at tides',
    hint: 'did you mean "tides"?',
  })
})

test('a duration that is none says how to write one', () => {
  expect(told({ tides: { d: { keep: { within: 'a week' } } } }).message).toContain(
    'tides.d.keep.within: is not a duration: write it like 90s, 1h30m or 2d',
  )
})

test('a value is never printed: it may be a secret', () => {
  const { message, why, hint } = told({
    tides: { d: { grouping: 'hunter2', to: { ref: 7, passwordFile: 'hunter2', x: 'hunter2' } } },
  })
  expect([message, why, hint].join(' ')).not.toContain('hunter2')
})

test('keys of a schema that refers to itself are found', () => {
  const tree = z.strictObject({
    name: z.string(),
    get inner() {
      return z.array(tree).optional()
    },
  })
  const input = { name: 'a', inner: [{ name: 'b', inner: [{ nam: 'c' }] }] }
  const result = tree.safeParse(input)
  expect(result.error && configError(result.error, 'tree', { schema: tree, input })).toMatchObject({
    message: 'tree: unknown key "nam" in inner[0].inner[0]',
    hint: 'did you mean "name"?',
  })
})

test('without a schema there is no suggestion, and still a clear error', () => {
  const { error } = schema.safeParse({ tides: {}, hoks: [] })
  expect(error && configError(error, 'file')).toMatchObject({ message: 'file: unknown key "hoks"', hint: undefined })
})

test('paths', () => {
  expect(pathText(['a', 0, 'b-c', 'd e', 1])).toBe('a[0].b-c["d e"][1]')
  expect(pathText([])).toBe('')
})
