import { join } from 'node:path'
import type { LoadedConfig } from '@salvage-kit/host'

/** Where the daemon listens: what the configuration says, else `daemon.sock` in the state directory. */
export function socketPath({ config }: LoadedConfig, stateDirectory: string): string {
  return config.daemon?.socket ?? join(stateDirectory, 'daemon.sock')
}
