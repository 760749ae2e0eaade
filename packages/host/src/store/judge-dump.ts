import type { CallOptions, StoredDump } from '@salvage-kit/core'

/** As `judgeDump` of `@salvage-kit/dump`, which is loaded where it is needed. */
export async function judgeDump(files: readonly StoredDump[], options: CallOptions): Promise<string> {
  const { judgeDump: judge } = await import('@salvage-kit/dump')
  return judge(files, options)
}
