import { expect, test } from 'vitest'
import { parseConfig } from './parse-config.ts'

const SECTION = 'rancher: { url: https://r.example.org, tokenFile: /etc/token, cluster: prod }\n'

test('the section says server, token and cluster, and may say authorities and projects', () => {
  const minimal = { url: 'https://r.example.org', tokenFile: '/etc/token', cluster: 'prod' }
  expect(parseConfig(SECTION).config).toEqual({ rancher: minimal })
  const whole = SECTION.replace(' }', ', caFile: /etc/ca.pem, projects: [Shop, p-12345] }')
  expect(parseConfig(whole).config).toEqual({
    rancher: { ...minimal, caFile: '/etc/ca.pem', projects: ['Shop', 'p-12345'] },
  })
})

test.each(['http://localhost:8080/v3', 'http://127.0.0.1', 'http://[::1]:80'])(
  '%s does not leave this machine',
  (url) => {
    expect(parseConfig(SECTION.replace('https://r.example.org', `'${url}'`)).config).toMatchObject({ rancher: { url } })
  },
)

test.each([
  [SECTION.replace('https://', 'http://'), 'rancher.url', 'unencrypted'],
  [SECTION.replace('https://r.', 'http://localhost.r.'), 'rancher.url', 'unencrypted'],
  [SECTION.replace(', cluster: prod', ''), 'rancher', 'cluster'],
  [SECTION.replace('https://', 'https://token-a:secret@'), 'rancher.url', 'not an address'],
  [SECTION.replace('/etc/token', 'token'), 'rancher.tokenFile', 'absolute'],
  [SECTION.replace(' }', ', token: token-a:secret }'), 'rancher', 'token'],
  [`${SECTION}kubernetes: { kubeconfig: /x }\n`, 'kubernetes.kubeconfig', 'both say'],
  [`${SECTION}kubernetes: { context: x }\n`, 'kubernetes.context', 'both say'],
  [`${SECTION}kubernetes: { state: { namespace: x } }\n`, 'kubernetes.state', 'through Rancher'],
  [`${SECTION.replace(' }', ', projects: [a] }')}kubernetes: { namespaces: [x] }\n`, 'rancher.projects', 'both say'],
])('%s is refused at %s', (text, path, words) => {
  const { config, problems } = parseConfig(text)
  expect(config).toBeUndefined()
  expect(problems).toMatchObject([{ path: expect.stringContaining(path), message: expect.stringContaining(words) }])
  expect(JSON.stringify(problems)).not.toContain('secret')
})
