import { SalvageError } from '@salvage-kit/core'
import type { Engine, Settings } from './engine.ts'
import { ENGINES } from './engines.ts'
import { imagePath } from './image.ts'

/** What is dumped of a database, and how. Plain data but for the engine, which has a name. */
export interface Recipe {
  readonly engine: Engine
  readonly settings: Settings
}

/** What says that there is a database. */
export interface Recognition {
  /** The label: an engine's name; `auto`: by the image. Absent: by the image as well; who asks for that decides if it may. */
  readonly label?: string
  readonly image: string
}

/** The engine of this name or of this other word for it, in any case of letters. */
export function engineNamed(name: string): Engine | undefined {
  const word = name.trim().toLowerCase()
  return ENGINES.find((engine) => engine.name === word || engine.aliases?.includes(word) === true)
}

/** Names of all engines. */
export function engineNames(): readonly string[] {
  return ENGINES.map(({ name }) => name)
}

/**
 * The engine that a label names; where none does, the first one that knows the image. A label goes before the image and alone:
 * one that names no engine is none, whatever the image is.
 */
export function recipeOf({ label, image }: Recognition): Engine | undefined {
  if (label !== undefined && label.trim().toLowerCase() !== 'auto') return engineNamed(label)
  const path = imagePath(image)
  return ENGINES.find((engine) => engine.recognises(path))
}

/** Rejects with `DUMP.SETTING` what no engine, or not this one, knows. */
export function checkSettings(engine: Engine, settings: Settings): void {
  for (const key of Object.keys(settings))
    if (!engine.settings.includes(key))
      throw new SalvageError('DUMP.SETTING', `a dump of ${engine.name} has no setting "${key}"`, {
        hint: `it has ${engine.settings.join(', ')}`,
        untouched: true,
      })
}
