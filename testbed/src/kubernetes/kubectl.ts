import { pathOf } from '../program.ts'
import { tool } from './go-tools.ts'

/** The kubectl of this machine, else the one that was built with the tests' cluster. */
export function kubectlProgram(): string {
  return pathOf('kubectl') ?? tool('kube', 'kubectl')
}
