export function processorTime(): number
