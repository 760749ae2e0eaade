import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Interpreter, Words } from './waiting-shell.ts'

/** What a command that is one call of the kernel begins with, and how many paths follow. */
const CALLS: ReadonlyMap<string, number> = new Map([
  ['btrfs subvolume create --', 1],
  ['btrfs subvolume delete --', 1],
  ['btrfs subvolume snapshot --', 2],
  ['btrfs subvolume snapshot -r --', 2],
  ['chattr +C --', 1],
])
/** Where the numbers below are those of the kernel. */
const MACHINES: readonly string[] = ['x64', 'arm64']
/** A `btrfs` elsewhere is somebody's own, and is what they want to have run. */
const OF_SYSTEM: readonly string[] = ['/usr/sbin', '/usr/bin', '/sbin', '/bin']

/** With which a shell says that a program cannot be started: what is not done here is a command's to do, and to explain. */
const NOT_DONE = 126

/*
 * Reads commands as the shell of `waiting-shell` does, and answers as it does, but makes the calls itself that `btrfs` and
 * `chattr` would: BTRFS_IOC_SUBVOL_CREATE, SNAP_DESTROY, SNAP_CREATE_V2, FS_IOC_GETFLAGS, FS_IOC_SETFLAGS.
 * https://github.com/torvalds/linux/blob/master/include/uapi/linux/btrfs.h
 */
const SCRIPT = String.raw`$| = 1;
my $name = $0 = "@ARGV";
sub made {
  my @words = @_;
  my $path = pop @words;
  my $from = $words[2] eq 'snapshot' ? pop @words : '';
  my $verb = "@words";
  if ($verb eq 'chattr +C --') {
    return 0 if -l $path;
    sysopen(my $it, $path, 0) or return 0;
    my $flags = pack 'x8';
    ioctl($it, 0x80086601, $flags) or return 0;
    $flags = pack 'L x4', unpack('L', $flags) | 0x00800000;
    return ioctl($it, 0x40086602, $flags);
  }
  my ($directory, $name) = $path =~ m{\A(/(?:.*/)?)([^/]{1,255})\z} or return 0;
  return 0 if $name =~ /\A\.\.?\z/;
  sysopen(my $in, $directory, 0) or return 0;
  my $named = pack 'q Z4088', 0, $name;
  return ioctl($in, 0x5000940e, $named) if $verb eq 'btrfs subvolume create --';
  return ioctl($in, 0x5000940f, $named) if $verb eq 'btrfs subvolume delete --';
  return 0 unless $verb =~ /\Abtrfs subvolume snapshot( -r)? --\z/;
  my $mode = $1 ? 2 : 0;
  sysopen(my $source, $from, 0) or return 0;
  return 0 unless (stat $source)[1] == 256;
  my $cut = pack 'q Q Q x32 Z4040', fileno $source, 0, $mode, $name;
  return ioctl($in, 0x50009417, $cut);
}
while (defined(my $counts = <STDIN>)) {
  my ($code, $ran) = (0, 0);
  for my $count (split ' ', $counts) {
    my @words;
    for (1 .. $count) {
      my $word = <STDIN>;
      exit unless defined $word;
      chomp $word;
      push @words, $word;
    }
    next if $code;
    # In the list of processes it is the command as long as it does its work.
    $0 = "@words";
    $code = made(@words) ? 0 : ${String(NOT_DONE)};
    $0 = $name;
    $ran++;
  }
  print STDERR "\0";
  print "\0$code $ran\n";
}`

/** Runs what {@link areCalls} accepts, and has {@link NOT_DONE} for what fails. Where there is no perl it cannot be started. */
export const CALLER: Interpreter = { file: 'perl', args: ['-e', SCRIPT] }

/** Whether these commands are calls that {@link CALLER} makes here, and nobody has a `btrfs` of their own. */
export function areCalls(commands: readonly Words[]): boolean {
  return MACHINES.includes(process.arch) && commands.every(isCall) && isPlainPath(process.env['PATH'] ?? '')
}

function isCall(words: Words): boolean {
  const paths = words.indexOf('--') + 1
  return CALLS.get(words.slice(0, paths).join(' ')) === words.length - paths
}

let known: { readonly path: string; readonly isPlain: boolean } | undefined

/** Whether the programs that are found on this path are those of the system; looked at once, as shells do. */
function isPlainPath(path: string): boolean {
  if (known?.path !== path) known = { path, isPlain: isOfSystem('perl', path) && isOfSystem('btrfs', path) }
  return known.isPlain
}

function isOfSystem(file: string, path: string): boolean {
  const directory = path.split(delimiter).find((one) => isProgram(join(one, file)))
  return directory !== undefined && OF_SYSTEM.includes(directory)
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
