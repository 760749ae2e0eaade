const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/** Whether the host of a URL is this machine, so that nothing that is sent there leaves it. */
export function isThisMachine(hostname: string): boolean {
  return LOOPBACK.test(hostname)
}
