/**
 * What stands in the first line of the command of every shell of a frame, and of no program that they run: a shell that was
 * forked is called as the first one.
 */
export const FRAME_MARK = 'salvage-go'

/**
 * The command that reads a program from its input and runs it. All that stands in argv, in the URL and in the server's audit
 * log is this; a program of which the end did not come is not run: exit 125.
 */
export function bootCommand(shell: string, id: string): readonly string[] {
  const text = `t= l= # ${FRAME_MARK}
until [ "$l" = '${goLine(id)}' ]; do
IFS= read -r l || exit 125
t="$t$l
"
done
eval "$t"`
  return [shell, '-c', text]
}

/** What is written to the input of {@link bootCommand}. What follows it on the input is the program's. */
export function bootInput(program: string, id: string): string {
  return `${program}\n${goLine(id)}\n`
}

function goLine(id: string): string {
  return `#${FRAME_MARK} ${id}`
}
