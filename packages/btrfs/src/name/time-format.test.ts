import { assert, constantFrom, date as anyDate, integer, pre, property, string } from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { nextName } from './next-name.ts'
import { parseSnapshotName } from './snapshot-name.ts'
import { parseTime, timeFormat } from './time-format.ts'

const DEFAULT = '%Y-%m-%dT%H:%M:%S.%f'
const zone = process.env['TZ']

afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

function inZone(name: string): void {
  process.env['TZ'] = name
}

function at(format: string): string {
  if (/%f/.test(format)) return '2026-11-21T01:07:04.059'
  if (/%S|%T/.test(format)) return '2026-11-21T01:07:04.0'
  return /%M|%R/.test(format) ? '2026-11-21T01:07:00.0' : '2026-11-21T00:00:00.0'
}

/** Whole years of four digits, at least a day from either end. */
const dates = anyDate({ min: new Date('1970-01-03'), max: new Date('2068-12-29'), noInvalidDate: true })

describe('what Python writes', () => {
  // Made with Python 3: datetime(…).strftime(format).
  const date = new Date(2026, 10, 21, 1, 7, 4, 59)
  test.each([
    [DEFAULT, '2026-11-21T01:07:04.059893'],
    ['%Y%m%dT%H%M', '20261121T0107'],
    ['%y.%j_%I-%M-%S%p', '26.325_01-07-04AM'],
    ['%a_%d_%b_%Y', 'Sat_21_Nov_2026'],
    ['%A_%d_%B_%Y', 'Saturday_21_November_2026'],
    ['%FT%T', '2026-11-21T01:07:04'],
    ['%d%h%Y.%R', '21Nov2026.01:07'],
  ])('%s', (format, text) => {
    expect(timeFormat(format).format(date, 893)).toBe(text)
    expect(parseTime(format, text)).toEqual(parseTime(DEFAULT, at(format)))
  })
})

describe('what Python reads', () => {
  test.each([
    [DEFAULT, '2026-1-2T3:4:5.6', new Date(2026, 0, 2, 3, 4, 5, 600)],
    [DEFAULT, '2024-02-29T00:00:00.0', new Date(2024, 1, 29)],
    [DEFAULT, '2026-11-21t01:07:04.000001', new Date(2026, 10, 21, 1, 7, 4)],
    ['%Y%m%d', '2026131', new Date(2026, 0, 31)],
    ['%d-%b-%y', '01-JAN-69', new Date(1969, 0, 1)],
    ['%d-%b-%y', '01-jan-68', new Date(2068, 0, 1)],
    ['%Y-%m-%d_%I%p', '2026-01-01_12AM', new Date(2026, 0, 1, 0)],
    ['%Y-%m-%d_%I%p', '2026-01-01_12pm', new Date(2026, 0, 1, 12)],
    ['%Y%j', '2024366', new Date(2024, 11, 31)],
    ['%s', '1700000000', new Date(1_700_000_000_000)],
  ])('%s %s', (format, text, date) => {
    expect(parseTime(format, text)).toEqual(date)
  })

  test.each([
    [DEFAULT, '2026-11-21T01:07:04'],
    [DEFAULT, '2026-02-30T01:07:04.0'],
    [DEFAULT, '2025-02-29T01:07:04.0'],
    [DEFAULT, '2026-13-01T01:07:04.0'],
    [DEFAULT, '2026-11-21T24:07:04.0'],
    [DEFAULT, '2026-11-21T01:60:04.0'],
    [DEFAULT, '2026-11-21T01:07:04.0000001'],
    [DEFAULT, '2026-11-21T01:07:04.0\n'],
    [DEFAULT, ' 2026-11-21T01:07:04.0'],
    [DEFAULT, ''],
    ['%Y%j', '2025366'],
    ['%Y.%m.%d', '2026a11a21'],
  ])('not %s %j', (format, text) => {
    expect(parseTime(format, text)).toBeUndefined()
  })
})

describe('a format that cannot be used', () => {
  test.each([
    ['%Q', 'holds %Q'],
    ['%Y-%m-%d %H', 'something else'],
    ['%Y/%m/%d', 'something else'],
    ['%Y-%m-%d@%H', 'something else'],
    ['%Y-%m-%d%Z', 'holds %Z'],
    ['%Y-%m-%d%', 'holds %,'],
    ['%Y-%m-%d%%', 'holds %%'],
    ['%-d.%m.%Y', 'holds %-'],
    ['%c', 'holds %c'],
    ['%H:%M', 'whole date'],
    ['', 'whole date'],
    ['%m-%d', 'whole date'],
    ['%Y-%m-%d-%Y', 'twice'],
    ['%F-%Y', 'twice'],
    ['%Y-%m-%d_%I', 'together'],
    ['.%Y-%m-%d', 'begins with a sign'],
  ])('%j', (format, why) => {
    expect(() => timeFormat(format)).toThrow(
      expect.objectContaining({ code: 'BTRFS.SETTINGS', why: expect.stringContaining(why) }),
    )
  })

  test('no format throws anything else', () => {
    const letter = constantFrom(...'%YmdHMSfyjbBaApIszTFRhZQ-:. @/é\n'.split(''))
    assert(
      property(string({ unit: letter, maxLength: 40 }), string({ maxLength: 60 }), (format, text) => {
        try {
          timeFormat(format).parse(text)
        } catch (error) {
          expect(error).toMatchObject({ code: 'BTRFS.SETTINGS' })
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('round trips', () => {
  const noChange = ['UTC', 'Asia/Kathmandu', 'America/Phoenix']
  const change = ['Europe/Berlin', 'America/St_Johns', 'Australia/Lord_Howe', 'Pacific/Apia']

  test.each(noChange)('%s: what was written is read', (name) => {
    inZone(name)
    const format = timeFormat(DEFAULT)
    const until1986 = Date.UTC(1986, 0, 2)
    assert(
      property(dates, integer({ min: 0, max: 999 }), (date, micros) => {
        pre(date.getTime() > until1986)
        expect(format.parse(format.format(date, micros))).toEqual(date)
      }),
    )
  })

  test.each(change)('%s: with its offset every time is read', (name) => {
    inZone(name)
    const format = timeFormat(`${DEFAULT}%z`)
    assert(
      property(dates, (date) => {
        expect(format.parse(format.format(date))).toEqual(date)
      }),
    )
  })

  test.each(change)('%s: without its offset at most the hour that comes twice is lost', (name) => {
    inZone(name)
    const format = timeFormat(DEFAULT)
    assert(
      property(dates, (date) => {
        const text = format.format(date)
        const read = format.parse(text)
        expect(read === undefined ? undefined : format.format(read)).toBe(text)
        expect(date.getTime() - (read?.getTime() ?? 0)).toBeOneOf([0, 1_800_000, 3_600_000])
      }),
    )
  })

  test('an hour that is left out is read as the time after the change', () => {
    inZone('Europe/Berlin')
    expect(parseTime(DEFAULT, '2026-03-29T02:30:00.0')).toEqual(new Date('2026-03-29T01:30:00Z'))
    expect(parseTime(DEFAULT, '2026-10-25T02:30:00.0')).toEqual(new Date('2026-10-25T00:30:00Z'))
  })

  test('what is written can stand in the name of a snapshot', () => {
    const formats = constantFrom(DEFAULT, '%Y%m%dT%H%M%S%z', '%s.%f', '%A_%d_%B_%Y', '%y.%j_%I-%M-%S%p')
    assert(
      property(formats, dates, (format, date) => {
        const time = timeFormat(format).format(date)
        expect(parseSnapshotName(`v@${time}`)).toEqual({ volume: 'v', time })
      }),
    )
  })
})

describe('the next name', () => {
  const now = new Date(2026, 10, 21, 1, 7, 4, 59)

  function take(count: number, format: string): readonly string[] {
    const taken = new Set<string>()
    for (let n = 0; n < count; n += 1)
      taken.add(nextName('v', timeFormat(format), { now, isTaken: (name) => taken.has(name) }))
    return [...taken]
  }

  test('is another one each time, in their order', () => {
    const names = take(1500, DEFAULT)
    expect(names.slice(0, 2)).toEqual(['v@2026-11-21T01:07:04.059000', 'v@2026-11-21T01:07:04.059001'])
    expect(names.at(-1)).toBe('v@2026-11-21T01:07:04.060499')
    expect(names).toEqual(names.toSorted())
  })

  test('counts where the format has no parts of seconds, and is read', () => {
    const format = timeFormat('%Y-%m-%d')
    expect(take(3, '%Y-%m-%d')).toEqual(['v@2026-11-21', 'v@2026-11-21_2', 'v@2026-11-21_3'])
    expect(format.parse('2026-11-21_3')).toEqual(new Date(2026, 10, 21))
  })
})
