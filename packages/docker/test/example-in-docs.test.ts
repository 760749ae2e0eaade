import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const at = (...path: readonly string[]): string => readFileSync(join(import.meta.dirname, '../../..', ...path), 'utf8')

test.each(['crane', 'Dockerfile'])('the contract shows %s of the example as it is', (file) => {
  expect(at('docs', 'crane-contract.md')).toContain(at('examples', 'crane', file))
})
