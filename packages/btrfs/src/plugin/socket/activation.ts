/** The first file descriptor that systemd hands over. https://www.freedesktop.org/software/systemd/man/latest/sd_listen_fds.html */
const FIRST_DESCRIPTOR = 3

/** The socket that systemd listens on for this process; undefined when it was started by hand. */
export function activatedDescriptor(
  environment: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | undefined {
  const isMeant = environment['LISTEN_PID'] === String(pid)
  return isMeant && Number(environment['LISTEN_FDS']) >= 1 ? FIRST_DESCRIPTOR : undefined
}
