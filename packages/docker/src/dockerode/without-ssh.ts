import { createRequire, Module } from 'node:module'

/**
 * Keeps the client library from loading its SSH, which takes 7 MB in each process: addresses with `ssh:` are refused here, so
 * nobody ever calls it. Where the library keeps it in another place it is loaded as ever.
 */
export function withoutSsh(require: NodeJS.Require): void {
  try {
    const place = createRequire(require.resolve('docker-modem')).resolve('./ssh.js')
    if (require.cache[place] !== undefined) return
    const nothing = new Module(place)
    nothing.loaded = true
    require.cache[place] = nothing
  } catch {
    // Of another version.
  }
}
