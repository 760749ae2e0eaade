import { prelude } from '../shell/prelude.ts'

/** Begins what a program says on stderr to this side, beside what its tools say there. */
export const MARK = 'salvage:'

/** A program that answers on stdout. */
export function askFrame(text: string): string {
  return `${prelude()}${text}`
}

/**
 * A program around `d_dump`: writes the part `$1` to stdout and, last, how many bytes these were to stderr. It knows the ends of
 * all its processes, which no POSIX shell tells by itself, and ends with 0 when each of them did. What `d_witness` reads is a
 * copy of what goes out. The pipes that are opened by name are the shell's own: those of the platform may be another user's.
 */
export function dumpFrame(text: string): string {
  return `${prelude({ to: 2, mark: MARK })}${text}
d_need tee wc
exec 4>&1
d_count() { d_counted=$(wc -c) && echo "n$((d_counted))" >&3; }
if command -v d_witness >/dev/null 2>&1; then
  d_ends=$(
    {
      {
        {
          { d_dump "$1" </dev/null 3>&- 4>&- 5>&- 7>&-; echo "$?" >&3; } |
            { tee /dev/fd/5 /dev/fd/7 >&4 3>&-; echo "$?" >&3; }
        } 7>&1 | d_count 4>&- 5>&-
      } 5>&1 | { d_witness "$1" >/dev/null 3>&- 4>&-; echo "w$?" >&3; }
    } 3>&1
  )
  d_wanted=4
else
  d_ends=$(
    {
      {
        { d_dump "$1" </dev/null 3>&- 4>&- 7>&-; echo "$?" >&3; } | { tee /dev/fd/7 >&4 3>&-; echo "$?" >&3; }
      } 7>&1 | d_count 4>&-
    } 3>&1
  )
  d_wanted=3
fi
d_bytes=
d_reason=
for d_end in $d_ends; do
  d_wanted=$((d_wanted - 1))
  case $d_end in
    n*) d_bytes=\${d_end#n} ;;
    0 | w0) ;;
    w*) d_reason=\${d_reason:-NOT_WHOLE} ;;
    *) d_reason=FAILED ;;
  esac
done
[ "$d_wanted" = 0 ] && [ -n "$d_bytes" ] || d_reason=FAILED
[ -z "$d_reason" ] || d_fail "$d_reason"
d_say bytes "$d_bytes"
`
}

/** A program around `d_witness`: reads the part `$1` from stdin, and ends with 0 when it is whole. */
export function proofFrame(text: string): string {
  return `${prelude()}${text}
{ d_witness "$1" && cat; } >/dev/null || d_fail NOT_WHOLE
`
}

/** A program around `d_ready`: reads the part `$1` from stdin, and makes what `d_restore` needs to be there. */
export function readyFrame(text: string): string {
  return `${prelude()}${text}
d_ready "$1" || d_fail RESTORE_FAILED
`
}

/** A program around what comes behind a restore: `d_list` and `d_after` read the part `$1`, which is loaded, from stdin. */
export function afterFrame(text: string, step: 'd_list' | 'd_after' | 'd_unready'): string {
  return `${prelude()}${text}
${step} "$@" || d_fail LEFT_OUT
`
}

/**
 * A program around `d_restore`: loads the part `$1` of `$2` bytes from stdin. `d_input` is the input: it ends with 0 when all of
 * it came. `d_call`: letters and digits that no other call has.
 */
export function restoreFrame(text: string, id: string): string {
  return `${prelude()}d_call=${id}
d_expected=$2
d_input() {
  { d_came=$({ tee /dev/fd/8 >&9; } 8>&1 | wc -c); } 9>&1
  [ "$((d_came))" = "$d_expected" ]
}
${text}
d_need tee wc
trap 'exit 143' TERM HUP INT
d_restore "$1" || d_fail RESTORE_FAILED
`
}
