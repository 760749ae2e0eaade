import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'

/** What is wrong, the file, where (line, column and path), what is said, and the hint. */
test.each([
  [
    'cron rubbish',
    'tides:\n  d:\n    cron: every day',
    '3:11 tides.d.cron',
    /"every day" is not a schedule/,
    /five fields/,
  ],
  [
    'seven cron fields',
    'tides: { d: { cron: "0 0 0 3 * * *" } }',
    '1:21 tides.d.cron',
    /not a schedule/,
    /five fields/,
  ],
  [
    'an unknown time zone',
    'tides: { d: { timeZone: Europe/Berln } }',
    '1:25 tides.d.timeZone',
    /zone/,
    /Europe\/Berlin/,
  ],
  ['a bad blackout', 'tides: { d: { blackout: [8-18] } }', '1:26 tides.d.blackout.0', /"8-18"/, /08:00-18:00/],
  ['no time left', 'tides: { d: { blackout: ["0:00-24:00"] } }', '1:26 tides.d.blackout.0', /blackout/, /08:00/],
  ['a bad jitter', 'tides: { d: { jitter: often } }', '1:23 tides.d.jitter', /"often" is not a duration/, /30m|90s/],
  ['a hold of no kind', 'tides: { d: { hold: hot } }', '1:21 tides.d.hold', /"hot" is not one of/, /(?:)/],
  ['catchUp as text', 'tides: { d: { catchUp: "yes" } }', '1:24 tides.d.catchUp', /true or false/, /(?:)/],
  ['a relative socket', 'daemon: { socket: daemon.sock }', '1:19 daemon.socket', /absolute path/, /\/srv\/app/],
  ['a cron value out of range', 'tides: { d: { cron: "61 3 * * *" } }', '1:21 tides.d.cron', /not a schedule/, /five/],
  ['a cron that is never due', 'tides: { d: { cron: "0 0 31 2 *" } }', '1:21 tides.d.cron', /schedule/, /five/],
  ['an unknown cron nickname', 'tides: { d: { cron: "@reboot" } }', '1:21 tides.d.cron', /"@reboot"/, /@daily/],
  ['a bad duration', 'tides: { d: { maxHold: soon } }', '1:24 tides.d.maxHold', /"soon" is not a duration/, /30m|90s/],
  ['no duration at all', 'tides: { d: { maxHold: 0s } }', '1:24 tides.d.maxHold', /no time at all/, /30m/],
  [
    'a number for a duration',
    'tides: { d: { maxHold: 30 } }',
    '1:24 tides.d.maxHold',
    /maxHold must be a string, not the number 30/,
    /(?:)/,
  ],
  [
    'an unknown grouping',
    'tides: { d: { grouping: Smart } }',
    '1:25 tides.d.grouping',
    /"Smart" is not one of individual/,
    /"smart"/,
  ],
  ['a tide name with a dot', 'tides: { a.b: { cron: "@daily" } }', '1:10 tides.a.b', /"a.b" is not a name/, /nightly/],
  ['a store name with /../', 'stores: { a/../b: archive:/x }', '1:11 stores.a/../b', /is not a name/, /off-site/],
  [
    'a volume name with /../',
    'tides: { d: { targets: ["docker:a/../b"] } }',
    '1:25 tides.d.targets.0',
    /cannot be the name of a volume/,
    /docker volume ls/,
  ],
  [
    'a directory with /../',
    'directories: [{ path: /srv/../etc }]',
    '1:23 directories.0.path',
    /"\/srv\/..\/etc"/,
    /whole path/,
  ],
  [
    'a relative directory',
    'directories: [{ path: srv }]',
    '1:23 directories.0.path',
    /not an absolute path/,
    /whole path/,
  ],
  [
    'a target that Rancher cannot have',
    'tides: { d: { targets: ["rancher:a/b*"] } }',
    '1:25 tides.d.targets.0',
    /cannot be something of Rancher/,
    /rancher:STACK/,
  ],
  [
    'a target without a scheme',
    'tides: { d: { targets: [/srv/app] } }',
    '1:25 tides.d.targets.0',
    /not a reference/,
    /dir:/,
  ],
  [
    'a misspelt scheme',
    'tides: { d: { targets: ["dokcer:x"] } }',
    '1:25 tides.d.targets.0',
    /no targets of the kind dokcer:/,
    /docker:/,
  ],
  [
    'a crane that may not run at all',
    'cranes: { b: { image: x, maxConcurrent: 0 } }',
    '1:41 cranes.b.maxConcurrent',
    /0 is too small/,
    /(?:)/,
  ],
  [
    'a secret of a crane in a file that is not said whole',
    'cranes: { b: { image: x, secrets: { KEY: key.txt } } }',
    '1:42 cranes.b.secrets.KEY',
    /absolute/,
    /(?:)/,
  ],
  [
    'bad exit codes',
    'directories: [{ path: /a, hooks: { pre: x, exitCodes: "1,,2" } }]',
    '1:55 directories.0.hooks.exitCodes',
    /"1,,2"/,
    /accept:/,
  ],
  [
    'an ambiguous list of exit codes',
    'directories: [{ path: /a, hooks: { pre: x, exitCodes: "0,1" } }]',
    '1:55 directories.0.hooks.exitCodes',
    /"0,1"/,
    /accept:/,
  ],
  [
    'a quote without a partner',
    `directories: [{ path: /a, hooks: { pre: "sh -c 'x" } }]`,
    '1:41 directories.0.hooks.pre',
    /not a command line/,
    /quotes/,
  ],
  ['a negative count', 'tides: { d: { keep: { daily: -1 } } }', '1:30 tides.d.keep.daily', /-1 is too small/, /(?:)/],
])('a wrong value is one clear problem at its place: %s', (_name, text, place, message, hint) => {
  const { problems } = parseConfig(text)
  expect(problems).toHaveLength(1)
  const [problem] = problems
  expect(problem?.message).toMatch(message)
  expect(`${String(problem?.line)}:${String(problem?.column)} ${problem?.path ?? ''}`).toBe(place)
  expect(problem?.hint ?? '').toMatch(hint)
})
