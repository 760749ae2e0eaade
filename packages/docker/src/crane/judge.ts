import { craneJudge } from '@salvage-kit/core'
import type { CraneJudge } from '@salvage-kit/core'

/** Says whether cranes in containers did their work. */
export const JUDGE: CraneJudge = craneJudge({
  credentials: 'check the secrets and the environment of the crane',
  network: 'check its address, and the network of the crane',
  actions: 'correct the label salvage.crane.actions of its image',
  settings: 'correct them in the configuration, or in the labels of the root container',
  memory: 'give the machine more memory',
  ended: 'see who stops containers on this engine',
})
