import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { Fault } from './fault.ts'
import { startSimulator } from './server.ts'
import { World } from './world.ts'

// node packages/rancher/test/simulator-v2/main.ts [--port N] FILE
//
// FILE is JSON: what the server holds (world.ts), under "faults" what goes wrong (fault.ts), and under "tls" key and certificate in
// PEM. Prints its address and serves until it is stopped.
const { values, positionals } = parseArgs({ options: { port: { type: 'string' } }, allowPositionals: true })
const [file] = positionals
if (file === undefined) throw new Error('usage: main.ts [--port N] FILE')
const content: unknown = JSON.parse(readFileSync(file, 'utf8'))
const More = z.object({
  faults: z.array(Fault).default([]),
  tls: z.object({ key: z.string(), cert: z.string() }).optional(),
})
const { faults, tls } = More.parse(content)
const simulator = await startSimulator(World.parse(content), {
  faults,
  port: Number(values.port ?? 0),
  ...(tls === undefined ? {} : { tls }),
})
process.stdout.write(`${simulator.origin}\n`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void simulator[Symbol.asyncDispose]())
