import type { ImportedStore, ImportedTide } from './imported.ts'

/** A tide for each store: the first under the plain name, the others with the store's name behind. */
export function tidePerStore(tide: ImportedTide, stores: readonly ImportedStore[]): readonly ImportedTide[] {
  if (stores.length === 0)
    return [{ ...tide, notes: [...tide.notes, 'no store is known: add to: with archive:DIR or restic:ADDRESS'] }]
  return stores.map(({ name }, index) =>
    index === 0
      ? { ...tide, to: name }
      : {
          ...tide,
          name: `${tide.name}-${name}`,
          to: name,
          notes: ['One store to a tide: this second copy has a hold of its own. Perhaps move its time'],
        },
  )
}
