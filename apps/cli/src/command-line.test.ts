import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { recordedTerminal } from '../test/recorded-terminal.ts'
import { runCommandLine, version } from './command-line.ts'

async function run(line: string, directory = '/'): Promise<{ code: number; out: string; err: string }> {
  const terminal = recordedTerminal({ directory, environment: { SALVAGE_STATE: join(directory, 'state') } })
  const code = await runCommandLine(line.split(' ').filter(Boolean), terminal)
  return { code, ...terminal.written }
}

test.each(['run', 'plan', 'list'])('%s --help names each kind of target', async (command) => {
  const { code, out } = await run(`${command} --help`)
  expect(code).toBe(0)
  for (const scheme of ['dir', 'docker', 'dump', 'btrfs', 'k8s', 'rancher']) expect(out).toContain(`${scheme}:`)
})

describe('a wrong command line is one clear error and exit code 2', () => {
  test.each([
    ['rnu', "unknown command 'rnu'", 'did you mean run?'],
    ['run --tied x', "unknown option '--tied'", 'did you mean --tide?'],
    ['run', 'nothing to back up is named', 'k8s:NAMESPACE/CLAIM'],
    ['plan --grouping Smart dir:/a', "option '--grouping <how>' argument 'Smart' is invalid", ''],
    ['plan --max-concurrent 0 dir:/a', "'--max-concurrent <n>' argument '0' is invalid", ''],
    ['plan --max-hold soon dir:/a --to archive:/b', '--max-hold: "soon" is not a duration', '30m'],
    ['plan --max-hold 0s dir:/a --to archive:/b', '--max-hold must be longer than nothing', '90s'],
    ['run rancher:a//b --to archive:/b', 'cannot be something of Rancher', 'rancher:STACK/SERVICE'],
    ['run --plan p dir:/a', '--plan says everything itself', 'leave out'],
    ['explain salvage.actoin', '"salvage.actoin" means nothing to salvage-kit', 'did you mean "salvage.action"?'],
    ['restore', "missing required argument 'point'", ''],
    ['completion tcsh', "'tcsh' is invalid", ''],
    ['history --limit many', "argument 'many' is invalid", ''],
    ['config chekc', "unknown command 'chekc'", 'did you mean check?'],
    ['prune --frobnicate', "unknown option '--frobnicate'", 'see salvage-kit prune --help'],
    ['config check more', 'too many arguments', 'see salvage-kit config check --help'],
    ['run dir:/a --to archive:', '"archive:" is not a store', 'archive:DIR'],
    ['run dir:/a/../b --to archive:/c', 'dir:/a/../b: the path is not plain', 'dir:/b'],
    ['recover --forget r1', 'there is nothing of run "r1" to take back', 'salvage-kit recover'],
    ['--config /nonexistent.yaml config check', 'there is no such file', 'name a file'],
  ])('%s', async (line, message, hint) => {
    const text = await run(line)
    expect(text.code).toBe(2)
    expect(text.out).toBe('')
    expect(text.err).toMatch(/^error: /)
    expect(text.err).toContain(message)
    expect(text.err.split('\n').find((one) => one.startsWith('  next: ')) ?? '').toContain(hint)

    const json = await run(`${line} --json`)
    expect(json.code).toBe(2)
    expect(json.err).toBe('')
    expect(JSON.parse(json.out)).toMatchObject({
      error: { code: expect.stringMatching(/^[A-Z]+\.[A-Z_]+$/), message: expect.stringContaining(message) },
    })
  })
})

test.each(['', 'config'])('no command at all (%j) prints help on stderr and is one error', async (line) => {
  const text = await run(line)
  expect([text.code, text.out]).toEqual([2, ''])
  expect(text.err).toMatch(/^Usage: salvage-kit .*\nerror: no command is named\n {2}next: see salvage-kit.* --help\n$/s)
  expect(JSON.parse((await run(`${line} --json`)).out)).toMatchObject({ version: 1, error: { code: 'CLI.USAGE' } })
})

test('help prints the help of a command', async () => {
  expect(await run('help run')).toEqual(await run('run --help'))
  expect(await run('help')).toEqual(await run('--help'))
})

test('help is on stdout, with exit code 0', async () => {
  const { code, out, err } = await run('run --help')
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain('Usage: salvage-kit run [options] [ref...]')
})

test('the version is that of the package', async () => {
  expect(await run('--version')).toEqual({ code: 0, out: `${version()}\n`, err: '' })
})

test('config check, show and schema', async () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'salvage-kit.yaml')
  expect((await run('config check --no-docker', folder.path)).out).toContain('there is no configuration file')
  writeFileSync(
    file,
    'cranes: { c: { image: i, timeout: 90m, env: { PASS: hunter22 } } }\ntides: { d: { keep: { within: 2d } } }\n',
  )
  expect(await run('config check --no-docker', folder.path)).toEqual({
    code: 0,
    out: `${file}: good\nlabels of containers: not looked at (--no-docker)\n`,
    err: '',
  })
  const shown = await run('config show', folder.path)
  expect(shown.out).toBe(
    `# ${file}\ncranes:\n  c:\n    image: i\n    env:\n      PASS: "***"\n    timeout: 1h30m\ntides:\n  d:\n    keep:\n      within: 2d\n`,
  )
  expect(JSON.parse((await run('config show --json', folder.path)).out)).toMatchObject({
    file,
    config: { cranes: { c: { env: { PASS: '***' } } } },
  })
  expect(JSON.parse((await run('config schema', folder.path)).out)).toMatchObject({
    title: 'salvage-kit.yaml',
    properties: { tides: { additionalProperties: { properties: { cron: {}, maxHold: { type: 'string' } } } } },
  })
  writeFileSync(file, 'tides: { d: { cron: never } }\n')
  const wrong = await run('config check --no-docker', folder.path)
  expect([wrong.code, wrong.out]).toEqual([2, ''])
  expect(wrong.err).toBe(
    `error: ${file}:1:21: tides.d.cron: "never" is not a schedule\n` +
      '  why: it has 1 fields, not five or six\n' +
      '  next: write five fields, minute hour day month weekday, like "0 3 * * *", six with seconds first, @daily, or @every 6h\n',
  )
})

test('passwords in addresses are never repeated', async () => {
  using folder = temporaryDirectory()
  mkdirSync(join(folder.path, 'a'))
  const line = 'run dir:a --to restic:rest:https://me:hunter22@example.org/r'
  for (const said of [await run(line, folder.path), await run(`${line} --json`, folder.path)]) {
    expect(said.code).not.toBe(0)
    expect(said.out + said.err).not.toContain('hunter22')
  }
})

test('without state there is nothing to show, and nothing to recover', async () => {
  using folder = temporaryDirectory()
  expect(await run('history', folder.path)).toEqual({ code: 0, out: '', err: 'no runs yet\n' })
  expect(JSON.parse((await run('history --json', folder.path)).out)).toEqual({ version: 1, runs: [] })
  expect(await run('recover', folder.path)).toEqual({ code: 0, out: 'nothing to recover\n', err: '' })
  expect(await run('list', folder.path)).toEqual({ code: 0, out: '', err: 'no restore points\n' })
})

test('a store in the target that is copied into it is refused', async () => {
  using folder = temporaryDirectory()
  mkdirSync(join(folder.path, 'a/b'), { recursive: true })
  for (const line of ['plan dir:a --to restic:a/b/repo', 'plan dir:. --to restic:a', 'plan dir:a --to restic:a']) {
    const { code, err } = await run(line, folder.path)
    expect([line, code]).toEqual([line, 2])
    expect(err).toContain('lies in the target')
  }
})
