import { craneContract } from '@salvage-kit/core/testing'
import { part } from '@salvage-kit/testbed'
import { describe } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { craneYard } from './yard.ts'

describe.skipIf(!part('btrfs').available)('on real file systems', () => {
  craneContract('btrfs, here', () => craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' }))
  craneContract('btrfs, here, without a directory of snapshots, restored on the same file system', () =>
    craneYard(btrfsCrane, { kind: 'btrfs', over: 'local', bare: true, to: 'the same' }),
  )
  craneContract('btrfs-raw, here', () => craneYard(rawCrane, { kind: 'btrfs-raw', over: 'local' }))
})

describe.skipIf(!part('btrfs').available || !part('sshd').available)('over ssh', () => {
  craneContract('btrfs, over ssh', () => craneYard(btrfsCrane, { kind: 'btrfs', over: 'ssh' }))
  craneContract('btrfs-raw, over ssh', () => craneYard(rawCrane, { kind: 'btrfs-raw', over: 'ssh' }))
})
