export { btrfs } from './btrfs.ts'
export type { BtrfsOptions } from './btrfs.ts'
export { DEFAULT_SETTINGS } from './settings/settings.ts'
export type { BtrfsSettings } from './settings/settings.ts'
