import { formatBytes } from '../config/bytes.ts'
import type { RestorePoint } from '../crane/restore-point.ts'

/** How big a point is: its content, and what it takes in the store; empty when nobody knows. */
export function formatSize({ bytes, storedBytes, files }: RestorePoint): string {
  const parts: string[] = []
  if (bytes !== undefined) parts.push(formatBytes(bytes))
  if (files !== undefined) parts.push(`${String(files)} ${files === 1 ? 'file' : 'files'}`)
  if (storedBytes !== undefined) parts.push(`${formatBytes(storedBytes)} stored`)
  return parts.join(', ')
}
