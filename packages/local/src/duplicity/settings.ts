import { isSalvageError, parseReference, reference } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import { z } from 'zod'
import { mustAgree } from './must-agree.ts'
import { passedOptions } from './passed-options.ts'
import { normaliseUrl } from './url.ts'

/** What a duplicity store is made of besides its URL. */
export interface DuplicityStoreOptions {
  /**
   * The target of the chains that have no prefix, as the original rancher-backup or duplicity by hand makes them: they are
   * listed, restored and gone on with as this target's.
   */
  readonly target?: TargetRef
  /**
   * The machine of what other programs wrote into those chains: with that of the lifts they are one series, and retention
   * counts them together. Default: nobody knows it.
   */
  readonly machine?: string
  /** File with the passphrase: of symmetric encryption, or of the key. Default: the variable `PASSPHRASE`. */
  readonly passphraseFile?: string
  /** Id of the GnuPG key that is encrypted for. Default: symmetric encryption. */
  readonly encryptKey?: string
  /** Nothing is encrypted. */
  readonly encryption?: 'none'
  /** Default: GnuPG's own. */
  readonly gnupgHome?: string
  /** From the name of an environment variable (`FTP_PASSWORD`) to the file with its value. */
  readonly credentials?: Readonly<Record<string, string>>
  /** As duplicity writes times: `7D`, `1M`. Default: `30D`. */
  readonly fullIfOlderThan?: string
  /** Size of its files. Default: 200. */
  readonly volumeMegabytes?: number
  /** Passed to duplicity: one word each. */
  readonly options?: readonly string[]
  /** Retention: only the newest so many chains stay. */
  readonly removeAllButNFull?: number
  /** Retention: of all chains but the newest so many, only the full copy stays. */
  readonly removeAllIncOfButNFull?: number
}

/** As they stand in a store. */
export interface Settings extends DuplicityStoreOptions {
  readonly url: string
}

/** As a person writes them into a configuration. */
export interface DuplicityStoreEntry extends Settings {
  readonly kind: 'duplicity'
}

/** Variables that would change which programs run, or what duplicity is told otherwise. */
const RESERVED = /^(?:PATH|HOME|TMPDIR|GNUPGHOME|PASSPHRASE|SALVAGE_.*|LD_.*|LC_.*|PYTHON.*)$/

const absolute = z.string().startsWith('/', 'it is not an absolute path')
const count = z.int().min(1)

function checked<Value>(read: (value: Value) => unknown): (value: Value, context: z.RefinementCtx<Value>) => void {
  return (value, context) => {
    try {
      read(value)
    } catch (error) {
      if (!isSalvageError(error)) throw error
      const params = { why: error.why, hint: error.hint }
      context.addIssue({ code: 'custom', message: error.message, params, input: value })
    }
  }
}

const variable = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'it is not the name of an environment variable')
  .refine((name) => !RESERVED.test(name), 'salvage-kit itself sets this variable')

const members = {
  url: z
    .string()
    .min(1)
    .superRefine(checked(normaliseUrl))
    .describe(
      'where to, as duplicity takes it: file:///backups, sftp://user@host//backups; never with a password in it',
    ),
  target: z
    .string()
    .superRefine(checked(parseReference))
    .transform((text) => reference(text))
    .exactOptional()
    .describe('whose the chains are that have no prefix, such as those of rancher-backup: dir:/backup'),
  machine: z
    .string()
    .min(1)
    .exactOptional()
    .describe('of which machine they are; as machine: at the top, they and new copies are one series'),
  passphraseFile: absolute
    .exactOptional()
    .describe('file with the passphrase, of the key or of symmetric encryption; default: the variable PASSPHRASE'),
  encryptKey: z
    .string()
    .regex(/^[^-\s]\S*$/, 'it is not the id of a key')
    .exactOptional()
    .describe('the GnuPG key that is encrypted for; default: symmetric encryption'),
  encryption: z.literal('none').exactOptional().describe('none: nothing is encrypted'),
  gnupgHome: absolute.exactOptional().describe("directory of the key ring; default: GnuPG's own"),
  credentials: z
    .record(variable, absolute)
    .exactOptional()
    .describe('environment variable of duplicity, such as FTP_PASSWORD, to the file with its value'),
  fullIfOlderThan: z
    .string()
    .regex(/^(?:\d+[smhDWMY])+$/, 'it is not a time of duplicity such as 7D or 1M')
    .exactOptional()
    .describe('how old a full copy may be before another is made, such as 7D; default: 30D'),
  volumeMegabytes: count.exactOptional().describe('size of the files that duplicity makes; default: 200'),
  options: z
    .array(z.string())
    .superRefine(checked(passedOptions))
    .exactOptional()
    .describe('passed to duplicity, one word each: [--ssh-options=-oPort=2222]'),
  removeAllButNFull: count.exactOptional().describe('retention: only the newest so many chains stay'),
  removeAllIncOfButNFull: z
    .int()
    .min(0)
    .exactOptional()
    .describe('retention: of all chains but the newest so many only the full copy stays'),
}

/** Read from plans and journals. */
export const settingsOf: z.ZodType<Settings> = z.strictObject(members).superRefine(checked(mustAgree))

/** Read from a configuration. */
export const DuplicityStoreConfig: z.ZodType<DuplicityStoreEntry> = z
  .strictObject({
    kind: z.literal('duplicity'),
    ...members,
  })
  .superRefine(checked(mustAgree))
