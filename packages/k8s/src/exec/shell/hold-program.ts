import { END_PROGRAM } from './end-program.ts'
import { MARKER_PROGRAM } from './marker-program.ts'
import type { Patience } from './pulse-program.ts'
import { PULSE_PROGRAM, pulseVariables } from './pulse-program.ts'
import { prelude, quoted } from './quoted.ts'

/** What {@link holdProgram} runs. */
export interface HoldParts {
  readonly quiesce: string
  readonly thaw: string
  readonly environment: Readonly<Record<string, string>>
  /** The path of the marker in the container. */
  readonly marker: string
}

/**
 * What holds a pod still. Words for this side on stdout: `SALVAGE-HELD id` when the quiesce script has succeeded,
 * `SALVAGE-THAWED id WHY QUIESCED THAWED` when all is over, where WHY is `release` (it was asked for and the hold had stood),
 * `lost` (nobody was heard, or the input ended) or `refused` (the quiesce script failed), and the last two are the exit codes
 * of both scripts, or `-` for a thaw that somebody else has done. What the scripts say goes to stderr.
 */
export function holdProgram(parts: HoldParts, id: string, patience: Patience): string {
  const words = prelude(parts.environment, [])
  return (
    pulseVariables(id, patience) +
    `salvage_marker=${quoted(parts.marker)}\n` +
    `salvage_quiesce=${quoted(`${words}${parts.quiesce}\n`)}\n` +
    `salvage_thaw=${quoted(`${words}${parts.thaw}\n`)}\n` +
    PULSE_PROGRAM +
    END_PROGRAM +
    MARKER_PROGRAM +
    HOLD
  )
}

const HOLD = `
salvage_need sleep mkdir mv rm
exec 7<&0 </dev/null 5>&1
salvage_word() { printf '\\nSALVAGE-%s\\n' "$*" >&5; } 2>/dev/null
if ! mkdir "$salvage_marker" 2>/dev/null; then
  if [ -d "$salvage_marker" ]; then salvage_word TAKEN "$salvage_id"; else salvage_word UNWRITABLE "$salvage_id"; fi
  exit 1
fi
mkdir "$salvage_marker/held.$salvage_me" || { rmdir "$salvage_marker"; salvage_word UNWRITABLE "$salvage_id"; exit 1; }
trap : HUP INT TERM PIPE
salvage_hold() {
  trap : HUP INT TERM PIPE
  salvage_missed=0 salvage_why=lost salvage_quiesced=-
  while [ "$salvage_missed" -lt "$salvage_most" ] && IFS= read -r salvage_line; do
    case $salvage_line in
      tick) salvage_missed=$((salvage_missed + 1)) ;;
      eof) break ;;
      'quiesced 0') salvage_quiesced=0; salvage_word HELD "$salvage_id" ;;
      'quiesced '*) salvage_quiesced=\${salvage_line#* }; salvage_why=refused; break ;;
      'said release') [ "$salvage_quiesced" = 0 ] && salvage_why=release; break ;;
      *) salvage_missed=0 ;;
    esac
  done
  [ "$salvage_quiesced" != - ] || salvage_end TERM TERM KILL ALL
  [ "$salvage_why" != lost ] || exec 2>/dev/null
  salvage_code=-
  if mv "$salvage_marker/held.$salvage_me" "$salvage_marker/thaw.$salvage_me" 2>/dev/null ||
    [ -d "$salvage_marker/held.$salvage_me" ]; then salvage_thaw_now; fi
  salvage_word THAWED "$salvage_id" "$salvage_why" "$salvage_quiesced" "$salvage_code"
}
{
  { ( exec 5>&- 7<&-; salvage_heed; eval "$salvage_quiesce" ) >&2; echo "quiesced $?"; } &
  salvage_pulse
} | { salvage_hold; exec 2>/dev/null; salvage_end TERM; exit 0; }
exec 2>/dev/null
salvage_end TERM
exit 0`
