import { keepRules } from '@salvage-kit/core'
import { JobStoreConfig } from '@salvage-kit/k8s/job-store'
import { z } from 'zod'
import { Cattle } from './cattle-schema.ts'
import type { BtrfsEntry, CommandEntry, Config, CraneEntry, DirectoryEntry, StoreEntry, TideEntry } from './config.ts'
import { Kubernetes } from './kubernetes-schema.ts'
import { Rancher } from './rancher-schema.ts'
import { Heartbeat, Report } from './report-schema.ts'
import {
  AbsolutePath,
  Blackout,
  CommandText,
  Duration,
  ExitCodes,
  Name,
  Schedule,
  TargetReference,
  TimeZone,
} from './scalars.ts'

const Count = z.int().min(1)
const Text = z.string().min(1)
const HOST = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,252}$/

const PLAIN_STORES: readonly z.ZodType<StoreEntry>[] = [
  z
    .string()
    .describe('archive:DIR, restic:ADDRESS, duplicity:URL, btrfs:[HOST:]DIR, btrfs-raw:[HOST:]DIR or csi:[CLASS]'),
  z.strictObject({ kind: z.literal('archive'), directory: AbsolutePath }),
  z.strictObject({
    kind: z.literal('restic'),
    address: Text.describe('what restic takes as --repo; never with a password in it'),
    passwordFile: AbsolutePath.exactOptional().describe('file with the password, readable by salvage-kit alone'),
  }),
  z.strictObject({
    kind: z.enum(['btrfs', 'btrfs-raw']).describe('subvolumes on BTRFS, or streams in files on any file system'),
    directory: AbsolutePath,
    host: Text.regex(HOST, 'it is not the name of a host').exactOptional().describe('over ssh; default: this machine'),
  }),
  JobStoreConfig,
]

const Command: z.ZodType<CommandEntry> = z.union([
  CommandText,
  z.array(z.string()).min(1),
  z.strictObject({ run: Text, shell: z.literal(true) }),
])

const Hooks = z.strictObject({
  pre: Command.exactOptional().describe(
    'a list of arguments, text that is split at blanks, or {run: TEXT, shell: true}',
  ),
  post: Command.exactOptional().describe('the way back; runs whenever pre may have run, and must bear to run twice'),
  user: Text.exactOptional().describe('who both run as; default: who salvage-kit runs as'),
  timeout: Duration.exactOptional().describe('how long one command may take; default: 5m'),
  exitCodes: ExitCodes.exactOptional().describe('good ones: fail (only 0), ignore, accept:0,2 or reject:1,3-5'),
  stops: z
    .boolean()
    .exactOptional()
    .describe('pre ends every program that holds a file open: allows restores in place'),
})

const Directory: z.ZodType<DirectoryEntry> = z.strictObject({
  path: AbsolutePath,
  tides: z.array(Name).exactOptional().describe('tides that cover it'),
  hooks: Hooks.exactOptional(),
})

const VariableName = z.string().regex(/^[^=\0]+$/, 'it is not the name of an environment variable')
const VariableValue = z.union([z.string(), z.number(), z.boolean()]).transform(String)

const SecretName = z.string().regex(/^[\w.-]{1,64}$/, 'it is not a name of letters, digits, "_", "." and "-"')
const Network = z.string().regex(/^[^\s\p{Cc}]+$/u, 'it is not the name of a network')

const Crane: z.ZodType<CraneEntry> = z.strictObject({
  image: z
    .string()
    .regex(/^[^\s\p{Cc}]+$/u, 'it is not an image reference such as ghcr.io/me/crane:1.2')
    .describe('an image reference such as ghcr.io/me/crane:1.2'),
  pull: z.enum(['missing', 'always', 'never']).exactOptional().describe('when it is pulled; default: missing'),
  env: z.record(VariableName, VariableValue).exactOptional(),
  mounts: z.record(Text, AbsolutePath).exactOptional().describe('volume, or path of the engine, to path in the crane'),
  secrets: z
    .record(SecretName, AbsolutePath)
    .exactOptional()
    .describe('name to file of this machine: the crane finds its content at /run/secrets/NAME'),
  network: Network.exactOptional().describe('the network of the engine that it joins; default: the engine decides'),
  maxConcurrent: Count.exactOptional().describe('how many containers of this crane run at once'),
  timeout: Duration.exactOptional().describe('how long one action may take; default: 1d'),
  stopTimeout: Duration.exactOptional().describe('how long it has to end when somebody stops it; default: 120s'),
  grace: Duration.exactOptional().describe('the same when a run is aborted; default: 10s'),
})

const Tide: z.ZodType<TideEntry> = z.strictObject({
  cron: Schedule.exactOptional(),
  targets: z.array(TargetReference).exactOptional(),
  grouping: z.enum(['individual', 'smart', 'project']).exactOptional(),
  to: Text.exactOptional().describe(
    'store: a name, archive:DIR, restic:ADDRESS, duplicity:URL, btrfs:[HOST:]DIR or csi:[CLASS]',
  ),
  crane: Name.exactOptional().describe('a crane of this file or of labels; the same as to: crane:NAME'),
  snapshots: Text.exactOptional().describe('keeps the cuts themselves, besides to: csi: or csi:CLASS'),
  keep: keepRules.exactOptional().describe('how many points to keep of each period; within keeps everything younger'),
  maxHold: Duration.exactOptional().describe('the longest time that workloads may be at rest'),
  maxConcurrent: Count.exactOptional().describe('how many lifts of one group run at once'),
  hold: z
    .enum(['auto', 'snapshot', 'warm', 'copy'])
    .exactOptional()
    .describe('how the hold is kept short; default: auto'),
  healthTimeout: Duration.exactOptional().describe('how long containers may take to be healthy after the hold'),
  timeZone: TimeZone.exactOptional().describe('of cron and blackout, such as Europe/Berlin; default: the system'),
  jitter: Duration.exactOptional().describe('each run begins up to this much later, the same for the same time'),
  blackout: Blackout.exactOptional().describe('when no run begins, such as mon-fri 08:00-18:00; it waits for the end'),
  catchUp: z.boolean().exactOptional().describe('whether a run that was missed is made good once; default: true'),
  reports: z.array(Name).exactOptional().describe('names of reports; without: all of them, empty: none'),
  heartbeat: Heartbeat.exactOptional().describe('address of a check of healthchecks, or urlFile: FILE'),
})

const Docker = z.strictObject({
  enabled: z.boolean().exactOptional().describe('true: it must be reachable; false: leave Docker alone'),
  host: Text.exactOptional().describe('like DOCKER_HOST; default: that, or unix:///var/run/docker.sock'),
})

const Btrfs: z.ZodType<BtrfsEntry> = z.strictObject({
  volumes: AbsolutePath.exactOptional().describe('directory of the volumes; default: /var/lib/buttervolume/volumes'),
  snapshots: AbsolutePath.exactOptional().describe(
    'directory of their snapshots; default: /var/lib/buttervolume/snapshots',
  ),
  schedule: AbsolutePath.exactOptional().describe('schedule file; default: /etc/buttervolume/schedule.csv'),
  socket: AbsolutePath.exactOptional().describe('of the volume plugin; default: /run/docker/plugins/btrfs.sock'),
  sshPort: z.int().min(1).max(65_535).exactOptional().describe('of hosts that are sent to; default: 1122'),
  plugin: z.boolean().exactOptional().describe('whether the daemon serves the volume plugin; default: false'),
  scheduler: z.boolean().exactOptional().describe('whether the daemon runs the schedule file; default: false'),
})

const Daemon = z.strictObject({
  socket: AbsolutePath.exactOptional().describe('its unix socket; default: daemon.sock in the state directory'),
})

/** All of `salvage-kit.yaml`, with stores of these kinds besides the usual ones. */
export function configFile(rareStores: readonly z.ZodType<StoreEntry>[]): z.ZodType<Config> {
  return z.strictObject({
    machine: Text.exactOptional().describe('the name of this machine in archives; default: the host name'),
    state: AbsolutePath.exactOptional().describe('where journal and catalog stand'),
    docker: Docker.exactOptional(),
    btrfs: Btrfs.exactOptional().describe('volumes on BTRFS; the defaults are those of buttervolume'),
    kubernetes: Kubernetes.exactOptional().describe('how a cluster is reached, and what of it is looked at'),
    rancher: Rancher.exactOptional().describe('the cluster of kubernetes, reached through a Rancher 2 server'),
    cattle: Cattle.exactOptional().describe('a Rancher 1.6 server, whose databases and stacks are dumped'),
    stores: z.record(Name, z.union([...PLAIN_STORES, ...rareStores])).exactOptional(),
    cranes: z.record(Name, Crane).exactOptional(),
    directories: z.array(Directory).exactOptional(),
    tides: z.record(Name, Tide).exactOptional(),
    daemon: Daemon.exactOptional(),
    reports: z.record(Name, Report).exactOptional().describe('where reports of runs go'),
  })
}
