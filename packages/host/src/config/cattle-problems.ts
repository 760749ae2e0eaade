import type { Config } from './config.ts'
import type { CrossProblem } from './cross-check.ts'

/** What of `cattle` goes together only. */
export function cattleProblems({ cattle }: Config): readonly CrossProblem[] {
  if (cattle === undefined) return []
  const problems: CrossProblem[] = []
  const pair = (one: 'accessKeyFile' | 'index', other: 'secretKeyFile' | 'templates'): void => {
    const [there, missing] = cattle[one] === undefined ? [other, one] : [one, other]
    if ((cattle[one] === undefined) === (cattle[other] === undefined)) return
    problems.push({
      path: ['cattle', there],
      message: `${there} means nothing without ${missing}`,
      hint: `say ${missing} too`,
    })
  }
  pair('accessKeyFile', 'secretKeyFile')
  pair('index', 'templates')
  if (cattle.keyFile !== undefined && cattle.accessKeyFile !== undefined)
    problems.push({
      path: ['cattle', 'keyFile'],
      message: 'keyFile and accessKeyFile both say which key it is',
      hint: 'keep one',
    })
  return problems
}
