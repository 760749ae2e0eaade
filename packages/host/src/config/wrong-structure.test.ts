import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'

/** What is wrong, the file, where (line, column and path), what is said, and the hint. */
test.each([
  ['an unknown key', 'machin: x', '1:1 machin', /unknown key "machin"/, /"machine"/],
  ['an unknown key far down', 'tides:\n  d:\n    maxhold: 1h', '3:5 tides.d.maxhold', /unknown key/, /"maxHold"/],
  ['a key like no other', 'frobnicate: 1', '1:1 frobnicate', /unknown key/, /machine, state, docker/],
  [
    'an unknown store',
    'stores: { nas: archive:/x }\ntides: { d: { to: nass } }',
    '2:19 tides.d.to',
    /no store "nass"/,
    /"nas"/,
  ],
  [
    'a store of an unknown kind',
    'stores: { nas: { kind: tape, address: x } }',
    '1:24 stores.nas.kind',
    /"tape" is not one of archive, restic/,
    /(?:)/,
  ],
  [
    'a store with an unknown key',
    'stores: { nas: { kind: archive, directory: /x, passwrdFile: /y } }',
    '1:48 stores.nas.passwrdFile',
    /unknown key/,
    /^the keys here are kind, directory$/,
  ],
  [
    'a key of another kind of store',
    'stores: { arc: { kind: archive, directory: /x, address: /x } }',
    '1:48 stores.arc.address',
    /unknown key "address"/,
    /^the keys here are kind, directory$/,
  ],
  [
    'a misspelt key of a kind of store',
    'stores: { far: { kind: restic, address: /x, passwrdFile: /y } }',
    '1:45 stores.far.passwrdFile',
    /unknown key/,
    /^did you mean "passwordFile"/,
  ],
  ['a stray line', 'stores:\n  a: archive:/x\n}\n' + 'b: c\n'.repeat(50), '3:1 ', /./, /^mend the YAML first$/],
  [
    'a relative archive store',
    'stores: { nas: archive:backups }',
    '1:16 stores.nas',
    /not an absolute path/,
    /archive:\/srv/,
  ],
  [
    'a password in the file',
    'stores: { nas: { kind: restic, address: /r, password: hunter2 } }',
    '1:45 stores.nas.password',
    /unknown key "password"/,
    /"passwordFile"/,
  ],
  [
    'a crane and a store for one tide',
    'tides: { d: { to: archive:/x, crane: b } }\ncranes: { b: { image: x } }',
    '1:38 tides.d.crane',
    /both say where/,
    /keep one/,
  ],
  [
    'a crane without an image',
    'cranes: { borg: { pull: always } }',
    '1:17 cranes.borg.image',
    /image is missing/,
    /(?:)/,
  ],
  [
    'hooks without a command',
    'directories: [{ path: /a, hooks: { user: me } }]',
    '1:34 directories.0.hooks',
    /neither pre nor post/,
    /(?:)/,
  ],
  [
    'a directory named twice',
    'directories: [{ path: /a }, { path: /a/ }]',
    '1:37 directories.1.path',
    /named twice/,
    /join/,
  ],
  ['a list for a map', 'tides: [nightly]', '1:8 tides', /tides must be a map, not a list/, /(?:)/],
  ['a key said twice', 'machine: a\nmachine: b', '2:1 ', /unique/, /YAML/],
  ['broken YAML', 'tides: {', '1:9 ', /./, /YAML/],
])('a wrong structure is one clear problem at its place: %s', (_name, text, place, message, hint) => {
  const { problems } = parseConfig(text)
  expect(problems).toHaveLength(1)
  const [problem] = problems
  expect(problem?.message).toMatch(message)
  expect(`${String(problem?.line)}:${String(problem?.column)} ${problem?.path ?? ''}`).toBe(place)
  expect(problem?.hint ?? '').toMatch(hint)
})

test.each([
  ['tides:\n  __proto__:\n    cron: "@daily"\n', 'tides.__proto__', 2],
  ['{"tides": {"__proto__": {"cron": "@daily"}}}', 'tides.__proto__', 1],
  ['stores:\n  a: archive:/b\n  __proto__: archive:/c\n', 'stores.__proto__', 3],
])('a name that objects have already is an error, and not lost: %s', (text, path, line) => {
  expect(parseConfig(text).problems).toMatchObject([{ path, line, message: expect.stringContaining('"__proto__"') }])
})
