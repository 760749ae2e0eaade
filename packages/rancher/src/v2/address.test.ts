import { isSalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { rancherAddress } from './address.ts'

test.each([
  ['https://r.example.org', 'https://r.example.org'],
  [' https://r.example.org/ ', 'https://r.example.org'],
  ['https://r.example.org:8443/v3', 'https://r.example.org:8443'],
  ['https://r.example.org/v3/clusters/c-m-1?x=1', 'https://r.example.org'],
  ['https://r.example.org/v3-public', 'https://r.example.org'],
  ['https://r.example.org/v1', 'https://r.example.org'],
  ['https://r.example.org/dashboard/c/local/explorer', 'https://r.example.org'],
  ['https://r.example.org/k8s/clusters/c-m-1', 'https://r.example.org'],
  ['https://r.example.org/tools/rancher/v3/', 'https://r.example.org/tools/rancher'],
  ['http://127.0.0.1:80/v3x', 'http://127.0.0.1/v3x'],
  ['http://localhost:8080', 'http://localhost:8080'],
  ['http://[::1]:8080', 'http://[::1]:8080'],
])('%s is a server at %s', (text, address) => {
  expect(rancherAddress(text)).toBe(address)
})

test.each([
  '',
  'r.example.org',
  'ftp://r.example.org',
  'https://token-abcde:hidden@r.example.org',
  'http://r.example.org',
  'http://localhost.example.org',
  'http://127.example.org',
  'http://10.0.0.1/v3',
])('%j is none, and is not repeated', (text) => {
  let thrown: unknown
  try {
    rancherAddress(text)
  } catch (error) {
    thrown = error
  }
  if (!isSalvageError(thrown)) throw new Error('it did not fail as it should', { cause: thrown })
  expect(thrown.code).toBe('RANCHER.ADDRESS')
  expect(JSON.stringify([thrown.message, thrown.why, thrown.hint])).not.toContain('hidden')
})
