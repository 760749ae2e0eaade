import { expect, test } from 'vitest'
import { quiesceChoices } from './workload-labels.ts'

const STOP = { quiescer: 'docker.stop', settings: {} }
const PAUSE = { quiescer: 'docker.pause', settings: {} }
const exec = (settings: object): object => ({ quiescer: 'docker.exec', settings })

test.each([
  ['nothing is said', {}, [STOP]],
  ['stop', { 'salvage.action': 'stop' }, [STOP]],
  ['pause', { 'salvage.action': 'pause' }, [PAUSE]],
  ['ignore', { 'salvage.action': 'ignore' }, []],
  [
    'a pre command alone is what brings it to rest',
    { 'salvage.command.pre': 'sync' },
    [exec({ pre: ['sync'], alone: true })],
  ],
  [
    'a post command alone: it is stopped all the same',
    { 'salvage.command.post': 'warm up' },
    [exec({ post: ['warm', 'up'], alone: false }), STOP],
  ],
  [
    'both commands and no action',
    { 'salvage.command.pre': 'a', 'salvage.command.post': 'b' },
    [exec({ pre: ['a'], post: ['b'], alone: true })],
  ],
  [
    'commands beside a stop',
    { 'salvage.command.pre': 'a', 'salvage.command.post': 'b', 'salvage.action': 'stop' },
    [exec({ pre: ['a'], post: ['b'], alone: false }), STOP],
  ],
  [
    'a command beside a pause',
    { 'salvage.command.pre': 'a', 'salvage.action': 'pause' },
    [exec({ pre: ['a'], alone: false }), PAUSE],
  ],
  [
    'a post command beside ignore',
    { 'salvage.command.post': 'b', 'salvage.action': 'ignore' },
    [exec({ post: ['b'], alone: true })],
  ],
  [
    'the user',
    { 'salvage.command.pre': 'a', 'salvage.command.user': '0' },
    [exec({ pre: ['a'], user: '0', alone: true })],
  ],
  [
    'the user under its other name',
    { 'salvage.command.pre': 'a', 'salvage.user': 'app' },
    [exec({ pre: ['a'], user: 'app', alone: true })],
  ],
  [
    'both names of the user',
    { 'salvage.command.pre': 'a', 'salvage.user': 'app', 'salvage.command.user': '0' },
    [exec({ pre: ['a'], user: '0', alone: true })],
  ],
  [
    'exit codes',
    { 'salvage.command.pre': 'a', 'salvage.command.exitcode': '1, 3 - 5' },
    [exec({ pre: ['a'], exitCodes: '1, 3 - 5', alone: true })],
  ],
  [
    'a time limit',
    { 'salvage.command.pre': 'a', 'salvage.command.timeout': '1m30s' },
    [exec({ pre: ['a'], timeoutMs: 90_000, alone: true })],
  ],
  ['a time to be healthy again, and none', { 'salvage.health.timeout': '0s' }, [STOP]],
  [
    'no shell',
    { 'salvage.command.pre': 'echo $FOO && false' },
    [exec({ pre: ['echo', '$FOO', '&&', 'false'], alone: true })],
  ],
])('%s', (_, labels, choices) => {
  expect(quiesceChoices(labels, 'web')).toEqual(choices)
})

test.each([
  [{ 'salvage.action': 'Stop' }, 'LABEL.ACTION', 'salvage.action', 'did you mean "stop"?'],
  [{ 'salvage.action': '' }, 'LABEL.ACTION', 'salvage.action', 'write salvage.action='],
  [{ 'salvage.action': 'restart' }, 'LABEL.ACTION', 'salvage.action', ''],
  [{ 'salvage.command.pre': 'sh -c "a' }, 'LABEL.COMMAND', 'salvage.command.pre', 'quotes'],
  [{ 'salvage.command.pre': '' }, 'LABEL.COMMAND', 'salvage.command.pre', ''],
  [{ 'salvage.command.post': "it's" }, 'LABEL.COMMAND', 'salvage.command.post', ''],
  [
    { 'salvage.command.pre': 'a', 'salvage.command.exitcode': '0,2' },
    'LABEL.EXIT_CODES',
    'salvage.command.exitcode',
    'accept:0,2',
  ],
  [
    { 'salvage.command.pre': 'a', 'salvage.command.exitcode': '1,,2' },
    'LABEL.EXIT_CODES',
    'salvage.command.exitcode',
    '',
  ],
  [
    { 'salvage.command.pre': 'a', 'salvage.command.timeout': 'long' },
    'DURATION.INVALID',
    'salvage.command.timeout',
    '90s',
  ],
  [{ 'salvage.command.timeout': '0s' }, 'DURATION.INVALID', 'salvage.command.timeout', '90s'],
  [{ 'salvage.health.timeout': '5' }, 'DURATION.INVALID', 'salvage.health.timeout', '90s'],
  [{ 'salvage.command.exitcode': 'custom' }, 'LABEL.EXIT_CODES', 'salvage.command.exitcode', ''],
])('%j is refused', (labels, code, label, hint) => {
  expect(() => quiesceChoices(labels, 'web')).toThrow(
    expect.objectContaining({
      code,
      message: expect.stringContaining(`container web, label ${label}: `),
      hint: expect.stringContaining(hint),
    }),
  )
})
