import { execFileSync } from 'node:child_process'

/** A real part that an integration suite needs. */
export type PartName = 'docker' | 'restic' | 'tar-xattrs' | 'postgres-image'

/** Whether a part is there, and where. */
export interface Part {
  readonly available: boolean
  /** Why not; empty when it is. */
  readonly reason: string
  /** The engine's socket, the program's path, the image's name. */
  readonly address: string
}

/**
 * Looks for a part. With `SALVAGE_TEST_ALL=1` a missing part is an error, not a skip. Use:
 * `describe.skipIf(!docker.available)('…')` with `const docker = part('docker')`.
 */
export function part(name: PartName): Part {
  const found = look(name)
  if (!found.available && process.env['SALVAGE_TEST_ALL'] === '1')
    throw new Error(`the part "${name}" is missing although all parts were asked for: ${found.reason}`)
  return found
}

function look(name: PartName): Part {
  const docker = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  switch (name) {
    case 'docker':
      return probe(docker, 'curl', [
        '-sf',
        '--max-time',
        '5',
        '--unix-socket',
        docker.replace('unix://', ''),
        'http://d/_ping',
      ])
    case 'postgres-image':
      return probe('salvage-test/postgres', 'docker', ['-H', docker, 'image', 'inspect', 'salvage-test/postgres'])
    case 'restic':
      return probe('restic', 'restic', ['version'])
    case 'tar-xattrs':
      return probe('tar', 'sh', ['-c', 'tar --xattrs --acls --version'])
  }
}

function probe(address: string, file: string, args: readonly string[]): Part {
  try {
    execFileSync(file, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 10_000 })
    return { available: true, reason: '', address }
  } catch (error) {
    return { available: false, reason: `${file} ${args.join(' ')}: ${String(error).split('\n')[0] ?? ''}`, address }
  }
}
