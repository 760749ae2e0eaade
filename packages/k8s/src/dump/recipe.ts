import type { DatabaseKind, InsideRecipe } from '@salvage-kit/dump'
import type { PodPlace } from '../exec/run/pod-script.ts'

export type { DatabaseKind }

/** A database, and the file on the volume of its pod that its dump goes to. */
export type DumpRecipe = InsideRecipe

/** Where a database runs, and what is to be dumped of it. */
export interface DumpPlace {
  readonly where: PodPlace
  readonly recipe: DumpRecipe
}
