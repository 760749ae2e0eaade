import { isSalvageError } from '@salvage-kit/core'
import { beforeAll, describe, expect, test } from 'vitest'
import { renderBound } from './bind.ts'
import { dumpJob } from './dump-job.ts'
import type { DumpJob } from './dump-job.ts'
import { jinja } from './engine.ts'
import type { TemplateEngine } from './engine.ts'

let engine: TemplateEngine
beforeAll(async () => {
  engine = await jinja()
})

const TARGET = '/backup/dump/app/db'

function job(template: string, env: Readonly<Record<string, string>> = {}): DumpJob {
  const context = { env, ip: '10.0.0.1', target_dir: TARGET }
  const bound = renderBound(engine, template, context, { name: 't.yml' })
  return dumpJob(bound, { name: 't.yml', image: 'own:1', targetDirectory: TARGET })
}

function refusal(template: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    job(template, env)
  } catch (error) {
    if (isSalvageError(error)) {
      for (const value of Object.values(env)) expect(`${error.message} ${error.why ?? ''}`).not.toContain(value)
      return error.code
    }
    throw error
  }
  return 'taken'
}

test('a value is an argument, whatever it holds', () => {
  const { commands, image } = job('commands: ["dump -d {{ env.A }} --x={{ env.A }}"]', { A: `a' "b $(c)\n# d` })
  expect(image).toBe('own:1')
  expect(commands).toEqual([{ argv: ['dump', '-d', `a' "b $(c)\n# d`, `--x=a' "b $(c)\n# d`], environment: {} }])
})

test('an entry of environments is cut at its first colon or equals sign', () => {
  const list = '["A:{{ env.P }}", "B={{ env.P }}", "C:x"]'
  expect(job(`{commands: [x], environments: ${list}}`, { P: 'a:b=c' }).environment).toEqual({
    A: 'a:b=c',
    B: 'a:b=c',
    C: 'x',
  })
})

test('a value in a script is a variable of it', () => {
  const [command] = job(`commands: ["sh -c 'dump {{ env.A }} {{ env.A }} > {{ target_dir }}/x'"]`, {
    A: 'v',
  }).commands
  const script = 'dump "${SALVAGE_VALUE_1}" "${SALVAGE_VALUE_1}" > "${SALVAGE_VALUE_2}"/x'
  expect(command?.argv).toEqual(['sh', '-c', script])
  expect(command?.environment).toEqual({ SALVAGE_VALUE_1: 'v', SALVAGE_VALUE_2: TARGET })
})

test('an entrypoint is split, and may be a shell', () => {
  const [command] = job(`{entrypoint: /bin/sh -e, commands: ["-c 'rm -f {{ target_dir }}/*.json'"]}`).commands
  expect(command).toEqual({
    entrypoint: ['/bin/sh', '-e'],
    argv: ['-c', 'rm -f "${SALVAGE_VALUE_1}"/*.json'],
    environment: { SALVAGE_VALUE_1: TARGET },
  })
})

test('what takes a shell gets one, in the container, and a pipe that tells', () => {
  const [command] = job('commands: ["dump {{ env.A }} | gzip > {{ target_dir }}/x.gz"]', { A: ';' }).commands
  expect(command?.argv.slice(0, 2)).toEqual(['sh', '-c'])
  expect(command?.argv[2]).toMatch(/pipefail; dump "\$\{SALVAGE_VALUE_1\}" \| gzip > "\$\{SALVAGE_VALUE_2\}"\/x\.gz$/)
})

test('output goes below the target directory, or a shell of the container writes it', () => {
  expect(job('commands: ["dump > {{ target_dir }}/a/b"]').commands[0]?.output).toEqual({ path: 'a/b', append: false })
  for (const path of ['/etc/x', '{{ target_dir }}/../x', '{{ target_dir }}', '{{ target_dir }}/{{ env.A }}'])
    expect(job(`commands: ["dump > ${path}"]`, { A: '../x' }).commands[0]).not.toHaveProperty('output')
})

describe('templates that look into values', () => {
  test('get what is inert as it is, and others as marks', () => {
    const template = `commands: ["dump {% if env.MODE == 'all' %}--all{% endif %} {{ env.A }}"]`
    expect(job(template, { MODE: 'all', A: '$(x)' }).commands[0]?.argv).toEqual(['dump', '--all', '$(x)'])
  })
  test('are refused when what they look into is not inert', () => {
    expect(refusal('commands: ["dump {{ env.A | upper }}"]', { A: 'a b' })).toBe('RANCHER.TEMPLATE_VALUE')
    expect(job('commands: ["dump {{ env.A | upper }}"]', { A: 'ab' }).commands[0]?.argv).toEqual(['dump', 'AB'])
  })
})

test.each([
  ['RANCHER.TEMPLATE', 'commands: ["x {{ env.NOPE }}"]'],
  ['RANCHER.TEMPLATE', 'commands: ["x {{ env.NOPE.deep }}"]'],
  ['RANCHER.TEMPLATE', '{% if %}'],
  ['RANCHER.TEMPLATE', 'commands: ["{% for i in range(100000000) %}x{% endfor %}"]'],
  ['RANCHER.TEMPLATE', "{% include '/etc/passwd' %}"],
  ['RANCHER.TEMPLATE', 'commands: ['],
  ['RANCHER.TEMPLATE', 'just text'],
  ['RANCHER.TEMPLATE', 'image: x'],
  ['RANCHER.TEMPLATE', 'commands: []'],
  ['RANCHER.TEMPLATE', 'commands: [[x]]'],
  ['RANCHER.TEMPLATE_VALUE', '{commands: [x], environments: [NAME]}'],
  ['RANCHER.TEMPLATE_VALUE', '{commands: [x], environments: ["{{ env.A }}:x"]}'],
  ['RANCHER.TEMPLATE_VALUE', '{commands: [x], image: "{{ env.A }}"}'],
  ['RANCHER.TEMPLATE_VALUE', `commands: ["sh -c 'eval {{ env.A }}'"]`],
  ['RANCHER.TEMPLATE_VALUE', 'commands: ["dump {{ env.DASH }}"]'],
  ['RANCHER.TEMPLATE_VALUE', 'commands: ["dump -d {{ env.NUL }}"]'],
])('%s: %s', (code, template) => {
  expect(refusal(template, { A: 'a value of it', DASH: '--defaults-file=/x', NUL: 'a\0b' })).toBe(code)
})

const AGAIN = [
  `sh -c 'eval dump V'`,
  `sh -c 'sh -c \\"dump V\\"'`,
  `sh -c 'bash -euc \\"dump V\\"'`,
  `timeout 9 su postgres -c 'pg_dump V'`,
  `sudo sh -c 'dump V'`,
  `env -i sh -c 'dump V'`,
  `ssh host 'dump V'`,
  `sh -c 'ls | xargs -I{} dump V'`,
  `sh -c 'ls | sed s/x/V/'`,
  `sh -c 'mysql -e \\"drop V\\"'`,
  `mysql --execute='drop V'`,
  `mongo --eval 'V'`,
  `psql -c 'V'`,
  `sh -c 'echo $((1 + V))'`,
  `dump V | su x -c y`,
]

test.each(AGAIN)('%s takes simple words only, for what reads them again', (text) => {
  const template = `commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`
  expect(refusal(template, { A: '$(touch X)' })).toBe('RANCHER.TEMPLATE_VALUE')
  const [command] = job(template, { A: 'app_db-1' }).commands
  expect(command?.argv.join(' ')).toContain('app_db-1')
  expect(command?.environment).toEqual({})
})

test.each([`timeout 9 sh -c 'dump V'`, `nice bash -euc 'dump V'`, `busybox sh -o pipefail -c 'dump V'`])(
  'the script of %s is bound, whoever starts the shell',
  (text) => {
    const [command] = job(`commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`, { A: '$(touch X)' }).commands
    expect(command?.argv.at(-1)).toBe('dump "${SALVAGE_VALUE_1}"')
    expect(command?.environment).toEqual({ SALVAGE_VALUE_1: '$(touch X)' })
  },
)

test.each(['V x', `sh -c 'V x'`, `sh -c 'a; V'`, `sh -c 'a && \\"V\\"'`, `sh -c 'a $(V)'`, 'a | V'])(
  '%s lets a value name the program, and is refused',
  (text) => {
    expect(refusal(`commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`, { A: 'reboot' })).toBe(
      'RANCHER.TEMPLATE_VALUE',
    )
  },
)

test.each([
  [`sh -c 'tar V'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'dump -u V > x'`, 'taken'],
  [`sh -c 'dump --user \\"V\\" > x'`, 'taken'],
  [`sh -c 'dump --user=V > x'`, 'taken'],
  [`sh -c 'dump -- V > x'`, 'RANCHER.TEMPLATE_VALUE'],
  [`sh -c 'dump \\"V\\" > x'`, 'RANCHER.TEMPLATE_VALUE'],
])('a value that begins with "-" in %s: %s', (text, code) => {
  expect(refusal(`commands: ["${text.replaceAll('V', '{{ env.A }}')}"]`, { A: '-x=y' })).toBe(code)
})

test('a value that begins with "-" is good behind an option', () => {
  expect(job('commands: ["dump -p {{ env.P }} --p={{ env.P }}"]', { P: '-x' }).commands[0]?.argv).toEqual([
    'dump',
    '-p',
    '-x',
    '--p=-x',
  ])
})

test('a value that is asked for and is not there is empty', () => {
  expect(job(`commands: ["x {% if env.A %}a{% endif %}{{ env.A | default('d') }}"]`).commands[0]?.argv).toEqual([
    'x',
    'd',
  ])
})

test('variables of any name stay variables', () => {
  expect(
    job('commands: ["x {{ env.constructor }} {{ env.__proto__ }}"]', { constructor: 'a', ['__proto__']: 'b' })
      .commands[0]?.argv,
  ).toEqual(['x', 'a', 'b'])
})
