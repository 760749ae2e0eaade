import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CallOptions } from '@salvage-kit/core'
import { SalvageError } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import type { ExecSession } from '../../client/exec-session.ts'
import { bootCommand, bootInput } from '../shell/boot.ts'
import { beatMsOf, patienceOf } from '../shell/pulse-program.ts'
import { runProgram } from '../shell/run-program.ts'
import { placeOf } from '../session/lost.ts'
import { beats } from './beats.ts'
import type { PodPlace, PodScript, ScriptEnd } from './pod-script.ts'
import { meansNoShell, noShell, noTool, startFailure } from './start-failure.ts'
import type { SumKind } from './tally.ts'
import { tally } from './tally.ts'
import { judge } from './verdict.ts'
import { readWords } from './words.ts'

const LARGEST_STDIN = 64 * 1024
const PATIENCE_MS = 30_000
/** How much later than the last word of the shell, or than other output, output may come, when it is read here. */
const LATE_MS = 1000
const LOOK_MS = 5

/** A script that runs in a container. */
export interface RunningScript extends AsyncDisposable {
  /** What it writes, to be read once. Returns the end when both ends agree about all of it; throws when not. */
  output(): AsyncGenerator<Buffer, ScriptEnd>
}

/** Starts a script in its frame. Far away it ends within 5 seconds after this side was closed, and 30 after the last word. */
export async function startScript(
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  script: PodScript,
  options: CallOptions,
): Promise<RunningScript> {
  options.signal.throwIfAborted()
  const id = randomBytes(8).toString('hex')
  const place = placeOf(where)
  const { shell = 'sh', namespace, pod, container } = where
  const patience = patienceOf(PATIENCE_MS)
  const program = runProgram(
    {
      script: script.script,
      args: script.args ?? [],
      environment: script.environment ?? {},
      stdin: stdinOf(script),
      through: script.through ?? '',
    },
    id,
    patience,
  )
  const session = await cluster.exec(
    { namespace, pod, container, command: bootCommand(shell, id), stdin: true },
    options,
  )
  session.stdin.write(bootInput(program, id))
  const pulse = beats(session, beatMsOf(patience))
  return {
    output: () => framed(session, pulse, { id, place, shell }),
    async [Symbol.asyncDispose](): Promise<void> {
      pulse[Symbol.dispose]()
      await session[Symbol.asyncDispose]()
    },
  }
}

async function* framed(
  session: ExecSession,
  pulse: Disposable,
  { id, place, shell }: { readonly id: string; readonly place: string; readonly shell: string },
): AsyncGenerator<Buffer, ScriptEnd> {
  const seen = tally()
  let kind: SumKind | undefined
  let report: readonly string[] | undefined
  let lacks: string | undefined
  const words = readWords(session.stderr, id, (name, rest) => {
    if (name === 'LACKS') lacks ??= rest[0]
    if (name === 'END') {
      report ??= rest
      void sayBye(session, pulse, rest)
    }
    if (name !== 'READY') return
    kind ??= rest[0] === 'cksum' ? 'cksum' : 'sha256'
    seen.only(kind)
  })
  try {
    for await (const chunk of session.stdout) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk))
      seen.update(bytes)
      yield bytes
    }
    const [{ code }] = await Promise.all([session.ended, words.done])
    const stderr = words.tail()
    if (lacks !== undefined) throw noTool(place, lacks)
    if (kind === undefined && meansNoShell(code)) throw noShell(place, shell)
    const verdict = judge({ code, bytes: seen.bytes(), sums: seen.sums(), kind, report, place, stderr })
    return { ...verdict, bytes: seen.bytes(), stderr }
  } catch (error) {
    throw startFailure(error, place, shell)
  }
}

/**
 * Lets the far shell end when all that it sent is here, or does not come any more; a slow reader has all the time it takes.
 * Nothing is said after it, since the server may close: what is still on its way to the reader would be lost.
 */
async function sayBye(session: ExecSession, pulse: Disposable, report: readonly string[]): Promise<void> {
  let seen = session.received
  let late = 0
  while (session.stdin.writable && !report.includes(`bytes=${session.received}`) && late < LATE_MS) {
    await sleep(LOOK_MS)
    late = session.received === seen && session.stdout.readableLength === 0 ? late + LOOK_MS : 0
    seen = session.received
  }
  pulse[Symbol.dispose]()
  if (session.stdin.writable) session.stdin.write('bye\n')
}

function stdinOf({ stdin = '' }: PodScript): Uint8Array {
  const bytes = typeof stdin === 'string' ? Buffer.from(stdin) : stdin
  if (bytes.length > LARGEST_STDIN)
    throw new SalvageError('EXEC.VALUE', `the input of a script is larger than ${LARGEST_STDIN} bytes`, {
      untouched: true,
    })
  return bytes
}
