import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { streamScript } from '../../src/index.ts'
import type { Random } from '../crash/dump/random.ts'
import { random } from '../crash/dump/random.ts'
import type { Fault } from '../exec-server.ts'
import { execServer } from '../exec-server.ts'
import { clusterOf, POD } from './cluster-of.ts'
import { toolsOf } from './shells.ts'

/** More with `SALVAGE_DUMPS=1000`, another order with `SALVAGE_SEED=…`. */
const DUMPS = Number(process.env['SALVAGE_DUMPS'] ?? 200)
const SEED = Number(process.env['SALVAGE_SEED'] ?? 20_261_121)
const AT_ONCE = 8
const root = process.getuid?.() === 0

/** One way in which a dump goes wrong. */
interface Wrong {
  readonly script: string
  readonly through?: string
  readonly fault?: Fault
}

let directory = ''
let data = Buffer.alloc(0)
let zipped = Buffer.alloc(0)
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'salvage-dumps-'))
  chmodSync(directory, 0o777)
  const next = random(SEED)
  data = Buffer.from(Array.from({ length: 15_000 }, () => `INSERT ${next(1_000_000)};`).join('\n'))
  zipped = gzipSync(data)
  writeFileSync(join(directory, 'data'), data)
  writeFileSync(join(directory, 'data.gz'), zipped)
  mkdirSync(join(directory, 'small'))
  if (root) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'salvage-small', join(directory, 'small')])
})
afterAll(() => {
  if (root) execFileSync('umount', [join(directory, 'small')])
  rmSync(directory, { recursive: true, force: true })
})

const DUMP = 'cat data'

/** All kinds of fault, each at a place of its own. */
function wrongs(next: Random): readonly (() => Wrong)[] {
  const somewhere = (): number => next(data.length)
  const head = (): string => `head -c ${somewhere()} data`
  return [
    () => ({ script: DUMP, fault: { resetAfter: somewhere() } }),
    () => ({ script: DUMP, fault: { closeAfter: somewhere() } }),
    () => ({ script: DUMP, fault: { dropAfter: somewhere() } }),
    () => ({ script: DUMP, fault: { flipAt: somewhere() } }),
    // The whole group, the shell that would tell with it; `lies`: and the server says that all went well.
    () => ({ script: `${DUMP}; sleep 5`, fault: { killAfter: 1 + somewhere() } }),
    () => ({ script: `${DUMP}; sleep 5`, fault: { killAfter: 1 + somewhere(), lies: true } }),
    () => ({ script: `${head()}; sh -c 'kill -KILL $$'` }),
    () => ({ script: `${head()}; exit ${1 + next(255)}` }),
    () => ({ script: `${head()}; exit ${1 + next(255)}`, fault: { lies: true } }),
    // What the producer wrote is a valid archive; that it died is known only since both sides of the pipe are asked.
    () => ({ script: `${head()}; sh -c 'kill -KILL $$'`, through: 'gzip -c' }),
    () => ({ script: DUMP, through: `head -c ${next(1000)}; exit ${1 + next(255)}` }),
    () => ({
      script: `head -c ${next(zipped.length)} data.gz >cut.$$; gzip -t cut.$$ && cat cut.$$; code=$?; rm cut.$$; exit $code`,
    }),
    ...(root
      ? [
          (): Wrong => ({
            script: 'cat data >small/dump.$$ && cat small/dump.$$; code=$?; rm small/dump.$$; exit $code',
          }),
        ]
      : []),
  ]
}

test(`of ${DUMPS} dumps with faults none is accepted, of ${DUMPS} without all are`, async () => {
  const next = random(SEED)
  const kinds = wrongs(next)
  const plan = Array.from({ length: DUMPS }, (_, index) => kinds[index % kinds.length]?.() ?? { script: 'false' })
  using busybox = toolsOf('busybox')
  using dash = toolsOf('dash without sha256sum')
  using bash = toolsOf('bash')
  const accepted = { faulty: 0, clean: 0 }
  const wrong: string[] = []
  const hash = createHash('sha256').update(data).digest('hex')
  const work = plan.entries()
  const worker = async (tools: { readonly path: string }): Promise<void> => {
    let fault: Fault | undefined
    // One connection at a time for each worker, so that the fault of now is that of the connection.
    await using server = await execServer({ environment: { PATH: tools.path }, fault: () => fault })
    const dump = async (script: string, through: string | undefined): Promise<string> => {
      const signal = new AbortController().signal
      await using streamed = await streamScript(
        clusterOf(server.server),
        POD,
        { script: `cd ${directory} || exit 1\n${script}`, ...(through === undefined ? {} : { through }) },
        { signal },
      )
      const sum = createHash('sha256')
      for await (const chunk of streamed.stdout) sum.update(Buffer.from(chunk))
      await streamed.ended
      return sum.digest('hex')
    }
    for (const [index, each] of work) {
      fault = each.fault
      try {
        await dump(each.script, each.through)
        accepted.faulty += 1
        wrong.push(`accepted ${index}: ${JSON.stringify(each)}`)
      } catch {
        // As it should be.
      }
      fault = undefined
      try {
        if ((await dump(DUMP, undefined)) === hash) accepted.clean += 1
      } catch (error) {
        wrong.push(`refused ${index}: ${String(error)}`)
      }
    }
  }
  const tools = [busybox, dash, bash]
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => worker(tools[index % tools.length] ?? bash)))
  expect(wrong).toEqual([])
  expect(accepted).toEqual({ faulty: 0, clean: DUMPS })
}, 600_000)
