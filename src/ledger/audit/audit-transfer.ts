/** The rules of one transfer. */
import { BUCKETS, CURRENCIES, type Currency, currencyOf } from '../../kernel/words';
import { type HOUSE_ACCOUNTS, houseAccount } from '../wallet';
import { broken, type Finding, type Rule } from './finding';
import type { Row } from './tables';

/** The rows that a transfer has to fit to. */
export interface AroundTransfer {
  readonly wallet: Row<'wallet'> | undefined;
  /** Whether its wallet's chain has a link for its batch. */
  readonly linked: boolean;
  readonly receipt: Row<'receipt'> | undefined;
  readonly refund: Row<'refund'> | undefined;
}

type House = keyof typeof HOUSE_ACCOUNTS;
type Direction = 'from wallet' | 'to wallet' | 'either';

/** Which house account faces the wallet, and which way the money goes. */
const KINDS: Readonly<Record<string, { readonly house: House; readonly way: Direction }>> = {
  CHARGE: { house: 'revenue', way: 'from wallet' },
  TOP_UP: { house: 'topUp', way: 'to wallet' },
  REDEMPTION: { house: 'topUp', way: 'to wallet' },
  REFUND: { house: 'revenue', way: 'to wallet' },
  ADJUSTMENT: { house: 'adjustment', way: 'either' },
};

/** The amount as the wallet sees it. */
export function signed(transfer: Row<'transfer'>): bigint {
  return transfer.credit === transfer.walletId ? transfer.amount : -transfer.amount;
}

/** The wallet that pays or is paid, as the sides say it: they are no part of what the transfer says of its wallet. Null: both are the house's. */
export function walletAt({ debit, credit, walletId }: Row<'transfer'>): string | null {
  return [debit, credit].find((account) => !account.startsWith('house:')) ?? walletId;
}

export function auditTransfer(transfer: Row<'transfer'>, around: AroundTransfer): Finding[] {
  const { id, walletId, amount, debit, credit } = transfer;
  const entryId = walletId === null ? null : id;
  const subject = { row: `transfer ${id}`, walletId: walletAt(transfer), namedWalletId: walletId, entryId };
  return broken(subject, [
    ['I1', amount > 0n, `its amount is ${amount}`],
    ['I1', debit !== credit, `it moves money from ${debit} to itself`],
    ...(walletId === null ? ofHouse(transfer, around) : ofWallet(transfer, walletId, around)),
  ]);
}

function ofWallet(transfer: Row<'transfer'>, walletId: string, { wallet, linked, receipt, refund }: AroundTransfer): Rule[] {
  const { kind, currency, id } = transfer;
  return [
    ['I1', wallet !== undefined, `it is an entry of the wallet ${walletId}, which does not exist`],
    ['I1', wallet === undefined || wallet.currency === currency, `it is in ${currency}, which ${walletId} does not hold`],
    ['I1', sidesFit(transfer, walletId), `a ${kind} of ${walletId} does not go from ${transfer.debit} to ${transfer.credit}`],
    ['I2', linked, `no link of the balance chain of ${walletId} contains it`],
    [
      'I5',
      kind !== 'CHARGE' || (receipt?.transferId === id && receipt.holdId === transfer.holdId),
      receipt === undefined ? 'it charges without a receipt' : `its receipt ${receipt.id} names another charge or hold`,
    ],
    [
      'I17',
      kind !== 'REFUND' || refund?.amount === transfer.amount,
      `it gives back ${transfer.amount}, its refund row says ${refund?.amount ?? 'nothing'}`,
    ],
  ];
}

function sidesFit({ kind, currency, debit, credit }: Row<'transfer'>, walletId: string): boolean {
  const rule = KINDS[kind];
  if (rule === undefined || !isCurrency(currency)) return false;
  const house = houseAccount(rule.house, currency);
  const takes = debit === walletId && credit === house;
  const gives = debit === house && credit === walletId;
  return (takes && rule.way !== 'to wallet') || (gives && rule.way !== 'from wallet');
}

/** Between house accounts: only what an answer cost above its hold. */
function ofHouse({ kind, currency, debit, credit }: Row<'transfer'>, { receipt }: AroundTransfer): Rule[] {
  const sides = isCurrency(currency) ? [houseAccount('overageLoss', currency), houseAccount('revenue', currency)] : [];
  return [
    [
      'I1',
      kind === 'OVERAGE' && debit === sides[0] && credit === sides[1],
      `a ${kind} without a wallet goes from ${debit} to ${credit} in ${currency}`,
    ],
    ['I6', receipt !== undefined && receipt.charge === receipt.holdAmount, 'it books a loss above a hold that was not used up'],
  ];
}

function isCurrency(text: string): text is Currency {
  return CURRENCIES.some((currency) => currency === text);
}

/** What a bucket counts in; undefined for a word that is no bucket. */
export function currencyOfBucket(bucket: string | null): Currency | undefined {
  const known = BUCKETS.find((each) => each === bucket);
  return known === undefined ? undefined : currencyOf(known);
}
