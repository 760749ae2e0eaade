import { deadline, SalvageError } from '@salvage-kit/core'
import { CreatedAnswer, ExecAnswer } from './answers.ts'
import { pieces } from './body.ts'
import type { ExecResult, ExecSpec, LongCallOptions } from '../engine.ts'
import { frames } from './frames.ts'
import { parsed } from './parsed.ts'
import { tail } from './tail.ts'
import type { Requester } from './request.ts'
import { late, segment } from './request.ts'

const SHORT_MS = 30_000
const KEEP_BYTES = 16 * 1024

/** See `DockerEngine.exec`. */
export async function execIn(
  requests: Requester,
  address: string,
  container: string,
  spec: ExecSpec,
  { limitMs, signal }: LongCallOptions,
): Promise<ExecResult> {
  const what = `run ${JSON.stringify(spec.command[0] ?? '')} in container ${container}`
  using limit = deadline(limitMs, signal, late(what, limitMs))
  const made = parsed(
    CreatedAnswer,
    await requests.call(
      { what, method: 'POST', path: `/containers/${segment(container)}/exec`, body: execBody(spec, false) },
      SHORT_MS,
      limit.signal,
    ),
    what,
  )
  const path = `/exec/${segment(made.Id)}`
  const start = { what, method: 'POST', path: `${path}/start`, body: { Detach: false, Tty: false } } as const
  const body = await requests.open(start, limit.signal)
  const output = tail(KEEP_BYTES)
  for await (const { data } of frames(pieces(body, what, address, limit.signal))) output.add(data)
  const end = parsed(
    ExecAnswer,
    await requests.call({ what, method: 'GET', path: `${path}/json` }, SHORT_MS, limit.signal),
    what,
  )
  if (end.Running || typeof end.ExitCode !== 'number')
    throw new SalvageError('DOCKER.UNREACHABLE', `${what}: its output broke off and its end is not known`, {
      hint: 'check that dockerd runs',
      retryable: true,
    })
  return { exitCode: end.ExitCode, output: output.text() }
}

/** The body of `POST /containers/ID/exec`. */
export function execBody(spec: ExecSpec, readsInput: boolean): object {
  return {
    AttachStdin: readsInput,
    AttachStdout: true,
    AttachStderr: true,
    Tty: false,
    Cmd: spec.command,
    Env: spec.env,
    User: spec.user,
    Privileged: spec.privileged,
  }
}
