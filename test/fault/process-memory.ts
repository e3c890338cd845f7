/** How much memory a process has, as Linux counts it. Not a number elsewhere. */
import { readFileSync } from 'node:fs';

export const residentMemoryMb = (pid: number) => memoryOf(pid, 'VmRSS');
/** The most that it ever had. */
export const peakMemoryMb = (pid: number) => memoryOf(pid, 'VmHWM');

function memoryOf(pid: number, field: string): number {
  try {
    const found = new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Number(found?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}
