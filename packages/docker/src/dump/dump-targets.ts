import type { Problem, Target, TargetRef } from '@salvage-kit/core'
import type { Container } from '../container.ts'
import { bearerOf } from '../find-container.ts'
import { COMPOSE } from '../label/keys.ts'
import { dumpRef } from '../label/dump-ref.ts'
import { dumpLabels } from './dump-labels.ts'

/** The databases that labels ask to dump. */
export interface DumpTargets {
  readonly targets: readonly Target[]
  readonly problems: readonly Problem[]
}

type Found = Container & { readonly createdSeconds: number }

/** Each container with `salvage.dump` that runs, as a target. What keeps one from being a target is a problem of its tides. */
export function dumpTargets(containers: readonly Found[]): DumpTargets {
  const targets: Target[] = []
  const problems: Problem[] = []
  const bearers = Map.groupBy(containers, dumpRef)
  for (const [target, members] of bearers) {
    const container = members.find((member) => member === bearerOf(members))
    if (container === undefined) continue
    const { recipe, tides, problems: own } = dumpLabels(container)
    const { id, name, status, labels, env } = container
    if (recipe === undefined) {
      problems.push(
        ...own.flatMap((problem) => ofTides(problem, problem.code === 'LABEL.DUMP' ? target : undefined, tides)),
      )
      continue
    }
    problems.push(...own)
    if (status !== 'running') {
      problems.push(...ofTides(down(name, status), target, tides))
      continue
    }
    const project = labels[COMPOSE.project]
    const several = recipe.engine.several(recipe.settings, environmentOf(env))
    targets.push({
      ref: target,
      source: {
        medium: 'stream',
        backend: 'docker',
        token: { version: 1, container: id, name },
        ...(several ? { several } : {}),
      },
      ...(project === undefined ? {} : { project }),
      tides,
    })
  }
  return { targets, problems }
}

function environmentOf(env: Container['env']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    env.map((pair) => {
      const equals = pair.indexOf('=')
      return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    }),
  )
}

function ofTides(problem: Problem, target: TargetRef | undefined, tides: readonly string[]): readonly Problem[] {
  const own = { ...problem, ...(target === undefined ? {} : { target }) }
  return target === undefined || tides.length === 0 ? [own] : tides.map((tide) => ({ ...own, tide }))
}

const WAYS_UP: { readonly [status in Container['status']]?: string } = {
  paused: 'unpause',
  restarting: 'logs',
}

function down(name: string, status: Container['status']): Problem {
  return {
    code: 'DUMP.NOT_RUNNING',
    message: `container ${name} does not run: its database can neither be dumped nor take a dump`,
    why: `it is ${status}`,
    hint: `\`docker ${WAYS_UP[status] ?? 'start'} ${name}\`; what is at rest is copied by its volume`,
  }
}
