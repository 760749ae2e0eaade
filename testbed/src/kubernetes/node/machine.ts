import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command } from '../../command.ts'
import type { Daemon } from '../daemon.ts'
import { daemon, recordedPid } from '../daemon.ts'
import type { ClusterPlace } from '../place.ts'
import type { Link } from './link.ts'
import { joinLink } from './link.ts'

const START_MS = 30_000
const POLL_MS = 20
const NAME = 'node'
/** Paths that every kubelet, containerd and CNI of a machine shares. */
const FIXED_PATHS = ['/var/lib/kubelet', '/var/log/containers', '/var/log/pods', '/var/lib/cni', '/run/containerd']
/** What a kubelet sets for the whole machine; the values are those that it wants. */
const SYSCTLS: Readonly<Record<string, string>> = {
  'vm/overcommit_memory': '1',
  'vm/panic_on_oom': '0',
  'kernel/panic': '10',
  'kernel/panic_on_oops': '1',
  'kernel/keys/root_maxkeys': '1000000',
  'kernel/keys/root_maxbytes': '25000000',
}
/**
 * Process 1 of the node: it fetches the processes that nobody waits for. What it mounts is seen by nobody else. A kubelet
 * gets files of its own to write the machine's settings to.
 */
const SCRIPT = `set -e
folder=$1
shift
mount --make-rslave /
mount --make-rshared /
mount -t proc proc /proc
for path in ${FIXED_PATHS.join(' ')}; do mount --bind "$folder/instead$path" "$path"; done
for name in ${Object.keys(SYSCTLS).join(' ')}; do mount --bind "$folder/sysctl/$name" "/proc/sys/$name"; done
mount -o loop "$folder/disk.image" "$folder/disk"
ip link set lo up
echo 1 > /proc/sys/net/ipv4/ip_forward
if [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ]; then echo 1 > /proc/sys/net/bridge/bridge-nf-call-iptables; fi
: > "$folder/run/node.ready"
sleep infinity &
while :; do wait; done`

/** The node as a machine: namespaces of its own for processes, mounts and the network. Nothing outlives process 1 of it. */
function machine(place: ClusterPlace): Daemon {
  const tied = place.lasting ? [] : ['--kill-child']
  return daemon({
    folder: place.folder,
    lasting: place.lasting,
    name: NAME,
    enter: ['unshare', '--net', '--mount', '--pid', '--fork', ...tied],
    argv: ['bash', '-c', SCRIPT, 'bash', place.folder],
  })
}

/** The words that run a program in the node: they go before its own. */
export function enterMachine(folder: string): readonly string[] {
  const pid = recordedPid(join(folder, 'run', `${NAME}.pid`))
  if (pid === undefined) throw new Error('the node does not run')
  const of = `/proc/${String(pid)}/ns`
  return ['nsenter', `--net=${of}/net`, `--mount=${of}/mnt`, `--pid=${of}/pid`, '--']
}

/** Starts it; resolves when its disk is mounted and it is linked with this machine. */
export async function startMachine(place: ClusterPlace, link: Link, diskMegabytes: number): Promise<Daemon> {
  const { folder } = place
  const node = machine(place)
  for (const path of FIXED_PATHS) {
    mkdirSync(path, { recursive: true })
    mkdirSync(join(folder, 'instead', path), { recursive: true })
  }
  for (const [name, value] of Object.entries(SYSCTLS)) {
    mkdirSync(join(folder, 'sysctl', name, '..'), { recursive: true })
    writeFileSync(join(folder, 'sysctl', name), `${value}\n`)
  }
  mkdirSync(join(folder, 'disk'))
  await command('truncate', ['--size', `${String(diskMegabytes)}M`, join(folder, 'disk.image')])
  await command('mkfs.btrfs', ['--quiet', join(folder, 'disk.image')])
  await node.start()
  const ready = join(folder, 'run/node.ready')
  const until = Date.now() + START_MS
  while (!existsSync(ready)) {
    if (!node.running() || Date.now() > until) throw new Error(`the node did not start:\n${node.log()}`)
    await sleep(POLL_MS)
  }
  const enter = enterMachine(folder)
  await joinLink(link, enter)
  return node
}
