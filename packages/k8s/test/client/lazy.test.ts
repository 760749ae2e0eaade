import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const INDEX = fileURLToPath(new URL('../../src/index.ts', import.meta.url))

/** Prints which of the libraries for clusters a program loads. */
const PROGRAM = `
import { registerHooks } from 'node:module'
const loaded = new Set()
registerHooks({
  load(url, context, next) {
    const library = /node_modules\\/(@kubernetes\\/client-node|undici|ws)\\//.exec(url)?.[1]
    if (library !== undefined) loaded.add(library)
    return next(url, context)
  },
})
const k8s = await import(process.argv[1])
if (process.argv[2] === 'connect') {
  const environment = { HOME: process.argv[3], KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1' }
  await k8s.connect({ environment, serviceAccountDirectory: process.argv[3] })
}
console.log([...loaded].sort().join(' '))
`

async function loaded(...argv: readonly string[]): Promise<string> {
  const program = ['--input-type=module', '--eval', PROGRAM, INDEX, ...argv]
  const { stdout } = await promisify(execFile)(process.execPath, program)
  return stdout.trim()
}

it('who has no cluster loads no library for clusters', async () => {
  expect(await loaded()).toBe('')
})

it('who runs in a pod loads the one for requests and not the large one for kubeconfigs', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'salvage-k8s-lazy-'))
  try {
    await writeFile(join(directory, 'token'), 'x')
    expect(await loaded('connect', directory)).toBe('undici')
  } finally {
    await rm(directory, { recursive: true })
  }
})
