/**
 * Between this process and a restic that reads its standard input. Restic takes the end of its input for the end of the
 * dump, whoever ended it, and makes a snapshot of what it has. So the end of the pipe is in the hands of a shell that
 * closes it only when the word `whole` came by file descriptor 3. When that does not come, because the dump is not whole or this
 * process was killed, restic is ended first: by SIGINT, so that it removes its lock, and after ten seconds, or where its
 * claim does not tell who it is, by SIGKILL with its whole process group. SIGINT of that group is for restic alone, which
 * listens to it also where it was started with it ignored, as Go programs do that ask for it. Nobody but `cat` and the shell
 * around it holds the other end of this process's pipe: when restic ends by itself, that breaks.
 */
const GUARD = `
trap '' INT
exec 4<&0 </dev/null
{
  exec <&4 4<&-
  cat || exec </dev/null
  read -r verdict <&3 && [ "$verdict" = whole ] && exit 0
  if { read -r _ && read -r _ && read -r pid _; } <"$0"; then
    kill -INT "$pid" || exit 1
    n=0
    while [ "$n" -lt 100 ]; do
      kill -0 "$pid" || exit 1
      sleep 0.1
      n=$((n + 1))
    done
  fi
  kill -KILL 0
} 2>/dev/null | exec "$@" 3<&- 4<&- &
exec 3<&- 4<&-
wait $!`

/** The word that lets restic see the end of its input. */
export const WHOLE = 'whole\n'

/**
 * The command with a guard before its input. It must lead a process group of its own, and have `file` as its claim. Ends
 * as the command does.
 */
export function guarded(file: string, argv: readonly string[]): readonly string[] {
  return ['sh', '-c', GUARD, file, ...argv]
}
