import { didYouMean, parseDuration, SalvageError, splitCommandLine } from '@salvage-kit/core'
import { z } from 'zod'
import type { Annotations } from './key.ts'

const Words = z.array(z.string()).min(1)

/** A command: a JSON array of words, or words split as `splitCommandLine` does. No shell. Throws `ANNOTATION.VALUE`. */
export function commandAt(annotations: Annotations, key: string, where: string): readonly string[] | undefined {
  const text = annotations[key]
  if (text === undefined) return undefined
  if (!text.trimStart().startsWith('[')) return at(where, key, () => splitCommandLine(text))
  try {
    return Words.parse(JSON.parse(text))
  } catch {
    throw wrong(where, key, 'it is no JSON array of words', 'write it like ["sh", "-c", "sync"]')
  }
}

/** A duration longer than nothing, in milliseconds. Throws `ANNOTATION.VALUE`. */
export function durationAt(annotations: Annotations, key: string, where: string): number | undefined {
  const text = annotations[key]
  if (text === undefined) return undefined
  const ms = at(where, key, () => parseDuration(text))
  if (ms <= 0) throw wrong(where, key, `${JSON.stringify(text)} is too short`, 'write it like 90s or 10m')
  return ms
}

/** One of these words. Throws `ANNOTATION.VALUE`. */
export function wordAt<Word extends string>(
  annotations: Annotations,
  key: string,
  where: string,
  words: readonly Word[],
): Word | undefined {
  const text = annotations[key]
  if (text === undefined) return undefined
  const found = words.find((word) => word === text)
  if (found !== undefined) return found
  const hint = didYouMean(text, words) ?? `write one of ${words.join(', ')}`
  throw wrong(where, key, `${JSON.stringify(text)} means nothing`, hint)
}

/** A plain word that is a name in Kubernetes, or the name of a tide. */
export function isPlain(text: string): boolean {
  return /^[\w.-]+$/.test(text)
}

/** `ANNOTATION.VALUE`. */
export function wrong(where: string, key: string, what: string, hint: string): SalvageError {
  return new SalvageError('ANNOTATION.VALUE', `${where}, annotation ${key}: ${what}`, { hint })
}

function at<T>(where: string, key: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SalvageError)) throw error
    const { message, why, hint } = error
    throw new SalvageError('ANNOTATION.VALUE', `${where}, annotation ${key}: ${message}`, {
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    })
  }
}
