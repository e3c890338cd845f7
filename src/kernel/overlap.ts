import { wrong } from './fault';

/** Thirty days. */
const OVERLAP_MAX_S = 30 * 24 * 3_600;

/** How long the secret that another one takes the place of may live on. @throws Fault `invalid_request` */
export function checkOverlap(overlapS: number): void {
  if (overlapS < 0 || overlapS > OVERLAP_MAX_S) throw wrong('overlapSeconds', `must lie between 0 and ${OVERLAP_MAX_S}`);
}
