import { directoryDiscovery } from '../src/directory/directory-discovery.ts'

/** Surveys a directory as the user with this number, and prints the codes of the problems. */
const [path = '', user = ''] = process.argv.slice(2)
// Only now, when everything is loaded: the program itself may lie where that user cannot read.
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(Number(user))
  process.setuid?.(Number(user))
}
const survey = await directoryDiscovery([{ path }]).survey({ signal: new AbortController().signal })
process.stdout.write(survey.problems.map(({ code, target }) => `${code} ${String(target)}`).join('\n'))
