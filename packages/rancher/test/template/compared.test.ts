import { expect, test } from 'vitest'
import { job, refusal } from './job-of.ts'

const IF = `{% if env.A == 'yes' %}x{% endif %}`
const run = (command: string): string => `commands: ['dump ${IF}', '${command}']`

test.each([
  `{{ env.A }} x`,
  `{{- env.A -}} x`,
  `{{ env.A | lower }} x`,
  `{{ env.A | default("pg_dump") }} x`,
  `{{ env.A ~ "-tool" }} x`,
  `/opt/{{ env.A }}/run`,
  `timeout 9 {{ env.A }} x`,
  `{% for a in [env.A] %}{{ a }}{% endfor %} x`,
  `{% set a = env.A %}{{ a }} x`,
  `{% set a %}{{ env.A }}{% endset %}{{ a }} x`,
  `{% macro m(a) %}{{ a }} x{% endmacro %}{{ m(env.A) }}`,
  `{{ "pg_dump" if env.A == "yes" else env.A }} x`,
  `{% if env.A != "pg_dump" %}{{ env.A }}{% endif %} x`,
  `{% if env.A == "reboot" %}{{ env.A }}{% endif %} x`,
  `{% set other = "reboot" %}{{ env.A }} x`,
])('a value that is compared, or what is made of it, names no program either: %s', (command) => {
  expect(refusal(run(command), { A: 'reboot' })).toBe('RANCHER.TEMPLATE_VALUE')
})

test('nor a variable, nor an argument that is more than a word', () => {
  const template = `environments: ['{{ env.A }}:x']\n${run('dump')}`
  expect(refusal(template, { A: 'LD_PRELOAD' })).toBe('RANCHER.TEMPLATE_VALUE')
  expect(refusal(run('any-dump {{ env.A }}'), { A: '/etc/shadow' })).toBe('RANCHER.TEMPLATE_VALUE')
  expect(job(run('mkdir {{ env.A }}'), { A: '/etc/shadow' }).commands[1]?.argv).toEqual(['mkdir', '/etc/shadow'])
})

test('what only looks like a print is none', () => {
  const [, command] = job(run('mysqldump {% raw %}{{ env.A }}{% endraw %} {{ env.A }}'), { A: 'reboot' }).commands
  expect(command?.argv.at(-1)).toMatch(/; mysqldump \{\{ env\.A \}\} "\$\{SALVAGE_VALUE_1\}"$/)
})

test.each([
  [`{{ "mysqldump" if env.A == "reboot" else "pg_dump" }} {{ env.A }}`, ['mysqldump', 'reboot']],
  [`{% set tool = "mysqldump" %}{{ tool }} -u {{ env.A | upper }}`, ['mysqldump', '-u', 'REBOOT']],
  [`{% for tool in ["mysqldump"] %}{{ tool }} {{ loop.index }}{% endfor %}`, ['mysqldump', '1']],
  [`{% macro dump(db) %}mysqldump {{ db }}{% endmacro %}{{ dump(env.A) }}`, ['mysqldump', 'reboot']],
  [`mysqldump {{- " " -}} {{ env.A }}{# {{ env.A }} #}`, ['mysqldump', 'reboot']],
  [`mysqldump {{ target_dir ~ "/" }}{{ env.A }}`, ['mysqldump', '/backup/dump/app/db/reboot']],
])('what the template itself says stays, and values stand as data: %s', (command, argv) => {
  expect(job(run(command), { A: 'reboot' }).commands[1]?.argv).toEqual(argv)
})
