import type { JobStoreEntry } from '@salvage-kit/k8s'
import type { DuplicityStoreEntry } from '@salvage-kit/local'
import type { Grouping, HoldChoice, KeepRules, TargetRef } from '@salvage-kit/core'
import type { AddressEntry, ReportEntry } from './report-entry.ts'

/** All of `salvage-kit.yaml`, read; everything may be absent. Spans of time are in milliseconds. */
export interface Config {
  /** The name of this machine in archives; default: the host name. */
  readonly machine?: string
  /** Absolute. */
  readonly state?: string
  readonly docker?: DockerEntry
  readonly btrfs?: BtrfsEntry
  readonly kubernetes?: KubernetesEntry
  readonly rancher?: RancherEntry
  readonly cattle?: CattleEntry
  readonly stores?: Readonly<Record<string, StoreEntry>>
  readonly cranes?: Readonly<Record<string, CraneEntry>>
  readonly directories?: readonly DirectoryEntry[]
  readonly tides?: Readonly<Record<string, TideEntry>>
  readonly daemon?: DaemonEntry
  /** Where reports go, under names. */
  readonly reports?: Readonly<Record<string, ReportEntry>>
}

/** How the daemon is reached. */
export interface DaemonEntry {
  /** Its unix socket. Default: `daemon.sock` in the state directory. */
  readonly socket?: string
}

/** How the Docker engine is reached. */
export interface DockerEntry {
  /** True: it must be there; false: it is left alone; absent: it is used when something is Docker's. */
  readonly enabled?: boolean
  readonly host?: string
}

/** BTRFS volumes of this machine; what is absent is as buttervolume has it, by its variables, its `config.ini` or its habit. */
export interface BtrfsEntry {
  /** The directory of the volumes. */
  readonly volumes?: string
  /** The directory of their snapshots; the same path at hosts that are sent to. */
  readonly snapshots?: string
  /** The schedule file. */
  readonly schedule?: string
  /** The unix socket of the volume plugin. */
  readonly socket?: string
  /** Of the sshd of hosts that are sent to. */
  readonly sshPort?: number
  /** Whether the daemon serves the volume plugin. Default: false. */
  readonly plugin?: boolean
  /** Whether the daemon runs the schedule file. Default: false. */
  readonly scheduler?: boolean
}

/** How a cluster is reached, and what of it is looked at. */
export interface KubernetesEntry {
  /** True: it is looked at in every survey; false: it is left alone; absent: it is used when something is Kubernetes's. */
  readonly enabled?: boolean
  /** Absolute. Default: as kubectl finds it, or the service account of the pod. */
  readonly kubeconfig?: string
  /** Default: the current one of the kubeconfig. */
  readonly context?: string
  /** Default: that of the context. Those of targets that are named are looked at besides. */
  readonly namespaces?: readonly string[]
  /** Of the cluster, as the machine of its restore points. Default: by the uid of the namespace, where that may be read. */
  readonly name?: string
  /** Of cuts, and of what `csi:` keeps. Default: the default one of the driver. */
  readonly snapshotClass?: string
  /**
   * Of claims that are cut at one instant; `false`: each is cut for itself. Default: the default one of the driver, where
   * classes may be seen.
   */
  readonly groupSnapshotClass?: string | false
  /** Where journal and locks stand in the cluster. Default: they stand in the state directory. */
  readonly state?: ClusterStateEntry
  readonly newClaims?: NewClaimsEntry
  /** How many runs and restores of claims may be at work at once. Default: any number. */
  readonly slots?: SlotsEntry
}

/** A cluster that a Rancher 2 server manages, and that is reached through it. */
export interface RancherEntry {
  /** Any address of the server. */
  readonly url: string
  /** Absolute. The file of a bearer token; it may be replaced at any time. */
  readonly tokenFile: string
  /** Absolute. Certificate authorities in PEM; default: those of the system. */
  readonly caFile?: string
  /** Name or id. */
  readonly cluster: string
  /** Names or ids of projects whose namespaces are looked at. */
  readonly projects?: readonly string[]
}

/** A Rancher 1.6 server; what is absent of address and key is as `CATTLE_URL`, `CATTLE_ACCESS_KEY` and `CATTLE_SECRET_KEY` say. */
export interface CattleEntry {
  /** False: it is left alone. */
  readonly enabled?: boolean
  /** Any address of the API. */
  readonly url?: string
  /** The key may go over `http:` to another machine without a word. Default: false. */
  readonly allowHttp?: boolean
  /** Absolute. Both parts of a key: on two lines, or with a colon between. */
  readonly keyFile?: string
  /** Absolute. The same in two files. */
  readonly accessKeyFile?: string
  readonly secretKeyFile?: string
  /** Absolute. Certificate authorities in PEM; default: those of the system. */
  readonly caFile?: string
  /** Names or ids; default: all that the key sees. */
  readonly environments?: readonly string[]
  /** Absolute. Files that say which services are databases, and how they are dumped; default: what salvage-kit knows itself. */
  readonly index?: string
  readonly templates?: string
  /** Which containers of a database are dumped; default: `first`. */
  readonly instances?: 'all' | 'first'
  /** Whether databases are looked for at all; default: true. */
  readonly databases?: boolean
  /** The same of what stacks are made of. */
  readonly stacks?: boolean
  /**
   * Absolute. Whenever this directory is copied, everything is dumped into it before, in the layout of rancher-backup; nobody
   * else comes to rest for it. Default: dumps are targets of their own alone.
   */
  readonly into?: string
  readonly jobs?: CattleJobsEntry
  /** Rancher's own database; `false`: it is left alone. Default: as the server says it to keys of administrators. */
  readonly server?: CattleServerEntry | false
}

/** How the containers that dump are made. */
export interface CattleJobsEntry {
  /** Default: `missing`. */
  readonly pull?: 'missing' | 'always' | 'never'
  /** The network of the engine that they join: it must lead to the databases. */
  readonly network?: string
  /** For one database. Default: 6 hours. */
  readonly timeout?: number
}

/** Where Rancher keeps what it knows. */
export interface CattleServerEntry {
  readonly host: string
  /** Default: 3306. */
  readonly port?: number
  /** Default: `cattle`. */
  readonly user?: string
  /** Default: `cattle`. */
  readonly database?: string
  /** Absolute. Default: `CATTLE_DB_CATTLE_PASSWORD`, as Rancher itself has it. */
  readonly passwordFile?: string
  /** With a client of MySQL or MariaDB. Default: `mariadb:10.11`. */
  readonly image?: string
}

/** Places for work at once: lock files of this machine, or Leases of the cluster; one of both. */
export interface SlotsEntry {
  readonly count: number
  /** How long one is waited for, in milliseconds. */
  readonly timeout: number
  /** Absolute. */
  readonly directory?: string
  readonly leases?: SlotLeasesEntry
}

/** Leases whose names begin so. */
export interface SlotLeasesEntry {
  readonly namespace: string
  /** Default: `salvage-kit-slot`. */
  readonly name?: string
}

/** ConfigMaps and Leases whose names begin so, for processes without a disk. */
export interface ClusterStateEntry {
  readonly namespace: string
  /** Default: `salvage-kit`. */
  readonly name?: string
}

/** Of claims that restores make, before what is known of the claim that was backed up. */
export interface NewClaimsEntry {
  readonly size?: string
  readonly storageClass?: string
  readonly accessModes?: readonly string[]
}

/** A place for archives under a name: a reference, or the same in parts. */
export type StoreEntry =
  | string
  | { readonly kind: 'archive'; readonly directory: string }
  | { readonly kind: 'restic'; readonly address: string; readonly passwordFile?: string }
  | DuplicityStoreEntry
  | { readonly kind: 'btrfs' | 'btrfs-raw'; readonly directory: string; readonly host?: string }
  | JobStoreEntry

/** A crane image. The values of `env` may be secrets: they go into the crane's container and nowhere else. */
export interface CraneEntry {
  readonly image: string
  readonly pull?: 'missing' | 'always' | 'never'
  readonly env?: Readonly<Record<string, string>>
  readonly mounts?: Readonly<Record<string, string>>
  /** From the name of a secret to the file of this machine that holds it: the crane finds it at `/run/secrets/NAME`. */
  readonly secrets?: Readonly<Record<string, string>>
  /** The network of the engine that it joins; default: the engine's own. */
  readonly network?: string
  readonly maxConcurrent?: number
  readonly timeout?: number
  readonly stopTimeout?: number
  readonly grace?: number
}

/** A directory of this machine that is backed up. */
export interface DirectoryEntry {
  readonly path: string
  readonly tides?: readonly string[]
  readonly hooks?: HookEntry
}

/** A command: text that is split at blanks, a list of arguments, or text for a shell. */
export type CommandEntry = string | readonly string[] | { readonly run: string; readonly shell: true }

/** The commands around the copy of a directory: what writes to it comes to rest with `pre` and rises with `post`. */
export interface HookEntry {
  readonly pre?: CommandEntry
  readonly post?: CommandEntry
  readonly user?: string
  readonly timeout?: number
  readonly exitCodes?: string
  readonly stops?: boolean
}

/** A named schedule and what it covers. */
export interface TideEntry {
  readonly cron?: string
  readonly targets?: readonly TargetRef[]
  readonly grouping?: Grouping
  /** A store: a name, or a reference. */
  readonly to?: string
  /** The same as `to: crane:NAME`. */
  readonly crane?: string
  /** A store that keeps the cuts themselves as restore points, `csi:` or `csi:CLASS`, with or without `to`. */
  readonly snapshots?: string
  readonly keep?: KeepRules
  readonly maxHold?: number
  readonly maxConcurrent?: number
  /** How the hold is kept short; default: `auto`. */
  readonly hold?: HoldChoice
  /** How long a container that has a health check may take to be healthy after the hold. */
  readonly healthTimeout?: number
  /** The time zone of the schedule, such as `Europe/Berlin`; default: that of the process. */
  readonly timeZone?: string
  /** Each run begins up to this much later, by chance that is the same for the same tide, machine and time. */
  readonly jitter?: number
  /** Times of day in which no run begins, such as `mon-fri 08:00-18:00`; one that is due is put off until the end. */
  readonly blackout?: readonly string[]
  /** Whether a run that was missed is made good once; default: true. */
  readonly catchUp?: boolean
  /** Names of reports; absent: all, empty: none. */
  readonly reports?: readonly string[]
  /** A check of healthchecks that is told of start, success and failure. */
  readonly heartbeat?: string | AddressEntry
}
