import { SalvageError } from '@salvage-kit/core'

/** What the kernel's words mean. https://man7.org/linux/man-pages/man3/errno.3.html, as strerror writes them. */
const MEANINGS: readonly (readonly [words: RegExp, code: string, hint: string])[] = [
  [
    /No space left on device|Disk quota exceeded/,
    'BTRFS.NO_SPACE',
    'make room: purge old snapshots, or enlarge the file system',
  ],
  [/Read-only file system/, 'BTRFS.READ_ONLY', 'mount the file system for writing'],
  [/(File|already) exists/, 'BTRFS.EXISTS', 'choose another name, or remove what stands there'],
  [/Directory not empty/, 'BTRFS.NESTED', 'a subvolume stands inside of it: remove or move that one first'],
  [
    /No such file or directory|cannot find/,
    'BTRFS.NOT_FOUND',
    'look at what is there with `salvage-kit volume list` or `volume snapshots`',
  ],
  [
    /[Nn]ot a btrfs (filesystem|file system)|Not a Btrfs|Inappropriate ioctl/i,
    'BTRFS.NOT_BTRFS',
    'put it on a BTRFS file system',
  ],
  [/Operation not permitted|Permission denied/, 'BTRFS.PERMISSION', 'run as root'],
]

/** The error of a command that failed; its last words are the reason. `BTRFS.FAILED` when they are not known. */
export function failureOf(what: string, words: string, end: number | string | undefined): SalvageError {
  const lines = words.split('\n').map((line) => line.replace(/^(ERROR|WARNING): /, '').trim())
  const why = lines.filter((line) => line !== '').join('; ')
  const [, code = 'BTRFS.FAILED', hint] = MEANINGS.find(([pattern]) => pattern.test(why)) ?? []
  return new SalvageError(code, `${what} failed`, {
    why: why === '' ? `it ended with ${String(end)} and said nothing` : why,
    ...(hint === undefined ? {} : { hint }),
  })
}
