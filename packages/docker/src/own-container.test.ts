import { expect, test } from 'vitest'
import { isOwnBy } from './own-container.ts'

const ID = 'a'.repeat(63) + '1'
const OTHER = 'b'.repeat(64)
const nothing = { cgroup: '0::/\n', mountinfo: '', hostname: 'machine' }

test.each([
  ['version 1 of control groups', { ...nothing, cgroup: `12:cpu,cpuacct:/docker/${ID}\n11:memory:/docker/${ID}\n` }],
  ['version 2 without a namespace', { ...nothing, cgroup: `0::/system.slice/docker-${ID}.scope\n` }],
  ['a container within another', { ...nothing, cgroup: `1:name=systemd:/docker/${OTHER}/docker/${ID}\n` }],
  [
    'the files of the engine',
    {
      ...nothing,
      mountinfo: `700 600 8:1 /var/lib/docker/containers/${ID}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n`,
    },
  ],
  [
    'another data root',
    {
      ...nothing,
      mountinfo: `700 600 8:1 /srv/d/containers/${ID}/resolv.conf /etc/resolv.conf rw - ext4 /dev/sda1 rw\n`,
    },
  ],
  ['the short id as host name', { ...nothing, hostname: ID.slice(0, 12) }],
])('%s', (_, view) => {
  const isOwn = isOwnBy(view)
  expect(isOwn({ id: ID })).toBe(true)
  expect(isOwn({ id: OTHER })).toBe(false)
})

test.each([
  ['nothing to see', nothing],
  // As the machine itself sees every container.
  [
    'mounts of containers, seen from the machine',
    { ...nothing, mountinfo: `90 29 0:50 / /var/lib/docker/containers/${ID}/mounts/shm rw - tmpfs shm rw\n` },
  ],
  ['a host name of the machine', { ...nothing, hostname: 'abc' }],
])('%s', (_, view) => {
  expect(isOwnBy(view)({ id: ID })).toBe(false)
})
