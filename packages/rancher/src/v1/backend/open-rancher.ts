import type { CallOptions, DumpCall, Json } from '@salvage-kit/core'
import { databaseDump } from './database-dump.ts'
import { ownBook } from './job-book.ts'
import type { JobBook } from './job-book.ts'
import type { RancherFile, RancherSurvey } from './item.ts'
import type { RancherOptions } from './options.ts'
import { readerOf } from './reader.ts'
import type { Reader } from './reader.ts'
import { serverDump } from './server-dump.ts'
import { stackDump } from './stack-dump.ts'
import { surveyRancher } from './survey.ts'
import { readToken } from './token.ts'

/** What Rancher 1.6 runs and is made of, and its dumps. */
export interface Rancher {
  /**
   * Reads and changes nothing. What cannot be read is a problem of what stands there; the rest is found all the same. Rejects
   * only with the reason of the signal.
   */
  survey(options: CallOptions): Promise<RancherSurvey>
  /**
   * Dumps what a token of an item names, as `DumpOpener.open`. A service is looked at anew first: rejects with `RANCHER.CHANGED`
   * when it is not what was found, with `DUMP.NOT_WHOLE` for a file whose format says so, with the codes of jobs, of templates and of a call.
   */
  open(token: Json, options: DumpCall): AsyncIterable<RancherFile>
}

/** What the verbs share. */
export interface RancherTools extends RancherOptions {
  readonly reader: Reader | undefined
  /** Read once. */
  readonly readBook: () => Promise<JobBook>
  readonly root: string
}

/** Makes the verbs; calls nobody yet. */
export function openRancher(options: RancherOptions): Rancher {
  let book: Promise<JobBook> | undefined
  const tools: RancherTools = {
    ...options,
    reader: options.api === undefined ? undefined : readerOf(options.api),
    readBook: () => (book ??= options.book?.() ?? Promise.resolve(ownBook())),
    root: options.root ?? '/backup',
  }
  return {
    survey: (call) => surveyRancher(tools, call),
    open: (token, call) => openToken(tools, token, call),
  }
}

async function* openToken(tools: RancherTools, json: Json, call: DumpCall): AsyncGenerator<RancherFile, void> {
  call.signal.throwIfAborted()
  const token = readToken(json)
  switch (token.kind) {
    case 'database':
      yield* databaseDump(tools, token, call)
      return
    case 'stack':
      yield* stackDump(tools, token, call)
      return
    case 'server':
      yield* serverDump(tools, token, call)
  }
}
