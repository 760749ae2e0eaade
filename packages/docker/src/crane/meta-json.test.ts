import { expect, test } from 'vitest'
import { metaJson } from './meta-json.ts'

const at = '2026-11-21T08:00:00.000Z'
const volume = { name: 'v1', driver: 'local', mountpoint: '/x', labels: {}, driverOptions: {} }

test('members in order, two blanks, times in milliseconds, nothing escaped for HTML, nothing empty', () => {
  const text = metaJson(
    { ...volume, labels: { 'a<b>&': "c='d'" }, driverOptions: { o: 'ü' } },
    { at, machine: 'm' },
    'c',
    'i:1',
    new Date(1_795_248_001_234),
  )
  expect(text).toBe(
    `{
  "hostMeta": {
    "timestamp": 1795248001234,
    "executionStart": 1795248000000,
    "host": "m"
  },
  "volumeMeta": {
    "name": "v1",
    "labels": {
      "a<b>&": "c='d'"
    },
    "driver": "local",
    "driverOptions": {
      "o": "ü"
    }
  },
  "crane": "c",
  "image": "i:1"
}`,
  )
  const bare: unknown = JSON.parse(metaJson(volume, { at, machine: 'm' }, 'c', 'i', new Date(0)))
  expect(bare).toHaveProperty('volumeMeta', { name: 'v1', driver: 'local' })
})
