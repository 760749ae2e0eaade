import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { send, serving, session, SUCCESS } from '../../../test/exec/serving.ts'

const PIECE = 32 * 1024

test('input comes in order, with its end, in pieces that servers take', async () => {
  const sizes: number[] = []
  const server = await serving((socket) => {
    let got = ''
    socket.on('message', (data: Buffer) => {
      sizes.push(data.length)
      if (data[0] === 0) got += data.subarray(1).toString()
      if (data[0] !== 255) return
      send(socket, 1, `${got.length}${String(data[1])}`)
      send(socket, 3, SUCCESS)
      socket.close(1000)
    })
  })
  const made = await session(server, { stdin: true })
  made.stdin.end('y'.repeat(100_000))
  expect(await text(made.stdout)).toBe('1000000')
  expect(Math.max(...sizes)).toBeLessThanOrEqual(PIECE + 1)
})

test('over v4 input is taken, but its end is an error and not the end of the session', async () => {
  const server = await serving((socket) => {
    socket.on('message', (data: Buffer) => {
      send(socket, 1, data.subarray(1))
      setTimeout(() => {
        send(socket, 3, SUCCESS)
        socket.close(1000)
      }, 50)
    })
  }, 'v4.channel.k8s.io')
  const made = await session(server, { stdin: true })
  const failed = once(made.stdin, 'error')
  made.stdin.end('hello')
  expect((await failed)[0]).toMatchObject({ code: 'EXEC.NO_STDIN_END' })
  expect(await text(made.stdout)).toBe('hello')
  expect(await made.ended).toEqual({ code: 0 })
})
