import { isAbsolute } from 'node:path'
import { isSalvageError, parseDuration, parseExitCodes, SalvageError, splitCommandLine } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { z } from 'zod'
import { checkTarget } from '../target/parse-target.ts'
import { blackoutFault } from '../schedule/blackout.ts'
import { cronFault } from '../schedule/cron.ts'
import { timeZoneFault } from '../schedule/time-zone.ts'

/** Adds the problem of a {@link SalvageError} to a zod context; anything else is a bug and goes on. */
function complain(context: z.RefinementCtx, input: string, error: unknown): void {
  if (!isSalvageError(error)) throw error
  const params = { why: error.why, hint: error.hint }
  context.addIssue({ code: 'custom', message: error.message, params, input })
}

function checked<T>(read: (text: string) => T): (text: string, context: z.RefinementCtx) => T {
  return (text, context) => {
    try {
      return read(text)
    } catch (error) {
      complain(context, text, error)
      return z.NEVER
    }
  }
}

function valid(check: (text: string) => unknown): (text: string, context: z.RefinementCtx) => void {
  return (text, context) => {
    try {
      check(text)
    } catch (error) {
      complain(context, text, error)
    }
  }
}

/** A name that can stand in a label, a file name and a reference: letters, digits, `-` and `_`. */
export const Name: z.ZodType<string, string> = z.string().superRefine((text, context) => {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(text)) return
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is not a name`,
    params: {
      why: 'a name starts with a letter or a digit and holds letters, digits, - and _, 63 at most',
      hint: 'choose a name like nightly or off-site',
    },
    input: text,
  })
})

/** A span of time such as `90s`, `30m`, `1h` or `7d`, in milliseconds once read. */
export const Duration: z.ZodType<number, string> = z
  .string()
  .describe('a span of time such as 90s, 30m, 1h or 7d')
  .transform(checked(positiveDuration))

/** A reference to a target, `dir:PATH`, `docker:VOLUME`, `btrfs:VOLUME`, `k8s:NAMESPACE/CLAIM` or `rancher:…`. */
export const TargetReference: z.ZodType<TargetRef, string> = z
  .string()
  .describe(
    'a target: dir:PATH, docker:VOLUME, dump:CONTAINER, btrfs:VOLUME, k8s:NAMESPACE/CLAIM, rancher:STACK/SERVICE, rancher:*',
  )
  .transform(checked((text) => checkTarget(text, 'absolute')))

/** A command as one text, which is split at blanks. */
export const CommandText: z.ZodType<string, string> = z.string().superRefine(valid(splitCommandLine))

/** Which exit codes of a command are good. */
export const ExitCodes: z.ZodType<string, string> = z.string().superRefine(valid(parseExitCodes))

/** An absolute path. */
export const AbsolutePath: z.ZodType<string, string> = z.string().superRefine((text, context) => {
  const parts = text.split('/')
  if (isAbsolute(text) && !parts.includes('..') && !text.includes('\0')) return
  context.addIssue({
    code: 'custom',
    message: `${JSON.stringify(text)} is not an absolute path`,
    params: {
      why: isAbsolute(text) ? 'it holds /../' : 'a relative path means another place wherever it is read',
      hint: 'write the whole path, like /srv/app',
    },
    input: text,
  })
})

/** A schedule: five fields, six with seconds, a nickname such as `@daily`, or `@every 6h`. */
export const Schedule: z.ZodType<string, string> = z
  .string()
  .describe('five cron fields, minute hour day month weekday, six with seconds first, @daily, or @every 6h')
  .superRefine((text, context) => {
    const fault = cronFault(text, new Date())
    if (fault === undefined) return
    const message = `${JSON.stringify(text)} is not a schedule`
    context.addIssue({ code: 'custom', message, params: { ...fault }, input: text })
  })

/** The name of a time zone. */
export const TimeZone: z.ZodType<string, string> = z.string().superRefine((text, context) => {
  const fault = timeZoneFault(text)
  if (fault === undefined) return
  const message = `${JSON.stringify(text)} is not a time zone`
  context.addIssue({ code: 'custom', message, params: { ...fault }, input: text })
})

/** Windows of the week in which no run begins, and which must leave some time. */
export const Blackout: z.ZodType<readonly string[], readonly string[]> = z
  .array(z.string())
  .superRefine((texts, context) => {
    const fault = blackoutFault(texts)
    if (fault === undefined) return
    const { text, ...why } = fault
    const message = `${JSON.stringify(text)} is not a blackout`
    const place = texts.indexOf(text)
    context.addIssue({ code: 'custom', message, params: { ...why }, input: texts, path: place < 0 ? [] : [place] })
  })

function positiveDuration(text: string): number {
  const ms = parseDuration(text)
  if (ms > 0) return ms
  throw new SalvageError('DURATION.INVALID', `${JSON.stringify(text)} is no time at all`, { hint: 'write it like 30m' })
}
