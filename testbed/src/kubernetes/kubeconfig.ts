import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Who somebody is to the API server. */
export type Identity = { readonly certificate: string } | { readonly token: string }

/** Writes a kubeconfig that stands alone: nothing in it is a path. The certificates are in `folder`. */
export function writeKubeconfig(
  file: string,
  server: string,
  folder: string,
  who: Identity,
  namespace = 'default',
): void {
  const user =
    'token' in who
      ? { token: who.token }
      : {
          'client-certificate-data': base64(join(folder, `${who.certificate}.crt`)),
          'client-key-data': base64(join(folder, `${who.certificate}.key`)),
        }
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'salvage-test', cluster: { server, 'certificate-authority-data': base64(join(folder, 'ca.crt')) } },
    ],
    users: [{ name: 'salvage-test', user }],
    contexts: [{ name: 'salvage-test', context: { cluster: 'salvage-test', user: 'salvage-test', namespace } }],
    'current-context': 'salvage-test',
  }
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 })
}

function base64(file: string): string {
  return readFileSync(file).toString('base64')
}
