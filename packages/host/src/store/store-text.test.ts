import { expect, test } from 'vitest'
import { checkStoreText } from './store-text.ts'

const names = {
  stores: {
    nas: 'archive:/mnt/nas',
    jobs: { kind: 'job', namespace: 'backup', crane: { image: 'crane' } },
    kept: 'csi:fast',
    chains: { kind: 'duplicity', url: 'file:///b', target: 'dir:/backup' },
    'off-site': { kind: 'restic', address: 'sftp:far:/repo', passwordFile: '/etc/pass' },
  },
  cranes: ['borg'],
} as const

test.each([
  ['archive:/backups', { kind: 'archive', directory: '/backups' }],
  ['archive:backups', { kind: 'archive', directory: '/home/me/backups' }],
  ['restic:repo', { kind: 'restic', address: '/home/me/repo' }],
  ['restic:sftp:host:/repo', { kind: 'restic', address: 'sftp:host:/repo' }],
  ['restic:rest:https://host/x', { kind: 'restic', address: 'rest:https://host/x' }],
  ['restic:@address', { kind: 'restic', address: '@/home/me/address' }],
  ['duplicity:/backups', { kind: 'duplicity', url: '/backups' }],
  ['duplicity:backups', { kind: 'duplicity', url: '/home/me/backups' }],
  ['duplicity:sftp://me@far//b', { kind: 'duplicity', url: 'sftp://me@far//b' }],
  ['chains', { kind: 'duplicity', url: 'file:///b', target: 'dir:/backup' }],
  ['btrfs:/mnt/b', { kind: 'btrfs', directory: '/mnt/b' }],
  ['btrfs:b', { kind: 'btrfs', directory: '/home/me/b' }],
  ['btrfs:far.example:/mnt/b/', { kind: 'btrfs', host: 'far.example', directory: '/mnt/b' }],
  ['btrfs:/mnt/x:/y', { kind: 'btrfs', directory: '/mnt/x:/y' }],
  ['btrfs-raw:far:/mnt/b', { kind: 'btrfs-raw', host: 'far', directory: '/mnt/b' }],
  ['csi:', { kind: 'csi' }],
  ['csi:default', { kind: 'csi' }],
  ['csi:fast.retain', { kind: 'csi', class: 'fast.retain' }],
  ['kept', { kind: 'csi', class: 'fast' }],
  ['jobs', { kind: 'job', name: 'jobs', namespace: 'backup' }],
  ['job:jobs', { kind: 'job', name: 'jobs', namespace: 'backup' }],
  ['crane:borg', { kind: 'crane', name: 'borg' }],
  ['borg', { kind: 'crane', name: 'borg' }],
  ['nas', { kind: 'archive', directory: '/mnt/nas' }],
  ['off-site', { kind: 'restic', address: 'sftp:far:/repo', passwordFile: '/etc/pass' }],
])('%s', (text, store) => expect(checkStoreText(text, names, { from: '/home/me' })).toEqual(store))

test.each([
  ['nass', 'STORE.UNKNOWN', /did you mean "nas"/],
  ['nowhere', 'STORE.UNKNOWN', /configured are nas, jobs, kept, chains, off-site, borg/],
  ['crane:brog', 'STORE.UNKNOWN', /did you mean "borg"/],
  ['archiv:/x', 'STORE.UNKNOWN', /did you mean archive:/],
  ['tape:/x', 'STORE.UNKNOWN', /archive:DIR, restic:ADDRESS/],
  ['borg:/x', 'STORE.UNKNOWN', /does not serve borg:/],
  ['btrfs:far:/a/../b', 'REFERENCE.RELATIVE', /not plain/],
  ['docker:pgdata', 'STORE.UNKNOWN', /names a target/],
  ['csi:Fast', 'STORE.UNKNOWN', /volumesnapshotclass/],
  ['job:nas', 'STORE.UNKNOWN', /there is no store/],
  ['job:job', 'STORE.UNKNOWN', /did you mean "jobs"/],
  ['archive:', 'REFERENCE.INVALID', /archive:DIR.*"archive:" is not a store/s],
])('%s is one clear error', (text, code, says) => {
  let thrown: unknown
  try {
    checkStoreText(text, names, { from: '/home/me' })
  } catch (error) {
    thrown = error
  }
  expect(thrown).toMatchObject({ code })
  expect(JSON.stringify([thrown, thrown instanceof Error && thrown.message]).replaceAll('\\"', '"')).toMatch(says)
})
