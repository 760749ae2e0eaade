import { describe, expect, test } from 'vitest'
import { job, refusal, TARGET } from '../../test/template/job-of.ts'

test('a value is an argument, whatever it holds', () => {
  const { commands, image } = job('commands: ["pg_dump -d {{ env.A }} --file={{ env.A }}"]', { A: `a' "b $(c)\n# d` })
  expect(image).toBe('own:1')
  expect(commands).toEqual([{ argv: ['pg_dump', '-d', `a' "b $(c)\n# d`, `--file=a' "b $(c)\n# d`], environment: {} }])
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
  const [command] = job('commands: ["pg_dump {{ env.A }} | gzip > {{ target_dir }}/x.gz"]', { A: ';' }).commands
  expect(command?.argv.slice(0, 2)).toEqual(['sh', '-c'])
  expect(command?.argv[2]).toMatch(
    /pipefail; pg_dump "\$\{SALVAGE_VALUE_1\}" \| gzip > "\$\{SALVAGE_VALUE_2\}"\/x\.gz$/,
  )
})

test('output goes below the target directory, or a shell of the container writes it', () => {
  expect(job('commands: ["dump > {{ target_dir }}/a/b"]').commands[0]?.output).toEqual({ path: 'a/b', append: false })
  for (const path of ['/etc/x', '{{ target_dir }}/../x', '{{ target_dir }}'])
    expect(job(`commands: ["pg_dump > ${path}"]`).commands[0]).not.toHaveProperty('output')
})

describe('templates that look into values', () => {
  test('get what is inert as it is, and others as marks', () => {
    const template = `commands: ["pg_dump {% if env.MODE == 'all' %}--clean{% endif %} {{ env.A }}"]`
    expect(job(template, { MODE: 'all', A: '$(x)' }).commands[0]?.argv).toEqual(['pg_dump', '--clean', '$(x)'])
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
