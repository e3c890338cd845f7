/** What goes over a connection of MySQL, in whole packets: three bytes of length, one of sequence, and then what is said. */

const HEADER = 4;
const COM_QUERY = 3;
const ERROR = 0xff;
/** What stands before the statements where the server knows attributes of them: of none, the one list of them. MySQL does, MariaDB does not. */
const NO_ATTRIBUTES = Buffer.from([0, 1]);

/** Gives each packet of a stream, with its header, to `take`, in order. */
export function packetsOf(take: (packet: Buffer) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    for (let end = endOf(rest); end <= rest.length; end = endOf(rest)) {
      const packet = rest.subarray(0, end);
      rest = rest.subarray(end);
      take(packet);
    }
  };
}

function endOf(bytes: Buffer): number {
  return bytes.length < HEADER ? Number.POSITIVE_INFINITY : HEADER + bytes.readUIntLE(0, 3);
}

/** The statements of a packet, in their order; none, when it is something else. */
export function statementsOf(packet: Buffer): string[] {
  if (packet[HEADER] !== COM_QUERY) return [];
  const said = packet.subarray(HEADER + 1);
  const text = said.subarray(0, NO_ATTRIBUTES.length).equals(NO_ATTRIBUTES) ? said.subarray(NO_ATTRIBUTES.length) : said;
  return text.toString('latin1').split(';\n');
}

/** Whether an answer ends the exchange: no statement behind the one that failed is carried out. */
export function isError(packet: Buffer): boolean {
  return packet[HEADER] === ERROR;
}

/** The first answer to a statement: an error of the server, in its protocol. */
export function errorPacket(errno: number): Buffer {
  const words = Buffer.from('#HY000told to say so', 'latin1');
  const body = Buffer.concat([Buffer.from([ERROR, errno & 0xff, errno >> 8]), words]);
  return Buffer.concat([Buffer.from([body.length, 0, 0, 1]), body]);
}
