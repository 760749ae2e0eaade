import { command } from './command.ts'
import { pathOf } from './program.ts'

/** A program that the tests or the parts need, and the Debian packages that bring it: the first that exists is taken. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  dockerd: ['docker.io'],
  docker: ['docker-cli', 'docker.io'],
  btrfs: ['btrfs-progs'],
  'mkfs.ext4': ['e2fsprogs'],
  chattr: ['e2fsprogs'],
  rsync: ['rsync'],
  ssh: ['openssh-client'],
  sshd: ['openssh-server'],
  losetup: ['mount'],
  restic: ['restic'],
  duplicity: ['duplicity'],
  gpg: ['gnupg'],
  debootstrap: ['debootstrap'],
  zstd: ['zstd'],
  getfattr: ['attr'],
  getfacl: ['acl'],
  curl: ['curl'],
  busybox: ['busybox-static'],
  iptables: ['iptables'],
  ip: ['iproute2'],
  'docker-compose': ['docker-compose'],
  'docker-registry': ['docker-registry'],
  zsh: ['zsh'],
  fish: ['fish'],
  openssl: ['openssl'],
  python3: ['python3-venv'],
  etcd: ['etcd-server'],
  etcdctl: ['etcd-client'],
  // Not redis-server, which starts one; the program is the same.
  'redis-check-rdb': ['redis-tools'],
  sqlite3: ['sqlite3'],
  containerd: ['containerd'],
  runc: ['runc'],
  // From where root's programs are.
  '../lib/cni/bridge': ['containernetworking-plugins'],
}

/** Installs what is missing with apt, when this is root on Debian; resolves with what was installed. */
export async function installMissingPackages(): Promise<readonly string[]> {
  const missing = Object.keys(PROGRAMS).filter((program) => pathOf(program) === undefined)
  if (missing.length === 0 || process.getuid?.() !== 0 || pathOf('apt-get') === undefined) return []
  const apt = { env: { DEBIAN_FRONTEND: 'noninteractive' } }
  await command('apt-get', ['update', '-qq'], apt)
  const packages = new Set<string>()
  for (const program of missing) packages.add(await firstKnown(PROGRAMS[program] ?? []))
  await command('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], apt)
  return [...packages]
}

async function firstKnown(names: readonly string[]): Promise<string> {
  for (const name of names) {
    const versions = await command('apt-cache', ['show', name]).catch(() => '')
    if (versions !== '') return name
  }
  throw new Error(`none of the Debian packages is known here: ${names.join(', ')}`)
}
