export { part } from './part.ts'
export type { Part, PartName } from './part.ts'
