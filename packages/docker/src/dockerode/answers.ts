import * as z from 'zod'
import type { EngineInfo, Image, RanExec, Volume } from '../engine.ts'
import { flag, map, text, texts } from './nullable.ts'

/* What the engine answers about everything but containers, as far as it is read. */

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
  .object({
    Id: z.string(),
    RepoDigests: texts,
    Config: z.object({ Labels: map, User: text, Entrypoint: texts }).nullish(),
  })
  .transform(({ Id, RepoDigests, Config }) => ({
    id: Id,
    digests: RepoDigests,
    labels: Config?.Labels ?? {},
    user: Config?.User ?? '',
    entrypoint: Config?.Entrypoint ?? [],
  }))

/** `GET /version`. */
export const VersionAnswer: z.ZodType<{ readonly Version: string; readonly ApiVersion: string }> = z.object({
  Version: z.string(),
  ApiVersion: z.string(),
})

/** `GET /info`. */
export const InfoAnswer: z.ZodType<EngineInfo> = z
  .object({
    Name: z.string(),
    SystemTime: z.string(),
    Swarm: z.object({ LocalNodeState: text, ControlAvailable: flag, Nodes: z.number().nullish() }).nullish(),
  })
  .transform(({ Name, SystemTime, Swarm }) => ({
    name: Name,
    nowMs: Date.parse(SystemTime),
    ...(Swarm?.LocalNodeState === 'active'
      ? { swarm: { manages: Swarm.ControlAvailable, machines: Swarm.Nodes ?? 0 } }
      : {}),
  }))

/** `GET /networks/NAME`. */
export const NetworkAnswer: z.ZodType<{ readonly Name: string }> = z.object({ Name: z.string() })

/** `POST /containers/create`, `POST /containers/ID/exec`. */
export const CreatedAnswer: z.ZodType<{ readonly Id: string }> = z.object({ Id: z.string() })

/** `POST /containers/ID/wait`. */
export const WaitAnswer: z.ZodType<{ readonly StatusCode: number }> = z.object({ StatusCode: z.number() })

/** `GET /exec/ID/json`. */
export const ExecAnswer: z.ZodType<{ readonly Running: boolean; readonly ExitCode?: number | null | undefined }> =
  z.object({ Running: z.boolean(), ExitCode: z.number().nullish() })

/** `GET /exec/ID/json`, of what runs. */
export const RanExecAnswer: z.ZodType<RanExec> = z
  .object({ Running: z.boolean(), ProcessConfig: z.object({ arguments: texts, user: text }) })
  .transform(({ Running, ProcessConfig }) => ({ isRunning: Running, ...ProcessConfig }))

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
