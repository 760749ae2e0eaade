import { CRANE_FILE_BYTES, unusableResult } from '@salvage-kit/core'
import type { CraneFile } from '@salvage-kit/core'
import { told } from './teller.ts'

/** A file of `/salvage/result` out of what was told; `what` names the action. Throws `CRANE.RESULT`. */
export function fileOf(lines: readonly string[], name: CraneFile, what: string): string {
  const content = told(lines, name, CRANE_FILE_BYTES[name])
  if (typeof content === 'string') return content
  throw unusableResult(what, name, content.why)
}
