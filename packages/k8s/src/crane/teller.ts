import { createHash } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import type { CraneFile } from '@salvage-kit/core'

/*
 * Who reads what a crane said: its pod cannot be entered any more when it has ended, and a termination message holds 4 KiB
 * and no file that was moved into place. So a second container of the same image looks on: a cluster ends it after the
 * crane, and then it prints the files, framed, into a log of its own.
 */

const BEGIN = 'SALVAGE-RESULT'
const END = 'SALVAGE-RESULT-END'
const NONE = 'none'

/** For any POSIX shell with `base64` and `sha256sum`; smaller by `gzip` where that is. Links are not followed. */
export function tellerScript(directory = '/salvage/result'): string {
  return `
tell() {
  cd '${directory}' || exit 1
  for name in result.json archives.jsonl; do
    if [ ! -f "$name" ] || [ -h "$name" ]; then echo "${BEGIN} $name ${NONE}"; continue; fi
    sum=$(sha256sum < "$name"); how=plain
    if command -v gzip >/dev/null 2>&1; then how=gzip; fi
    echo "${BEGIN} $name $how \${sum%% *}"
    if [ $how = gzip ]; then gzip -c < "$name" | base64; else base64 < "$name"; fi
    echo "${END} $name"
  done
  exit 0
}
trap tell TERM
while :; do sleep 86400 & wait $!; done
`
}

/** Why a file is not there. */
export type Untold = { readonly why: string }

/**
 * Takes the file of a name out of what was told; at most `limitBytes` of it. The sum says that it is whole: a log may be cut
 * by the node.
 */
export function told(lines: readonly string[], name: CraneFile, limitBytes: number): string | Untold {
  const begin = lines.findIndex((line) => line.startsWith(`${BEGIN} ${name} `))
  if (begin === -1)
    return { why: 'nobody said whether it is there: the log of the pod is cut, or its image has no shell' }
  const [, , how, sum] = (lines[begin] ?? '').trim().split(' ')
  if (how === NONE) return { why: 'it is not there' }
  const end = lines.indexOf(`${END} ${name}`, begin)
  if (end === -1) return { why: 'only a part of it arrived' }
  const raw = Buffer.from(lines.slice(begin + 1, end).join(''), 'base64')
  const content = how === 'gzip' ? unpacked(raw, limitBytes) : raw
  if (content === undefined || content.length > limitBytes)
    return { why: `it is larger than ${String(limitBytes)} bytes, or damaged` }
  if (createHash('sha256').update(content).digest('hex') !== sum) return { why: 'it arrived damaged' }
  return content.toString('utf8')
}

function unpacked(raw: Uint8Array, maxOutputLength: number): Buffer | undefined {
  try {
    return gunzipSync(raw, { maxOutputLength })
  } catch {
    return undefined
  }
}
