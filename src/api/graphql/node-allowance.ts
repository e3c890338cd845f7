/**
 * How much one request may be answered in all, what it asks for twice counted twice: it is read once, and sent as often. A page inside of each node of a page multiplies; the sum of what all pages
 * ask for is bounded, so that no single query reads a whole ledger. A page of 100 whose nodes each hold a page of 100 fits.
 */
import { Fault } from '../../kernel/fault';

const NODES_MAX = 12_000;

export class NodeAllowance {
  private taken = 0;

  /** @throws Fault `invalid_request` when the request asks for too much in all */
  take(nodes: number): void {
    this.taken += nodes;
    if (this.taken > NODES_MAX) {
      throw new Fault('invalid_request', `This query asks for more than ${NODES_MAX} nodes: ask for smaller pages inside of lists.`);
    }
  }
}
