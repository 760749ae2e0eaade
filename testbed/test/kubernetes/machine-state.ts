import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { command } from '../../src/index.ts'

const SETTINGS = [
  'vm/overcommit_memory',
  'vm/panic_on_oom',
  'kernel/panic',
  'kernel/panic_on_oops',
  'net/ipv4/ip_forward',
  'net/ipv4/conf/all/route_localnet',
  'net/netfilter/nf_conntrack_max',
  'net/bridge/bridge-nf-call-iptables',
]

/** What a node could change for the whole machine: settings, the policies and rules of packets. */
export async function machineState(): Promise<unknown> {
  const settings = SETTINGS.filter((name) => existsSync(`/proc/sys/${name}`)).map(
    (name) => `${name} = ${readFileSync(`/proc/sys/${name}`, 'utf8').trim()}`,
  )
  const rules = (await command('iptables-save', [])).split('\n')
  return {
    settings,
    policies: rules.filter((rule) => /^:[A-Z]+ (ACCEPT|DROP)/.test(rule)).map((rule) => rule.split(' [')[0]),
    // Engines of other tests have rules of their own.
    foreign: rules.filter((rule) => /KUBE|CNI|198\.1[89]\./.test(rule)),
  }
}

/** What of a cluster is on the machine: everything here goes by the name of its folder. */
export async function tracesOf(folder: string): Promise<readonly string[]> {
  const name = folder.split('/').at(-1) ?? folder
  const processes = readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid))
    .map(
      (pid) => `${pid} ${contentOf(`/proc/${pid}/cmdline`).replaceAll('\0', ' ')} ${contentOf(`/proc/${pid}/cgroup`)}`,
    )
  const places = [...processes, ...contentOf('/proc/self/mountinfo').split('\n')]
  places.push(...(await command('losetup', ['--list', '--noheadings'])).split('\n'))
  const groups = readdirSync('/sys/fs/cgroup').flatMap((hierarchy) => {
    const group = `/sys/fs/cgroup/${hierarchy}/salvage-${name}`
    return existsSync(group) ? [group] : []
  })
  return [...places.filter((place) => place.includes(name)), ...groups, ...(existsSync(folder) ? [folder] : [])]
}

function contentOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
