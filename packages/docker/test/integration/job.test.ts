import { setTimeout as sleep } from 'node:timers/promises'
import { text } from 'node:stream/consumers'
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { surveyEngine } from '../../src/discovery/survey.ts'
import type { Job, JobCommand, JobRun, JobSettings } from '../../src/job/job.ts'
import { dockerJobs } from '../../src/job/job-port.ts'
import { sweepJobs } from '../../src/job/job-sweep.ts'
import type { Bench } from '../bench.ts'
import { bench, calm, DOCKER, IMAGE } from '../bench.ts'

const TARGET = '/backup of/dump/app/db'

const sh = (script: string, rest: Partial<JobCommand> = {}): JobCommand => ({
  argv: ['sh', '-c', script],
  environment: {},
  ...rest,
})
const job = (commands: readonly JobCommand[], rest: Partial<Job> = {}): Job => ({
  image: IMAGE,
  environment: { SALVAGE_SECRET: 'hunter2 "$x" \\' },
  commands,
  ...rest,
})

const entry = (script: string, rest = {}): JobCommand => ({ argv: [script], environment: {}, ...rest })

describe.skipIf(!DOCKER)('jobs of templates on a real engine', () => {
  let on: Bench
  beforeAll(async () => {
    on = await bench()
  }, 60_000)
  afterEach(async () => {
    expect(await left()).toEqual('')
    await on.clean()
  }, 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  const left = async (): Promise<string> =>
    (await on.cli('ps', '--all', '--quiet', '--filter=label=salvage-kit.job')) +
    (await on.cli('volume', 'ls', '--quiet', '--filter=label=salvage-kit.job'))
  /** The files that a job makes. */
  async function files(
    what: Job,
    settings: JobSettings = { network: 'none' },
    options: Partial<JobRun> = {},
  ): Promise<Record<string, string>> {
    const found: Record<string, string> = {}
    const run = dockerJobs(on.engine, settings).run(what, {
      ...calm(),
      targetDirectory: TARGET,
      runId: 'r1',
      ...options,
    })
    for await (const file of run) {
      const content = await text(file.content)
      const bytes = Buffer.byteLength(content)
      const sha256 = createHash('sha256').update(content).digest('hex')
      expect(await file.whole).toEqual({ bytes, sha256 })
      found[file.name] = content
    }
    return found
  }

  test('commands share the directory, one after the other; their output goes where it is to go', async () => {
    const long = `${'n'.repeat(140)}ä`
    expect(
      await files(
        job([
          sh(`printf '%s' "$SALVAGE_SECRET" > '${TARGET}/secret'; printf '%s' "$OWN" > '${TARGET}/own'`, {
            environment: { OWN: 'a\nb' },
          }),
          { argv: ['echo', 'first'], environment: {}, output: { path: 'out', append: false } },
          { entrypoint: ['echo', 'sec ond'], argv: ['x'], environment: {}, output: { path: 'out', append: true } },
          sh(`cat '${TARGET}/out' '${TARGET}/out' > '${TARGET}/${long}'; : > '${TARGET}/empty'`),
        ]),
      ),
    ).toEqual({
      secret: 'hunter2 "$x" \\',
      own: 'a\nb',
      out: 'first\nsec ond x\n',
      [long]: 'first\nsec ond x\nfirst\nsec ond x\n',
      empty: '',
    })
  })

  test('a user of the image that is nobody may write, and the entry point of the image holds', async () => {
    await on.cli('create', '--name=mould', '--network=none', IMAGE)
    await on.cli('commit', '--change=USER 4321', '--change=ENTRYPOINT ["sh", "-c"]', 'mould', 'test/entry')
    await on.cli('rm', 'mould')
    expect(
      await files(
        job([entry(`id -u > '${TARGET}/a'`), entry('id -u; echo more', { output: { path: 'b', append: false } })], {
          image: 'test/entry',
        }),
      ),
    ).toEqual({ a: '4321\n', b: '4321\nmore\n' })
  })

  test('while it runs it is labelled, no target and no workload, and no sweep of a living process takes it', async () => {
    const going = files(job([sh(`sleep 3; echo x > '${TARGET}/x'`)]))
    while (!(await on.cli('ps', '--quiet', '--filter=label=salvage-kit.job'))) await sleep(50)
    await sweepJobs(on.engine, calm())
    const [name] = (await on.cli('volume', 'ls', '--quiet', '--filter=label=salvage-kit.run=r1')).split('\n')
    expect(name).toMatch(/^salvage-job-[0-9a-f]{16}$/)
    expect(await on.cli('ps', '--format={{.Names}}', '--filter=label=salvage-kit.run=r1')).toBe(`${String(name)}-1`)
    const { targets, workloads } = await surveyEngine(on.engine, calm())
    expect([...targets, ...workloads]).toEqual([])
    expect(await going).toEqual({ x: 'x\n' })
  })

  test('the first command that fails ends it: no file, no further command, and no secret in the message', async () => {
    const started = Date.now()
    const failing = files(
      job([sh(`echo half > '${TARGET}/x'; echo "no: $SALVAGE_SECRET" >&2; exit 7`), sh('sleep 60')]),
    )
    await expect(failing).rejects.toMatchObject({
      code: 'DUMP.JOB_FAILED',
      message: expect.stringMatching(/^command 1 of 2 .*status 7$/),
      why: 'its last lines: no: ***',
    })
    expect(Date.now() - started).toBeLessThan(50_000)
  })

  test('what is sent a signal is no dump, whatever its status', async () => {
    const failing = files(job([sh(`echo x > '${TARGET}/x'; trap 'exit 0' TERM; sleep 60 & wait`)]))
    const ended = expect(failing).rejects.toMatchObject({
      code: 'DUMP.JOB_FAILED',
      why: expect.stringContaining('SIGTERM'),
    })
    let id = ''
    while ((id = await on.cli('ps', '--quiet', '--filter=label=salvage-kit.job')) === '') await sleep(50)
    await sleep(500)
    await on.cli('stop', '--time=5', id)
    await ended
  })

  test.each([
    ['a program that is not there', { argv: ['no-such-program'], environment: {} }, 'DUMP.JOB_START'],
    ['a folder', sh(`mkdir '${TARGET}/d'`), 'DUMP.JOB_OUTPUT'],
    ['a link', sh(`ln -s /etc/passwd '${TARGET}/l'`), 'DUMP.JOB_OUTPUT'],
    ['nothing', sh('true'), 'DUMP.JOB_OUTPUT'],
  ])('%s is an error of its own', async (_what, command, code) => {
    await expect(files(job([command]))).rejects.toMatchObject({ code })
  })

  test('an image that is not there is pulled only when that is asked for', async () => {
    const absent = { image: 'localhost:1/no/such' }
    await expect(files(job([sh('true')], absent))).rejects.toMatchObject({
      code: 'DUMP.JOB_IMAGE',
      why: expect.stringContaining('not to be pulled'),
    })
    await expect(files(job([sh('true')], absent), { pull: 'missing' })).rejects.toMatchObject({
      code: 'DUMP.JOB_IMAGE',
      why: expect.stringContaining('localhost:1'),
    })
  })

  test('over its time, and aborted, it is removed at once', async () => {
    const forever = job([sh('sleep 600')])
    await expect(files(forever, { network: 'none' }, { limitMs: 3000 })).rejects.toMatchObject({
      code: 'DUMP.JOB_TIMEOUT',
    })
    const stop = new AbortController()
    const aborted = expect(files(forever, { network: 'none' }, { signal: stop.signal })).rejects.toThrow('enough')
    while (!(await on.cli('ps', '--quiet', '--filter=label=salvage-kit.job'))) await sleep(50)
    stop.abort(new Error('enough'))
    await aborted
  })

  test('who stops in the middle of a file gets no proof, and leaves nothing', async () => {
    const big = job([sh(`head -c 20000000 /dev/zero > '${TARGET}/a'; echo b > '${TARGET}/b'`)])
    for await (const file of dockerJobs(on.engine, { network: 'none' }).run(big, {
      ...calm(),
      targetDirectory: TARGET,
    })) {
      file.content.destroy()
      await expect(file.whole).rejects.toMatchObject({ code: 'DUMP.NOT_WHOLE' })
      break
    }
  })

  test('a file passed over leaves the next one whole', async () => {
    const big = job([sh(`head -c 20000000 /dev/zero > '${TARGET}/a'; echo b > '${TARGET}/b'`)])
    const seen: string[] = []
    for await (const file of dockerJobs(on.engine, { network: 'none' }).run(big, {
      ...calm(),
      targetDirectory: TARGET,
    })) {
      if (file.name === 'b') expect(await text(file.content)).toBe('b\n')
      else file.content.destroy()
      seen.push(file.name)
    }
    expect(seen.toSorted()).toEqual(['a', 'b'])
  })
})
