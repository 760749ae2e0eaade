import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Check } from './check.ts'

interface Program {
  readonly name: string
  readonly args: readonly string[]
  readonly use: string
}

/** The programs of the host that backends may call. */
const PROGRAMS: readonly Program[] = [
  { name: 'restic', args: ['version'], use: 'restic: stores' },
  { name: 'duplicity', args: ['--version'], use: 'duplicity: stores' },
  { name: 'btrfs', args: ['--version'], use: 'volumes and stores on BTRFS' },
  { name: 'ssh', args: ['-V'], use: 'sending to other hosts' },
  { name: 'rsync', args: ['--version'], use: 'volume sync' },
]

const LOOK_MS = 10_000

/** Which programs are there, and in which version. */
export async function checkPrograms(signal: AbortSignal): Promise<readonly Check[]> {
  return Promise.all(PROGRAMS.map((program) => check(program, signal)))
}

async function check({ name, args, use }: Program, signal: AbortSignal): Promise<Check> {
  try {
    const { stdout, stderr } = await promisify(execFile)(name, [...args], { timeout: LOOK_MS, signal })
    return { name, state: 'good', text: ((stdout === '' ? stderr : stdout).split('\n')[0] ?? '').trim() }
  } catch (error) {
    signal.throwIfAborted()
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (missing) return { name, state: 'absent', text: `not installed; needed for ${use}` }
    const message = `${name} ${args.join(' ')} does not work`
    const why = error instanceof Error ? error.message : String(error)
    return { name, state: 'bad', finding: { code: 'DOCTOR.PROGRAM', message, why } }
  }
}
