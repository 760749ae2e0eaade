import * as z from 'zod'
import type { Container, ContainerStatus, ContainerSummary, Mount } from '../container.ts'
import { flag, map, text, texts } from './nullable.ts'

/* What the engine answers about containers, as far as it is read. */

const status = z.enum(['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'])

const mounts = z
  .array(
    z
      .object({ Type: text, Name: z.string().optional(), Source: text, Destination: text, RW: flag })
      .transform((mount): Mount => ({
        type: mount.Type,
        ...(mount.Name === undefined || mount.Name === '' ? {} : { name: mount.Name }),
        source: mount.Source,
        destination: mount.Destination,
        writable: mount.RW,
      })),
  )
  .nullish()
  .transform((value) => value ?? [])

const NANOSECONDS_IN_MS = 1_000_000

const bareName = (name: string): string => name.replace(/^\//, '')

/** `GET /containers/ID/json`. */
export const ContainerAnswer: z.ZodType<Container> = z
  .object({
    Id: z.string(),
    Name: z.string(),
    Created: text,
    State: z.object({
      Status: status,
      StartedAt: text,
      FinishedAt: text,
      ExitCode: z.number().default(0),
      Error: text,
      OOMKilled: flag,
      Health: z.object({ Status: z.string() }).nullish(),
    }),
    Config: z.object({
      Image: text,
      Labels: map,
      Hostname: text,
      User: text,
      Env: texts,
      Tty: flag,
      StopTimeout: z.number().nullish(),
      StopSignal: text,
      Healthcheck: z.object({ StartPeriod: z.number().nullish() }).nullish(),
    }),
    HostConfig: z.object({
      AutoRemove: flag,
      Privileged: flag,
      NetworkMode: text,
      IpcMode: text,
      PidMode: text,
      Links: texts,
      VolumesFrom: texts,
      RestartPolicy: z.object({ Name: text }).nullish(),
    }),
    Mounts: mounts,
    ExecIDs: texts,
  })
  .transform(({ Id, Name, Created, State, Config, HostConfig, Mounts, ExecIDs }) => ({
    id: Id,
    name: bareName(Name),
    image: Config.Image,
    labels: Config.Labels,
    status: State.Status,
    createdAt: Created,
    startedAt: State.StartedAt,
    finishedAt: State.FinishedAt,
    exitCode: State.ExitCode,
    error: State.Error,
    oomKilled: State.OOMKilled,
    ...healthOf(State.Health?.Status),
    startPeriodMs: (Config.Healthcheck?.StartPeriod ?? 0) / NANOSECONDS_IN_MS,
    hostname: Config.Hostname,
    user: Config.User,
    env: Config.Env,
    tty: Config.Tty,
    ...(typeof Config.StopTimeout === 'number' ? { stopTimeoutSeconds: Config.StopTimeout } : {}),
    stopSignal: Config.StopSignal,
    autoRemove: HostConfig.AutoRemove,
    privileged: HostConfig.Privileged,
    networkMode: HostConfig.NetworkMode,
    ipcMode: HostConfig.IpcMode,
    pidMode: HostConfig.PidMode,
    links: HostConfig.Links,
    volumesFrom: HostConfig.VolumesFrom,
    restartPolicy: HostConfig.RestartPolicy?.Name ?? '',
    mounts: Mounts,
    execs: ExecIDs,
  }))

function healthOf(health: string | undefined): Pick<Container, 'health'> {
  return health === 'starting' || health === 'healthy' || health === 'unhealthy' ? { health } : {}
}

/** `GET /containers/json`. The first name without a further slash is the container's own; the others are links. */
export const ContainersAnswer: z.ZodType<readonly ContainerSummary[]> = z.array(
  z
    .object({ Id: z.string(), Names: texts, Labels: map, Created: z.number(), State: z.string(), Mounts: mounts })
    .transform(({ Id, Names, Labels, Created, State, Mounts }) => ({
      id: Id,
      name: Names.map(bareName).find((name) => !name.includes('/')) ?? Id,
      labels: Labels,
      createdSeconds: Created,
      status: knownStatus(State),
      mounts: Mounts,
    })),
)

function knownStatus(state: string): ContainerStatus {
  return status.safeParse(state).data ?? 'dead'
}
