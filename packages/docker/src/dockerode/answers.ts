import * as z from 'zod'
import type { Container, ContainerStatus, ContainerSummary, Mount } from '../container.ts'
import type { Image, Volume } from '../engine.ts'

/* What the engine answers, as far as it is read. Members that some engine leaves out or gives as null have a default. */

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '')
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false)
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? [])
const map = z
  .record(z.string(), z.string())
  .nullish()
  .transform((value) => value ?? {})
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

const bareName = (name: string): string => name.replace(/^\//, '')

/** `GET /containers/ID/json`. */
export const ContainerAnswer: z.ZodType<Container> = z
  .object({
    Id: z.string(),
    Name: z.string(),
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
  })
  .transform(({ Id, Name, State, Config, HostConfig, Mounts }) => ({
    id: Id,
    name: bareName(Name),
    image: Config.Image,
    labels: Config.Labels,
    status: State.Status,
    startedAt: State.StartedAt,
    finishedAt: State.FinishedAt,
    exitCode: State.ExitCode,
    error: State.Error,
    oomKilled: State.OOMKilled,
    ...healthOf(State.Health?.Status),
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

const volume = z
  .object({
    Name: z.string(),
    Driver: text,
    CreatedAt: z.string().optional(),
    Mountpoint: text,
    Labels: map,
    Options: map,
  })
  .transform(({ Name, Driver, CreatedAt, Mountpoint, Labels, Options }): Volume => ({
    name: Name,
    driver: Driver,
    ...(CreatedAt === undefined || CreatedAt === '' ? {} : { createdAt: CreatedAt }),
    mountpoint: Mountpoint,
    labels: Labels,
    driverOptions: Options,
  }))

/** `GET /volumes/NAME`, `POST /volumes/create`. */
export const VolumeAnswer: z.ZodType<Volume> = volume

/** `GET /volumes`. */
export const VolumesAnswer: z.ZodType<readonly Volume[]> = z
  .object({ Volumes: z.array(volume).nullish() })
  .transform(({ Volumes }) => Volumes ?? [])

/** `GET /images/NAME/json`. */
export const ImageAnswer: z.ZodType<Image> = z
  .object({ Id: z.string(), RepoDigests: texts, Config: z.object({ Labels: map, User: text }).nullish() })
  .transform(({ Id, RepoDigests, Config }) => ({
    id: Id,
    digests: RepoDigests,
    labels: Config?.Labels ?? {},
    user: Config?.User ?? '',
  }))

/** `GET /version`. */
export const VersionAnswer: z.ZodType<{ readonly Version: string; readonly ApiVersion: string }> = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
})

/** `GET /info`. */
export const InfoAnswer: z.ZodType<{ readonly Name: string; readonly SystemTime: string }> = z.object({
  Name: z.string(),
  SystemTime: z.string(),
})

/** `POST /containers/create`, `POST /containers/ID/exec`. */
export const CreatedAnswer: z.ZodType<{ readonly Id: string }> = z.object({ Id: z.string() })

/** `POST /containers/ID/wait`. */
export const WaitAnswer: z.ZodType<{ readonly StatusCode: number }> = z.object({ StatusCode: z.number() })

/** `GET /exec/ID/json`. */
export const ExecAnswer: z.ZodType<{ readonly Running: boolean; readonly ExitCode?: number | null | undefined }> =
  z.object({ Running: z.boolean(), ExitCode: z.number().nullish() })

/** A line of `GET /events`. */
export const EventLine: z.ZodType<{
  readonly Type: 'container' | 'volume'
  readonly Action: string
  readonly Actor: { readonly ID: string; readonly Attributes: Readonly<Record<string, string>> }
  readonly timeNano: number
}> = z.object({
  Type: z.enum(['container', 'volume']),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: map }),
  timeNano: z.number(),
})

/** A line of `POST /images/create`. */
export const PullLine: z.ZodType<{ readonly error?: string | undefined }> = z.object({ error: z.string().optional() })
