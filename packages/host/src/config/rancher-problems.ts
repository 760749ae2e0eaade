import type { Config } from './config.ts'
import type { CrossProblem } from './cross-check.ts'

/** What of `kubernetes` cannot be said besides `rancher`. */
export function rancherProblems({ rancher, kubernetes }: Config): readonly CrossProblem[] {
  if (rancher === undefined || kubernetes === undefined) return []
  const problems: CrossProblem[] = []
  for (const key of ['kubeconfig', 'context'] as const)
    if (kubernetes[key] !== undefined)
      problems.push({
        path: ['kubernetes', key],
        message: `rancher and ${key} both say how the cluster is reached`,
        hint: 'keep one',
      })
  if (kubernetes.namespaces !== undefined && rancher.projects !== undefined)
    problems.push({
      path: ['rancher', 'projects'],
      message: 'projects and kubernetes.namespaces both say which namespaces are looked at',
      hint: 'keep one',
    })
  if (kubernetes.state !== undefined)
    problems.push({
      path: ['kubernetes', 'state'],
      message: 'journal and locks cannot stand in a cluster that is reached through Rancher',
      why: 'they must be there when the Rancher server is not',
      hint: 'leave it out: they stand in the state directory',
    })
  return problems
}
