export { cronFault } from '../schedule/cron.ts'
