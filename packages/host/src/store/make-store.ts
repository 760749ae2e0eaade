import type { Reference, Store } from '@salvage-kit/core'
import { ANY_CLASS, checkStoreText } from './store-text.ts'
import type { StoreNames, StoreText } from './store-text.ts'

/** What a store needs besides its text. */
export interface StoreOptions {
  readonly names: StoreNames
  /** Where relative paths start. */
  readonly directory: string
  /** `--password-file`: goes before what the configuration says. */
  readonly passwordFile?: string | undefined
  /** The port of the sshd of other hosts, where somebody says it; else ssh itself knows. */
  readonly sshPort?: number | undefined
}

/**
 * The store that a person means: a configured name, `archive:DIR`, `restic:ADDRESS`, `duplicity:URL`, `csi:`, `crane:NAME`. Rejects with
 * `STORE.UNKNOWN`, `REFERENCE.INVALID`, and what the backend says of an address.
 */
export async function makeStore(text: string, options: StoreOptions): Promise<Store> {
  return storeOf(checkStoreText(text, options.names, { from: options.directory }), options)
}

/**
 * The store that a reference in a plan, a point or the catalog means: the configured one that has this reference, with
 * its password file, else the reference itself.
 */
export async function storeByReference(ref: Reference, options: StoreOptions): Promise<Store> {
  for (const name of Object.keys(options.names.stores)) {
    // The password file is for the store that is meant, and no other.
    const { ref: own } = await makeStore(name, { ...options, passwordFile: undefined })
    if (own === ref) return makeStore(name, options)
  }
  return makeStore(ref, options)
}

async function storeOf(text: StoreText, { passwordFile, sshPort }: StoreOptions): Promise<Store> {
  switch (text.kind) {
    case 'archive': {
      const { archiveStore } = await import('@salvage-kit/local')
      return archiveStore(text.directory)
    }
    case 'restic': {
      const { resticStore } = await import('@salvage-kit/local')
      const file = passwordFile ?? text.passwordFile
      return resticStore(text.address, file === undefined ? {} : { passwordFile: file })
    }
    case 'duplicity': {
      const { duplicityStore } = await import('@salvage-kit/local')
      const { kind: _kind, url, ...settings } = text
      return duplicityStore(url, {
        ...settings,
        ...(passwordFile === undefined ? {} : { passphraseFile: passwordFile }),
      })
    }
    case 'btrfs':
    case 'btrfs-raw': {
      const { btrfsStore } = await import('@salvage-kit/btrfs')
      const address = text.host === undefined ? text.directory : `${text.host}:${text.directory}`
      return btrfsStore(address, text.kind, sshPort === undefined ? {} : { port: sshPort })
    }
    case 'csi':
      return csiStore(text.class)
    case 'job': {
      const { jobStore } = await import('@salvage-kit/k8s')
      return jobStore(text.name, text.namespace)
    }
    case 'crane': {
      const { craneStore } = await import('@salvage-kit/docker')
      return craneStore(text.name)
    }
  }
}

/** Keeps snapshots of claims; without a class those of the snapshotter's, whatever that is by then. */
function csiStore(name: string | undefined): Store {
  return { ref: `csi:${name ?? ANY_CLASS}`, crane: 'csi', settings: name === undefined ? {} : { class: name } }
}
