import { isAbsolute, resolve } from 'node:path'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import { timeFormat } from '../name/time-format.ts'

/** A value and who gives it, for a message. */
export interface Given {
  readonly value: string
  readonly where: string
}

/** The longest timer of Node, in seconds. */
const MOST_SECONDS = 2_147_483

/** A path without a slash at its end. Throws `BTRFS.SETTINGS` for a relative one. */
export function absolutePath(given: Given | undefined, standard: string): string {
  if (given === undefined) return standard
  if (!isAbsolute(given.value) || given.value.includes('\0')) throw refused(given, 'it is no absolute path')
  return resolve(given.value)
}

/** Throws `BTRFS.SETTINGS`. */
export function wholeSeconds(given: Given | undefined, standard: number): number {
  return wholeNumber(given, standard, { most: MOST_SECONDS, what: 'seconds' })
}

/** Throws `BTRFS.SETTINGS`. */
export function portNumber(given: Given | undefined, standard: number): number {
  return wholeNumber(given, standard, { most: 65_535, what: 'a port' })
}

/** A format of times that can be used. Throws `BTRFS.SETTINGS`. */
export function timeText(given: Given | undefined, standard: string): string {
  if (given === undefined) return standard
  try {
    timeFormat(given.value)
    return given.value
  } catch (error) {
    if (!isSalvageError(error)) throw error
    throw refused(given, error.why ?? error.message, error.hint)
  }
}

function wholeNumber(
  given: Given | undefined,
  standard: number,
  { most, what }: { readonly most: number; readonly what: string },
): number {
  if (given === undefined) return standard
  const value = /^\d{1,9}$/.test(given.value) ? Number(given.value) : 0
  if (value >= 1 && value <= most) return value
  throw refused(given, `it is no whole number from 1 to ${String(most)} (${what})`)
}

function refused({ value, where }: Given, why: string, hint?: string): SalvageError {
  return new SalvageError('BTRFS.SETTINGS', `${where} cannot be ${JSON.stringify(value)}`, {
    why,
    ...(hint === undefined ? {} : { hint }),
  })
}
