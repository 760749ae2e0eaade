/** Where everything is and how it is called: the settings of a buttervolume host, under our names. All paths are absolute. */
export interface BtrfsSettings {
  /** Holds one subvolume for each Docker volume. `VOLUMES_PATH`. */
  readonly volumesPath: string
  /** Holds the snapshots `VOLUME@TIME` and the markers `VOLUME@TIME@HOST`; the same path at a host that is sent to. `SNAPSHOTS_PATH`. */
  readonly snapshotsPath: string
  /** The schedule file; the same with `.disabled` at its end pauses everything. `SCHEDULE`. */
  readonly schedulePath: string
  /** The plugin's unix socket. `SOCKET`, or `plugins/btrfs.sock` in `RUNPATH`. */
  readonly socketPath: string
  /** Which mounts of which volume stand, one empty file each; on a file system that a reboot empties. Nothing of buttervolume's. */
  readonly mountsPath: string
  /** How often the schedule is looked at, in milliseconds. `TIMER`, which is in seconds. */
  readonly tickMs: number
  /** As of strftime: how the time stands in the name of a snapshot, in local time. `DTFORMAT`. */
  readonly timeFormat: string
  /** The port of the far end's sshd. `SSH_PORT`, which has no prefix. */
  readonly sshPort: number
}

/** What a buttervolume host has when nobody says otherwise. */
export const DEFAULT_SETTINGS: BtrfsSettings = {
  volumesPath: '/var/lib/buttervolume/volumes',
  snapshotsPath: '/var/lib/buttervolume/snapshots',
  schedulePath: '/etc/buttervolume/schedule.csv',
  socketPath: '/run/docker/plugins/btrfs.sock',
  mountsPath: '/run/salvage-kit/btrfs/mounts',
  tickMs: 60_000,
  timeFormat: '%Y-%m-%dT%H:%M:%S.%f',
  sshPort: 1122,
}
