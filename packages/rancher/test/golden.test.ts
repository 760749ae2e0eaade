import { isSalvageError } from '@salvage-kit/core'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fact, noFacts } from './facts/facts.ts'
import { CASES } from './golden-cases.ts'
import { asDockerRun, replay } from './replay.ts'
import type { Replay } from './replay.ts'

const Golden = z.array(
  z.object({
    name: z.string(),
    variant: z.string(),
    exit: z.number(),
    /** A text in place of words says that the record was cut short. */
    commands: z.array(z.union([z.array(z.string()), z.string()])),
    files: z.record(z.string(), z.number()),
    dumps: z.number().optional(),
  }),
)
const golden = noFacts === undefined ? Golden.parse(JSON.parse(fact('rancher-golden.json'))) : []

/** What it ran of dumps of services: the words behind `docker run --rm`. */
function dumpsOf({ commands }: (typeof golden)[number]): readonly (readonly string[])[] {
  return commands
    .filter((words) => typeof words !== 'string')
    .map((words) => words.map((word) => word.replaceAll('$W', '/W')))
    .filter(
      ([program, verb, , , volume]) => program === 'docker' && verb === 'run' && volume?.startsWith('/W/backup/dump/'),
    )
    .map((words) => words.slice(3))
}

describe.skipIf(noFacts !== undefined)(
  `recorded runs of rancher-backup${noFacts === undefined ? '' : `: ${noFacts}`}`,
  () => {
    test('every one of the 49 is here', () => {
      expect(golden).toHaveLength(49)
      expect(golden.map(({ name }) => name).filter((name) => CASES[name] === undefined)).toEqual([])
      expect(Object.keys(CASES).filter((name) => !golden.some((one) => one.name === name))).toEqual([])
    })

    test.each(golden.filter(({ name }) => CASES[name]?.world !== undefined))('$name ($variant)', async (run) => {
      const { world, options, as = 'kept', dumps, codes = [], error, stacks } = CASES[run.name] ?? {}
      if (world === undefined) throw new Error('no world')
      let failure: unknown
      const now: Replay = await replay(world, options).catch((thrown: unknown): Replay => {
        failure = thrown
        return { dumps: [], codes: [], files: {}, requests: [] }
      })
      expect(isSalvageError(failure) ? failure.code : failure).toBe(error)
      if (error !== undefined) return
      const made = now.dumps.flatMap(asDockerRun)
      // What is to stay is compared with the record itself, what was wrong with what is right.
      expect(made).toEqual(as === 'kept' ? dumpsOf(run) : dumps)
      if (as === 'mended') expect(made).not.toEqual(dumpsOf(run))
      expect(now.codes).toEqual(codes)
      for (const stack of stacks ?? ['app']) expect(now.files[`${stack}/docker-compose.yml`]).toBe(14)
    })

    test('a redirection of the shell around it is where the output goes', async () => {
      const { world } = CASES['two engines in a stack, same name in another'] ?? {}
      if (world === undefined) throw new Error('no world')
      const { dumps } = await replay(world)
      expect(dumps[2]?.job.commands[0]?.output).toEqual({ path: 'databases.archive.gz', append: false })
    })

    test('120 services in 3 pages are 120 dumps, and three lists are all that is read', async () => {
      const { world, options } = CASES['120 services'] ?? {}
      if (world === undefined) throw new Error('no world')
      const { dumps, requests } = await replay({ ...world, pageLimit: 50 }, options)
      expect(new Set(dumps.map(({ ref }) => ref)).size).toBe(120)
      expect(requests.filter((request) => request.includes('/services?'))).toHaveLength(3)
      expect(requests.filter((request) => request.startsWith('GET'))).toHaveLength(1 + 1 + 3 + 3)
    })
  },
)
