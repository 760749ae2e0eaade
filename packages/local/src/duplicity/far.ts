import { open } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import { deadline, SalvageError } from '@salvage-kit/core'
import { z } from 'zod'
import type { Depot } from './depot.ts'
import { failure } from './failure.ts'
import { FAR_SCRIPT } from './far-script.ts'
import { patienceOf, silent } from './far-patience.ts'
import { duplicityProgram } from './run-duplicity.ts'
import { runProgram } from './run-program.ts'

/** What changes the files of the far end. */
export type FarWork =
  | { readonly do: 'put'; readonly name: string; readonly content: string }
  | { readonly do: 'delete'; readonly names: readonly string[] }

/** Which call this is for. */
export interface FarCall {
  readonly what: string
  readonly work: string
  readonly folder: string
  readonly signal: AbortSignal
}

/** One connection to the far end, by duplicity's own code. Every verb rejects with what `failure` says. */
export interface Far {
  /** Names, sorted. */
  names(): Promise<readonly string[]>
  content(name: string): Promise<Buffer>
  /** One after the other. */
  change(work: readonly FarWork[]): Promise<void>
}

const names: z.ZodType<readonly string[]> = z.array(z.string())

/**
 * Connects, lets `use` work, and disconnects. Rejects with `STORE.UNREACHABLE` as soon as one answer takes longer than
 * `patienceMs`: a mounted file system whose server is away answers never.
 */
export async function withFar<Result>(
  depot: Depot,
  call: FarCall,
  use: (far: Far) => Promise<Result>,
  patienceMs: number = patienceOf(depot.passed),
): Promise<Result> {
  const gaveUp = new AbortController()
  const within = async <Value>(answer: Promise<Value>): Promise<Value> => {
    using guard = deadline(patienceMs, undefined, silent(depot, call, patienceMs))
    guard.signal.addEventListener('abort', () => gaveUp.abort(guard.signal.reason))
    return await answer
  }
  const requests = new PassThrough()
  const waiting: ((line: string) => void)[] = []
  const ended = runProgram(depot, {
    argv: [...(await python()), '-c', FAR_SCRIPT, ...farArguments(depot, call)],
    work: call.work,
    folder: call.folder,
    stdin: requests,
    onLine: (line) => waiting.shift()?.(line),
    signal: AbortSignal.any([call.signal, gaveUp.signal]),
  })
  const broken = ended.then((end): never => {
    throw failure(call.what, { ...end, records: [] }, depot, 'STORE.UNREACHABLE')
  })
  // Told to whoever asks next, and not before.
  broken.catch(() => {})
  const ask = async (request: object): Promise<unknown> => {
    const { promise, resolve } = Promise.withResolvers<string>()
    waiting.push(resolve)
    requests.write(`${JSON.stringify(request)}\n`)
    return JSON.parse(await within(Promise.race([promise, broken])))
  }
  try {
    return await use({
      names: async () => names.parse(await ask({ do: 'list' })),
      content: async (name) => Buffer.from(z.string().parse(await ask({ do: 'get', name })), 'base64'),
      change: async (work) => {
        for (const one of work) if (one.do !== 'delete' || one.names.length > 0) await ask(one)
      },
    })
  } finally {
    requests.end()
    await within(ended).catch(() => {})
  }
}

/** Those of a command that needs no key and changes nothing. */
function farArguments(depot: Depot, { folder }: FarCall): readonly string[] {
  return [
    'collection-status',
    ...depot.passed.always,
    '--no-encryption',
    '--archive-dir',
    folder,
    '--name',
    'far',
    '--tempdir',
    folder,
    '--verbosity',
    'warning',
    depot.url,
  ]
}

/** The Python that duplicity runs in: the first line of its program says which. */
async function python(): Promise<readonly [string, ...string[]]> {
  const path = await duplicityProgram()
  await using file = await open(path)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
  const [first = ''] = buffer.toString('utf8', 0, bytesRead).split('\n')
  const [program, ...args] = first.startsWith('#!') ? first.slice(2).trim().split(/\s+/) : []
  if (program !== undefined && [program, ...args].some((word) => /python[\d.]*$/.test(word))) return [program, ...args]
  throw new SalvageError('CRANE.MISSING', `${path} is not the program duplicity`, {
    why: 'it does not begin with the Python that it runs in',
    hint: 'put duplicity itself before it in PATH',
  })
}
