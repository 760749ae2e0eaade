import { expect, test } from 'vitest'
import { fault } from './error.ts'

const answered = (statusCode: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${String(statusCode)}) unexpected - ${message} `), {
    statusCode,
    json: { message },
  })
const broken = (code: string): Error => Object.assign(new Error(`connect ${code} /var/run/docker.sock`), { code })

test.each([
  [answered(404, 'No such container: web'), 'DOCKER.NOT_FOUND', false, 'No such container: web'],
  [answered(409, 'is paused'), 'DOCKER.CONFLICT', false, 'is paused'],
  [answered(400, 'bad parameter'), 'DOCKER.REFUSED', false, 'bad parameter'],
  [answered(403, 'Forbidden'), 'DOCKER.PERMISSION', false, 'Forbidden'],
  [answered(500, 'driver failed'), 'DOCKER.ENGINE', false, 'driver failed'],
  [answered(503, 'not ready'), 'DOCKER.ENGINE', true, 'not ready'],
  [broken('ECONNREFUSED'), 'DOCKER.UNREACHABLE', true, 'ECONNREFUSED'],
  [broken('ENOENT'), 'DOCKER.UNREACHABLE', true, 'ENOENT'],
  [broken('ECONNRESET'), 'DOCKER.UNREACHABLE', true, 'ECONNRESET'],
  [broken('EACCES'), 'DOCKER.PERMISSION', false, 'EACCES'],
  [new Error('socket hang up'), 'DOCKER.UNREACHABLE', true, 'socket hang up'],
  [new Error('aborted'), 'DOCKER.UNREACHABLE', true, 'aborted'],
])('%s is %s', (error, code, retryable, why) => {
  const made = fault(error, 'stop container web', 'unix:///x')
  expect(made).toMatchObject({ code, retryable, why: expect.stringContaining(why), cause: error })
  expect(made.message).toMatch(/^stop container web: /)
})

test('a socket that may not be opened says who may', () => {
  expect(fault(broken('EACCES'), 'list', 'unix:///x').hint).toContain('group "docker"')
})

test('what nobody expects is passed on with its text', () => {
  expect(fault(new Error('something else'), 'list', 'x')).toMatchObject({
    code: 'DOCKER.ENGINE',
    message: 'list: something else',
  })
})
