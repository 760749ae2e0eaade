import { z } from 'zod'

const finding = z.object({
  code: z.string(),
  message: z.string(),
  why: z.string().exactOptional(),
  hint: z.string().exactOptional(),
  tide: z.string().exactOptional(),
})

const tide = z.object({
  name: z.string(),
  cron: z.string().exactOptional(),
  timeZone: z.string().exactOptional(),
  /** The next time of the schedule, and when its run may begin; absent when there is none. */
  next: z.object({ nominal: z.iso.datetime(), start: z.iso.datetime() }).exactOptional(),
  /** What waits or goes on. */
  work: z
    .object({
      runId: z.string(),
      state: z.enum(['waiting', 'running']),
      since: z.iso.datetime(),
      nominal: z.iso.datetime().exactOptional(),
    })
    .exactOptional(),
  /** The newest run that the catalog knows. */
  last: z
    .object({
      runId: z.string(),
      startedAt: z.string(),
      endedAt: z.string().exactOptional(),
      outcome: z.enum(['good', 'partial', 'failed']).exactOptional(),
      aborted: z.boolean(),
      refused: finding.exactOptional(),
    })
    .exactOptional(),
})

/** The answer of `GET /status`. Members may be added within a version, none changes or goes. */
export const statusAnswer: z.ZodType<Status> = z.object({
  version: z.literal(1),
  machine: z.string(),
  /** Absent when no daemon runs, and configuration and catalog alone were asked. */
  daemon: z
    .object({ pid: z.int(), startedAt: z.iso.datetime(), state: z.enum(['starting', 'ready', 'stopping']) })
    .exactOptional(),
  services: z
    .array(
      z.object({
        name: z.enum(['plugin', 'scheduler']),
        state: z.enum(['starting', 'ready']),
        since: z.iso.datetime().exactOptional(),
      }),
    )
    .exactOptional(),
  tides: z.array(tide),
  problems: z.array(finding),
})

/** See {@link statusAnswer}. Times are ISO 8601 in UTC. */
export interface Status {
  readonly version: 1
  readonly machine: string
  readonly daemon?: {
    readonly pid: number
    readonly startedAt: string
    readonly state: 'starting' | 'ready' | 'stopping'
  }
  /** What the daemon does for BTRFS volumes; absent when it is not asked to. */
  readonly services?: readonly StatusService[]
  readonly tides: readonly StatusTide[]
  readonly problems: readonly StatusProblem[]
}

/** The volume plugin, or the schedule of volumes. */
export interface StatusService {
  readonly name: 'plugin' | 'scheduler'
  /** `starting` also when it could not be begun and is tried again. */
  readonly state: 'starting' | 'ready'
  readonly since?: string
}

/** One tide. */
export interface StatusTide {
  readonly name: string
  readonly cron?: string
  readonly timeZone?: string
  readonly next?: { readonly nominal: string; readonly start: string }
  readonly work?: {
    readonly runId: string
    readonly state: 'waiting' | 'running'
    readonly since: string
    readonly nominal?: string
  }
  readonly last?: {
    readonly runId: string
    readonly startedAt: string
    readonly endedAt?: string
    readonly outcome?: 'good' | 'partial' | 'failed'
    readonly aborted: boolean
    /** Why it was not begun. */
    readonly refused?: StatusProblem
  }
}

/** Something that is wrong now. */
export interface StatusProblem {
  readonly code: string
  readonly message: string
  readonly why?: string
  readonly hint?: string
  readonly tide?: string
}

/** What is not the answer that was asked for: any answer with a status from 400 up. */
export const failedAnswer: z.ZodType<{ readonly error: StatusProblem }> = z.object({ error: finding })

/** The answer of `POST /tides/NAME/run`. */
export const triggerAnswer: z.ZodType<{ readonly tide: string; readonly runId: string }> = z.object({
  version: z.literal(1),
  tide: z.string(),
  runId: z.string(),
})

/** A line of `POST /tides/NAME/run?follow=1`: an event of the run, and at last `tide.ended`, which has the exit code. */
export const followedLine: z.ZodType<FollowedLine> = z.looseObject({
  type: z.string(),
  text: z.string().exactOptional(),
  exitCode: z.int().exactOptional(),
})

/** See {@link followedLine}. */
export interface FollowedLine {
  readonly type: string
  /** In words; absent for what need not be told. */
  readonly text?: string
  readonly exitCode?: number
  readonly [member: string]: unknown
}
