import { craneJudge } from '@salvage-kit/core'
import type { CraneJudge } from '@salvage-kit/core'

/** Says whether cranes in pods did their work. */
export const JUDGE: CraneJudge = craneJudge({
  credentials: 'check the Secrets and the environment of the crane',
  network: 'check its address, and the network policies of the namespace',
  actions: 'correct the actions in its settings: they repeat the label salvage.crane.actions of its image',
  settings: 'correct them in the configuration',
  memory: 'give the crane more memory',
  ended: 'see who or what takes pods away',
})
