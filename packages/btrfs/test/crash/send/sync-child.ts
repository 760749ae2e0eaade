import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import { syncVolume } from '../../../src/sync/sync-volume.ts'
import { rigAt } from '../../integration/volume/ground.ts'

const work = z.object({
  state: z.string(),
  volume: z.string(),
  volumesPath: z.string(),
  snapshotsPath: z.string(),
  configFile: z.string(),
  farVolumesPath: z.string(),
})

process.send?.('ready')
const { state, volume, volumesPath, snapshotsPath, ...options } = work.parse(JSON.parse(await text(process.stdin)))
process.disconnect()
const settings = { ...DEFAULT_SETTINGS, volumesPath, snapshotsPath, sshPort: 0 }
await syncVolume(
  { settings, rig: rigAt(state) },
  { volume, hosts: ['a'] },
  { ...options, signal: new AbortController().signal },
)
