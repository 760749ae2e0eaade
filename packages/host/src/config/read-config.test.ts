import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'
import { readConfig } from './read-config.ts'

const TEXTS = [
  ['nothing', ''],
  ['the usual', 'machine: a\nstores: { nas: "archive:/b", r: { kind: restic, address: /r } }\n'],
  ['a rare store', 'stores: { d: { kind: duplicity, url: "file:///d", removeAllButNFull: 2 } }\n'],
  ['a rare store that is wrong', 'stores: { d: { kind: duplicity, url: "file:///d", removeAllButNFull: 0 } }\n'],
  ['a kind that there is none of', 'stores: { d: { kind: duplcity, url: "file:///d" } }\n'],
  ['a name that is not there', 'tides: { n: { targets: ["dir:/a"], to: nas } }\n'],
  ['an unknown key', 'machin: a\n'],
  ['a lost key', '__proto__: a\n'],
  ['no YAML', 'a: [b\n'],
]

test.each(TEXTS)('%s is read as the whole schema has it', async (_name, text) => {
  const read = await readConfig(text)
  const whole = parseConfig(text)
  expect([read.config, read.problems]).toEqual([whole.config, whole.problems])
})
