import type { CallOptions, Finding, JsonObject } from '@salvage-kit/core'
import type { FarEnd } from '../far/far-end.ts'

/** What is sent, and where it shall stand. */
export interface SendRequest {
  /** A read-only subvolume, absolute. */
  readonly snapshot: string
  readonly far: FarEnd
  /** On BTRFS at the far end, absolute; must be there. */
  readonly directory: string
  /** How it is called there, `VOLUME@TIME`. Default: as here. */
  readonly name?: string
  /** Directories of this file system in which a parent may stand. Default: the one of the snapshot. */
  readonly parentsIn?: readonly string[]
  /** Afterwards `SNAPSHOT@HOST` tells that this one was sent there last, as buttervolume has it, and older ones of that volume and host go. */
  readonly markedFor?: string
  /** Written to `.salvage-kit/points/NAME.json` of the directory before the name appears, on stable storage with it; to a copy that is there already, when it has none. */
  readonly note?: JsonObject
  /** What a copy gets that is there already, instead. */
  readonly noteFound?: JsonObject
}

/** What `sendSnapshot` takes besides. */
export interface SendOptions extends CallOptions {
  /** Bytes of the stream so far; twice a second at most. */
  readonly onProgress?: (progress: { readonly bytes: number }) => void
  /** The send ends when so long nothing moved on either side, in milliseconds. Default: ten minutes. */
  readonly silenceMs?: number
}

/** What came of it. */
export interface Sent {
  readonly name: string
  /** It stood there whole before: nothing was transferred. */
  readonly already: boolean
  /** The UUID that the copy is known by at every end: its Received UUID there. */
  readonly uuid: string
  /** Path of the snapshot here that only the difference to was sent. */
  readonly parent?: string
  /** Of the stream, about: to a few KiB. */
  readonly bytes: number
  /** `SEND.PARENT_MISSING`: more was sent than the difference to the last one. `SEND.MARKER`: the marker could not be kept. */
  readonly findings: readonly Finding[]
}
