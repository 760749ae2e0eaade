import type { Keeps } from './nasty-tree.ts'

/** One of the images, and what its tests give it. The store is mounted at `/store`. */
export interface CraneCase {
  readonly name: string
  readonly image: string
  readonly env: Readonly<Record<string, string>>
  /** Absent: it has none. */
  readonly secrets?: Readonly<Record<string, string>>
  readonly wrongSecrets?: Readonly<Record<string, string>>
  /** Further arguments of `docker create`. */
  readonly create?: readonly string[]
  readonly keeps: Keeps
  readonly deduplicates: boolean
}

const ALL: Keeps = { attributes: true, hardLinks: true, nanoseconds: true }
/** `rclone obscure` of "right" and of "wrong". */
const CRYPT = { right: 'fmLUWh-gEwt_OpS5jDAX_ZUJLod7', wrong: 'sjPyq7JkRhmkSpJbiwSmUcUQGVII' }

/** All images of this folder. */
export const CRANES: readonly CraneCase[] = [
  {
    name: 'restic',
    image: 'salvage-kit/crane-restic',
    env: { RESTIC_REPOSITORY: '/store/repository' },
    secrets: { RESTIC_PASSWORD: 'right\n' },
    wrongSecrets: { RESTIC_PASSWORD: 'wrong\n' },
    keeps: ALL,
    deduplicates: true,
  },
  {
    name: 'borg',
    image: 'salvage-kit/crane-borg',
    env: { BORG_REPO: '/store/repository' },
    secrets: { BORG_PASSPHRASE: 'right\n' },
    wrongSecrets: { BORG_PASSPHRASE: 'wrong\n' },
    keeps: ALL,
    deduplicates: true,
  },
  {
    name: 'rclone',
    image: 'salvage-kit/crane-rclone',
    env: { RCLONE_REMOTE: 'vault:' },
    secrets: { RCLONE_CONFIG: cryptConfig(CRYPT.right) },
    wrongSecrets: { RCLONE_CONFIG: cryptConfig(CRYPT.wrong) },
    keeps: ALL,
    deduplicates: false,
  },
  {
    name: 'duplicity',
    image: 'salvage-kit/crane-duplicity',
    env: { DUPLICITY_URL: 'file:///store/duplicity' },
    secrets: { PASSPHRASE: 'right\n' },
    wrongSecrets: { PASSPHRASE: 'wrong\n' },
    keeps: { attributes: false, hardLinks: false, nanoseconds: false },
    deduplicates: false,
  },
  {
    name: 'archive',
    image: 'salvage-kit/crane-archive',
    env: { ARCHIVE_DIR: '/store/archives' },
    keeps: ALL,
    deduplicates: false,
  },
]

function cryptConfig(password: string): string {
  return `[vault]\ntype = crypt\nremote = /store/vault\npassword = ${password}\n`
}
