/** What is written on snapshots and claims that this package makes. The first four and `group` are labels, the others annotations. */
export const CUT = {
  runId: 'salvage-kit.io/run-id',
  /** Of which snapshot ref: see `labelValue`. */
  snapshot: 'salvage-kit.io/snapshot',
  /** `cut`, `group`, `exposure` or `place`; of the cuts of a restore in place `former` and `fresh`. */
  role: 'salvage-kit.io/role',
  /** It stays: which store keeps it, as `storeMark` says. */
  kept: 'salvage-kit.io/kept',
  /** What was cut. */
  target: 'salvage-kit.io/target',
  /** How it is kept: see `keepNote`. */
  keep: 'salvage-kit.io/keep',
  /** The form of the claim that was cut: see `claimShape`. */
  claim: 'salvage-kit.io/claim',
  /** What quiescers said of the workloads at rest, the sums of dumps above all: `RestNote`s as JSON. */
  rest: 'salvage-kit.io/rest',
  /** A label of a group and, while it is cut, of its claims: which group. */
  group: 'salvage-kit.io/group',
  /** On a group: the snapshots of its members, as their label has them; a JSON list. */
  members: 'salvage-kit.io/members',
  /** On a group, followed by what `goneKey` makes of a member: that one is not needed any more. */
  gone: 'gone.salvage-kit.io/',
} as const
