import { MARKER_PROGRAM } from './marker-program.ts'
import { quoted } from './quoted.ts'

/**
 * The script that waits until a hold is over, and ends it itself when nobody does: its process is dead, or it still holds after
 * `seconds`. A thaw that runs is waited for, however long it takes. Writes `gone`, or `thawed N` with the exit code.
 */
export function thawProgram(thaw: string, marker: string, seconds: number): string {
  return (
    `salvage_marker=${quoted(marker)} salvage_limit=${seconds}\n` +
    `salvage_thaw=${quoted(`${thaw}\n`)}\n` +
    MARKER_PROGRAM +
    THAW
  )
}

const POLLS_UNTIL_DEAD = 3

const THAW = `
salvage_waited=0 salvage_dead=0
while [ -d "$salvage_marker" ]; do
  if salvage_entry && salvage_alive "$salvage_at"; then salvage_dead=0; else salvage_dead=$((salvage_dead + 1)); fi
  case $salvage_at in */held.*) salvage_over=$salvage_waited ;; *) salvage_over=0 ;; esac
  if [ "$salvage_dead" -ge ${POLLS_UNTIL_DEAD} ] || [ "$salvage_over" -ge "$salvage_limit" ]; then
    if [ -n "$salvage_at" ]; then mv "$salvage_at" "$salvage_marker/thaw.$salvage_me" 2>/dev/null
    else mkdir "$salvage_marker/thaw.$salvage_me" 2>/dev/null
    fi && { salvage_thaw_now; echo "thawed $salvage_code"; exit 0; }
  fi
  sleep 1
  salvage_waited=$((salvage_waited + 1))
done
echo gone`
