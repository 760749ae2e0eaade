import type { Crane } from '@salvage-kit/core'
import { check } from './check.ts'
import { lift } from './lift.ts'
import { list } from './list.ts'
import { lower } from './lower.ts'
import { preflight } from './preflight.ts'
import { clear, remove, withdraw } from './remove.ts'

/**
 * Copies directories with the host's GNU tar, and dumps, into a directory, one tar + zstd file with its manifest for each lift. It
 * needs no other program, and an archive can be read without salvage-kit: `zstd -dc data.tar.zst | tar -x --xattrs
 * --xattrs-include='*'`. `stateDirectory` remembers which stores were used from this machine.
 */
export function archiveCrane(stateDirectory: string): Crane {
  return {
    id: 'archive',
    media: new Set(['directory', 'stream']),
    preflight: (store, sources, options) => preflight(stateDirectory, store, sources, options),
    lift,
    clear,
    archives: { list, lower, check, remove, withdraw },
  }
}
