import { prelude, printfFormat, quoted } from './quoted.ts'
import { END_PROGRAM } from './end-program.ts'
import type { Patience } from './pulse-program.ts'
import { PULSE_PROGRAM, pulseVariables } from './pulse-program.ts'

/** What {@link runProgram} runs. */
export interface RunParts {
  readonly script: string
  readonly args: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly stdin: Uint8Array
  /** A second script that what the first writes goes through. */
  readonly through: string
}

/**
 * What runs a script in a frame. Words for this side on stderr: `SALVAGE-READY id sha256|cksum` before it starts, and
 * `SALVAGE-END id exit=N through=N tee=N sum=HASH bytes=N` when it has ended, made over what really left. fd 5 is the real
 * stdout, 4 gathers the report, 3 and 6 lead to the hash and the count; nothing is written to any disk. When the other side is
 * gone, all processes of the group are ended, programs before the shells that wait for them: most at once, all within 5 seconds.
 * The shell ends when it hears `bye`: a server that closes while output is on its way to a slow reader loses it when anything
 * is sent to it.
 */
export function runProgram(parts: RunParts, id: string, patience: Patience): string {
  const words = prelude(parts.environment, parts.args)
  const first = `salvage_script=${quoted(`${words}${parts.script}\n`)}\n`
  const second = `salvage_through=${quoted(parts.through === '' ? '' : `${words}${parts.through}\n`)}\n`
  const input = `salvage_input() { printf ${printfFormat(parts.stdin)}; }\n`
  return pulseVariables(id, patience) + first + second + input + PULSE_PROGRAM + END_PROGRAM + RUN
}

const RUN = `
salvage_need tee wc sleep
if salvage_has sha256sum; then salvage_sum=sha256
else salvage_need cksum; salvage_sum=cksum
fi
salvage_summed() {
  if [ "$salvage_sum" = sha256 ]; then set -- $(sha256sum); else set -- $(cksum); fi
  echo "sum=$1" >&4
}
salvage_fd=/dev/fd
[ -d /dev/fd ] || salvage_fd=/proc/self/fd
exec 7<&0 </dev/null
trap : TERM PIPE
{
  trap : TERM
  salvage_pulse | {
    salvage_missed=0 salvage_bye=no
    while [ "$salvage_missed" -lt "$salvage_most" ] && IFS= read -r salvage_line; do
      case $salvage_line in
        tick) salvage_missed=$((salvage_missed + 1)) ;;
        eof) break ;;
        'said bye') salvage_bye=yes; break ;;
        *) salvage_missed=0 ;;
      esac
    done
    trap '' TERM
    if [ "$salvage_bye" = yes ]; then salvage_end TERM
    else salvage_end TERM - TERM KILL ALL
    fi
    exit 0
  }
} >/dev/null 2>&1 &
printf '\\nSALVAGE-READY %s %s\\n' "$salvage_id" "$salvage_sum" >&2
exec 5>&1
salvage_first() {
  salvage_input | ( exec 3>&- 4>&- 5>&- 6>&- 7<&-; salvage_heed; eval "$salvage_script" )
  echo "exit=$?" >&4
}
salvage_both() {
  if [ -z "$salvage_through" ]; then salvage_first; echo through=0 >&4
  else
    salvage_first | ( exec 3>&- 4>&- 5>&- 6>&- 7<&-; salvage_heed; eval "$salvage_through" )
    echo "through=$?" >&4
  fi
}
salvage_report=$(
  exec 4>&1
  {
    {
      salvage_both | { tee "$salvage_fd/3" "$salvage_fd/6" >&5; echo "tee=$?" >&4; }
    } 3>&1 | salvage_summed
  } 6>&1 | { set -- $(wc -c); echo "bytes=$1" >&4; }
)
salvage_code=0
for salvage_word in $salvage_report; do
  case $salvage_word in
    exit=0 | through=0) ;;
    exit=* | through=*) [ "$salvage_code" != 0 ] || salvage_code=\${salvage_word#*=} ;;
  esac
done
trap '' TERM
printf '\\nSALVAGE-END %s %s\\n' "$salvage_id" "$(echo $salvage_report)" >&2
wait 2>/dev/null
exit "$salvage_code"`
