import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory that is removed with all its content by `using`. */
export interface TemporaryDirectory extends Disposable {
  readonly path: string
}

/** Makes an empty directory for one test: `using folder = temporaryDirectory()`. */
export function temporaryDirectory(prefix = 'salvage-test-', parent: string = tmpdir()): TemporaryDirectory {
  const path = mkdtempSync(join(parent, prefix))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) }
}
