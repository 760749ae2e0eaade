export { DEFAULT_SETTINGS } from './settings/settings.ts'
export type { BtrfsSettings } from './settings/settings.ts'
