import type { Fault } from '../../exec-server.ts'
import type { Random } from './random.ts'

/** One way in which a dump goes wrong. */
export interface Wrong {
  readonly kind: string
  /** Instead of the program that dumps; `$FAKE/sql` is what it should say. */
  readonly dumps?: string
  /** What the compressed dump goes through; `{}` of it is the compressor. */
  readonly gzip?: string
  readonly fault?: Fault
  /** How much room the volume has left, in KiB. */
  readonly room?: number
}

const ALL = 'cat $FAKE/sql'
/** A pod that is killed takes all of its processes along at once. */
const KILL_ALL = `read -r a b c d group rest </proc/self/stat; kill -KILL -$group`

/**
 * Each kind at a place of its own. A dump says `size` bytes, `zipped` when they are compressed. `ownGzip`: the shell is a
 * BusyBox that takes its own compressor whatever else is there.
 */
export function wrongs(
  next: Random,
  size: number,
  zipped: number,
  { ownGzip }: { readonly ownGzip: boolean },
): readonly (() => Wrong)[] {
  const head = (): string => `head -c ${next(size)} $FAKE/sql`
  const code = (): number => 1 + next(255)
  // The answer of a dump has some 150 bytes; its last word comes after the last dump has been replaced.
  const early = (): number => next(60)
  return [
    () => ({ kind: 'cut stream, reset', fault: { resetAfter: early() } }),
    () => ({ kind: 'cut stream, closed without a word', fault: { closeAfter: early() } }),
    () => ({ kind: 'cut stream, and more as if nothing had been', fault: { dropAfter: early() } }),
    () => ({ kind: 'a bit turned over', fault: { flipAt: early() } }),
    () => ({ kind: 'killed pod', dumps: `${head()}; ${KILL_ALL}` }),
    () => ({
      kind: 'killed pod, and a server that says success',
      dumps: `${head()}; ${KILL_ALL}`,
      fault: { lies: true },
    }),
    () => ({ kind: 'killed program', dumps: `${head()}; kill -KILL $$` }),
    () => ({ kind: 'killed program after its last word', dumps: `${ALL}; kill -KILL $$` }),
    () => ({ kind: 'non-zero exit', dumps: `${head()}; exit ${code()}` }),
    () => ({ kind: 'non-zero exit after its last word', dumps: `${ALL}; exit ${code()}` }),
    () => ({
      kind: 'non-zero exit, and a server that says success',
      dumps: `${ALL}; exit ${code()}`,
      fault: { lies: true },
    }),
    () => ({ kind: 'early end that calls itself good', dumps: `head -c ${next(size - 100)} $FAKE/sql; exit 0` }),
    () => ({ kind: 'full disk', room: 4 * (1 + next(Math.floor(zipped / 4096) - 2)) }),
    ...(ownGzip ? [] : ofGzip(next, zipped)),
  ]
}

function ofGzip(next: Random, zipped: number): readonly (() => Wrong)[] {
  const code = (): number => 1 + next(255)
  return [
    () => ({ kind: 'truncated gzip', gzip: `{} | head -c ${next(zipped - 1)}` }),
    () => ({ kind: 'truncated gzip, non-zero exit', gzip: `{} | head -c ${next(zipped - 1)}; exit ${code()}` }),
    () => ({ kind: 'non-zero exit of gzip', gzip: `{}; exit ${code()}` }),
    () => ({ kind: 'killed gzip', gzip: `{} | head -c ${next(zipped - 1)}; kill -KILL $$` }),
  ]
}
