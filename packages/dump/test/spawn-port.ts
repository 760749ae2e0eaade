import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { Transform } from 'node:stream'
import type { ExecEnd, ExecPort } from '../src/index.ts'

const STDERR = 4096

/** What a test does to the bytes that come, as a connection that breaks does. */
export type Meddle = (stdout: Readable) => Readable

/** A port that runs programs here, or through the words before them. Their environment never stands in argv. */
function spawnPort(through: (names: readonly string[]) => readonly string[], meddle?: Meddle): ExecPort {
  return {
    exec: async ({ argv, environment = {}, stdin }, { signal }) => {
      signal.throwIfAborted()
      const [file = '', ...args] = [...through(Object.keys(environment)), ...argv]
      const child = spawn(file, args, { env: { ...process.env, ...environment }, stdio: 'pipe', signal })
      let stderr = Buffer.alloc(0)
      child.stderr.on('data', (chunk: Buffer) => {
        stderr = Buffer.concat([stderr, chunk]).subarray(-STDERR)
      })
      child.stdin.on('error', () => {})
      if (stdin === undefined) child.stdin.end()
      else stdin.on('error', () => child.kill('SIGKILL')).pipe(child.stdin)
      child.stdout.once('close', () => {
        if (!child.stdout.readableEnded) child.kill('SIGKILL')
      })
      const ended = new Promise<ExecEnd>((resolve, reject) => {
        child.once('error', reject)
        child.once('close', (code, name) => {
          if (code === null) reject(new Error(`the program was ended: ${String(name)}`))
          else resolve({ code, stderr: stderr.toString() })
        })
      })
      ended.catch(() => {})
      return { stdout: meddle === undefined ? child.stdout : meddle(child.stdout), ended }
    },
  }
}

/** Programs run here. */
export function herePort(meddle?: Meddle): ExecPort {
  return spawnPort(() => [], meddle)
}

/** Programs run in a container. */
export function containerPort(container: string, meddle?: Meddle): ExecPort {
  return spawnPort((names) => ['docker', 'exec', '-i', ...names.flatMap((name) => ['-e', name]), container], meddle)
}

/** Lets so many bytes through and swallows the others: the far end goes on, and says that all went well. */
export function cutAfter(bytes: number): Meddle {
  return (stdout) => {
    let left = bytes
    return stdout.pipe(
      new Transform({
        transform(chunk: Buffer, _encoding, done) {
          const piece = chunk.subarray(0, left)
          left -= piece.length
          done(null, piece.length === 0 ? undefined : piece)
        },
      }),
    )
  }
}
