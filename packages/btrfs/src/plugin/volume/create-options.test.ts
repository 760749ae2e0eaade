import { assert, constantFrom, dictionary, property, string } from 'fast-check'
import { isSalvageError } from '@salvage-kit/core'
import { describe, expect, test } from 'vitest'
import { readCreateOptions } from './create-options.ts'

describe('options of a new volume', () => {
  test.each([
    [{}, { copyOnWrite: false }],
    [{ copyonwrite: 'TRUE' }, { copyOnWrite: true }],
    [{ copyonwrite: 'False' }, { copyOnWrite: false }],
    [{ copyonwrite: '' }, { copyOnWrite: false }],
    [{ compression: 'LZO' }, { copyOnWrite: true, compression: 'lzo' }],
    [{ compression: 'true' }, { copyOnWrite: true, compression: 'zstd' }],
    [{ compression: '' }, { copyOnWrite: false }],
    [{ compression: 'false', copyonwrite: 'false' }, { copyOnWrite: false }],
    [{ size: '500' }, { copyOnWrite: false, size: 500 }],
    [{ size: '10G' }, { copyOnWrite: false, size: 10 * 1024 ** 3 }],
    [{ size: '1.5 MiB' }, { copyOnWrite: false, size: 1.5 * 1024 ** 2 }],
    [{ size: '2kb' }, { copyOnWrite: false, size: 2048 }],
  ])('%j', (given: Record<string, string>, options) => {
    expect(readCreateOptions(given)).toEqual({ options, findings: [] })
  })

  test.each([
    { copyonwrite: 'no' },
    { compression: 'gzip' },
    { copyonwrite: 'false', compression: 'zstd' },
    { size: '0' },
    { size: '-1' },
    { size: '1e9' },
    { size: 'G' },
    { size: '99999999E' },
  ])('%j is refused', (given: Record<string, string>) => {
    expect(() => readCreateOptions(given)).toThrow(expect.objectContaining({ code: 'VOLUME.OPTIONS', untouched: true }))
  })

  test('what is unknown is a finding, with what was meant', () => {
    const { findings } = readCreateOptions({ CopyOnWrite: 'true', type: 'nfs' })
    expect(findings).toMatchObject([
      { code: 'VOLUME.OPTION_UNKNOWN', hint: 'did you mean "copyonwrite"?' },
      { code: 'VOLUME.OPTION_UNKNOWN', hint: 'there are copyonwrite, compression, size' },
    ])
  })

  test('nothing that can be given is a fault, and what is compressed is copied on write', () => {
    const keys = constantFrom('copyonwrite', 'compression', 'size', '__proto__', 'toString', 'x')
    const values = constantFrom('true', 'false', 'zstd', '1G', '', 'x')
    const seen = { read: 0, refused: 0 }
    assert(
      property(dictionary(keys, values), string(), (given, odd) => {
        try {
          const { options } = readCreateOptions(odd.length > 5 ? { ...given, size: odd } : given)
          expect(options.compression === undefined || options.copyOnWrite).toBe(true)
          seen.read += 1
        } catch (error) {
          if (!isSalvageError(error)) throw error
          seen.refused += 1
        }
      }),
      { numRuns: 500 },
    )
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(10)
  })
})
