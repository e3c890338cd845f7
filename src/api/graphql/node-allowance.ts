/**
 * How much one request may be answered in all, what it asks for twice counted twice: it is read once, and sent as often. A page
 * inside of each node of a page multiplies; the sum of what all pages ask for is bounded, so that no single query reads a whole
 * ledger. A page of 100 whose nodes each hold a page of 100 fits. What lists without pages give multiplies as well, as the keys
 * of the project of each key of a project do; so the sum of all objects of the answer is bounded, too, and that of their fields, each
 * of which is a step: millions of them keep everybody else waiting.
 */
import { Fault } from '../../kernel/fault';

const NODES_MAX = 12_000;
const OBJECTS_MAX = 100_000;
const FIELDS_MAX = 1_000_000;

export class NodeAllowance {
  private taken = 0;
  private objects = 0;
  private fields = 0;
  private refused: Fault | null = null;

  /** Why the request is refused as a whole; null: it is not. */
  get refusal(): Fault | null {
    return this.refused;
  }

  /** @throws Fault `invalid_request` when the request asked for too much before: nothing more is worth a step */
  check(): void {
    if (this.refused !== null) throw this.refused;
  }

  /** To be called before a page is read. @throws Fault `invalid_request` when the request asks for too much in all */
  take(nodes: number): void {
    this.check();
    this.taken += nodes;
    if (this.taken > NODES_MAX) this.refuse(`asks for more than ${NODES_MAX} nodes`);
  }

  /** To be called before objects are shown. @throws Fault `invalid_request` when the answer grows too large in all */
  show(objects: number, fieldsOfEach: number): void {
    this.check();
    this.objects += objects;
    this.fields += objects * fieldsOfEach;
    if (this.objects > OBJECTS_MAX) this.refuse(`is answered with more than ${OBJECTS_MAX} objects`);
    if (this.fields > FIELDS_MAX) this.refuse(`is answered with more than ${FIELDS_MAX} fields`);
  }

  private refuse(why: string): never {
    this.refused = new Fault('invalid_request', `This query ${why}: ask for smaller pages inside of lists.`);
    throw this.refused;
  }
}
