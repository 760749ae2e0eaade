import { scheduleJob, unscheduleJob } from '../../../src/schedule/change-schedule.ts'

/** Changes its own line for ever: `writer.ts PATH VOLUME`. */
const [path = '', volume = ''] = process.argv.slice(2)
console.log('ready')
for (let minutes = 1; ; minutes += 1) {
  scheduleJob(path, { volume, action: 'snapshot', minutes })
  if (minutes % 7 === 0) unscheduleJob(path, { volume, action: 'snapshot' })
}
