import { expect, test } from 'vitest'
import { parseEnvFile } from './env-file.ts'

const FILE = { file: 'its.env' }

test.each([
  ['BACKUP_DUPLICITY_target-path=/bk', { 'BACKUP_DUPLICITY_target-path': '/bk' }],
  ['BACKUP_MODULE_rancher-db=false\r\nA=1\r\n', { 'BACKUP_MODULE_rancher-db': 'false', A: '1' }],
  ['\uFEFFA=1', { A: '1' }],
  [' export a.b-c = "x y"  # said', { 'a.b-c': 'x y' }],
  ['# nothing\n\n   # here\nA=\n', { A: '' }],
  [`A='it is "so"' # yes\nB=a#b\nC=a #b`, { A: 'it is "so"', B: 'a#b', C: 'a' }],
  ['A="-----BEGIN\n\nx=y==\n-----END"\nB=2', { A: '-----BEGIN\n\nx=y==\n-----END', B: '2' }],
  ['A="half\nB="whole"', { A: '"half', B: 'whole' }],
  ['A="half', { A: '"half' }],
])('%j', (text, variables) => {
  expect(parseEnvFile(text, FILE)).toEqual(variables)
})

test('a name alone stands for the variable of the environment, as docker has it', () => {
  expect(parseEnvFile('A\nB=2', { ...FILE, environment: { A: 'given' } })).toEqual({ A: 'given', B: '2' })
})

test.each(['A=1\n\nthis is hidden', 'A=1\n\nhidden', 'A=1\n# B=2\n=hidden', 'A=1\n\n"hidden"=1'])(
  '%j has a line that is no assignment, and it is not repeated',
  (text) => {
    expect(() => parseEnvFile(text, FILE)).toThrow(
      expect.objectContaining({ code: 'IMPORT.UNREADABLE', message: 'its.env: line 3 is no assignment' }),
    )
  },
)
