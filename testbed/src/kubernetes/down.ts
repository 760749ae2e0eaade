import { clearPlace, sweepPlaces } from './clear.ts'
import { lastingFolder } from './place.ts'

// Takes down the cluster that up.ts brought up, and what test runs that were killed left of theirs.
await clearPlace(lastingFolder())
await sweepPlaces()
