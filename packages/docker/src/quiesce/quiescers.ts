import type { DockerEngine } from '../engine.ts'
import { execQuiescer } from './exec.ts'
import { pauseQuiescer } from './pause.ts'
import { scaleQuiescer } from './scale.ts'
import { stopQuiescer } from './stop.ts'
import type { TellingQuiescer } from './with-names.ts'
import { withNames } from './with-names.ts'

/** All ways in which what runs on an engine comes to rest. */
export function dockerQuiescers(engine: DockerEngine): readonly TellingQuiescer[] {
  return [stopQuiescer(engine), pauseQuiescer(engine), execQuiescer(engine), scaleQuiescer(engine)].map(withNames)
}
