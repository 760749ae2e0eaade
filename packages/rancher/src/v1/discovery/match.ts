import type { IndexEntry } from '../../template/index-file.ts'
import type { LaunchConfig } from '../client/schema.ts'
import { repositoryPath } from './image.ts'
import { TYPE_LABEL } from './label.ts'

/** Which entry of an index a part of a service is for. */
export type Match =
  | { readonly kind: 'entry'; readonly entry: IndexEntry }
  /** Nothing says that it is a database. */
  | { readonly kind: 'none' }
  /** Its label names what no entry is for. */
  | { readonly kind: 'unknown'; readonly label: string }

/** By label where there is one, and then by nothing else; by image where there is none. The first entry that matches. */
export function match({ imageUuid, labels }: LaunchConfig, entries: readonly IndexEntry[]): Match {
  const label = labels[TYPE_LABEL]
  const text = label ?? repositoryPath(imageUuid)
  const entry = entries.find(({ name, pattern }) => pattern.test(text) || (label !== undefined && name === label))
  if (entry !== undefined && text !== '') return { kind: 'entry', entry }
  return label === undefined ? { kind: 'none' } : { kind: 'unknown', label }
}
