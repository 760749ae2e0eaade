import { execFileSync } from 'node:child_process'
import { whyNoBtrfs } from './btrfs-here.ts'
import { buttervolumeProgram } from './buttervolume.ts'
import { databaseTools, whyNoDatabase } from './database-tools.ts'
import { engineAddress } from './engine.ts'
import { whyNoTools } from './kubernetes/go-tools.ts'
import { helm } from './kubernetes/helm.ts'
import { kubectlProgram } from './kubernetes/kubectl.ts'
import { pathOf } from './program.ts'

/** The real parts that integration suites need. `dockerd`: engines of a test's own, see `privateDockerd`. */
export const PARTS = [
  'compose',
  'crane-images',
  'docker',
  'dockerd',
  'helm',
  'kubernetes-api',
  'kubernetes',
  'postgres-image',
  'mariadb-image',
  'restic',
  'duplicity',
  'redis',
  'sqlite',
  'etcd',
  'influxdb',
  'mongodb',
  'opensearch',
  'btrfs',
  'buttervolume',
  'sshd',
  'tar-xattrs',
  'registry',
  'zsh',
  'fish',
] as const

/** One of {@link PARTS}. */
export type PartName = (typeof PARTS)[number]

/** Whether a part is there, and where. */
export interface Part {
  readonly available: boolean
  /** Why not; empty when it is. */
  readonly reason: string
  /** The engine's socket, the program's path, the image's name. */
  readonly address: string
}

const PROBE_MS = 10_000

/**
 * Looks for a part. With `SALVAGE_TEST_ALL=1` a missing part is an error, not a skip. Use:
 * `describe.skipIf(!docker.available)('…')` with `const docker = part('docker')`.
 */
export function part(name: PartName): Part {
  const found = findPart(name)
  if (!found.available && process.env['SALVAGE_TEST_ALL'] === '1')
    throw new Error(`the part "${name}" is missing although all parts were asked for: ${found.reason}`)
  return found
}

/** Looks for a part and never throws. */
export function findPart(name: PartName): Part {
  const engine = engineAddress()
  switch (name) {
    case 'docker':
      return firstMissing(engine, [
        ['docker', '--host', engine, 'version'],
        ['docker', '--host', engine, 'image', 'inspect', 'salvage-test/busybox'],
      ])
    case 'dockerd':
      return process.getuid?.() === 0
        ? firstMissing('dockerd', [
            ['setpriv', '--version'],
            ['dockerd', '--version'],
            ['docker', '--host', engine, 'image', 'inspect', 'salvage-test/busybox'],
          ])
        : { available: false, reason: 'an engine of its own needs root', address: 'dockerd' }
    case 'helm':
      return { available: whyNoTools('helm') === '', reason: whyNoTools('helm'), address: helm() }
    case 'kubernetes-api':
      return kubernetesApi()
    case 'kubernetes':
      return kubernetesNode(engine)
    case 'crane-images':
      return firstMissing(
        engine,
        ['restic', 'borg', 'rclone', 'duplicity', 'archive'].map(
          (crane) => ['docker', '--host', engine, 'image', 'inspect', `salvage-kit/crane-${crane}`] as const,
        ),
      )
    case 'postgres-image':
      return firstMissing('salvage-test/postgres', [
        ['docker', '--host', engine, 'image', 'inspect', 'salvage-test/postgres'],
      ])
    case 'mariadb-image':
      return firstMissing('salvage-test/mariadb', [
        ['docker', '--host', engine, 'image', 'inspect', 'salvage-test/mariadb'],
      ])
    case 'compose':
      return firstMissing('docker-compose', [['docker-compose', 'version']])
    case 'restic':
      return firstMissing('restic', [['restic', 'version']])
    case 'duplicity':
      return firstMissing('duplicity', [
        ['duplicity', '--version'],
        ['gpg', '--version'],
      ])
    case 'redis':
      // Server and checker are one program, which goes by its name; the package of the server starts one.
      return firstMissing(pathOf('redis-check-rdb') ?? '', [
        ['redis-check-rdb', '--version'],
        ['redis-cli', '--version'],
      ])
    case 'sqlite':
      return firstMissing('sqlite3', [['sqlite3', '--version']])
    case 'etcd':
      return firstMissing('etcd', [
        ['etcd', '--version'],
        ['etcdctl', 'version'],
      ])
    case 'influxdb':
    case 'mongodb':
    case 'opensearch':
      return { available: whyNoDatabase(name) === '', reason: whyNoDatabase(name), address: databaseTools(name) }
    case 'btrfs':
      return { available: whyNoBtrfs() === '', reason: whyNoBtrfs(), address: 'mkfs.btrfs' }
    case 'buttervolume':
      return firstMissing(buttervolumeProgram(), [
        ['setpriv', '--version'],
        [buttervolumeProgram(), '--version'],
      ])
    case 'sshd':
      if (process.getuid?.() !== 0)
        return { available: false, reason: 'a server of its own needs root', address: 'sshd' }
      if (pathOf('sshd') === undefined) return { available: false, reason: 'there is no sshd', address: 'sshd' }
      return firstMissing('sshd', [
        ['ssh', '-V'],
        ['rsync', '--version'],
        ['setpriv', '--version'],
      ])
    case 'tar-xattrs':
      return firstMissing('tar', [['tar', '--xattrs', '--acls', '--version']])
    case 'registry':
      return firstMissing(engine, [
        ['docker-registry', '--version'],
        ['docker', '--host', engine, 'version'],
      ])
    case 'zsh':
    case 'fish':
      return firstMissing(name, [[name, '--version']])
  }
}

function kubernetesApi(): Part {
  const reason = [whyNoTools('kube'), whyNoTools('definitions')].find((why) => why !== '')
  if (reason !== undefined) return { available: false, reason, address: 'kube-apiserver' }
  return firstMissing('kube-apiserver', [
    ['setpriv', '--version'],
    ['openssl', 'version'],
    ['etcd', '--version'],
  ])
}

function kubernetesNode(engine: string): Part {
  if ((process.env['KUBECONFIG'] ?? '') !== '')
    return firstMissing(process.env['KUBECONFIG'] ?? '', [[kubectlProgram(), 'version', '--request-timeout=5s']])
  const api = kubernetesApi()
  if (!api.available) return api
  const reason = [process.getuid?.() === 0 ? '' : 'a node needs root', whyNoTools('csi'), whyNoBtrfs()].find(
    (why) => why !== '',
  )
  if (reason !== undefined) return { available: false, reason, address: 'kubelet' }
  return firstMissing('kubelet', [
    ['containerd', '--version'],
    ['runc', '--version'],
    ['test', '-x', '/usr/lib/cni/bridge'],
    ['iptables', '--version'],
    ['docker', '--host', engine, 'image', 'inspect', 'salvage-test/busybox', 'salvage-test/pause'],
  ])
}

function firstMissing(address: string, probes: readonly (readonly [string, ...string[]])[]): Part {
  for (const [file, ...args] of probes) {
    try {
      execFileSync(file, args, { stdio: 'ignore', timeout: PROBE_MS })
    } catch {
      return { available: false, reason: `fails here: ${file} ${args.join(' ')}`, address }
    }
  }
  return { available: true, reason: '', address }
}
