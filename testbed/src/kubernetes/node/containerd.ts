import { mkdirSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { command, succeeds } from '../../command.ts'
import { docker, engineAddress } from '../../engine.ts'
import type { Daemon } from '../daemon.ts'
import { daemon } from '../daemon.ts'
import type { ClusterPlace } from '../place.ts'
import { enterMachine } from './machine.ts'

const PAUSE = 'salvage-test/pause'
const IMAGES = [PAUSE, 'salvage-test/busybox']
const PODS = '198.18.0.0/24'
const CNI_PROGRAMS = '/usr/lib/cni'
const START_MS = 30_000
const POLL_MS = 50

/** Where it answers. */
export function containerdSocket(folder: string): string {
  return join(folder, 'containerd.sock')
}

/** The node's own containerd, in the node. */
function containerd(place: ClusterPlace): Daemon {
  return daemon({
    folder: place.folder,
    lasting: place.lasting,
    name: 'containerd',
    enter: enterMachine(place.folder),
    argv: ['containerd', '--config', join(place.folder, 'containerd.toml')],
  })
}

/** Starts it with images of the shared engine: the shell and what pods stand on. */
export async function startContainerd(place: ClusterPlace): Promise<void> {
  const { folder } = place
  mkdirSync(join(folder, 'cni'))
  writeFileSync(join(folder, 'containerd.toml'), configuration(folder))
  writeFileSync(join(folder, 'cni/10-pods.conflist'), JSON.stringify(network(folder)))
  const program = containerd(place)
  await program.start()
  const until = Date.now() + START_MS
  while (!(await succeeds('ctr', ['--address', containerdSocket(folder), 'version'])) || !program.running()) {
    if (!program.running() || Date.now() > until) throw new Error(`containerd did not start:\n${program.log()}`)
    await sleep(POLL_MS)
  }
  await loadImages(folder, IMAGES)
}

/** Copies images of the shared engine into the node; there they have the same names. */
export async function loadImages(folder: string, images: readonly string[]): Promise<void> {
  const tar = join(folder, `images-${String(process.pid)}-${String(performance.now())}.tar`)
  try {
    await docker(engineAddress(), ['save', '--output', tar, ...images])
    await importImage(folder, tar)
  } finally {
    await rm(tar, { force: true })
  }
}

/** Loads a file of `docker save`, or of the OCI layout, into the node. */
export async function importImage(folder: string, tar: string): Promise<void> {
  await command('ctr', ['--address', containerdSocket(folder), '--namespace', 'k8s.io', 'images', 'import', tar])
}

/** The oom score of a pod's first process is one that root may not give everywhere, hence `restrict_oom_score_adj`. */
function configuration(folder: string): string {
  return `version = 2
root = "${folder}/containerd"
state = "${folder}/containerd-state"
[grpc]
  address = "${containerdSocket(folder)}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/${PAUSE}:latest"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${CNI_PROGRAMS}"
    conf_dir = "${folder}/cni"
`
}

function network(folder: string): object {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: 'pods',
        isDefaultGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: { type: 'host-local', ranges: [[{ subnet: PODS }]], dataDir: join(folder, 'cni-state') },
      },
      { type: 'portmap', capabilities: { portMappings: true } },
    ],
  }
}
