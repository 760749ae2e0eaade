import type { TargetRef } from '@salvage-kit/core'
import { writeManifest } from './manifest.ts'
import type { DumpedFile, Manifest } from './manifest.ts'

/** The manifest while it grows: a file is in it before it stands in its place, so that none is ever nobody's. */
export interface ManifestBook {
  /** ISO 8601: when the run began. */
  readonly at: string
  now(): Manifest
  /** Writes down what is about to take the place of what was. */
  take(files: readonly DumpedFile[]): Promise<void>
  failed(target: TargetRef, code: string): void
}

/** Begins with what the manifest of before names. */
export function manifestBook(directory: string, former: Manifest | undefined, at: string): ManifestBook {
  const byPath = new Map((former?.files ?? []).map((file) => [file.path, file]))
  const failed: Manifest['failed'][number][] = []
  const now = (): Manifest => ({ at, files: [...byPath.values()], failed })
  return {
    at,
    now,
    take: async (files) => {
      for (const file of files) byPath.set(file.path, file)
      await writeManifest(directory, now())
    },
    failed: (target, code) => void failed.push({ target, code }),
  }
}
