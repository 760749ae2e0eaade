import { randomBytes } from 'node:crypto'
import type { CallOptions } from '@salvage-kit/core'
import type { Cluster } from '../../client/cluster.ts'
import { beats } from '../run/beats.ts'
import type { PodPlace } from '../run/pod-script.ts'
import { meansNoShell, noShell, noTool, startFailure } from '../run/start-failure.ts'
import { readWords } from '../run/words.ts'
import { lost, placeOf } from '../session/lost.ts'
import { bootCommand, bootInput } from '../shell/boot.ts'
import { holdProgram } from '../shell/hold-program.ts'
import { quiesceFailed, taken, unwritable } from './failure.ts'
import type { HoldScripts } from './hold-script.ts'
import { markerOf, timesOf } from './hold-script.ts'
import type { ThawedWord } from './hold-words.ts'
import { readThawed } from './hold-words.ts'

/** The one connection through which a pod is held. */
export interface HeldSession extends AsyncDisposable {
  /** Resolves when the quiesce script has succeeded; rejects when that will not be any more. */
  readonly held: Promise<void>
  /** The last word of the pod; undefined when the connection ended without one. Never rejects. */
  readonly over: Promise<ThawedWord | undefined>
  /** Asks for the thaw. */
  readonly ask: () => void
}

/** Starts the hold in the pod. The signal ends the connection, whenever it aborts: then the pod thaws by itself. */
export async function openHeld(
  cluster: Pick<Cluster, 'exec'>,
  where: PodPlace,
  scripts: HoldScripts,
  options: CallOptions,
): Promise<HeldSession> {
  const word = randomBytes(8).toString('hex')
  const place = placeOf(where)
  const marker = markerOf(scripts)
  const { shell = 'sh', namespace, pod, container } = where
  const { patience, patienceMs, beatMs } = timesOf(scripts)
  const { quiesce, thaw, environment = {}, refused = (end) => quiesceFailed(place, end) } = scripts
  const refuse = ({ quiesced: code, thawed }: ThawedWord, said: string): Error =>
    refused({ ...(code === undefined ? {} : { code }), ...(thawed === undefined ? {} : { thawed }), stderr: said })
  const program = holdProgram({ quiesce, thaw, environment, marker }, word, patience)
  const session = await cluster.exec(
    { namespace, pod, container, command: bootCommand(shell, word), stdin: true, silenceTimeoutMs: patienceMs },
    options,
  )
  session.stdin.write(bootInput(program, word))
  const pulse = beats(session, beatMs)
  const held = Promise.withResolvers<void>()
  const over = Promise.withResolvers<ThawedWord | undefined>()
  held.promise.catch(() => {})
  let refusal: (() => Error) | undefined
  let spoke = false
  const stderr = readWords(session.stderr, word, (name, rest) => {
    if (name === 'LACKS') refusal = () => noTool(place, rest[0] ?? '')
  })
  const stdout = readWords(session.stdout, word, (name, rest) => {
    spoke = true
    if (name === 'HELD') held.resolve()
    if (name === 'TAKEN') refusal = () => taken(place, marker)
    if (name === 'UNWRITABLE') refusal = () => unwritable(place, marker)
    if (name !== 'THAWED') return
    const told = readThawed(rest)
    // What it said comes on another stream, and may come later.
    if (told?.why === 'refused') refusal = () => refuse(told, stderr.tail())
    over.resolve(told)
  })
  const ended = (why: unknown): void => {
    over.resolve(undefined)
    held.reject(refusal?.() ?? why)
  }
  Promise.all([session.ended, stdout.done, stderr.done]).then(
    ([{ code }]) =>
      ended(
        !spoke && meansNoShell(code)
          ? noShell(place, shell)
          : lost(where, `the shell ended (${code}) before the pod was held`),
      ),
    (error: unknown) => ended(startFailure(error, place, shell)),
  )
  return {
    held: held.promise,
    over: over.promise,
    ask: () => {
      if (session.stdin.writable) session.stdin.write('release\n')
    },
    async [Symbol.asyncDispose](): Promise<void> {
      pulse[Symbol.dispose]()
      await session[Symbol.asyncDispose]()
    },
  }
}
