export type { Engine, ImagePath, PartName, Settings } from './engine.ts'
export type { ExecEnd, ExecPort, ExecProcess, ExecRequest } from './port.ts'
